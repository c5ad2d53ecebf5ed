//! `/v1/emergencies`: what must be destroyed when it is over, by law.

use super::erasures::{ErasureDone, done};
use super::{Body, id};
use crate::access::guard::{By, Trail};
use crate::office::emergencies::{self, Typed};
use crate::office::forget::{self, Subject, Wish};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::DocId;
use linli_core::kinds::Emergency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// An emergency.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmergencyBody {
    id: String,
    name: String,
    community: Option<String>,
    /// By whose decision.
    basis: Option<String>,
    /// `open` or `closed`.
    state: String,
    /// The day on which it was opened.
    from: Option<String>,
    /// The day on which it was closed.
    to: Option<String>,
    /// Names of the campaigns that serve it.
    campaigns: BTreeSet<String>,
    /// The erasure that its closing was; its receipt is at `/v1/erasures/{id}`.
    erasure: Option<String>,
}

/// An emergency to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmergency {
    /// Up to 100 characters; no other that goes on has it.
    name: String,
    /// By whose decision, as workers tell it at the door.
    basis: Option<String>,
    /// Needed where the relay has several communities.
    community: Option<String>,
}

/// How to close one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseEmergency {
    /// Only counts what would go; nothing is closed.
    #[serde(default)]
    dry_run: bool,
}

/// Every emergency, those that go on first.
#[utoipa::path(get, path = "/v1/emergencies", operation_id = "emergencies", responses((status = 200, body = [EmergencyBody])))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Vec<EmergencyBody>>, Problem> {
    let campaigns = app.model.canvasses().await?;
    let mut bodies = Vec::new();
    for (id, emergency) in emergencies::all(&app).await? {
        let ids = id.to_string();
        let serve = campaigns.iter().filter(|one| one.canvass.emergency.as_ref() == Some(&ids));
        let campaigns = serve.map(|one| one.name.clone()).collect();
        let erasure = app.log.erasure_about(Subject::Emergency(id).kind(), &ids).await?;
        let Emergency { name, community, basis, state, from, to, closed_by: _ } = emergency;
        bodies.push(EmergencyBody {
            id: ids,
            name: name.unwrap_or_default(),
            community,
            basis,
            state: state.unwrap_or_default(),
            from,
            to,
            campaigns,
            erasure: erasure.map(|id| id.to_string()),
        });
    }
    Ok(Json(bodies))
}

async fn one(app: &App, id: DocId) -> Result<Json<EmergencyBody>, Problem> {
    let Json(all) = list(State(app.clone())).await?;
    let found = all.into_iter().find(|one| one.id == id.to_string());
    found.map(Json).ok_or_else(|| Problem::not_found("突发事件", "emergency", id))
}

/// Opens an emergency; campaigns can then be opened for it.
#[utoipa::path(post, path = "/v1/emergencies", operation_id = "open_emergency", request_body = NewEmergency, responses((status = 200, body = EmergencyBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(given): Body<NewEmergency>,
) -> Result<Json<EmergencyBody>, Problem> {
    let NewEmergency { name, basis, community } = given;
    let id = emergencies::open(&app, &caller, Typed { name, basis, community }).await?;
    trail.subject(&id.to_string());
    one(&app, id).await
}

/// Closes an emergency for good: its campaigns end, and everything that they were answered is destroyed, here and on
/// every phone at its next contact. When no other goes on, so is what residents were asked for emergencies only.
#[utoipa::path(post, path = "/v1/emergencies/{id}/close", operation_id = "close_emergency", params(("id" = String, Path)), request_body = CloseEmergency, responses((status = 200, body = ErasureDone), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn close(
    State(app): State<App>,
    Path(wanted): Path<String>,
    By(by): By,
    trail: Trail,
    Body(given): Body<CloseEmergency>,
) -> Result<Json<ErasureDone>, Problem> {
    let subject = Subject::Emergency(one(&app, id(&wanted)?).await.and_then(|Json(found)| id(&found.id))?);
    trail.subject(&subject.ids());
    trail.detail(serde_json::json!({"dry_run": given.dry_run}));
    let wish = Wish { subject, notes: false, reason: "purpose".into(), actor: by.user_id };
    if given.dry_run {
        return Ok(Json(done(None, subject, forget::foresee(&app, &wish).await?, false)));
    }
    let (id, counts) = forget::erase(&app, &wish).await?;
    let finished = app.log.erasure(id).await?.is_some_and(|erasure| erasure.done_ms.is_some());
    Ok(Json(done(Some(id), subject, counts, finished)))
}
