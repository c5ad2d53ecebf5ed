//! `/v1/session`: signing in and out, and the password given again.

use super::Body;
use super::users::RoleBody;
use crate::access::guard::{Known, Peer, Trail};
use crate::access::{Principal, cookie, password};
use crate::clock::{now_ms, random};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use linli_core::access::{Action, may};
use linli_core::ids::{Hash, encode_base32};
use linli_storage::office::sessions::{NewSession, Session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a password counts as just given.
const CONFIRMED_MS: i64 = 5 * 60 * 1000;
/// A browser calls itself something long; this much tells it from others.
const AGENT_CHARS: usize = 200;

/// Where somebody stands with this relay.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionBody {
    state: Standing,
    /// The community's name, once it has one.
    community: Option<String>,
    /// Who is signed in.
    user: Option<UserOfSession>,
    /// What unsafe requests repeat in the header `x-linli-csrf`.
    csrf: Option<String>,
    /// Until when the password counts as just given.
    confirmed_until_ms: Option<i64>,
    /// Words of what this role may do.
    can: Vec<&'static str>,
    /// The relay's version.
    version: &'static str,
}

/// Whether somebody is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// Nobody has an account yet.
    Setup,
    /// Not signed in.
    SignedOut,
    /// Signed in.
    SignedIn,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserOfSession {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: RoleBody,
}

/// A header that keeps or forgets somebody, and where they stand.
pub(crate) type Seated = ([(HeaderName, HeaderValue); 1], Json<SessionBody>);

/// Who one is.
#[utoipa::path(get, path = "/v1/session", operation_id = "session", responses((status = 200, body = SessionBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    Known(principal): Known,
) -> Result<Json<SessionBody>, Problem> {
    Ok(Json(body(&app, principal.as_ref()).await?))
}

/// A name and its password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    name: String,
    password: String,
}

/// Signs in.
#[utoipa::path(post, path = "/v1/session", operation_id = "sign_in", request_body = SignIn, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    Peer(peer): Peer,
    trail: Trail,
    headers: HeaderMap,
    Body(given): Body<SignIn>,
) -> Result<Seated, Problem> {
    let name = given.name.trim();
    let attempt = app.door.throttle.attempt(name, peer, now_ms())?;
    let user = app.accounts.user_named(name).await?.filter(|user| user.active);
    if let Some(user) = &user {
        trail.subject(&user.id);
    }
    let stored = user.as_ref().map(|user| user.password.as_str());
    let right = app.door.hasher.matches(&given.password, stored).await?;
    let Some(user) = user.filter(|_| right) else { return Err(wrong_password()) };
    attempt.succeeded();
    trail.actor(&user.id);
    seat(&app, &user.id, user.password, &headers).await
}

/// Begins a session, always with a new token: one that was there before somebody signed in may be known to
/// others.
pub(super) async fn seat(
    app: &App,
    user: &str,
    password: String,
    headers: &HeaderMap,
) -> Result<Seated, Problem> {
    let token = encode_base32(&random::<32>());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    let session = NewSession {
        token: Hash::of(token.as_bytes()),
        id: super::hex(&random::<16>()),
        user: user.to_owned(),
        csrf: encode_base32(&random::<32>()),
        agent: agent.chars().take(AGENT_CHARS).collect(),
        password,
    };
    let now = now_ms();
    app.accounts.begin_session(&session, cookie::token_of(headers), now).await?;
    let begun = app.accounts.session(session.token, now).await?.map(Principal::Session);
    let Some(begun) = begun else { return Err(wrong_password()) };
    Ok(([cookie::keep(&token)], Json(body(app, Some(&begun)).await?)))
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", operation_id = "sign_out", responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody)))]
pub(crate) async fn sign_out(State(app): State<App>, Known(principal): Known) -> Result<Seated, Problem> {
    if let Some(session) = principal.as_ref().and_then(Principal::session) {
        app.accounts.end_session(&session.id, None).await?;
    }
    Ok(([cookie::forget()], Json(body(&app, None).await?)))
}

/// One's password, again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Confirm {
    password: String,
}

