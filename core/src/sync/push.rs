//! Reading what a phone pushes, within bounds that hold for any bytes.
//!
//! Owns what may be in one push. A push comes from whoever has a phone, so what it takes in memory must be
//! bounded however its few bytes are arranged; [`Batch::verify`] looks only at what was read already.

use super::frames::FrameError;
use crate::identity::Batch;

/// The most that a push may inflate to. A phone fills a push to
/// [`PAGE_BYTES_GOAL`](super::frames::PAGE_BYTES_GOAL); one more batch, twice the size that phones cut them
/// to, and room besides.
pub const PUSH_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Most batches in a push. The smallest honest one, with its signature and one change, is 300 bytes, so this is
/// twice what fills a push.
pub const PUSH_BATCHES_MAX: usize = 8_000;

/// Most entries in all batches of a push together. The smallest honest change takes 130 bytes with its entry.
pub const PUSH_ENTRIES_MAX: usize = 20_000;

/// Reads the batches of a push, inflated already.
///
/// # Errors
/// [`FrameError`].
pub fn read_push(plain: &[u8]) -> Result<Vec<Batch>, FrameError> {
    if plain.len() > PUSH_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    let mut decoder = minicbor::Decoder::new(plain);
    let (mut batches, mut entries) = (Vec::new(), 0_usize);
    for batch in decoder.array_iter::<Batch>().map_err(|_| FrameError::Malformed)? {
        let batch = batch.map_err(|_| FrameError::Malformed)?;
        entries += batch.entries.len();
        batches.push(batch);
        if batches.len() > PUSH_BATCHES_MAX || entries > PUSH_ENTRIES_MAX {
            return Err(FrameError::TooLarge);
        }
    }
    if decoder.position() == plain.len() { Ok(batches) } else { Err(FrameError::Malformed) }
}
