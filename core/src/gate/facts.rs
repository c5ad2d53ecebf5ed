//! What the gate must know of a document to judge a change, and the judging.
//!
//! Owns numbering and dependencies: who wrote how much, which operation counter comes next, what is present.
//! Pure bookkeeping; only [`DocFacts::of`] touches Automerge. The rules are those that every writer keeps and
//! Automerge relies on without checking: a gap in the numbering makes it panic, a change that does not build
//! on its own actor's last one makes the saved document unreadable, and a start far ahead brings every later
//! writer to the end of the counter.

use std::collections::{BTreeMap, BTreeSet};

use automerge::AutoCommit;

use super::guard::guarded;
use super::{
    ChangeFacts, DEPS_MAX, DOCUMENT_ACTORS_MAX, DOCUMENT_CHANGES_MAX, DOCUMENT_DEPS_MAX, DOCUMENT_OPS_MAX,
    GateError, OP_COUNTER_MAX,
};

type Hash = [u8; 32];

/// What a document holds, as far as admission depends on it. Costs a pass over the document's changes once,
/// and next to nothing for each change that is [`noted`](DocFacts::note).
#[derive(Clone, Debug, Default)]
pub struct DocFacts {
    /// Hash of each change, and the counter of its last operation.
    changes: BTreeMap<Hash, u64>,
    actors: BTreeMap<Vec<u8>, LastOf>,
    heads: BTreeSet<Hash>,
    ops: u64,
    deps: u64,
}

#[derive(Clone, Copy, Debug)]
struct LastOf {
    seq: u64,
    hash: Hash,
}

/// What is to be done with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Everything it builds on is here and it continues its actor's numbering.
    Apply,
    /// The document has it already.
    AlreadyHave,
    /// It may be good, but these changes must come first. Hold it outside Automerge, within a quota.
    MissingDeps(Vec<[u8; 32]>),
    /// It can never be applied to this document.
    Refuse(GateError),
}

impl DocFacts {
    /// Reads a document. Uncommitted edits in it are committed, as for every reading of its history.
    ///
    /// # Errors
    /// If the document breaks a rule that no change admitted by the gate can break; then it is not one of ours
    /// or is damaged.
    pub fn of(doc: &mut AutoCommit) -> Result<DocFacts, GateError> {
        guarded("reading the history of a document", || {
            let mut facts = DocFacts::default();
            for meta in doc.get_changes_meta(&[]) {
                let change = ChangeFacts {
                    hash: meta.hash.0,
                    actor: meta.actor.to_bytes().to_vec(),
                    seq: meta.seq,
                    start_op: meta.start_op,
                    ops: (meta.max_op + 1).saturating_sub(meta.start_op),
                    deps: meta.deps.iter().map(|dep| dep.0).collect(),
                    time_ms: meta.timestamp,
                    other_actors: 0,
                };
                match check_against(&facts, &change) {
                    Admission::Apply => facts.note(&change),
                    Admission::Refuse(error) => return Err(error),
                    Admission::AlreadyHave | Admission::MissingDeps(_) => {
                        return Err(GateError::Columns { what: "order of changes" });
                    }
                }
            }
            Ok(facts)
        })?
    }

    /// Takes note of a change that has been applied.
    pub fn note(&mut self, change: &ChangeFacts) {
        for dep in &change.deps {
            self.heads.remove(dep);
        }
        self.heads.insert(change.hash);
        self.changes.insert(change.hash, (change.start_op + change.ops).saturating_sub(1));
        self.actors.insert(change.actor.clone(), LastOf { seq: change.seq, hash: change.hash });
        self.ops += change.ops;
        self.deps += change.deps.len() as u64;
    }

    /// Whether a change is in the document.
    pub fn has(&self, hash: &[u8; 32]) -> bool {
        self.changes.contains_key(hash)
    }

    /// Number of operations in the document's history.
    pub fn ops(&self) -> u64 {
        self.ops
    }

    /// Whether an actor has written to the document.
    pub(super) fn knows_actor(&self, actor: &[u8]) -> bool {
        self.actors.contains_key(actor)
    }

    /// The hashes of the document's heads, ascending.
    pub(super) fn heads(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.heads.iter()
    }

    fn heads_after(&self, change: &ChangeFacts) -> u64 {
        let settled = change.deps.iter().filter(|dep| self.heads.contains(*dep)).count();
        (self.heads.len() - settled + 1) as u64
    }
}

