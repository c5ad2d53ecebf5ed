//! What commands and queries give back: plain data, the same in JSON, Kotlin and Swift.
//!
//! Everything that can be referred to has an `id`. Times are milliseconds since 1970, UTC.

use linli_core::difference::Piece;
use linli_core::duplicates::Reason;
use linli_core::ids::{
    ConflictId, DecisionId, DeviceId, DirectiveId, HouseholdId, ResidentId, SpaceId, VisitId,
};
use linli_core::kinds::{Household, Outcome, Resident, VisitEntry};
use linli_core::time::TimeMs;
use serde::Serialize;
use std::collections::BTreeSet;

/// A change was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct Saved {
    /// What was changed: the household or resident.
    pub id: String,
    /// The household it belongs to; another than was asked for when that one had been merged into it.
    pub household: HouseholdId,
    /// False when everything was as asked already.
    pub changed: bool,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// A visit was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct SavedVisit {
    /// The visit.
    pub id: VisitId,
    /// The household, after following merges.
    pub household: HouseholdId,
    /// What happened.
    pub outcome: Outcome,
    /// Quarter or campaign.
    pub period: String,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// A resident was added.
#[derive(Clone, Debug, Serialize)]
pub struct AddedResident {
    /// The resident.
    pub id: ResidentId,
    /// The household, after following merges.
    pub household: HouseholdId,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// A household was added.
#[derive(Clone, Debug, Serialize)]
pub struct AddedHousehold {
    /// The new household.
    pub id: HouseholdId,
    /// As it was understood.
    pub address: String,
    /// By the phone's clock.
    pub saved_at: TimeMs,
    /// Households that may be the same one. A warning, never a refusal.
    pub duplicates: Vec<DuplicateWarning>,
}

/// A household that may be the one being added.
#[derive(Clone, Debug, Serialize)]
pub struct DuplicateWarning {
    /// It.
    pub id: HouseholdId,
    /// Where it is.
    pub address: String,
    /// 0 to 100.
    pub score: u32,
    /// Why.
    pub reasons: Vec<Reason>,
}

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

/// A directive of the office.
#[derive(Clone, Debug, Serialize)]
pub struct DirectiveView {
    /// It.
    pub id: DirectiveId,
    /// One line.
    pub title: String,
    /// What is to be done or told.
    pub text: String,
    /// 1, 2, 3 … along the versions.
    pub version: i64,
    /// In force from then on.
    pub from_ms: Option<TimeMs>,
    /// Until then.
    pub until_ms: Option<TimeMs>,
    /// When it was issued, by the relay's clock.
    pub issued_ms: Option<TimeMs>,
    /// Who issued it.
    pub issued_by: Option<String>,
    /// Why it was withdrawn, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What changed in the text since the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Piece>>,
    /// When the worker acknowledged it, by the best clock known.
    pub read_at: Option<TimeMs>,
}

/// A receipt was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct SavedReceipt {
    /// The directive.
    pub id: DirectiveId,
    /// False when it was acknowledged here before.
    pub changed: bool,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// What the relay did not take or give, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// Stable code.
    pub code: String,
    /// For people.
    pub text: String,
}

/// A followed space and its progress.
#[derive(Clone, Debug, Serialize)]
pub struct SpaceView {
    /// The space.
    pub id: SpaceId,
    /// Grid code or community.
    pub name: String,
    /// Whether this phone may write there.
    pub writable: bool,
    /// `empty`, `loading` or `live`.
    pub state: &'static str,
    /// Pages of the first download that are here.
    pub pages_done: u32,
    /// All of its pages; 0 when not known.
    pub pages: u32,
}

/// The phone at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Whether it is enrolled.
    pub enrolled: bool,
    /// This phone.
    pub device: DeviceId,
    /// To compare aloud with the office.
    pub fingerprint: String,
    /// The worker's id.
    pub worker: Option<String>,
    /// The worker's name.
    pub worker_name: Option<String>,
    /// The community.
    pub community: Option<String>,
    /// What the office said of this phone at last contact, when it did not let it fetch anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Refusal>,
    /// The relay's address.
    pub relay: Option<String>,
    /// Households on this phone.
    pub households: u64,
    /// Records that the relay does not have yet.
    pub unsent: u64,
    /// Colleagues' records carried for them.
    pub carried: u64,
    /// Notices not seen yet.
    pub notices: u64,
    /// When everything was last here and there.
    pub last_sync_ms: Option<TimeMs>,
    /// Relay time minus phone time at last contact.
    pub clock_skew_ms: Option<i64>,
    /// What the relay did not take, newest first.
    pub refused: Vec<Refusal>,
    /// What the phone follows.
    pub spaces: Vec<SpaceView>,
}
