//! Files of a locked data folder that are no databases: sealed whole (XChaCha20-Poly1305), each with a key of its own
//! name, so that none opens under another's. In a folder without a key they lie as they are.

use crate::clock::random;
use anyhow::Context as _;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use linli_storage::{DataFolder, StoreError};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The relay's secrets that nobody outside has to read.
pub(crate) const SECRETS: [&str; 2] = ["office.key", "national-id.key"];

/// How every sealed file begins; the last byte is the version of everything after it.
const MAGIC: &[u8; 9] = b"LINLISEA\x01";
const NONCE_BYTES: usize = 24;

/// What a file is called until it is whole.
pub(crate) const UNFINISHED: &str = ".new";

/// Bytes as they may lie in a folder under a name.
pub(crate) fn seal(folder: &DataFolder, name: &str, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let Some(key) = folder.key() else { return Ok(bytes.to_vec()) };
    let nonce = random::<NONCE_BYTES>();
    let payload = Payload { msg: bytes, aad: MAGIC };
    let sealed = XChaCha20Poly1305::new(&key.of(name)?.into()).encrypt(&nonce.into(), payload);
    // More than a cipher takes in one piece, 256 GiB, is in no file here.
    let sealed = sealed.map_err(|_| StoreError::Damaged { what: "file" })?;
    Ok([MAGIC.as_slice(), &nonce, &sealed].concat())
}

/// What was sealed. Bytes that nobody sealed are what they are.
pub(crate) fn open(folder: &DataFolder, name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let Some(sealed) = bytes.strip_prefix(MAGIC.as_slice()) else { return Ok(bytes) };
    let key = folder.key().ok_or_else(|| StoreError::Locked(folder.path().to_owned()))?;
    let wrong = || StoreError::KeyWrong(folder.join(name));
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(wrong)?;
    let payload = Payload { msg: sealed, aad: MAGIC };
    let opened = XChaCha20Poly1305::new(&key.of(name)?.into()).decrypt(&(*nonce).into(), payload);
    opened.map_err(|_| wrong())
}

/// Seals a file that lies in the clear; whether it did.
pub(super) fn seal_where_it_lies(folder: &DataFolder, name: &str) -> anyhow::Result<bool> {
    let path = folder.join(name);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if bytes.starts_with(MAGIC) {
        return Ok(false);
    }
    let sealed = seal(folder, name, &bytes)?;
    replace(&path, &sealed).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// The old file or the new one, never half of one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(UNFINISHED);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use linli_storage::FolderKey;

    #[test]
    fn what_is_sealed_opens_with_its_key_under_its_name_and_whole_or_not_at_all() {
        let folder = |key: u8| DataFolder::new("data", Some(FolderKey::new([key; 32])));
        let sealed = seal(&folder(1), "imports/1", "姓名,电话".as_bytes()).unwrap();
        assert!(!sealed.windows(6).any(|part| part == "姓名".as_bytes()));
        let opened = open(&folder(1), "imports/1", sealed.clone()).unwrap();
        assert_eq!(opened, "姓名,电话".as_bytes());
        let wrong = |folder: &DataFolder, name, bytes| {
            matches!(open(folder, name, bytes), Err(StoreError::KeyWrong(_)))
        };
        assert!(wrong(&folder(2), "imports/1", sealed.clone()), "another key");
        assert!(wrong(&folder(1), "imports/2", sealed.clone()), "another name");
        for place in MAGIC.len()..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(wrong(&folder(1), "imports/1", altered), "byte {place}");
            assert!(wrong(&folder(1), "imports/1", sealed[..place].to_vec()), "cut off at {place}");
        }
        let nobodys = DataFolder::new("data", None);
        assert!(matches!(open(&nobodys, "imports/1", sealed), Err(StoreError::Locked(_))));
        assert_eq!(seal(&nobodys, "a", b"b").unwrap(), b"b", "without a key nothing is sealed");
    }
}
