//! The one guard. Every described route is wrapped in it with the action it is; it finds out who asks, whether
//! they may, and writes what was done into the audit, so that no handler can forget either.

use super::{Caller, Principal, cookie, same};
use crate::accept::crowd::Place;
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use linli_core::access::{Action, may};
use linli_storage::office::audit::Deed;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Paths;
use utoipa_axum::router::UtoipaMethodRouter;

/// Header in which unsafe requests repeat their session's token.
const CSRF_HEADER: &str = "x-linli-csrf";
/// Where the API's description names a route's action.
const ACTION_KEY: &str = "x-linli-action";
/// The longest path parameter that is taken for an id.
const SUBJECT_CHARS: usize = 100;
/// The longest detail: the audit says what was done, not with what.
const DETAIL_BYTES_MAX: usize = 1_000;
/// Actor of what a phone does without a session.
const PHONE_ACTOR: &str = "phone";
/// Actor of what nobody known did.
const NOBODY: &str = "nobody";

/// Wraps routes; knows the relay.
pub(crate) struct Guard(pub(crate) App);

impl Guard {
    /// These routes are this action: described as such, refused to whoever may not, written down.
    pub(crate) fn guarded(&self, action: Action, routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
        let (schemas, paths, methods) = described(action, routes);
        let methods = methods.route_layer(from_fn_with_state((self.0.clone(), action), guard));
        (schemas, paths, methods)
    }
}

/// These routes with their action in their description, and nothing to guard them.
pub(crate) fn described(
    action: Action,
    (schemas, mut paths, methods): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    describe(&mut paths, action);
    (schemas, paths, methods)
}

fn describe(paths: &mut Paths, action: Action) {
    for path in paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in operations.into_iter().flatten() {
            let known = operation.extensions.get_or_insert_with(Extensions::default);
            known.insert(ACTION_KEY.into(), action.word().into());
        }
    }
}

async fn guard(
    State((app, action)): State<(App, Action)>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let subject = subject(&params);
    let changes = !request.method().is_safe();
    let address = request.extensions().get::<Peer>().and_then(|peer| peer.0).filter(|_| action.is_open());
    if let Some(Err(problem)) = address.map(|address| app.door.vain.admit(address, now_ms())) {
        return problem.into_response();
    }
    let (principal, admitted) = match recognise(&app, action, request.headers()).await {
        Ok(principal) => {
            if let (Some(_), Some(place)) = (&principal, request.extensions().get::<Place>()) {
                place.known();
            }
            let admitted = admit(&app, action, principal.as_ref(), changes, request.headers());
            (principal, admitted)
        }
        Err(problem) => (None, Err(problem)),
    };
    let trail = Trail::default();
    let deed = Deed {
        at_ms: now_ms(),
        actor: actor(action, principal.as_ref()),
        action: action.word().into(),
        subject,
        detail: String::new(),
        status: 0,
    };
    request.extensions_mut().insert(Known(principal.clone()));
    request.extensions_mut().insert(trail.clone());
    let door = std::sync::Arc::clone(&app.door);
    let work = async move {
        let response = match admitted {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
        if let Some(address) = address.filter(|_| response.status().is_client_error()) {
            door.vain.count(address, now_ms());
        }
        response
    };
    // A question too long for an address is posted; it changes nothing either.
    let asks = !changes || action == Action::Read;
    if asks && !matches!(action, Action::Export | Action::ExportAudit) {
        return work.await;
    }
    let known = principal.is_some();
    // On a task of its own: whoever hangs up in the middle does not stop what was begun from being written down.
    let recorded = tokio::spawn(async move {
        let response = work.await;
        match write_down(&app, action, known, deed, &trail, response.status()).await {
            Ok(()) => response,
            Err(error) => {
                tracing::error!(%error, action = action.word(), "what was done could not be written down");
                unrecorded().into_response()
            }
        }
    });
    recorded.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// What nobody known fails at is not written, or whoever reaches the port could fill the disk. Failed sign-ins
/// are: the throttle bounds them.
async fn write_down(
    app: &App,
    action: Action,
    known: bool,
    mut deed: Deed,
    trail: &Trail,
    status: StatusCode,
) -> Result<(), linli_storage::StoreError> {
    let entrance =
        matches!(action, Action::SignIn | Action::Setup) && status != StatusCode::TOO_MANY_REQUESTS;
    if !known && !entrance && !status.is_success() {
        return Ok(());
    }
    let left = std::mem::take(&mut *trail.0.lock().unwrap_or_else(PoisonError::into_inner));
    deed.actor = left.actor.unwrap_or(deed.actor);
    deed.subject = left.subject.unwrap_or(deed.subject);
    deed.detail = left.detail.map(|detail| detail.to_string()).unwrap_or_else(|| "{}".into());
    if deed.detail.len() > DETAIL_BYTES_MAX {
        deed.detail = "{\"cut\":true}".into();
    }
    deed.status = status.as_u16();
    app.accounts.record(&deed).await.map(drop)
}

fn unrecorded() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "audit.failed",
        "操作记录写不进去,请检查磁盘空间;操作本身可能已经完成,请先刷新查看",
        "what was done could not be written down; check the disk. It may have been done: reload and look first",
    )
}

