//! A stream of bytes, encrypted and authenticated in chunks (STREAM over XChaCha20-Poly1305): no chunk can be
//! altered, moved, left out or added, and the last one knows that it is the last. Owns the header.

use super::error::BackupError;
use super::key::{SALT_BYTES, Secret};
use crate::clock::random;
use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Payload;
use linli_core::time::TimeMs;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

/// How every backup begins; the last byte is the version of everything after it. From the second on databases are
/// locked within, with a key that lies before them.
const MAGIC: &[u8; 9] = b"LINLIBAK\x02";
/// Versions that are read.
const READ: [&[u8]; 2] = [b"\x01", b"\x02"];
/// A nonce without STREAM's own five bytes.
const PREFIX_BYTES: usize = 19;
/// Magic, kind of secret, salt, start of the nonces, time.
const HEADER_BYTES: usize = MAGIC.len() + 1 + SALT_BYTES + PREFIX_BYTES + 8;

/// Small beside any memory, large beside what a chunk costs.
const CHUNK_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;

/// Writes a backup.
pub(super) struct Sealer {
    file: File,
    path: PathBuf,
    cipher: EncryptorBE32<XChaCha20Poly1305>,
    header: Vec<u8>,
    buffer: Vec<u8>,
    written: u64,
}

impl Sealer {
    /// Writes the header. `path` is what failures name.
    pub(super) fn start(
        mut file: File,
        path: &Path,
        secret: &Secret,
        now_ms: TimeMs,
    ) -> Result<Sealer, BackupError> {
        let (salt, prefix) = (random::<SALT_BYTES>(), random::<PREFIX_BYTES>());
        let parts = [MAGIC.as_slice(), &[secret.kind()], &salt, &prefix, &now_ms.to_be_bytes()];
        let header = parts.concat();
        file.write_all(&header).map_err(|error| BackupError::write(path, error))?;
        let cipher = EncryptorBE32::new(&secret.key(&salt)?.into(), &prefix.into());
        let (written, path) = (header.len() as u64, path.to_owned());
        Ok(Sealer { file, path, cipher, header, buffer: Vec::new(), written })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.buffer.extend_from_slice(bytes);
        // More than one chunk, because what is sealed here is not the last.
        while self.buffer.len() > CHUNK_BYTES {
            let rest = self.buffer.split_off(CHUNK_BYTES);
            let chunk = std::mem::replace(&mut self.buffer, rest);
            let sealed = self.cipher.encrypt_next(Payload { msg: &chunk, aad: &self.header });
            let sealed = sealed.map_err(|_| self.full())?;
            self.put(&sealed)?;
        }
        Ok(())
    }

    /// Seals the last chunk and syncs; the size of the whole file.
    pub(super) fn finish(self) -> Result<u64, BackupError> {
        let full = self.full();
        let Sealer { mut file, path, cipher, header, buffer, written } = self;
        let sealed = cipher.encrypt_last(Payload { msg: &buffer, aad: &header }).map_err(|_| full)?;
        let done = file.write_all(&sealed).and_then(|()| file.sync_all());
        done.map_err(|error| BackupError::write(&path, error))?;
        Ok(written + sealed.len() as u64)
    }

    fn put(&mut self, sealed: &[u8]) -> Result<(), BackupError> {
        self.written += sealed.len() as u64;
        self.file.write_all(sealed).map_err(|error| BackupError::write(&self.path, error))
    }

    /// Chunks are counted with 32 bits: 256 TiB.
    fn full(&self) -> BackupError {
        BackupError::write(&self.path, std::io::Error::other("a backup holds 256 TiB at most"))
    }
}

/// Reads a backup. Gives out no byte that was not authenticated.
pub(super) struct Opener<R> {
    source: R,
    path: PathBuf,
    /// `None` once the last chunk was opened.
    cipher: Option<DecryptorBE32<XChaCha20Poly1305>>,
    header: Vec<u8>,
    /// The next chunk, still sealed: the last one is known by nothing coming after it.
    ahead: Vec<u8>,
    /// Opened, and how much of it was given out.
    opened: Vec<u8>,
    given: usize,
    begun_ms: TimeMs,
    bytes: u64,
}

