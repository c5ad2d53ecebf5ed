//! What the read models make of moves, in every order in which a log can hold them.

use crate::storage::{Signer, Storage};
use linli_core::doc::{Author, Document};
use linli_core::identity::{ActorDevice, Arrival, Entry, Payload};
use linli_core::ids::{Actor, DocId, HouseholdId, SpaceId};
use linli_core::kinds::{DocKind, Household};
use linli_core::record::Put;
use linli_storage::log::OfficeDraft;

const OLD: SpaceId = SpaceId([1; 16]);
const NEW: SpaceId = SpaceId([2; 16]);

/// A relay's storage with one household in the old space.
struct Bench {
    storage: Storage,
    doc: Document,
    phone: Signer,
}

fn home() -> DocId {
    HouseholdId([3; 16]).into()
}

fn entry(payload: Payload) -> Entry {
    Entry { doc: home(), kind: DocKind::Household, generation: 0, payload }
}

impl Bench {
    async fn new(name: &str) -> Bench {
        let storage = Storage::new(&format!("moves-{name}")).await;
        let mut doc = Document::new(DocKind::Household);
        let record = Household { estate: Some("阳光花园".into()), ..Household::default() };
        let made = doc.edit(&Author::now(Actor([1; 16]), 1), &record.puts("")).unwrap();
        let bench = Bench { storage, doc, phone: Signer::new(9) };
        bench.office(vec![(OLD, Payload::Change(made.0))]).await;
        bench
    }

    async fn office(&self, entries: Vec<(SpaceId, Payload)>) {
        let draft = |(space, payload)| OfficeDraft { space, entries: vec![entry(payload)] };
        self.storage.log.store_office(entries.into_iter().map(draft).collect(), 1).await.unwrap();
    }

    /// A phone that knows of no move writes where the household was.
    async fn phone_writes(&mut self, payload: Payload) {
        self.storage.hand_in(&mut self.phone, &[OLD], OLD, entry(payload)).await;
    }

    fn note(&self, actor: u8) -> (Document, Vec<u8>) {
        let mut doc = self.doc.clone();
        let change = doc.edit(&Author::now(Actor([actor; 16]), 2), &[Put::set("note", format!("{actor}"))]);
        (doc, change.unwrap().0)
    }

    fn placed(&self, doc: &mut Document, nth: u32) -> Payload {
        let office = self.storage.log.office().device();
        let actors = doc.actors().into_iter().map(|actor| ActorDevice { actor, device: office }).collect();
        Payload::Placed(Arrival { nth, document: doc.save(), actors })
    }

    async fn space(&self) -> SpaceId {
        self.storage.model.document(home()).await.unwrap().unwrap().space
    }
}

/// The office read the document, a phone's change became durable, the office wrote.
#[tokio::test]
async fn what_was_under_way_while_the_office_moved_is_brought_on() {
    let mut bench = Bench::new("under-way").await;
    let mut seen = bench.doc.clone();
    let (mut with_note, note) = bench.note(5);
    bench.phone_writes(Payload::Change(note)).await;
    let placed = bench.placed(&mut seen, 1);
    bench.office(vec![(OLD, Payload::Moved { to: NEW, nth: 1 }), (NEW, placed)]).await;
    bench.storage.settle().await;
    let strays = bench.storage.model.strays().await.unwrap();
    assert_eq!(strays.iter().map(|stray| stray.doc).collect::<Vec<_>>(), [home()], "the note is not in NEW");
    assert_eq!(bench.space().await, NEW);

    let placed = bench.placed(&mut with_note, 1);
    bench.office(vec![(NEW, placed)]).await;
    bench.storage.settle().await;
    assert_eq!(bench.storage.model.strays().await.unwrap(), [], "now it is");
    let mut open = bench.storage.model.document(home()).await.unwrap().unwrap();
    assert_eq!(open.document.heads(), with_note.heads());
}

#[tokio::test]
async fn arriving_before_leaving_ends_the_same_and_late_work_is_no_stranger() {
    for (name, late_first) in [("arrives-late", true), ("arrives-late-after", false)] {
        let mut bench = Bench::new(name).await;
        let (_, note) = bench.note(5);
        let mut seen = bench.doc.clone();
        let placed = bench.placed(&mut seen, 1);
        if late_first {
            bench.phone_writes(Payload::Change(note.clone())).await;
        }
        bench.office(vec![(NEW, placed), (OLD, Payload::Moved { to: NEW, nth: 1 })]).await;
        if !late_first {
            bench.phone_writes(Payload::Change(note)).await;
        }
        bench.storage.settle().await;
        assert_eq!(
            (bench.space().await, bench.storage.model.strays().await.unwrap().len()),
            (NEW, 1),
            "{name}"
        );
        assert!(bench.storage.refused().await.is_empty(), "{name}");

        // Back, and an older word that comes last changes nothing.
        let mut open = bench.storage.model.document(home()).await.unwrap().unwrap();
        let placed = bench.placed(&mut open.document, 2);
        bench.office(vec![(NEW, Payload::Moved { to: OLD, nth: 2 }), (OLD, placed)]).await;
        bench.office(vec![(OLD, Payload::Moved { to: NEW, nth: 1 })]).await;
        bench.storage.settle().await;
        assert_eq!(
            (bench.space().await, bench.storage.model.strays().await.unwrap().len()),
            (OLD, 0),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_phone_cannot_move_a_document_and_a_stranger_cannot_write_to_it() {
    let mut bench = Bench::new("hostile").await;
    let mut seen = bench.doc.clone();
    let placed = bench.placed(&mut seen, 9);
    bench.phone_writes(Payload::Moved { to: NEW, nth: 9 }).await;
    bench.phone_writes(placed).await;
    let (_, note) = bench.note(5);
    bench.office(vec![(NEW, Payload::Change(note))]).await;
    bench.storage.settle().await;
    let codes = bench.storage.refused().await;
    assert_eq!(codes, ["change.not_allowed", "change.not_allowed", "change.wrong_space"]);
    assert_eq!(bench.space().await, OLD);
}

#[tokio::test]
async fn a_damaged_document_is_put_aside() {
    let bench = Bench::new("damaged").await;
    let broken = Arrival { nth: 1, document: b"no document".to_vec(), actors: Vec::new() };
    bench.office(vec![(OLD, Payload::Moved { to: NEW, nth: 1 }), (NEW, Payload::Placed(broken))]).await;
    bench.storage.settle().await;
    assert_eq!(bench.storage.refused().await.len(), 1);
    let open = bench.storage.model.document(home()).await.unwrap().unwrap();
    assert!(open.document.fields().contains_key("estate"));
}
