//! Applying changes so that a document is either moved forward or left exactly as it was.
//!
//! Owns the working copy, and the check that an operation replaces what its writer could see. Each change is
//! parsed again from its bytes, so a change that did not come through [`super::admit_change`] is no way round.

use std::collections::BTreeMap;

use automerge::{AutoCommit, Change, ChangeHash, ObjId, ROOT, ReadDoc};

use super::change::{Actor, Op, Parsed, parse};
use super::guard::guarded;
use super::{Admission, ChangeFacts, DocFacts, GateError, check_against};

const APPLYING: &str = "applying a change";

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the document now.
    Applied,
    /// It was in the document before.
    AlreadyHave,
    /// It waits for these changes; nothing of it was given to Automerge.
    MissingDeps(Vec<[u8; 32]>),
    /// It is not in the document and never will be.
    Refused(GateError),
}

/// Applies `changes` in order, one at a time, and says what became of each.
///
/// Works on one copy of the document, made when the first change is about to be applied and swapped in at the
/// end. If Automerge panics or refuses, the copy is thrown away and made again from the untouched document
/// and the changes accepted before. Hand over all changes of a document at once: the copy is paid per call.
/// Edits that are pending in the document are committed first, so commit your own before.
///
/// # Errors
/// If the document itself breaks the gate's rules; it is then untouched.
pub fn apply(doc: &mut AutoCommit, changes: &[Change]) -> Result<Vec<Outcome>, GateError> {
    let facts = DocFacts::of(doc)?;
    let mut desk = Desk { original: doc, copy: None, facts, accepted: Vec::new() };
    let outcomes = changes.iter().map(|change| desk.offer(change)).collect::<Result<Vec<_>, _>>()?;
    let (copy, changed) = (desk.copy.take(), !desk.accepted.is_empty());
    if let Some(copy) = copy.filter(|_| changed) {
        *doc = copy;
    }
    Ok(outcomes)
}

/// The work on one document.
struct Desk<'a> {
    original: &'a AutoCommit,
    /// `None` until a change needs it, and after one broke it.
    copy: Option<AutoCommit>,
    facts: DocFacts,
    accepted: Vec<Change>,
}

impl Desk<'_> {
    fn offer(&mut self, change: &Change) -> Result<Outcome, GateError> {
        let parsed = match parse(change.raw_bytes()) {
            Ok(parsed) => parsed,
            Err(error) => return Ok(Outcome::Refused(error)),
        };
        match check_against(&self.facts, &parsed.facts) {
            Admission::Apply => {}
            Admission::AlreadyHave => return Ok(Outcome::AlreadyHave),
            Admission::MissingDeps(missing) => return Ok(Outcome::MissingDeps(missing)),
            Admission::Refuse(error) => return Ok(Outcome::Refused(error)),
        }
        let mut copy = match self.copy.take() {
            Some(copy) => copy,
            None => self.fresh_copy()?,
        };
        if let Err(error) = check_overwrites(&copy, &self.facts, &parsed) {
            // Nothing was written yet, but a read that panicked leaves no promise about the copy either.
            self.copy = Some(copy).filter(|_| !matches!(error, GateError::Panicked { .. }));
            return Ok(Outcome::Refused(error));
        }
        match apply_one(&mut copy, change) {
            Ok(()) => {
                self.copy = Some(copy);
                self.facts.note(&parsed.facts);
                self.accepted.push(change.clone());
                Ok(Outcome::Applied)
            }
            Err(error) => Ok(Outcome::Refused(error)),
        }
    }

    fn fresh_copy(&self) -> Result<AutoCommit, GateError> {
        guarded("copying a document", || {
            let mut copy = self.original.clone();
            copy.apply_changes(self.accepted.iter().cloned()).map(|()| copy)
        })?
        .map_err(|_| GateError::Library { during: "copying a document" })
    }
}

/// Gives one change to Automerge and asks for it back. Automerge stores it decoded, and what it would write
/// into a saved document must be what it was given: anything else has another hash, and the saved document
/// could never be loaded.
fn apply_one(copy: &mut AutoCommit, change: &Change) -> Result<(), GateError> {
    let back = guarded(APPLYING, || {
        copy.apply_changes([change.clone()])?;
        Ok::<_, automerge::AutomergeError>(copy.get_change_by_hash(&change.hash()))
    })?
    .map_err(|_| GateError::Library { during: APPLYING })?;
    match back {
        Some(back) if back.raw_bytes() == change.raw_bytes() => Ok(()),
        _ => Err(GateError::Altered),
    }
}

