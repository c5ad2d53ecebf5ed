//! A database written anew: a copy of one that is in use, and one that gets a lock, loses it or gets another.

use crate::folder::{DataFolder, KEY_BYTES, Kept, kept, raw};
use crate::sqlite::{plain, remove, unlocked};
use crate::{FolderKey, StoreError};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// What a database that is written anew is called until it is whole.
const BESIDE: &str = "new";

/// Copies a database as it is at one moment under the lock of another folder; whoever writes meanwhile is not held up.
/// Free pages, and what was deleted and still lies in them, are left behind.
///
/// # Errors
/// [`StoreError::Locked`], [`StoreError::KeyWrong`], [`StoreError::Database`].
pub async fn copy_database(from: &DataFolder, name: &str, to: &DataFolder) -> Result<(), StoreError> {
    let (key, new_key) = (from.key_of(name).await?, to.key().map(|key| key.of(name)).transpose()?);
    let options = unlocked(plain(&from.join(name)), key.as_ref());
    let mut connection = options.connect().await?;
    let copied = copy(&mut connection, &to.join(name), new_key.as_ref()).await;
    connection.close().await?;
    copied
}

/// Locks every database of a folder that is still in the clear. Nobody else may use them. Cut off at any moment, each
/// is there whole, locked or not; the next call does the rest.
///
/// # Errors
/// [`StoreError::KeyWrong`] before anything is changed; [`StoreError::Database`], also when somebody else has a
/// database open.
pub async fn lock_databases(folder: &DataFolder) -> Result<usize, StoreError> {
    let Some(key) = folder.key() else { return Ok(0) };
    let names = folder.databases().map_err(sqlx::Error::Io)?;
    // A folder that was half locked with another key must not get a second one.
    for name in &names {
        folder.key_of(name).await?;
    }
    let mut locked = 0;
    for name in names {
        if let Kept::Open = kept(&folder.join(&name)).map_err(sqlx::Error::Io)? {
            write_anew(folder, &name, None, Some(&key.of(&name)?)).await?;
            locked += 1;
        }
    }
    Ok(locked)
}

/// Gives the databases of a folder that are locked with one key its own lock, or none if it has none.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn change_lock(folder: &DataFolder, from: &FolderKey) -> Result<(), StoreError> {
    for name in folder.databases().map_err(sqlx::Error::Io)? {
        let to = folder.key().map(|key| key.of(&name)).transpose()?;
        write_anew(folder, &name, Some(&from.of(&name)?), to.as_ref()).await?;
    }
    Ok(())
}

/// Puts a copy under another lock in a database's place.
async fn write_anew(
    folder: &DataFolder,
    name: &str,
    from: Option<&[u8; KEY_BYTES]>,
    to: Option<&[u8; KEY_BYTES]>,
) -> Result<(), StoreError> {
    let (file, beside) = (folder.join(name), folder.join(format!("{name}.{BESIDE}")));
    remove(&beside).map_err(sqlx::Error::Io)?;
    let mut connection = unlocked(plain(&file), from).connect().await?;
    // Says that the database is busy as long as somebody else has it open; and leaves no journal behind.
    let journal = sqlx::query("PRAGMA main.journal_mode = DELETE").execute(&mut connection).await;
    let copied = match journal {
        Ok(_) => copy(&mut connection, &beside, to).await,
        Err(error) => Err(error.into()),
    };
    connection.close().await?;
    copied?;
    let placed = File::open(&beside).and_then(|copy| copy.sync_all()).and_then(|()| {
        std::fs::rename(&beside, &file)?;
        File::open(folder.path())?.sync_all()
    });
    Ok(placed.map_err(sqlx::Error::Io)?)
}

/// Writes everything that a connection reads at one moment into a new file. Under a key of its own, or none: `VACUUM
/// INTO` knows only the lock that there is.
async fn copy(
    connection: &mut SqliteConnection,
    to: &Path,
    key: Option<&[u8; KEY_BYTES]>,
) -> Result<(), StoreError> {
    // Made here: SQLite makes no file that it attaches, and would let others read it.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    made.map_err(sqlx::Error::Io)?;
    let attach = sqlx::query("ATTACH DATABASE ? AS copy KEY ?").bind(to.display().to_string());
    attach.bind(raw(key)).execute(&mut *connection).await?;
    // The first read fixes the moment, for reading alone: whoever writes goes on.
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
    sqlx::query("SELECT sqlcipher_export('copy')").execute(&mut *connection).await?;
    let version: i64 = sqlx::query_scalar("PRAGMA main.user_version").fetch_one(&mut *connection).await?;
    let end = format!("PRAGMA copy.user_version = {version}; COMMIT; DETACH DATABASE copy");
    sqlx::raw_sql(sqlx::AssertSqlSafe(end)).execute(connection).await?;
    Ok(())
}
