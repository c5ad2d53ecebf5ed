//! The HTTP API: one file per route, each with its request, answer, documentation and handler.

mod appointments;
mod audit;
mod campaigns;
mod complaints;
mod conflicts;
mod consents;
mod coverage;
mod decisions;
mod desk;
mod devices;
mod digests;
mod directives;
mod duplicates;
mod edits;
mod emergencies;
mod enrol;
mod enrol_sheet;
mod erasures;
mod events;
mod export;
mod grid_list;
mod grids;
mod household;
pub(crate) mod households;
mod import;
mod import_steps;
mod imports;
mod issues;
mod ledger_days;
mod ledger_files;
mod ledger_rows;
mod ledgers;
mod merges;
mod operator;
mod passkeys;
mod phone_settings;
mod photos;
mod places;
mod receipts;
mod reviews;
mod session;
mod sessions;
mod setup;
mod standings;
mod status;
mod subjects;
mod users;
mod workers;

pub(crate) use households::Names;

use crate::access::guard::{Guard, described};
use crate::clock::patience;
use crate::problem::{Problem, speak};
use crate::site;
use crate::state::App;
use crate::ws;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use linli_core::access::Action;
use linli_roster::export::ExportFormat;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

/// JSON bodies are a few fields; rosters have their own limit.
const BODY_BYTES_MAX: usize = 64 * 1024;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "linli",
    description = "The relay's API for the office. Every error is {code, text}: a stable code and a sentence in the language of Accept-Language (Chinese first). Every operation names its action in `x-linli-action`; all but hello, setup, sign_in and enrol_phone need `Authorization: Bearer` with the token of the relay's token file, or the cookie of a session whose role allows the action. With a cookie, requests that change anything repeat the session's `csrf` in `x-linli-csrf`."
))]
struct ApiDoc;

