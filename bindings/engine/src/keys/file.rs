//! A key store for programs without a platform's: a file that only its owner can read.

use crate::{EngineError, KeyStore};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The file's name beside a store for which no other place was named.
const NAME: &str = "phone.key";

/// A secret in a file. Whoever copies the file with the store has both: for scripts and tests, and for computers
/// whose disk is encrypted.
#[derive(Clone, Debug)]
pub struct FileKeys {
    path: PathBuf,
}

impl FileKeys {
    /// In this file.
    pub fn at(path: impl Into<PathBuf>) -> FileKeys {
        FileKeys { path: path.into() }
    }

    /// Beside a store, in its folder.
    pub fn beside(folder: &Path) -> FileKeys {
        FileKeys::at(folder.join(NAME))
    }

    fn failed(&self, error: &std::io::Error) -> EngineError {
        EngineError::KeyStore(format!("{}: {error}", self.path.display()))
    }

    fn write(&self, secret: &[u8]) -> std::io::Result<()> {
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let beside = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(secret)?;
        file.sync_all()?;
        // The old file or the new one, never half of one.
        std::fs::rename(&beside, &self.path)?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl KeyStore for FileKeys {
    fn load(&self) -> Result<Option<Vec<u8>>, EngineError> {
        match std::fs::read(&self.path) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Never over another secret: some store can be opened with that one only.
    fn save(&self, secret: &[u8]) -> Result<(), EngineError> {
        match self.load()? {
            Some(kept) if kept == secret => Ok(()),
            Some(_) => Err(EngineError::KeyTaken(self.path.display().to_string())),
            None => self.write(secret).map_err(|error| self.failed(&error)),
        }
    }
}
