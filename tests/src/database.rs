//! A relay's database, changed behind its back.

use sqlx::ConnectOptions as _;
use std::path::Path;

/// Runs a statement.
pub fn change(database: &Path, statement: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
        let mut connection = options.connect().await.expect("the database");
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("done");
        sqlx::Connection::close(connection).await.expect("closed");
    });
}
