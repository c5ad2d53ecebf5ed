//! Visits: entries written once at a door. An amendment is a field of its own beside the entry.

use super::directive::Told;
use crate::ids::{DocId, HouseholdId, PhotoId, VisitId};
use crate::record::{FieldType, Fields, Merge, Value, record};
use crate::time::TimeMs;
use std::collections::BTreeMap;

record! {
    /// What a visits document is about: one household, one quarter or campaign.
    pub struct VisitSheet = "visits" ("走访记录", "Visits") kept VisitRecord {
        /// The household visited.
        household: Option<String> = FieldType::Line, Merge::Auto, Internal, "户编号", "Household id";
        /// `2026Q4`, or the campaign's name.
        period: Option<String> = FieldType::Line, Merge::Auto, Internal, "期间", "Period";
    }
}

record! {
    /// The fields of a visit that can be amended later, and their labels.
    pub struct Visit = "visit" ("走访", "Visit") kept VisitRecord {
        /// What happened at the door.
        outcome: Option<String> = FieldType::Choice(&Outcome::WORDS), Merge::Ask, Personal, "结果", "Outcome";
        /// What was seen and said.
        note: Option<String> = FieldType::Note, Merge::Ask, Sensitive, "备注", "Note";
    }
}

/// What happened at the door.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    minicbor::Encode,
    minicbor::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody was met.
    #[n(1)]
    Done,
    /// Nobody opened.
    #[n(2)]
    NoAnswer,
    /// The household has moved away.
    #[n(3)]
    Moved,
    /// Somebody declined to talk.
    #[n(4)]
    Refused,
    /// Come again.
    #[n(5)]
    Revisit,
}

impl Outcome {
    /// The words used on the command line, in JSON and in documents.
    pub const WORDS: [&'static str; 5] = ["done", "no_answer", "moved", "refused", "revisit"];
    const ALL: [Outcome; 5] =
        [Outcome::Done, Outcome::NoAnswer, Outcome::Moved, Outcome::Refused, Outcome::Revisit];

    /// The word for this outcome.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::NoAnswer => "no_answer",
            Outcome::Moved => "moved",
            Outcome::Refused => "refused",
            Outcome::Revisit => "revisit",
        }
    }

    /// The outcome for a word.
    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Whether the door needs no other visit: somebody was met, declined to talk, or has moved away.
    pub fn is_reached(self) -> bool {
        matches!(self, Outcome::Done | Outcome::Moved | Outcome::Refused)
    }

    /// How people say it in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Outcome::Done => "已走访",
            Outcome::NoAnswer => "无人应答",
            Outcome::Moved => "已搬走",
            Outcome::Refused => "拒访",
            Outcome::Revisit => "需再访",
        }
    }
}

/// A visit as written at the door. Stored once, as CBOR under `v/<id>`; unknown keys are left alone.
#[derive(
    Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(map)]
pub struct VisitEntry {
    /// When, by the phone's clock.
    #[n(1)]
    pub at_ms: TimeMs,
    /// What happened.
    #[n(2)]
    pub outcome: Outcome,
    /// What the phone knew of its clock's error: relay time minus phone time, at last contact.
    #[n(3)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    /// How many people were in.
    #[n(4)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_home: Option<u32>,
    /// Campaign the visit was made for.
    #[n(5)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// What was seen and said.
    #[n(6)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What they need.
    #[n(7)]
    #[cbor(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Answers to configurable questions by question id; `temperature` is one of them.
    #[n(8)]
    #[cbor(default)]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Version of the form that asked.
    #[n(9)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<u32>,
    /// Directives that the household was told of, and how.
    #[n(10)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Vec<Told>>,
    /// A photo that was taken, in a document of its own.
    #[n(11)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
}

impl VisitEntry {
    /// A day of needs fits on a phone's screen.
    pub const NEEDS_MAX: usize = 10;
    /// Several directives a day, and some days since the last visit.
    pub const TOLD_MAX: usize = 20;

    /// A visit with nothing but its time and outcome.
    pub fn new(at_ms: TimeMs, outcome: Outcome) -> VisitEntry {
        VisitEntry {
            at_ms,
            outcome,
            skew_ms: None,
            at_home: None,
            campaign: None,
            note: None,
            needs: Vec::new(),
            answers: BTreeMap::new(),
            form: None,
            told: None,
            photo: None,
        }
    }

    /// As stored under [`visit_key`].
    pub fn to_value(&self) -> Value {
        // Encoding into a Vec cannot fail: its error type is uninhabited.
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// Reads what [`VisitEntry::to_value`] made.
    pub fn from_value(value: &Value) -> Option<VisitEntry> {
        match value {
            Value::Bytes(bytes) => minicbor::decode(bytes).ok(),
            _ => None,
        }
    }

    /// The moment by the best clock known: the phone's, corrected by its own estimate of its error.
    pub fn corrected_ms(&self) -> TimeMs {
        self.at_ms.saturating_add(self.skew_ms.unwrap_or(0))
    }
}

/// The key of one visit.
pub fn visit_key(id: VisitId) -> String {
    format!("v/{id}")
}

/// The document that holds a household's visits of one period. Two phones name it alike.
pub fn visits_doc(household: HouseholdId, period: &str) -> DocId {
    DocId::derive(&[b"visits", &household.0, period.as_bytes()])
}

/// The visits of a document with their amendments applied, oldest first by the best clock known.
pub fn visits(fields: &Fields) -> Vec<(VisitId, VisitEntry)> {
    let mut found: Vec<(VisitId, VisitEntry)> = fields
        .range("v/".to_owned()..)
        .take_while(|(key, _)| key.starts_with("v/"))
        .filter_map(|(key, value)| {
            let id = key.strip_prefix("v/")?.parse().ok()?;
            let mut entry = VisitEntry::from_value(value)?;
            let amended = Visit::read(fields, &format!("{key}/"));
            entry.outcome =
                amended.outcome.and_then(|word| Outcome::from_word(&word)).unwrap_or(entry.outcome);
            entry.note = amended.note.or(entry.note);
            Some((id, entry))
        })
        .collect();
    found.sort_by_key(|(id, entry)| (entry.corrected_ms(), *id));
    found
}
