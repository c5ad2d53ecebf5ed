//! Everything that was ever written to a document, in an order every replica agrees on.

use super::Document;
use super::apply::writes_of;
use crate::ids::{Actor, Hash};
use crate::record::Value;
use crate::time::TimeMs;
use std::collections::BTreeSet;

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The document key.
    pub key: String,
    /// What was written; `None` is a deletion.
    pub value: Option<Value>,
    /// Who wrote it.
    pub actor: Actor,
    /// When, by the author's clock.
    pub at_ms: TimeMs,
    /// Operation counter: later writes that saw this one have a larger one.
    pub counter: u64,
    /// The change it was part of.
    pub change: Hash,
    /// What the author said about the change.
    pub message: Option<String>,
}

impl Document {
    /// Every write, oldest first; writes that did not see each other are ordered by actor.
    pub fn history(&mut self) -> Vec<HistoryEntry> {
        let mut entries = Vec::new();
        for change in self.auto.get_changes(&[]) {
            let hash = Hash(change.hash().0);
            let expanded = change.decode();
            let Some(actor) = Actor::from_slice(expanded.actor_id.to_bytes()) else { continue };
            let start = expanded.start_op.get();
            for (offset, key, value) in writes_of(&expanded.operations) {
                entries.push(HistoryEntry {
                    key,
                    value,
                    actor,
                    at_ms: expanded.time,
                    counter: start + offset as u64,
                    change: hash,
                    message: expanded.message.clone(),
                });
            }
        }
        entries.sort_by(|a, b| (a.counter, a.actor, &a.key).cmp(&(b.counter, b.actor, &b.key)));
        entries
    }

    /// The newest change whose message is one of these, to base a later change on: the previous import.
    pub fn last_change_with_message(&mut self, messages: &[&str]) -> Option<Hash> {
        let metas = self.auto.get_changes_meta(&[]);
        let matching =
            metas.iter().filter(|meta| meta.message.as_deref().is_some_and(|said| messages.contains(&said)));
        matching.max_by_key(|meta| (meta.max_op, meta.hash)).map(|meta| Hash(meta.hash.0))
    }

    /// The change that an author made, if there is one, and the state it was made from.
    pub fn change_by(&mut self, actor: Actor) -> Option<(Hash, Vec<Hash>)> {
        let metas = self.auto.get_changes_meta(&[]);
        let found = metas.iter().find(|meta| meta.actor.to_bytes() == actor.0)?;
        let deps = found.deps.iter().map(|hash| Hash(hash.0)).collect();
        Some((Hash(found.hash.0), deps))
    }

    /// The changes that whoever made this one did not know: later ones, and those made at the same time.
    pub fn unknown_to(&mut self, change: Hash) -> BTreeSet<Hash> {
        let metas = self.auto.get_changes_meta(&[automerge::ChangeHash(change.0)]);
        metas.iter().map(|meta| Hash(meta.hash.0)).collect()
    }
}
