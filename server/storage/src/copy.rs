//! A database written anew: a copy of one that is in use, and one that gets a lock, loses it or gets another.

use crate::folder::DataFolder;
use crate::{FolderKey, StoreError};
use linli_lock::{Kept, kept};
use sqlx::{ConnectOptions as _, Connection as _};

/// Copies a database as it is at one moment under the lock of another folder; whoever writes meanwhile is not held up.
/// Free pages, and what was deleted and still lies in them, are left behind.
///
/// # Errors
/// [`StoreError::Locked`], [`StoreError::KeyWrong`], [`StoreError::Database`].
pub async fn copy_database(from: &DataFolder, name: &str, to: &DataFolder) -> Result<(), StoreError> {
    let (key, new_key) = (from.key_of(name).await?, to.key().map(|key| key.of(name)).transpose()?);
    let mut connection = linli_lock::options(&from.join(name), key.as_ref()).connect().await?;
    let copied = linli_lock::copy(&mut connection, &to.join(name), new_key.as_ref()).await;
    connection.close().await?;
    Ok(copied?)
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
            linli_lock::write_anew(&folder.join(&name), None, Some(&key.of(&name)?)).await?;
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
        linli_lock::write_anew(&folder.join(&name), Some(&from.of(&name)?), to.as_ref()).await?;
    }
    Ok(())
}
