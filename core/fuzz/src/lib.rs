//! What every fuzz target shares.

pub mod entries;

/// Panics of libraries are caught where they are called and are no finding; the fuzzer's own hook would end the
/// run at each. A panic that nobody catches still ends it.
pub fn let_panics_be_caught() {
    std::panic::set_hook(Box::new(|_| {}));
}