/// Every described route. What each may be asked by whom stands here and nowhere else.
fn table(of: impl Fn(Action, UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App>) -> OpenApiRouter<App> {
    let entrance = OpenApiRouter::new()
        .routes(of(Action::Hello, routes!(session::read)))
        .routes(of(Action::Setup, routes!(setup::setup)))
        .routes(of(Action::SignIn, routes!(session::sign_in)))
        .routes(of(Action::EnrolPhone, routes!(enrol::enrol)))
        .routes(of(Action::SignOut, routes!(session::sign_out)))
        .routes(of(Action::Confirm, routes!(session::confirm)))
        .routes(of(Action::ChangePassword, routes!(session::change_password)))
        .routes(of(Action::Hello, routes!(operator::read)))
        .routes(of(Action::Settings, routes!(operator::change)))
        .routes(of(Action::Settings, routes!(operator::publish)))
        .routes(of(Action::Settings, routes!(operator::notices)))
        .routes(of(Action::SpeakUp, routes!(operator::acknowledge)))
        .routes(of(Action::Settings, routes!(receipts::of_notice)))
        .routes(of(Action::SpeakUp, routes!(complaints::list)))
        .routes(of(Action::SpeakUp, routes!(complaints::file)))
        .routes(of(Action::Settings, routes!(complaints::answer)))
        .routes(of(Action::Hello, routes!(passkeys::challenge)))
        .routes(of(Action::SignIn, routes!(passkeys::sign_in)))
        .routes(of(Action::Confirm, routes!(passkeys::confirm)))
        .routes(of(Action::ReadSessions, routes!(passkeys::list)))
        .routes(of(Action::Passkeys, routes!(passkeys::add)))
        .routes(of(Action::Passkeys, routes!(passkeys::remove)))
        .routes(of(Action::ReadSessions, routes!(sessions::list)))
        .routes(of(Action::EndSession, routes!(sessions::end)))
        .routes(of(Action::ReadUsers, routes!(users::users)))
        .routes(of(Action::Users, routes!(users::add)))
        .routes(of(Action::Users, routes!(users::change)))
        .routes(of(Action::Audit, routes!(audit::list)))
        .routes(of(Action::Audit, routes!(audit::status)))
        .routes(of(Action::ExportAudit, routes!(audit::export)));
    let work = OpenApiRouter::new()
        .routes(of(Action::Read, routes!(status::status)))
        .routes(of(Action::Read, routes!(digests::digests)))
        .routes(of(Action::Read, routes!(devices::list)))
        .routes(of(Action::Phones, routes!(devices::label)))
        .routes(of(Action::Phones, routes!(standings::confirm)))
        .routes(of(Action::Phones, routes!(standings::suspend)))
        .routes(of(Action::Phones, routes!(standings::resume)))
        .routes(of(Action::Phones, routes!(standings::revoke)))
        .routes(of(Action::Read, routes!(phone_settings::read)))
        .routes(of(Action::Settings, routes!(phone_settings::change)))
        .routes(of(Action::Read, routes!(reviews::list)))
        .routes(of(Action::Read, routes!(reviews::one)))
        .routes(of(Action::Phones, routes!(reviews::accept)))
        .routes(of(Action::Phones, routes!(reviews::reject)))
        .routes(of(Action::Read, routes!(status::quarantine)))
        .routes(of(Action::Read, routes!(grids::grids)))
        .routes(of(Action::Grids, routes!(grids::add)))
        .routes(of(Action::Grids, routes!(grids::change)))
        .routes(of(Action::Read, routes!(places::places)))
        .routes(of(Action::Grids, routes!(places::assign)))
        .routes(of(Action::Read, routes!(workers::workers)))
        .routes(of(Action::People, routes!(workers::add)))
        .routes(of(Action::People, routes!(workers::change)))
        .routes(of(Action::People, routes!(appointments::appoint)))
        .routes(of(Action::People, routes!(appointments::end)))
        .routes(of(Action::EnrolCode, routes!(enrol::create_code)))
        .routes(of(Action::EnrolCode, routes!(enrol_sheet::create)))
        .routes(of(Action::Read, routes!(households::list)))
        .routes(of(Action::Edit, routes!(edits::add_household)))
        .routes(of(Action::Read, routes!(household::one)))
        .routes(of(Action::Edit, routes!(edits::edit)))
        .routes(of(Action::Edit, routes!(edits::add_resident)))
        .routes(of(Action::Read, routes!(household::visits)))
        .routes(of(Action::Read, routes!(household::field_history)))
        .routes(of(Action::Read, routes!(coverage::coverage)))
        .routes(of(Action::Read, routes!(coverage::cells)))
        .routes(of(Action::Read, routes!(campaigns::campaigns)))
        .routes(of(Action::Campaigns, routes!(campaigns::open)))
        .routes(of(Action::Campaigns, routes!(campaigns::change)))
        .routes(of(Action::Campaigns, routes!(campaigns::close)))
        .routes(of(Action::Follow, routes!(events::events)))
        .routes(of(Action::Read, routes!(conflicts::list)))
        .routes(of(Action::Read, routes!(desk::counts)))
        .routes(of(Action::Read, routes!(conflicts::one)))
        .routes(of(Action::Resolve, routes!(conflicts::claim)))
        .routes(of(Action::Resolve, routes!(conflicts::unclaim)))
        .routes(of(Action::Resolve, routes!(decisions::resolve)))
        .routes(of(Action::Resolve, routes!(decisions::resolve_proposed)))
        .routes(of(Action::Resolve, routes!(decisions::undo)))
        .routes(of(Action::Read, routes!(duplicates::list)))
        .routes(of(Action::Read, routes!(duplicates::one)))
        .routes(of(Action::Read, routes!(duplicates::dismissals)))
        .routes(of(Action::Merge, routes!(duplicates::claim)))
        .routes(of(Action::Merge, routes!(duplicates::unclaim)))
        .routes(of(Action::Merge, routes!(duplicates::dismiss)))
        .routes(of(Action::Merge, routes!(duplicates::undismiss)))
        .routes(of(Action::Read, routes!(merges::list)))
        .routes(of(Action::Merge, routes!(merges::merge)))
        .routes(of(Action::Merge, routes!(merges::unmerge)))
        .routes(of(Action::Read, routes!(directives::list)))
        .routes(of(Action::Read, routes!(directives::one)))
        .routes(of(Action::Directives, routes!(directives::start)))
        .routes(of(Action::Directives, routes!(directives::keep)))
        .routes(of(Action::Directives, routes!(directives::discard)))
        .routes(of(Action::Directives, routes!(directives::issue)))
        .routes(of(Action::Directives, routes!(directives::withdraw)))
        .routes(of(Action::Read, routes!(directives::compare)))
        .routes(of(Action::Read, routes!(receipts::receipts)))
        .routes(of(Action::Read, routes!(receipts::untold)))
        .routes(of(Action::Erase, routes!(erasures::erase)))
        .routes(of(Action::Read, routes!(erasures::retention)))
        .routes(of(Action::Read, routes!(emergencies::list)))
        .routes(of(Action::Campaigns, routes!(emergencies::open)))
        .routes(of(Action::Erase, routes!(emergencies::close)))
        .routes(of(Action::Audit, routes!(erasures::list)))
        .routes(of(Action::Audit, routes!(erasures::one)))
        .routes(of(Action::Export, routes!(subjects::read)))
        .routes(of(Action::Read, routes!(issues::list)))
        .routes(of(Action::Read, routes!(photos::read)))
        .routes(of(Action::Export, routes!(export::export)));
    let ledgers = OpenApiRouter::new()
        .routes(of(Action::Read, routes!(ledgers::list)))
        .routes(of(Action::Views, routes!(ledgers::add)))
        .routes(of(Action::Read, routes!(ledgers::one)))
        .routes(of(Action::Views, routes!(ledgers::change)))
        .routes(of(Action::Views, routes!(ledgers::delete)))
        .routes(of(Action::Read, routes!(ledger_rows::rows)))
        .routes(of(Action::Read, routes!(ledger_rows::preview)))
        .routes(of(Action::Read, routes!(ledger_rows::fields)))
        .routes(of(Action::Read, routes!(ledger_days::days)))
        .routes(of(Action::Read, routes!(ledger_days::day)))
        .routes(of(Action::Views, routes!(ledger_days::delete)))
        .routes(of(Action::Read, routes!(ledger_days::difference)))
        .routes(of(Action::Export, routes!(ledger_files::export)))
        .routes(of(Action::Export, routes!(ledger_files::print)));
    let imports = OpenApiRouter::new()
        .routes(of(Action::Import, routes!(imports::list)))
        .routes(of(Action::Import, routes!(imports::one)))
        .routes(of(Action::Import, routes!(imports::bad_rows)))
        .routes(of(Action::Import, routes!(imports::rejects)))
        .routes(of(Action::Import, routes!(import_steps::correct)))
        .routes(of(Action::Import, routes!(import_steps::check)))
        .routes(of(Action::Import, routes!(import_steps::start)))
        .routes(of(Action::Import, routes!(import_steps::delete)))
        .routes(of(Action::Import, routes!(import_steps::preview)))
        .routes(of(Action::Import, routes!(import_steps::take_back)));
    let large = OpenApiRouter::new()
        .routes(of(Action::Import, routes!(import::roster)))
        .routes(of(Action::Import, routes!(imports::upload)))
        .layer(DefaultBodyLimit::max(imports::ROSTER_BYTES_MAX));
    let lists = OpenApiRouter::new()
        .routes(of(Action::Grids, routes!(grid_list::list)))
        .layer(DefaultBodyLimit::max(grid_list::LIST_BYTES_MAX));
    let small =
        entrance.merge(work).merge(ledgers).merge(imports).layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    OpenApiRouter::with_openapi(ApiDoc::openapi()).merge(small).merge(large).merge(lists)
}

/// The API's description, without a relay.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    table(described).into_openapi()
}

