//! `/v1/review`: batches that a person must look at before their changes count.

use super::Body;
use super::Params;
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::office::decide::reason_of;
use crate::office::review::{self, EntryPreview};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::time::rfc3339;
use linli_storage::log::{Decision, ReviewError, ReviewRecord, ReviewState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which batches.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// `waiting` (unless given), `accepted` or `rejected`.
    status: Option<String>,
}

/// A batch that a person must look at, or has.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewBody {
    id: i64,
    device: String,
    fingerprint: String,
    /// The worker's name when the phone was enrolled.
    name: String,
    /// What the office calls the phone.
    label: String,
    /// `waiting`, `accepted` or `rejected`.
    status: &'static str,
    /// `waiting`, `suspended`, `revoked`: what the phone was then; `not_granted`: it had no right to write
    /// there; `foreign_actor`: it has changes in the name of another phone; `parted`: it was restored from a backup or copied, and a colleague carried this in.
    cause: Option<&'static str>,
    /// Code of the grid, where it is one that the relay knows.
    grid: Option<String>,
    records: usize,
    /// By the phone's clock.
    sealed_at: String,
    received_at: String,
    decided_at: Option<String>,
    /// Why it was decided so.
    reason: Option<String>,
}

/// A batch with what is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewDetail {
    #[serde(flatten)]
    review: ReviewBody,
    /// The first of its changes.
    entries: Vec<EntryPreview>,
}

/// Batches of one status: those that wait longest first, of those decided the newest first, 500 at most.
#[utoipa::path(get, path = "/v1/review", operation_id = "reviews", params(Filter), responses((status = 200, body = [ReviewBody]), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(filter): Params<Filter>,
) -> Result<Json<Vec<ReviewBody>>, Problem> {
    let word = filter.status.as_deref().unwrap_or(ReviewState::Waiting.word());
    let state = ReviewState::ALL.into_iter().find(|state| state.word() == word).ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "review.bad_status",
            "状态只能是 waiting(待审核)、accepted(已接受)或 rejected(已拒绝)",
            "the status is one of waiting, accepted, rejected",
        )
    })?;
    let records = app.log.reviews(state).await?;
    let mut bodies = Vec::with_capacity(records.len());
    for record in &records {
        bodies.push(body(&app, record).await?);
    }
    Ok(Json(bodies))
}

/// One of them, with what is in it.
#[utoipa::path(get, path = "/v1/review/{id}", operation_id = "review", params(("id" = i64, Path)), responses((status = 200, body = ReviewDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ReviewDetail>, Problem> {
    let record = match number(&id) {
        Some(id) => app.log.review(id).await?,
        None => None,
    };
    let record = record.ok_or_else(|| Problem::not_found("待审核数据", "batch for review", &id))?;
    let entries = review::preview(&app, &record.logged).await?;
    Ok(Json(ReviewDetail { review: body(&app, &record).await?, entries }))
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewReason {
    /// Up to 100 characters.
    reason: String,
}

/// Makes a batch's changes part of the documents, as its author's.
#[utoipa::path(post, path = "/v1/review/{id}/accept", operation_id = "accept_review", params(("id" = i64, Path)), request_body = ReviewReason, responses((status = 200, body = ReviewBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn accept(
    State(app): State<App>,
    Path(id): Path<String>,
    by: By,
    trail: Trail,
    Body(why): Body<ReviewReason>,
) -> Result<Json<ReviewBody>, Problem> {
    decide(&app, &id, true, (by, trail), &why.reason).await
}

/// Keeps a batch's bytes, and nothing more.
#[utoipa::path(post, path = "/v1/review/{id}/reject", operation_id = "reject_review", params(("id" = i64, Path)), request_body = ReviewReason, responses((status = 200, body = ReviewBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn reject(
    State(app): State<App>,
    Path(id): Path<String>,
    by: By,
    trail: Trail,
    Body(why): Body<ReviewReason>,
) -> Result<Json<ReviewBody>, Problem> {
    decide(&app, &id, false, (by, trail), &why.reason).await
}

async fn decide(
    app: &App,
    id: &str,
    accept: bool,
    (By(caller), trail): (By, Trail),
    reason: &str,
) -> Result<Json<ReviewBody>, Problem> {
    let reason = reason_of(reason)?.to_owned();
    let unknown = || Problem::not_found("待审核数据", "batch for review", id);
    let batch = number(id).ok_or_else(unknown)?;
    let found = app.log.review(batch).await?.ok_or_else(unknown)?;
    if accept && review::grid_of(app, found.logged.space).await?.is_none() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "review.unknown_grid",
            "这批数据不属于本社区的任何网格,不能接受;可以拒绝,内容会保留",
            "these data belong to no grid of this community and cannot be accepted; reject them, they are kept",
        ));
    }
    let decision = Decision { batch, accept, actor: caller.user_id, reason, now_ms: now_ms() };
    let decided = app.log.decide(decision).await?.map_err(|error| match error {
        ReviewError::None => unknown(),
        ReviewError::Decided => Problem::with(StatusCode::CONFLICT, &error),
    })?;
    trail.detail(serde_json::json!({"device": decided.device.to_string(), "records": found.logged.batch.entries.len()}));
    if let Some(last) = decided.last_id {
        app.model.wait_for(last).await;
    }
    let record = app.log.review(batch).await?.ok_or_else(unknown)?;
    Ok(Json(body(app, &record).await?))
}

async fn body(app: &App, record: &ReviewRecord) -> Result<ReviewBody, Problem> {
    let logged = &record.logged;
    let device = app.log.device(logged.device).await?;
    let sealed = logged.batch.claims().map(|header| header.sealed_at_ms).unwrap_or(logged.received_ms);
    Ok(ReviewBody {
        id: logged.id,
        device: logged.device.to_string(),
        fingerprint: device.as_ref().map(|device| device.key.fingerprint()).unwrap_or_default(),
        name: device.as_ref().map(|device| device.name.clone()).unwrap_or_default(),
        label: device.map(|device| device.label).unwrap_or_default(),
        status: record.state.word(),
        cause: record.cause.map(|cause| cause.word()),
        grid: review::grid_of(app, logged.space).await?,
        records: logged.batch.entries.len(),
        sealed_at: rfc3339(sealed),
        received_at: rfc3339(logged.received_ms),
        decided_at: record.decided_ms.map(rfc3339),
        reason: record.reason.clone(),
    })
}

fn number(id: &str) -> Option<i64> {
    id.parse().ok()
}
