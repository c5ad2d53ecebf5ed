//! What the office decided, kept inside the document it concerns, so that every phone learns of it with
//! the reason, and a decision is never lost with a server.

use crate::ids::{DecisionId, HouseholdId};
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
    pub actor: crate::ids::Actor,
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
