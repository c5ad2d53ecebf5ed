//! A phone of a story: an engine over a folder of its own, with a clock and dice the story owns. And
//! the office, which writes through the same signed batches.

use crate::relay::{GRID, NOW_MS, Relay, space};
use linli_core::doc::{Author, ChangeBytes, Document, UndoWord};
use linli_core::identity::{ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, ConflictId, DecisionId, DocId, HouseholdId};
use linli_core::kinds::DocKind;
use linli_core::record::Put;
use linli_engine::{Engine, EngineError, Env, Options, SyncReport};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Folders of one test run never meet: the process's number and a counter name them.
static FOLDERS: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("linli-engine-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A clock that stands where the story puts it, and dice from a seed (splitmix64).
#[derive(Clone)]
pub(crate) struct StoryEnv {
    pub(crate) now_ms: Arc<AtomicI64>,
    dice: Arc<AtomicU64>,
}

impl StoryEnv {
    /// Dice that are thrown alike whenever a phone has this name.
    pub(crate) fn of(name: &str) -> StoryEnv {
        let seed = name.bytes().fold(17u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        println!("seed of {name}: {seed}");
        StoryEnv { now_ms: Arc::new(AtomicI64::new(NOW_MS)), dice: Arc::new(seed.into()) }
    }
}

impl Env for StoryEnv {
    fn now_ms(&self) -> i64 {
        self.now_ms.fetch_add(1, Ordering::Relaxed)
    }
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EngineError> {
        for byte in bytes {
            let mut z = self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
        Ok(())
    }
}

pub(crate) struct Phone {
    pub(crate) folder: Folder,
    pub(crate) env: StoryEnv,
    engine: Option<Engine>,
}

impl Phone {
    /// A worker's new phone, admitted and enrolled.
    pub(crate) async fn of(name: &str, relay: &Relay) -> Phone {
        let env = StoryEnv::of(name);
        let folder = Folder::new();
        let engine = open(&folder.0, &env).await;
        let phone = Phone { folder, env, engine: Some(engine) };
        relay.admit(&phone.public_key(), name);
        let done = phone.enrol_offline(&relay.url, relay.public(), crate::relay::COMMUNITY, name).await;
        done.unwrap();
        phone
    }

    /// Killed and started again: nothing is closed, nothing is said goodbye to.
    pub(crate) async fn restart(&mut self) {
        drop(self.engine.take());
        self.engine = Some(open(&self.folder.0, &self.env).await);
    }

    /// The store's files as they are now, as a backup takes them.
    pub(crate) async fn backup(&mut self) -> Folder {
        drop(self.engine.take());
        let copy = Folder::new();
        copy_files(&self.folder.0, &copy.0);
        self.engine = Some(open(&self.folder.0, &self.env).await);
        copy
    }

    pub(crate) async fn restore(&mut self, backup: &Folder) {
        drop(self.engine.take());
        for file in std::fs::read_dir(&self.folder.0).unwrap() {
            std::fs::remove_file(file.unwrap().path()).unwrap();
        }
        copy_files(&backup.0, &self.folder.0);
        self.engine = Some(open(&self.folder.0, &self.env).await);
    }

    pub(crate) async fn sync(&self) -> SyncReport {
        let report = self.sync_once().await.unwrap();
        assert!(report.caught_up);
        report
    }

    pub(crate) async fn only_household(&self) -> HouseholdId {
        let found = self.households(&Default::default()).await.unwrap();
        assert_eq!(found.len(), 1);
        found[0].id
    }
}

impl std::ops::Deref for Phone {
    type Target = Engine;
    fn deref(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }
}

async fn open(dir: &Path, env: &StoryEnv) -> Engine {
    Engine::open(dir, Box::new(env.clone()), Options::default()).await.unwrap()
}

fn copy_files(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// The office: a key of its own, and documents as it knows them.
pub(crate) struct Office {
    key: DeviceKey,
    relay: Relay,
    end: ChainEnd,
    docs: BTreeMap<DocId, Document>,
    actor: Actor,
}

impl Office {
    pub(crate) fn new(relay: &Relay) -> Office {
        let key = DeviceKey::from_seed(&[100; 32]);
        relay.admit(&key.public(), "社区办公室");
        let end = ChainEnd::start_of(1);
        Office { key, relay: relay.clone(), end, docs: BTreeMap::new(), actor: Actor([100; 16]) }
    }

    /// Takes everything in the log over, so that it edits what phones have written.
    pub(crate) fn catch_up(&mut self) {
        for (id, kind, bytes) in self.relay.changes() {
            let doc = self.docs.entry(id).or_insert_with(|| Document::new(kind));
            doc.apply(&ChangeBytes(bytes)).unwrap();
        }
    }

    pub(crate) fn doc(&mut self, household: HouseholdId) -> &mut Document {
        self.docs.entry(household.into()).or_insert_with(|| Document::new(DocKind::Household))
    }

    /// Writes to a household's document, in a batch of its own.
    pub(crate) fn write(&mut self, household: HouseholdId, puts: &[Put]) {
        let author = Author::now(self.actor, NOW_MS);
        let change = self.doc(household).edit(&author, puts).unwrap();
        self.store(household, vec![change]);
    }

    /// Takes a decision back, in one batch.
    pub(crate) fn take_back(&mut self, household: HouseholdId, decision: DecisionId, reason: &str) {
        let word = UndoWord { conflict: ConflictId([1; 8]), reason, by: None, at_ms: NOW_MS };
        let mut writer = 0;
        let changes = self.doc(household).take_back(decision, &word, || {
            writer += 1;
            Actor([writer; 16])
        });
        self.store(household, changes);
    }

    fn store(&mut self, household: HouseholdId, changes: Vec<ChangeBytes>) {
        let entry = |change: ChangeBytes| {
            let payload = Payload::Change(change.0);
            Entry { doc: household.into(), kind: DocKind::Household, generation: 0, payload }
        };
        let mut sealer = Sealer { key: &self.key, policy: 1, now_ms: NOW_MS, end: self.end };
        let batch = sealer.seal(space(), changes.into_iter().map(entry).collect());
        self.end = sealer.end;
        self.relay.store(batch);
    }

    /// A household at 阳光花园3号楼2单元 with this room.
    pub(crate) fn household(&mut self, room: &str) -> HouseholdId {
        let id = HouseholdId::derive(&[b"story", room.as_bytes()]);
        let puts = [("grid", GRID), ("estate", "阳光花园"), ("building", "3"), ("unit", "2"), ("room", room)];
        self.write(id, &puts.map(|(key, value)| Put::set(key, value)));
        id
    }
}
