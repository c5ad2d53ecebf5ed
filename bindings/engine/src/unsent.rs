//! Unsent work as a file: for a phone that cannot connect, or may no longer.
//!
//! The file holds signed batches and nothing else. Carrying it gives no rights: the relay checks every
//! signature, and whoever carries it cannot change a word.

use crate::packing::{pack_items, unpack_within};
use crate::store::{begin, outbox};
use crate::{Engine, EngineError};
use linli_core::identity::Batch;
use linli_core::ids::DeviceId;
use linli_core::sync::frames::decode_whole;
use serde::Serialize;
use std::collections::BTreeSet;
#[cfg(not(target_family = "wasm"))]
use std::{io::Read, path::Path};

/// First bytes of the file: what it is, and the version of its layout.
const MAGIC: &[u8] = b"linli-unsent\0\x01";

/// Largest file read, and the most it may inflate to: what a phone carries at most.
const FILE_BYTES_MAX: u64 = outbox::CARRIED_BYTES_MAX as u64;

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    /// Signed batches.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// What was taken on.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// Batches in the file.
    pub batches: u64,
    /// Those that were not here yet.
    pub new: u64,
    /// Records in the new ones.
    pub records: u64,
    /// Phones that they come from.
    pub devices: Vec<DeviceId>,
}

impl Engine {
    /// Writes everything unsent to a file. It stays on the phone until the relay has it.
    ///
    /// # Errors
    /// [`EngineError::File`], or an error of the store.
    #[cfg(not(target_family = "wasm"))]
    pub async fn export_unsent(&self, path: &Path) -> Result<Exported, EngineError> {
        let (exported, file) = self.unsent_file().await?;
        let written = write_synced(path, &file);
        written.map_err(|error| file_error(path, &error))?;
        Ok(exported)
    }

    /// The same as bytes, for who has files of another kind.
    ///
    /// # Errors
    /// An error of the store.
    pub async fn unsent_file(&self) -> Result<(Exported, Vec<u8>), EngineError> {
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        outbox::seal_pending(&mut tx, self.key.as_ref(), self.env.now_ms()).await?;
        let batches = outbox::all_unsent(&mut tx).await?;
        let (own, carried) = outbox::unsent_counts(&mut tx).await?;
        tx.commit().await?;
        drop(conn);
        let packed = minicbor::to_vec(pack_items(&batches)?).unwrap_or_default();
        let file = [MAGIC, &packed].concat();
        let (batches, bytes) = (batches.len() as u64, file.len() as u64);
        Ok((Exported { batches, records: own + carried, bytes }, file))
    }

    /// Takes a colleague's unsent work on, to upload it with the next sync.
    ///
    /// # Errors
    /// [`EngineError::NotUnsentFile`], [`EngineError::CarriedFull`], [`EngineError::File`].
    #[cfg(not(target_family = "wasm"))]
    pub async fn import_unsent(&self, path: &Path) -> Result<Imported, EngineError> {
        self.take_unsent_file(&path.display().to_string(), &read_file(path)?).await
    }

    /// The same from bytes; `name` is for the error.
    ///
    /// # Errors
    /// As [`Engine::import_unsent`].
    pub async fn take_unsent_file(&self, name: &str, file: &[u8]) -> Result<Imported, EngineError> {
        let batches = read_batches(name, file)?;
        let mut imported =
            Imported { batches: batches.len() as u64, new: 0, records: 0, devices: Vec::new() };
        let mut devices = BTreeSet::new();
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        for batch in &batches {
            let header = batch.claims()?;
            // Own work in a file is here already, or was acknowledged long ago.
            if header.device == self.device() {
                continue;
            }
            if outbox::carry(&mut tx, &header, &batch.to_bytes()).await? {
                imported.new += 1;
                imported.records += u64::from(header.count);
            }
            devices.insert(header.device);
        }
        if outbox::carried_bytes(&mut tx).await? > outbox::CARRIED_BYTES_MAX {
            return Err(EngineError::CarriedFull);
        }
        tx.commit().await?;
        self.wake();
        imported.devices = devices.into_iter().collect();
        Ok(imported)
    }
}

#[cfg(not(target_family = "wasm"))]
fn file_error(path: &Path, error: &std::io::Error) -> EngineError {
    EngineError::File { path: path.display().to_string(), reason: error.to_string() }
}

#[cfg(not(target_family = "wasm"))]
/// A file that is handed to somebody must be whole, also when the phone is switched off right after.
fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

#[cfg(not(target_family = "wasm"))]
fn read_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    let file = std::fs::File::open(path).map_err(|error| file_error(path, &error))?;
    let mut bytes = Vec::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| file_error(path, &error))?;
    Ok(bytes)
}

fn read_batches(name: &str, file: &[u8]) -> Result<Vec<Batch>, EngineError> {
    let not_ours = || EngineError::NotUnsentFile(name.to_owned());
    let packed = file.strip_prefix(MAGIC).filter(|_| file.len() as u64 <= FILE_BYTES_MAX);
    let packed = decode_whole(packed.ok_or_else(not_ours)?).map_err(|_| not_ours())?;
    let bytes_max = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX);
    let batches: Vec<Batch> = unpack_within(&packed, bytes_max).map_err(|_| not_ours())?;
    let too_large = |batch: &Batch| batch.entries.len() > Batch::ENTRIES_MAX;
    if batches.iter().any(|batch| too_large(batch) || batch.claims().is_err()) {
        return Err(not_ours());
    }
    Ok(batches)
}
