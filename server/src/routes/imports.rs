//! `/v1/imports`: rosters that were uploaded, how their columns were understood, and what became of them.

use super::import_steps::{UndoBody, kept};
use super::{Params, in_time};
use crate::access::guard::{By, Trail};
use crate::office::import::desk::Progress;
use crate::office::import::jobs::{self, FILE_KEPT_DAYS, LISTED_MAX, Uploaded, outcome_of, settings_of};
use crate::office::import::{ImportSummary, community_name};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use linli_core::error::Coded;
use linli_roster::import::{BadRow, Corrections, Field, SheetReading};
use linli_roster::table::{FILE_BYTES_MAX, Format};
use linli_storage::office::imports::{ImportJob, ImportState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A roster of 50,000 people is about 5 MB; this leaves room for the untidiest.
pub(crate) const ROSTER_BYTES_MAX: usize = FILE_BYTES_MAX;
/// Bad rows in one answer: more than anybody reads; the file of rejects has them all.
const BAD_ROWS_MAX: usize = 1_000;

/// The bytes of a roster. One that is too large is refused before it is read, where its size is said.
pub(crate) struct RosterBytes(pub(crate) Bytes);

impl FromRequest<App> for RosterBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<RosterBytes, Problem> {
        let length = request.headers().get(header::CONTENT_LENGTH);
        let length: Option<usize> = length.and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length| length > ROSTER_BYTES_MAX) {
            return Err(too_large());
        }
        in_time(Bytes::from_request(request, app)).await?.map(RosterBytes).map_err(|_| too_large())
    }
}

fn too_large() -> Problem {
    let max = ROSTER_BYTES_MAX >> 20;
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "import.too_large",
        format!("文件超过 {max} MB。请删去图片,或按网格拆成几个文件再导入"),
        format!("the file is larger than {max} MB; remove pictures, or split it and import the parts"),
    )
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

impl From<&BadRow> for BadRowBody {
    fn from(bad: &BadRow) -> BadRowBody {
        let problems = bad.problems.iter().map(|problem| {
            ProblemOfRow::of(&problem.column, &problem.header, &problem.value, &problem.reason)
        });
        BadRowBody { sheet: bad.sheet.clone(), row: bad.row, problems: problems.collect() }
    }
}

/// How far something that runs is.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgressBody {
    /// `check`, `import` or `undo`.
    doing: &'static str,
    done: usize,
    total: usize,
}

impl From<&Progress> for ProgressBody {
    fn from(progress: &Progress) -> ProgressBody {
        let (done, total) = progress.parts();
        ProgressBody { doing: progress.doing.word(), done, total }
    }
}

/// Why something did not come to its end, or cannot begin.
#[derive(Serialize, ToSchema)]
pub(crate) struct TroubleBody {
    code: String,
    text_zh: String,
    text_en: String,
}

/// An import.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportJobBody {
    /// 32 hexadecimal digits.
    id: String,
    /// `ready`, `importing`, `imported`, `undoing`, `undone`, `failed`.
    state: &'static str,
    community: String,
    file_name: String,
    size_bytes: i64,
    /// Whether the file is still here: without it there are no bad rows and no rejects.
    has_file: bool,
    /// Who uploaded it; nothing for the command line.
    by: Option<String>,
    created_ms: i64,
    changed_ms: i64,
    /// What it did; with `dry_run`, what it would do.
    summary: Option<ImportSummary>,
    undo: Option<UndoBody>,
    problem: Option<TroubleBody>,
    progress: Option<ProgressBody>,
}

/// An import without the list of what its undo left as it is: who looks at it alone gets that.
pub(super) async fn body(app: &App, job: ImportJob) -> Result<ImportJobBody, Problem> {
    let outcome = outcome_of(&job)?;
    let undo = match outcome.undo {
        Some(undone) => Some(UndoBody::of(app, undone, Vec::new()).await?),
        None => None,
    };
    let problem = outcome.problem.map(|(code, text_zh, text_en)| TroubleBody { code, text_zh, text_en });
    Ok(ImportJobBody {
        progress: app.imports.progress(&job.id).map(|progress| ProgressBody::from(progress.as_ref())),
        id: job.id,
        state: job.state.word(),
        community: job.community,
        file_name: job.file_name,
        size_bytes: job.size_bytes,
        has_file: job.has_file,
        by: job.owner_name,
        created_ms: job.created_ms,
        changed_ms: job.changed_ms,
        summary: outcome.summary,
        undo,
        problem,
    })
}

