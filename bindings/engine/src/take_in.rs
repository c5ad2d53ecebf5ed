//! Taking in what the relay sends: pages of the log, and snapshots.
//!
//! Owns the way from other people's changes to documents and rows. What cannot be applied is skipped
//! and counted, never in the way of what follows: one broken change must not stop a phone.

mod page;
mod row_batch;
mod snapshot;

pub(crate) use row_batch::refresh_rows;

use linli_core::ids::Actor;

/// What a page or snapshot page brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TakenIn {
    /// Changes or documents that are new here.
    pub(crate) received: u64,
    /// Changes that could not be applied.
    pub(crate) skipped: u64,
    /// Decisions of the office against something entered here.
    pub(crate) notices: u64,
}

/// Length of a chunk's magic bytes, checksum and type.
const CHUNK_HEAD_BYTES: usize = 9;

/// Length of a change's hash.
const HASH_BYTES: usize = 32;

/// The actor that made a change, from the head of its chunk: type and length, then the hashes it builds
/// on, then the actor. Reading on costs a parse that applying does anyway.
pub(crate) fn actor_of(change: &[u8]) -> Option<Actor> {
    let rest = change.get(CHUNK_HEAD_BYTES..)?;
    let (_, rest) = leb128(rest)?;
    let (deps, rest) = leb128(rest)?;
    let rest = rest.get(deps.checked_mul(HASH_BYTES)?..)?;
    let (length, rest) = leb128(rest)?;
    Actor::from_slice(rest.get(..length)?)
}

/// Reads an unsigned LEB128 number of at most four bytes; a change is at most 64 KiB.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use linli_core::doc::{Author, Document};
    use linli_core::kinds::DocKind;
    use linli_core::record::Put;

    #[test]
    fn the_actor_is_read_from_first_and_later_changes() {
        let mut doc = Document::new(DocKind::Household);
        for number in 0..3u8 {
            let actor = Actor([number + 1; 16]);
            let put = Put::set("note", "x".repeat(200 * usize::from(number) + 1));
            let change = doc.edit(&Author::now(actor, 5), &[put]).unwrap();
            assert_eq!(actor_of(&change.0), Some(actor));
        }
        assert_eq!(actor_of(b""), None);
        assert_eq!(actor_of(&[0xff; 40]), None);
    }
}
