//! How the files are opened: with what unlocks them, write-ahead log, one writer, a few readers.

use crate::StoreError;
use crate::folder::DataFolder;
use sqlx::sqlite::{SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// Readers beside the writer. Two cores serve a community; more readers only add memory.
const READERS: u32 = 4;
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
pub(crate) async fn stored_shape(folder: &DataFolder, name: &str) -> Result<Option<i64>, StoreError> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = linli_lock::options(&path, folder.key_of(name).await?.as_ref()).connect().await?;
    let shape = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await;
    connection.close().await?;
    Ok(Some(shape?))
}

impl Database {
    /// Writes the write-ahead log back and cuts it to nothing: what was deleted is in none of its old pages. Not
    /// possible while somebody reads an earlier state; whoever needs it asks again.
    pub(crate) async fn cut_journal(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?;
        Ok(sqlx::Row::try_get::<i64, _>(&row, 0)? == 0)
    }

    /// Waits until every connection is closed. Each has a thread of its own, and a program that ends while one still
    /// closes takes from under it what encrypts.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A pool whose connections live as long as itself. A file beside the program gains nothing from closing them when they
/// are idle; and sqlx 0.9.0, when it looks which are, may read a count of one below zero and then looks for ever, with a
/// whole core, also after the pool was closed (mended upstream by transact-rs/sqlx#4289, in no release yet).
pub(crate) fn pool_of(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None)
}

pub(crate) async fn open(
    folder: &DataFolder,
    name: &str,
    durability: Durability,
    schema: &'static str,
) -> Result<Database, StoreError> {
    let synchronous = match durability {
        Durability::Synced => SqliteSynchronous::Full,
        Durability::Rebuildable => SqliteSynchronous::Normal,
    };
    let key = folder.key_of(name).await?;
    let options = linli_lock::options(&folder.join(name), key.as_ref())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("cache_size", CACHE_KIB)
        .pragma("secure_delete", "on");
    let writer = pool_of(1).connect_with(options.clone()).await?;
    let readers = async {
        sqlx::raw_sql(schema).execute(&writer).await?;
        pool_of(READERS).connect_with(options.read_only(true)).await
    };
    match readers.await {
        Ok(readers) => Ok(Database { writer, readers }),
        Err(error) => {
            writer.close().await;
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::runtime::Handle;

    #[tokio::test]
    async fn nothing_looks_for_idle_connections_for_ever() {
        let pool = pool_of(1).connect("sqlite::memory:").await.unwrap();
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
        pool.close().await;
        let looked_after = SqlitePoolOptions::new().connect("sqlite::memory:").await.unwrap();
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 1, "the test would see it");
        looked_after.close().await;
    }
}
