//! The gate against honest documents, the hostile samples and planted faults.
//!
//! `hostile/` holds changes and documents on which Automerge 0.12 panics or takes unbounded memory.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failure here is a failed test")]

#[path = "gate_support/lab.rs"]
mod lab;
#[path = "gate_support/raw.rs"]
mod raw;

use automerge::transaction::Transactable;
use automerge::{AutoCommit, Change, ExpandedChange, ROOT, ScalarValue};
use lab::Bench;
use linli_core::error::Coded;
use linli_core::gate::{self, Admission, DocFacts, GateError, Outcome};
use raw::RawDocument;

/// Mutants per run of the quick loop. The example runs more.
const MUTANTS: u64 = 15_000;

fn code(bytes: &[u8]) -> &'static str {
    gate::inspect_change(bytes).unwrap_err().code()
}

/// The victim with its meaning changed and encoded again.
fn changed(bench: &Bench, edit: impl FnOnce(&mut ExpandedChange)) -> Change {
    let mut change = bench.victim.decode();
    edit(&mut change);
    Change::from(change)
}

/// What the gate says to an otherwise honest change with this edit; the document and the good change are
/// checked on the way.
fn verdict(bench: &Bench, edit: impl FnOnce(&mut ExpandedChange)) -> String {
    let change = changed(bench, edit);
    match lab::offer(&bench.base, change.raw_bytes(), &bench.good) {
        lab::Verdict::Form(code) | lab::Verdict::Place(code) => code.into(),
        lab::Verdict::Taken => "taken".into(),
    }
}