/// Judges a change by what its document holds.
///
/// Refusals that no later change can cure come first, so a fork is refused even while other dependencies are
/// missing; a gap in the numbering is only called a gap once nothing is missing.
pub fn check_against(doc: &DocFacts, change: &ChangeFacts) -> Admission {
    if doc.has(&change.hash) {
        return Admission::AlreadyHave;
    }
    let last = doc.actors.get(&change.actor);
    let have = last.map_or(0, |last| last.seq);
    if change.seq <= have {
        return Admission::Refuse(GateError::Fork { seq: change.seq });
    }
    let missing: Vec<Hash> = change.deps.iter().filter(|dep| !doc.has(dep)).copied().collect();
    if !missing.is_empty() {
        return Admission::MissingDeps(missing);
    }
    match check_numbers(doc, change, last).and_then(|()| check_room(doc, change, last)) {
        Ok(()) => Admission::Apply,
        Err(error) => Admission::Refuse(error),
    }
}

fn check_numbers(doc: &DocFacts, change: &ChangeFacts, last: Option<&LastOf>) -> Result<(), GateError> {
    let have = last.map_or(0, |last| last.seq);
    if change.seq != have + 1 {
        return Err(GateError::SeqGap { have, found: change.seq });
    }
    // Every writer builds on its own last change; without that, two operations could get the same name.
    if last.is_some_and(|last| !change.deps.contains(&last.hash)) {
        return Err(GateError::OwnHistory);
    }
    let last_op = change.deps.iter().filter_map(|dep| doc.changes.get(dep)).max().copied().unwrap_or(0);
    if change.start_op != last_op + 1 {
        return Err(GateError::StartOp { expected: last_op + 1, found: change.start_op });
    }
    if change.start_op.saturating_add(change.ops) > OP_COUNTER_MAX {
        return Err(GateError::OutOfRange { what: "the last operation" });
    }
    Ok(())
}

/// Keeps the document within what [`super::admit_document`] will load again.
fn check_room(doc: &DocFacts, change: &ChangeFacts, last: Option<&LastOf>) -> Result<(), GateError> {
    let actors = doc.actors.len() as u64 + u64::from(last.is_none());
    bounded("actors of the document", actors, DOCUMENT_ACTORS_MAX)?;
    bounded("operations of the document", doc.ops.saturating_add(change.ops), DOCUMENT_OPS_MAX)?;
    bounded("changes of the document", doc.changes.len() as u64 + 1, DOCUMENT_CHANGES_MAX)?;
    bounded("dependencies of the document", doc.deps + change.deps.len() as u64, DOCUMENT_DEPS_MAX)?;
    // The next writer depends on all heads.
    bounded("heads of the document", doc.heads_after(change), DEPS_MAX - 1)
}

