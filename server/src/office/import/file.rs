//! Uploaded files in the data folder. They hold names: readable by the relay only, sealed where the folder has a key,
//! deleted with their job.

use crate::at_rest;
use crate::problem::Problem;
use axum::http::StatusCode;
use linli_storage::DataFolder;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

/// Where they lie.
const FOLDER: &str = "imports";

/// The uploaded files of a data folder. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Files(DataFolder);

/// Ids are made here, but come back in addresses: only their own spelling reaches the file system.
fn name(id: &str) -> Option<String> {
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| format!("{FOLDER}/{id}"))
}

impl Files {
    pub(crate) fn of(data: &DataFolder) -> Files {
        Files(data.clone())
    }

    /// Keeps a file. It is on the disk, under its name, when this returns.
    pub(super) async fn keep(&self, id: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        let (data, name) = (self.0.clone(), name(id));
        let write = move || -> std::io::Result<()> {
            let name = name.ok_or(std::io::ErrorKind::InvalidInput)?;
            let bytes = at_rest::file::seal(&data, &name, &bytes).map_err(std::io::Error::other)?;
            let folder = data.join(FOLDER);
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
            let path = data.join(name);
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
    pub(super) async fn read(&self, id: &str) -> Option<Vec<u8>> {
        let (data, name) = (self.0.clone(), name(id)?);
        let read = move || {
            let bytes = std::fs::read(data.join(&name)).ok()?;
            let opened = at_rest::file::open(&data, &name, bytes);
            opened.inspect_err(|error| tracing::error!(%error, "an uploaded file does not open")).ok()
        };
        super::blocking(read).await.ok()?
    }

    /// Deletes a file. One that is gone already is as good.
    pub(super) fn delete(&self, id: &str) {
        let Some(name) = name(id) else { return };
        if let Err(error) = std::fs::remove_file(self.0.join(name))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, import = id, "an uploaded file could not be deleted; trying again later");
        }
    }

    /// The ids of all kept files.
    pub(super) fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join(FOLDER)).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// Their names in the data folder.
    pub(crate) fn names(&self) -> Vec<String> {
        self.ids().iter().filter_map(|id| name(id)).collect()
    }
}
