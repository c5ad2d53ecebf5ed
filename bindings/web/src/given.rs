//! What a screen hands in: JavaScript's names for the engine's types.

use linli_core::ids::{DirectiveId, IdError};
use linli_core::kinds::{Channel, Outcome};
use linli_engine::TodayOnly;
use serde::Deserialize;
use std::str::FromStr;

/// `{"search": …, "grid": …, "limit": …}`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HouseholdFilter {
    search: Option<String>,
    grid: Option<String>,
    limit: Option<u32>,
}

impl From<HouseholdFilter> for linli_engine::HouseholdFilter {
    fn from(filter: HouseholdFilter) -> Self {
        Self { search: filter.search, grid: filter.grid, limit: filter.limit }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewVisit {
    id: Option<String>,
    draft: Option<String>,
    outcome: Outcome,
    campaign: Option<String>,
    at_home: Option<u32>,
    temperature: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    note: Option<String>,
    #[serde(default)]
    told: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    directive: String,
    by: Channel,
}

impl TryFrom<NewVisit> for linli_engine::NewVisit {
    type Error = IdError;

    fn try_from(visit: NewVisit) -> Result<Self, IdError> {
        let told = |told: Told| {
            let directive: DirectiveId = told.directive.trim().parse()?;
            Ok(linli_core::kinds::Told { directive, by: told.by })
        };
        Ok(Self {
            id: read(visit.id)?,
            draft: visit.draft,
            outcome: visit.outcome,
            campaign: visit.campaign,
            at_home: visit.at_home,
            temperature: visit.temperature,
            needs: visit.needs,
            note: visit.note,
            told: visit.told.into_iter().map(told).collect::<Result<_, IdError>>()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewHousehold {
    id: Option<String>,
    draft: Option<String>,
    grid: String,
    address: String,
    contact_phone: Option<String>,
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl TryFrom<NewHousehold> for linli_engine::NewHousehold {
    type Error = IdError;

    fn try_from(new: NewHousehold) -> Result<Self, IdError> {
        Ok(Self {
            id: read(new.id)?,
            draft: new.draft,
            grid: new.grid,
            address: new.address,
            contact_phone: new.contact_phone,
            note: new.note,
            tags: new.tags,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewResident {
    id: Option<String>,
    draft: Option<String>,
    name: String,
    relation: Option<String>,
    gender: Option<String>,
    birth: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl TryFrom<NewResident> for linli_engine::NewResident {
    type Error = IdError;

    fn try_from(new: NewResident) -> Result<Self, IdError> {
        Ok(Self {
            id: read(new.id)?,
            draft: new.draft,
            name: new.name,
            relation: new.relation,
            gender: new.gender,
            birth: new.birth,
            phone: new.phone,
            tags: new.tags,
        })
    }
}

/// Which households of the day; a chart needs estate and building.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TodayFilter {
    grid: Option<String>,
    estate: Option<String>,
    building: Option<String>,
    campaign: Option<String>,
    #[serde(default)]
    only: Only,
    tag: Option<String>,
    offset: Option<u32>,
    limit: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Only {
    #[default]
    Due,
    Revisit,
    Never,
    Unsent,
    Conflict,
    All,
}

impl From<TodayFilter> for linli_engine::TodayFilter {
    fn from(filter: TodayFilter) -> Self {
        Self {
            grid: filter.grid,
            estate: filter.estate,
            building: filter.building,
            campaign: filter.campaign,
            only: match filter.only {
                Only::Due => TodayOnly::Due,
                Only::Revisit => TodayOnly::Revisit,
                Only::Never => TodayOnly::Never,
                Only::Unsent => TodayOnly::Unsent,
                Only::Conflict => TodayOnly::Conflict,
                Only::All => TodayOnly::All,
            },
            tag: filter.tag,
            offset: filter.offset,
            limit: filter.limit,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewIssue {
    id: Option<String>,
    draft: Option<String>,
    category: String,
    subtype: Option<String>,
    grid: Option<String>,
    household: Option<String>,
    place: Option<String>,
    text: String,
    visibility: Option<String>,
}

impl TryFrom<NewIssue> for linli_engine::NewIssue {
    type Error = IdError;

    fn try_from(new: NewIssue) -> Result<Self, IdError> {
        Ok(Self {
            id: read(new.id)?,
            draft: new.draft,
            category: new.category,
            subtype: new.subtype,
            grid: new.grid,
            household: read(new.household)?,
            place: new.place,
            text: new.text,
            visibility: new.visibility,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssueFilter {
    household: Option<String>,
    #[serde(default)]
    mine: bool,
    offset: Option<u32>,
    limit: Option<u32>,
}

impl TryFrom<IssueFilter> for linli_engine::IssueFilter {
    type Error = IdError;

    fn try_from(filter: IssueFilter) -> Result<Self, IdError> {
        Ok(Self {
            household: read(filter.household)?,
            mine: filter.mine,
            offset: filter.offset,
            limit: filter.limit,
        })
    }
}

fn read<T: FromStr<Err = IdError>>(id: Option<String>) -> Result<Option<T>, IdError> {
    id.map(|id| id.trim().parse()).transpose()
}
