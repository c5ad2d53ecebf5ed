//! A relay's storage without a relay: a log, its read models, and phones that hand in what they like.

use linli_core::error::Lang;
use linli_core::identity::{ChainEnd, DeviceKey, Entry, Sealer};
use linli_core::ids::SpaceId;
use linli_core::sync::frames::Grant;
use linli_core::sync::relay::KnownDevice;
use linli_core::sync::standing::Standing;
use linli_storage::model::{VerifyReport, compare_models};
use linli_storage::{DataFolder, Log, Model};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub(crate) struct Storage {
    folder: PathBuf,
    pub(crate) log: Log,
    pub(crate) model: Model,
}

/// A phone's key, and how far its chain is.
pub(crate) struct Signer {
    pub(crate) key: DeviceKey,
    end: ChainEnd,
}

impl Signer {
    pub(crate) fn new(seed: u8) -> Signer {
        Signer { key: DeviceKey::from_seed(&[seed; 32]), end: ChainEnd::start_of(1) }
    }
}

impl Storage {
    /// Empty, in a folder that no other test has.
    pub(crate) async fn new(name: &str) -> Storage {
        let folder = std::env::temp_dir().join(format!("linli-storage-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let log = Log::open(&DataFolder::new(&folder, None), DeviceKey::from_seed(&[7; 32])).await.unwrap();
        let model = Model::open(&DataFolder::new(&folder, None)).await.unwrap();
        Storage { folder, log, model }
    }

    /// A file of its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A phone that may write to some spaces hands in one entry.
    pub(crate) async fn hand_in(&self, phone: &mut Signer, may: &[SpaceId], space: SpaceId, entry: Entry) {
        let mut sealer = Sealer { key: &phone.key, policy: 0, now_ms: 1, end: phone.end };
        let batch = sealer.seal(space, vec![entry]);
        phone.end = sealer.end;
        let grant = |space: &SpaceId| Grant { space: *space, name: "网格".into(), write: true };
        let known = KnownDevice {
            key: phone.key.public(),
            standing: Standing::Active,
            grants: may.iter().map(grant).collect(),
            hand_in: BTreeSet::new(),
            chain: None,
            people: Vec::new(),
            policy: 0,
            community: "社区".into(),
            signed: None,
        };
        let device = phone.key.device();
        let signers = BTreeMap::from([(device, known)]);
        self.log.store(device, vec![batch], Lang::En, (1, 0), signers).await.unwrap();
    }

    /// Applies everything; a model made anew from the log must be the same.
    pub(crate) async fn settle(&self) {
        self.model.catch_up(&self.log).await.unwrap();
        let again = self.folder.join("again");
        let _ = std::fs::remove_dir_all(&again);
        std::fs::create_dir_all(&again).unwrap();
        let fresh = Model::open(&DataFolder::new(&again, None)).await.unwrap();
        fresh.catch_up(&self.log).await.unwrap();
        let mut report = VerifyReport::default();
        compare_models(&self.model, &fresh, &mut report).await.unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
    }

    /// Why changes could not be applied, by code.
    pub(crate) async fn refused(&self) -> Vec<String> {
        self.model.quarantine().await.unwrap().into_iter().map(|row| row.code).collect()
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