impl<R: Read> Opener<R> {
    pub(super) fn start(mut source: R, path: &Path, secret: &Secret) -> Result<Opener<R>, BackupError> {
        let not_ours = || BackupError::NotABackup(path.to_owned());
        let header = up_to(&mut source, HEADER_BYTES, path)?;
        let (magic, rest) = header.split_at_checked(MAGIC.len()).ok_or_else(not_ours)?;
        let (name, version) = magic.split_at_checked(MAGIC.len() - 1).ok_or_else(not_ours)?;
        if !MAGIC.starts_with(name) {
            return Err(not_ours());
        }
        if !READ.contains(&version) {
            return Err(BackupError::Newer(path.to_owned()));
        }
        let altered = || BackupError::Altered(path.to_owned());
        let (kind, rest) = rest.split_first().ok_or_else(altered)?;
        let (salt, rest) = rest.split_first_chunk::<SALT_BYTES>().ok_or_else(altered)?;
        let (prefix, time) = rest.split_first_chunk::<PREFIX_BYTES>().ok_or_else(altered)?;
        let begun_ms = TimeMs::from_be_bytes(time.try_into().map_err(|_| altered())?);
        match kind {
            kind if *kind == secret.kind() => {}
            0 => return Err(BackupError::WantsKeyFile(path.to_owned())),
            1 => return Err(BackupError::WantsPassphrase(path.to_owned())),
            _ => return Err(altered()),
        }
        let cipher = Some(DecryptorBE32::new(&secret.key(salt)?.into(), &(*prefix).into()));
        let ahead = up_to(&mut source, CHUNK_BYTES + TAG_BYTES, path)?;
        let bytes = (header.len() + ahead.len()) as u64;
        let path = path.to_owned();
        Ok(Opener { source, path, cipher, header, ahead, opened: Vec::new(), given: 0, begun_ms, bytes })
    }

    /// When the backup was begun; true once a chunk was opened.
    pub(super) fn begun_ms(&self) -> TimeMs {
        self.begun_ms
    }

    /// How much was read of the file.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that are there to be given out; none at the end.
    fn available(&mut self) -> Result<&[u8], BackupError> {
        while self.given >= self.opened.len() {
            let Some(mut cipher) = self.cipher.take() else { return Ok(&[]) };
            let after = up_to(&mut self.source, CHUNK_BYTES + TAG_BYTES, &self.path)?;
            self.bytes += after.len() as u64;
            let sealed = std::mem::replace(&mut self.ahead, after);
            let payload = Payload { msg: &sealed, aad: &self.header };
            let opened = if self.ahead.is_empty() {
                cipher.decrypt_last(payload)
            } else {
                let opened = cipher.decrypt_next(payload);
                self.cipher = Some(cipher);
                opened
            };
            self.opened = opened.map_err(|_| BackupError::Altered(self.path.clone()))?;
            self.given = 0;
        }
        Ok(self.opened.get(self.given..).unwrap_or_default())
    }

    /// Copies so many bytes to a file.
    pub(super) fn copy_to(
        &mut self,
        count: u64,
        target: &mut impl std::io::Write,
    ) -> Result<(), BackupError> {
        let mut left = count;
        while left > 0 {
            let path = self.path.clone();
            let available = self.available()?;
            let wanted = available.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let Some(piece) = available.get(..wanted).filter(|piece| !piece.is_empty()) else {
                return Err(BackupError::Altered(path));
            };
            target.write_all(piece).map_err(|error| BackupError::write(&path, error))?;
            self.given += wanted;
            left -= wanted as u64;
        }
        Ok(())
    }

    pub(super) fn read_vec(&mut self, count: usize) -> Result<Vec<u8>, BackupError> {
        let mut bytes = Vec::with_capacity(count.min(CHUNK_BYTES));
        self.copy_to(count as u64, &mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn read_array<const N: usize>(&mut self) -> Result<[u8; N], BackupError> {
        let bytes = self.read_vec(N)?;
        bytes.try_into().map_err(|_| BackupError::Altered(self.path.clone()))
    }

    /// The same; `None` when the backup ends here.
    pub(super) fn read_or_end<const N: usize>(&mut self) -> Result<Option<[u8; N]>, BackupError> {
        if self.available()?.is_empty() {
            return Ok(None);
        }
        self.read_array().map(Some)
    }
}

fn up_to(source: &mut impl Read, count: usize, path: &Path) -> Result<Vec<u8>, BackupError> {
    let mut bytes = Vec::with_capacity(count);
    source.take(count as u64).read_to_end(&mut bytes).map_err(|error| BackupError::read(path, error))?;
    Ok(bytes)
}
