//! `/v1/grids`: the grids, how large they are, who looks after them.

use super::Body;
use super::places::{AssignedBody, PLACES_MAX, PlaceBody, wrong_count};
use crate::clock::now_ms;
use crate::office::grids as office;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::kinds::Grid;
use linli_core::time::{date_of, quarter_of};
use linli_storage::model::GridRecord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Who looks after a grid today.
#[derive(Serialize, ToSchema)]
pub(crate) struct GridWorkerBody {
    id: String,
    name: String,
    /// Whether the worker is the grid's head (网格长).
    head: bool,
}

/// A grid with its size.
#[derive(Serialize, ToSchema)]
pub(crate) struct GridBody {
    id: String,
    /// 12-digit area code and three digits.
    code: String,
    name: String,
    community: String,
    /// Other codes by which older lists know it.
    aliases: Vec<String>,
    households: i64,
    residents: i64,
    /// `under`, `within` or `over` 300 to 500 households.
    size: &'static str,
    /// Households reached this quarter: by the last visit, as in the coverage.
    reached: i64,
    /// The quarter, like `2026Q4`.
    period: String,
    workers: Vec<GridWorkerBody>,
}

/// Every grid, by code.
#[utoipa::path(get, path = "/v1/grids", responses((status = 200, body = [GridBody])))]
pub(crate) async fn grids(State(app): State<App>) -> Result<Json<Vec<GridBody>>, Problem> {
    let grids = app.model.grids().await?;
    Ok(Json(bodies(&app, grids).await?))
}

/// A grid to make.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddGrid {
    /// 15 digits; the next free number of the community's area unless given.
    code: Option<String>,
    name: String,
    /// The only community unless given.
    community: Option<String>,
    /// Places whose households move to it at once, with their visits and on every phone.
    #[serde(default)]
    places: Vec<PlaceBody>,
    /// Say what would move, change nothing; the name may be empty then.
    #[serde(default)]
    dry_run: bool,
}

/// A grid that was made, or would be.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddedGridBody {
    #[serde(flatten)]
    grid: GridBody,
    assigned: AssignedBody,
}

/// Makes a grid, of places when some are given.
#[utoipa::path(post, path = "/v1/grids", operation_id = "add_grid", request_body = AddGrid, responses((status = 200, body = AddedGridBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    Body(add): Body<AddGrid>,
) -> Result<Json<AddedGridBody>, Problem> {
    if add.places.len() > PLACES_MAX {
        return Err(wrong_count());
    }
    let places = add.places.into_iter().map(Into::into).collect();
    let new = office::NewGrid { code: add.code, name: add.name, community: add.community, places };
    let (grid, assigned) = office::add(&app, new, add.dry_run).await?;
    let Json(grid) = body(&app, grid).await?;
    Ok(Json(AddedGridBody { grid, assigned: AssignedBody::of(assigned, add.dry_run) }))
}

/// What to change of a grid.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeGrid {
    name: Option<String>,
    /// More codes by which old lists know it, in any spelling.
    #[serde(default)]
    aliases: Vec<String>,
}

/// Gives a grid another name, or more codes. Its own code stays: records name it.
#[utoipa::path(patch, path = "/v1/grids/{code}", operation_id = "change_grid", params(("code" = String, Path)), request_body = ChangeGrid, responses((status = 200, body = GridBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(code): Path<String>,
    Body(change): Body<ChangeGrid>,
) -> Result<Json<GridBody>, Problem> {
    let grid = office::change(&app, &code, change.name.as_deref(), &change.aliases).await?;
    body(&app, grid).await
}

async fn body(app: &App, grid: GridRecord) -> Result<Json<GridBody>, Problem> {
    let one = bodies(app, vec![grid]).await?.pop();
    one.map(Json).ok_or_else(|| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "grid.lost",
            "网格读不出来",
            "the grid cannot be read",
        )
    })
}

async fn bodies(app: &App, grids: Vec<GridRecord>) -> Result<Vec<GridBody>, Problem> {
    let (now, mut workers) = (now_ms(), BTreeMap::<String, Vec<GridWorkerBody>>::new());
    for worker in app.model.workers().await? {
        for (code, head) in worker.grids_on(date_of(now)) {
            let body = GridWorkerBody { id: worker.id.to_string(), name: worker.name.clone(), head };
            workers.entry(code).or_default().push(body);
        }
    }
    let period = quarter_of(now);
    let reached = app.model.reached(&period).await?;
    let aliases = app.model.grid_aliases().await?;
    let bodies = grids.into_iter().map(|grid| GridBody {
        id: grid.doc.to_string(),
        aliases: aliases
            .iter()
            .filter(|(_, code)| **code == grid.code)
            .map(|(alias, _)| alias.clone())
            .collect(),
        size: size(grid.households),
        reached: reached.get(&grid.code).copied().unwrap_or(0),
        period: period.clone(),
        workers: workers.remove(&grid.code).unwrap_or_default(),
        code: grid.code,
        name: grid.name,
        community: grid.community,
        households: grid.households,
        residents: grid.residents,
    });
    Ok(bodies.collect())
}

/// A grid's size against what a grid should have.
pub(crate) fn size(households: i64) -> &'static str {
    match households {
        few if few < *Grid::HOUSEHOLDS.start() => "under",
        many if many > *Grid::HOUSEHOLDS.end() => "over",
        _ => "within",
    }
}
