//! The folder in which everything is kept, and what locks it.
//!
//! Knows which key opens which file, and how a file lies there. Knows no table.

use crate::StoreError;
use crate::error::damaged;
use hmac::{Hmac, KeyInit, Mac};
use linli_lock::{Kept, Key, kept};
use sha2::Sha256;
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::{Path, PathBuf};

/// What SQLite says of a file whose first page it cannot read.
const SQLITE_NOTADB: &str = "26";

/// What locks a data folder. There is no way to print it.
#[derive(Clone)]
pub struct FolderKey(Key);

impl FolderKey {
    /// Of random bytes.
    pub fn new(secret: Key) -> FolderKey {
        FolderKey(secret)
    }

    /// The key of one file, by its name: HKDF's expansion with HMAC-SHA-256 (RFC 5869). The secret is random already,
    /// so there is nothing to extract.
    ///
    /// # Errors
    /// None that can happen: any length of key is taken.
    pub fn of(&self, name: &str) -> Result<Key, StoreError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| damaged("key"))?;
        for part in [b"linli/folder/1\0", name.as_bytes(), &[1]] {
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }
}

/// A data folder, and what locks it if anything does. Cheap to clone.
#[derive(Clone)]
pub struct DataFolder {
    path: PathBuf,
    key: Option<FolderKey>,
}

impl DataFolder {
    /// With a key everything new in it is locked, and what is locked already can be read.
    pub fn new(path: impl Into<PathBuf>, key: Option<FolderKey>) -> DataFolder {
        DataFolder { path: path.into(), key }
    }

    /// Another folder with the same lock.
    pub fn elsewhere(&self, path: impl Into<PathBuf>) -> DataFolder {
        DataFolder { path: path.into(), key: self.key.clone() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file of it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// What locks it.
    pub fn key(&self) -> Option<&FolderKey> {
        self.key.as_ref()
    }

    /// What opens a database of this folder; `None` for one that is not locked. A database that is not there yet will
    /// be locked if the folder has a key.
    ///
    /// # Errors
    /// [`StoreError::Locked`] without a key, [`StoreError::KeyWrong`] with another one.
    pub(crate) async fn key_of(&self, name: &str) -> Result<Option<Key>, StoreError> {
        let path = self.join(name);
        let key = self.key.as_ref().map(|key| key.of(name)).transpose()?;
        match kept(&path).map_err(sqlx::Error::Io)? {
            Kept::Nothing => Ok(key),
            Kept::Open => Ok(None),
            Kept::Locked => {
                let key = key.ok_or_else(|| StoreError::Locked(self.path.clone()))?;
                try_key(&path, &key).await?;
                Ok(Some(key))
            }
        }
    }

    /// Names of the databases in it, in alphabetical order.
    pub(crate) fn databases(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".db") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Looks whether a key opens a database, with a connection that is closed and waited for. A pool that fails to
/// connect leaves a thread behind which still closes while the program ends, and SQLCipher gives back its memory then.
async fn try_key(path: &Path, key: &Key) -> Result<(), StoreError> {
    let mut connection = linli_lock::options(path, Some(key)).connect().await?;
    let read = sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await;
    connection.close().await?;
    read.map(|_| ()).map_err(|error| match error.as_database_error().and_then(|error| error.code()) {
        Some(code) if code == SQLITE_NOTADB => StoreError::KeyWrong(path.to_owned()),
        _ => StoreError::Database(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_key_of_its_own() {
        let (one, other) = (FolderKey::new([1; 32]), FolderKey::new([2; 32]));
        let log = one.of("log.db").unwrap();
        assert_eq!(log, one.of("log.db").unwrap(), "the same one each time");
        assert_ne!(log, one.of("office.db").unwrap());
        assert_ne!(log, other.of("log.db").unwrap());
    }
}