fn samples(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn honest_changes_pass_one_by_one_and_all_at_once() {
    let mut doc = lab::visit_document();
    let changes = doc.get_changes(&[]);
    let mut step = AutoCommit::new().with_actor(lab::actor(50));
    for change in &changes {
        let (admitted, facts) = gate::admit_change(change.raw_bytes()).unwrap();
        assert_eq!(facts.hash, change.hash().0);
        assert_eq!(gate::apply(&mut step, &[admitted]).unwrap(), vec![Outcome::Applied]);
    }
    let mut whole = AutoCommit::new().with_actor(lab::actor(51));
    let outcomes = gate::apply(&mut whole, &changes).unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
    assert_eq!(lab::content(&whole), lab::content(&doc));
    assert_eq!(lab::content(&step), lab::content(&doc));
    lab::live_on(&mut whole);
    let again = gate::apply(&mut whole, &changes).unwrap();
    assert!(again.iter().all(|outcome| *outcome == Outcome::AlreadyHave));
}

/// Phones that edit at will, several times per save, delete, put back, merge now and then and restart.
fn honest_phones(seed: u64) -> AutoCommit {
    let mut dice = lab::dice(seed);
    let mut phones: Vec<AutoCommit> =
        (0..3).map(|phone| AutoCommit::new().with_actor(lab::actor(phone + 1))).collect();
    for step in 0..60_i64 {
        let at = lab::below(&mut dice, phones.len());
        for _ in 0..1 + lab::below(&mut dice, 6) {
            let key = format!("field/{}", lab::below(&mut dice, 5));
            match lab::below(&mut dice, 4) {
                0 => phones[at].delete(ROOT, key).unwrap(),
                1 => phones[at].put(ROOT, key, "same").unwrap(),
                _ => phones[at].put(ROOT, key, step).unwrap(),
            }
        }
        lab::commit(&mut phones[at], step);
        if lab::below(&mut dice, 3) == 0 {
            let mut other = phones[lab::below(&mut dice, 3)].clone();
            phones[at].merge(&mut other).unwrap();
        }
        if lab::below(&mut dice, 9) == 0 {
            phones[at].set_actor(lab::actor(10 + u8::try_from(step).unwrap()));
        }
    }
    let mut all = phones.remove(0);
    phones.iter_mut().for_each(|phone| drop(all.merge(phone).unwrap()));
    all
}

#[test]
fn no_honest_change_is_ever_refused() {
    for seed in 0..40 {
        println!("seed {seed}");
        let mut doc = honest_phones(seed);
        let mut copy = AutoCommit::new().with_actor(lab::actor(250));
        for change in doc.get_changes(&[]) {
            let (admitted, _) = gate::admit_change(change.raw_bytes()).unwrap();
            assert_eq!(gate::apply(&mut copy, &[admitted]).unwrap(), vec![Outcome::Applied]);
        }
        assert_eq!(lab::content(&copy), lab::content(&doc));
        lab::live_on(&mut copy);
    }
}

#[test]
fn facts_say_what_the_change_says() {
    let bench = Bench::new();
    let facts = gate::inspect_change(bench.victim.raw_bytes()).unwrap();
    assert_eq!(facts.actor, bench.victim.actor_id().to_bytes());
    assert_eq!(facts.seq, bench.victim.seq());
    assert_eq!(facts.start_op, bench.victim.start_op().get());
    assert_eq!(facts.ops, bench.victim.len() as u64);
    assert_eq!(facts.time_ms, bench.victim.timestamp());
    assert_eq!(facts.other_actors, bench.victim.other_actor_ids().len());
    assert_eq!(facts.deps, bench.victim.deps().iter().map(|dep| dep.0).collect::<Vec<_>>());
}

#[test]
fn an_import_of_a_thousand_fields_and_a_restart_with_many_writers_pass() {
    let mut doc = AutoCommit::new().with_actor(lab::actor(1));
    for number in 0..1000 {
        doc.put(ROOT, format!("person/{number:04}"), "李四").unwrap();
    }
    lab::commit(&mut doc, 0);
    for launch in 10..110 {
        doc.set_actor(lab::actor(launch));
        doc.put(ROOT, format!("person/{launch:04}"), "王五").unwrap();
        lab::commit(&mut doc, i64::from(launch));
    }
    doc.set_actor(lab::actor(120));
    for number in 0..1000 {
        doc.delete(ROOT, format!("person/{number:04}")).unwrap();
    }
    lab::commit(&mut doc, 200);
    let mut copy = AutoCommit::new();
    let outcomes = gate::apply(&mut copy, &doc.get_changes(&[])).unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
    lab::live_on(&mut copy);
}

#[test]
fn every_hostile_change_is_refused_and_the_next_good_one_applied() {
    let bench = Bench::new();
    let samples = samples("changes");
    assert!(samples.len() >= 26);
    for (name, bytes) in samples {
        let verdict = lab::offer(&bench.base, &bytes, &bench.good);
        assert!(matches!(verdict, lab::Verdict::Form(_)), "{name}: {verdict:?}");
    }
}

#[test]
fn every_hostile_document_is_refused() {
    let samples = samples("documents");
    assert!(samples.len() >= 24);
    for (name, bytes) in samples {
        let error = gate::admit_document(&bytes).unwrap_err();
        assert!(!matches!(error, GateError::Panicked { .. }), "{name} reached Automerge");
    }
}

#[test]
fn cut_off_bytes_are_refused_at_every_offset() {
    let bench = Bench::new();
    for end in 0..bench.good.len() {
        gate::inspect_change(&bench.good[..end]).unwrap_err();
    }
    for saved in [&bench.saved, &bench.plain] {
        gate::admit_document(saved).unwrap();
        for end in 0..saved.len() {
            gate::admit_document(&saved[..end]).unwrap_err();
        }
    }
    assert_eq!(gate::admit_document(&[]).unwrap_err(), GateError::Empty);
    assert_eq!(code(&[]), "gate.empty");
}

#[test]
fn only_one_change_chunk_counts_as_a_change() {
    let bench = Bench::new();
    let (_, body) = lab::unseal(&bench.good);
    assert_eq!(code(&bench.saved), "gate.wrong_chunk");
    assert_eq!(code(&lab::seal(2, &body)), "gate.wrong_chunk");
    assert_eq!(code(&lab::seal(3, &body)), "gate.wrong_chunk");
    assert_eq!(code(&[&bench.good[..], &bench.good[..]].concat()), "gate.trailing");
    assert_eq!(code(&lab::seal(1, &[&body[..], b"more"].concat())), "gate.trailing");
    let mut flipped = bench.good.clone();
    flipped[60] ^= 1;
    assert_eq!(code(&flipped), "gate.checksum");
    let document_and_change = [&bench.saved[..], &bench.good[..]].concat();
    assert_eq!(gate::admit_document(&document_and_change).unwrap_err().code(), "gate.trailing");
    assert_eq!(gate::admit_document(&bench.good).unwrap_err().code(), "gate.wrong_chunk");
}

#[test]
fn lengths_and_counts_are_bounded_before_anything_is_reserved() {
    let claim = |mut bytes: Vec<u8>, count: u64| {
        lab::leb(&mut bytes, count);
        bytes
    };
    let mut header = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    lab::leb(&mut header, 64 << 20);
    assert_eq!(code(&header), "gate.truncated");
    // 64 Mi dependencies; an actor id of 64 MiB; 100,000 actors.
    assert_eq!(code(&lab::seal(1, &claim(vec![], 64 << 20))), "gate.too_many");
    assert_eq!(code(&lab::seal(1, &claim(vec![0], 64 << 20))), "gate.out_of_range");
    let head = [&[0, 16][..], &[5; 16], &[1, 1, 0]].concat();
    assert_eq!(code(&lab::seal(1, &claim(head.clone(), 64 << 20))), "gate.too_large");
    assert_eq!(code(&lab::seal(1, &claim([&head[..], &[0]].concat(), 100_000))), "gate.too_many");
    let mut real = claim([&head[..], &[0]].concat(), 100_000);
    for number in 0..100_000_u32 {
        real.push(16);
        real.extend([&[0; 12][..], &number.to_be_bytes()].concat());
    }
    assert_eq!(code(&lab::seal(1, &real)), "gate.too_large");
    assert_eq!(
        gate::admit_document(&lab::seal(0, &claim(vec![], 100_000))).unwrap_err().code(),
        "gate.too_many"
    );
    // A column of 64 MiB that is not there; 64 Mi columns.
    assert_eq!(
        code(&lab::seal(1, &claim([&head[..], &[0, 0, 1, 0x42]].concat(), 64 << 20))),
        "gate.truncated"
    );
    assert_eq!(code(&lab::seal(1, &claim([&head[..], &[0, 0]].concat(), 64 << 20))), "gate.too_many");
}

#[test]
fn bombs_do_not_go_off() {
    let mut deflated = Vec::new();
    let zeros = std::io::repeat(0);
    let mut bomb =
        flate2::read::DeflateEncoder::new(std::io::Read::take(zeros, 64 << 20), flate2::Compression::best());
    std::io::Read::read_to_end(&mut bomb, &mut deflated).unwrap();
    // No actors, no heads, no change columns, one deflated action column.
    let mut body = vec![0, 0, 0, 1, 0x4a];
    lab::leb(&mut body, deflated.len() as u64);
    body.extend(&deflated);
    assert_eq!(gate::admit_document(&lab::seal(0, &body)).unwrap_err().code(), "gate.too_large");
    // The same runs uncompressed: five million operations in a few bytes.
    let mut runs = vec![0, 0, 0, 1, 0x42, 5, 0xc0, 0x96, 0xb1, 0x02, 1];
    assert_eq!(gate::admit_document(&lab::seal(0, &runs)).unwrap_err().code(), "gate.too_many");
    runs[4] = 0x15;
    gate::admit_document(&lab::seal(0, &runs)).unwrap_err();
}

#[test]
fn a_document_cannot_claim_operations_that_it_does_not_hold() {
    let error = |op: &[u8]| {
        gate::admit_document(&RawDocument::default().with_change(0x13, &[&[0x7f], op].concat()).bytes())
            .unwrap_err()
    };
    assert_eq!(error(&[0xff, 0xff, 0xff, 0xff, 0x03]).code(), "gate.too_many");
    assert_eq!(error(&[2]), GateError::Columns { what: "number of operations" });
    // Whole but for its made-up head.
    assert_eq!(error(&[1]).code(), "gate.library");
}

/// Found by fuzzing: Automerge 0.12 panics when it drops an actor of whom a document holds nothing.
#[test]
fn a_document_names_nobody_who_wrote_nothing() {
    let nothing = [&[1, 16][..], &[1; 16], &[0, 0, 0]].concat();
    let error = gate::admit_document(&lab::seal(0, &nothing)).unwrap_err();
    assert_eq!(error, GateError::Columns { what: "actors" });
}

#[test]
fn operations_that_are_not_flat_are_named() {
    let what = |write: fn(&mut AutoCommit)| {
        let mut doc = AutoCommit::new().with_actor(lab::actor(4));
        doc.put(ROOT, "count", ScalarValue::Int(1)).unwrap();
        write(&mut doc);
        lab::commit(&mut doc, 1);
        match gate::inspect_change(doc.get_last_local_change().unwrap().raw_bytes()).unwrap_err() {
            GateError::NotFlat { what } => what,
            other => panic!("{other}"),
        }
    };
    assert_eq!(
        what(|doc| drop(doc.put_object(ROOT, "m", automerge::ObjType::Map).unwrap())),
        "a nested object"
    );
    assert_eq!(
        what(|doc| drop(doc.put_object(ROOT, "t", automerge::ObjType::Text).unwrap())),
        "a nested object"
    );
    let inside = what(|doc| {
        let map = doc.put_object(ROOT, "m", automerge::ObjType::Map).unwrap();
        doc.put(map, "a", 1).unwrap();
    });
    assert_eq!(inside, "an operation inside a nested object");
    let list = what(|doc| {
        let list = doc.put_object(ROOT, "l", automerge::ObjType::List).unwrap();
        doc.insert(list, 0, 1).unwrap();
    });
    assert_eq!(list, "an operation inside a nested object");
    assert_eq!(what(|doc| doc.put(ROOT, "c", ScalarValue::counter(1)).unwrap()), "a counter");
}

#[test]
fn an_increment_is_refused() {
    let bench = Bench::new();
    let increment =
        |change: &mut ExpandedChange| change.operations[0].action = automerge::legacy::OpType::Increment(1);
    let change = changed(&bench, increment);
    assert_eq!(gate::inspect_change(change.raw_bytes()), Err(GateError::NotFlat { what: "an increment" }));
}

#[test]
fn keys_and_values_have_a_largest_size() {
    let put = |key: String, value: String| {
        let mut doc = AutoCommit::new().with_actor(lab::actor(4));
        doc.put(ROOT, key, value).unwrap();
        lab::commit(&mut doc, 1);
        gate::inspect_change(doc.get_last_local_change().unwrap().raw_bytes()).map_err(|error| error.code())
    };
    put("k".repeat(128), "v".repeat(16 * 1024)).unwrap();
    assert_eq!(put("k".repeat(129), "v".into()), Err("gate.too_large"));
    assert_eq!(put("k".into(), "v".repeat(16 * 1024 + 1)), Err("gate.too_large"));
    assert_eq!(put("k".into(), "v".repeat(64 * 1024)), Err("gate.too_large"));
}

#[test]
fn planted_faults_of_numbering_are_refused_or_held() {
    let bench = Bench::new();
    let start = |at: u64| move |change: &mut ExpandedChange| change.start_op = at.try_into().unwrap();
    assert_eq!(verdict(&bench, start(u64::from(u32::MAX) - 3)), "gate.out_of_range");
    assert_eq!(verdict(&bench, start((1 << 31) - 3)), "gate.out_of_range");
    assert_eq!(verdict(&bench, start(1 << 30)), "gate.start_op");
    assert_eq!(verdict(&bench, |change| change.seq += 1), "gate.seq_gap");
    assert_eq!(verdict(&bench, |change| change.seq -= 1), "gate.fork");
    assert_eq!(verdict(&bench, |change| change.deps.push(automerge::ChangeHash([7; 32]))), "missing");
    assert_eq!(verdict(&bench, |change| change.deps.clear()), "gate.own_history");
    let stranger = |change: &mut ExpandedChange| {
        let pred = automerge::legacy::OpId(3, lab::actor(77));
        change.operations[0].pred = vec![pred].into();
    };
    assert_eq!(verdict(&bench, stranger), "gate.unknown_actor");
    assert_eq!(verdict(&bench, |change| change.time = i64::MAX), "gate.out_of_range");
    assert_eq!(verdict(&bench, |change| change.operations.clear()), "gate.out_of_range");
    assert_eq!(verdict(&bench, |_| {}), "taken");
}

#[test]
fn an_operation_may_replace_only_what_its_writer_saw() {
    let bench = Bench::new();
    let position = |change: &ExpandedChange, key: &str| {
        let named = automerge::legacy::Key::Map(key.into());
        change.operations.iter().position(|op| op.key == named).unwrap()
    };
    let no_preds = |key: &'static str| {
        move |change: &mut ExpandedChange| {
            let at = position(change, key);
            change.operations[at].pred = automerge::legacy::SortedVec::new();
        }
    };
    assert_eq!(verdict(&bench, no_preds("last")), "gate.overwrites");
    assert_eq!(verdict(&bench, no_preds("phone")), "gate.overwrites");
    // Removing the phone number under cover of another key.
    let cover = |change: &mut ExpandedChange| {
        let (phone, last) = (position(change, "phone"), position(change, "last"));
        change.operations[last].pred = change.operations[phone].pred.clone();
    };
    assert_eq!(verdict(&bench, cover), "gate.overwrites");
}

