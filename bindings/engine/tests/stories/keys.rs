//! Where a phone's key lives: in its key store's hardware, or as a secret that the key store keeps.

use crate::phone::{Folder, StoryEnv};
use crate::relay::{COMMUNITY, Relay};
use crate::{new_household, search};
use linli_core::error::Coded as _;
use linli_core::identity::DeviceKey;
use linli_core::ids::Hash;
use linli_engine::{Engine, EngineError, KeyStore, Options, STORE_FILE};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What a platform's key store has, and whether it is locked.
#[derive(Default)]
struct Hardware {
    /// A seed for each key it was asked to make; only the last one still signs.
    made: Vec<u8>,
    secret: Option<Vec<u8>>,
    locked: bool,
}

/// A key store with secure hardware, or without.
struct Platform {
    signs: bool,
    inside: Mutex<Hardware>,
}

impl Platform {
    fn new(signs: bool) -> Arc<Platform> {
        Arc::new(Platform { signs, inside: Mutex::default() })
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Hardware> {
        self.inside.lock().unwrap()
    }
}

impl KeyStore for Platform {
    fn make_signing_key(&self) -> Result<Option<Vec<u8>>, EngineError> {
        if !self.signs {
            return Ok(None);
        }
        let mut inside = self.inside();
        let seed = u8::try_from(inside.made.len()).unwrap() + 1;
        inside.made.push(seed);
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Ok(Some(key.verifying_key().to_sec1_point(false).as_bytes().to_vec()))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EngineError> {
        let inside = self.inside();
        if inside.locked {
            return Err(EngineError::KeyStore("locked".into()));
        }
        let key = SigningKey::from_slice(&[*inside.made.last().unwrap(); 32]).unwrap();
        let signature: Signature = key.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn load(&self) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.inside().secret.clone())
    }

