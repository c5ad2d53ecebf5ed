//! `/v1/grids`.

use crate::problem::Problem;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// A grid with its size.
#[derive(Serialize, ToSchema)]
pub(crate) struct GridBody {
    id: String,
    /// 12-digit area code and three digits.
    code: String,
    name: String,
    community: String,
    households: i64,
    residents: i64,
}

/// Every grid, by code.
#[utoipa::path(get, path = "/v1/grids", responses((status = 200, body = [GridBody])))]
pub(crate) async fn grids(State(app): State<App>) -> Result<Json<Vec<GridBody>>, Problem> {
    let grids = app.model.grids().await?.into_iter();
    let bodies = grids.map(|grid| GridBody {
        id: grid.doc.to_string(),
        code: grid.code,
        name: grid.name,
        community: grid.community,
        households: grid.households,
        residents: grid.residents,
    });
    Ok(Json(bodies.collect()))
}