#[test]
fn two_changes_with_one_number_are_a_fork_and_the_first_stays() {
    let bench = Bench::new();
    let twin = changed(&bench, |change| change.time += 1);
    let mut doc = bench.base.clone();
    let outcomes = gate::apply(&mut doc, &[bench.victim.clone(), twin]).unwrap();
    let seq = bench.victim.seq();
    assert_eq!(outcomes, vec![Outcome::Applied, Outcome::Refused(GateError::Fork { seq })]);
    lab::live_on(&mut doc);
}

#[test]
fn a_change_that_waits_is_applied_once_its_dependency_is_there() {
    let mut source = lab::visit_document();
    let changes = source.get_changes(&[]);
    let mut doc = AutoCommit::new();
    let missing = Outcome::MissingDeps(vec![changes[0].hash().0]);
    assert_eq!(gate::apply(&mut doc, &changes[1..2]).unwrap(), vec![missing]);
    assert!(doc.get_heads().is_empty());
    let ready = [changes[0].clone(), changes[1].clone()];
    assert_eq!(gate::apply(&mut doc, &ready).unwrap(), vec![Outcome::Applied; 2]);
}

#[test]
fn a_document_never_gets_more_heads_than_the_next_writer_can_name() {
    let mut doc = AutoCommit::new().with_actor(lab::actor(1));
    doc.put(ROOT, "last", 0).unwrap();
    lab::commit(&mut doc, 0);
    let base = doc.clone();
    let mut refused = 0;
    for launch in 10..110 {
        let mut other = base.clone().with_actor(lab::actor(launch));
        other.put(ROOT, "last", i64::from(launch)).unwrap();
        lab::commit(&mut other, 1);
        let outcome = gate::apply(&mut doc, &[other.get_last_local_change().unwrap()]).unwrap();
        refused += u64::from(outcome[0] != Outcome::Applied);
    }
    assert_eq!(refused, 100 - (gate::DEPS_MAX - 1));
    let mut next = doc.clone().with_actor(lab::actor(200));
    next.put(ROOT, "last", "settled").unwrap();
    lab::commit(&mut next, 2);
    let settled = next.get_last_local_change().unwrap();
    assert_eq!(gate::apply(&mut doc, &[settled]).unwrap(), vec![Outcome::Applied]);
    lab::live_on(&mut doc);
}

