//! An enrolled phone in the wrong hands against a real relay: what it forges counts for nothing, what its
//! colleagues record goes on, and the office sees what was put aside.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_core::doc::{Author, ChangeBytes, Document};
use linli_core::identity::{Batch, ChainEnd, Entry, Header, Payload, Sealer};
use linli_core::ids::{Actor, DocId, HouseholdId, SpaceId};
use linli_core::kinds::{DocKind, Household};
use linli_core::record::Put;
use linli_core::sync::frames::{Frame, Pull, WANTED_CHANGES_MAX, Wanted};
use linli_tests::{Forger, GRID, Relay, Roster, Wire, entry};
use std::path::Path;

const NOW_MS: i64 = 1_795_000_000_000;

/// A relay with a small community and a hostile phone that is connected to it.
struct Town {
    relay: Relay,
    forger: Forger,
    wire: Wire,
    space: SpaceId,
}

impl Town {
    fn new() -> Town {
        let relay = Relay::start();
        relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
        let forger = Forger::enrol(&relay, "赵六", &relay.grids(), 66);
        let wire = forger.connect();
        let space = wire.space_of(GRID);
        Town { relay, forger, wire, space }
    }

    /// Hands in entries in one batch, which becomes durable.
    fn hand_in(&mut self, entries: Vec<Entry>) -> Batch {
        let batch = self.forger.seal(self.space, entries);
        self.wire.push_durably(std::slice::from_ref(&batch));
        self.relay.settle();
        batch
    }

