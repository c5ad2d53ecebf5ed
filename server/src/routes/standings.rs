//! `/v1/devices/{id}/…`: letting a phone in, stopping it for now or for good. A connected phone notices at once.

use super::devices::{DeviceBody, body_of};
use super::{Body, id};
use crate::access::guard::Trail;
use crate::office::decide::reason_of;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::sync::standing::Standing;
use linli_storage::log::StandingError;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// Up to 100 characters.
    reason: String,
}

/// Lets a waiting phone in, after a person has compared its fingerprint.
#[utoipa::path(post, path = "/v1/devices/{id}/confirm", operation_id = "confirm_device", params(("id" = String, Path)), responses((status = 200, body = DeviceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Path(device): Path<String>,
    trail: Trail,
) -> Result<Json<DeviceBody>, Problem> {
    set(&app, &device, Standing::Active, Some(Standing::Waiting), "", &trail).await
}

/// Stops a phone for now: it gets nothing more, and what it hands in waits for a person.
#[utoipa::path(post, path = "/v1/devices/{id}/suspend", operation_id = "suspend_device", params(("id" = String, Path)), request_body = Reason, responses((status = 200, body = DeviceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn suspend(
    State(app): State<App>,
    Path(device): Path<String>,
    trail: Trail,
    Body(why): Body<Reason>,
) -> Result<Json<DeviceBody>, Problem> {
    set(&app, &device, Standing::Suspended, None, reason_of(&why.reason)?, &trail).await
}

/// Lets a suspended phone work again.
#[utoipa::path(post, path = "/v1/devices/{id}/resume", operation_id = "resume_device", params(("id" = String, Path)), request_body = Reason, responses((status = 200, body = DeviceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn resume(
    State(app): State<App>,
    Path(device): Path<String>,
    trail: Trail,
    Body(why): Body<Reason>,
) -> Result<Json<DeviceBody>, Problem> {
    let reason = reason_of(&why.reason)?;
    set(&app, &device, Standing::Active, Some(Standing::Suspended), reason, &trail).await
}

/// Stops a phone for good. What it recorded can still be handed in and waits for a person.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", operation_id = "revoke_device", params(("id" = String, Path)), request_body = Reason, responses((status = 200, body = DeviceBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Path(device): Path<String>,
    trail: Trail,
    Body(why): Body<Reason>,
) -> Result<Json<DeviceBody>, Problem> {
    set(&app, &device, Standing::Revoked, None, reason_of(&why.reason)?, &trail).await
}

async fn set(
    app: &App,
    device: &str,
    next: Standing,
    from: Option<Standing>,
    reason: &str,
    trail: &Trail,
) -> Result<Json<DeviceBody>, Problem> {
    let device = id(device)?;
    trail.detail(json!({"status": next.word()}));
    let changed = app.log.set_standing(device, next, from, reason).await?.map_err(|error| match error {
        StandingError::None => Problem::not_found("手机", "phone", device),
        StandingError::Now(_) => Problem::with(StatusCode::CONFLICT, &error),
    })?;
    app.regrant();
    app.tell_of(device);
    body_of(app, changed).await
}
