//! What an app gets back: plain data, the same in Kotlin, Swift and Python.

use crate::Outcome;
use linli_engine as engine;
use std::collections::HashMap;

/// Takes a list over.
pub(crate) fn all<From, To: std::convert::From<From>>(list: Vec<From>) -> Vec<To> {
    list.into_iter().map(To::from).collect()
}

/// A code that never changes and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Refusal {
    /// Stable, dotted code.
    pub code: String,
    /// What, where, and what to do.
    pub text: String,
}

impl From<engine::Refusal> for Refusal {
    fn from(of: engine::Refusal) -> Refusal {
        Refusal { code: of.code, text: of.text }
    }
}

/// What the office's relay said of this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Enrolled {
    /// This phone.
    pub id: String,
    /// To compare aloud with the office.
    pub fingerprint: String,
    /// The relay's key, likewise.
    pub relay_fingerprint: String,
    /// The community.
    pub community: String,
    /// The worker's id.
    pub worker: String,
    /// The worker's name.
    pub worker_name: String,
    /// The phone works only after the office has compared its fingerprint.
    pub must_confirm: bool,
}

impl From<engine::Enrolled> for Enrolled {
    fn from(of: engine::Enrolled) -> Enrolled {
        Enrolled {
            id: of.id.to_string(),
            fingerprint: of.fingerprint,
            relay_fingerprint: of.relay_fingerprint,
            community: of.community,
            worker: of.worker,
            worker_name: of.worker_name,
            must_confirm: of.must_confirm,
        }
    }
}

/// The phone at a glance.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Whether it is enrolled.
    pub enrolled: bool,
    /// The worker's name.
    pub worker_name: Option<String>,
    /// The community.
    pub community: Option<String>,
    /// What the office said at last contact, when it did not let this phone fetch anything.
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
    pub last_sync_ms: Option<i64>,
    /// Relay time minus phone time at last contact.
    pub clock_skew_ms: Option<i64>,
    /// What the relay did not take, newest first.
    pub refused: Vec<Refusal>,
    /// What the phone follows.
    pub spaces: Vec<Space>,
}

impl From<engine::Status> for Status {
    fn from(of: engine::Status) -> Status {
        Status {
            enrolled: of.enrolled,
            worker_name: of.worker_name,
            community: of.community,
            told: of.told.map(Refusal::from),
            relay: of.relay,
            households: of.households,
            unsent: of.unsent,
            carried: of.carried,
            notices: of.notices,
            last_sync_ms: of.last_sync_ms,
            clock_skew_ms: of.clock_skew_ms,
            refused: all(of.refused),
            spaces: all(of.spaces),
        }
    }
}

/// A grid or the community that the phone follows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Space {
    /// Grid code or community.
    pub name: String,
    /// Whether this phone may write there.
    pub writable: bool,
    /// `empty`, `loading` or `live`.
    pub state: String,
    /// Pages of the first download that are here.
    pub pages_done: u32,
    /// All of its pages; 0 when not known.
    pub pages: u32,
}

impl From<engine::SpaceView> for Space {
    fn from(of: engine::SpaceView) -> Space {
        Space {
            name: of.name,
            writable: of.writable,
            state: of.state.to_owned(),
            pages_done: of.pages_done,
            pages: of.pages,
        }
    }
}

/// A household in a list.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct HouseholdItem {
    /// The household.
    pub id: String,
    /// Grid code.
    pub grid: String,
    /// As people write it.
    pub address: String,
    /// First number to call; may be empty.
    pub contact_phone: String,
    /// Names of those who live there.
    pub people: Vec<String>,
    /// Tags of the household and everyone in it.
    pub tags: Vec<String>,
    /// When the newest visit on this phone was.
    pub last_visit_ms: Option<i64>,
    /// Its outcome.
    pub last_outcome: Option<Outcome>,
    /// Fields on which a person must choose.
    pub open_conflicts: u32,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}

