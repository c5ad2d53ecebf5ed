//! Compressing what is pushed, and inflating what arrives, within a cap.

use crate::EngineError;
use linli_core::sync::frames::{Codec, PAGE_BYTES_MAX, Packed, decode_whole};

#[cfg(not(target_family = "wasm"))]
/// zstd's own default: higher levels cost a phone's battery for a few percent.
const LEVEL: i32 = 3;

/// Packs encoded CBOR items as one array.
pub(crate) fn pack_items(items: &[Vec<u8>]) -> Result<Packed, EngineError> {
    let mut plain = Vec::with_capacity(items.iter().map(Vec::len).sum::<usize>() + 9);
    // Writing an array's head into a Vec cannot fail.
    let _ = minicbor::Encoder::new(&mut plain).array(items.len() as u64);
    items.iter().for_each(|item| plain.extend_from_slice(item));
    compress(plain)
}

#[cfg(not(target_family = "wasm"))]
fn compress(plain: Vec<u8>) -> Result<Packed, EngineError> {
    let bytes = zstd::bulk::compress(&plain, LEVEL).map_err(|_| EngineError::Packing)?;
    Ok(Packed { codec: Codec::Zstd, bytes })
}

/// As it is: the compressor would be downloaded by every phone, to save some kilobytes of a day's visits.
#[cfg(target_family = "wasm")]
fn compress(plain: Vec<u8>) -> Result<Packed, EngineError> {
    Ok(Packed { codec: Codec::Plain, bytes: plain })
}

/// Inflates and reads one value, which must fill the bytes.
pub(crate) fn unpack<T: for<'b> minicbor::Decode<'b, ()>>(packed: &Packed) -> Result<T, EngineError> {
    unpack_within(packed, PAGE_BYTES_MAX)
}

/// The same with another cap.
pub(crate) fn unpack_within<T: for<'b> minicbor::Decode<'b, ()>>(
    packed: &Packed,
    bytes_max: usize,
) -> Result<T, EngineError> {
    match packed.codec {
        Codec::Plain if packed.bytes.len() > bytes_max => Err(EngineError::Packing),
        Codec::Plain => Ok(decode_whole(&packed.bytes)?),
        Codec::Zstd => {
            let plain = zstd::bulk::decompress(&packed.bytes, bytes_max).map_err(|_| EngineError::Packing)?;
            Ok(decode_whole(&plain)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_and_a_bomb_does_not() {
        let items: Vec<Vec<u8>> = (0..30u64).map(|n| minicbor::to_vec(n).unwrap()).collect();
        let packed = pack_items(&items).unwrap();
        assert_eq!(unpack::<Vec<u64>>(&packed).unwrap(), (0..30).collect::<Vec<u64>>());
        let bomb = zstd::bulk::compress(&vec![0; PAGE_BYTES_MAX + 1], LEVEL).unwrap();
        let bomb = Packed { codec: Codec::Zstd, bytes: bomb };
        assert!(matches!(unpack::<Vec<u64>>(&bomb), Err(EngineError::Packing)));
    }
}