/// Everything the relay answers.
pub(crate) fn router(app: App) -> axum::Router {
    let guard = Guard(app.clone());
    let (router, api) = table(|action, routes| guard.guarded(action, routes)).split_for_parts();
    let api = Json(api);
    router
        .route("/v1/openapi.json", get(async move || api))
        .fallback(site::serve)
        // Below it only: a socket and two words are not worth compressing.
        .layer(compression())
        .route("/v1/sync", get(ws::sync))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .layer(from_fn(speak))
        .layer(from_fn(site::guard_headers))
        .with_state(app)
}

/// Quick rather than tight: a list of a whole community is made smaller in a few milliseconds, which a slow
/// line gains back. A workbook is compressed by itself.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth = DefaultPredicate::new().and(NotForContentType::const_new(ExportFormat::Xlsx.media_type()));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth)
}

/// Ready when the log can be read and the read models are within reach of it.
async fn ready(State(app): State<App>) -> Response {
    match app.log.counts().await {
        Ok(_) => "ready".into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The rest of a request arrives within this time: the largest roster over a slow line.
const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// Waits for the rest of a request, but not for ever.
pub(crate) async fn in_time<T>(body: impl Future<Output = T>) -> Result<T, Problem> {
    tokio::time::timeout(patience(BODY_TIMEOUT), body).await.map_err(|_| {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "request.slow",
            "请求内容到得太慢,请检查网络后重试",
            "the rest of the request came too slowly; check the network and try again",
        )
    })
}

/// JSON that says in the caller's language what is wrong with it.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> axum::extract::FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = in_time(Json::<T>::from_request(request, state)).await?;
        let Json(body) = body
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
    let field = field_of(text).map(|field| format!(",请检查字段 {field}")).unwrap_or_default();
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

/// The field that the parser names: a path before what is wrong with it, or the field that is missing, unknown
/// or there twice.
fn field_of(text: &str) -> Option<&str> {
    let (_, wrong) = text.split_once(": ")?;
    let path = wrong.split_once(": ").map(|(path, _)| path).filter(|path| !path.contains(' '));
    path.or_else(|| wrong.split_once("field `")?.1.split('`').next())
}

/// Reads an id out of a path.
pub(crate) fn id<T: std::str::FromStr<Err = linli_core::ids::IdError>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::bad(&error))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
