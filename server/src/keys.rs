//! Secrets kept in the data folder, readable by their owner only: the office's signing key and the token
//! that opens the API. Those that only the relay reads are sealed where the folder has a key.

use crate::at_rest;
use crate::clock::random;
use anyhow::Context as _;
use linli_core::identity::DeviceKey;
use linli_core::ids::{Hash, encode_base32};
use linli_storage::DataFolder;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The token's file.
pub(crate) fn token_path(data: &Path) -> PathBuf {
    data.join("admin-token")
}

/// Reads the office's key, or makes one at first start.
pub(crate) fn office_key(data: &DataFolder) -> anyhow::Result<DeviceKey> {
    let bytes = sealed(data, "office.key")?;
    let seed: [u8; 32] = bytes.as_slice().try_into().ok().context("office.key must have 32 bytes")?;
    Ok(DeviceKey::from_seed(&seed))
}

/// Reads the API token, or makes one at first start.
pub(crate) fn admin_token(data: &Path) -> anyhow::Result<String> {
    let bytes = read_or_make(&token_path(data), || encode_base32(&random::<20>()).into_bytes())?;
    Ok(String::from_utf8(bytes).context("admin-token must be text")?.trim().to_owned())
}

/// Which life of the log a data folder has. A backup leaves the file out, so that a restored folder gets another.
pub(crate) fn lineage(data: &Path) -> anyhow::Result<Hash> {
    let bytes = read_or_make(&data.join("lineage"), || random::<32>().to_vec())?;
    Hash::from_slice(&bytes).context("lineage must have 32 bytes")
}

/// Reads what national ids are hashed under, or makes it at first start.
pub(crate) fn national_id_key(data: &DataFolder) -> anyhow::Result<Vec<u8>> {
    sealed(data, "national-id.key")
}

/// Reads 32 bytes that nobody but the relay has to read, or makes them.
fn sealed(data: &DataFolder, name: &str) -> anyhow::Result<Vec<u8>> {
    let made = at_rest::file::seal(data, name, &random::<32>())?;
    let bytes = read_or_make(&data.join(name), || made)?;
    Ok(at_rest::file::open(data, name, bytes)?)
}

fn read_or_make(path: &Path, make: impl FnOnce() -> Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if path.exists() {
        return std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let bytes = make();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot create {}", path.display()))?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(bytes)
}
