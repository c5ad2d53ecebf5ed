//! Compressing what phones are sent, and inflating what they push, within a cap.

use linli_core::identity::Batch;
use linli_core::sync::frames::{Codec, FeedItem, FrameError, Packed};
use linli_core::sync::push::{PUSH_BYTES_MAX, read_push};
use std::io::Read as _;

/// Pages are compressed once per phone that follows live, so quickly.
const LEVEL: i32 = 3;

/// Binary logarithm of [`PUSH_BYTES_MAX`]. A frame that asks for a larger window asks for memory, up to 128 MiB,
/// before it has said anything; nothing that fits a push needs one.
const WINDOW_LOG_MAX: u32 = PUSH_BYTES_MAX.ilog2();

/// Packs items of the log.
pub(crate) fn pack(items: &Vec<FeedItem>) -> Packed {
    let raw = minicbor::to_vec(items).unwrap_or_default();
    match zstd::bulk::compress(&raw, LEVEL) {
        Ok(bytes) if bytes.len() < raw.len() => Packed { codec: Codec::Zstd, bytes },
        _ => Packed { codec: Codec::Plain, bytes: raw },
    }
}

/// Reads what a phone pushes.
///
/// # Errors
/// [`FrameError`].
pub(crate) fn unpack_push(packed: &Packed) -> Result<Vec<Batch>, FrameError> {
    match packed.codec {
        Codec::Plain => read_push(&packed.bytes),
        Codec::Zstd => read_push(&inflate(&packed.bytes)?),
    }
}

/// Inflates up to the cap without believing the size that the bytes claim.
fn inflate(bytes: &[u8]) -> Result<Vec<u8>, FrameError> {
    let malformed = |_| FrameError::Malformed;
    let mut decoder = zstd::stream::read::Decoder::new(bytes).map_err(malformed)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(malformed)?;
    let mut out = Vec::new();
    // One byte more than is allowed tells too much from just enough.
    decoder.take(PUSH_BYTES_MAX as u64 + 1).read_to_end(&mut out).map_err(malformed)?;
    if out.len() > PUSH_BYTES_MAX { Err(FrameError::TooLarge) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zstd_of(plain: &[u8]) -> Packed {
        Packed { codec: Codec::Zstd, bytes: zstd::bulk::compress(plain, LEVEL).unwrap() }
    }

    #[test]
    fn a_push_comes_back_and_a_bomb_does_not_go_off() {
        let nothing = minicbor::to_vec(Vec::<Batch>::new()).unwrap();
        assert_eq!(unpack_push(&zstd_of(&nothing)), Ok(Vec::new()));
        assert_eq!(unpack_push(&zstd_of(&vec![0; 64 << 20])), Err(FrameError::TooLarge));
        assert_eq!(unpack_push(&zstd_of(&vec![0x80; PUSH_BYTES_MAX])), Err(FrameError::Malformed));
        // An empty push in a frame whose header asks for a window of 128 MiB.
        let greedy = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x09, 0x00, 0x00, 0x80];
        assert_eq!(unpack_push(&Packed { codec: Codec::Zstd, bytes: greedy }), Err(FrameError::Malformed));
    }
}
