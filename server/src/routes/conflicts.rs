//! `/v1/conflicts`: what phones disagree on, and the admin's word.

use super::households::Names;
use super::{Body, Params, id};
use crate::office::decide::{self, Choice};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::kinds::DocKind;
use linli_core::time::rfc3339;
use linli_storage::model::ConflictRecord;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which conflicts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// `open`, `settled` (by policy or by a later write) or `resolved` (by a person); all unless given.
    status: Option<String>,
}

/// One value of a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionBody {
    /// Number to choose it by, from 1.
    choice: usize,
    value: serde_json::Value,
    author: String,
    /// By the author's clock.
    at: String,
    /// By the relay's clock, when known.
    received_at: Option<String>,
}

/// A conflict.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictBody {
    id: String,
    /// The household, when the document is one's registry.
    household: String,
    /// Document key, for example `contact_phone` or `r/<resident>/phone`.
    key: String,
    label_zh: Option<String>,
    label_en: Option<String>,
    status: String,
    values: Vec<VersionBody>,
    chosen: Option<String>,
    reason: Option<String>,
    closed_at: Option<String>,
}

/// Conflicts, newest first.
#[utoipa::path(get, path = "/v1/conflicts", operation_id = "list_conflicts", params(ListParams), responses((status = 200, body = [ConflictBody]), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<ListParams>,
) -> Result<Json<Vec<ConflictBody>>, Problem> {
    let status = params.status.as_deref();
    if status.is_some_and(|status| !["open", "settled", "resolved"].contains(&status)) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "conflict.bad_status",
            "状态只能是 open(待处理)、settled(已自动了结)或 resolved(已裁定)",
            "status is one of open, settled, resolved",
        ));
    }
    let names = Names::load(&app).await?;
    let mut bodies = Vec::new();
    for record in app.model.conflicts(status).await? {
        bodies.push(body(&app, &names, &record).await?);
    }
    Ok(Json(bodies))
}

pub(crate) async fn body(app: &App, names: &Names, record: &ConflictRecord) -> Result<ConflictBody, Problem> {
    let mut values = Vec::new();
    for (index, version) in record.versions.iter().enumerate() {
        values.push(VersionBody {
            choice: index + 1,
            value: serde_json::to_value(&version.value).unwrap_or_default(),
            author: names.of_actor(app, version.actor).await?,
            at: rfc3339(version.at_ms),
            received_at: version.received_ms.map(rfc3339),
        });
    }
    let field = DocKind::ALL.into_iter().find_map(|kind| kind.field(&record.key));
    Ok(ConflictBody {
        id: record.id.to_string(),
        household: record.doc.to_string(),
        key: record.key.clone(),
        label_zh: field.map(|field| field.zh.to_owned()),
        label_en: field.map(|field| field.en.to_owned()),
        status: record.status.clone(),
        values,
        chosen: record.chosen.clone(),
        reason: record.reason.clone(),
        closed_at: record.closed_ms.map(rfc3339),
    })
}

/// The admin's word.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Resolve {
    /// Number of the value to keep, from 1.
    choose: Option<usize>,
    /// Or another value.
    value: Option<String>,
    /// Why; the worker whose value was not kept reads it.
    reason: String,
}

/// What was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resolved {
    id: String,
    kept: String,
}

/// Resolves a conflict: one value is kept, all phones learn which and why.
#[utoipa::path(post, path = "/v1/conflicts/{id}/resolution", params(("id" = String, Path)), request_body = Resolve, responses((status = 200, body = Resolved), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn resolve(
    State(app): State<App>,
    Path(text): Path<String>,
    Body(wanted): Body<Resolve>,
) -> Result<Json<Resolved>, Problem> {
    let conflict = id(&text)?;
    let choice = match (wanted.choose, wanted.value) {
        (Some(number), None) => Choice::Listed(number),
        (None, Some(value)) => Choice::Typed(value),
        _ => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "conflict.no_choice",
                "请选一个值(choose),或填写另一个值(value),二者只能取一",
                "give either choose or value, not both",
            ));
        }
    };
    let kept = decide::resolve(&app, conflict, choice, &wanted.reason).await?;
    Ok(Json(Resolved { id: conflict.to_string(), kept }))
}
