//! The HTTP API: one file per route, each with its request, answer, documentation and handler.

mod conflicts;
mod duplicates;
mod enrol;
mod export;
mod grids;
mod households;
mod import;
mod status;
mod workers;

pub(crate) use import::national_id_key;

use crate::problem::{Problem, speak};
use crate::state::App;
use crate::ws;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use linli_core::ids::Hash;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// JSON bodies are a few fields; rosters have their own limit.
const BODY_BYTES_MAX: usize = 64 * 1024;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "linli",
    description = "The relay's API for the office. Every error is {code, text}: a stable code and a sentence in the language of Accept-Language (Chinese first). All routes except enrolment and health need `Authorization: Bearer` with the token of the relay's token file."
))]
struct ApiDoc;

/// Every route.
pub(crate) fn router(app: App) -> axum::Router {
    let guarded = OpenApiRouter::new()
        .routes(routes!(status::status))
        .routes(routes!(status::devices))
        .routes(routes!(status::quarantine))
        .routes(routes!(grids::grids))
        .routes(routes!(workers::workers, workers::add))
        .routes(routes!(enrol::create_code))
        .routes(routes!(households::list))
        .routes(routes!(households::one))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::resolve))
        .routes(routes!(duplicates::list))
        .routes(routes!(duplicates::merge))
        .routes(routes!(duplicates::unmerge))
        .routes(routes!(export::export))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(import::roster))
                .layer(DefaultBodyLimit::max(import::ROSTER_BYTES_MAX)),
        )
        .layer(from_fn_with_state(app.clone(), authorise));
    let open =
        OpenApiRouter::new().routes(routes!(enrol::enrol)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let (router, api) =
        OpenApiRouter::with_openapi(ApiDoc::openapi()).merge(guarded).merge(open).split_for_parts();
    let api = Json(api);
    router
        .route("/v1/openapi.json", get(async move || api))
        .route("/v1/sync", get(ws::sync))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "route.unknown", "没有这个地址", "there is no such route")
        })
        .layer(from_fn(speak))
        .with_state(app)
}

/// Ready when the log can be read and the read models are within reach of it.
async fn ready(State(app): State<App>) -> Response {
    match app.log.counts().await {
        Ok(_) => "ready".into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Compares digests, so that the time taken says nothing about the token.
async fn authorise(State(app): State<App>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
    if Hash::of(token.as_bytes()) == Hash::of(app.token.as_bytes()) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "auth.token",
        "需要管理令牌:请设置 LINLI_TOKEN,或用 --token-file 指向服务器数据目录里的 admin-token",
        "an admin token is needed: set LINLI_TOKEN, or point --token-file at admin-token in the relay's data folder",
    )
    .into_response()
}

/// JSON that says in the caller's language what is wrong with it.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> axum::extract::FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Json(body) = Json::<T>::from_request(request, state)
            .await
            .map_err(|error| malformed(error.status(), "请求内容", "the request body", &error.body_text()))?;
        Ok(Body(body))
    }
}

/// Query parameters that say in the caller's language what is wrong with them.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> axum::extract::FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Query(params) =
            axum::extract::Query::<T>::from_request_parts(parts, state).await.map_err(|error| {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                malformed(status, "网址里的参数", "the query parameters", &error.body_text())
            })?;
        Ok(Params(params))
    }
}

/// The parser says in English what it did not understand; in Chinese there is the field and the place.
fn malformed(status: StatusCode, what_zh: &str, what: &str, text: &str) -> Problem {
    let field = text.split('`').nth(1).map(|field| format!(",请检查字段 {field}")).unwrap_or_default();
    let number = |before: &str| {
        let digits = text.rsplit_once(before)?.1;
        digits.split(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty())
    };
    let place = match (number("line "), number("column ")) {
        (Some(line), Some(column)) => format!(",在第 {line} 行第 {column} 个字符附近"),
        _ => String::new(),
    };
    Problem::new(
        status,
        "request.malformed",
        format!("{what_zh}读不懂{place}{field}"),
        format!("{what} cannot be understood: {text}"),
    )
}

/// Reads an id out of a path.
pub(crate) fn id<T: std::str::FromStr<Err = linli_core::ids::IdError>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::bad(&error))
}
