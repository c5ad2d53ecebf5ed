//! The relay's clock and randomness: the only place that asks the operating system for either.

use linli_core::time::TimeMs;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the clock is off on purpose; 0 but in tests of days to come.
static OFFSET_MS: AtomicI64 = AtomicI64::new(0);

/// Sets the clock off by so much, from now on.
pub(crate) fn set_off(offset_ms: i64) {
    OFFSET_MS.store(offset_ms, Ordering::Relaxed);
}

/// How many times sooner than it should the relay loses its patience; 1 but in tests of slow strangers.
static HASTE: AtomicU32 = AtomicU32::new(1);

/// Makes the relay so many times less patient, from now on.
pub(crate) fn hurry(haste: u32) {
    HASTE.store(haste.max(1), Ordering::Relaxed);
}

/// How long a connection is really waited for.
pub(crate) fn patience(time: Duration) -> Duration {
    time / HASTE.load(Ordering::Relaxed)
}

/// Now.
pub(crate) fn now_ms() -> TimeMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(OFFSET_MS.load(Ordering::Relaxed))
}

/// Random bytes. A machine without a random source cannot run a relay: keys and nonces depend on it.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gives no random bytes");
        std::process::exit(70);
    }
    bytes
}
