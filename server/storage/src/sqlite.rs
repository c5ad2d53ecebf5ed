//! How the files are opened: with what unlocks them, write-ahead log, one writer, a few readers.

use crate::StoreError;
use crate::folder::{DataFolder, KEY_BYTES, raw};
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
pub(crate) async fn stored_shape(folder: &DataFolder, name: &str) -> Result<Option<i64>, StoreError> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let mut connection = unlocked(plain(&path), folder.key_of(name).await?.as_ref()).connect().await?;
    let shape = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await;
    connection.close().await?;
    Ok(Some(shape?))
}

/// Tells libcrypto not to tidy up when the program ends: a connection's thread may still be ending, and what it tidies
/// after itself is the same memory. The phones' engine does the same (`bindings/engine/src/sql/native.rs`).
#[cfg(not(target_vendor = "apple"))]
#[expect(unsafe_code, reason = "no safe crate has this call; it takes a flag and no memory of ours")]
fn leave_libcrypto_alone() {
    /// `OPENSSL_INIT_NO_ATEXIT`, of openssl/crypto.h.
    const NO_ATEXIT: u64 = 0x0008_0000;
    unsafe extern "C" {
        fn OPENSSL_init_crypto(options: u64, settings: *const std::ffi::c_void) -> std::ffi::c_int;
    }
    // SAFETY: the settings may be null, and it may be called at any time from any thread; only the first call counts.
    unsafe { OPENSSL_init_crypto(NO_ATEXIT, std::ptr::null()) };
}

/// Apple's systems have a library of their own for it.
#[cfg(target_vendor = "apple")]
fn leave_libcrypto_alone() {}

/// How a file is opened that nothing locks.
pub(crate) fn plain(path: &Path) -> SqliteConnectOptions {
    leave_libcrypto_alone();
    SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT)
}

/// The same with what unlocks it, if anything does.
pub(crate) fn unlocked(options: SqliteConnectOptions, key: Option<&[u8; KEY_BYTES]>) -> SqliteConnectOptions {
    if key.is_none() {
        return options;
    }
    // The key is part of a statement, and statements are logged, the slow ones always. What is sorted must not be
    // spilt onto the disk: that would be in the clear.
    let options = options.disable_statement_logging().pragma("temp_store", "MEMORY");
    options.pragma("key", format!("\"{}\"", raw(key)))
}

/// Removes a file with what SQLite keeps beside it.
pub(crate) fn remove(path: &Path) -> std::io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
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

    /// Waits until every connection is closed. Each has a thread of its own, and a program that ends while one still
    /// closes takes from under it what encrypts.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
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
    let options = unlocked(plain(&folder.join(name)), key.as_ref())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("cache_size", CACHE_KIB)
        .pragma("secure_delete", "on");
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let readers = async {
        sqlx::raw_sql(schema).execute(&writer).await?;
        SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await
    };
    match readers.await {
        Ok(readers) => Ok(Database { writer, readers }),
        Err(error) => {
            writer.close().await;
            Err(error.into())
        }
    }
}
