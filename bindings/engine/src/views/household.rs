//! Households, in lists and as cards.

use super::ConflictView;
use linli_core::ids::{DeviceId, HouseholdId, ResidentId, VisitId};
use linli_core::kinds::{Household, Outcome, Resident, VisitEntry};
use linli_core::time::TimeMs;
use serde::Serialize;
use std::collections::BTreeSet;

/// A household in a list.
#[derive(Clone, Debug, Serialize)]
pub struct HouseholdItem {
    /// The household.
    pub id: HouseholdId,
    /// Grid code.
    pub grid: String,
    /// As people write it.
    pub address: String,
    /// First number to call; may be empty.
    pub contact_phone: String,
    /// Names of those who live there.
    pub people: Vec<String>,
    /// Tags of the household and everyone in it.
    pub tags: BTreeSet<String>,
    /// The newest visit on this phone.
    pub last_visit: Option<LastVisit>,
    /// Fields on which a person must choose.
    pub open_conflicts: u32,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}

/// The newest visit.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LastVisit {
    /// By the best clock known.
    pub at: TimeMs,
    /// What happened.
    pub outcome: Outcome,
}

/// A household's card.
#[derive(Clone, Debug, Serialize)]
pub struct HouseholdView {
    /// The household; the survivor when the one asked for was merged.
    pub id: HouseholdId,
    /// The id asked for, when it was merged into this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<HouseholdId>,
    /// As people write it.
    pub address: String,
    /// Its own fields.
    #[serde(flatten)]
    pub fields: Household,
    /// Who lives there.
    pub residents: Vec<ResidentView>,
    /// Visits, newest first, those to households merged into it included.
    pub visits: Vec<VisitView>,
    /// Every field with more than one value.
    pub conflicts: Vec<ConflictView>,
    /// Everything ever written, oldest first, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<HistoryView>>,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
    /// When this phone last had everything from the relay.
    pub last_sync_ms: Option<TimeMs>,
}

/// A resident.
#[derive(Clone, Debug, Serialize)]
pub struct ResidentView {
    /// The resident.
    pub id: ResidentId,
    /// The fields.
    #[serde(flatten)]
    pub fields: Resident,
}

/// A visit.
#[derive(Clone, Debug, Serialize)]
pub struct VisitView {
    /// The visit.
    pub id: VisitId,
    /// What was written at the door.
    #[serde(flatten)]
    pub entry: VisitEntry,
    /// When, by the best clock known.
    pub at: TimeMs,
    /// The phone's clock was known to be off by more than five minutes.
    pub clock_was_off: bool,
    /// Who, when the phone knows the name.
    pub author: Option<String>,
    /// Which phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}

/// One write in a household's history.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryView {
    /// The document key.
    pub field: String,
    /// What was written; nothing when the key was deleted.
    pub value: Option<String>,
    /// Who, when the phone knows the name.
    pub author: Option<String>,
    /// When, by the author's clock.
    pub at: TimeMs,
    /// What the author said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
