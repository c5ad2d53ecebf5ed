//! What the office decided, kept inside the document it concerns, so that every phone learns of it with
//! the reason, and a decision is never lost with a server.

use crate::ids::{Actor, ConflictId, DecisionId, HouseholdId};
use crate::record::{Fields, Value};
use crate::time::TimeMs;

/// One conflict settled by a person. Written once under `decisions/<id>`.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Decision {
    /// The document key that was in conflict.
    #[n(1)]
    pub key: String,
    /// The value kept, as people read it.
    #[n(2)]
    pub kept: String,
    /// The values not kept, each with the Automerge actor that wrote it.
    #[n(3)]
    pub lost: Vec<LostValue>,
    /// Why, in the admin's words.
    #[n(4)]
    pub reason: String,
    /// When, by the relay's clock.
    #[n(5)]
    pub at_ms: TimeMs,
    /// The account that decided, by its id: names stay in the office.
    #[n(6)]
    pub by: Option<String>,
}

/// A value that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct LostValue {
    /// As people read it.
    #[n(1)]
    pub value: String,
    /// Who wrote it.
    #[n(2)]
    pub actor: Actor,
}

impl Decision {
    /// The key it is stored under.
    pub fn key_of(id: DecisionId) -> String {
        format!("decisions/{id}")
    }

    /// As stored.
    pub fn to_value(&self) -> Value {
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// Every decision in a document.
    pub fn read_all(fields: &Fields) -> Vec<(DecisionId, Decision)> {
        read_written_once(fields, "decisions/")
    }
}

/// A decision taken back: the values stand against each other again. Written once under
/// `decisions/<id>/undone`, together with the first of the values.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct UndoNote {
    /// The conflict as the relay recorded it.
    #[n(1)]
    pub conflict: ConflictId,
    /// The document key.
    #[n(2)]
    pub key: String,
    /// Why, in the admin's words.
    #[n(3)]
    pub reason: String,
    /// When, by the relay's clock.
    #[n(4)]
    pub at_ms: TimeMs,
    /// The account that took it back, by its id.
    #[n(5)]
    pub by: Option<String>,
    /// The values that were brought back.
    #[n(6)]
    pub values: Vec<RestoredValue>,
}

/// A value that was written again so that it can be chosen again. It is still its author's.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct RestoredValue {
    /// As people read it.
    #[n(1)]
    pub value: String,
    /// Who wrote it first.
    #[n(2)]
    pub author: Actor,
    /// When, by the author's clock.
    #[n(3)]
    pub at_ms: TimeMs,
    /// The actor that wrote it again.
    #[n(4)]
    pub writer: Actor,
}

impl UndoNote {
    /// The key it is stored under.
    pub fn key_of(id: DecisionId) -> String {
        format!("decisions/{id}/undone")
    }

    /// The note's own id, for telling people once: a decision and its undoing are two pieces of news.
    pub fn news_of(id: DecisionId) -> DecisionId {
        DecisionId::derive(&[b"undone", &id.0])
    }

    /// As stored.
    pub fn to_value(&self) -> Value {
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// A stored note.
    pub fn from_value(value: &Value) -> Option<UndoNote> {
        let Value::Bytes(bytes) = value else { return None };
        minicbor::decode(bytes).ok()
    }

    /// Every decision of a document that was taken back.
    pub fn read_all(fields: &Fields) -> Vec<(DecisionId, UndoNote)> {
        let (prefix, suffix) = ("decisions/", "/undone");
        fields
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter_map(|(key, value)| {
                let id = key.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok()?;
                Some((id, UndoNote::from_value(value)?))
            })
            .collect()
    }
}

/// What a merge of two households changed in the survivor, so that it can be taken back exactly.
/// Written once under `merges/<id>` in the survivor's document.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct MergeNote {
    /// The household that was absorbed.
    #[n(1)]
    pub absorbed: HouseholdId,
    /// Why, in the admin's words.
    #[n(2)]
    pub reason: String,
    /// When, by the relay's clock.
    #[n(3)]
    pub at_ms: TimeMs,
    /// Keys that the survivor took over, with the value taken.
    #[n(4)]
    pub taken: Vec<(String, String)>,
    /// Fields of the survivor that gave way because a person chose the other household's value.
    #[n(5)]
    pub replaced: Option<Vec<Replaced>>,
    /// The account that merged, by its id.
    #[n(6)]
    pub by: Option<String>,
}

/// A field of the survivor that took the absorbed household's value.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Replaced {
    /// Its key.
    #[n(1)]
    pub key: String,
    /// What it was; nothing when it was cleared.
    #[n(2)]
    pub was: Option<String>,
    /// What it became.
    #[n(3)]
    pub became: String,
}

/// Two households that look alike and are two all the same. Written once under `apart/<id>` in the document
/// of the one with the smaller id.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct ApartNote {
    /// The other household.
    #[n(1)]
    pub other: HouseholdId,
    /// Why, in the admin's words.
    #[n(2)]
    pub reason: String,
    /// When, by the relay's clock.
    #[n(3)]
    pub at_ms: TimeMs,
    /// The account that said so, by its id.
    #[n(4)]
    pub by: Option<String>,
}

impl ApartNote {
    /// What keys of such notes begin with.
    pub const PREFIX: &'static str = "apart/";

    /// The key it is stored under.
    pub fn key_of(id: DecisionId) -> String {
        format!("{}{id}", ApartNote::PREFIX)
    }

    /// The key that says it was taken back.
    pub fn undone_key_of(id: DecisionId) -> String {
        format!("{}{id}/undone", ApartNote::PREFIX)
    }

    /// As stored.
    pub fn to_value(&self) -> Value {
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// Every such note of a document, with whether it was taken back.
    pub fn read_all(fields: &Fields) -> Vec<(DecisionId, ApartNote, bool)> {
        read_written_once(fields, ApartNote::PREFIX)
            .into_iter()
            .map(|(id, note)| {
                let undone = fields.contains_key(&ApartNote::undone_key_of(id));
                (id, note, undone)
            })
            .collect()
    }
}

impl MergeNote {
    /// The key it is stored under.
    pub fn key_of(id: DecisionId) -> String {
        format!("merges/{id}")
    }

    /// The key that says it was taken back.
    pub fn undone_key_of(id: DecisionId) -> String {
        format!("merges/{id}/undone")
    }

    /// As stored.
    pub fn to_value(&self) -> Value {
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// Every merge noted in a document, with whether it was taken back.
    pub fn read_all(fields: &Fields) -> Vec<(DecisionId, MergeNote, bool)> {
        read_written_once(fields, "merges/")
            .into_iter()
            .map(|(id, note)| {
                let undone = fields.contains_key(&MergeNote::undone_key_of(id));
                (id, note, undone)
            })
            .collect()
    }
}

fn read_written_once<T: for<'b> minicbor::Decode<'b, ()>>(
    fields: &Fields,
    prefix: &str,
) -> Vec<(DecisionId, T)> {
    fields
        .range(prefix.to_owned()..)
        .take_while(|(key, _)| key.starts_with(prefix))
        .filter_map(|(key, value)| match value {
            Value::Bytes(bytes) => {
                Some((key.strip_prefix(prefix)?.parse().ok()?, minicbor::decode(bytes).ok()?))
            }
            _ => None,
        })
        .collect()
}
