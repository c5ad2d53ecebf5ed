//! sqlx, and how a phone's database is opened with it.

use super::{CACHE_KIB, STATEMENTS_MAX, STORE_FILE};
use crate::EngineError;
use linli_lock::Key;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(crate) use linli_lock::Kept;
pub(crate) use sqlx::sqlite::{SqliteConnection, SqliteRow};
pub(crate) use sqlx::{Error, QueryBuilder, Row, Sqlite, Transaction, query, query_scalar, raw_sql};

/// Where a store is kept, and what locks it.
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Locks every page of the database and of its journal.
    pub key: Key,
}

/// Held while a store is found or made.
const LOCK_FILE: &str = "phone.lock";

/// Makes the folder and waits until nobody else looks for a store in it; for as long as the file lives.
pub(crate) fn alone(folder: &Path) -> Result<File, EngineError> {
    let failed = failed(folder);
    std::fs::create_dir_all(folder).map_err(&failed)?;
    let file = File::create(folder.join(LOCK_FILE)).map_err(&failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

/// How a folder holds a store.
pub(crate) fn kept(folder: &Path) -> Result<Kept, EngineError> {
    linli_lock::kept(&folder.join(STORE_FILE)).map_err(failed(folder))
}

fn failed(folder: &Path) -> impl Fn(std::io::Error) -> EngineError {
    move |error| EngineError::Folder { path: folder.display().to_string(), reason: error.to_string() }
}

/// Opens or makes the database in a folder.
pub(crate) async fn open(place: &Place) -> Result<SqliteConnection, EngineError> {
    Ok(options(&place.folder, Some(&place.key)).connect().await?)
}

/// A database that is not locked yet.
pub(crate) async fn open_unlocked(folder: &Path) -> Result<SqliteConnection, EngineError> {
    Ok(options(folder, None).connect().await?)
}

/// Puts a locked copy of an unlocked database in its place. Killed at any time, one of the two is there whole.
pub(crate) async fn lock(unlocked: SqliteConnection, folder: &Path, key: &Key) -> Result<(), EngineError> {
    unlocked.close().await?;
    Ok(linli_lock::write_anew(&folder.join(STORE_FILE), None, Some(key)).await?)
}

fn options(folder: &Path, key: Option<&Key>) -> SqliteConnectOptions {
    linli_lock::options(&folder.join(STORE_FILE), key)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS_MAX)
        .pragma("cache_size", CACHE_KIB)
        // What the office had destroyed must not stay in free pages.
        .pragma("secure_delete", "on")
        .disable_statement_logging()
}

/// Waits until the database is closed. It has a thread of its own, and a program that ends while that thread still
/// closes takes from under it what encrypts.
pub(crate) fn close(connection: SqliteConnection) {
    if let Err(error) = pollster::block_on(connection.close()) {
        tracing::warn!(%error, "the store did not close well; what was saved is in it");
    }
}

/// Starts a transaction that takes the write lock at once.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, Error> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

/// SQLite's result code, if the error is SQLite's.
pub(crate) fn result_code(error: &Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}
