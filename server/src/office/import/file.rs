//! Uploaded files in the data folder. They hold names: readable by the relay only, deleted with their job.

use crate::problem::Problem;
use axum::http::StatusCode;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Ids are made here, but come back in addresses: only their own spelling reaches the file system.
fn path(folder: &Path, id: &str) -> Option<PathBuf> {
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| folder.join(id))
}

/// Keeps a file. It is on the disk, under its name, when this returns.
pub(super) async fn keep(folder: &Path, id: &str, bytes: Vec<u8>) -> Result<(), Problem> {
    let (folder, path) = (folder.to_owned(), path(folder, id));
    let write = move || -> std::io::Result<()> {
        let path = path.ok_or(std::io::ErrorKind::InvalidInput)?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::File::open(&folder)?.sync_all()
    };
    super::blocking(write).await?.map_err(|error| {
        tracing::error!(%error, "an uploaded file could not be kept");
        Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "import.not_kept",
            "文件存不下来,请检查服务器的磁盘空间后重试",
            "the file could not be kept; check the relay's disk and try again",
        )
    })
}

/// A kept file; `None` when it is gone.
pub(super) async fn read(folder: &Path, id: &str) -> Option<Vec<u8>> {
    let path = path(folder, id)?;
    super::blocking(move || std::fs::read(path)).await.ok()?.ok()
}

/// Deletes a file. One that is gone already is as good.
pub(super) fn delete(folder: &Path, id: &str) {
    let Some(path) = path(folder, id) else { return };
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, import = id, "an uploaded file could not be deleted; trying again later");
    }
}

/// The ids of all kept files.
pub(super) fn list(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
