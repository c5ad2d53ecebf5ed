//! What locks a backup: a file of random bytes, or a passphrase that is made slow to guess.

use super::error::BackupError;
use argon2::{Algorithm, Argon2, Params, Version};
use std::io::Read as _;
use std::path::Path;

/// Length of a backup's key.
pub(super) const KEY_BYTES: usize = 32;
/// Length of the salt of a passphrase.
pub(super) const SALT_BYTES: usize = 16;

/// Somebody who has the file guesses as long as they like: well above what a sign-in costs (OWASP's least is
/// 19 MiB), and still under a second on an office PC.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// Four words of four characters: fewer are guessed.
const PASSPHRASE_CHARS_MIN: usize = 16;
/// Nobody types more; whatever is longer is the wrong file.
const PASSPHRASE_BYTES_MAX: u64 = 1024;

/// What locks a backup.
pub(crate) enum Secret {
    Key([u8; KEY_BYTES]),
    Passphrase(String),
}

impl Secret {
    /// Reads a key file.
    pub(crate) fn key_file(path: &Path) -> Result<Secret, BackupError> {
        let file = std::fs::File::open(path).map_err(|error| BackupError::read(path, error))?;
        let mut bytes = Vec::new();
        // One byte more than is allowed tells too much from just enough.
        let read = file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| BackupError::read(path, error))?;
        bytes.try_into().map(Secret::Key).map_err(|_| BackupError::BadKey(path.to_owned()))
    }

    /// Reads a passphrase from a file's text, or from standard input when the file is `-`. Never from an
    /// argument: those are shown to everybody on the machine.
    pub(crate) fn passphrase_file(path: &Path) -> Result<Secret, BackupError> {
        let failed = |error| BackupError::read(path, error);
        let mut text = String::new();
        if path == Path::new("-") {
            std::io::stdin().take(PASSPHRASE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        } else {
            let file = std::fs::File::open(path).map_err(failed)?;
            file.take(PASSPHRASE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        }
        let text = text.trim();
        if text.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(BackupError::ShortPassphrase);
        }
        Ok(Secret::Passphrase(text.to_owned()))
    }

    /// What the header says of it.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Secret::Key(_) => 0,
            Secret::Passphrase(_) => 1,
        }
    }

    /// The key of one backup.
    pub(super) fn key(&self, salt: &[u8]) -> Result<[u8; KEY_BYTES], BackupError> {
        let text = match self {
            Secret::Key(key) => return Ok(*key),
            Secret::Passphrase(text) => text,
        };
        let mut key = [0; KEY_BYTES];
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(KEY_BYTES));
        let done = params.and_then(|params| {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon2.hash_password_into(text.as_bytes(), salt, &mut key)
        });
        done.map_err(|_| BackupError::NoSecret)?;
        Ok(key)
    }
}