/// Requires that each operation replaces exactly the values that its writer saw under that key: no fewer, or
/// a conflict would appear that nobody made; no more and no others, or a value could be removed under cover
/// of another key, and Automerge would lose the operation on saving.
fn check_overwrites(doc: &AutoCommit, facts: &DocFacts, parsed: &Parsed<'_>) -> Result<(), GateError> {
    if !parsed.others.iter().all(|other| facts.knows_actor(other)) {
        return Err(GateError::UnknownActor);
    }
    let seen = Seen::of(facts, &parsed.facts);
    guarded("reading what a change replaces", || {
        let mut visible: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
        for (counter, op) in (parsed.facts.start_op..).zip(&parsed.ops) {
            let wrong = GateError::Overwrites { op: counter - parsed.facts.start_op };
            let before = match visible.remove(op.key) {
                Some(ids) => ids,
                None => seen.under(doc, op.key).ok_or(wrong.clone())?,
            };
            let own = (counter, parsed.actor);
            visible.insert(op.key, left_visible(parsed, op, before, own).ok_or(wrong)?);
        }
        Ok(())
    })?
}

/// Name of an operation: counter and actor. The greatest one visible under a key is the value shown.
type Id = (u64, Actor);

/// What is visible under a key after `op`, or `None` if no writer would have written it over `before`.
///
/// There are two things a writer does: replace everything visible, or, where it writes the very value that a
/// conflict already shows, delete all the others. The second is how a conflict is settled.
fn left_visible(parsed: &Parsed<'_>, op: &Op<'_>, mut before: Vec<Id>, own: Id) -> Option<Vec<Id>> {
    let replaced: Option<Vec<Id>> =
        parsed.preds(op).iter().map(|pred| Some((pred.counter, *parsed.actor_of(*pred)?))).collect();
    let replaced = replaced?;
    before.sort_unstable();
    if replaced == before {
        return Some(if op.delete { Vec::new() } else { vec![own] });
    }
    let shown = before.pop()?;
    (op.delete && replaced == before).then(|| vec![shown])
}

/// The moment at which the writer looked.
enum Seen {
    /// The document as it is now: the cheap and usual case.
    Now,
    /// The document at these changes.
    At(Vec<ChangeHash>),
}

impl Seen {
    fn of(facts: &DocFacts, change: &ChangeFacts) -> Seen {
        if facts.heads().all(|head| change.deps.contains(head)) {
            Seen::Now
        } else {
            Seen::At(change.deps.iter().map(|dep| ChangeHash(*dep)).collect())
        }
    }