impl From<engine::HouseholdItem> for HouseholdItem {
    fn from(of: engine::HouseholdItem) -> HouseholdItem {
        HouseholdItem {
            id: of.id.to_string(),
            grid: of.grid,
            address: of.address,
            contact_phone: of.contact_phone,
            people: of.people,
            tags: of.tags.into_iter().collect(),
            last_visit_ms: of.last_visit.map(|visit| visit.at),
            last_outcome: of.last_visit.map(|visit| visit.outcome.into()),
            open_conflicts: of.open_conflicts,
            unsent: of.unsent,
        }
    }
}

/// A household's card.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Household {
    /// The household; the survivor when the one asked for was merged.
    pub id: String,
    /// The id asked for, when it was merged into this one.
    pub asked: Option<String>,
    /// Grid code.
    pub grid: String,
    /// As people write it.
    pub address: String,
    /// The number to call first.
    pub contact_phone: Option<String>,
    /// What the next visitor should know.
    pub note: Option<String>,
    /// What matters at the door.
    pub tags: Vec<String>,
    /// Who lives there.
    pub residents: Vec<Resident>,
    /// Visits, newest first, those to households merged into it included.
    pub visits: Vec<Visit>,
    /// Every field with more than one value.
    pub conflicts: Vec<Conflict>,
    /// Everything ever written, oldest first; empty unless asked for.
    pub history: Vec<Write>,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}

impl From<engine::HouseholdView> for Household {
    fn from(of: engine::HouseholdView) -> Household {
        Household {
            id: of.id.to_string(),
            asked: of.asked.map(|id| id.to_string()),
            grid: of.fields.grid.unwrap_or_default(),
            address: of.address,
            contact_phone: of.fields.contact_phone,
            note: of.fields.note,
            tags: of.fields.tags.into_iter().collect(),
            residents: all(of.residents),
            visits: all(of.visits),
            conflicts: all(of.conflicts),
            history: all(of.history.unwrap_or_default()),
            unsent: of.unsent,
        }
    }
}

/// A resident.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Resident {
    /// The resident.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Relation to the head of household.
    pub relation: Option<String>,
    /// `male` or `female`.
    pub gender: Option<String>,
    /// Birth date, or month where only that is known.
    pub birth: Option<String>,
    /// Own telephone.
    pub phone: Option<String>,
    /// Personal tags.
    pub tags: Vec<String>,
    /// What is known for an occasion only, by field: `away_to`, `back_on`, `arrived_from` …
    pub occasions: HashMap<String, String>,
}

impl From<engine::ResidentView> for Resident {
    fn from(of: engine::ResidentView) -> Resident {
        let fields = of.fields;
        let occasions = [
            ("away_to", fields.away_to),
            ("away_from", fields.away_from),
            ("back_on", fields.back_on),
            ("arrived_from", fields.arrived_from),
            ("arrived_on", fields.arrived_on),
            ("leaving_on", fields.leaving_on),
            ("travel_place", fields.travel_place),
            ("travel_on", fields.travel_on),
        ];
        Resident {
            id: of.id.to_string(),
            name: fields.name.unwrap_or_default(),
            relation: fields.relation,
            gender: fields.gender,
            birth: fields.birth,
            phone: fields.phone,
            tags: fields.tags.into_iter().collect(),
            occasions: occasions
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                .collect(),
        }
    }
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Visit {
    /// The visit.
    pub id: String,
    /// What happened.
    pub outcome: Outcome,
    /// When, by the best clock known.
    pub at_ms: i64,
    /// The phone's clock was known to be off by more than five minutes.
    pub clock_was_off: bool,
    /// How many people were in.
    pub at_home: Option<u32>,
    /// Campaign it was made for.
    pub campaign: Option<String>,
    /// What was seen and said.
    pub note: Option<String>,
    /// What they need.
    pub needs: Vec<String>,
    /// Answers by question; `temperature` is one.
    pub answers: HashMap<String, String>,
    /// Who, when the phone knows the name.
    pub author: Option<String>,
}

impl From<engine::VisitView> for Visit {
    fn from(of: engine::VisitView) -> Visit {
        Visit {
            id: of.id.to_string(),
            outcome: of.entry.outcome.into(),
            at_ms: of.at,
            clock_was_off: of.clock_was_off,
            at_home: of.entry.at_home,
            campaign: of.entry.campaign,
            note: of.entry.note,
            needs: of.entry.needs,
            answers: of.entry.answers.into_iter().collect(),
            author: of.author,
        }
    }
}

/// A field with several values.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Conflict {
    /// The conflict: the same on every phone and the relay.
    pub id: String,
    /// The household.
    pub household: String,
    /// Where it is.
    pub address: String,
    /// The field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// Whether a person must choose; otherwise the field's policy has settled it.
    pub asks: bool,
    /// The value shown until then.
    pub shown: String,
    /// All values.
    pub versions: Vec<ConflictVersion>,
}

