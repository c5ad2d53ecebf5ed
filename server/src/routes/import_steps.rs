//! What a person decides about an uploaded roster: what its columns mean, to count, to import, to delete the file, to
//! take the import back.

use super::imports::{ImportJobBody, body};
use super::{Body, Names};
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::office::decide::reason_of;
use crate::office::import::foresight::{Foreseen, foresee};
use crate::office::import::jobs::{self, Settings, Undone};
use crate::office::import::undo::{Kept, KeptReason, UndoSummary};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::ids::HouseholdId;
use linli_core::kinds::DocKind;
use linli_storage::model::HouseholdRecord;
use linli_storage::office::imports::ImportState;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What a column means.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CorrectionBody {
    sheet: String,
    /// From 0.
    index: usize,
    /// A field's key; nothing: the column is not imported.
    field: Option<String>,
}

/// What a person says about a file.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CorrectBody {
    /// Only columns that mean something else than was understood.
    columns: Vec<CorrectionBody>,
    /// Keep a keyed hash and the last four characters of national ids.
    #[serde(default)]
    keep_national_id: bool,
}

/// Says what the columns of an uploaded file mean; what was said before no longer holds.
#[utoipa::path(put, path = "/v1/imports/{id}/columns", operation_id = "correct_import", params(("id" = String, Path)), request_body = CorrectBody, responses((status = 200, body = ImportJobBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn correct(
    State(app): State<App>,
    Path(id): Path<String>,
    trail: Trail,
    Body(wanted): Body<CorrectBody>,
) -> Result<Json<ImportJobBody>, Problem> {
    trail.detail(json!({ "columns": wanted.columns.len() }));
    let columns = wanted.columns.into_iter().map(|column| (column.sheet, column.index, column.field));
    let settings = Settings { keep_national_id: wanted.keep_national_id, columns: columns.collect() };
    let job = jobs::correct(&app, &id, &settings).await?;
    Ok(Json(body(&app, job).await?))
}

/// Begins to count what an import would do; `progress` says how far that is, then `summary` has it.
#[utoipa::path(post, path = "/v1/imports/{id}/check", operation_id = "check_import", params(("id" = String, Path)), responses((status = 202, body = ImportJobBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn check(
    State(app): State<App>,
    Path(id): Path<String>,
    trail: Trail,
) -> Result<(StatusCode, Json<ImportJobBody>), Problem> {
    trail.detail(json!({ "check": true }));
    let job = jobs::check(&app, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(body(&app, job).await?)))
}

/// Begins an import: all good rows, in one piece. It goes on without whoever asked, also after a restart.
#[utoipa::path(post, path = "/v1/imports/{id}/start", operation_id = "start_import", params(("id" = String, Path)), responses((status = 202, body = ImportJobBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn start(
    State(app): State<App>,
    Path(id): Path<String>,
    trail: Trail,
) -> Result<(StatusCode, Json<ImportJobBody>), Problem> {
    trail.detail(json!({ "start": true }));
    let job = jobs::start(&app, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(body(&app, job).await?)))
}

