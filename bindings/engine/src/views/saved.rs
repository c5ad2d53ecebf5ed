//! What commands give back.

use linli_core::duplicates::Reason;
use linli_core::ids::{DirectiveId, HouseholdId, ResidentId, VisitId};
use linli_core::kinds::Outcome;
use linli_core::time::TimeMs;
use serde::Serialize;

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
