//! `/v1/places` and `/v1/grids/{code}/places`: estates, buildings and units, and which grid they belong to.

use super::Body;
use super::grids::size;
use crate::office::grids::{self as office, Assigned, Assignment};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_storage::model::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Places assigned at once at most: every unit of the largest community twice over.
pub(super) const PLACES_MAX: usize = 1_000;

/// A unit.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct UnitBody {
    /// Empty where the building has none.
    name: String,
    households: i64,
    /// Households by grid code.
    grids: BTreeMap<String, i64>,
}

/// A building.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct BuildingBody {
    /// Empty where the estate has none.
    name: String,
    households: i64,
    units: Vec<UnitBody>,
}

/// An estate.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct EstateBody {
    name: String,
    households: i64,
    buildings: Vec<BuildingBody>,
}

/// Every place where households are.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlacesBody {
    estates: Vec<EstateBody>,
}

/// Every place where households are, in the order of doors.
#[utoipa::path(get, path = "/v1/places", responses((status = 200, body = PlacesBody)))]
pub(crate) async fn places(State(app): State<App>) -> Result<Json<PlacesBody>, Problem> {
    let mut estates: Vec<EstateBody> = Vec::new();
    for row in app.model.places().await? {
        let estate = last(
            &mut estates,
            |one| one.name == row.estate,
            || EstateBody { name: row.estate.clone(), ..EstateBody::default() },
        );
        let Some(estate) = estate else { continue };
        estate.households += row.households;
        let building = last(
            &mut estate.buildings,
            |one| one.name == row.building,
            || BuildingBody { name: row.building.clone(), ..BuildingBody::default() },
        );
        let Some(building) = building else { continue };
        building.households += row.households;
        let unit = last(
            &mut building.units,
            |one| one.name == row.unit,
            || UnitBody { name: row.unit.clone(), ..UnitBody::default() },
        );
        let Some(unit) = unit else { continue };
        unit.households += row.households;
        *unit.grids.entry(row.grid).or_default() += row.households;
    }
    Ok(Json(PlacesBody { estates }))
}

/// The last of a list if it is the one, else a new one; rows come in order.
fn last<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl Fn() -> T) -> Option<&mut T> {
    if !list.last().is_some_and(is_it) {
        list.push(new());
    }
    list.last_mut()
}

/// A place, in any spelling.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlaceBody {
    estate: String,
    /// The whole estate unless given.
    building: Option<String>,
    /// The whole building unless given.
    unit: Option<String>,
}

/// Places for a grid.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AssignPlaces {
    places: Vec<PlaceBody>,
    /// Say what would move, change nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Households that go from one grid to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowBody {
    from: String,
    to: String,
    households: i64,
}

/// A grid before and after.
#[derive(Serialize, ToSchema)]
pub(crate) struct SizeBody {
    code: String,
    before: i64,
    after: i64,
    /// `under`, `within` or `over` 300 to 500 households, after.
    size: &'static str,
}

/// What was moved, or would be.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssignedBody {
    dry_run: bool,
    /// Households that change their grid.
    households: i64,
    moves: Vec<FlowBody>,
    grids: Vec<SizeBody>,
}

impl AssignedBody {
    pub(crate) fn of(assigned: Assigned, dry_run: bool) -> AssignedBody {
        let flows = assigned.flows.into_iter();
        let moves: Vec<FlowBody> = flows
            .map(|flow| FlowBody { from: flow.from, to: flow.to, households: flow.households })
            .collect();
        let sizes = assigned.sizes.into_iter();
        AssignedBody {
            dry_run,
            households: moves.iter().map(|flow| flow.households).sum(),
            moves,
            grids: sizes
                .map(|(code, (before, after))| SizeBody { code, before, after, size: size(after) })
                .collect(),
        }
    }
}

/// Gives places to a grid: the households there move to it with their visits, on every phone too.
#[utoipa::path(post, path = "/v1/grids/{code}/places", params(("code" = String, Path)), request_body = AssignPlaces, responses((status = 200, body = AssignedBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn assign(
    State(app): State<App>,
    Path(code): Path<String>,
    Body(wanted): Body<AssignPlaces>,
) -> Result<Json<AssignedBody>, Problem> {
    if wanted.places.is_empty() || wanted.places.len() > PLACES_MAX {
        return Err(wrong_count());
    }
    let grid = office::find_grid(&app, &code).await?;
    let assignments: Vec<Assignment> = wanted
        .places
        .into_iter()
        .map(|place| Assignment { place: place.into(), code: grid.code.clone() })
        .collect();
    // Looked at first: where one place is a slip, nothing moves.
    let looked = office::assign(&app, &assignments, true).await?;
    looked.refuse_empty(&assignments)?;
    if wanted.dry_run {
        return Ok(Json(AssignedBody::of(looked, true)));
    }
    let assigned = office::assign(&app, &assignments, false).await?;
    Ok(Json(AssignedBody::of(assigned, false)))
}

pub(super) fn wrong_count() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "place.count",
        format!("请一次选 1 到 {PLACES_MAX} 处楼栋或单元"),
        format!("choose 1 to {PLACES_MAX} places at a time"),
    )
}

impl From<PlaceBody> for Place {
    fn from(place: PlaceBody) -> Place {
        Place { estate: place.estate, building: place.building, unit: place.unit }
    }
}
