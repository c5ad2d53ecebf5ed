//! A data folder that tells nothing to whoever does not have its key file.
//!
//! The databases are locked by `linli-storage`; here is the key file, what lies beside the databases, and how a folder
//! from before it had a key is locked. Knows no command line.

pub(crate) mod file;
pub(crate) mod key_file;

use crate::backup;
use crate::office::import::file::Files;
use anyhow::Context as _;
use linli_storage::{DataFolder, lock_databases};

/// Where `linli verify` makes the lists again, in the data folder.
pub(crate) const REBUILT: &str = "verify";

/// Locks what is still in the clear in a folder that has a key. Only for the relay that has the folder to itself. Cut
/// off at any moment, everything is there, locked or not; the next start does the rest.
pub(crate) async fn lock(folder: &DataFolder) -> anyhow::Result<()> {
    if folder.key().is_none() {
        return Ok(());
    }
    // Copies that somebody left who was killed.
    for left in [REBUILT, backup::COPIES] {
        match std::fs::remove_dir_all(folder.join(left)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot delete {left} in the data folder"));
            }
            _ => {}
        }
    }
    let databases = lock_databases(folder).await?;
    let files = file::SECRETS.iter().map(|name| (*name).to_owned()).chain(Files::of(folder).names());
    let mut sealed = 0;
    for name in files {
        sealed += usize::from(file::seal_where_it_lies(folder, &name)?);
    }
    if databases + sealed > 0 {
        tracing::info!(databases, files = sealed, "locked what lay in the clear; the old files are deleted");
    }
    Ok(())
}