impl From<engine::ConflictView> for Conflict {
    fn from(of: engine::ConflictView) -> Conflict {
        Conflict {
            id: of.id.to_string(),
            household: of.household.to_string(),
            address: of.address,
            field: of.field,
            label: of.label,
            asks: of.asks,
            shown: of.shown,
            versions: all(of.versions),
        }
    }
}

/// One of the values.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ConflictVersion {
    /// The value.
    pub value: String,
    /// Who wrote it, when the phone knows the name.
    pub author: Option<String>,
    /// When, by the author's clock.
    pub at_ms: i64,
    /// Written on this phone.
    pub mine: bool,
}

impl From<engine::ConflictVersionView> for ConflictVersion {
    fn from(of: engine::ConflictVersionView) -> ConflictVersion {
        ConflictVersion { value: of.value, author: of.author, at_ms: of.at, mine: of.mine }
    }
}

/// One write in a household's history.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Write {
    /// The field.
    pub field: String,
    /// What was written; nothing when the field was emptied.
    pub value: Option<String>,
    /// Who, when the phone knows the name.
    pub author: Option<String>,
    /// When, by the author's clock.
    pub at_ms: i64,
    /// What the author said about it.
    pub message: Option<String>,
}

impl From<engine::HistoryView> for Write {
    fn from(of: engine::HistoryView) -> Write {
        Write { field: of.field, value: of.value, author: of.author, at_ms: of.at, message: of.message }
    }
}

/// The office kept another value than the one entered here.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// The decision.
    pub id: String,
    /// When, by the relay's clock.
    pub at_ms: i64,
    /// The household.
    pub household: String,
    /// Where it is, if it is still on this phone.
    pub address: String,
    /// The field.
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
}

impl From<engine::NoticeView> for Notice {
    fn from(of: engine::NoticeView) -> Notice {
        Notice {
            id: of.id.to_string(),
            at_ms: of.at,
            household: of.household.to_string(),
            address: of.address,
            field: of.field,
            label: of.label,
            kept: of.kept,
            mine: of.mine,
            reason: of.reason,
            seen: of.seen,
        }
    }
}

/// What the office has issued.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Directive {
    /// It.
    pub id: String,
    /// One line.
    pub title: String,
    /// What is to be done or told.
    pub text: String,
    /// 1, 2, 3 … along the versions.
    pub version: i64,
    /// In force from then on.
    pub from_ms: Option<i64>,
    /// Until then.
    pub until_ms: Option<i64>,
    /// Who issued it.
    pub issued_by: Option<String>,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// When the worker acknowledged it, by the best clock known.
    pub read_at_ms: Option<i64>,
}

impl From<engine::DirectiveView> for Directive {
    fn from(of: engine::DirectiveView) -> Directive {
        Directive {
            id: of.id.to_string(),
            title: of.title,
            text: of.text,
            version: of.version,
            from_ms: of.from_ms,
            until_ms: of.until_ms,
            issued_by: of.issued_by,
            withdrawn: of.withdrawn,
            read_at_ms: of.read_at,
        }
    }
}
