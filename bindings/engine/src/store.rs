//! The phone's database: one SQLite file, one connection, own migrations.
//!
//! Owns SQL. Each file below owns some tables; none of them knows what a command or a frame is. Every
//! function takes the connection, so that the caller decides what is one transaction.

pub(crate) mod docs;
pub(crate) mod meta;
pub(crate) mod outbox;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod rows;
pub(crate) mod spaces;

use crate::EngineError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, Sqlite, Transaction};
use std::path::Path;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};

/// The database's name inside the store's folder.
pub const STORE_FILE: &str = "phone.db";

/// Another process writes at most one page of a sync; a worker waits no longer than this for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// 4 MiB: the inner pages of every index of 11,500 households fit; more would be taken from the app.
const CACHE_KIB: &str = "-4096";

/// Statements kept prepared; there are about sixty.
const STATEMENTS_MAX: usize = 80;

/// In order; a store is at `PRAGMA user_version` = how many of them it has seen.
const MIGRATIONS: [&str; 4] = [
    include_str!("../migrations/0001_phone.sql"),
    include_str!("../migrations/0002_moves.sql"),
    include_str!("../migrations/0003_notices.sql"),
    include_str!("../migrations/0004_kinds.sql"),
];

/// The open database.
pub(crate) struct Store {
    connection: Mutex<SqliteConnection>,
}

impl Store {
    /// Opens or makes the store in a folder.
    pub(crate) async fn open(dir: &Path) -> Result<Store, EngineError> {
        let folder = |error: std::io::Error| EngineError::Folder {
            path: dir.display().to_string(),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(dir).map_err(folder)?;
        let mut connection = SqliteConnectOptions::new()
            .filename(dir.join(STORE_FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS_MAX)
            .pragma("cache_size", CACHE_KIB)
            .disable_statement_logging()
            .connect()
            .await?;
        migrate(&mut connection).await?;
        Ok(Store { connection: Mutex::new(connection) })
    }

    /// The connection, once nobody else uses it.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }
}

/// Starts a transaction that will write: it takes the write lock at once, so that two processes never
/// both read and then find that only one of them may write.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, EngineError> {
    Ok(connection.begin_with("BEGIN IMMEDIATE").await?)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), EngineError> {
    let mut tx = begin(connection).await?;
    let row = sqlx::query("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let version: i64 = row.try_get(0)?;
    let done = usize::try_from(version).map_err(|_| EngineError::StoreNewer)?;
    let missing = MIGRATIONS.get(done..).ok_or(EngineError::StoreNewer)?;
    for script in missing {
        sqlx::raw_sql(*script).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A counter that changes whenever another connection has written.
pub(crate) async fn foreign_writes(connection: &mut SqliteConnection) -> Result<i64, EngineError> {
    Ok(sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await?)
}

/// SQLite's integers are signed; ours that count things never reach the sign bit.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back; a negative number can only be damage and reads as nothing.
pub(crate) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