/// Ids from the path. A parameter that is no id may be anything, a name even, and is left out.
fn subject(params: &RawPathParams) -> String {
    let is_id = |text: &str| {
        text.len() <= SUBJECT_CHARS && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.".contains(c))
    };
    let ids: Vec<&str> = params.iter().map(|(_, value)| value).filter(|value| is_id(value)).collect();
    ids.join("/")
}

fn actor(action: Action, principal: Option<&Principal>) -> String {
    match principal {
        Some(principal) => principal.caller().user_id,
        None if action == Action::EnrolPhone => PHONE_ACTOR.into(),
        None => NOBODY.into(),
    }
}

/// The token goes before the cookie: a program that brings one means it.
async fn recognise(app: &App, action: Action, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let token = given.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
        if same(&app.token, token) {
            return Ok(Some(Principal::Token));
        }
        if !action.is_open() {
            return Err(wrong_token());
        }
    }
    let Some(token) = cookie::token_of(headers) else { return Ok(None) };
    let now = now_ms();
    let Some(session) = app.accounts.session(token, now).await? else { return Ok(None) };
    // Asking who one is and listening must not keep a session alive: a forgotten page may do so for ever.
    if !matches!(action, Action::Hello | Action::Follow) {
        app.accounts.seen(&session, now).await?;
    }
    Ok(Some(Principal::Session(session)))
}

/// Deny by default. The role comes before the token against forgery, so that whoever may not is told so.
fn admit(
    app: &App,
    action: Action,
    principal: Option<&Principal>,
    changes: bool,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let from_browser = !matches!(principal, Some(Principal::Token));
    if changes && from_browser && !is_ours(headers, &app.public_url) {
        return Err(forged());
    }
    if action.is_open() {
        return Ok(());
    }
    let Some(principal) = principal else { return Err(signed_out()) };
    if !may(principal.caller().role, action) {
        return Err(not_allowed());
    }
    let Some(session) = principal.session() else { return Ok(()) };
    let given = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or("");
    if changes && !same(&session.csrf, given) {
        return Err(forged());
    }
    let confirmed = session.confirmed_until_ms.is_some_and(|until| until > now_ms());
    if action.needs_confirmation() && !confirmed { Err(unconfirmed()) } else { Ok(()) }
}

/// Whether a page of ours asks, as browsers say; older ones name the page's origin only. Programs say nothing.
fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("")) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let here = origin.split_once("://").map(|(_, authority)| authority);
    here.is_some() && here == host || origin == public_url.trim_end_matches('/')
}

fn wrong_token() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "auth.token",
        "需要管理令牌:请设置 LINLI_TOKEN,或用 --token-file 指向服务器数据目录里的 admin-token",
        "an admin token is needed: set LINLI_TOKEN, or point --token-file at admin-token in the relay's data folder",
    )
}

fn signed_out() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "auth.signed_out",
        "请先登录(程序请使用管理令牌)",
        "sign in first (programs use the admin token)",
    )
}

fn forged() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "auth.csrf",
        "这个请求不是从管理页面发出的,请刷新页面后重试",
        "this request did not come from the console's own page; reload the page and try again",
    )
}

fn not_allowed() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "auth.role",
        "您的角色没有这项权限,需要时请找管理员",
        "your role does not allow this; ask an admin if you need it",
    )
}

fn unconfirmed() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "auth.confirm",
        "这一步需要再次输入密码确认",
        "give your password again to go on",
    )
}

/// What a handler adds to what the audit says of its request: ids and small facts, never names.
#[derive(Clone, Default)]
pub(crate) struct Trail(Arc<Mutex<Left>>);

#[derive(Default)]
struct Left {
    actor: Option<String>,
    subject: Option<String>,
    detail: Option<serde_json::Value>,
}

impl Trail {
    /// Who it was, where only the handler finds out.
    pub(crate) fn actor(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).actor = Some(id.to_owned());
    }

    /// What it was done to, where the path does not say.
    pub(crate) fn subject(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).subject = Some(id.to_owned());
    }

    /// A small fact.
    pub(crate) fn detail(&self, detail: serde_json::Value) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).detail = Some(detail);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Trail {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Trail, Infallible> {
        Ok(parts.extensions.get::<Trail>().cloned().unwrap_or_default())
    }
}

/// Whoever asks, if the guard knows them.
#[derive(Clone)]
pub(crate) struct Known(pub(crate) Option<Principal>);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Known, Infallible> {
        Ok(parts.extensions.get::<Known>().cloned().unwrap_or(Known(None)))
    }
}

/// Whoever asks; there is always one behind a guarded route.
pub(crate) struct By(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for By {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<By, Problem> {
        let known = parts.extensions.get::<Known>().and_then(|known| known.0.as_ref());
        known.map(|principal| By(principal.caller())).ok_or_else(signed_out)
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Peer, Infallible> {
        Ok(parts.extensions.get::<Peer>().copied().unwrap_or(Peer(None)))
    }
}