/// Deletes an import that changed nothing; of one that did, its file: what it changed stays and can be undone.
#[utoipa::path(delete, path = "/v1/imports/{id}", operation_id = "delete_import", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    trail: Trail,
) -> Result<StatusCode, Problem> {
    trail.detail(json!({ "delete": true }));
    jobs::delete(&app, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Something that an undo leaves as it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeptBody {
    household: String,
    address: String,
    /// The resident or field that stays; nothing when it is the whole household.
    label_zh: Option<String>,
    label_en: Option<String>,
    reason: KeptReason,
}

/// What an undo did.
#[derive(Serialize, ToSchema)]
pub(crate) struct UndoBody {
    /// Who asked for it and why.
    by: String,
    reason: String,
    at_ms: i64,
    summary: UndoSummary,
    /// What stays because somebody has touched it since; of very many, the first.
    kept: Vec<KeptBody>,
}

impl UndoBody {
    pub(super) async fn of(app: &App, undone: Undone, kept: Vec<KeptBody>) -> Result<UndoBody, Problem> {
        let names = Names::load(app).await?;
        Ok(UndoBody {
            by: names.of_user(&undone.by),
            reason: undone.reason,
            at_ms: undone.at_ms,
            summary: undone.summary,
            kept,
        })
    }
}

pub(super) async fn kept(app: &App, kept: Vec<Kept>) -> Result<Vec<KeptBody>, Problem> {
    let ids: BTreeSet<HouseholdId> = kept.iter().filter_map(|one| one.household.parse().ok()).collect();
    let records = app.model.households_of(&Vec::from_iter(ids)).await?;
    let record = |one: &Kept| records.get(&one.household.parse().ok()?);
    Ok(kept.into_iter().map(|one| KeptBody::of(record(&one), one)).collect())
}

impl KeptBody {
    fn of(record: Option<&HouseholdRecord>, one: Kept) -> KeptBody {
        let field = one.key.as_deref().and_then(|key| DocKind::Household.field(key));
        let resident = one.key.as_deref().and_then(|key| key.strip_prefix("r/")?.split('/').next());
        let people = record.iter().flat_map(|record| &record.row.people);
        let named = resident.and_then(|resident| {
            let mut people = people.filter(|person| person.id.is_some_and(|id| id.to_string() == resident));
            people.next().map(|person| person.name.clone())
        });
        let label = |field: Option<&str>| {
            let parts: Vec<&str> = named.as_deref().into_iter().chain(field).collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        };
        KeptBody {
            address: record.map(|record| record.row.address().to_string()).unwrap_or_default(),
            label_zh: label(field.map(|field| field.zh)),
            label_en: label(field.map(|field| field.en)),
            household: one.household,
            reason: one.reason,
        }
    }
}

/// How far the count is, in households.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountingBody {
    done: usize,
    total: usize,
}

/// What an undo would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct UndoPreviewBody {
    /// It is being counted: ask again. Nothing when `summary` is there.
    counting: Option<CountingBody>,
    summary: Option<UndoSummary>,
    /// What would stay because somebody has touched it since; of very many, the first.
    kept: Vec<KeptBody>,
}

/// What taking an import back would do now. Nothing is changed by asking.
#[utoipa::path(get, path = "/v1/imports/{id}/undo", operation_id = "preview_undo_import", params(("id" = String, Path)), responses((status = 200, body = UndoPreviewBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn preview(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<UndoPreviewBody>, Problem> {
    let job = jobs::job(&app, &id).await?;
    if job.state != ImportState::Imported {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "import.not_imported",
            "只有已导入的名册可以撤销",
            "only an import that was done can be undone",
        ));
    }
    Ok(Json(match foresee(&app, &job, now_ms()).await? {
        Foreseen::Counting(progress) => {
            let (done, total) = progress.parts();
            let counting = Some(CountingBody { done, total });
            UndoPreviewBody { counting, summary: None, kept: vec![] }
        }
        Foreseen::Counted { summary, kept: stays } => {
            UndoPreviewBody { counting: None, summary: Some(summary), kept: kept(&app, stays).await? }
        }
    }))
}

/// Why an import is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UndoImport {
    reason: String,
}

/// Begins to take an import back: what it brought or changed and nobody has touched since. What anybody did stays.
#[utoipa::path(post, path = "/v1/imports/{id}/undo", operation_id = "undo_import", params(("id" = String, Path)), request_body = UndoImport, responses((status = 202, body = ImportJobBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn take_back(
    State(app): State<App>,
    By(by): By,
    Path(id): Path<String>,
    trail: Trail,
    Body(wanted): Body<UndoImport>,
) -> Result<(StatusCode, Json<ImportJobBody>), Problem> {
    trail.detail(json!({ "undo": true }));
    let job = jobs::undo(&app, &by, &id, reason_of(&wanted.reason)?).await?;
    Ok((StatusCode::ACCEPTED, Json(body(&app, job).await?)))
}
