//! Secrets kept in the data folder, readable by their owner only: the office's signing key and the token
//! that opens the API.

use crate::clock::random;
use anyhow::Context as _;
use linli_core::identity::DeviceKey;
use linli_core::ids::{Hash, encode_base32};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The token's file.
pub(crate) fn token_path(data: &Path) -> PathBuf {
    data.join("admin-token")
}

/// Reads the office's key, or makes one at first start.
pub(crate) fn office_key(data: &Path) -> anyhow::Result<DeviceKey> {
    let bytes = read_or_make(&data.join("office.key"), || random::<32>().to_vec())?;
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
    Hash::from_slice(&secret(&data.join("lineage"))?).context("lineage must have 32 bytes")
}

/// Reads another 32-byte secret, or makes it.
pub(crate) fn secret(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_or_make(path, || random::<32>().to_vec())
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
