//! A record as an Automerge document: editing, merging, conflicts, history.
//!
//! Only this module and [`crate::gate`] know Automerge. Documents are flat maps from key to scalar, so
//! concurrent creation on two phones merges key by key. Bytes reach [`Document::load`] and
//! [`Document::apply`] only from the log, the local store or the gate.

mod anew;
mod apply;
mod conflicts;
mod digest;
mod history;
mod undo;

pub use anew::Anew;
pub use apply::{Applied, ApplyError, ChangeInfo};
pub use conflicts::{FieldConflict, Version, resolve};
pub use digest::{Digest, Digesting};
pub use history::HistoryEntry;
pub use undo::UndoWord;

use crate::ids::{Actor, Hash};
use crate::kinds::DocKind;
use crate::record::{Fields, Put, Value};
use crate::time::TimeMs;
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ChangeHash, ROOT, ReadDoc, ScalarValue};

/// One document.
#[derive(Clone)]
pub struct Document {
    kind: DocKind,
    auto: AutoCommit,
}

/// A change as it travels: an uncompressed Automerge change chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeBytes(pub Vec<u8>);

/// Who edits, when, and from which state.
#[derive(Clone, Debug)]
pub struct Author {
    /// This launch's actor.
    pub actor: Actor,
    /// By the author's clock.
    pub at_ms: TimeMs,
    /// Shown in history beside the change.
    pub message: Option<String>,
    /// The state the author knew. `None` is the document as it is; an import gives the heads of the
    /// previous import, so that what people edited since becomes a visible conflict instead of being
    /// overwritten.
    pub base: Option<Vec<Hash>>,
}

impl Author {
    /// Somebody editing the document as it is.
    pub fn now(actor: Actor, at_ms: TimeMs) -> Author {
        Author { actor, at_ms, message: None, base: None }
    }
}

impl Document {
    /// An empty document.
    pub fn new(kind: DocKind) -> Document {
        Document { kind, auto: AutoCommit::new() }
    }

    /// What the document is about.
    pub fn kind(&self) -> DocKind {
        self.kind
    }

    /// Everything, compact and uncompressed: compression is done over many documents at once.
    pub fn save(&mut self) -> Vec<u8> {
        self.auto.save_nocompress()
    }

    /// The newest changes that no other change builds on.
    pub fn heads(&mut self) -> Vec<Hash> {
        self.auto.get_heads().into_iter().map(|hash| Hash(hash.0)).collect()
    }

    /// Everybody who wrote to it.
    pub fn actors(&mut self) -> std::collections::BTreeSet<Actor> {
        let changes = self.auto.get_changes_meta(&[]);
        changes.iter().filter_map(|change| Actor::from_slice(change.actor.to_bytes())).collect()
    }

    /// The changes of some of them, each after those it builds on.
    pub fn changes_of(&mut self, wrote: impl Fn(Actor) -> bool) -> Vec<ChangeBytes> {
        let changes = self.auto.get_changes(&[]);
        let theirs = changes
            .iter()
            .filter(|change| Actor::from_slice(change.actor_id().to_bytes()).is_some_and(&wrote));
        theirs.map(to_bytes).collect()
    }

    /// Keys and values after each field's merge policy.
    pub fn fields(&self) -> Fields {
        self.auto
            .map_range(ROOT, ..)
            .filter_map(|item| {
                let key = item.key.into_owned();
                let value = if item.conflict { self.resolved(&key)? } else { from_scalar_ref(&item.value)? };
                Some((key, value))
            })
            .collect()
    }

    fn resolved(&self, key: &str) -> Option<Value> {
        let versions = self.versions(key);
        resolve(self.kind.field(key).map(|field| field.merge), &versions).map(|version| version.value.clone())
    }

    /// The keys as they were at an earlier state, Automerge's winner for each.
    pub fn fields_at(&self, heads: &[Hash]) -> Fields {
        let heads = to_change_hashes(heads);
        self.auto
            .map_range_at(ROOT, .., &heads)
            .filter_map(|item| Some((item.key.to_string(), from_scalar_ref(&item.value)?)))
            .collect()
    }

