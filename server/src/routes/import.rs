//! `/v1/imports/roster`: a spreadsheet of households and residents.

use super::Params;
use crate::access::guard::Trail;
use crate::events::News;
use crate::keys;
use crate::office::import::{ImportRequest, ImportSummary, import};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use base64::Engine as _;
use linli_core::error::Coded;
use linli_roster::import::{NationalIdKey, Roster};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// A roster of 50,000 people is about 5 MB; this leaves room for the untidiest.
pub(crate) const ROSTER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How to import.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParams {
    /// The community's name.
    community: String,
    /// The file's name; its ending helps to tell the format.
    file_name: String,
    /// Say what would happen, change nothing.
    dry_run: Option<bool>,
    /// Keep a keyed hash and the last four characters of national ids; otherwise they are checked and dropped.
    keep_national_id: Option<bool>,
}

/// How a column was understood.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnBody {
    sheet: String,
    column: String,
    header: String,
    /// What it means; absent when the column is ignored.
    field: Option<String>,
}

/// A row that was not imported.
#[derive(Serialize, ToSchema)]
pub(crate) struct BadRowBody {
    sheet: String,
    /// As the spreadsheet shows it, from 1.
    row: usize,
    problems: Vec<ProblemOfRow>,
}

/// One thing wrong with a row.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemOfRow {
    column: String,
    header: String,
    value: String,
    code: String,
    why_zh: String,
    why_en: String,
}

impl ProblemOfRow {
    /// The cell a person looks for, and why it was not taken.
    pub(super) fn of(column: &str, header: &str, value: &str, reason: &impl Coded) -> ProblemOfRow {
        ProblemOfRow {
            column: column.to_owned(),
            header: header.to_owned(),
            value: value.to_owned(),
            code: reason.code().to_owned(),
            why_zh: reason.zh(),
            why_en: reason.to_string(),
        }
    }
}

/// The rows that were not imported, in the file's own format.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectsBody {
    /// Usual ending of such a file.
    extension: String,
    /// Base64.
    bytes: String,
}

/// What an import did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportBody {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    summary: ImportSummary,
    columns: Vec<ColumnBody>,
    bad_rows: Vec<BadRowBody>,
    rejects: Option<RejectsBody>,
}

/// Imports a roster: CSV, XLSX or XLS. All good rows or, when the file as a whole is no roster, none.
#[utoipa::path(post, path = "/v1/imports/roster", params(ImportParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn roster(
    State(app): State<App>,
    Params(params): Params<ImportParams>,
    trail: Trail,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<ImportBody>, Problem> {
    let body = body.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "import.too_large",
            "文件超过 64 MB,请拆成几个文件再导入",
            "the file is larger than 64 MB; split it and import the parts",
        )
    })?;
    let keep = params.keep_national_id.unwrap_or(false);
    let request = ImportRequest {
        bytes: body.to_vec(),
        file_name: params.file_name,
        community: params.community,
        dry_run: params.dry_run.unwrap_or(false),
        national_id: keep.then(|| NationalIdKey::new(app.national_id_key.to_vec())),
    };
    let dry_run = request.dry_run;
    let imported = import(&app, request).await?;
    let did = &imported.summary;
    trail.detail(json!({
        "dry_run": did.dry_run,
        "rows_read": did.rows_read,
        "rows_bad": did.rows_bad,
        "households_new": did.households_new,
        "households_changed": did.households_changed,
    }));
    if !dry_run {
        app.events.say(News::Import);
    }
    Ok(Json(ImportBody {
        columns: columns(&imported.roster),
        bad_rows: bad_rows(&imported.roster),
        rejects: rejects(&imported.roster)?,
        summary: imported.summary,
    }))
}

fn columns(roster: &Roster) -> Vec<ColumnBody> {
    let columns = roster.columns.iter();
    columns
        .map(|column| ColumnBody {
            sheet: column.sheet.clone(),
            column: column.column.clone(),
            header: column.header.clone(),
            field: column.field.map(|field| field.zh().to_owned()),
        })
        .collect()
}

fn bad_rows(roster: &Roster) -> Vec<BadRowBody> {
    let rows = roster.bad_rows.iter();
    rows.map(|bad| BadRowBody {
        sheet: bad.sheet.clone(),
        row: bad.row,
        problems: bad.problems.iter().map(problem_of_row).collect(),
    })
    .collect()
}

fn problem_of_row(problem: &linli_roster::import::Problem) -> ProblemOfRow {
    ProblemOfRow::of(&problem.column, &problem.header, &problem.value, &problem.reason)
}

fn rejects(roster: &Roster) -> Result<Option<RejectsBody>, Problem> {
    let Some(workbook) = roster.rejects() else { return Ok(None) };
    let bytes = workbook.write(workbook.format).map_err(|error| Problem::bad(&error))?;
    Ok(Some(RejectsBody {
        extension: workbook.format.extension().to_owned(),
        bytes: base64::engine::general_purpose::STANDARD.encode(bytes),
    }))
}

/// The key under which national ids are hashed, kept beside the relay's other secrets.
pub(crate) fn national_id_key(data: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    keys::secret(&data.join("national-id.key"))
}
