//! `/v1/sessions`: where one is signed in.

use super::session::UserOfSession;
use crate::access::Principal;
use crate::access::guard::{By, Known};
use crate::clock::now_ms;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::access::Role;
use serde::Serialize;
use utoipa::ToSchema;

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionRow {
    id: String,
    user: UserOfSession,
    created_ms: i64,
    /// To the minute.
    last_seen_ms: i64,
    /// The browser, as it calls itself.
    agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// One's own sessions; an admin sees everybody's.
#[utoipa::path(get, path = "/v1/sessions", operation_id = "sessions", responses((status = 200, body = [SessionRow])))]
pub(crate) async fn list(
    State(app): State<App>,
    By(caller): By,
    Known(principal): Known,
) -> Result<Json<Vec<SessionRow>>, Problem> {
    let own = (caller.role != Role::Admin).then_some(caller.user_id.as_str());
    let current = principal.as_ref().and_then(Principal::session).map(|session| session.id.as_str());
    let sessions = app.accounts.sessions(own, now_ms()).await?.into_iter();
    let rows = sessions.map(|session| SessionRow {
        current: current == Some(session.id.as_str()),
        id: session.id,
        user: UserOfSession { id: session.user, name: session.name, role: session.role.into() },
        created_ms: session.created_ms,
        last_seen_ms: session.last_seen_ms,
        agent: session.agent,
    });
    Ok(Json(rows.collect()))
}

/// A session that was ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ended {
    id: String,
}

/// Ends a session: one's own, or, for an admin, anybody's.
#[utoipa::path(delete, path = "/v1/sessions/{id}", operation_id = "end_session", params(("id" = String, Path)), responses((status = 200, body = Ended), (status = 404, body = ProblemBody)))]
pub(crate) async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
) -> Result<Json<Ended>, Problem> {
    let own = (caller.role != Role::Admin).then_some(caller.user_id.as_str());
    if app.accounts.end_session(&id, own).await? {
        Ok(Json(Ended { id }))
    } else {
        Err(Problem::not_found("登录会话", "session", id))
    }
}
