//! What the read models make of receipts that phones hand in, honest and forged.

use crate::storage::{Signer, Storage};
use linli_core::doc::{Author, Document};
use linli_core::identity::{DeviceKey, Entry, Payload};
use linli_core::ids::{Actor, DeviceId, DirectiveId, DocId, SpaceId, WorkerId};
use linli_core::kinds::{DocKind, Receipt, receipt_key, receipts_doc, worker_space};
use linli_core::record::Put;

/// The grid that both workers look after.
const GRID: SpaceId = SpaceId([1; 16]);
const DIRECTIVE: DirectiveId = DirectiveId([2; 16]);

struct Bench(Storage);

/// A worker's phone that follows no rule but the log's.
struct Phone {
    signer: Signer,
    space: SpaceId,
    actor: Actor,
    receipts: Document,
}

impl Phone {
    fn new(seed: u8) -> Phone {
        Phone {
            signer: Signer::new(seed),
            space: worker_space(WorkerId([seed; 16])),
            actor: Actor([seed; 16]),
            receipts: Document::new(DocKind::Receipts),
        }
    }

    fn device(&self) -> DeviceId {
        self.signer.key.device()
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
        Bench(Storage::new(&format!("receipts-{name}")).await)
    }

    async fn hand_in(&self, phone: &mut Phone, space: SpaceId, doc: DocId, kind: DocKind, payload: Payload) {
        let may = [GRID, phone.space];
        self.0.hand_in(&mut phone.signer, &may, space, Entry { doc, kind, generation: 0, payload }).await;
    }

    /// Hands in a receipt where receipts belong.
    async fn acknowledge(&self, phone: &mut Phone, device: DeviceId, at_ms: i64) {
        let (space, payload) = (phone.space, phone.receipt(device, at_ms));
        self.hand_in(phone, space, receipts_doc(space), DocKind::Receipts, payload).await;
    }

    /// Who has read it, and when.
    async fn settle(&self) -> Vec<(DeviceId, i64)> {
        self.0.settle().await;
        let receipts = self.0.model.receipts(DIRECTIVE).await.unwrap();
        receipts.into_iter().map(|receipt| (receipt.device, receipt.at_ms)).collect()
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
    assert_eq!(bench.0.refused().await, ["change.not_allowed", "change.not_allowed"]);

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
        assert_eq!(bench.0.refused().await, Vec::<String>::new(), "{name}");
    }
}
