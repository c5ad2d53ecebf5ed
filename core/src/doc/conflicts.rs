//! Fields with more than one value, who wrote each, and what each merge policy makes of them.

use super::{Document, from_scalar, to_change_hashes};
use crate::ids::{Actor, Hash};
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
        let mut versions: Vec<Version> = self
            .auto
            .get_all(ROOT, key)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, id)| {
                let automerge::ObjId::Id(counter, actor, _) = &id else { return None };
                Some(Version {
                    counter: *counter,
                    actor: Actor::from_slice(actor.to_bytes())?,
                    value: from_scalar(value.as_scalar()?)?,
                    at_ms: 0,
                    change: Hash::ZERO,
                })
            })
            .collect();
        versions.sort();
        versions
    }

    /// How many different values a key had at an earlier state.
    pub fn values_at(&self, key: &str, heads: &[Hash]) -> usize {
        let found = self.auto.get_all_at(ROOT, key, &to_change_hashes(heads)).unwrap_or_default();
        let values = found.into_iter().filter_map(|(value, _)| from_scalar(value.as_scalar()?));
        values.collect::<std::collections::BTreeSet<_>>().len()
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
        for version in &mut versions {
            self.date(version);
        }
        let field = self.kind.field(&key);
        let shown = resolve(field.map(|f| f.merge), &versions)?.value.clone();
        Some(FieldConflict { key, field, versions, shown })
    }

    /// Fills in when and in which change a version was written.
    fn date(&mut self, version: &mut Version) {
        let id = automerge::ObjId::Id(version.counter, automerge::ActorId::from(version.actor.0), 0);
        let Some(hash) = self.auto.hash_for_opid(&id) else { return };
        version.change = Hash(hash.0);
        version.at_ms = self.auto.get_change_meta_by_hash(&hash).map_or(0, |change| change.timestamp);
    }
}
