//! Clock and randomness as the engine sees them: given from outside, so that tests own both.

use crate::EngineError;
use linli_core::time::TimeMs;

/// What the engine needs of the machine it runs on.
pub trait Env: Send + Sync {
    /// The phone's clock, right or wrong.
    fn now_ms(&self) -> TimeMs;

    /// Fills with unpredictable bytes.
    ///
    /// # Errors
    /// [`EngineError::NoRandomness`].
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EngineError>;
}

/// Where the secret lives that locks this phone's store, and the phone's key: the platform's key store. One that can
/// sign keeps the key itself; otherwise it is made from the secret.
pub trait KeyStore: Send + Sync {
    /// Makes a new signing key that never leaves the key store, in place of any earlier one: ECDSA on P-256. Returns its
    /// public point (SEC 1, 33 or 65 bytes); nothing from a key store that cannot sign.
    ///
    /// # Errors
    /// [`EngineError::KeyStore`].
    fn make_signing_key(&self) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(None)
    }

    /// Signs with that key: ECDSA over the SHA-256 of the message, as DER.
    ///
    /// # Errors
    /// [`EngineError::KeyStore`].
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, EngineError> {
        Err(EngineError::KeyStore("it keeps no signing key".into()))
    }

    /// The secret; nothing when none was saved yet.
    ///
    /// # Errors
    /// [`EngineError::KeyStore`].
    fn load(&self) -> Result<Option<Vec<u8>>, EngineError>;

    /// Keeps the secret. Durable when it returns.
    ///
    /// # Errors
    /// [`EngineError::KeyStore`].
    fn save(&self, secret: &[u8]) -> Result<(), EngineError>;
}

/// The system's clock, moved by an offset, and the system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEnv {
    /// Added to the clock; for tests of wrong clocks.
    pub offset_ms: i64,
}

impl Env for SystemEnv {
    fn now_ms(&self) -> TimeMs {
        unix_ms().saturating_add(self.offset_ms)
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<(), EngineError> {
        getrandom::fill(bytes).map_err(|_| EngineError::NoRandomness)
    }
}

#[cfg(not(target_family = "wasm"))]
fn unix_ms() -> TimeMs {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(target_family = "wasm")]
#[expect(clippy::cast_possible_truncation, reason = "a browser counts whole milliseconds as a float")]
fn unix_ms() -> TimeMs {
    js_sys::Date::now() as TimeMs
}

/// An id's or key's worth of random bytes.
pub(crate) fn random<const N: usize>(env: &dyn Env) -> Result<[u8; N], EngineError> {
    let mut bytes = [0; N];
    env.fill(&mut bytes)?;
    Ok(bytes)
}
