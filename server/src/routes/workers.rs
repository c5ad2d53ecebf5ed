//! `/v1/workers`.

use super::Body;
use crate::office::people;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use linli_storage::model::WorkerRecord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A grid worker.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerBody {
    id: String,
    name: String,
    community: String,
    /// Grid codes.
    grids: BTreeSet<String>,
}

impl From<WorkerRecord> for WorkerBody {
    fn from(worker: WorkerRecord) -> WorkerBody {
        WorkerBody {
            id: worker.id.to_string(),
            name: worker.name,
            community: worker.community,
            grids: worker.grids,
        }
    }
}

/// A worker to add.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddWorker {
    name: String,
    /// Grid codes, all of one community.
    grids: BTreeSet<String>,
}

/// Every worker.
#[utoipa::path(get, path = "/v1/workers", responses((status = 200, body = [WorkerBody])))]
pub(crate) async fn workers(State(app): State<App>) -> Result<Json<Vec<WorkerBody>>, Problem> {
    Ok(Json(app.model.workers().await?.into_iter().map(WorkerBody::from).collect()))
}

/// Adds a worker; a known name gets the grids in addition.
#[utoipa::path(post, path = "/v1/workers", request_body = AddWorker, responses((status = 200, body = WorkerBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    Body(add): Body<AddWorker>,
) -> Result<Json<WorkerBody>, Problem> {
    Ok(Json(people::add_worker(&app, &add.name, &add.grids).await?.into()))
}
