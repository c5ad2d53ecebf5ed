//! Documents and the changes that wait for others: what a phone and the office both keep.

use super::world::Fault;
use linli_core::doc::{Applied, ApplyError, ChangeBytes, Document};
use linli_core::identity::{Batch, Entry, Payload};
use linli_core::ids::{DocId, SpaceId};
use std::collections::BTreeMap;

/// A document and its space.
#[derive(Clone)]
pub(crate) struct Shelved {
    pub(crate) space: SpaceId,
    pub(crate) doc: Document,
}

#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) docs: BTreeMap<DocId, Shelved>,
    /// Waiting for earlier changes, with the sequence number they came with.
    pub(crate) held: Vec<(SpaceId, u64, Entry)>,
}

impl Shelf {
    pub(crate) fn take_batch(&mut self, space: SpaceId, seq: u64, batch: &Batch, fault: Fault) {
        for entry in &batch.entries {
            self.take(space, seq, entry, fault);
        }
    }

    fn take(&mut self, space: SpaceId, seq: u64, entry: &Entry, fault: Fault) {
        match self.apply(space, entry) {
            Ok(Applied::New(_)) => self.retry(entry.doc),
            Err(ApplyError::Missing(_)) if fault != Fault::DropHeldChange => self.hold(space, seq, entry),
            // Known, or nothing an honest writer made: the rest goes on.
            _ => {}
        }
    }

    fn hold(&mut self, space: SpaceId, seq: u64, entry: &Entry) {
        if !self.held.iter().any(|held| held.2 == *entry) {
            self.held.push((space, seq, entry.clone()));
        }
    }

    fn apply(&mut self, space: SpaceId, entry: &Entry) -> Result<Applied, ApplyError> {
        let Payload::Change(bytes) = &entry.payload else { return Ok(Applied::Known) };
        self.open(space, entry).apply(&ChangeBytes(bytes.clone()))
    }

    fn open(&mut self, space: SpaceId, entry: &Entry) -> &mut Document {
        let fresh = || Shelved { space, doc: Document::new(entry.kind) };
        &mut self.docs.entry(entry.doc).or_insert_with(fresh).doc
    }

    /// Tries what waits for a document until nothing finds its turn.
    pub(crate) fn retry(&mut self, doc: DocId) {
        loop {
            let waiting = std::mem::take(&mut self.held);
            let mut progress = false;
            for (space, seq, entry) in waiting {
                let waits = entry.doc != doc
                    || match self.apply(space, &entry) {
                        Err(ApplyError::Missing(_)) => true,
                        applied => {
                            progress |= matches!(applied, Ok(Applied::New(_)));
                            false
                        }
                    };
                if waits {
                    self.held.push((space, seq, entry));
                }
            }
            if !progress {
                return;
            }
        }
    }

    /// What two replicas must agree on, in words.
    pub(crate) fn told(&mut self) -> BTreeMap<DocId, String> {
        let docs = self.docs.iter_mut().map(|(id, shelved)| {
            let doc = &mut shelved.doc;
            (*id, doc.heads(), format!("{:?} {:?}", doc.fields(), doc.conflicts()))
        });
        // A document that only waits for its first change is none yet.
        docs.filter(|(_, heads, _)| !heads.is_empty())
            .map(|(id, heads, told)| (id, format!("{heads:?} {told}")))
            .collect()
    }
}
