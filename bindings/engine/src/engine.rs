//! The engine: one open store, its key, this launch's actor, and the search index.

use crate::env::random;
use crate::finding::Finder;
use crate::sql::SqliteConnection;
#[cfg(target_family = "wasm")]
use crate::store::meta;
use crate::store::{Store, people};
use crate::{EngineError, Env, Lang};
#[cfg(not(target_family = "wasm"))]
use crate::{FileKeys, KeyStore, keys};
use linli_core::identity::{PublicKey, Signer};
use linli_core::ids::{Actor, DeviceId};
#[cfg(not(target_family = "wasm"))]
use std::path::Path;
#[cfg(not(target_family = "wasm"))]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How an engine is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Application and version, for the office's list of phones.
    pub app: String,
    /// The language of texts.
    pub lang: Lang,
}

impl Default for Options {
    fn default() -> Options {
        Options { app: concat!("linli-engine/", env!("CARGO_PKG_VERSION")).into(), lang: Lang::Zh }
    }
}

/// A phone. Cheap to share behind an `Arc`; every method may be called from several tasks at once.
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) env: Box<dyn Env>,
    pub(crate) key: Box<dyn Signer>,
    pub(crate) app: String,
    lang: Mutex<Lang>,
    actor: Mutex<Actor>,
    pub(crate) finder: Mutex<Finder>,
    /// Rung by every save, so that a live connection sends it at once.
    pub(crate) work: Notify,
}

impl Engine {
    /// Opens or makes the store in a folder, with its secret in a file beside it: see [`crate::FileKeys`].
    ///
    /// # Errors
    /// As [`Engine::open_with_keys`].
    #[cfg(not(target_family = "wasm"))]
    pub async fn open(folder: &Path, env: Box<dyn Env>, options: Options) -> Result<Engine, EngineError> {
        Engine::open_with_keys(folder, env, options, Arc::new(FileKeys::beside(folder))).await
    }

    /// Opens or makes the store in the files of a page's origin. A new store gets a key of its own.
    ///
    /// # Errors
    /// [`EngineError`] when the place or the database cannot be used.
    #[cfg(target_family = "wasm")]
    pub async fn open(
        place: &crate::Place,
        env: Box<dyn Env>,
        options: Options,
    ) -> Result<Engine, EngineError> {
        let store = Store::open(place).await?;
        let seed = {
            let mut conn = store.lock().await;
            let mut tx = crate::store::begin(&mut conn).await?;
            let seed = load_or_make_seed(&mut tx, env.as_ref()).await?;
            tx.commit().await?;
            seed
        };
        let key = Box::new(linli_core::identity::DeviceKey::from_seed(&seed));
        Engine::with_key(store, key, env, options)
    }

    /// Opens or makes the store in a folder, locked with a secret that a key store keeps; the phone's own key is kept
    /// there too, in its secure hardware where it has one. A store that is used already and whose secret is gone stays
    /// closed: nobody could read it, and with another key the relay would take it for another phone.
    ///
    /// # Errors
    /// [`EngineError`] when the folder or the database cannot be used; [`EngineError::KeyStore`],
    /// [`EngineError::KeyLost`], [`EngineError::StoreLocked`].
    #[cfg(not(target_family = "wasm"))]
    pub async fn open_with_keys(
        folder: &Path,
        env: Box<dyn Env>,
        options: Options,
        keys: Arc<dyn KeyStore>,
    ) -> Result<Engine, EngineError> {
        let (store, key) = keys::open(folder, env.as_ref(), keys).await?;
        Engine::with_key(store, key, env, options)
    }

    fn with_key(
        store: Store,
        key: Box<dyn Signer>,
        env: Box<dyn Env>,
        options: Options,
    ) -> Result<Engine, EngineError> {
        Ok(Engine {
            store,
            key,
            actor: Mutex::new(Actor(random(env.as_ref())?)),
            finder: Mutex::default(),
            work: Notify::new(),
            env,
            app: options.app,
            lang: Mutex::new(options.lang),
        })
    }

    /// The id of this phone, derived from its key.
    pub fn device(&self) -> DeviceId {
        self.key.device()
    }

    /// This phone's public key.
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// Four groups of four characters that worker and admin compare aloud.
    pub fn fingerprint(&self) -> String {
        self.key.public().fingerprint()
    }

    /// The language of texts.
    pub fn lang(&self) -> Lang {
        *locked(&self.lang)
    }

    /// The language of texts from now on; the relay hears of it with the next connection.
    pub fn set_lang(&self, lang: Lang) {
        *locked(&self.lang) = lang;
    }

    /// Tells a live connection to look at once: the network is back, or another process has saved.
    pub fn wake(&self) {
        self.work.notify_one();
    }

    /// This launch's actor, bound to this phone in the store.
    pub(crate) async fn bound_actor(&self, conn: &mut SqliteConnection) -> Result<Actor, EngineError> {
        let actor = *locked(&self.actor);
        people::bind_actors(conn, &[(actor, self.device())]).await?;
        Ok(actor)
    }

    /// A new actor from here on: after a document was replaced, the old one might count again from a
    /// number it has used, and two changes of one number poison each other.
    pub(crate) fn rotate_actor(&self) -> Result<(), EngineError> {
        *locked(&self.actor) = Actor(random(self.env.as_ref())?);
        Ok(())
    }
}

/// A panic elsewhere leaves plain data behind a lock; it is as good as before.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(target_family = "wasm")]
async fn load_or_make_seed(conn: &mut SqliteConnection, env: &dyn Env) -> Result<[u8; 32], EngineError> {
    if let Some(stored) = meta::get(conn, meta::Fact::Seed).await? {
        return stored.try_into().map_err(|_| EngineError::Damaged("key"));
    }
    let seed: [u8; 32] = random(env)?;
    meta::set(conn, meta::Fact::Seed, &seed).await?;
    Ok(seed)
}
