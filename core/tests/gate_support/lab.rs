//! A laboratory for the gate: honest documents, ways to spoil bytes, and one trial that says what happened.
//!
//! Shared by the gate's test programs and its long-running example. Everything follows from a seed.

#![allow(dead_code, reason = "each program that includes this file uses a part of it")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failure here is a failed test")]

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, Change, ExpandedChange, ROOT, ReadDoc, ScalarValue};
use linli_core::error::Coded;
use linli_core::gate::{self, Outcome};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// A generator for this seed.
pub(crate) fn dice(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A number below `end`, which must not be 0.
pub(crate) fn below(dice: &mut ChaCha8Rng, end: usize) -> usize {
    usize::try_from(dice.next_u64() % end as u64).unwrap()
}

/// A fixed actor.
pub(crate) fn actor(number: u8) -> ActorId {
    ActorId::from([number; 16])
}

/// Commits what is pending, at a fixed time.
pub(crate) fn commit(doc: &mut AutoCommit, minute: i64) {
    doc.commit_with(CommitOptions::default().with_time(1_790_000_000_000 + minute * 60_000));
}

/// Writes one visit as the app would: ten scalars of every type under one id.
pub(crate) fn write_visit(doc: &mut AutoCommit, number: i64) {
    let mut put = |field: &str, value: ScalarValue| {
        doc.put(ROOT, format!("visit/{number:032x}/{field}"), value).unwrap();
    };
    put("at", ScalarValue::Timestamp(1_790_000_000_000 + number));
    put("result", "met".into());
    put("note", format!("第{number}次走访，老人身体尚好，燃气软管需更换").into());
    put("people", ScalarValue::Int(3));
    put("floor", ScalarValue::Uint(12));
    put("temperature", ScalarValue::F64(36.5));
    put("gas_ok", ScalarValue::Boolean(number % 2 == 0));
    put("photo", ScalarValue::Null);
    put("signature", ScalarValue::Bytes(vec![7; 16]));
    put("minutes", ScalarValue::Int(15 + number));
}

/// A household's document: twelve visits by three launches of the app, with a conflict, its settling, an
/// overwrite, a deletion and a concurrent end.
pub(crate) fn visit_document() -> AutoCommit {
    let mut first = AutoCommit::new().with_actor(actor(1));
    let mut second = AutoCommit::new().with_actor(actor(2));
    for number in 0..6 {
        write_visit(&mut first, number);
        first.put(ROOT, "last", number).unwrap();
        commit(&mut first, number);
    }
    second.merge(&mut first).unwrap();
    second.put(ROOT, "phone", "13800000000").unwrap();
    first.put(ROOT, "phone", "13900000000").unwrap();
    commit(&mut second, 10);
    commit(&mut first, 11);
    first.merge(&mut second).unwrap();
    first.put(ROOT, "phone", "13700000000").unwrap();
    first.delete(ROOT, format!("visit/{:032x}/photo", 2)).unwrap();
    commit(&mut first, 12);
    let mut third = first.fork().with_actor(actor(3));
    for number in 6..12 {
        write_visit(&mut third, number);
        third.put(ROOT, "last", number).unwrap();
        commit(&mut third, 20 + number);
    }
    first.put(ROOT, "last", 99).unwrap();
    commit(&mut first, 40);
    first.merge(&mut third).unwrap();
    first
}

/// The honest next change of a fourth launch, which no spoilt change should ever stand in the way of.
pub(crate) fn next_good(doc: &AutoCommit) -> Vec<u8> {
    let mut next = doc.clone().with_actor(actor(9));
    write_visit(&mut next, 77);
    next.put(ROOT, "last", 77).unwrap();
    commit(&mut next, 77);
    next.get_last_local_change().unwrap().raw_bytes().to_vec()
}

/// A next change by an actor that already wrote; the one that is spoilt.
pub(crate) fn next_victim(doc: &AutoCommit) -> Change {
    let mut next = doc.clone().with_actor(actor(3));
    write_visit(&mut next, 50);
    next.put(ROOT, "last", 50).unwrap();
    next.delete(ROOT, "phone").unwrap();
    commit(&mut next, 50);
    next.get_last_local_change().unwrap()
}

/// A chunk with a fitting checksum.
pub(crate) fn seal(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut tail = vec![kind];
    leb(&mut tail, body.len() as u64);
    let hash = Sha256::new().chain_update(&tail).chain_update(body).finalize();
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &tail, body].concat()
}

