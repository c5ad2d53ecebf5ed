//! How both files are opened: write-ahead log, one writer, a few readers.

use crate::StoreError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::time::Duration;

/// Readers beside the writer. Two cores serve a community; more readers only add memory.
const READERS: u32 = 4;
/// Writers never meet (there is one), so only a checkpoint can make anyone wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Page cache per connection, in KiB (negative: SQLite's own unit): 4 MiB keeps indexes warm without
/// growing an office PC's memory.
const CACHE_KIB: &str = "-4096";

/// How hard a commit is pushed to the disk.
#[derive(Clone, Copy)]
pub(crate) enum Durability {
    /// Synced before the commit returns.
    Synced,
    /// May lose the newest commits in a power cut, never consistency: for what can be rebuilt.
    Rebuildable,
}

/// A file's writer and readers.
pub(crate) struct Database {
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

pub(crate) async fn open(
    path: &Path,
    durability: Durability,
    schema: &'static str,
) -> Result<Database, StoreError> {
    let synchronous = match durability {
        Durability::Synced => SqliteSynchronous::Full,
        Durability::Rebuildable => SqliteSynchronous::Normal,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_KIB)
        .pragma("secure_delete", "on");
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    sqlx::raw_sql(schema).execute(&writer).await?;
    let readers =
        SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
    Ok(Database { writer, readers })
}