    /// Codes of what was put aside, in the log's order.
    fn put_aside(&self) -> Vec<String> {
        let rows = self.relay.office(&["quarantine"]);
        rows.iter().map(|row| row["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// A household's note at the office.
    fn note(&self, home: HouseholdId) -> String {
        self.relay.household(&home.to_string())["note"].as_str().unwrap_or_default().to_owned()
    }
}

/// A household's document in the hands of one launch of one phone.
struct Pen {
    home: HouseholdId,
    document: Document,
    author: Author,
}

impl Pen {
    fn new(number: u32, actor: u8) -> Pen {
        let home = HouseholdId::derive(&[b"forged", &number.to_be_bytes()]);
        let author = Author::now(Actor([actor; 16]), NOW_MS);
        Pen { home, document: Document::new(DocKind::Household), author }
    }

    /// Writes the household down.
    fn begin(&mut self) -> Entry {
        let number = self.home.to_string();
        let household = Household {
            grid: Some(GRID.into()),
            estate: Some("幸福里".into()),
            building: Some("9".into()),
            unit: Some("1".into()),
            room: Some(number),
            ..Household::default()
        };
        self.write(&household.puts(""))
    }

    fn note(&mut self, note: &str) -> Entry {
        self.write(&[Put::set("note", note)])
    }

    fn write(&mut self, puts: &[Put]) -> Entry {
        let change = self.document.edit(&self.author, puts).expect("a change");
        entry(self.home.into(), DocKind::Household, change)
    }
}

/// Bytes that make Automerge panic, or worse, as changes of a household.
fn hostile_changes(home: HouseholdId) -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/hostile/changes");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the hostile changes").collect();
    files.sort_by_key(|file| file.as_ref().map(std::fs::DirEntry::path).ok());
    let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read(file.expect("a file").path());
    let entry_of = |bytes| entry(home.into(), DocKind::Household, ChangeBytes(bytes));
    files.into_iter().map(|file| entry_of(read(file).expect("its bytes"))).collect()
}

#[test]
fn one_bad_change_among_a_thousand_is_put_aside_and_the_others_apply() {
    let mut town = Town::new();
    let before = town.relay.status()["households"].as_i64().expect("a number");
    let mut first = Pen::new(0, 1);
    let mut entries = vec![first.begin()];
    entries.extend((1..998).map(|number| Pen::new(number, 1).begin()));
    entries.insert(500, hostile_changes(first.home).swap_remove(7));
    // The document that the bad change was for takes the next good one.
    entries.push(first.note("照常"));
    assert_eq!(entries.len(), 1000);
    let batch = town.hand_in(entries);

    let aside = town.relay.office(&["quarantine"]);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(aside[0]["entry"], 500);
    assert_eq!(aside[0]["document"].as_str(), Some(DocId::from(first.home).to_string().as_str()));
    assert_eq!(aside[0]["device"].as_str(), Some(town.forger.device().to_string().as_str()));
    assert!(aside[0]["code"].as_str().is_some_and(|code| code.starts_with("gate.")), "{aside:?}");
    assert!(aside[0]["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{aside:?}");
    let households = town.relay.status()["households"].as_i64().expect("a number");
    assert_eq!(households - before, 998);
    assert_eq!(town.note(first.home), "照常");
    let phones = town.relay.office(&["devices"]);
    let forged = phones.iter().find(|phone| phone["id"] == town.forger.device().to_string().as_str());
    assert_eq!(forged.expect("the phone is listed")["quarantine"], 1, "the list of phones says whose it was");

    // Handed in once more it is known, and counts once.
    town.wire.push_durably(&[batch]);
    town.relay.settle();
    assert_eq!(town.put_aside().len(), 1);
    town.relay.verify();
}

#[test]
fn every_hostile_change_is_put_aside_and_the_document_goes_on() {
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    town.hand_in(vec![pen.begin()]);
    for (number, bad) in hostile_changes(pen.home).into_iter().enumerate() {
        let note = format!("第{number}次");
        let good = pen.note(&note);
        town.hand_in(vec![bad, good]);
        assert_eq!(town.note(pen.home), note);
        assert_eq!(town.put_aside().len(), number + 1);
    }
    let codes = town.put_aside();
    assert!(codes.iter().all(|code| code.starts_with("gate.") && code != "gate.panicked"), "{codes:?}");
    // A colleague's phone meets the same bytes in the log.
    let chen = town.relay.phone_of("陈静", &town.relay.grids());
    let card = chen.card(&pen.home.to_string());
    assert_eq!(card["note"].as_str(), Some("第25次"), "{card}");
    town.relay.verify();
}

#[test]
fn a_batch_that_was_tampered_with_or_signed_by_another_is_refused() {
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    let good = town.forger.seal(town.space, vec![pen.begin()]);
    let mut swapped = good.clone();
    swapped.entries = vec![pen.note("掉包")];
    assert_eq!(town.wire.refusal_of(&[swapped]), "batch.altered");

    // A colleague's next batch, made up by somebody who does not have its key.
    let colleague = Forger::enrol(&town.relay, "王芳", &town.relay.grids(), 67);
    let mut claims: Header = good.claims().expect("a header");
    claims.device = colleague.device();
    let header = minicbor::to_vec(&claims).expect("bytes");
    let signature = town.forger.key().sign("batch/1", &header);
    let framed = Batch { header, signature, entries: good.entries.clone() };
    assert_eq!(town.wire.refusal_of(&[framed]), "batch.signature");
    // The same header under a signature that was made for another purpose.
    let signature = town.forger.key().sign("connect/1", &good.header);
    assert_eq!(town.wire.refusal_of(&[Batch { signature, ..good.clone() }]), "batch.signature");
    // Nobody the relay knows.
    let nobody = linli_core::identity::DeviceKey::from_seed(&[9; 32]);
    let mut sealer = Sealer { key: &nobody, policy: 0, now_ms: 1, end: ChainEnd::start_of(1) };
    let unknown = sealer.seal(town.space, good.entries.clone());
    assert_eq!(town.wire.refusal_of(&[unknown]), "sync.unknown_device");
    // Another batch under a number that is taken, and one after a hole.
    town.wire.push_durably(std::slice::from_ref(&good));
    let mut sealer = Sealer { key: town.forger.key(), policy: 0, now_ms: 2, end: ChainEnd::start_of(1) };
    let twin = sealer.seal(town.space, vec![pen.note("另一份")]);
    assert_eq!(town.wire.refusal_of(&[twin]), "batch.fork");
    town.forger.seal(town.space, vec![pen.note("没有送到")]);
    let after = town.forger.seal(town.space, vec![pen.note("之后")]);
    assert_eq!(town.wire.refusal_of(&[after]), "batch.gap");
    town.relay.verify();
}

#[test]
fn a_valid_signature_opens_no_other_space_and_revives_nothing() {
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    let begun = Entry { generation: 3, ..pen.begin() };
    let old = Entry { generation: 2, ..pen.note("旧的") };
    let new = Entry { generation: 4, ..pen.note("新的") };
    let other_kind = Entry { kind: DocKind::Issue, generation: 3, ..pen.note("别的") };
    let grid = Entry { kind: DocKind::Grid, doc: DocId([5; 16]), ..Pen::new(2, 1).begin() };
    town.hand_in(vec![begun, old, new, other_kind, grid]);
    let codes = ["change.old_generation", "change.old_generation", "change.wrong_kind", "change.not_allowed"];
    assert_eq!(town.put_aside(), codes);

    // A space that this phone was not granted: durable, and waits for a person.
    let waiting = |town: &Town| town.relay.status()["review"].as_i64().expect("a number");
    assert_eq!(waiting(&town), 0);
    let elsewhere = town.forger.seal(SpaceId([9; 16]), vec![Pen::new(3, 1).begin()]);
    town.wire.push_durably(&[elsewhere]);
    town.relay.settle();
    assert_eq!(waiting(&town), 1);
    let said = town.wire.say(&Frame::Pull(Pull { space: SpaceId([9; 16]), after: 0 }).to_bytes());
    assert!(matches!(said.as_slice(), [Frame::Bye(bye)] if bye.code == "sync.not_granted"), "{said:?}");
    town.relay.verify();
}

#[test]
fn changes_whose_predecessors_are_missing_wait_in_any_order_and_are_applied_when_those_come() {
    const LATE: usize = 150;
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    let first = pen.begin();
    let mut late: Vec<Entry> = (0..LATE).map(|number| pen.note(&format!("第{number}次"))).collect();
    late.reverse();
    let last = late.split_off(LATE / 2);
    town.hand_in(late);
    town.hand_in(last);
    assert!(town.put_aside().is_empty(), "what waits is not put aside");
    assert!(town.relay.office(&["households", "--search", "幸福里"]).is_empty());
    town.hand_in(vec![first]);
    assert_eq!(town.note(pen.home), format!("第{}次", LATE - 1));
    town.relay.verify();
}

/// What waits for a month is shown to the office, and counts all the same when what it builds on comes.
#[test]
fn a_change_that_waits_for_a_month_is_shown_and_not_given_up() {
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    let first = pen.begin();
    town.hand_in(vec![pen.note("先到")]);
    town.relay.stop();
    town.relay.set_clock_ahead_by_days(31);
    town.relay.start_again();
    town.wire = town.forger.connect();
    assert!(town.put_aside().is_empty());
    town.hand_in(vec![Pen::new(2, 1).begin()]);
    assert_eq!(town.put_aside(), ["gate.missing_dependency"]);
    let waits_for = town.relay.office(&["quarantine"])[0]["waits_for"].as_str().map(str::to_owned);
    assert_eq!(waits_for.map(|hash| hash.len()), Some(64), "the office sees what it waits for");
    town.relay.verify();
    town.hand_in(vec![first]);
    assert_eq!(town.note(pen.home), "先到");
    assert!(town.put_aside().is_empty(), "it is not aside any more");
    town.relay.verify();
}

/// Changes that can never be applied cost their room only, and only so much of it.
#[test]
fn only_so_many_changes_wait_for_one_document() {
    const QUOTA: usize = 1_000;
    let mut town = Town::new();
    let mut pen = Pen::new(1, 1);
    let _never_handed_in = pen.begin();
    // Each from the same state, so that writing them costs little.
    let orphan = |number: usize| {
        let mut copy = Pen { home: pen.home, document: pen.document.clone(), author: pen.author.clone() };
        copy.note(&format!("第{number}次"))
    };
    town.hand_in((0..=QUOTA).map(orphan).collect());
    assert_eq!(town.put_aside(), ["change.too_many_held"]);
    let mut other = Pen::new(2, 1);
    town.hand_in(vec![other.begin(), other.note("照常")]);
    assert_eq!(town.note(other.home), "照常");
    town.relay.verify();
}

/// What these frames ask for.
fn wanted(frames: &[Frame]) -> Vec<&Wanted> {
    fn wanted(frame: &Frame) -> Option<&Wanted> {
        match frame {
            Frame::Wanted(wanted) => Some(wanted),
            _ => None,
        }
    }
    frames.iter().filter_map(wanted).collect()
}

#[test]
fn what_is_missing_is_asked_for_first_of_who_signed_what_waits_and_then_of_who_comes() {
    let mut town = Town::new();
    let wang = Forger::enrol(&town.relay, "王芳", &town.relay.grids(), 67);
    let mut old_app = wang.connect();
    let mut pen = Pen::new(1, 1);
    let first = pen.begin();
    let name = |entry: &Entry| match &entry.payload {
        Payload::Change(bytes) => ChangeBytes(bytes.clone()).name(),
        _ => None,
    };
    let missing = Wanted {
        space: town.space,
        doc: pen.home.into(),
        changes: vec![name(&first).expect("a change has a name")],
    };
    let batch = town.forger.seal(town.space, vec![pen.note("先到"), pen.note("又一次")]);
    town.wire = town.forger.connect_answering();
    // What waits itself is not lacking, and one question is enough.
    let asked = town.wire.push_until(&[batch], |frame| matches!(frame, Frame::Wanted(_)));
    assert_eq!(asked, Frame::Wanted(missing.clone()));
    town.relay.settle();
    let pull = Frame::Pull(Pull { space: town.space, after: 0 }).to_bytes();
    assert_eq!(wanted(&wang.connect_answering().say(&pull)), [&missing]);
    let heard = old_app.say(&pull);
    assert!(matches!(heard.as_slice(), [Frame::Page(_)]), "a phone from before is asked nothing: {heard:?}");

    let batch = town.forger.seal(town.space, vec![first]);
    town.wire.push_durably(&[batch]);
    town.relay.settle();
    assert_eq!(town.note(pen.home), "又一次");
    assert!(wanted(&wang.connect_answering().say(&pull)).is_empty(), "nothing is lacking any more");
    town.relay.verify();
}

/// Whoever makes up changes that nobody can complete makes other phones look for what they build on.
#[test]
fn nobody_is_asked_more_than_a_little_for_what_somebody_made_up() {
    const DOCUMENTS: u32 = 20;
    const OF_ONE: u8 = 100;
    const QUESTIONS_MAX: usize = 8;
    let mut town = Town::new();
    let wang = Forger::enrol(&town.relay, "王芳", &town.relay.grids(), 67);
    let orphan = |number, actor| {
        let mut pen = Pen::new(number, actor);
        let _never_handed_in = pen.begin();
        pen.note("等着")
    };
    let pull = Frame::Pull(Pull { space: town.space, after: 0 }).to_bytes();
    town.hand_in((1..=OF_ONE).map(|actor| orphan(0, actor)).collect());
    let heard = wang.connect_answering().say(&pull);
    let counts = |asked: &[&Wanted]| asked.iter().map(|one| one.changes.len()).collect::<Vec<_>>();
    assert_eq!(
        counts(&wanted(&heard)),
        [WANTED_CHANGES_MAX],
        "of one document no more than one question holds"
    );

    town.hand_in((1..=DOCUMENTS).map(|number| orphan(number, 1)).collect());
    let mut wire = wang.connect_answering();
    let heard = wire.say(&pull);
    assert_eq!(counts(&wanted(&heard)), [1; QUESTIONS_MAX], "the newest first, and so many questions");
    assert!(wanted(&wire.say(&pull)).is_empty(), "asking again brings no more questions");
}

/// Whoever reads a document sees the actors in it, and could write on under one of them: the colleague would have
/// said it, and could say nothing more herself.
#[test]
fn nobody_writes_in_a_colleagues_name() {
    let mut town = Town::new();
    let mut wang = Forger::enrol(&town.relay, "王芳", &town.relay.grids(), 67);
    let mut her_wire = wang.connect();
    let mut hers = Pen::new(1, 7);
    let begun = wang.seal(town.space, vec![hers.begin()]);
    her_wire.push_durably(std::slice::from_ref(&begun));
    let mut forged = Pen { home: hers.home, document: hers.document.clone(), author: hers.author.clone() };
    town.hand_in(vec![forged.note("冒名写的")]);
    // Her own changes signed once more by somebody else are no better.
    town.hand_in(begun.entries.clone());
    assert_eq!(town.note(hers.home), "");
    let waiting = town.relay.office(&["review"]);
    let causes: Vec<_> = waiting.iter().map(|batch| batch["cause"].clone()).collect();
    assert_eq!(causes, ["foreign_actor", "foreign_actor"], "the office sees both");
    // She goes on as if nothing had happened, at the office and on a colleague's phone.
    let batch = wang.seal(town.space, vec![hers.note("本人写的")]);
    her_wire.push_durably(&[batch]);
    town.relay.settle();
    assert_eq!(town.note(hers.home), "本人写的");
    assert!(town.put_aside().is_empty());
    let chen = town.relay.phone_of("陈静", &town.relay.grids());
    assert_eq!(chen.card(&hers.home.to_string())["note"].as_str(), Some("本人写的"));
    town.relay.verify();
}
