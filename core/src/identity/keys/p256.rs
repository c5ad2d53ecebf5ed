//! Keys that a platform's key store holds: ECDSA on P-256 with SHA-256.

use super::{KeyError, P256, PublicKey, Signature};
use ::p256::ecdsa::signature::Verifier;
use ::p256::ecdsa::{Signature as Ecdsa, VerifyingKey};

impl PublicKey {
    /// The key of a point as key stores give it (SEC 1: compressed, or 65 bytes with x and y).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for what is no point of the curve.
    pub fn of_point(point: &[u8]) -> Result<PublicKey, KeyError> {
        let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Malformed)?;
        Ok(PublicKey([&[P256], key.to_sec1_point(true).as_bytes()].concat()))
    }
}

impl Signature {
    /// A signature as key stores give it (DER), as it travels.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`].
    pub fn of_der(der: &[u8]) -> Result<Signature, KeyError> {
        let signature = Ecdsa::from_der(der).map_err(|_| KeyError::BadSignature)?;
        Ok(Signature(signature.normalize_s().to_bytes().to_vec()))
    }
}

pub(super) fn verify(key: &[u8], message: &[u8], signature: &Signature) -> Result<(), KeyError> {
    let key = read(key).ok_or(KeyError::Malformed)?;
    let signature = Ecdsa::from_slice(&signature.0).map_err(|_| KeyError::BadSignature)?;
    // Of each signature there are two, s and its negative. Only one is taken, so that nobody who carries a batch
    // can make another one of it that is as valid.
    if signature.normalize_s() != signature {
        return Err(KeyError::BadSignature);
    }
    key.verify(message, &signature).map_err(|_| KeyError::BadSignature)
}

pub(super) fn is_key(key: &[u8]) -> bool {
    read(key).is_some()
}

/// Compressed points only: a key has one spelling, and the device's id is derived from it.
fn read(key: &[u8]) -> Option<VerifyingKey> {
    const COMPRESSED_BYTES: usize = 33;
    (key.len() == COMPRESSED_BYTES).then(|| VerifyingKey::from_sec1_bytes(key).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::{Signer, to_sign};
    use super::*;
    use ::p256::ecdsa::SigningKey;
    use ::p256::ecdsa::signature::Signer as _;

    /// A key store that holds one key, as Android's and Apple's do: points in full, signatures in DER.
    struct Enclave(SigningKey);

    impl Signer for Enclave {
        fn public(&self) -> PublicKey {
            PublicKey::of_point(self.0.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
        }

        fn sign(&self, purpose: &str, message: &[u8]) -> Result<Signature, KeyError> {
            let signature: Ecdsa = self.0.sign(&to_sign(purpose, message));
            Signature::of_der(signature.to_der().as_bytes())
        }
    }

    fn enclave(seed: u8) -> Enclave {
        Enclave(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    #[test]
    fn what_a_key_store_signs_is_believed_for_that_purpose_and_nothing_else() {
        let (one, other) = (enclave(1), enclave(2));
        let signature = one.sign("batch/1", b"a visit").unwrap();
        assert_eq!(one.public().verify("batch/1", b"a visit", &signature), Ok(()));
        assert!(one.public().is_well_formed());
        for (key, purpose, message) in [
            (one.public(), "connect/1", &b"a visit"[..]),
            (one.public(), "batch/1", &b"another visit"[..]),
            (other.public(), "batch/1", &b"a visit"[..]),
        ] {
            assert_eq!(key.verify(purpose, message, &signature), Err(KeyError::BadSignature));
        }
    }

    #[test]
    fn of_the_two_spellings_of_a_signature_one_is_taken() {
        let one = enclave(3);
        for turn in 0..32_u8 {
            let signature = one.sign("batch/1", &[turn]).unwrap();
            let read = Ecdsa::from_slice(&signature.0).unwrap();
            let twin = Ecdsa::from_scalars(read.r().to_bytes(), (-*read.s()).to_bytes()).unwrap();
            assert_eq!(one.public().verify("batch/1", &[turn], &signature), Ok(()));
            let twin = Signature(twin.to_bytes().to_vec());
            assert_eq!(one.public().verify("batch/1", &[turn], &twin), Err(KeyError::BadSignature));
        }
    }

    #[test]
    fn rubbish_is_no_key_and_no_signature() {
        let good = enclave(4).public();
        let full = enclave(4).0.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let spelt_in_full = PublicKey([&[P256], full.as_slice()].concat());
        assert!(!spelt_in_full.is_well_formed(), "a key has one spelling");
        let signature = enclave(4).sign("batch/1", b"").unwrap();
        for length in 0..good.0.len() {
            let cut = PublicKey(good.0.get(..length).unwrap().to_vec());
            assert!(!cut.is_well_formed());
            assert_eq!(cut.verify("batch/1", b"", &signature), Err(KeyError::Malformed));
        }
        let off_the_curve = [&[4][..], &[7; 64]].concat();
        for rubbish in [&b""[..], &[0], &[0; 33], &[2; 32], &off_the_curve] {
            assert_eq!(PublicKey::of_point(rubbish), Err(KeyError::Malformed));
            assert!(Signature::of_der(rubbish).is_err());
        }
        for length in 0..64 {
            let cut = Signature(signature.0.get(..length).unwrap().to_vec());
            assert_eq!(good.verify("batch/1", b"", &cut), Err(KeyError::BadSignature));
        }
    }
}
