//! Taking in changes and whole documents that the gate has passed.

use super::{ChangeBytes, Document, from_scalar};
use crate::ids::{Actor, Hash};
use crate::kinds::DocKind;
use crate::record::Value;
use automerge::legacy::{Key, Op, OpType};
use automerge::{AutoCommit, Change};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why bytes did not become part of a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Not a change or document at all, or one that Automerge refuses.
    #[error("automerge refuses the bytes: {0}")]
    Refused(String),
    /// Automerge panicked; the document is as it was.
    #[error("automerge failed on the bytes; the document is unchanged")]
    Panicked,
    /// Changes that it builds on have not arrived.
    #[error("waiting for {} earlier changes", .0.len())]
    Missing(Vec<Hash>),
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

impl Document {
    /// Reads a stored document.
    ///
    /// # Errors
    /// [`ApplyError::Refused`]; zero bytes are corruption, not an empty document.
    pub fn load(kind: DocKind, bytes: &[u8]) -> Result<Document, ApplyError> {
        if bytes.is_empty() {
            return Err(ApplyError::Refused("no bytes".into()));
        }
        let loaded = catch_unwind(|| AutoCommit::load(bytes)).map_err(|_| ApplyError::Panicked)?;
        let auto = loaded.map_err(|error| ApplyError::Refused(error.to_string()))?;
        Ok(Document { kind, auto })
    }

    /// Takes in one change. On an error the document is as it was.
    ///
    /// # Errors
    /// [`ApplyError`]; after `Missing` the caller keeps the change and tries again later.
    pub fn apply(&mut self, change: &ChangeBytes) -> Result<Applied, ApplyError> {
        let parsed =
            catch_unwind(|| Change::from_bytes(change.0.clone())).map_err(|_| ApplyError::Panicked)?;
        let parsed = parsed.map_err(|error| ApplyError::Refused(error.to_string()))?;
        if self.auto.get_change_meta_by_hash(&parsed.hash()).is_some() {
            return Ok(Applied::Known);
        }
        let missing: Vec<Hash> = parsed
            .deps()
            .iter()
            .filter(|dep| self.auto.get_change_meta_by_hash(dep).is_none())
            .map(|dep| Hash(dep.0))
            .collect();
        if !missing.is_empty() {
            return Err(ApplyError::Missing(missing));
        }
        self.apply_parsed(parsed)
    }

    /// Automerge may panic half-way and leave its document unusable, so it works on a copy.
    fn apply_parsed(&mut self, change: Change) -> Result<Applied, ApplyError> {
        let info = catch_unwind(AssertUnwindSafe(|| info_of(&change))).map_err(|_| ApplyError::Panicked)?;
        let info = info.ok_or_else(|| ApplyError::Refused("the actor is not 16 bytes".into()))?;
        let mut copy = self.auto.clone();
        let done = catch_unwind(AssertUnwindSafe(|| {
            copy.apply_changes([change]).map_err(|error| ApplyError::Refused(error.to_string()))
        }));
        done.map_err(|_| ApplyError::Panicked)??;
        self.auto = copy;
        Ok(Applied::New(info))
    }

    /// Takes in everything another copy of the document knows.
    ///
    /// # Errors
    /// [`ApplyError`]; the document is as it was.
    pub fn merge(&mut self, other: &mut Document) -> Result<(), ApplyError> {
        let mut copy = self.auto.clone();
        let done = catch_unwind(AssertUnwindSafe(|| {
            copy.merge(&mut other.auto).map_err(|error| ApplyError::Refused(error.to_string()))
        }));
        done.map_err(|_| ApplyError::Panicked)??;
        self.auto = copy;
        Ok(())
    }

    /// The hash of a change, without reading the rest of it.
    pub fn has(&mut self, change: Hash) -> bool {
        self.auto.get_change_meta_by_hash(&automerge::ChangeHash(change.0)).is_some()
    }
}
