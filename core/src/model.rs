//! Rows of read models: what lists, search, counts and duplicate checks need of a document.
//!
//! Derived from documents alone, by the same code on relay and phone, so that both show the same. A row
//! is a cache: it can always be made again.

use crate::address::Address;
use crate::doc::{Document, FieldConflict};
use crate::ids::{HouseholdId, ResidentId};
use crate::kinds::{self, Household, Issue, MergeNote, Outcome};
use crate::record::Fields;
use crate::time::TimeMs;
use std::collections::BTreeSet;

/// A household in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct HouseholdRow {
    /// Grid code.
    #[n(1)]
    pub grid: String,
    /// Estate, building, unit, room.
    #[n(2)]
    pub place: [String; 4],
    /// First number to call.
    #[n(3)]
    pub contact_phone: String,
    /// Tags of the household and everyone in it.
    #[n(4)]
    pub tags: BTreeSet<String>,
    /// Who lives there.
    #[n(5)]
    pub people: Vec<PersonBrief>,
    /// The household it was merged into, if any; [`HouseholdId::NOWHERE`] when it was withdrawn.
    #[n(6)]
    pub merged_into: Option<HouseholdId>,
    /// Households merged into it.
    #[n(7)]
    pub absorbed: Vec<HouseholdId>,
    /// Fields on which a person must choose.
    #[n(8)]
    pub open_conflicts: u32,
    /// The note, for search.
    #[n(9)]
    pub note: String,
}

/// A resident, as far as lists and duplicate checks need one.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct PersonBrief {
    /// Resident id.
    #[n(1)]
    pub id: Option<ResidentId>,
    /// Name.
    #[n(2)]
    pub name: String,
    /// Birth date or month as written; empty when unknown.
    #[n(3)]
    pub birth: String,
    /// Phone; empty when unknown.
    #[n(4)]
    pub phone: String,
}

/// What lists need of a visits document.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SheetRow {
    /// The household visited.
    #[n(1)]
    pub household: HouseholdId,
    /// Quarter or campaign.
    #[n(2)]
    pub period: String,
    /// How many visits.
    #[n(3)]
    pub visits: u32,
    /// The newest, by the best clock known.
    #[n(4)]
    pub last_at_ms: TimeMs,
    /// Its outcome.
    #[n(5)]
    pub last_outcome: Outcome,
}

/// An issue in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct IssueRow {
    /// Word of its category.
    #[n(1)]
    pub category: String,
    /// More exactly; may be empty.
    #[n(2)]
    pub subtype: String,
    /// Grid code.
    #[n(3)]
    pub grid: String,
    /// The household it is at.
    #[n(4)]
    pub household: Option<HouseholdId>,
    /// Where, in words.
    #[n(5)]
    pub place: String,
    /// What is wrong.
    #[n(6)]
    pub text: String,
    /// Word of its state.
    #[n(7)]
    pub state: String,
    /// The worker who says to have reported it.
    #[n(8)]
    pub reporter: String,
    /// When, by the best clock known.
    #[n(9)]
    pub reported_at_ms: TimeMs,
}

impl HouseholdRow {
    /// The row of a household's document.
    pub fn of(doc: &mut Document) -> HouseholdRow {
        let fields = doc.fields();
        HouseholdRow::of_parts(&fields, &doc.conflicts())
    }

    /// The same from what was already read of the document.
    pub fn of_parts(fields: &Fields, conflicts: &[FieldConflict]) -> HouseholdRow {
        let open = conflicts.iter().filter(|conflict| conflict.asks()).count();
        HouseholdRow {
            open_conflicts: u32::try_from(open).unwrap_or(u32::MAX),
            ..HouseholdRow::of_fields(fields)
        }
    }

    /// The row of a household's fields, without its conflicts.
    pub fn of_fields(fields: &Fields) -> HouseholdRow {
        let household = Household::read(fields, "");
        let residents = kinds::residents(fields);
        let address = household.address();
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let people = residents.iter().map(|(id, resident)| PersonBrief {
            id: Some(*id),
            name: text(&resident.name),
            birth: text(&resident.birth),
            phone: text(&resident.phone),
        });
        let absorbed = MergeNote::read_all(fields).into_iter().filter(|(_, _, undone)| !undone);
        let nowhere = household.withdrawn.as_ref().map(|_| HouseholdId::NOWHERE);
        HouseholdRow {
            grid: text(&household.grid),
            place: [address.estate, address.building, address.unit, address.room],
            contact_phone: text(&household.contact_phone),
            tags: kinds::visible_tags(&household, &residents),
            people: people.collect(),
            merged_into: household.merged_into.as_ref().and_then(|id| id.parse().ok()).or(nowhere),
            absorbed: absorbed.map(|(_, note, _)| note.absorbed).collect(),
            open_conflicts: 0,
            note: text(&household.note),
        }
    }

    /// Whether it is in no list because the import that brought it was undone.
    pub fn is_withdrawn(&self) -> bool {
        self.merged_into == Some(HouseholdId::NOWHERE)
    }

    /// The address in parts.
    pub fn address(&self) -> Address {
        let [estate, building, unit, room] = self.place.clone();
        Address { estate, building, unit, room }
    }

    /// Every phone number of the household, the contact first.
    pub fn phones(&self) -> Vec<&str> {
        let own = std::iter::once(self.contact_phone.as_str());
        let phones = own.chain(self.people.iter().map(|person| person.phone.as_str()));
        phones.filter(|phone| !phone.is_empty()).collect()
    }

    /// As stored and as carried in snapshots.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a stored row; `None` is a damaged or newer row, which is made again from its document.
    pub fn from_bytes(bytes: &[u8]) -> Option<HouseholdRow> {
        minicbor::decode(bytes).ok()
    }
}

impl IssueRow {
    /// The row of an issue's document; `None` when it says of nothing that it is wrong.
    pub fn of(fields: &Fields) -> Option<IssueRow> {
        let issue = Issue::read(fields, "");
        let (household, reported_at_ms) = (issue.household_id(), issue.corrected_ms());
        Some(IssueRow {
            category: issue.category?,
            subtype: issue.subtype.unwrap_or_default(),
            grid: issue.grid.unwrap_or_default(),
            household,
            place: issue.place.unwrap_or_default(),
            text: issue.text?,
            state: issue.state.unwrap_or_else(|| Issue::REPORTED.to_owned()),
            reporter: issue.reporter.unwrap_or_default(),
            reported_at_ms,
        })
    }

    /// As stored and as carried in snapshots.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a stored row.
    pub fn from_bytes(bytes: &[u8]) -> Option<IssueRow> {
        minicbor::decode(bytes).ok()
    }
}

impl SheetRow {
    /// The row of a visits document; `None` when it holds no readable visit.
    pub fn of(fields: &Fields) -> Option<SheetRow> {
        let sheet = kinds::VisitSheet::read(fields, "");
        let visits = kinds::visits(fields);
        let (_, last) = visits.last()?;
        Some(SheetRow {
            household: sheet.household?.parse().ok()?,
            period: sheet.period?,
            visits: u32::try_from(visits.len()).unwrap_or(u32::MAX),
            last_at_ms: last.corrected_ms(),
            last_outcome: last.outcome,
        })
    }

    /// As stored and as carried in snapshots.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads a stored row.
    pub fn from_bytes(bytes: &[u8]) -> Option<SheetRow> {
        minicbor::decode(bytes).ok()
    }
}
