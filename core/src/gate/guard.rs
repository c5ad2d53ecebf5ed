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
        // Dropping a payload can panic in its turn, and what that throws may as well; nothing in either is of use.
        std::mem::forget(catch_unwind(AssertUnwindSafe(|| drop(payload))));
        GateError::Panicked { during }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What may be thrown: it throws again when it is dropped.
    struct Spiteful;

    impl Drop for Spiteful {
        fn drop(&mut self) {
            std::panic::panic_any(7_u8);
        }
    }

    #[test]
    fn whatever_is_thrown_is_an_error_and_nothing_more() {
        let panicked = GateError::Panicked { during: "a test" };
        assert_eq!(guarded("a test", || 3), Ok(3));
        assert_eq!(guarded::<()>("a test", || panic!("a text")), Err(panicked.clone()));
        assert_eq!(guarded::<()>("a test", || std::panic::panic_any(Spiteful)), Err(panicked));
    }
}
