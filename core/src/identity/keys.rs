//! Keys of phones and offices. The algorithm is tagged: Ed25519 where the key is made and held here, P-256 where a
//! platform's key store makes it and never hands it out (the only curve that phones' secure hardware signs with).

use crate::ids::{DeviceId, digest, encode_base32};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

#[cfg(not(target_family = "wasm"))]
mod p256;

/// Tag of Ed25519: the key is 32 bytes.
const ED25519: u8 = 1;

/// Tag of ECDSA on P-256 with SHA-256: the key is a compressed point of 33 bytes, a signature r and s of 32 each.
/// Browsers leave it out: they check no signature but the relay's, which is Ed25519.
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a key of a known algorithm.
    #[error("the public key is malformed or of an unknown algorithm")]
    Malformed,
    /// The signature does not belong to these bytes and this key.
    #[error("the signature does not match")]
    BadSignature,
    /// The key store that holds the private key did not sign: locked, or the key is gone.
    #[error("the key store did not sign: {0}")]
    Unavailable(String),
}

/// Whoever signs for a device: its key in memory, or a key store that never hands the key out.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public(&self) -> PublicKey;

    /// Signs a message for one purpose; a signature for one purpose is useless for another.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    fn sign(&self, purpose: &str, message: &[u8]) -> Result<Signature, KeyError>;

    /// The device's id: derived from its key, so that nobody can claim another's.
    fn device(&self) -> DeviceId {
        self.public().device()
    }
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

    /// A secret for one purpose that only the holder of this key can make, the same every time. It says nothing of
    /// the key or of a secret for another purpose.
    pub fn secret_for(&self, purpose: &str) -> [u8; 32] {
        digest(&[b"linli/secret", purpose.as_bytes(), self.0.as_bytes()])
    }
}

impl Signer for DeviceKey {
    fn public(&self) -> PublicKey {
        DeviceKey::public(self)
    }

    fn sign(&self, purpose: &str, message: &[u8]) -> Result<Signature, KeyError> {
        Ok(DeviceKey::sign(self, purpose, message))
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
        let (tag, key) = self.0.split_first().ok_or(KeyError::Malformed)?;
        let message = to_sign(purpose, message);
        match *tag {
            ED25519 => {
                let signature =
                    ed25519_dalek::Signature::from_slice(&signature.0).map_err(|_| KeyError::BadSignature)?;
                ed25519(key)?.verify_strict(&message, &signature).map_err(|_| KeyError::BadSignature)
            }
            #[cfg(not(target_family = "wasm"))]
            P256 => p256::verify(key, &message, signature),
            _ => Err(KeyError::Malformed),
        }
    }

    /// Whether this is a key that [`PublicKey::verify`] can use.
    pub fn is_well_formed(&self) -> bool {
        match self.0.split_first() {
            Some((&ED25519, key)) => ed25519(key).is_ok(),
            #[cfg(not(target_family = "wasm"))]
            Some((&P256, key)) => p256::is_key(key),
            _ => false,
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

fn ed25519(key: &[u8]) -> Result<VerifyingKey, KeyError> {
    let key: &[u8; 32] = key.try_into().map_err(|_| KeyError::Malformed)?;
    VerifyingKey::from_bytes(key).map_err(|_| KeyError::Malformed)
}

/// What is really signed: purpose and message. A key store is given exactly this.
pub fn to_sign(purpose: &str, message: &[u8]) -> Vec<u8> {
    [b"linli/", purpose.as_bytes(), b"\0", message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> DeviceKey {
        DeviceKey::from_seed(&[seed; 32])
    }

    #[test]
    fn a_signature_is_of_one_key_for_one_purpose_over_one_message() {
        let (one, other) = (key(1), key(2));
        let signature = one.sign("batch/1", b"a visit");
        assert_eq!(Signer::sign(&one, "batch/1", b"a visit"), Ok(signature.clone()));
        assert_eq!(Signer::public(&one), one.public());
        assert_eq!(Signer::device(&one), one.device());
        assert_ne!(one.device(), other.device());
        assert_eq!(one.public().verify("batch/1", b"a visit", &signature), Ok(()));
        for (public, purpose, message) in [
            (other.public(), "batch/1", &b"a visit"[..]),
            (one.public(), "grant/1", b"a visit"),
            (one.public(), "batch/1", b"a visit!"),
        ] {
            assert_eq!(public.verify(purpose, message, &signature), Err(KeyError::BadSignature));
        }
        assert_eq!(to_sign("batch/1", b"a visit"), b"linli/batch/1\0a visit");
    }

    #[test]
    fn what_is_no_key_verifies_nothing() {
        let signature = key(1).sign("batch/1", b"");
        let good = key(1).public();
        assert!(good.is_well_formed());
        let (tag, rest) = good.0.split_first().unwrap();
        for bad in
            [vec![], vec![*tag], [&[9], rest].concat(), good.0[..32].to_vec(), [&good.0[..], &[0]].concat()]
        {
            let bad = PublicKey(bad);
            assert!(!bad.is_well_formed());
            assert_eq!(bad.verify("batch/1", b"", &signature), Err(KeyError::Malformed));
        }
    }

    /// Kept: people have written these down, and phones compare them with what was scanned.
    #[test]
    fn a_fingerprint_is_four_groups_of_its_own() {
        assert_eq!(key(1).public().fingerprint(), "tbep-x0d0-06vg-m4v0");
        assert_ne!(key(2).public().fingerprint(), key(1).public().fingerprint());
        assert_eq!(format!("{:?}", key(1)), format!("DeviceKey({})", key(1).public().fingerprint()));
        assert_eq!(format!("{:?}", key(1).public()), format!("PublicKey({})", key(1).public().fingerprint()));
        assert_eq!(format!("{:?}", key(1).sign("batch/1", b"")), "Signature(..)");
    }

    #[test]
    fn secrets_are_of_one_key_and_one_purpose() {
        assert_eq!(key(1).secret_for("codes"), key(1).secret_for("codes"));
        assert_ne!(key(1).secret_for("codes"), key(2).secret_for("codes"));
        assert_ne!(key(1).secret_for("codes"), key(1).secret_for("sessions"));
    }
}
