//! `/v1/digests`: what the relay holds of each space, to be compared with what a phone says it holds.

use crate::problem::Problem;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use linli_core::kinds::{community_space, grid_space};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What the relay holds of a space.
#[derive(Serialize, ToSchema)]
pub(crate) struct DigestBody {
    /// The space's id, as phones know it.
    space: String,
    /// Grid code or community; absent for what one worker writes for the office alone.
    name: Option<String>,
    /// How many documents.
    documents: u64,
    /// Four groups of four characters. A phone with the same number and code holds the same documents with the same
    /// history.
    code: String,
}

/// How many documents each space has, with a code that a phone gives as well when it holds the same. Reads every
/// document, which takes longer the more there are: ask for it when something is doubted, not to watch.
#[utoipa::path(get, path = "/v1/digests", responses((status = 200, body = [DigestBody])))]
pub(crate) async fn digests(State(app): State<App>) -> Result<Json<Vec<DigestBody>>, Problem> {
    let mut names = BTreeMap::new();
    for grid in app.model.grids().await? {
        names.insert(grid_space(&grid.community, &grid.code), grid.code);
        names.insert(community_space(&grid.community), grid.community);
    }
    let held = app.model.digests().await?.into_iter();
    let bodies = held.map(|(space, digest)| DigestBody {
        name: names.remove(&space),
        space: space.to_string(),
        documents: digest.documents,
        code: digest.code,
    });
    Ok(Json(bodies.collect()))
}
