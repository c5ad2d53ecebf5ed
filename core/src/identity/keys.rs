//! Keys of phones and offices. The algorithm is tagged: Ed25519 where the key is ours, P-256 where a platform's key
//! store keeps it and signs inside.

use crate::ids::{DeviceId, encode_base32};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Tag of Ed25519: 32 bytes follow.
const ED25519: u8 = 1;

/// Tag of ECDSA with P-256 and SHA-256: the point in 33 bytes follows, signatures are the two numbers in 64. Only the
/// short form of the point: a key that could be written twice would be two devices.
#[cfg(feature = "p256")]
const P256: u8 = 2;

/// A public key as it travels: one tag byte, then the key.
#[derive(Clone, PartialEq, Eq, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct PublicKey(#[cbor(with = "minicbor::bytes")] pub Vec<u8>);

/// A signature as it travels.
#[derive(Clone, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct Signature(#[cbor(with = "minicbor::bytes")] pub Vec<u8>);

/// Why a key or signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key of a known algorithm.
    #[error("the public key is malformed or of an unknown algorithm")]
    Malformed,
    /// The signature does not belong to these bytes and this key.
    #[error("the signature does not match")]
    BadSignature,
}

/// A private key: made on the device from its own randomness, never leaves it.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key that 32 random bytes make.
    pub fn from_seed(seed: &[u8; 32]) -> DeviceKey {
        DeviceKey(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey([&[ED25519], self.0.verifying_key().as_bytes().as_slice()].concat())
    }

    /// The device's id: derived from its key, so that nobody can claim another's.
    pub fn device(&self) -> DeviceId {
        self.public().device()
    }

    /// Signs a message for one purpose; a signature for one purpose is useless for another.
    pub fn sign(&self, purpose: &str, message: &[u8]) -> Signature {
        Signature(self.0.sign(&to_sign(purpose, message)).to_bytes().to_vec())
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceKey({})", self.public().fingerprint())
    }
}

impl PublicKey {
    /// Checks a signature.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, purpose: &str, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
        self.read()?.verify(&to_sign(purpose, message), &signature.0)
    }

    /// Whether this is a key that [`PublicKey::verify`] can use.
    pub fn is_well_formed(&self) -> bool {
        self.read().is_ok()
    }

    fn read(&self) -> Result<ReadKey, KeyError> {
        let (tag, key) = self.0.split_first().ok_or(KeyError::Malformed)?;
        match *tag {
            ED25519 => {
                let key: &[u8; 32] = key.try_into().map_err(|_| KeyError::Malformed)?;
                VerifyingKey::from_bytes(key).map(ReadKey::Ed25519).map_err(|_| KeyError::Malformed)
            }
            #[cfg(feature = "p256")]
            P256 if key.len() == 33 => p256::ecdsa::VerifyingKey::from_sec1_bytes(key)
                .map(|key| ReadKey::P256(Box::new(key)))
                .map_err(|_| KeyError::Malformed),
            _ => Err(KeyError::Malformed),
        }
    }

    /// The id of whoever holds the key.
    pub fn device(&self) -> DeviceId {
        DeviceId::derive(&[&self.0])
    }

    /// Four groups of four characters that two people compare aloud.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(&self.0);
        let text = encode_base32(hash.as_slice().get(..10).unwrap_or_default());
        let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
        groups.join("-")
    }
}

/// A public key that can be used.
enum ReadKey {
    Ed25519(VerifyingKey),
    #[cfg(feature = "p256")]
    P256(Box<p256::ecdsa::VerifyingKey>),
}

impl ReadKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self {
            ReadKey::Ed25519(key) => {
                let signature =
                    ed25519_dalek::Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
                key.verify_strict(message, &signature).map_err(|_| KeyError::BadSignature)
            }
            #[cfg(feature = "p256")]
            ReadKey::P256(key) => {
                use p256::ecdsa::signature::Verifier as _;
                let signature =
                    p256::ecdsa::Signature::from_slice(signature).map_err(|_| KeyError::BadSignature)?;
                key.verify(message, &signature).map_err(|_| KeyError::BadSignature)
            }
        }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature(..)")
    }
}

fn to_sign(purpose: &str, message: &[u8]) -> Vec<u8> {
    [b"linli/", purpose.as_bytes(), b"\0", message].concat()
}
