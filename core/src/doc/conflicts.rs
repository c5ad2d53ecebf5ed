//! Fields with more than one value, who wrote each, and what each merge policy makes of them.

use super::{Document, from_scalar, from_scalar_ref, to_change_hashes};
use crate::ids::{Actor, Hash};
use crate::kinds::UndoNote;
use crate::record::{FieldSpec, Merge, Value};
use crate::time::TimeMs;
use automerge::{ROOT, ReadDoc};

/// One of the values a field has at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Automerge's operation counter: with the actor it names the write, and orders writes that saw
    /// each other.
    pub counter: u64,
    /// Who wrote it.
    pub actor: Actor,
    /// What was written.
    pub value: Value,
    /// When, by the author's clock.
    pub at_ms: TimeMs,
    /// The change it was written in.
    pub change: Hash,
    /// Whose value it is: the writer's, or, when a decision was taken back, of whoever wrote it first.
    pub author: Actor,
    /// What the writer said about the change.
    pub message: Option<String>,
}

/// A field with several different values.
#[derive(Clone, Debug)]
pub struct FieldConflict {
    /// The document key.
    pub key: String,
    /// The field it belongs to; unknown to this version when a newer one wrote it.
    pub field: Option<&'static FieldSpec>,
    /// The values, in the order of [`Version`].
    pub versions: Vec<Version>,
    /// The value shown until somebody chooses.
    pub shown: Value,
}

impl FieldConflict {
    /// Whether a person must choose.
    pub fn asks(&self) -> bool {
        self.field.is_some_and(|field| field.merge == Merge::Ask)
    }
}

/// The version a policy shows. Deterministic: depends on the set of versions only.
pub fn resolve(merge: Option<Merge>, versions: &[Version]) -> Option<&Version> {
    let newest = versions.iter().max_by_key(|v| (v.counter, v.actor));
    match merge {
        Some(Merge::Furthest(order)) => versions.iter().max_by_key(|v| {
            let position = v.value.as_text().and_then(|text| order.iter().position(|word| *word == text));
            (position, v.counter, v.actor)
        }),
        Some(Merge::EditWins) => {
            let edits = versions.iter().filter(|v| v.value.as_text() != Some("removed"));
            edits.max_by_key(|v| (v.counter, v.actor)).or(newest)
        }
        _ => newest,
    }
}

impl Document {
    /// Every value that a key has now, with author and time.
    pub fn versions(&self, key: &str) -> Vec<Version> {
        to_versions(self.auto.get_all(ROOT, key).unwrap_or_default())
    }

    /// Every value that a key had before a change was made, with author and time.
    pub fn versions_before(&mut self, key: &str, change: Hash) -> Vec<Version> {
        let change = automerge::ChangeHash(change.0);
        let Some(deps) = self.auto.get_change_by_hash(&change).map(|change| change.deps().to_vec()) else {
            return Vec::new();
        };
        let mut versions = to_versions(self.auto.get_all_at(ROOT, key, &deps).unwrap_or_default());
        self.attribute(key, &mut versions);
        versions
    }

    /// How many different values a key had at an earlier state.
    pub fn values_at(&self, key: &str, heads: &[Hash]) -> usize {
        let found = self.auto.get_all_at(ROOT, key, &to_change_hashes(heads)).unwrap_or_default();
        let values = found.into_iter().filter_map(|(value, _)| from_scalar(value.as_scalar()?));
        values.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// The change that wrote what a key has now.
    pub fn written_in(&mut self, key: &str) -> Option<Hash> {
        let mut versions = self.versions(key);
        versions.iter_mut().for_each(|version| self.date(version));
        versions.pop().map(|version| version.change).filter(|change| *change != Hash::ZERO)
    }

    /// What the document has under `decisions/<id>/undone`.
    pub fn undo_notes(&self) -> Vec<UndoNote> {
        let decisions = self.auto.map_range(ROOT, "decisions/".to_owned().."decisions0".to_owned());
        let undone = decisions.filter(|item| item.key.ends_with("/undone"));
        undone.filter_map(|item| UndoNote::from_value(&from_scalar_ref(&item.value)?)).collect()
    }

    /// Fills in when each version was written and whose it is.
    pub(super) fn attribute(&mut self, key: &str, versions: &mut [Version]) {
        for version in versions.iter_mut() {
            self.date(version);
        }
        let notes = self.undo_notes();
        let restored: Vec<_> =
            notes.iter().filter(|note| note.key == key).flat_map(|note| &note.values).collect();
        for version in versions {
            if let Some(first) = restored.iter().find(|value| value.writer == version.actor) {
                (version.author, version.at_ms) = (first.author, first.at_ms);
            }
        }
    }

    /// The keys that have several different values. Equal values written twice are no conflict.
    pub fn conflicts(&mut self) -> Vec<FieldConflict> {
        let keys: Vec<String> = self
            .auto
            .map_range(ROOT, ..)
            .filter(|item| item.conflict)
            .map(|item| item.key.into_owned())
            .collect();
        keys.into_iter().filter_map(|key| self.conflict_at(key)).collect()
    }

    /// The conflict on one key, if there is one.
    pub fn conflict_at(&mut self, key: String) -> Option<FieldConflict> {
        let mut versions = self.versions(&key);
        let differ = versions.windows(2).any(|pair| matches!(pair, [a, b] if a.value != b.value));
        if !differ {
            return None;
        }
        self.attribute(&key, &mut versions);
        let field = self.kind.field(&key);
        let shown = resolve(field.map(|f| f.merge), &versions)?.value.clone();
        Some(FieldConflict { key, field, versions, shown })
    }

    /// Fills in when and in which change a version was written.
    fn date(&mut self, version: &mut Version) {
        let id = automerge::ObjId::Id(version.counter, automerge::ActorId::from(version.actor.0), 0);
        let Some(hash) = self.auto.hash_for_opid(&id) else { return };
        version.change = Hash(hash.0);
        let Some(meta) = self.auto.get_change_meta_by_hash(&hash) else { return };
        version.at_ms = meta.timestamp;
        version.message = meta.message.as_ref().map(ToString::to_string);
    }
}

fn to_versions(found: Vec<(automerge::Value<'_>, automerge::ObjId)>) -> Vec<Version> {
    let mut versions: Vec<Version> = found
        .into_iter()
        .filter_map(|(value, id)| {
            let automerge::ObjId::Id(counter, actor, _) = &id else { return None };
            let actor = Actor::from_slice(actor.to_bytes())?;
            Some(Version {
                counter: *counter,
                actor,
                value: from_scalar(value.as_scalar()?)?,
                at_ms: 0,
                change: Hash::ZERO,
                author: actor,
                message: None,
            })
        })
        .collect();
    versions.sort();
    versions
}