/// Every import, and what holds for uploads.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportsBody {
    bytes_max: usize,
    kept_days: i64,
    /// Newest first.
    imports: Vec<ImportJobBody>,
}

/// Imports, newest first.
#[utoipa::path(get, path = "/v1/imports", operation_id = "imports", responses((status = 200, body = ImportsBody)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<ImportsBody>, Problem> {
    let mut imports = Vec::new();
    for job in app.accounts.imports(LISTED_MAX).await? {
        imports.push(body(&app, job).await?);
    }
    Ok(Json(ImportsBody { bytes_max: ROSTER_BYTES_MAX, kept_days: FILE_KEPT_DAYS, imports }))
}

/// How to read a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadParams {
    /// The file's name; its ending helps to tell the format.
    file_name: String,
    /// The community's name; the relay's own unless given.
    community: Option<String>,
    /// Keep a keyed hash and the last four characters of national ids; otherwise they are checked and dropped.
    #[serde(default)]
    keep_national_id: bool,
}

/// Uploads a roster (CSV, XLSX or XLS) to be looked at. Nothing is imported by this.
#[utoipa::path(post, path = "/v1/imports", operation_id = "upload_import", params(UploadParams), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = ImportJobBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn upload(
    State(app): State<App>,
    By(by): By,
    Params(params): Params<UploadParams>,
    trail: Trail,
    RosterBytes(bytes): RosterBytes,
) -> Result<Json<ImportJobBody>, Problem> {
    let community = match params.community {
        Some(community) => community,
        None => app.accounts.setting("community").await?.unwrap_or_default(),
    };
    let uploaded = Uploaded {
        bytes: bytes.to_vec(),
        file_name: params.file_name,
        community: community_name(&community)?,
        keep_national_id: params.keep_national_id,
    };
    let job = jobs::upload(&app, &by, uploaded).await?;
    trail.subject(&job.id);
    Ok(Json(body(&app, job).await?))
}

/// What a column can mean.
#[derive(Serialize, ToSchema)]
pub(crate) struct RosterFieldBody {
    key: &'static str,
    label_zh: &'static str,
    label_en: String,
}

/// How a sheet was understood.
#[derive(Serialize, ToSchema)]
pub(crate) struct SheetBody {
    name: String,
    /// The row that names the columns, as the spreadsheet shows it; absent when no row does.
    header_row: Option<usize>,
    /// The field it lacks to be imported: without it the sheet is left out.
    missing: Option<&'static str>,
    columns: Vec<SheetColumnBody>,
}

/// How a column was understood.
#[derive(Serialize, ToSchema)]
pub(crate) struct SheetColumnBody {
    /// From 0.
    index: usize,
    /// As the spreadsheet shows it.
    column: String,
    header: String,
    /// The key of what it means; absent when it is not imported.
    field: Option<&'static str>,
    /// Somebody said so.
    corrected: bool,
    /// Some of its values.
    samples: Vec<String>,
}

/// An import with what was read.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportDetailBody {
    #[serde(flatten)]
    job: ImportJobBody,
    keep_national_id: bool,
    /// Every meaning a column can have.
    fields: Vec<RosterFieldBody>,
    /// Only of an import that is not begun yet.
    sheets: Vec<SheetBody>,
    rows_read: usize,
    rows_bad: usize,
    /// Why the file cannot be imported as its columns are understood now.
    trouble: Option<TroubleBody>,
}

