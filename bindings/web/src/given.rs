//! What a screen hands in: JavaScript's names for the engine's types.

use linli_core::ids::{DirectiveId, IdError};
use linli_core::kinds::{Channel, Outcome};
use serde::Deserialize;

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
    grid: String,
    address: String,
    contact_phone: Option<String>,
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl From<NewHousehold> for linli_engine::NewHousehold {
    fn from(new: NewHousehold) -> Self {
        Self {
            grid: new.grid,
            address: new.address,
            contact_phone: new.contact_phone,
            note: new.note,
            tags: new.tags,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewResident {
    name: String,
    relation: Option<String>,
    gender: Option<String>,
    birth: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

impl From<NewResident> for linli_engine::NewResident {
    fn from(new: NewResident) -> Self {
        Self {
            name: new.name,
            relation: new.relation,
            gender: new.gender,
            birth: new.birth,
            phone: new.phone,
            tags: new.tags,
        }
    }
}
