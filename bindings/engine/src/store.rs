//! The phone's database: one SQLite file, one connection, own migrations.
//!
//! Owns SQL. Each file below owns some tables; none of them knows what a command or a frame is. Every
//! function takes the connection, so that the caller decides what is one transaction.

pub(crate) mod answered;
pub(crate) mod docs;
pub(crate) mod doors;
pub(crate) mod drafts;
pub(crate) mod forgotten;
pub(crate) mod heads;
pub(crate) mod issues;
pub(crate) mod meta;
pub(crate) mod outbox;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod rows;
pub(crate) mod spaces;

use crate::EngineError;
use crate::sql::{self, Place, Row, Sqlite, SqliteConnection, Transaction};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// In order; a store is at `PRAGMA user_version` = how many of them it has seen.
const MIGRATIONS: [&str; 9] = [
    include_str!("../migrations/0001_phone.sql"),
    include_str!("../migrations/0002_moves.sql"),
    include_str!("../migrations/0003_notices.sql"),
    include_str!("../migrations/0004_kinds.sql"),
    include_str!("../migrations/0005_today.sql"),
    include_str!("../migrations/0006_drafts.sql"),
    include_str!("../migrations/0007_issues.sql"),
    include_str!("../migrations/0008_forgotten.sql"),
    include_str!("../migrations/0009_heads.sql"),
];

/// The version from which on households have their tags in a column.
const WITH_TAGS: usize = 5;

/// The open database; closed when this is dropped.
pub(crate) struct Store {
    /// There until the end.
    connection: Mutex<Option<SqliteConnection>>,
}

impl Store {
    /// Opens or makes the store.
    pub(crate) async fn open(place: &Place) -> Result<Store, EngineError> {
        let mut connection = sql::open(place).await?;
        migrate(&mut connection).await?;
        Ok(Store { connection: Mutex::new(Some(connection)) })
    }

    /// The connection, once nobody else uses it.
    #[expect(clippy::expect_used, reason = "only dropping the store takes its connection")]
    pub(crate) async fn lock(&self) -> MappedMutexGuard<'_, SqliteConnection> {
        MutexGuard::map(self.connection.lock().await, |connection| connection.as_mut().expect("it is there"))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.get_mut().take() {
            sql::close(connection);
        }
    }
}

/// Starts a transaction that will write: it takes the write lock at once, so that two processes never
/// both read and then find that only one of them may write.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, EngineError> {
    Ok(sql::begin(connection).await?)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), EngineError> {
    let mut tx = begin(connection).await?;
    let row = sql::query("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let version: i64 = row.try_get(0)?;
    let done = usize::try_from(version).map_err(|_| EngineError::StoreNewer)?;
    let missing = MIGRATIONS.get(done..).ok_or(EngineError::StoreNewer)?;
    for script in missing {
        sql::raw_sql(*script).execute(&mut *tx).await?;
    }
    if (1..WITH_TAGS).contains(&done) {
        doors::fill_tags(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A counter that changes whenever another connection has written.
pub(crate) async fn foreign_writes(connection: &mut SqliteConnection) -> Result<i64, EngineError> {
    Ok(sql::query_scalar("PRAGMA data_version").fetch_one(connection).await?)
}

/// SQLite's integers are signed; ours that count things never reach the sign bit.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back; a negative number can only be damage and reads as nothing.
pub(crate) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