fn bounded(what: &'static str, found: u64, max: u64) -> Result<(), GateError> {
    if found > max { Err(GateError::TooMany { what, found, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of a change by its number.
    fn hash(number: u64) -> Hash {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        hash
    }

    /// The next change of one writer after so many, each of one operation.
    fn next(after: u64) -> ChangeFacts {
        ChangeFacts {
            hash: hash(after + 1),
            actor: vec![1; 16],
            seq: after + 1,
            start_op: after + 1,
            ops: 1,
            deps: (after > 0).then(|| hash(after)).into_iter().collect(),
            time_ms: 0,
            other_actors: 0,
        }
    }

    /// A document of one writer's changes.
    fn after(changes: u64) -> DocFacts {
        let mut doc = DocFacts::default();
        (0..changes).for_each(|before| doc.note(&next(before)));
        doc
    }

    fn too_many(what: &'static str, found: u64, max: u64) -> Admission {
        Admission::Refuse(GateError::TooMany { what, found, max })
    }

    #[test]
    fn a_document_takes_as_many_changes_and_operations_as_may_be_and_no_more() {
        assert_eq!(check_against(&after(7_999), &next(7_999)), Admission::Apply);
        let full = after(8_000);
        assert_eq!(check_against(&full, &next(8_000)), too_many("changes of the document", 8_001, 8_000));
        assert_eq!(full.ops(), 8_000);
        let ops = |ops| check_against(&after(10), &ChangeFacts { ops, ..next(10) });
        assert_eq!(ops(23_990), Admission::Apply);
        assert_eq!(ops(23_991), too_many("operations of the document", 24_001, 24_000));
    }

    #[test]
    fn a_document_takes_as_many_writers_as_may_be_and_those_it_has() {
        let mut doc = DocFacts::default();
        let by = |number: u64| {
            let actor = [&[2; 8][..], &number.to_be_bytes()].concat();
            ChangeFacts { hash: hash(number), actor, seq: 1, start_op: number, ..next(number - 1) }
        };
        (1..=4_096).for_each(|number| doc.note(&by(number)));
        assert_eq!(check_against(&doc, &by(4_097)), too_many("actors of the document", 4_097, 4_096));
        let known = ChangeFacts { seq: 2, actor: by(4_096).actor, ..by(4_097) };
        assert_eq!(check_against(&doc, &known), Admission::Apply);
        assert!(doc.knows_actor(&by(1).actor) && !doc.knows_actor(&[9; 16]));
    }

    #[test]
    fn dependencies_are_counted_over_the_whole_document() {
        let mut doc = after(64);
        let many = |after: u64| {
            let deps = (after - 63..=after).map(hash).collect();
            ChangeFacts { deps, ..next(after) }
        };
        // 63 of the first changes, then 64 each: 31,999 after 499 of them.
        for before in 64..563 {
            assert_eq!(check_against(&doc, &many(before)), Admission::Apply);
            doc.note(&many(before));
        }
        assert_eq!(check_against(&doc, &next(563)), Admission::Apply);
        let two = ChangeFacts { deps: vec![hash(563), hash(562)], ..next(563) };
        assert_eq!(check_against(&doc, &two), too_many("dependencies of the document", 32_001, 32_000));
    }

    #[test]
    fn heads_are_what_nobody_has_built_on_and_leave_room_for_the_next_writer() {
        let mut doc = after(1);
        let branch = |number: u8| ChangeFacts {
            hash: hash(1_000 + u64::from(number)),
            actor: vec![number; 16],
            seq: 1,
            ..next(1)
        };
        (2..65).for_each(|number| doc.note(&branch(number)));
        assert_eq!(doc.heads().count(), 63);
        assert_eq!(check_against(&doc, &branch(65)), too_many("heads of the document", 64, 63));
        let one_more = ChangeFacts { deps: vec![branch(2).hash], start_op: 3, ..branch(65) };
        assert_eq!(check_against(&doc, &one_more), Admission::Apply, "it takes a head's place");
    }

    #[test]
    fn operations_go_on_from_the_furthest_that_the_writer_saw() {
        let mut doc = after(2);
        doc.note(&ChangeFacts { hash: hash(50), actor: vec![5; 16], seq: 1, ops: 10, ..next(2) });
        let both = ChangeFacts { deps: vec![hash(2), hash(50)], start_op: 13, ..next(2) };
        assert_eq!(check_against(&doc, &both), Admission::Apply);
        let start = |start_op| check_against(&doc, &ChangeFacts { start_op, ..both.clone() });
        let refused = |found| Admission::Refuse(GateError::StartOp { expected: 13, found });
        assert_eq!(start(12), refused(12));
        assert_eq!(start(14), refused(14));
    }

    #[test]
    fn counters_end_where_automerge_cannot_count_on() {
        let far = OP_COUNTER_MAX - 10;
        let mut doc = DocFacts::default();
        doc.note(&ChangeFacts { start_op: far, ..next(0) });
        let ops = |ops| check_against(&doc, &ChangeFacts { start_op: far + 1, ops, ..next(1) });
        assert_eq!(ops(9), Admission::Apply);
        assert_eq!(ops(10), Admission::Refuse(GateError::OutOfRange { what: "the last operation" }));
    }

    #[test]
    fn numbers_of_one_writer_have_no_gap_and_come_once() {
        let doc = after(3);
        let seq = |seq| check_against(&doc, &ChangeFacts { seq, ..next(3) });
        assert_eq!(seq(3), Admission::Refuse(GateError::Fork { seq: 3 }));
        assert_eq!(seq(4), Admission::Apply);
        assert_eq!(seq(5), Admission::Refuse(GateError::SeqGap { have: 3, found: 5 }));
        let stranger = ChangeFacts { actor: vec![2; 16], seq: 2, ..next(3) };
        assert_eq!(
            check_against(&doc, &stranger),
            Admission::Refuse(GateError::SeqGap { have: 0, found: 2 })
        );
        let skips = ChangeFacts { deps: vec![hash(2)], ..next(3) };
        assert_eq!(check_against(&doc, &skips), Admission::Refuse(GateError::OwnHistory));
        assert_eq!(check_against(&doc, &next(2)), Admission::AlreadyHave);
        let missing = ChangeFacts { deps: vec![hash(3), hash(77)], ..next(3) };
        assert_eq!(check_against(&doc, &missing), Admission::MissingDeps(vec![hash(77)]));
    }
}