/// Appends an unsigned LEB128 number.
pub(crate) fn leb(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A signed LEB128 number.
pub(crate) fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// Type and content of a chunk.
pub(crate) fn unseal(bytes: &[u8]) -> (u8, Vec<u8>) {
    let length = bytes[9..].iter().take_while(|byte| *byte & 0x80 != 0).count() + 1;
    (bytes[8], bytes[9 + length..].to_vec())
}

/// Spoils content in one to four places and gives it a fitting checksum again.
pub(crate) fn spoil(dice: &mut ChaCha8Rng, bytes: &[u8]) -> Vec<u8> {
    let (kind, mut body) = unseal(bytes);
    for _ in 0..1 + below(dice, 4) {
        spoil_once(dice, &mut body);
    }
    seal(kind, &body)
}

fn spoil_once(dice: &mut ChaCha8Rng, body: &mut Vec<u8>) {
    const TELLING: [u8; 12] = [0, 1, 2, 3, 5, 7, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0xff];
    if body.is_empty() {
        return body.push(0);
    }
    // Half of all mutations go to the front, where the counts and the tables of columns are.
    let reach = if below(dice, 2) == 0 { body.len().min(160) } else { body.len() };
    let at = below(dice, reach);
    match below(dice, 8) {
        0 => body[at] ^= 1 << below(dice, 8),
        1 => body[at] = TELLING[below(dice, TELLING.len())],
        2 => body[at] = body[at].wrapping_add(1),
        3 => body[at] = body[at].wrapping_sub(1),
        4 => body.insert(at, TELLING[below(dice, TELLING.len())]),
        5 => drop(body.remove(at)),
        6 => {
            let mut huge = Vec::new();
            leb(&mut huge, 1 << (7 + below(dice, 56)));
            body.splice(at..=at, huge);
        }
        _ => {
            let from = below(dice, body.len());
            let piece: Vec<u8> = body[from..].iter().take(1 + below(dice, 8)).copied().collect();
            body.splice(at..at, piece);
        }
    }
}

/// Rewrites what a change means, and encodes it correctly: these pass every check of form.
pub(crate) fn twist(dice: &mut ChaCha8Rng, change: &Change, known: &[Change]) -> Option<Vec<u8>> {
    let mut twisted = change.decode();
    for _ in 0..1 + below(dice, 3) {
        twist_once(dice, &mut twisted, known);
    }
    // Automerge's encoder panics on some of these; those cannot be built this way.
    let built = std::panic::catch_unwind(|| Change::from(twisted).raw_bytes().to_vec());
    built.ok()
}

fn twist_once(dice: &mut ChaCha8Rng, change: &mut ExpandedChange, known: &[Change]) {
    let pick = &known[below(dice, known.len())];
    let some_op =
        OpId(1 + dice.next_u64() % (change.start_op.get() + 20), actor([1, 2, 3, 9, 5][below(dice, 5)]));
    let near = (change.start_op.get() + dice.next_u64() % 5).saturating_sub(2).max(1);
    let at = below(dice, change.operations.len().max(1));
    match below(dice, 16) {
        0 => {
            change.start_op =
                [1, 2, near, near, u64::from(u32::MAX), 1 << 31][below(dice, 6)].try_into().unwrap();
        }
        1 => change.seq = [1, change.seq + 1, change.seq.saturating_sub(1).max(1), 1 << 40][below(dice, 4)],
        2 => change.deps.clear(),
        3 => change.deps.push(pick.hash()),
        4 => change.deps = vec![pick.hash()],
        5 => drop(change.deps.pop()),
        6 => change.actor_id = actor([1, 2, 4, 9][below(dice, 4)]),
        7 => change.time = [0, -1, i64::MAX, i64::MIN][below(dice, 4)],
        8 => change.operations.truncate(at),
        9 => drop(change.operations.get(at).cloned().map(|op| change.operations.push(op))),
        10 => *change = pick.decode(),
        other => {
            if let Some(op) = change.operations.get_mut(at) {
                twist_op(op, other, some_op, dice);
            }
        }
    }
}

fn twist_op(op: &mut Op, how: usize, id: OpId, dice: &mut ChaCha8Rng) {
    match how {
        11 => op.pred = SortedVec::from(vec![id]),
        12 => op.pred = SortedVec::new(),
        13 => op.key = Key::Map(["last", "phone", "new", ""][below(dice, 4)].into()),
        14 => {
            op.action = match below(dice, 5) {
                0 => OpType::Delete,
                1 => OpType::Increment(3),
                2 => OpType::Make(automerge::ObjType::Map),
                3 => OpType::Put(ScalarValue::counter(4)),
                _ => OpType::Put(ScalarValue::Null),
            }
        }
        _ => match below(dice, 3) {
            0 => op.obj = ObjectId::Id(id),
            1 => op.insert = true,
            _ => op.key = Key::Seq(automerge::legacy::ElementId::Id(id)),
        },
    }
}

/// What became of one spoilt change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Refused from its bytes alone, with this code.
    Form(&'static str),
    /// Refused, or held, in the light of the document.
    Place(&'static str),
    /// It is a change that an honest writer could have made.
    Taken,
}

/// Offers one spoilt change and then the good one, and checks everything the gate promises.
///
/// # Panics
/// If a promise is broken.
pub(crate) fn offer(base: &AutoCommit, spoilt: &[u8], good: &[u8]) -> Verdict {
    let (change, facts) = match gate::admit_change(spoilt) {
        Ok(admitted) => admitted,
        Err(error) => return Verdict::Form(error.code()),
    };
    let good_facts = gate::inspect_change(good).unwrap();
    let good = gate::admit_change(good).unwrap().0;
    let mut doc = base.clone();
    let before = doc.get_heads();
    let outcome = gate::apply(&mut doc, &[change]).unwrap().remove(0);
    let verdict = match &outcome {
        Outcome::Applied => Verdict::Taken,
        Outcome::AlreadyHave => Verdict::Place("already have"),
        Outcome::MissingDeps(_) => Verdict::Place("missing"),
        Outcome::Refused(error) => Verdict::Place(error.code()),
    };
    if verdict != Verdict::Taken {
        assert_eq!(doc.get_heads(), before, "a refused change moved the document");
    }
    let next = gate::apply(&mut doc, &[good]).unwrap().remove(0);
    // A spoilt change that took the good one's actor is a fork like any other.
    let same_writer = verdict == Verdict::Taken && facts.actor == good_facts.actor;
    assert!(next == Outcome::Applied || same_writer, "the good change was not applied: {next:?}");
    if verdict == Verdict::Taken {
        live_on(&mut doc);
    }
    verdict
}

/// What every trial starts from.
pub(crate) struct Bench {
    pub(crate) base: AutoCommit,
    pub(crate) known: Vec<Change>,
    pub(crate) victim: Change,
    pub(crate) good: Vec<u8>,
    pub(crate) saved: Vec<u8>,
    pub(crate) plain: Vec<u8>,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let mut base = visit_document();
        let victim = next_victim(&base);
        let good = next_good(&base);
        let (saved, plain) = (base.save(), base.save_nocompress());
        Bench { known: base.get_changes(&[]), base, victim, good, saved, plain }
    }

    /// One mutant, made and tried as its seed says; how it was made and what became of it.
    ///
    /// # Panics
    /// If a promise of the gate is broken.
    pub(crate) fn trial(&self, seed: u64) -> String {
        let mut dice = dice(seed);
        match below(&mut dice, 10) {
            0..4 => {
                let spoilt = spoil(&mut dice, self.victim.raw_bytes());
                format!("bytes of a change: {:?}", offer(&self.base, &spoilt, &self.good))
            }
            4..7 => match twist(&mut dice, &self.victim, &self.known) {
                Some(twisted) => {
                    format!("meaning of a change: {:?}", offer(&self.base, &twisted, &self.good))
                }
                None => "meaning of a change: cannot be encoded".into(),
            },
            kind => {
                let bytes = if kind == 9 { &self.saved } else { &self.plain };
                format!("document: {}", load(&spoil(&mut dice, bytes)))
            }
        }
    }
}

fn load(spoilt: &[u8]) -> &'static str {
    match gate::admit_document(spoilt) {
        Err(error) => error.code(),
        Ok(mut doc) => {
            live_on(&mut doc);
            "taken"
        }
    }
}

/// Requires that a document can be saved, loaded, read and written.
pub(crate) fn live_on(doc: &mut AutoCommit) {
    let bytes = gate::seal_document(doc).unwrap();
    let mut loaded = gate::admit_document(&bytes).unwrap();
    assert_eq!(loaded.get_heads(), doc.get_heads());
    assert_eq!(content(&loaded), content(doc));
    loaded.set_actor(actor(200));
    loaded.put(ROOT, "last", "afterwards").unwrap();
    commit(&mut loaded, 500);
    assert_eq!(loaded.get(ROOT, "last").unwrap().unwrap().0.as_str(), Some("afterwards"));
}

/// Everything visible in a document, conflicts included.
pub(crate) fn content(doc: &AutoCommit) -> Vec<(String, Vec<String>)> {
    let values = |key: &String| {
        doc.get_all(ROOT, key.as_str()).unwrap().iter().map(|(value, id)| format!("{value:?} {id}")).collect()
    };
    doc.keys(ROOT).map(|key| (key.clone(), values(&key))).collect()
}
