//! Lists in a stranger's bytes: never more items than the list may have.
//!
//! An item can take many times more memory than bytes: an empty grant is 23 bytes on the wire and 48 in memory,
//! and a growing list is held twice while it is moved. A bound on the bytes alone bounds neither.

use minicbor::decode::{Decode, Decoder, Error};

/// Reads an array of at most `max` items.
pub(crate) fn up_to<'b, C, T: Decode<'b, C>>(
    decoder: &mut Decoder<'b>,
    context: &mut C,
    max: usize,
) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    for item in decoder.array_iter_with(context)? {
        if items.len() == max {
            return Err(Error::message("more items than the list may have"));
        }
        items.push(item?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::up_to;

    #[test]
    fn one_item_too_many_ends_the_reading() {
        let bytes = minicbor::to_vec([1_u8, 2, 3]).unwrap();
        let read = |max| up_to::<(), u8>(&mut minicbor::Decoder::new(&bytes), &mut (), max);
        assert_eq!(read(3).unwrap(), [1, 2, 3]);
        assert!(read(2).is_err());
        // A claim of 2^64 - 1 items reserves nothing.
        let claim = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert!(up_to::<(), u8>(&mut minicbor::Decoder::new(&claim), &mut (), 9).is_err());
    }
}
