//! `/v1/coverage`: which doors have been knocked on, in numbers and as building charts; `/v1/campaigns`.

use super::Params;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use linli_core::address::position_of;
use linli_core::kinds::Outcome;
use linli_storage::model::{CellRecord, CoverFilter, CoverRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Cells in one answer. The largest estates have about 2,500 households; one of more is asked for building
/// by building, or a browser would draw cells that nobody can tell apart.
const CELLS_MAX: i64 = 5_000;

/// Which households and visits are counted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CoverageParams {
    /// Only this community.
    community: Option<String>,
    /// Only visits of this quarter or campaign; the last visit of all time unless given.
    campaign: Option<String>,
    /// Only this grid.
    grid: Option<String>,
    /// Only this estate.
    estate: Option<String>,
}

/// Households by what happened at the last visit.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct Tally {
    households: i64,
    /// The last visit needs no other: somebody was met, declined, or has moved away.
    reached: i64,
    done: i64,
    no_answer: i64,
    moved: i64,
    refused: i64,
    revisit: i64,
    /// Nobody has knocked yet.
    never: i64,
    /// A person must choose between values.
    conflicts: i64,
}

impl Tally {
    fn add(&mut self, record: &CoverRecord) {
        let outcome = record.outcome.as_deref().and_then(Outcome::from_word);
        let count = match outcome {
            Some(Outcome::Done) => &mut self.done,
            Some(Outcome::NoAnswer) => &mut self.no_answer,
            Some(Outcome::Moved) => &mut self.moved,
            Some(Outcome::Refused) => &mut self.refused,
            Some(Outcome::Revisit) => &mut self.revisit,
            None => &mut self.never,
        };
        *count += record.households;
        self.households += record.households;
        self.conflicts += record.conflicts;
        if outcome.is_some_and(Outcome::is_reached) {
            self.reached += record.households;
        }
    }
}

/// A building.
#[derive(Serialize, ToSchema)]
pub(crate) struct BuildingCoverage {
    building: String,
    tally: Tally,
}

/// An estate with its buildings.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstateCoverage {
    /// Empty when the grid is not known.
    community: String,
    /// Empty for households whose roster says no estate.
    estate: String,
    tally: Tally,
    /// In the order of their numbers.
    buildings: Vec<BuildingCoverage>,
}

/// A grid's progress. Of grids, not of workers: there is no ranking of people anywhere.
#[derive(Serialize, ToSchema)]
pub(crate) struct GridCoverage {
    code: String,
    name: String,
    community: String,
    tally: Tally,
}

/// Coverage in numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    /// The log up to here is counted; events after it change these numbers.
    applied: i64,
    total: Tally,
    estates: Vec<EstateCoverage>,
    /// By code.
    grids: Vec<GridCoverage>,
}

/// How far visiting is, by estate, building and grid.
#[utoipa::path(get, path = "/v1/coverage", params(CoverageParams), responses((status = 200, body = Coverage)))]
pub(crate) async fn coverage(
    State(app): State<App>,
    Params(params): Params<CoverageParams>,
) -> Result<Json<Coverage>, Problem> {
    let applied = *app.model.applied().borrow();
    let grids = app.model.grid_names().await?;
    let filter = CoverFilter {
        period: named(params.campaign),
        grid: params.grid,
        estate: params.estate,
        building: None,
    };
    let community = params.community.as_deref();
    let mut total = Tally::default();
    let mut estates: BTreeMap<(String, String), BTreeMap<(usize, String), Tally>> = BTreeMap::new();
    let mut by_grid: BTreeMap<String, Tally> = BTreeMap::new();
    for record in app.model.coverage(&filter).await? {
        let of = grids.get(&record.grid).map_or("", |(_, community)| community.as_str());
        if community.is_some_and(|wanted| wanted != of) {
            continue;
        }
        total.add(&record);
        by_grid.entry(record.grid.clone()).or_default().add(&record);
        let buildings = estates.entry((of.to_owned(), record.estate.clone())).or_default();
        buildings.entry(by_number(&record.building)).or_default().add(&record);
    }
    let estates =
        estates.into_iter().map(|((community, estate), buildings)| estate_of(community, estate, buildings));
    let by_grid = by_grid.into_iter().map(|(code, tally)| {
        let (name, community) = grids.get(&code).cloned().unwrap_or_default();
        GridCoverage { code, name, community, tally }
    });
    Ok(Json(Coverage { applied, total, estates: estates.collect(), grids: by_grid.collect() }))
}

