//! `/v1/workers`.

use super::Body;
use crate::clock::now_ms;
use crate::office::people;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::AppointmentId;
use linli_core::kinds::Appointment;
use linli_core::time::{Date, date_of};
use linli_storage::model::WorkerRecord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A worker's appointment to a grid.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppointmentBody {
    id: String,
    /// Grid code.
    grid: String,
    /// First day.
    from: String,
    /// Last day; open while it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Whether the worker is the grid's head (网格长).
    head: bool,
    /// Whether it holds today.
    in_force: bool,
}

impl AppointmentBody {
    pub(super) fn of(id: AppointmentId, appointment: Appointment, today: Date) -> AppointmentBody {
        AppointmentBody {
            id: id.to_string(),
            head: appointment.is_head(),
            in_force: appointment.is_in_force(today),
            grid: appointment.grid.unwrap_or_default(),
            from: appointment.from.unwrap_or_default(),
            to: appointment.to,
        }
    }
}

/// A grid worker.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerBody {
    id: String,
    name: String,
    community: String,
    /// Codes of the grids looked after today.
    grids: BTreeSet<String>,
    /// Every appointment, also past and future ones, by first day.
    appointments: Vec<AppointmentBody>,
}

impl From<WorkerRecord> for WorkerBody {
    fn from(worker: WorkerRecord) -> WorkerBody {
        let today = date_of(now_ms());
        WorkerBody {
            grids: worker.grids_on(today).into_keys().collect(),
            id: worker.id.to_string(),
            name: worker.name,
            community: worker.community,
            appointments: worker
                .appointments
                .into_iter()
                .map(|(id, appointment)| AppointmentBody::of(id, appointment, today))
                .collect(),
        }
    }
}

/// A worker to add.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddWorker {
    name: String,
    /// Grid codes, all of one community.
    grids: BTreeSet<String>,
    /// First day there, `YYYY-MM-DD`; today unless given.
    from: Option<String>,
    /// Last day; open unless given.
    to: Option<String>,
}

/// What to change of a worker.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeWorker {
    name: String,
}

/// Every worker.
#[utoipa::path(get, path = "/v1/workers", responses((status = 200, body = [WorkerBody])))]
pub(crate) async fn workers(State(app): State<App>) -> Result<Json<Vec<WorkerBody>>, Problem> {
    Ok(Json(app.model.workers().await?.into_iter().map(WorkerBody::from).collect()))
}

/// Adds a worker, appointed to grids; a known name gets the grids in addition.
#[utoipa::path(post, path = "/v1/workers", operation_id = "add_worker", request_body = AddWorker, responses((status = 200, body = WorkerBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    Body(add): Body<AddWorker>,
) -> Result<Json<WorkerBody>, Problem> {
    Ok(Json(
        people::add_worker(&app, &add.name, &add.grids, (add.from.as_deref(), add.to.as_deref()))
            .await?
            .into(),
    ))
}

/// Gives a worker, found by name or id, another name.
#[utoipa::path(patch, path = "/v1/workers/{id}", operation_id = "change_worker", params(("id" = String, Path)), request_body = ChangeWorker, responses((status = 200, body = WorkerBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(worker): Path<String>,
    Body(change): Body<ChangeWorker>,
) -> Result<Json<WorkerBody>, Problem> {
    Ok(Json(people::rename_worker(&app, &worker, &change.name).await?.into()))
}
