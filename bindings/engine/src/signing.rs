//! Who signs for a phone whose keys are kept outside its store: a secret that the platform keeps, or, better, a key
//! that the platform's secure hardware made and never hands out.

use crate::env::random;
use crate::sql::SqliteConnection;
use crate::store::meta::{self, Fact};
use crate::{EngineError, Env, KeyStore};
use linli_core::identity::{DeviceKey, KeyError, PublicKey, Signature, Signer, to_sign};
use std::sync::Arc;

/// In the store: the platform keeps a secret, from which the key is made.
const SECRET: u8 = 1;
/// In the store, followed by the public key: the platform signs.
const SIGNS: u8 = 2;

/// What is signed once to see that the key store signs with the key it named.
const PROBE_PURPOSE: &str = "probe/1";

/// The key that a used store belongs to, or a new one for a new store.
pub(crate) async fn signer(
    conn: &mut SqliteConnection,
    env: &dyn Env,
    keys: Arc<dyn KeyStore>,
) -> Result<Box<dyn Signer>, EngineError> {
    let Some(kept) = meta::get(&mut *conn, Fact::KeptOutside).await? else {
        return begin(conn, env, keys).await;
    };
    match kept.split_first() {
        Some((&SECRET, [])) => {
            let secret = keys.load()?.ok_or(EngineError::KeyLost)?;
            let seed: [u8; 32] = secret.try_into().map_err(|_| EngineError::Damaged("key"))?;
            Ok(Box::new(DeviceKey::from_seed(&seed)))
        }
        Some((&SIGNS, public)) => Ok(Box::new(PlatformKey { public: PublicKey(public.to_vec()), keys })),
        _ => Err(EngineError::Damaged("key")),
    }
}

/// Whatever the key store has belongs to a store that is gone, and its chain of batches with it.
async fn begin(
    conn: &mut SqliteConnection,
    env: &dyn Env,
    keys: Arc<dyn KeyStore>,
) -> Result<Box<dyn Signer>, EngineError> {
    let Some(point) = keys.make_signing_key()? else {
        let seed: [u8; 32] = random(env)?;
        keys.save(&seed)?;
        meta::set(conn, Fact::KeptOutside, &[SECRET]).await?;
        return Ok(Box::new(DeviceKey::from_seed(&seed)));
    };
    let public = PublicKey::of_point(&point)
        .map_err(|_| EngineError::KeyStore("its public key is no point of P-256".into()))?;
    let key = PlatformKey { public, keys };
    let probe: [u8; 16] = random(env)?;
    key.sign(PROBE_PURPOSE, &probe)?;
    meta::set(conn, Fact::KeptOutside, &[&[SIGNS], key.public.0.as_slice()].concat()).await?;
    Ok(Box::new(key))
}

/// A key in the platform's key store.
struct PlatformKey {
    public: PublicKey,
    keys: Arc<dyn KeyStore>,
}

impl Signer for PlatformKey {
    fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// A key store that was reset may sign with another key. Nobody would believe that, so nothing is sealed with it.
    fn sign(&self, purpose: &str, message: &[u8]) -> Result<Signature, KeyError> {
        let der = self.keys.sign(&to_sign(purpose, message));
        let signature = Signature::of_der(&der.map_err(|error| KeyError::Unavailable(error.to_string()))?)?;
        self.public.verify(purpose, message, &signature)?;
        Ok(signature)
    }
}