fn estate_of(
    community: String,
    estate: String,
    buildings: BTreeMap<(usize, String), Tally>,
) -> EstateCoverage {
    let mut tally = Tally::default();
    for part in buildings.values() {
        tally = tally.plus(part);
    }
    let buildings = buildings.into_iter().map(|((_, building), tally)| BuildingCoverage { building, tally });
    EstateCoverage { community, estate, tally, buildings: buildings.collect() }
}

impl Tally {
    fn plus(self, other: &Tally) -> Tally {
        Tally {
            households: self.households + other.households,
            reached: self.reached + other.reached,
            done: self.done + other.done,
            no_answer: self.no_answer + other.no_answer,
            moved: self.moved + other.moved,
            refused: self.refused + other.refused,
            revisit: self.revisit + other.revisit,
            never: self.never + other.never,
            conflicts: self.conflicts + other.conflicts,
        }
    }
}

/// Which part of a building chart.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CellsParams {
    /// The estate; empty for households whose roster says none.
    estate: String,
    /// Only of this community, where two have an estate of this name.
    community: Option<String>,
    /// Only this building.
    building: Option<String>,
    /// Only this grid.
    grid: Option<String>,
    /// Only visits of this quarter or campaign.
    campaign: Option<String>,
}

/// A household in a building chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cell {
    id: String,
    building: String,
    unit: String,
    /// From the room number; absent for rooms that are not numbered by floors, which share a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<u16>,
    /// Place on the floor: `01` of 501.
    #[serde(skip_serializing_if = "String::is_empty")]
    door: String,
    room: String,
    grid: String,
    /// Of the last visit; absent when nobody has knocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_visit_ms: Option<i64>,
    visits: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    conflict: bool,
}

impl From<CellRecord> for Cell {
    fn from(record: CellRecord) -> Cell {
        let position = position_of(&record.room);
        Cell {
            id: record.id.to_string(),
            floor: position.floor(),
            door: position.door().to_owned(),
            building: record.building,
            unit: record.unit,
            room: record.room,
            grid: record.grid,
            outcome: record.outcome,
            last_visit_ms: record.last_visit_ms,
            visits: record.visits,
            tags: record.tags,
            conflict: record.conflict,
        }
    }
}

/// A building chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct Cells {
    /// The log up to here is shown; events after it change cells.
    applied: i64,
    /// In the order of buildings and units, floors from the top, and doors.
    cells: Vec<Cell>,
}

/// The households of an estate, each with its place in the building chart.
#[utoipa::path(get, path = "/v1/coverage/cells", params(CellsParams), responses((status = 200, body = Cells), (status = 422, body = ProblemBody)))]
pub(crate) async fn cells(
    State(app): State<App>,
    Params(params): Params<CellsParams>,
) -> Result<Json<Cells>, Problem> {
    let applied = *app.model.applied().borrow();
    let filter = CoverFilter {
        period: named(params.campaign),
        grid: params.grid,
        estate: Some(params.estate),
        building: params.building,
    };
    let records = app.model.cells(&filter, CELLS_MAX + 1).await?;
    if i64::try_from(records.len()).unwrap_or(i64::MAX) > CELLS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "coverage.too_many",
            format!("这里超过 {CELLS_MAX} 户,请选一栋楼(building)"),
            format!("there are more than {CELLS_MAX} households here; choose a building"),
        ));
    }
    let mut cells: Vec<Cell> = match &params.community {
        None => records.into_iter().map(Cell::from).collect(),
        Some(community) => {
            let grids = app.model.grid_names().await?;
            let lies_in =
                |record: &CellRecord| grids.get(&record.grid).is_some_and(|(_, of)| of == community);
            records.into_iter().filter(lies_in).map(Cell::from).collect()
        }
    };
    cells.sort_by_cached_key(|cell| {
        let floor = std::cmp::Reverse(cell.floor);
        (
            by_number(&cell.building),
            by_number(&cell.unit),
            floor,
            by_number(&cell.door),
            by_number(&cell.room),
            cell.id.clone(),
        )
    });
    Ok(Json(Cells { applied, cells }))
}

/// A form sends empty text for "all".
fn named(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// 2 before 10, as people count.
fn by_number(text: &str) -> (usize, String) {
    (text.chars().count(), text.to_owned())
}
