//! Catching panics of Automerge.
//!
//! Owns the one `catch_unwind` of the gate. What a panicking closure was changing must be thrown away by the
//! caller; that is why the closures here work on copies.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::GateError;

/// Runs `work`; a panic becomes [`GateError::Panicked`].
///
/// Asserting unwind safety is sound because no caller looks again at a value that `work` was changing.
pub(super) fn guarded<T>(during: &'static str, work: impl FnOnce() -> T) -> Result<T, GateError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // Dropping a payload can panic in its turn, but for the texts that nearly all are; nothing in it is of use.
        if !payload.is::<String>() && !payload.is::<&'static str>() {
            std::mem::forget(payload);
        }
        GateError::Panicked { during }
    })
}
