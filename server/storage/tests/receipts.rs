//! What the read models make of receipts that phones hand in, honest and forged.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use linli_core::doc::{Author, Document};
use linli_core::error::Lang;
use linli_core::identity::{ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, DeviceId, DirectiveId, DocId, SpaceId, WorkerId};
use linli_core::kinds::{DocKind, Receipt, receipt_key, receipts_doc, worker_space};
use linli_core::record::Put;
use linli_core::sync::frames::Grant;
use linli_core::sync::relay::KnownDevice;
use linli_core::sync::standing::Standing;
use linli_storage::model::{VerifyReport, compare_models};
use linli_storage::{Log, Model};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The grid that both workers look after.
const GRID: SpaceId = SpaceId([1; 16]);
const DIRECTIVE: DirectiveId = DirectiveId([2; 16]);

struct Bench {
    folder: PathBuf,
    log: Log,
    model: Model,
}

/// A worker's phone that follows no rule but the log's.
struct Phone {
    key: DeviceKey,
    end: ChainEnd,
    space: SpaceId,
    actor: Actor,
    receipts: Document,
}

impl Phone {
    fn new(seed: u8) -> Phone {
        Phone {
            key: DeviceKey::from_seed(&[seed; 32]),
            end: ChainEnd::start_of(1),
            space: worker_space(WorkerId([seed; 16])),
            actor: Actor([seed; 16]),
            receipts: Document::new(DocKind::Receipts),
        }
    }

    fn device(&self) -> DeviceId {
        self.key.device()
    }

    /// A receipt under the key of any phone.
    fn receipt(&mut self, device: DeviceId, at_ms: i64) -> Payload {
        let receipt = Receipt { at_ms, skew_ms: None };
        let put = Put::set(receipt_key(DIRECTIVE, device), receipt.to_value());
        Payload::Change(self.receipts.edit(&Author::now(self.actor, at_ms), &[put]).unwrap().0)
    }
}

impl Bench {
    async fn new(name: &str) -> Bench {
        let folder = std::env::temp_dir().join(format!("linli-receipts-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let log = Log::open(&folder, DeviceKey::from_seed(&[7; 32])).await.unwrap();
        let model = Model::open(&folder).await.unwrap();
        Bench { folder, log, model }
    }

    async fn hand_in(&self, phone: &mut Phone, space: SpaceId, doc: DocId, kind: DocKind, payload: Payload) {
        let mut sealer = Sealer { key: &phone.key, policy: 0, now_ms: 1, end: phone.end };
        let batch = sealer.seal(space, vec![Entry { doc, kind, generation: 0, payload }]);
        phone.end = sealer.end;
        let grant = |space| Grant { space, name: "网格".into(), write: true };
        let known = KnownDevice {
            key: phone.key.public(),
            standing: Standing::Active,
            grants: vec![grant(GRID), grant(phone.space)],
            hand_in: BTreeSet::new(),
            chain: None,
            people: Vec::new(),
            policy: 0,
            community: "社区".into(),
        };
        let signers = BTreeMap::from([(phone.device(), known)]);
        self.log.store(phone.device(), vec![batch], Lang::En, (1, 0), signers).await.unwrap();
    }

    /// Hands in a receipt where receipts belong.
    async fn acknowledge(&self, phone: &mut Phone, device: DeviceId, at_ms: i64) {
        let (space, payload) = (phone.space, phone.receipt(device, at_ms));
        self.hand_in(phone, space, receipts_doc(space), DocKind::Receipts, payload).await;
    }

    /// Applies everything; a model made anew from the log must be the same. Who has read it, and when.
    async fn settle(&self) -> Vec<(DeviceId, i64)> {
        self.model.catch_up(&self.log).await.unwrap();
        let again = self.folder.join("again");
        let _ = std::fs::remove_dir_all(&again);
        std::fs::create_dir_all(&again).unwrap();
        let fresh = Model::open(&again).await.unwrap();
        fresh.catch_up(&self.log).await.unwrap();
        let mut report = VerifyReport::default();
        compare_models(&self.model, &fresh, &mut report).await.unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
        let receipts = self.model.receipts(DIRECTIVE).await.unwrap();
        receipts.into_iter().map(|receipt| (receipt.device, receipt.at_ms)).collect()
    }

    async fn refused(&self) -> Vec<String> {
        self.model.quarantine().await.unwrap().into_iter().map(|row| row.code).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_phone_acknowledges_for_nobody_else() {
    let bench = Bench::new("forged").await;
    let (mut liar, mut victim) = (Phone::new(8), Phone::new(9));
    let other = victim.device();
    bench.acknowledge(&mut liar, other, 10).await;
    assert_eq!(bench.settle().await, [], "the key says who, the signature says otherwise");

    // In the victim's document, written where both may write: refused, and no stone in the victim's way.
    let forged = liar.receipt(other, 11);
    let (theirs, victims) = (receipts_doc(victim.space), victim.space);
    bench.hand_in(&mut liar, GRID, theirs, DocKind::Receipts, forged).await;
    let own = liar.receipt(liar.device(), 12);
    bench.hand_in(&mut liar, GRID, DocId(DIRECTIVE.0), DocKind::Directive, own).await;
    bench.acknowledge(&mut victim, other, 20).await;
    assert_eq!(bench.settle().await, [(other, 20)]);
    assert_eq!(bench.refused().await, ["change.not_allowed", "change.not_allowed"]);

    // In the victim's own space nothing of the liar's counts before a person has looked at it.
    let forged = liar.receipt(other, 13);
    bench.hand_in(&mut liar, victims, theirs, DocKind::Receipts, forged).await;
    assert_eq!(bench.settle().await, [(other, 20)]);
}

#[tokio::test]
async fn the_first_receipt_of_a_phone_stands_and_phones_do_not_hide_each_other() {
    for (name, at_once) in [("at-once", true), ("one-by-one", false)] {
        let bench = Bench::new(name).await;
        let (mut phone, mut tablet) = (Phone::new(8), Phone::new(9));
        tablet.space = phone.space;
        for at_ms in [30, 10, 20] {
            bench.acknowledge(&mut phone, DeviceKey::from_seed(&[8; 32]).device(), at_ms).await;
            if !at_once {
                bench.settle().await;
            }
        }
        bench.acknowledge(&mut tablet, DeviceKey::from_seed(&[9; 32]).device(), 5).await;
        let mut found = bench.settle().await;
        found.sort_by_key(|(_, at_ms)| *at_ms);
        assert_eq!(found, [(tablet.device(), 5), (phone.device(), 30)], "{name}");
        assert_eq!(bench.refused().await, Vec::<String>::new(), "{name}");
    }
}
