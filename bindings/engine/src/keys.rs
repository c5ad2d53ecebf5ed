//! What locks a phone's store and who signs for the phone, when both are kept outside the store.
//!
//! A key store keeps one secret of 32 bytes. The key of the store is made from it; so is the phone's own key, unless
//! the key store can sign: then that key never leaves it.

mod file;

pub use file::FileKeys;

use crate::env::random;
use crate::sql::{self, Kept, Place, SqliteConnection};
use crate::store::Store;
use crate::store::meta::{self, Fact};
use crate::{EngineError, Env, KeyStore};
use linli_core::identity::{DeviceKey, KeyError, PublicKey, Signature, Signer, to_sign};
use linli_core::ids::Hash;
use std::path::Path;
use std::sync::Arc;

/// In the store: the phone's key is made from the secret.
const SECRET: u8 = 1;
/// In the store, followed by the public key: the key store signs.
const SIGNS: u8 = 2;

/// What is signed once to see that the key store signs with the key it named.
const PROBE_PURPOSE: &str = "probe/1";
/// Makes the key of the store another one than everything else that is made from the secret.
const STORE_PURPOSE: &[u8] = b"linli/store/1\0";

/// Opens the store in a folder, or makes it, with whoever signs for it.
pub(crate) async fn open(
    folder: &Path,
    env: &dyn Env,
    keys: Arc<dyn KeyStore>,
) -> Result<(Store, Box<dyn Signer>), EngineError> {
    // Two programs that find a new folder at once would otherwise make two secrets.
    let _alone = sql::alone(folder)?;
    let secret = match sql::kept(folder)? {
        // Whatever the key store has belongs to a store that is gone, and its chain of batches with it.
        Kept::Nothing => {
            let secret: [u8; 32] = random(env)?;
            keys.save(&secret)?;
            secret
        }
        Kept::Locked => load(keys.as_ref())?,
        Kept::Open => lock(folder, keys.as_ref()).await?,
    };
    let store = Store::open(&Place { folder: folder.into(), key: store_key(&secret) }).await?;
    let signer = signer(&mut *store.lock().await, env, keys, &secret).await?;
    Ok((store, signer))
}

fn load(keys: &dyn KeyStore) -> Result<[u8; 32], EngineError> {
    keys.load()?.ok_or(EngineError::KeyLost)?.try_into().map_err(|_| EngineError::Damaged("key"))
}

fn store_key(secret: &[u8; 32]) -> [u8; 32] {
    Hash::of(&[STORE_PURPOSE, secret].concat()).0
}

/// Locks a store from before stores were locked. Its secret is in it, or where it always was.
async fn lock(folder: &Path, keys: &dyn KeyStore) -> Result<[u8; 32], EngineError> {
    let mut open = sql::open_unlocked(folder).await?;
    let secret = match meta::get(&mut open, Fact::Seed).await? {
        Some(seed) => {
            keys.save(&seed)?;
            seed.try_into().map_err(|_| EngineError::Damaged("key"))?
        }
        None => load(keys)?,
    };
    sql::lock(open, folder, &store_key(&secret)).await?;
    Ok(secret)
}

/// The key that a used store belongs to, or a new one for a new store.
async fn signer(
    conn: &mut SqliteConnection,
    env: &dyn Env,
    keys: Arc<dyn KeyStore>,
    secret: &[u8; 32],
) -> Result<Box<dyn Signer>, EngineError> {
    let made_of_secret = || Box::new(DeviceKey::from_seed(secret));
    let kept = meta::get(&mut *conn, Fact::KeptOutside).await?;
    match kept.as_deref().and_then(<[u8]>::split_first) {
        Some((&SECRET, [])) => return Ok(made_of_secret()),
        Some((&SIGNS, public)) => {
            return Ok(Box::new(PlatformKey { public: PublicKey(public.to_vec()), keys }));
        }
        Some(_) => return Err(EngineError::Damaged("key")),
        // From before stores were locked.
        None if meta::get(&mut *conn, Fact::Seed).await?.is_some() => return Ok(made_of_secret()),
        None => {}
    }
    let Some(point) = keys.make_signing_key()? else {
        meta::set(conn, Fact::KeptOutside, &[SECRET]).await?;
        return Ok(made_of_secret());
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
