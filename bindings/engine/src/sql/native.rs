//! sqlx, and how a phone's database is opened with it.

use super::{CACHE_KIB, STATEMENTS_MAX, STORE_FILE};
use crate::EngineError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::time::Duration;

pub(crate) use sqlx::sqlite::{SqliteConnection, SqliteRow};
pub(crate) use sqlx::{Error, QueryBuilder, Row, Sqlite, Transaction, query, query_scalar, raw_sql};

/// Another process writes at most one page of a sync; a worker waits no longer than this for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a store is kept: a folder.
pub type Place = Path;

/// Opens or makes the database in a folder.
pub(crate) async fn open(dir: &Place) -> Result<SqliteConnection, EngineError> {
    let folder = |error: std::io::Error| EngineError::Folder {
        path: dir.display().to_string(),
        reason: error.to_string(),
    };
    std::fs::create_dir_all(dir).map_err(folder)?;
    let options = SqliteConnectOptions::new()
        .filename(dir.join(STORE_FILE))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS_MAX)
        .pragma("cache_size", CACHE_KIB)
        // What the office had destroyed must not stay in free pages.
        .pragma("secure_delete", "on")
        .disable_statement_logging();
    Ok(options.connect().await?)
}

/// Starts a transaction that takes the write lock at once.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, Error> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

/// SQLite's result code, if the error is SQLite's.
pub(crate) fn result_code(error: &Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}
