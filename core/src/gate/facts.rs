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
