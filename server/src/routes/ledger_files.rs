//! Ledgers as files and on paper. Columns that say more than most readers need are left out unless asked for.

use super::Params;
use super::export::{file_answer, format_of};
use super::ledger_days::kept;
use super::ledgers::{LedgerBody, visible};
use crate::access::Caller;
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::ledgers::column::Cell;
use crate::ledgers::daily;
use crate::ledgers::definition::day_of;
use crate::ledgers::fields::{Kind, choice};
use crate::ledgers::result::{GroupBody, LedgerColumnBody, RowBody, Whole};
use crate::problem::{Language, Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use linli_core::error::Lang;
use linli_core::time::show;
use linli_roster::export::{Column, ExportCell, ExportFormat, write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Some 150 sheets of paper; more belongs into a file.
const PRINT_ROWS_MAX: usize = 5_000;

/// Which file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// `xlsx`, `csv` or `json` (one object a line).
    format: String,
    /// A day that was kept; now unless given.
    day: Option<String>,
    /// `true` adds sensitive columns.
    #[serde(default)]
    sensitive: bool,
}

/// A ledger as a file. Text that a spreadsheet would run is made inert.
#[utoipa::path(get, path = "/v1/ledgers/{id}/export", operation_id = "export_ledger", params(("id" = String, Path), ExportParams), responses((status = 200, description = "the file"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn export(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(params): Params<ExportParams>,
    Language(lang): Language,
    By(caller): By,
    trail: Trail,
) -> Result<Response, Problem> {
    let format = format_of(&params.format)?;
    let (_, at_ms, whole) = taken(&app, &caller, &id, params.day.as_deref(), params.sensitive).await?;
    trail.detail(json!({
        "rows": whole.rows.len(),
        "format": format.extension(),
        "day": params.day.is_some().then(|| day_of(at_ms)),
        "sensitive": params.sensitive,
    }));
    let write = move || {
        let columns: Vec<Column<'_>> = whole.columns.iter().map(heading).collect();
        let rows = whole.rows.iter().map(|row| cells(row, &whole.columns, format, lang));
        write(&columns, rows, format, lang)
    };
    // A workbook of a whole community takes a core for a second.
    let file = tokio::task::spawn_blocking(write).await.map_err(|_| linli_storage::StoreError::Stopped)?;
    let file = file.map_err(|error| Problem::bad(&error))?;
    Ok(file_answer(&format!("ledger-{}", day_of(at_ms)), format, file))
}

/// A ledger now or on a day, as it may leave the system.
async fn taken(
    app: &App,
    caller: &Caller,
    id: &str,
    day: Option<&str>,
    sensitive: bool,
) -> Result<(LedgerBody, i64, Whole), Problem> {
    let ledger = visible(app, caller, id).await?;
    let now = now_ms();
    let (at_ms, whole) = match day {
        Some(day) => {
            kept(app, &ledger, day).await.map(|(at_ms, whole)| (at_ms, Arc::unwrap_or_clone(whole)))?
        }
        None => (now, daily::whole(app, &ledger.definition, now).await?),
    };
    Ok((ledger, at_ms, if sensitive { whole } else { whole.without_sensitive() }))
}

fn heading(column: &LedgerColumnBody) -> Column<'_> {
    Column { key: &column.key, label_zh: &column.zh, label_en: &column.en }
}

fn cells(row: &RowBody, columns: &[LedgerColumnBody], format: ExportFormat, lang: Lang) -> Vec<ExportCell> {
    let cell = |(cell, column): (&Cell, &LedgerColumnBody)| match (cell, column.kind) {
        (Cell::Empty, _) => ExportCell::Empty,
        (Cell::Number(at), Kind::Time) => ExportCell::Text(show(*at)),
        (Cell::Number(number), _) => ExportCell::Number(exact(*number)),
        (Cell::Text(word), Kind::Choice) if format != ExportFormat::Json => {
            ExportCell::Text(said(word, lang))
        }
        (Cell::Text(text), _) => ExportCell::Text(text.clone()),
        (Cell::Set(words), _) => ExportCell::Text(words.join("、")),
    };
    row.cells.iter().zip(columns).map(cell).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of people and visits are far below 2^53")]
fn exact(number: i64) -> f64 {
    number as f64
}

/// A choice in the reader's language.
fn said(word: &str, lang: Lang) -> String {
    let (zh, en) = choice(word);
    let said = if lang == Lang::Zh { zh } else { en };
    if said.is_empty() { word.to_owned() } else { said.to_owned() }
}

/// Which moment.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PrintParams {
    /// A day that was kept; now unless given.
    day: Option<String>,
    /// `true` adds sensitive columns.
    #[serde(default)]
    sensitive: bool,
}

/// Everything that a sheet of paper shows.
#[derive(Serialize, ToSchema)]
pub(crate) struct PrintBody {
    name_zh: String,
    name_en: String,
    /// The moment of the rows.
    at_ms: i64,
    printed_ms: i64,
    /// Who asked for it.
    printed_by: String,
    columns: Vec<LedgerColumnBody>,
    rows: Vec<RowBody>,
    grouped: Vec<LedgerColumnBody>,
    groups: Vec<GroupBody>,
}

/// A ledger for a sheet of paper: all rows, and who prints them.
#[utoipa::path(get, path = "/v1/ledgers/{id}/print", operation_id = "print_ledger", params(("id" = String, Path), PrintParams), responses((status = 200, body = PrintBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn print(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(params): Params<PrintParams>,
    By(caller): By,
    trail: Trail,
) -> Result<Json<PrintBody>, Problem> {
    let (ledger, at_ms, whole) = taken(&app, &caller, &id, params.day.as_deref(), params.sensitive).await?;
    trail.detail(json!({
        "rows": whole.rows.len(),
        "format": "print",
        "day": params.day.is_some().then(|| day_of(at_ms)),
        "sensitive": params.sensitive,
    }));
    if whole.rows.len() > PRINT_ROWS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "ledger.too_long_to_print",
            format!("超过 {PRINT_ROWS_MAX} 行,不便打印,请加筛选条件或导出文件"),
            format!("more than {PRINT_ROWS_MAX} rows; add conditions, or export a file"),
        ));
    }
    Ok(Json(PrintBody {
        name_zh: ledger.name_zh,
        name_en: ledger.name_en,
        at_ms,
        printed_ms: now_ms(),
        printed_by: caller.name,
        columns: whole.columns,
        rows: whole.rows,
        grouped: whole.grouped,
        groups: whole.groups,
    }))
}
