//! sqlx, and how a phone's database is opened with it.

use super::{CACHE_KIB, STATEMENTS_MAX, STORE_FILE};
use crate::EngineError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use sqlx::sqlite::{SqliteConnection, SqliteRow};
pub(crate) use sqlx::{Error, QueryBuilder, Row, Sqlite, Transaction, query, query_scalar, raw_sql};

/// Another process writes at most one page of a sync; a worker waits no longer than this for it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a store is kept, and what locks it.
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Locks every page of the database and of its journal (SQLCipher: AES-256 and HMAC-SHA-512, each page bound to
    /// its number).
    pub key: [u8; 32],
}

/// How a folder holds a store.
pub(crate) enum Kept {
    /// Not at all.
    Nothing,
    /// As anybody can read it: from before stores were locked.
    Open,
    /// Locked.
    Locked,
}

/// How SQLite's files begin that nobody locked.
const OPEN_MAGIC: &[u8; 16] = b"SQLite format 3\0";
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

/// What is in a folder.
pub(crate) fn kept(folder: &Path) -> Result<Kept, EngineError> {
    let mut begin = Vec::new();
    match File::open(folder.join(STORE_FILE)) {
        Ok(file) => file.take(OPEN_MAGIC.len() as u64).read_to_end(&mut begin).map_err(failed(folder))?,
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(folder)(error)),
    };
    Ok(match begin.as_slice() {
        // A program was killed before anything was written.
        [] => Kept::Nothing,
        begin if begin == OPEN_MAGIC => Kept::Open,
        _ => Kept::Locked,
    })
}

fn failed(folder: &Path) -> impl Fn(std::io::Error) -> EngineError {
    move |error| EngineError::Folder { path: folder.display().to_string(), reason: error.to_string() }
}

/// Opens or makes the database in a folder.
pub(crate) async fn open(place: &Place) -> Result<SqliteConnection, EngineError> {
    let options = options(&place.folder).pragma("key", format!("\"{}\"", raw(&place.key)));
    Ok(options.connect().await?)
}

/// A database that is not locked yet.
pub(crate) async fn open_unlocked(folder: &Path) -> Result<SqliteConnection, EngineError> {
    Ok(options(folder).connect().await?)
}

/// Puts a locked copy of an unlocked database in its place. Killed at any time, one of the two is there whole.
pub(crate) async fn lock(
    mut unlocked: SqliteConnection,
    folder: &Path,
    key: &[u8; 32],
) -> Result<(), EngineError> {
    let failed = failed(folder);
    let (file, beside) = (folder.join(STORE_FILE), folder.join(format!("{STORE_FILE}.locked")));
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    // Says that the store is busy as long as another program, of before stores were locked, has it open; and leaves no
    // journal behind.
    raw_sql("PRAGMA main.journal_mode = DELETE").execute(&mut unlocked).await?;
    let attach = query("ATTACH DATABASE ? AS locked KEY ?").bind(beside.display().to_string());
    attach.bind(raw(key)).execute(&mut unlocked).await?;
    raw_sql("BEGIN EXCLUSIVE").execute(&mut unlocked).await?;
    query("SELECT sqlcipher_export('locked')").execute(&mut unlocked).await?;
    let version: i64 = query_scalar("PRAGMA main.user_version").fetch_one(&mut unlocked).await?;
    let set = format!("PRAGMA locked.user_version = {version}; COMMIT; DETACH DATABASE locked");
    raw_sql(sqlx::AssertSqlSafe(set)).execute(&mut unlocked).await?;
    unlocked.close().await?;
    File::open(&beside).and_then(|copy| copy.sync_all()).map_err(&failed)?;
    std::fs::rename(&beside, &file).map_err(&failed)?;
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(())
}

/// A key as SQLCipher takes it without stretching it first.
fn raw(key: &[u8; 32]) -> String {
    let mut text = String::with_capacity(key.len() * 2 + 3);
    text.push_str("x'");
    for byte in key {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\'');
    text
}

/// Tells libcrypto not to tidy up when the program ends: a connection's thread may still be ending, and what it tidies
/// after itself is the same memory. Rarely, a program that had done everything right ended in a damaged heap.
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

fn options(folder: &Path) -> SqliteConnectOptions {
    leave_libcrypto_alone();
    SqliteConnectOptions::new()
        .filename(folder.join(STORE_FILE))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
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