    /// The operations whose values were visible under a key.
    fn under(&self, doc: &AutoCommit, key: &str) -> Option<Vec<Id>> {
        let values = match self {
            Seen::Now => doc.get_all(ROOT, key),
            Seen::At(heads) => doc.get_all_at(ROOT, key, heads),
        };
        let id = |id| match id {
            ObjId::Id(counter, actor, _) => Some((counter, Actor::try_from(actor.to_bytes()).ok()?)),
            ObjId::Root => None,
        };
        values.ok()?.into_iter().map(|(_, value_id)| id(value_id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use automerge::ActorId;
    use automerge::legacy::{Op, OpId, OpType, SortedVec};
    use automerge::transaction::Transactable;
    use sha2::{Digest as _, Sha256};

    /// Three changes of one writer to an empty document.
    fn three() -> Vec<Change> {
        let mut doc = AutoCommit::new().with_actor(ActorId::from([1; 16]));
        for number in 0..3 {
            doc.put(ROOT, "last", number).unwrap();
            doc.commit();
        }
        doc.get_changes(&[])
    }

    fn desk(original: &AutoCommit) -> Desk<'_> {
        Desk { original, copy: None, facts: DocFacts::of(&mut original.clone()).unwrap(), accepted: vec![] }
    }

    #[test]
    fn what_is_refused_for_what_it_replaces_costs_no_copy() {
        let changes = three();
        let original = AutoCommit::new();
        let mut desk = desk(&original);
        assert_eq!(desk.offer(&changes[0]).unwrap(), Outcome::Applied);
        let mut blind = changes[1].decode();
        blind.operations[0].pred = SortedVec::new();
        let refused = Outcome::Refused(GateError::Overwrites { op: 0 });
        assert_eq!(desk.offer(&Change::from(blind)).unwrap(), refused);
        assert!(desk.copy.is_some(), "the same copy goes on");
        assert_eq!(desk.offer(&changes[1]).unwrap(), Outcome::Applied);
    }

    /// Past the gate: Automerge takes a run of one where it would write a single value itself, so what it would save is
    /// another change.
    #[test]
    fn a_change_that_automerge_would_save_otherwise_is_refused() {
        let changes = three();
        let mut bytes = changes[0].raw_bytes().to_vec();
        let key = bytes.windows(5).position(|found| found == b"\x04last").unwrap();
        bytes[key - 1] = 1;
        let checksum = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&checksum[..4]);
        let other = Change::try_from(&bytes[..]).unwrap();
        // Automerge 0.12 panics when it is asked for a change that it would spell otherwise.
        let refused = apply_one(&mut AutoCommit::new(), &other).unwrap_err();
        assert!(matches!(refused, GateError::Panicked { .. } | GateError::Altered), "{refused}");
        assert_eq!(parse(&bytes).err(), Some(GateError::NotCanonical { what: "the key column" }));
    }

    /// Two writers at once under one key; a third sees both.
    #[test]
    fn a_conflict_is_replaced_whole_or_settled_by_deleting_what_is_not_shown() {
        let mut doc = AutoCommit::new();
        doc.apply_changes(three()).unwrap();
        let mut other = doc.fork().with_actor(ActorId::from([2; 16]));
        for (writer, number) in [(&mut doc, 7), (&mut other, 8)] {
            writer.put(ROOT, "last", number).unwrap();
            writer.put(ROOT, "more", number).unwrap();
            writer.commit();
        }
        doc.merge(&mut other).unwrap();
        let mut third = doc.clone().with_actor(ActorId::from([3; 16]));
        third.put(ROOT, "first", 1).unwrap();
        third.put(ROOT, "last", 9).unwrap();
        let honest = third.get_last_local_change().unwrap();
        let judged = |edit: &dyn Fn(&mut Op)| {
            let mut change = honest.decode();
            edit(&mut change.operations[1]);
            desk(&doc).offer(&Change::from(change)).unwrap()
        };
        assert_eq!(judged(&|_| {}), Outcome::Applied);
        let refused = Outcome::Refused(GateError::Overwrites { op: 1 });
        let both = honest.decode().operations[1].pred.clone();
        let (lost, shown) = (both.get(0).unwrap().clone(), both.get(1).unwrap().clone());
        // A new value beside the one shown; a deletion of the one shown alone; and what settles it.
        assert_eq!(judged(&|op| op.pred = vec![lost.clone()].into()), refused);
        let delete = |pred: &OpId| {
            judged(&|op| {
                op.action = OpType::Delete;
                op.pred = vec![pred.clone()].into();
            })
        };
        assert_eq!(delete(&shown), refused);
        assert_eq!(delete(&lost), Outcome::Applied);
    }

    #[test]
    fn a_panic_inside_automerge_is_an_error_and_costs_only_the_copy() {
        let changes = three();
        let original = AutoCommit::new();
        let mut desk = desk(&original);
        assert_eq!(desk.offer(&changes[0]).unwrap(), Outcome::Applied);
        // Planted: past all checks, a change whose predecessor is missing. Automerge queues it without a word;
        // one with a hole in its numbering makes it panic.
        let mut broken = desk.copy.take().unwrap();
        assert_eq!(apply_one(&mut broken, &changes[2]), Err(GateError::Altered));
        let mut hole = changes[1].decode();
        hole.seq = 7;
        let panicked = apply_one(&mut desk.fresh_copy().unwrap(), &Change::from(hole));
        assert_eq!(panicked, Err(GateError::Panicked { during: APPLYING }));
        // The copy is gone; the next change starts from the original and what was accepted.
        assert_eq!(desk.offer(&changes[1]).unwrap(), Outcome::Applied);
        assert_eq!(desk.offer(&changes[2]).unwrap(), Outcome::Applied);
        assert_eq!(desk.copy.unwrap().get_heads(), vec![changes[2].hash()]);
    }
}
