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

/// Keeps the secret from which this phone's signing key is made: 32 bytes that nobody else may read.
///
/// Written once, when the phone is opened for the first time, and read at every later one. On Android wrap it with
/// a key of the Keystore, on iOS put it into the Keychain, not to be backed up.
#[uniffi::export(with_foreign)]
pub trait KeyStore: Send + Sync {
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
    fn load(&self) -> Result<Option<Vec<u8>>, EngineError> {
        self.0.load().map_err(|error| EngineError::KeyStore(error.to_string()))
    }

    fn save(&self, secret: &[u8]) -> Result<(), EngineError> {
        self.0.save(secret.to_vec()).map_err(|error| EngineError::KeyStore(error.to_string()))
    }
}
