//! `/v1/setup`: the first account, made by whoever can read what the relay printed when it started.

use super::Body;
use super::session::{Seated, SessionBody, seat};
use super::users::account_name;
use crate::access::guard::{Peer, Trail};
use crate::access::password;
use crate::clock::{now_ms, random};
use crate::office::import::community_name;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use linli_core::access::Role;
use linli_storage::office::users::{NewUser, UserError};
use serde::Deserialize;
use utoipa::ToSchema;

/// Under which the throttle counts wrong codes: no account can have this name.
const THROTTLE_NAME: &str = "\u{0}setup";

/// The first account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Setup {
    /// As in the link that `linli serve` printed.
    setup_code: String,
    /// The community's name.
    community: String,
    /// The admin's name.
    name: String,
    password: String,
}

/// Makes the first account, an admin's, names the community, and signs in.
#[utoipa::path(post, path = "/v1/setup", operation_id = "setup", request_body = Setup, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn setup(
    State(app): State<App>,
    Peer(peer): Peer,
    trail: Trail,
    headers: HeaderMap,
    Body(wanted): Body<Setup>,
) -> Result<Seated, Problem> {
    if app.accounts.has_users().await? {
        app.door.close_setup();
        return Err(Problem::with(StatusCode::CONFLICT, &UserError::NotFirst));
    }
    let attempt = app.door.throttle.attempt(THROTTLE_NAME, peer, now_ms())?;
    if !app.door.opens(&wanted.setup_code) {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "setup.wrong_code",
            "安装码不对:请使用服务器启动时打印的链接",
            "the setup code is wrong: use the link that the relay printed when it started",
        ));
    }
    attempt.succeeded();
    let community = community_name(&wanted.community)?;
    let name = account_name(&wanted.name)?;
    password::check(&wanted.password, &name)?;
    let user = NewUser {
        id: super::hex(&random::<16>()),
        name,
        role: Role::Admin,
        password: app.door.hasher.hash(&wanted.password).await?,
        created_ms: now_ms(),
    };
    let made = app.accounts.set_up(&user, &community).await?;
    made.map_err(|error| Problem::with(StatusCode::CONFLICT, &error))?;
    app.door.close_setup();
    trail.actor(&user.id);
    trail.subject(&user.id);
    seat(&app, &user.id, user.password, &headers).await
}