    /// Makes one change of all `puts`; `None` when they change nothing. The change is in the document
    /// when this returns.
    pub fn edit(&mut self, author: &Author, puts: &[Put]) -> Option<ChangeBytes> {
        let Some(base) = &author.base else {
            return edit(&mut self.auto, author, author.actor, puts).map(|change| to_bytes(&change));
        };
        // A state that is not known here is read as the empty document: then everything written is
        // concurrent to everything there is, which shows conflicts and overwrites nothing.
        let mut base = to_change_hashes(base);
        base.retain(|hash| self.auto.get_change_meta_by_hash(hash).is_some());
        let actor = self.actor_from(author, &base);
        // A fork knows nothing later than the base, so its change is numbered as the base's reader would.
        let mut fork = self.auto.fork_at(&base).ok()?;
        let change = edit(&mut fork, author, actor, puts)?;
        self.auto.apply_changes([change.clone()]).ok()?;
        Some(to_bytes(&change))
    }

    /// Who writes from an earlier state: the author, or, when the author wrote again after that state, an
    /// actor made for this one change. Two changes of one actor with one number can never be in a document.
    fn actor_from(&mut self, author: &Author, base: &[ChangeHash]) -> Actor {
        let since = self.auto.get_changes_meta(base);
        if !since.iter().any(|change| change.actor.to_bytes() == author.actor.0) {
            return author.actor;
        }
        let heads: Vec<[u8; 32]> = self.auto.get_heads().into_iter().map(|head| head.0).collect();
        let parts = std::iter::once(author.actor.0.as_slice()).chain(heads.iter().map(<[u8; 32]>::as_slice));
        Actor::derive(&parts.collect::<Vec<_>>())
    }
}

fn to_bytes(change: &automerge::Change) -> ChangeBytes {
    ChangeBytes(change.raw_bytes().to_vec())
}

fn edit(auto: &mut AutoCommit, author: &Author, actor: Actor, puts: &[Put]) -> Option<automerge::Change> {
    auto.set_actor(ActorId::from(actor.0));
    for put in puts {
        if put.value.is_some() && is_winner_of_conflict(auto, put) {
            // Automerge would only delete the losers, and whoever reads the change would see a deletion
            // of the field. Clearing the key first makes the choice a write of its value.
            let _ = auto.delete(ROOT, put.key.as_str());
        }
        // On the root map of a flat document both calls can only fail for an empty key, which no
        // caller makes; ignoring it leaves the document unchanged.
        let _ = match &put.value {
            Some(value) => auto.put(ROOT, put.key.as_str(), to_scalar(value)),
            None => auto.delete(ROOT, put.key.as_str()),
        };
    }
    let mut options = CommitOptions::default().with_time(author.at_ms);
    options.message = author.message.clone();
    let hash = auto.commit_with(options)?;
    auto.get_change_by_hash(&hash)
}

fn is_winner_of_conflict(auto: &AutoCommit, put: &Put) -> bool {
    let versions = auto.get_all(ROOT, put.key.as_str()).unwrap_or_default();
    let winner = versions.last().and_then(|(value, _)| from_scalar(value.as_scalar()?));
    versions.len() > 1 && winner == put.value
}

pub(crate) fn to_change_hashes(hashes: &[Hash]) -> Vec<ChangeHash> {
    hashes.iter().map(|hash| ChangeHash(hash.0)).collect()
}

fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(flag) => ScalarValue::Boolean(*flag),
        Value::Int(number) => ScalarValue::Int(*number),
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}

fn from_scalar(value: &ScalarValue) -> Option<Value> {
    Some(match value {
        ScalarValue::Null => Value::Null,
        ScalarValue::Boolean(flag) => Value::Bool(*flag),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Value::Int(*number),
        ScalarValue::Str(text) => Value::Text(text.to_string()),
        ScalarValue::Bytes(bytes) => Value::Bytes(bytes.clone()),
        _ => return None,
    })
}

fn from_scalar_ref(value: &automerge::ValueRef<'_>) -> Option<Value> {
    match value {
        automerge::ValueRef::Scalar(scalar) => from_scalar(&scalar.to_owned().into()),
        automerge::ValueRef::Object(_) => None,
    }
}
