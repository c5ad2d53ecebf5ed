//! The envelope around every Automerge chunk: magic bytes, checksum, type, length.
//!
//! Owns the header and the hash; does not look inside.

use sha2::{Digest, Sha256};

use super::GateError;
use super::bytes::Cursor;

/// First four bytes of every chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// Bytes before the length: magic, checksum, type.
pub(super) const BEFORE_LENGTH: usize = 9;

/// Type byte of a document chunk.
pub(super) const DOCUMENT: u8 = 0;
/// Type byte of an uncompressed change chunk.
pub(super) const CHANGE: u8 = 1;

/// A chunk whose checksum fits.
pub(super) struct Chunk<'a> {
    /// SHA-256 over type, length and content: of a change chunk, the hash of the change.
    pub(super) hash: [u8; 32],
    /// The content.
    pub(super) body: &'a [u8],
}

/// The type byte of what begins like a chunk; a change's for one that is cut off before it.
pub(super) fn type_of(bytes: &[u8]) -> Option<u8> {
    bytes.starts_with(&MAGIC).then(|| bytes.get(8).copied().unwrap_or(CHANGE))
}

/// Opens `bytes`, which must be exactly one chunk of type `wanted` and at most `bytes_max` long.
pub(super) fn open<'a>(
    bytes: &'a [u8],
    wanted: u8,
    what: &'static str,
    bytes_max: u64,
) -> Result<Chunk<'a>, GateError> {
    if bytes.is_empty() {
        return Err(GateError::Empty);
    }
    if bytes.len() as u64 > bytes_max {
        return Err(GateError::TooLarge { what, bytes: bytes.len() as u64, bytes_max });
    }
    let mut cursor = Cursor::new(bytes, what);
    if cursor.array::<4>()? != MAGIC {
        return Err(GateError::NotAChunk);
    }
    let checksum = cursor.array::<4>()?;
    let found = cursor.byte()?;
    if found != wanted {
        return Err(GateError::WrongChunk { found, wanted });
    }
    let length_at = cursor.rest();
    let len = cursor.unsigned()?;
    let length = length_at.get(..length_at.len() - cursor.left()).unwrap_or_default();
    let body = cursor.take(len)?;
    cursor.finish()?;
    let digest = Sha256::new().chain_update([found]).chain_update(length).chain_update(body).finalize();
    let hash: [u8; 32] = digest.into();
    if hash.starts_with(&checksum) { Ok(Chunk { hash, body }) } else { Err(GateError::Checksum) }
}
