//! `/v1/audit`: who did what.

use super::Params;
use super::export::{file_answer, format_of};
use crate::problem::{Language, Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use linli_core::time::show;
use linli_roster::export::{Column, ExportCell, write};
use linli_storage::office::audit::{AuditFilter, AuditRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A page, unless asked otherwise.
const LIMIT_DEFAULT: i64 = 100;
/// The longest page.
const LIMIT_MAX: i64 = 1_000;
/// Rows in one file; a spreadsheet holds a little more. Older ones are exported with `to_ms`.
const EXPORT_ROWS_MAX: i64 = 1_000_000;

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only rows before this id: `next_before` of the page before.
    before: Option<i64>,
    /// A user's id, or `token`, `phone`, `nobody`.
    actor: Option<String>,
    /// An action's word.
    action: Option<String>,
    /// The id of what it was done to.
    subject: Option<String>,
    /// Not before this time.
    from_ms: Option<i64>,
    /// Before this time.
    to_ms: Option<i64>,
    /// How many at most: 100 unless given, 1,000 at most.
    limit: Option<i64>,
}

impl AuditParams {
    fn filter(self, limit: i64) -> AuditFilter {
        let AuditParams { before, actor, action, subject, from_ms, to_ms, .. } = self;
        AuditFilter { before, actor, action, subject, from_ms, to_ms, limit }
    }
}

/// Something that was done or refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditBody {
    id: i64,
    at_ms: i64,
    /// A user's id, or `token`, `phone`, `nobody`.
    actor: String,
    /// The account's name as it is now.
    actor_name: Option<String>,
    action: String,
    /// Ids only.
    subject: String,
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    /// HTTP status of the answer.
    status: u16,
}

/// A page of the audit, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    items: Vec<AuditBody>,
    /// Asks for the next page; absent at the end.
    next_before: Option<i64>,
}

/// Who did what, newest first.
#[utoipa::path(get, path = "/v1/audit", operation_id = "audit", params(AuditParams), responses((status = 200, body = AuditPage), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<AuditParams>,
) -> Result<Json<AuditPage>, Problem> {
    let limit = params.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX);
    // One more than asked for says whether there is a next page.
    let mut rows = app.accounts.audit(&params.filter(limit + 1)).await?;
    let more = rows.len() as i64 > limit;
    if more {
        rows.pop();
    }
    let next_before = rows.last().map(|row| row.id).filter(|_| more);
    let items = rows.into_iter().map(|row| AuditBody {
        id: row.id,
        at_ms: row.deed.at_ms,
        actor: row.deed.actor,
        actor_name: row.actor_name,
        action: row.deed.action,
        subject: row.deed.subject,
        detail: serde_json::from_str(&row.deed.detail).unwrap_or_default(),
        status: row.deed.status,
    });
    Ok(Json(AuditPage { items: items.collect(), next_before }))
}

/// Which file of which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// `csv`, `xlsx` or `json` (one object a line).
    format: String,
    /// A user's id, or `token`, `phone`, `nobody`.
    actor: Option<String>,
    /// An action's word.
    action: Option<String>,
    /// The id of what it was done to.
    subject: Option<String>,
    /// Not before this time.
    from_ms: Option<i64>,
    /// Before this time.
    to_ms: Option<i64>,
}

/// The audit as a file, newest first. Text that a spreadsheet would run is made inert.
#[utoipa::path(get, path = "/v1/audit/export", operation_id = "export_audit", params(ExportParams), responses((status = 200, description = "the file"), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn export(
    State(app): State<App>,
    Params(params): Params<ExportParams>,
    Language(lang): Language,
) -> Result<Response, Problem> {
    let format = format_of(&params.format)?;
    let ExportParams { actor, action, subject, from_ms, to_ms, .. } = params;
    let filter = AuditFilter { before: None, actor, action, subject, from_ms, to_ms, limit: EXPORT_ROWS_MAX };
    let rows = app.accounts.audit(&filter).await?;
    let file =
        write(&COLUMNS, rows.into_iter().map(cells), format, lang).map_err(|error| Problem::bad(&error))?;
    Ok(file_answer("audit", format, file))
}

const COLUMNS: [Column<'static>; 8] = [
    Column { key: "id", label_zh: "序号", label_en: "Id" },
    Column { key: "at", label_zh: "时间", label_en: "Time" },
    Column { key: "actor", label_zh: "账号编号", label_en: "Account id" },
    Column { key: "actor_name", label_zh: "账号", label_en: "Account" },
    Column { key: "action", label_zh: "操作", label_en: "Action" },
    Column { key: "subject", label_zh: "对象编号", label_en: "Subject id" },
    Column { key: "detail", label_zh: "说明", label_en: "Detail" },
    Column { key: "status", label_zh: "结果", label_en: "Status" },
];

#[expect(clippy::cast_precision_loss, reason = "the audit has far fewer than 2^53 rows")]
fn cells(row: AuditRow) -> Vec<ExportCell> {
    let text = ExportCell::Text;
    vec![
        ExportCell::Number(row.id as f64),
        text(show(row.deed.at_ms)),
        text(row.deed.actor),
        text(row.actor_name.unwrap_or_default()),
        text(row.deed.action),
        text(row.deed.subject),
        text(row.deed.detail),
        ExportCell::Number(f64::from(row.deed.status)),
    ]
}

/// Whether the audit is as it was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusBody {
    rows: i64,
    /// Hash of the newest row, to compare with a copy kept elsewhere.
    head: String,
    /// The first row that was changed, or that is missing.
    first_bad: Option<i64>,
}

/// Walks the chain of the audit.
#[utoipa::path(get, path = "/v1/audit/status", operation_id = "audit_status", responses((status = 200, body = StatusBody)))]
pub(crate) async fn status(State(app): State<App>) -> Result<Json<StatusBody>, Problem> {
    let status = app.accounts.audit_status(&[]).await?;
    Ok(Json(StatusBody { rows: status.rows, head: status.head.to_string(), first_bad: status.first_bad }))
}
