//! How both files are opened: write-ahead log, one writer, a few readers.

use crate::StoreError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
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

/// The shape that a schema gives a file: a number of its text, so that any change of the text is a new one.
pub(crate) fn shape_of(schema: &str) -> i64 {
    let hash = linli_core::ids::digest(&[b"schema", schema.as_bytes()]);
    // SQLite's user_version has 31 bits; 0 is a file that nobody has finished.
    hash.iter().take(4).fold(0, |sum, byte| (sum << 8 | i64::from(*byte)) & 0x7fff_ffff).max(1)
}

/// The shape that a file was finished with; `None` when there is no file.
pub(crate) async fn stored_shape(path: &Path) -> Result<Option<i64>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await?;
    let shape = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(Some(shape))
}

/// Removes a file with what SQLite keeps beside it.
pub(crate) fn remove(path: &Path) -> std::io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Database {
    /// Writes the write-ahead log back and cuts it to nothing: what was deleted is in none of its old pages. Not
    /// possible while somebody reads an earlier state; whoever needs it asks again.
    pub(crate) async fn cut_journal(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?;
        Ok(sqlx::Row::try_get::<i64, _>(&row, 0)? == 0)
    }
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
