//! A document begun anew: it says what it said, but for what must go, and nothing tells how it came to say so.
//!
//! Who wrote what, and when, stays; so do fields on which a person must still choose.

use super::apply::writes_of;
use super::{Author, ChangeBytes, Document};
use crate::ids::Actor;
use crate::record::{Merge, Put, Value};
use crate::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// When something was said, by whom, and what they said about it: an import finds what it wrote by that.
type Said = (TimeMs, Actor, Option<String>);

/// A document without its past.
pub struct Anew {
    /// The document.
    pub document: Document,
    /// For each actor in it the one who wrote the same before: actors are numbered by their changes, so those of
    /// the past cannot go on in it.
    pub writers: BTreeMap<Actor, Actor>,
    /// Keys that have gone, or say less.
    pub lost: BTreeSet<String>,
}

impl Document {
    /// Begins anew with what `keep` leaves of each value. `salt` must be of its own for each time.
    pub fn anew(&mut self, salt: &[u8], keep: impl Fn(&str, &Value) -> Option<Value>) -> Anew {
        let mut single: BTreeMap<Said, Vec<Put>> = BTreeMap::new();
        let mut several = Vec::new();
        let mut lost = BTreeSet::new();
        for (key, shown) in self.fields() {
            let mut versions = self.versions(&key);
            self.attribute(&key, &mut versions);
            let asks = self.kind.field(&key).is_none_or(|field| field.merge == Merge::Ask);
            if versions.len() > 1 && !asks {
                versions.retain(|version| version.value == shown);
                versions.truncate(1);
            }
            let alone = versions.len() == 1;
            for (nth, version) in versions.into_iter().enumerate() {
                let kept = keep(&key, &version.value);
                if kept.as_ref() != Some(&version.value) {
                    lost.insert(key.clone());
                }
                let Some(value) = kept else { continue };
                let put = Put { key: key.clone(), value: Some(value) };
                match alone {
                    true => {
                        let said = (version.at_ms, version.author, version.message);
                        single.entry(said).or_default().push(put);
                    }
                    false => several.push((nth, version.at_ms, version.author, put)),
                }
            }
        }
        let mut document = Document::new(self.kind);
        let mut writers = BTreeMap::new();
        for ((at_ms, before, message), puts) in single {
            let actor = Actor::derive(&[salt, &before.0]);
            writers.insert(actor, before);
            document.edit(&Author { message, ..Author::now(actor, at_ms) }, &puts);
        }
        for (nth, at_ms, before, put) in several {
            // From nothing, each by an actor of its own: so none of them sees another.
            let actor = Actor::derive(&[salt, &before.0, put.key.as_bytes(), &nth.to_be_bytes()]);
            writers.insert(actor, before);
            let author = Author { base: Some(Vec::new()), ..Author::now(actor, at_ms) };
            document.edit(&author, &[put]);
        }
        Anew { document, writers, lost }
    }

    /// Every change, in an order in which they can be applied.
    pub fn changes(&mut self) -> Vec<ChangeBytes> {
        self.auto.get_changes(&[]).iter().map(super::to_bytes).collect()
    }

    /// How many changes each actor has made.
    pub fn changes_by_actor(&mut self) -> BTreeMap<Actor, u64> {
        let mut counts = BTreeMap::new();
        for change in self.auto.get_changes_meta(&[]) {
            let Some(actor) = Actor::from_slice(change.actor.to_bytes()) else { continue };
            let count: &mut u64 = counts.entry(actor).or_default();
            *count = (*count).max(change.seq);
        }
        counts
    }

    /// The keys that these actors wrote in changes that somebody who had so many of each does not have.
    pub fn written_since(&mut self, had: &BTreeMap<Actor, u64>, by: &BTreeSet<Actor>) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for change in self.auto.get_changes(&[]) {
            let Some(actor) = Actor::from_slice(change.actor_id().to_bytes()) else { continue };
            if by.contains(&actor) && change.seq() > had.get(&actor).copied().unwrap_or(0) {
                let expanded = change.decode();
                keys.extend(writes_of(&expanded.operations).into_iter().map(|(_, key, _)| key));
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::DocKind;

    #[test]
    fn what_stays_keeps_its_author_and_what_goes_leaves_nothing() {
        let (one, two) = (Actor([1; 16]), Actor([2; 16]));
        let mut doc = Document::new(DocKind::Household);
        doc.edit(&Author::now(one, 5), &[Put::set("note", "王秀英怕狗"), Put::set("r/0/name", "王秀英")]);
        doc.edit(&Author::now(two, 9), &[Put::set("room", "101"), Put::set("r/1/name", "李强")]);
        let mut colleague = doc.clone();
        colleague.edit(&Author::now(Actor([3; 16]), 11), &[Put::set("contact_phone", "13800000001")]);
        doc.edit(&Author::now(one, 12), &[Put::set("contact_phone", "13800000002")]);
        doc.merge(&mut colleague).unwrap();
        let mut anew = doc.anew(b"salt", |key, value| (!key.starts_with("r/0/")).then(|| value.clone()));
        assert_eq!(anew.lost, ["r/0/name".to_owned()].into());
        let fields = anew.document.fields();
        assert!(!fields.contains_key("r/0/name"));
        assert_eq!(fields.get("note"), doc.fields().get("note"));
        let bytes = anew.document.save();
        assert!(!bytes.windows(4).any(|part| part == b"r/0/"), "not even the key is left");
        let conflicts = anew.document.conflicts();
        assert_eq!(conflicts.len(), 1, "a person must still choose");
        let room = anew.document.versions("room");
        let writer = room.first().map(|version| version.actor).unwrap();
        assert_eq!(anew.writers.get(&writer), Some(&two));
        let mut again = Document::load(DocKind::Household, &bytes).unwrap();
        assert_eq!(again.fields(), fields, "the gate lets it through");
        let mut copy = Document::new(DocKind::Household);
        for change in anew.document.changes() {
            copy.apply(&change).unwrap();
        }
        assert_eq!(copy.heads(), again.heads());
    }

    #[test]
    fn whoever_wrote_more_than_was_known_finds_out_what() {
        let own = Actor([1; 16]);
        let mut doc = Document::new(DocKind::Household);
        doc.edit(&Author::now(own, 1), &[Put::set("room", "101")]);
        let had = doc.changes_by_actor();
        doc.edit(&Author::now(own, 2), &[Put::set("note", "狗")]);
        doc.edit(&Author::now(Actor([2; 16]), 2), &[Put::set("unit", "1")]);
        assert_eq!(doc.written_since(&had, &[own].into()), ["note".to_owned()].into());
        assert!(doc.written_since(&doc.clone().changes_by_actor(), &[own].into()).is_empty());
    }
}
