//! The scalars a record may hold, checked in their stored form.
//!
//! Owns type codes and lengths of values; knows nothing about operations or columns.

use super::bytes::Cursor;
use super::{GateError, SCALAR_BYTES_MAX};

const NULL: u64 = 0;
const FALSE: u64 = 1;
const TRUE: u64 = 2;
const UNSIGNED: u64 = 3;
const SIGNED: u64 = 4;
const FLOAT: u64 = 5;
const STRING: u64 = 6;
const BYTES: u64 = 7;
const COUNTER: u64 = 8;
const TIMESTAMP: u64 = 9;

/// The value of a deleting operation: null, without bytes.
pub(super) const NOTHING: u64 = NULL;

/// Checks one value: `meta` is its length and type code, its bytes are next in `raw`.
pub(super) fn check(meta: u64, raw: &mut Cursor<'_>) -> Result<(), GateError> {
    let (code, len) = (meta & 0b1111, meta >> 4);
    if len > SCALAR_BYTES_MAX {
        return Err(GateError::TooLarge { what: "a value", bytes: len, bytes_max: SCALAR_BYTES_MAX });
    }
    let bytes = raw.take(len)?;
    let mut inner = Cursor::new(bytes, "a value");
    match code {
        NULL | FALSE | TRUE => inner.finish(),
        UNSIGNED => inner.unsigned().and_then(|_| inner.finish()),
        SIGNED | TIMESTAMP => inner.signed().and_then(|_| inner.finish()),
        FLOAT => inner.array::<8>().and_then(|_| inner.finish()),
        STRING => match std::str::from_utf8(bytes) {
            Ok(_) => Ok(()),
            Err(_) => Err(GateError::OutOfRange { what: "text that is not UTF-8" }),
        },
        BYTES => Ok(()),
        // A counter only makes sense with increments, and those are refused: a later one could never arrive.
        COUNTER => Err(GateError::NotFlat { what: "a counter" }),
        _ => Err(GateError::NotFlat { what: "a value of an unknown type" }),
    }
}