    fn save(&self, secret: &[u8]) -> Result<(), EngineError> {
        self.inside().secret = Some(secret.to_vec());
        Ok(())
    }
}

async fn open(folder: &Path, keys: &Arc<Platform>) -> Result<Engine, EngineError> {
    let env = Box::new(StoryEnv::of("王芳"));
    Engine::open_with_keys(folder, env, Options::default(), Arc::clone(keys) as Arc<dyn KeyStore>).await
}

#[tokio::test]
async fn a_key_that_never_leaves_the_phones_hardware_signs_everything() {
    let relay = Relay::start().await;
    let (folder, keys) = (Folder::new(), Platform::new(true));
    let phone = open(&folder.0, &keys).await.unwrap();
    let secret = keys.inside().secret.clone().unwrap().try_into().unwrap();
    let made = DeviceKey::from_seed(&secret).public();
    assert_ne!(phone.public_key(), made, "the secret opens the store and signs nothing");
    relay.admit(&phone.public_key(), "王芳");
    phone.enrol_offline(&relay.url, relay.public(), COMMUNITY, "王芳").await.unwrap();
    phone.sync_once().await.unwrap();
    phone.add_household(&new_household("阳光花园3号楼2单元501室")).await.unwrap();
    let device = phone.device();
    drop(phone);

    let phone = open(&folder.0, &keys).await.unwrap();
    assert_eq!(phone.device(), device);
    keys.inside().locked = true;
    let refused = phone.sync_once().await.unwrap_err();
    assert_eq!(refused.code(), "phone.key_store");
    assert_eq!(phone.status().await.unwrap().unsent, 1, "nothing is lost while the phone is locked");
    keys.inside().locked = false;
    phone.sync_once().await.unwrap();
    assert_eq!(phone.status().await.unwrap().unsent, 0);
    assert_eq!(relay.changes().len(), 1);
}

#[tokio::test]
async fn nothing_is_sealed_with_another_key_than_the_one_that_was_enrolled() {
    let relay = Relay::start().await;
    let (folder, keys) = (Folder::new(), Platform::new(true));
    let phone = open(&folder.0, &keys).await.unwrap();
    relay.admit(&phone.public_key(), "王芳");
    phone.enrol_offline(&relay.url, relay.public(), COMMUNITY, "王芳").await.unwrap();
    phone.sync_once().await.unwrap();
    phone.add_household(&new_household("阳光花园3号楼2单元501室")).await.unwrap();
    keys.make_signing_key().unwrap();
    assert_eq!(phone.sync_once().await.unwrap_err().code(), "phone.key_lost");
    assert_eq!(phone.status().await.unwrap().unsent, 1);
    assert_eq!(phone.households(&search("阳光")).await.unwrap().len(), 1, "and it can still be read");
}

#[tokio::test]
async fn a_key_store_that_cannot_sign_keeps_a_secret() {
    let (folder, keys) = (Folder::new(), Platform::new(false));
    let device = open(&folder.0, &keys).await.unwrap().device();
    assert_eq!(keys.inside().secret.as_ref().map(Vec::len), Some(32));
    assert_eq!(open(&folder.0, &keys).await.unwrap().device(), device);
    keys.inside().secret = Some(vec![3; 32]);
    assert_eq!(open(&folder.0, &keys).await.err().unwrap().code(), "phone.store_locked");
    keys.inside().secret = None;
    assert_eq!(open(&folder.0, &keys).await.err().unwrap().code(), "phone.key_lost");
}

/// A store as it was before stores were locked: plain, with the seed of the phone's key in it.
async fn unlocked(folder: &Path, keys: &Platform) {
    let key = Hash::of(&[&b"linli/store/1\0"[..], &keys.inside().secret.clone().unwrap()].concat()).0;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let (file, plain) = (folder.join(STORE_FILE), folder.join("plain"));
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .pragma("key", format!("\"x'{hex}'\""));
    let mut locked = options.connect().await.unwrap();
    let seed = keys.inside().secret.clone().unwrap();
    sqlx::query("INSERT INTO meta VALUES ('seed', ?)").bind(seed).execute(&mut locked).await.unwrap();
    sqlx::raw_sql("DELETE FROM meta WHERE key = 'key_kept_outside'").execute(&mut locked).await.unwrap();
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut locked).await.unwrap();
    let attach = sqlx::query("ATTACH DATABASE ? AS plain KEY ''").bind(plain.display().to_string());
    attach.execute(&mut locked).await.unwrap();
    sqlx::raw_sql("SELECT sqlcipher_export('plain')").execute(&mut locked).await.unwrap();
    let set = sqlx::AssertSqlSafe(format!("PRAGMA plain.user_version = {version}; DETACH DATABASE plain"));
    sqlx::raw_sql(set).execute(&mut locked).await.unwrap();
    locked.close().await.unwrap();
    std::fs::rename(plain, file).unwrap();
    keys.inside().secret = None;
}

#[tokio::test]
async fn a_store_that_lay_open_is_locked_and_loses_nothing() {
    let relay = Relay::start().await;
    let (folder, keys) = (Folder::new(), Platform::new(false));
    let phone = open(&folder.0, &keys).await.unwrap();
    let device = phone.device();
    relay.admit(&phone.public_key(), "王芳");
    phone.enrol_offline(&relay.url, relay.public(), COMMUNITY, "王芳").await.unwrap();
    phone.sync_once().await.unwrap();
    phone.add_household(&new_household("阳光花园3号楼2单元501室")).await.unwrap();
    drop(phone);
    unlocked(&folder.0, &keys).await;
    let found = || {
        let files = std::fs::read_dir(&folder.0).unwrap();
        let bytes = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        bytes.filter(|bytes| bytes.windows(12).any(|part| part == "阳光花园".as_bytes())).count()
    };
    assert_eq!(found(), 1, "it lies open");
    // What a program left that was killed in the middle of it.
    std::fs::write(folder.0.join("phone.db.new"), "half").unwrap();
    for _ in 0..2 {
        let phone = open(&folder.0, &keys).await.unwrap();
        assert_eq!(phone.device(), device);
        assert_eq!(phone.households(&search("阳光")).await.unwrap().len(), 1);
        assert_eq!(phone.status().await.unwrap().unsent, 1);
        assert_eq!(found(), 0);
    }
}
