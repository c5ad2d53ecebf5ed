//! Reading numbers and slices from hostile bytes: never past the end, never in a second spelling.
//!
//! Knows LEB128 and nothing about chunks. Overlong numbers are refused because a change must have exactly
//! one spelling: Automerge stores a change decoded and spells it anew when it is asked for it, and a change
//! that comes back with other bytes has another hash, which makes the whole saved document unreadable.

use super::GateError;

/// A position in a slice; every read moves it forward or fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Cursor<'a> {
    /// Reads from `bytes`; `what` names them in errors.
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Cursor<'a> {
        Cursor { rest: bytes, what }
    }

    /// Whether everything has been read.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// Number of bytes not yet read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The bytes not yet read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Fails unless everything has been read.
    pub(super) fn finish(&self) -> Result<(), GateError> {
        if self.is_done() {
            Ok(())
        } else {
            Err(GateError::Trailing { what: self.what, bytes: self.rest.len() as u64 })
        }
    }

    /// The next `len` bytes. A length that does not fit the machine is just another length too large.
    pub(super) fn take(&mut self, len: u64) -> Result<&'a [u8], GateError> {
        let split = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let (head, rest) = split.ok_or(GateError::Truncated { what: self.what })?;
        self.rest = rest;
        Ok(head)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], GateError> {
        let (head, rest) =
            self.rest.split_first_chunk::<N>().ok_or(GateError::Truncated { what: self.what })?;
        self.rest = rest;
        Ok(*head)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, GateError> {
        let [byte] = self.array::<1>()?;
        Ok(byte)
    }

    /// An unsigned LEB128 number in its shortest spelling.
    pub(super) fn unsigned(&mut self) -> Result<u64, GateError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && low > 1 {
                return Err(self.spelling());
            }
            value |= low << shift;
            if byte & 0x80 == 0 {
                let overlong = byte == 0 && shift > 0;
                return if overlong { Err(self.spelling()) } else { Ok(value) };
            }
        }
        Err(self.spelling())
    }

    /// A signed LEB128 number in its shortest spelling.
    pub(super) fn signed(&mut self) -> Result<i64, GateError> {
        let mut value = 0_i64;
        let mut before = 0_u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(self.spelling());
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let repeats_sign = (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0);
                if shift > 0 && repeats_sign {
                    return Err(self.spelling());
                }
                if shift < 63 && byte & 0x40 != 0 {
                    value |= -1_i64 << (shift + 7);
                }
                return Ok(value);
            }
            before = byte;
        }
        Err(self.spelling())
    }

    /// A count that must not exceed `max`, checked before anything is read or reserved for it.
    pub(super) fn count(&mut self, counted: &'static str, max: u64) -> Result<u64, GateError> {
        let found = self.unsigned()?;
        if found > max { Err(GateError::TooMany { what: counted, found, max }) } else { Ok(found) }
    }

    fn spelling(&self) -> GateError {
        GateError::NotCanonical { what: self.what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        let unsigned = |bytes: &[u8]| Cursor::new(bytes, "a number").unsigned().ok();
        assert_eq!(unsigned(&[0]), Some(0));
        assert_eq!(unsigned(&[0x80, 0x01]), Some(128));
        assert_eq!(unsigned(&[0x80, 0x00]), None);
        assert_eq!(unsigned(&[0xff; 9]), None);
        let mut top = vec![0xff; 9];
        top.push(1);
        assert_eq!(unsigned(&top), Some(u64::MAX));
        // The tenth byte holds the last bit and nothing else; there is no eleventh.
        assert_eq!(unsigned(&[&[0xff; 9][..], &[2]].concat()), None);
        assert_eq!(unsigned(&[&[0x80; 9][..], &[0]].concat()), None);
        assert_eq!(unsigned(&[&[0x80; 9][..], &[0x81, 0]].concat()), None);
        let signed = |bytes: &[u8]| Cursor::new(bytes, "a number").signed().ok();
        assert_eq!(signed(&[0x7f]), Some(-1));
        assert_eq!(signed(&[0xff, 0x7f]), None);
        assert_eq!(signed(&[0xff, 0x00]), Some(127));
        assert_eq!(signed(&[0x80, 0x7f]), Some(-128));
        assert_eq!(signed(&[0x81, 0x00]), None);
        assert_eq!(signed(&[0xff, 0x7e]), Some(-129));
        assert_eq!(signed(&[0x81, 0x01]), Some(129));
        let mut low = vec![0x80; 9];
        low.push(0x7f);
        assert_eq!(signed(&low), Some(i64::MIN));
        low = vec![0xff; 8];
        low.push(0x3f);
        assert_eq!(signed(&low), Some(i64::MAX >> 1));
        low = vec![0x80; 8];
        low.push(0x40);
        assert_eq!(signed(&low), Some(i64::MIN >> 1));
        assert_eq!(signed(&[&[0xff; 9][..], &[0]].concat()), Some(i64::MAX));
        for tenth in [1, 0x3f, 0x40, 0x7e] {
            assert_eq!(signed(&[&[0xff; 9][..], &[tenth]].concat()), None, "{tenth}");
        }
    }

    #[test]
    fn reading_never_goes_past_the_end_and_says_what_is_left() {
        let mut cursor = Cursor::new(&[1, 2, 3], "three bytes");
        assert_eq!(cursor.take(2).unwrap(), [1, 2]);
        assert_eq!((cursor.left(), cursor.is_done(), cursor.rest()), (1, false, &[3][..]));
        assert_eq!(cursor.finish(), Err(GateError::Trailing { what: "three bytes", bytes: 1 }));
        assert_eq!(cursor.take(2), Err(GateError::Truncated { what: "three bytes" }));
        assert_eq!(cursor.take(u64::MAX), Err(GateError::Truncated { what: "three bytes" }));
        assert_eq!(cursor.array::<2>(), Err(GateError::Truncated { what: "three bytes" }));
        assert_eq!(cursor.byte(), Ok(3));
        assert_eq!((cursor.left(), cursor.is_done()), (0, true));
        assert_eq!(cursor.finish(), Ok(()));
        assert_eq!(cursor.byte(), Err(GateError::Truncated { what: "three bytes" }));
    }

    #[test]
    fn a_count_may_be_the_bound_and_no_more() {
        let count = |found: u8| Cursor::new(&[found], "a table").count("lines", 5);
        assert_eq!(count(5), Ok(5));
        assert_eq!(count(6), Err(GateError::TooMany { what: "lines", found: 6, max: 5 }));
    }
}