/// Gives the password again; for five minutes delicate requests are let through.
#[utoipa::path(post, path = "/v1/session/confirm", operation_id = "confirm", request_body = Confirm, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Known(principal): Known,
    Peer(peer): Peer,
    Body(given): Body<Confirm>,
) -> Result<Json<SessionBody>, Problem> {
    let session = own(principal)?;
    prove(&app, &session, peer, &given.password).await?;
    let session = confirmed(&app, session).await?;
    Ok(Json(body(&app, Some(&Principal::Session(session))).await?))
}

/// Whoever it is has just been proven again.
pub(super) async fn confirmed(app: &App, mut session: Session) -> Result<Session, Problem> {
    let until = now_ms() + CONFIRMED_MS;
    app.accounts.confirm_session(&session.id, until).await?;
    session.confirmed_until_ms = Some(until);
    Ok(session)
}

/// Another password for oneself.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePassword {
    old: String,
    new: String,
}

/// Changes one's own password; one's other sessions end.
#[utoipa::path(post, path = "/v1/session/password", operation_id = "change_password", request_body = ChangePassword, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Known(principal): Known,
    Peer(peer): Peer,
    Body(given): Body<ChangePassword>,
) -> Result<Json<SessionBody>, Problem> {
    let session = own(principal)?;
    prove(&app, &session, peer, &given.old).await?;
    password::check(&given.new, &session.name)?;
    let hash = app.door.hasher.hash(&given.new).await?;
    app.accounts.change_own_password(&session.user, &hash, &session.id).await?;
    Ok(Json(body(&app, Some(&Principal::Session(session))).await?))
}

/// The token has no password and no session.
pub(super) fn own(principal: Option<Principal>) -> Result<Session, Problem> {
    match principal {
        Some(Principal::Session(session)) => Ok(session),
        _ => Err(Problem::new(
            StatusCode::CONFLICT,
            "auth.no_session",
            "管理令牌没有登录会话,请用账号登录后再做这一步",
            "the admin token has no session; sign in with an account for this",
        )),
    }
}

/// Checks the password of whoever is signed in, throttled like signing in.
async fn prove(
    app: &App,
    session: &Session,
    peer: Option<std::net::IpAddr>,
    given: &str,
) -> Result<(), Problem> {
    let attempt = app.door.throttle.attempt(&session.name, peer, now_ms())?;
    let user = app.accounts.user(&session.user).await?;
    let stored = user.as_ref().map(|user| user.password.as_str());
    if !app.door.hasher.matches(given, stored).await? {
        return Err(wrong_password());
    }
    attempt.succeeded();
    Ok(())
}

/// The same whether or not there is such an account.
fn wrong_password() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "auth.wrong_password",
        "账号名或密码不对",
        "the name or the password is wrong",
    )
}

pub(super) async fn body(app: &App, principal: Option<&Principal>) -> Result<SessionBody, Problem> {
    let state = match principal {
        Some(_) => Standing::SignedIn,
        None if app.accounts.has_users().await? => Standing::SignedOut,
        None => Standing::Setup,
    };
    let caller = principal.map(Principal::caller);
    let can = caller.as_ref().map_or_else(Vec::new, |caller| {
        let allowed = Action::ALL.iter().filter(|action| !action.is_open() && may(caller.role, **action));
        allowed.map(|action| action.word()).collect()
    });
    let session = principal.and_then(Principal::session);
    Ok(SessionBody {
        state,
        community: community(app).await?,
        csrf: session.map(|session| session.csrf.clone()),
        confirmed_until_ms: session.and_then(|session| session.confirmed_until_ms),
        user: caller.map(|it| UserOfSession { id: it.user_id, name: it.name, role: it.role.into() }),
        can,
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// As named at the first start; else as the first roster names it.
async fn community(app: &App) -> Result<Option<String>, Problem> {
    if let Some(named) = app.accounts.setting("community").await? {
        return Ok(Some(named));
    }
    Ok(app.model.grids().await?.into_iter().next().map(|grid| grid.community))
}
