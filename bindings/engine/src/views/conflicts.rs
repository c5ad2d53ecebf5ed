//! Fields with several values, and what the office decided.

use linli_core::ids::{ConflictId, DecisionId, HouseholdId};
use linli_core::time::TimeMs;
use serde::Serialize;

/// A field with several values.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictView {
    /// The conflict: the same on every phone and the relay.
    pub id: ConflictId,
    /// The household.
    pub household: HouseholdId,
    /// Where it is.
    pub address: String,
    /// The document key.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Whether a person must choose; otherwise the field's policy has settled it.
    pub asks: bool,
    /// The value shown until then.
    pub shown: String,
    /// All values.
    pub versions: Vec<ConflictVersionView>,
}

/// One of the values.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictVersionView {
    /// The value.
    pub value: String,
    /// Who wrote it, when the phone knows the name.
    pub author: Option<String>,
    /// When, by the author's clock.
    pub at: TimeMs,
    /// Written on this phone.
    pub mine: bool,
}

/// The office kept another value than the one entered here, or took that back.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeView {
    /// The decision.
    pub id: DecisionId,
    /// When, by the relay's clock.
    pub at: TimeMs,
    /// The household.
    pub household: HouseholdId,
    /// Where it is, if it is still on this phone.
    pub address: String,
    /// The document key.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// The value kept.
    pub kept: String,
    /// The value entered here.
    pub mine: String,
    /// Why, in the admin's words.
    pub reason: String,
    /// The worker has seen it.
    pub seen: bool,
    /// The decision was taken back: the value entered here can be chosen again. `kept` is empty.
    pub undone: bool,
}
