//! `/v1/workers/{id}/appointments`: who looks after which grid, from when to when.

use super::workers::WorkerBody;
use super::{Body, id};
use crate::office::people::{self, NewAppointment};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An appointment to make.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Appoint {
    /// Grid code.
    grid: String,
    /// First day, `YYYY-MM-DD`; today unless given.
    from: Option<String>,
    /// Last day; open unless given.
    to: Option<String>,
    /// Whether as the grid's head (网格长).
    #[serde(default)]
    head: bool,
}

/// An appointment that was made, and the worker with all of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppointedBody {
    id: String,
    worker: WorkerBody,
}

/// Appoints a worker, found by name or id, to a grid.
#[utoipa::path(post, path = "/v1/workers/{id}/appointments", params(("id" = String, Path)), request_body = Appoint, responses((status = 200, body = AppointedBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn appoint(
    State(app): State<App>,
    Path(worker): Path<String>,
    Body(wanted): Body<Appoint>,
) -> Result<Json<AppointedBody>, Problem> {
    let new = NewAppointment { grid: wanted.grid, from: wanted.from, to: wanted.to, head: wanted.head };
    let (worker, id) = people::appoint(&app, &worker, new).await?;
    Ok(Json(AppointedBody { id: id.to_string(), worker: worker.into() }))
}

/// When an appointment ends.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EndAppointment {
    /// Last day, `YYYY-MM-DD`.
    to: String,
    /// Another first day, where the one on record is wrong.
    from: Option<String>,
}

/// Sets the last day of an appointment. What was recorded until then is still taken in for a month.
#[utoipa::path(patch, path = "/v1/workers/{id}/appointments/{appointment}", params(("id" = String, Path), ("appointment" = String, Path)), request_body = EndAppointment, responses((status = 200, body = WorkerBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn end(
    State(app): State<App>,
    Path((worker, appointment)): Path<(String, String)>,
    Body(wanted): Body<EndAppointment>,
) -> Result<Json<WorkerBody>, Problem> {
    Ok(Json(
        people::end(&app, &worker, id(&appointment)?, (wanted.from.as_deref(), &wanted.to)).await?.into(),
    ))
}