/// One import with how its columns were understood.
#[utoipa::path(get, path = "/v1/imports/{id}", operation_id = "import", params(("id" = String, Path)), responses((status = 200, body = ImportDetailBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ImportDetailBody>, Problem> {
    let job = jobs::job(&app, &id).await?;
    // Columns are looked at before an import; while something runs the file is not read a second time.
    let looked_at = job.state == ImportState::Ready && app.imports.progress(&id).is_none();
    let roster = if looked_at { Some(jobs::roster(&app, &job).await?) } else { None };
    let trouble = roster.as_ref().and_then(|roster| roster.trouble.as_ref());
    let settings = settings_of(&job)?;
    let corrections = settings.corrections();
    let fields = Field::ALL.map(|field| RosterFieldBody {
        key: field.key(),
        label_zh: field.zh(),
        label_en: field.to_string(),
    });
    let undone = outcome_of(&job)?.undo.filter(|_| job.state == ImportState::Undone);
    let mut job = body(&app, job).await?;
    if let Some(undone) = undone {
        let kept = kept(&app, undone.kept.clone()).await?;
        job.undo = Some(UndoBody::of(&app, undone, kept).await?);
    }
    Ok(Json(ImportDetailBody {
        job,
        keep_national_id: settings.keep_national_id,
        fields: fields.into(),
        sheets: roster
            .iter()
            .flat_map(|roster| &roster.sheets)
            .map(|read| sheet(read, &corrections))
            .collect(),
        rows_read: roster.as_ref().map_or(0, |roster| roster.rows_read),
        rows_bad: roster.as_ref().map_or(0, |roster| roster.bad_rows.len()),
        trouble: trouble.map(|trouble| TroubleBody {
            code: trouble.code().to_owned(),
            text_zh: trouble.zh(),
            text_en: trouble.to_string(),
        }),
    }))
}

fn sheet(sheet: &SheetReading, corrections: &Corrections) -> SheetBody {
    let columns = sheet.columns.iter().map(|column| SheetColumnBody {
        index: column.index,
        column: column.column.clone(),
        header: column.header.clone(),
        field: column.field.map(Field::key),
        corrected: corrections.contains_key(&(sheet.name.clone(), column.index)),
        samples: column.samples.clone(),
    });
    SheetBody {
        name: sheet.name.clone(),
        header_row: sheet.header_row,
        missing: sheet.missing.map(Field::key),
        columns: columns.collect(),
    }
}

/// A page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BadRowsParams {
    /// Rows to leave out from the beginning.
    #[serde(default)]
    offset: usize,
    /// At most so many; 1,000 at the most.
    limit: Option<usize>,
}

/// A page of bad rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct BadRowsBody {
    total: usize,
    rows: Vec<BadRowBody>,
}

/// The rows of an import that are not imported, in the order of the file, each with why.
#[utoipa::path(get, path = "/v1/imports/{id}/bad-rows", operation_id = "import_bad_rows", params(("id" = String, Path), BadRowsParams), responses((status = 200, body = BadRowsBody), (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)))]
pub(crate) async fn bad_rows(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(params): Params<BadRowsParams>,
) -> Result<Json<BadRowsBody>, Problem> {
    let job = jobs::job(&app, &id).await?;
    let roster = jobs::roster(&app, &job).await?;
    let limit = params.limit.unwrap_or(BAD_ROWS_MAX).min(BAD_ROWS_MAX);
    let rows = roster.bad_rows.iter().skip(params.offset).take(limit).map(BadRowBody::from);
    Ok(Json(BadRowsBody { total: roster.bad_rows.len(), rows: rows.collect() }))
}

/// The rows that are not imported as a file in the format of the one uploaded, to be corrected and uploaded.
#[utoipa::path(get, path = "/v1/imports/{id}/rejects", operation_id = "import_rejects", params(("id" = String, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)))]
pub(crate) async fn rejects(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = jobs::job(&app, &id).await?;
    let roster = jobs::roster(&app, &job).await?;
    let write = move || roster.rejects().map(|book| (book.format, book.write(book.format)));
    let written = tokio::task::spawn_blocking(write).await.map_err(|_| linli_storage::StoreError::Stopped)?;
    let (format, bytes) = written.ok_or_else(|| Problem::not_found("退回的行", "rejects", job.id))?;
    let bytes = bytes.map_err(|error| Problem::bad(&error))?;
    let name = format!("attachment; filename=\"rejects.{}\"", format.extension());
    let head = [(header::CONTENT_TYPE, media_type(format).to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((head, bytes).into_response())
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Csv(_) => "text/csv",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Xls => "application/vnd.ms-excel",
    }
}
