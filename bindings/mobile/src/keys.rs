//! Where the phone's key lives: the platform's key store, written in the platform's language.

use linli_engine::EngineError;
use std::sync::Arc;

/// The platform's key store said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyStoreError {
    /// With what it said.
    #[error("{reason}")]
    Failed {
        /// What the platform said, for the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyStoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> KeyStoreError {
        KeyStoreError::Failed { reason: error.reason }
    }
}

/// Keeps a secret of 32 bytes that nobody else may read, with which the phone's store is locked; and what the phone
/// signs with: a key of its own in secure hardware where there is one (P-256), otherwise one made from the secret
/// (Ed25519).
///
/// Both are made once, when the phone is opened for the first time. On Android keep the key in the Keystore and wrap
/// the secret with a key of it; on iOS use the Secure Enclave and the Keychain, not to be backed up.
#[uniffi::export(with_foreign)]
pub trait KeyStore: Send + Sync {
    /// Makes a new signing key that never leaves the key store, in place of any earlier one: ECDSA on P-256, usable
    /// while the app works in the background. Returns its public point (SEC 1: 33 bytes, or 65 with x and y); nothing
    /// from a key store that cannot sign, which is then asked to keep a secret.
    ///
    /// # Errors
    /// [`KeyStoreError`]; the phone is then not opened.
    fn make_signing_key(&self) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Signs with that key: ECDSA over the SHA-256 of the message, as DER.
    ///
    /// # Errors
    /// [`KeyStoreError`]; nothing is lost, what was to be sent is sent another time.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;

    /// The secret; nothing when none was saved yet.
    ///
    /// # Errors
    /// [`KeyStoreError`]; the phone is then not opened.
    fn load(&self) -> Result<Option<Vec<u8>>, KeyStoreError>;

    /// Keeps the secret. Durable when it returns.
    ///
    /// # Errors
    /// [`KeyStoreError`]; the phone is then not opened, and nothing was lost.
    fn save(&self, secret: Vec<u8>) -> Result<(), KeyStoreError>;
}

/// A foreign key store as the engine sees it.
pub(crate) struct Foreign(pub(crate) Arc<dyn KeyStore>);

impl linli_engine::KeyStore for Foreign {
    fn make_signing_key(&self) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.make_signing_key().map_err(refused)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EngineError> {
        self.0.sign(message.to_vec()).map_err(refused)
    }

    fn load(&self) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.load().map_err(refused)
    }

    fn save(&self, secret: &[u8]) -> Result<(), EngineError> {
        self.0.save(secret.to_vec()).map_err(refused)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
fn refused(error: KeyStoreError) -> EngineError {
    EngineError::KeyStore(error.to_string())
}
