//! `/v1/imports/roster`: a spreadsheet of households and residents, read and imported in one request.

use super::Params;
use super::imports::{BadRowBody, RosterBytes};
use crate::access::guard::{By, Trail};
use crate::office::import::jobs::{Uploaded, at_once, audited};
use crate::office::import::{ImportSummary, community_name};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use linli_roster::import::Roster;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

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
    /// To undo it by; absent from a dry run.
    id: Option<String>,
    #[serde(flatten)]
    summary: ImportSummary,
    columns: Vec<ColumnBody>,
    bad_rows: Vec<BadRowBody>,
    rejects: Option<RejectsBody>,
}

/// Imports a roster: CSV, XLSX or XLS. All good rows or, when the file as a whole is no roster, none.
#[utoipa::path(post, path = "/v1/imports/roster", operation_id = "import_roster", params(ImportParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn roster(
    State(app): State<App>,
    By(by): By,
    Params(params): Params<ImportParams>,
    trail: Trail,
    RosterBytes(body): RosterBytes,
) -> Result<Json<ImportBody>, Problem> {
    let uploaded = Uploaded {
        bytes: body.to_vec(),
        file_name: params.file_name,
        community: community_name(&params.community)?,
        keep_national_id: params.keep_national_id.unwrap_or(false),
    };
    let dry_run = params.dry_run.unwrap_or(false);
    let (id, summary, roster) = at_once(&app, &by, uploaded, dry_run).await?;
    let id = (!dry_run).then_some(id);
    id.iter().for_each(|id| trail.subject(id));
    trail.detail(audited(&summary));
    Ok(Json(ImportBody {
        id,
        columns: columns(&roster),
        bad_rows: roster.bad_rows.iter().map(BadRowBody::from).collect(),
        rejects: rejects(&roster)?,
        summary,
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

fn rejects(roster: &Roster) -> Result<Option<RejectsBody>, Problem> {
    let Some(workbook) = roster.rejects() else { return Ok(None) };
    let bytes = workbook.write(workbook.format).map_err(|error| Problem::bad(&error))?;
    Ok(Some(RejectsBody {
        extension: workbook.format.extension().to_owned(),
        bytes: base64::engine::general_purpose::STANDARD.encode(bytes),
    }))
}
