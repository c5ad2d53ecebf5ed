//! What was saved, exchanged or carried.

use crate::shown::all;
use linli_engine as engine;

/// A change was saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Saved {
    /// What was changed: the household or resident.
    pub id: String,
    /// The household it belongs to; another than was asked for when that one had been merged into it.
    pub household: String,
    /// False when everything was as asked already.
    pub changed: bool,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::Saved> for Saved {
    fn from(of: engine::Saved) -> Saved {
        Saved {
            id: of.id,
            household: of.household.to_string(),
            changed: of.changed,
            saved_at_ms: of.saved_at,
        }
    }
}

/// A visit was saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SavedVisit {
    /// The visit.
    pub id: String,
    /// The household, after following merges.
    pub household: String,
    /// Quarter or campaign.
    pub period: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::SavedVisit> for SavedVisit {
    fn from(of: engine::SavedVisit) -> SavedVisit {
        SavedVisit {
            id: of.id.to_string(),
            household: of.household.to_string(),
            period: of.period,
            saved_at_ms: of.saved_at,
        }
    }
}

/// A resident was added.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AddedResident {
    /// The resident.
    pub id: String,
    /// The household, after following merges.
    pub household: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::AddedResident> for AddedResident {
    fn from(of: engine::AddedResident) -> AddedResident {
        AddedResident { id: of.id.to_string(), household: of.household.to_string(), saved_at_ms: of.saved_at }
    }
}

/// A household was added.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AddedHousehold {
    /// The new household.
    pub id: String,
    /// As it was understood.
    pub address: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
    /// Households that may be the same one. A warning, never a refusal.
    pub duplicates: Vec<Duplicate>,
}

impl From<engine::AddedHousehold> for AddedHousehold {
    fn from(of: engine::AddedHousehold) -> AddedHousehold {
        AddedHousehold {
            id: of.id.to_string(),
            address: of.address,
            saved_at_ms: of.saved_at,
            duplicates: all(of.duplicates),
        }
    }
}

/// A household that may be the one being added.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Duplicate {
    /// It.
    pub id: String,
    /// Where it is.
    pub address: String,
    /// 0 to 100.
    pub score: u32,
    /// Why, in Chinese.
    pub reasons: Vec<String>,
}

impl From<engine::DuplicateWarning> for Duplicate {
    fn from(of: engine::DuplicateWarning) -> Duplicate {
        Duplicate {
            id: of.id.to_string(),
            address: of.address,
            score: of.score,
            reasons: of.reasons.into_iter().map(|reason| reason.zh().to_owned()).collect(),
        }
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// The app's name for it.
    pub key: String,
    /// Version of the form that it was typed into.
    pub form: u32,
    /// What was typed, as the app wrote it.
    pub text: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::DraftView> for Draft {
    fn from(of: engine::DraftView) -> Draft {
        Draft { key: of.key, form: of.form, text: of.text, saved_at_ms: of.saved_at }
    }
}

/// A draft in a list, without its text.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DraftItem {
    /// The app's name for it.
    pub key: String,
    /// Version of the form that it was typed into.
    pub form: u32,
    /// Size of its text.
    pub bytes: u64,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::DraftItem> for DraftItem {
    fn from(of: engine::DraftItem) -> DraftItem {
        DraftItem { key: of.key, form: of.form, bytes: of.bytes, saved_at_ms: of.saved_at }
    }
}

/// What one synchronisation did.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Records that are durable at the relay now and were not before.
    pub sent: u64,
    /// Changes and documents that are new on this phone.
    pub received: u64,
    /// Changes that could not be applied here.
    pub skipped: u64,
    /// Batches that the relay did not take; they stay on this phone.
    pub refused: u64,
    /// New notices of the office.
    pub notices: u64,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Everything granted is here and everything recorded is durable at the relay.
    pub caught_up: bool,
}

impl From<engine::SyncReport> for SyncReport {
    fn from(of: engine::SyncReport) -> SyncReport {
        SyncReport {
            sent: of.sent,
            received: of.received,
            skipped: of.skipped,
            refused: of.refused,
            notices: of.notices,
            ms: of.ms,
            caught_up: of.caught_up,
        }
    }
}

/// What was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Exported {
    /// Signed batches.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Size of the file.
    pub bytes: u64,
}

impl From<engine::Exported> for Exported {
    fn from(of: engine::Exported) -> Exported {
        Exported { batches: of.batches, records: of.records, bytes: of.bytes }
    }
}

/// What was taken on from a file.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Imported {
    /// Batches in the file.
    pub batches: u64,
    /// Those that were not here yet.
    pub new: u64,
    /// Records in the new ones.
    pub records: u64,
    /// Phones that they come from.
    pub devices: Vec<String>,
}

impl From<engine::Imported> for Imported {
    fn from(of: engine::Imported) -> Imported {
        Imported {
            batches: of.batches,
            new: of.new,
            records: of.records,
            devices: of.devices.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What this phone holds of a space.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SpaceDigest {
    /// The space.
    pub space: String,
    /// Grid code or community.
    pub name: String,
    /// How many documents.
    pub documents: u64,
    /// Four groups of four characters that two people compare aloud.
    pub code: String,
}

impl From<engine::SpaceDigest> for SpaceDigest {
    fn from(of: engine::SpaceDigest) -> SpaceDigest {
        let engine::SpaceDigest { space, name, documents, code } = of;
        SpaceDigest { space: space.to_string(), name, documents, code }
    }
}
