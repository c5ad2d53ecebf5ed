//! The judgement over bytes: what a relay would do with them if an enrolled phone sent them.
//!
//! Owns which judge bytes are taken to, nothing of what the judges decide: they are the relay's own. What needs
//! a relay is not judged: the signature of a batch (it names its phone, not the key), the phone's chain of
//! batches, its grants, and the document that a change is for. A change is tried on an empty document.

use crate::packing::unpack_push;
use linli_core::doc::{ApplyError, ChangeBytes, Document};
use linli_core::error::{Coded, Lang};
use linli_core::gate::{self, Looks};
use linli_core::identity::{Batch, BatchError, Entry, Payload};
use linli_core::ids::{DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::frames::{Frame, Packed, VERSION};
use linli_core::sync::relay::SyncError;
use linli_storage::model::{check_allowed, check_fits};
use std::collections::BTreeMap;

/// The kind of document that a lone change or document is tried as. The gate treats all alike.
const KIND: DocKind = DocKind::Household;

/// What would become of bytes; the worst of several is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// They are taken in.
    Accepted,
    /// They wait for changes that they build on.
    Held,
    /// They never become part of a document.
    Refused,
}

impl Verdict {
    /// As shown in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Held => "held",
            Verdict::Refused => "refused",
        }
    }
}

/// How many changes of a push met which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) held: u64,
    pub(super) refused: u64,
}

/// A judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// Stable code; empty when accepted.
    pub(super) code: String,
    /// The sentence for it.
    pub(super) text: String,
    /// Of a push whose batches are whole.
    pub(super) changes: Option<Tally>,
}

impl Judged {
    fn accepted() -> Judged {
        Judged { verdict: Verdict::Accepted, code: String::new(), text: String::new(), changes: None }
    }

    /// Not accepted, for this reason.
    pub(super) fn not(verdict: Verdict, why: &dyn Coded, lang: Lang) -> Judged {
        Judged { verdict, code: why.code().into(), text: why.text(lang), changes: None }
    }

    pub(super) fn refused(why: &dyn Coded, lang: Lang) -> Judged {
        Judged::not(Verdict::Refused, why, lang)
    }
}

/// Judges bytes, which say themselves what they are.
pub(super) fn judge(bytes: &[u8], lang: Lang) -> Judged {
    match gate::looks_like(bytes) {
        Some(Looks::Document) => match Document::load(KIND, bytes) {
            Ok(_) => Judged::accepted(),
            Err(error) => Judged::refused(&error, lang),
        },
        Some(Looks::Change) => judge_change(&mut Document::new(KIND), bytes, lang),
        None => judge_frame(bytes, lang),
    }
}

fn judge_change(document: &mut Document, bytes: &[u8], lang: Lang) -> Judged {
    match document.apply(&ChangeBytes(bytes.to_vec())) {
        Ok(_) => Judged::accepted(),
        Err(error @ ApplyError::Missing(_)) => Judged::not(Verdict::Held, &error, lang),
        Err(error @ ApplyError::Refused(_)) => Judged::refused(&error, lang),
    }
}

fn judge_frame(bytes: &[u8], lang: Lang) -> Judged {
    match Frame::from_bytes(bytes) {
        Err(error) => Judged::refused(&error, lang),
        Ok(Frame::Hello(hello)) if hello.version < VERSION => Judged::refused(&SyncError::Version, lang),
        Ok(Frame::Push(packed)) => judge_push(&packed, lang),
        Ok(Frame::Hello(_) | Frame::Proof(_) | Frame::Pull(_) | Frame::GetSnapshot(_) | Frame::Bye(_)) => {
            Judged::accepted()
        }
        // What only a relay says.
        Ok(
            Frame::Challenge(_)
            | Frame::Welcome(_)
            | Frame::Ack(_)
            | Frame::Refused(_)
            | Frame::Page(_)
            | Frame::SnapshotPage(_)
            | Frame::Wanted(_),
        ) => Judged::refused(&SyncError::OutOfTurn, lang),
    }
}

/// Every change is judged, as a relay does behind the acknowledgement; the worst one speaks for the push.
fn judge_push(packed: &Packed, lang: Lang) -> Judged {
    let batches = match unpack_push(packed) {
        Ok(batches) => batches,
        Err(error) => return Judged::refused(&error, lang),
    };
    let mut documents: BTreeMap<DocId, Vec<(SpaceId, &Entry)>> = BTreeMap::new();
    for batch in &batches {
        let space = match check_batch(batch) {
            Ok(space) => space,
            Err(error) => return Judged::refused(&error, lang),
        };
        for entry in &batch.entries {
            documents.entry(entry.doc).or_default().push((space, entry));
        }
    }
    let mut tally = Tally::default();
    let mut worst = Judged::accepted();
    // One document at a time: a push may begin thousands.
    for entries in documents.into_values() {
        let mut document = None;
        for (space, entry) in entries {
            let judged = judge_entry(&mut document, space, entry, lang);
            match judged.verdict {
                Verdict::Accepted => tally.accepted += 1,
                Verdict::Held => tally.held += 1,
                Verdict::Refused => tally.refused += 1,
            }
            if judged.verdict > worst.verdict {
                worst = judged;
            }
        }
    }
    Judged { changes: Some(tally), ..worst }
}

/// The space that a batch is for, if nothing but its signature remains to be checked.
fn check_batch(batch: &Batch) -> Result<SpaceId, BatchError> {
    let header = batch.verify_all_but_signature()?;
    // Only the office speaks for others.
    if header.origin.is_some() { Err(BatchError::Malformed) } else { Ok(header.space) }
}

/// Judges what is for a document of a push, which its first entry begins.
fn judge_entry(document: &mut Option<(Document, u32)>, space: SpaceId, entry: &Entry, lang: Lang) -> Judged {
    if let Err(error) = check_allowed(entry, space, false) {
        return Judged::refused(&error, lang);
    }
    let (document, generation) =
        document.get_or_insert_with(|| (Document::new(entry.kind), entry.generation));
    if let Err(error) = check_fits(entry, document.kind(), *generation) {
        return Judged::refused(&error, lang);
    }
    match &entry.payload {
        Payload::Change(bytes) => judge_change(document, bytes, lang),
        // Nothing is left of it to be taken in; what only the office may was refused above.
        Payload::Erased(_) | Payload::Moved { .. } | Payload::Placed(_) | Payload::Forget(_) => {
            Judged::accepted()
        }
    }
}