/// Shows what the gate keeps out: left alone, Automerge takes these and saves a document it cannot load.
#[test]
fn without_the_gate_automerge_saves_documents_it_cannot_load() {
    let bench = Bench::new();
    let deletion = bench
        .victim
        .decode()
        .operations
        .iter()
        .position(|op| matches!(op.action, automerge::legacy::OpType::Delete))
        .unwrap();
    let nowhere = automerge::legacy::OpId(99, lab::actor(1));
    let poison = [
        changed(&bench, |change| change.operations[deletion].pred = automerge::legacy::SortedVec::new()),
        changed(&bench, |change| change.operations[0].pred = vec![nowhere].into()),
        changed(&bench, |change| change.deps.clear()),
    ];
    for change in poison {
        let mut doc = bench.base.clone();
        doc.apply_changes([change.clone()]).unwrap();
        assert!(AutoCommit::load(&doc.save()).is_err());
        let verdict = lab::offer(&bench.base, change.raw_bytes(), &bench.good);
        assert_ne!(verdict, lab::Verdict::Taken);
    }
}

#[test]
fn judging_needs_no_document_at_hand() {
    let mut bench = Bench::new();
    let facts = DocFacts::of(&mut bench.base).unwrap();
    let victim = gate::inspect_change(bench.victim.raw_bytes()).unwrap();
    assert_eq!(gate::check_against(&facts, &victim), Admission::Apply);
    let known = gate::inspect_change(bench.known[0].raw_bytes()).unwrap();
    assert_eq!(gate::check_against(&facts, &known), Admission::AlreadyHave);
    assert_eq!(
        gate::check_against(&DocFacts::default(), &victim),
        Admission::MissingDeps(victim.deps.clone())
    );
}

#[test]
fn mutants_keep_every_promise() {
    let bench = Bench::new();
    let first: u64 = std::env::var("GATE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_101);
    println!("seeds from {first}; GATE_SEED sets the first");
    let bench = &bench;
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for seed in (first..first + MUTANTS).filter(|seed| seed % 2 == half) {
                    println!("seed {seed}");
                    bench.trial(seed);
                }
            });
        }
    });
}
