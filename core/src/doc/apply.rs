//! Taking in changes and whole documents, through the gate and in no other way.

use super::{ChangeBytes, Document, from_scalar};
use crate::error::Coded;
use crate::gate::{self, GateError, Outcome};
use crate::ids::{Actor, Hash};
use crate::kinds::DocKind;
use crate::record::Value;
use automerge::Change;
use automerge::legacy::{Key, Op, OpType};

/// Why bytes did not become part of a document. The document is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The gate refuses the bytes.
    #[error("{0}")]
    Refused(#[from] GateError),
    /// Changes that it builds on have not arrived; keep it and try again later.
    #[error("waiting for {} earlier changes", .0.len())]
    Missing(Vec<Hash>),
}

impl Coded for ApplyError {
    fn code(&self) -> &'static str {
        match self {
            ApplyError::Refused(error) => error.code(),
            ApplyError::Missing(_) => "change.missing_predecessors",
        }
    }

    fn zh(&self) -> String {
        match self {
            ApplyError::Refused(error) => error.zh(),
            ApplyError::Missing(missing) => format!("还缺 {} 条更早的改动", missing.len()),
        }
    }
}

impl ChangeBytes {
    /// The hash by which other changes name this one; `None` for what the gate would refuse.
    pub fn name(&self) -> Option<Hash> {
        gate::inspect_change(&self.0).ok().map(|facts| Hash(facts.hash))
    }
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is new and in the document now.
    New(ChangeInfo),
    /// The document had it.
    Known,
}

/// What is in a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeInfo {
    /// Its hash.
    pub hash: Hash,
    /// Who made it.
    pub actor: Actor,
    /// What the author said about it.
    pub message: Option<String>,
    /// The keys it wrote; `None` is a deletion.
    pub writes: Vec<(String, Option<Value>)>,
}

impl Document {
    /// Reads a stored or received document.
    ///
    /// # Errors
    /// [`ApplyError::Refused`]; zero bytes are corruption, not an empty document.
    pub fn load(kind: DocKind, bytes: &[u8]) -> Result<Document, ApplyError> {
        Ok(Document { kind, auto: gate::admit_document(bytes)? })
    }

    /// Takes in one change.
    ///
    /// # Errors
    /// [`ApplyError`].
    pub fn apply(&mut self, change: &ChangeBytes) -> Result<Applied, ApplyError> {
        let (parsed, facts) = gate::admit_change(&change.0)?;
        if self.has(Hash(facts.hash)) {
            return Ok(Applied::Known);
        }
        let info = info_of(&parsed);
        match gate::apply(&mut self.auto, &[parsed])?.pop() {
            Some(Outcome::Refused(error)) => Err(error.into()),
            Some(Outcome::MissingDeps(missing)) => {
                Err(ApplyError::Missing(missing.into_iter().map(Hash).collect()))
            }
            Some(Outcome::AlreadyHave) | None => Ok(Applied::Known),
            Some(Outcome::Applied) => Ok(info.map_or(Applied::Known, Applied::New)),
        }
    }

    /// Takes in everything another copy of the document knows.
    ///
    /// # Errors
    /// The first change that was refused; those before it are in the document.
    pub fn merge(&mut self, other: &mut Document) -> Result<(), ApplyError> {
        // In the order of the other's history, so that every change comes after what it builds on.
        let mut added = other.auto.get_changes(&[]);
        added.retain(|change| !self.has(Hash(change.hash().0)));
        for outcome in gate::apply(&mut self.auto, &added)? {
            match outcome {
                Outcome::Refused(error) => return Err(error.into()),
                Outcome::MissingDeps(missing) => {
                    return Err(ApplyError::Missing(missing.into_iter().map(Hash).collect()));
                }
                Outcome::Applied | Outcome::AlreadyHave => {}
            }
        }
        Ok(())
    }

    /// Whether a change is in the document.
    pub fn has(&mut self, change: Hash) -> bool {
        self.auto.get_change_meta_by_hash(&automerge::ChangeHash(change.0)).is_some()
    }
}

/// `None` only for an actor that is not 16 bytes, which the gate refuses before.
fn info_of(change: &Change) -> Option<ChangeInfo> {
    let expanded = change.decode();
    let writes = writes_of(&expanded.operations).into_iter().map(|(_, key, value)| (key, value));
    Some(ChangeInfo {
        hash: Hash(change.hash().0),
        actor: Actor::from_slice(change.actor_id().to_bytes())?,
        message: expanded.message.clone(),
        writes: writes.collect(),
    })
}

/// The writes among a change's operations, each with its place. A key cleared and then set was only set:
/// that is how a choice between versions is written.
pub(super) fn writes_of(operations: &[Op]) -> Vec<(usize, String, Option<Value>)> {
    let writes = operations.iter().enumerate().filter_map(|(index, op)| match (&op.key, &op.action) {
        (Key::Map(key), OpType::Put(scalar)) => Some((index, key.to_string(), from_scalar(scalar))),
        (Key::Map(key), OpType::Delete) => Some((index, key.to_string(), None)),
        _ => None,
    });
    let mut found: Vec<(usize, String, Option<Value>)> = Vec::new();
    for write in writes {
        if found.last().is_some_and(|last| last.1 == write.1 && last.2.is_none()) {
            found.pop();
        }
        found.push(write);
    }
    found
}
