//! SQLite files that are locked, on phones and on the relay: every page of the database and of its journal is
//! encrypted and bound to its number (SQLCipher: AES-256 and HMAC-SHA-512).
//!
//! Knows no table, and not where keys come from.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::time::Duration;

/// Length of every key.
pub const KEY_BYTES: usize = 32;
/// What locks one file: random bytes, never what somebody typed.
pub type Key = [u8; KEY_BYTES];

/// Another process writes at most one page of a sync or one checkpoint; nobody waits for it longer than this.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How SQLite's files begin that nobody locked.
const OPEN_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// What a database that is written anew is called until it is whole.
const BESIDE: &str = "new";

/// How a database lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not at all.
    Nothing,
    /// As anybody can read it.
    Open,
    /// Locked.
    Locked,
}

/// Looks how a database lies on the disk.
///
/// # Errors
/// Whatever the file system says when a file is there and cannot be read.
pub fn kept(file: &Path) -> std::io::Result<Kept> {
    let mut begin = Vec::new();
    match File::open(file) {
        Ok(file) => file.take(OPEN_MAGIC.len() as u64).read_to_end(&mut begin)?,
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    Ok(match begin.as_slice() {
        // A program was killed before anything was written.
        [] => Kept::Nothing,
        begin if begin == OPEN_MAGIC => Kept::Open,
        _ => Kept::Locked,
    })
}

/// How a file is opened, with what unlocks it if anything does.
pub fn options(file: &Path, key: Option<&Key>) -> SqliteConnectOptions {
    leave_libcrypto_alone();
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY_TIMEOUT);
    if key.is_none() {
        return options;
    }
    // The key is part of a statement, and statements are logged, the slow ones always. What is sorted must not be
    // spilt onto the disk: that would be in the clear.
    let options = options.disable_statement_logging().pragma("temp_store", "MEMORY");
    options.pragma("key", format!("\"{}\"", raw(key)))
}

/// Writes everything that a connection reads at one moment into a new file, under a key of its own or none (`VACUUM
/// INTO` knows only the lock that there is). Whoever writes meanwhile is not held up. Free pages, and what was deleted
/// and still lies in them, are left behind.
///
/// # Errors
/// [`sqlx::Error`], also when the new file is there already.
pub async fn copy(from: &mut SqliteConnection, to: &Path, key: Option<&Key>) -> Result<(), sqlx::Error> {
    // The first read fixes the moment, for reading alone.
    export(from, to, key, "BEGIN").await
}

/// Puts a copy under another lock in a database's place. Cut off at any moment, one of the two is there whole.
///
/// # Errors
/// [`sqlx::Error`], also when somebody else has the database open.
pub async fn write_anew(file: &Path, from: Option<&Key>, to: Option<&Key>) -> Result<(), sqlx::Error> {
    let mut connection = options(file, from).connect().await?;
    // Says that the database is busy as long as somebody else has it open; and leaves no journal behind.
    let journal = sqlx::query("PRAGMA main.journal_mode = DELETE").execute(&mut connection).await;
    let beside = with_suffix(file, BESIDE);
    let copied = match journal.and_then(|_| Ok(remove(&beside)?)) {
        Ok(()) => export(&mut connection, &beside, to, "BEGIN EXCLUSIVE").await,
        Err(error) => Err(error),
    };
    connection.close().await?;
    copied?;
    File::open(&beside)?.sync_all()?;
    std::fs::rename(&beside, file)?;
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a file with what SQLite keeps beside it.
///
/// # Errors
/// Whatever the file system says; that there is none is fine.
pub fn remove(file: &Path) -> std::io::Result<()> {
    for path in [file.to_owned(), with_end(file, "-wal"), with_end(file, "-shm"), with_end(file, "-journal")]
    {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn export(
    from: &mut SqliteConnection,
    to: &Path,
    key: Option<&Key>,
    begin: &'static str,
) -> Result<(), sqlx::Error> {
    make(to)?;
    let attach = sqlx::query("ATTACH DATABASE ? AS copy KEY ?").bind(to.display().to_string());
    attach.bind(raw(key)).execute(&mut *from).await?;
    sqlx::raw_sql(begin).execute(&mut *from).await?;
    sqlx::query("SELECT sqlcipher_export('copy')").execute(&mut *from).await?;
    let version: i64 = sqlx::query_scalar("PRAGMA main.user_version").fetch_one(&mut *from).await?;
    let end = format!("PRAGMA copy.user_version = {version}; COMMIT; DETACH DATABASE copy");
    sqlx::raw_sql(sqlx::AssertSqlSafe(end)).execute(from).await?;
    Ok(())
}

/// Makes an empty file that its owner alone reads: SQLite makes no file that it attaches, and would let others read it.
fn make(file: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?;
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> std::path::PathBuf {
    with_end(file, &format!(".{suffix}"))
}

fn with_end(file: &Path, end: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A key as SQLCipher takes it without stretching it first; for `None` the word for no lock at all.
fn raw(key: Option<&Key>) -> String {
    let Some(key) = key else { return String::new() };
    let mut text = String::with_capacity(KEY_BYTES * 2 + 3);
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
