//! `/v1/exports/{what}`: ledgers as files.

use super::Params;
use super::campaigns::Asked;
use super::households::Names;
use crate::access::guard::Trail;
use crate::problem::{Language, Problem, ProblemBody};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use linli_core::kinds::{Household, Outcome, Resident};
use linli_core::record::FieldSpec;
use linli_core::time::show;
use linli_roster::export::{Column, ExportCell, ExportFormat, write};
use linli_storage::model::{HouseholdFilter, HouseholdRecord, VisitRecord};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use utoipa::IntoParams;

/// Rows read at a time.
const CHUNK: i64 = 2_000;

/// Which file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// `csv`, `xlsx` or `json` (one object a line).
    format: String,
    /// Only this grid.
    grid: Option<String>,
    /// Only visits of this campaign or quarter.
    campaign: Option<String>,
}

/// `households`, `residents` or `visits` as a file. Text that a spreadsheet would run is made inert.
#[utoipa::path(get, path = "/v1/exports/{what}", params(("what" = String, Path), ExportParams), responses((status = 200, description = "the file"), (status = 422, body = ProblemBody)))]
pub(crate) async fn export(
    State(app): State<App>,
    Path(what): Path<String>,
    Params(params): Params<ExportParams>,
    Language(lang): Language,
    trail: Trail,
) -> Result<Response, Problem> {
    let format = format_of(&params.format)?;
    let (columns, rows) = match what.as_str() {
        "households" => (household_columns(), household_rows(&app, &params).await?),
        "residents" => (resident_columns(), resident_rows(&app, &params).await?),
        "visits" => (visit_columns(), visit_rows(&app, &params).await?),
        _ => {
            return Err(bad(
                "export.unknown",
                "只能导出 households、residents 或 visits",
                "export one of households, residents, visits",
            ));
        }
    };
    trail
        .detail(json!({"rows": rows.len(), "format": format.extension(), "one_grid": params.grid.is_some()}));
    let file = write(&columns, rows.into_iter(), format, lang).map_err(|error| Problem::bad(&error))?;
    Ok(file_answer(&what, format, file))
}

/// The format asked for, the same ones for every export.
pub(super) fn format_of(text: &str) -> Result<ExportFormat, Problem> {
    match text {
        "csv" => Ok(ExportFormat::Csv),
        "xlsx" => Ok(ExportFormat::Xlsx),
        "json" => Ok(ExportFormat::Json),
        _ => Err(bad(
            "export.bad_format",
            "格式只能是 csv、xlsx 或 json",
            "the format is one of csv, xlsx, json",
        )),
    }
}

/// A file to save.
pub(super) fn file_answer(what: &str, format: ExportFormat, file: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{what}.{}\"", format.extension());
    ([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)], file)
        .into_response()
}

fn bad(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
}

const fn column(key: &'static str, label_zh: &'static str, label_en: &'static str) -> Column<'static> {
    Column { key, label_zh, label_en }
}

fn of_spec(fields: &'static [FieldSpec]) -> impl Iterator<Item = Column<'static>> {
    fields.iter().filter(|field| is_exported(field)).map(|field| column(field.key, field.zh, field.en))
}

/// Bookkeeping and hashes are for programs, not for ledgers.
fn is_exported(field: &FieldSpec) -> bool {
    !["presence", "national_id_hash", "merged_into", "withdrawn"].contains(&field.key)
}

fn household_columns() -> Vec<Column<'static>> {
    let own = [column("id", "编号", "Id"), column("address", "地址", "Address")];
    let more = [
        column("residents", "人数", "Residents"),
        column("visits", "走访次数", "Visits"),
        column("last_visit_at", "最近走访", "Last visit"),
        column("last_outcome", "最近结果", "Last outcome"),
    ];
    own.into_iter().chain(of_spec(Household::SPEC.fields)).chain(more).collect()
}

fn resident_columns() -> Vec<Column<'static>> {
    let own = [
        column("household", "户编号", "Household id"),
        column("grid", "网格", "Grid"),
        column("address", "地址", "Address"),
        column("id", "编号", "Id"),
    ];
    own.into_iter().chain(of_spec(Resident::SPEC.fields)).collect()
}

fn visit_columns() -> Vec<Column<'static>> {
    vec![
        column("id", "编号", "Id"),
        column("household", "户编号", "Household id"),
        column("address", "地址", "Address"),
        column("period", "期间", "Period"),
        column("outcome", "结果", "Outcome"),
        column("at", "走访时间(手机)", "Visited (phone clock)"),
        column("received_at", "收到时间(服务器)", "Received (relay clock)"),
        column("author", "走访人", "Visitor"),
        column("at_home", "在家人数", "At home"),
        column("needs", "需求", "Needs"),
        column("note", "备注", "Note"),
        column("temperature", "体温", "Temperature"),
        column("answers", "排查答案", "Answers"),
    ]
}

async fn households(app: &App, params: &ExportParams) -> Result<Vec<HouseholdRecord>, Problem> {
    let mut all = Vec::new();
    loop {
        let offset = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let filter = HouseholdFilter { search: None, grid: params.grid.clone(), offset, limit: CHUNK };
        let page = app.model.households(&filter).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_default()
}

fn cell(value: Option<&Json>) -> ExportCell {
    match value {
        None | Some(Json::Null) => ExportCell::Empty,
        Some(Json::Number(number)) => number.as_f64().map_or(ExportCell::Empty, ExportCell::Number),
        Some(Json::String(text)) => ExportCell::Text(text.clone()),
        Some(Json::Array(items)) => {
            let words: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
            ExportCell::Text(words.join("、"))
        }
        Some(other) => ExportCell::Text(other.to_string()),
    }
}

async fn household_rows(app: &App, params: &ExportParams) -> Result<Vec<Vec<ExportCell>>, Problem> {
    let columns = household_columns();
    let records = households(app, params).await?;
    Ok(records
        .iter()
        .map(|record| {
            let json = parsed(&record.record);
            let of = |key: &str| match key {
                "residents" => number(record.row.people.len() as i64),
                "visits" => number(record.visits),
                "last_visit_at" => {
                    record.last_visit_ms.map_or(ExportCell::Empty, |at| ExportCell::Text(show(at)))
                }
                "last_outcome" => record.last_outcome.as_deref().map_or(ExportCell::Empty, outcome),
                key => cell(json.get(key)),
            };
            columns.iter().map(|column| of(column.key)).collect()
        })
        .collect())
}

#[expect(clippy::cast_precision_loss, reason = "counts of households and visits are far below 2^53")]
fn number(count: i64) -> ExportCell {
    ExportCell::Number(count as f64)
}

fn outcome(word: &str) -> ExportCell {
    ExportCell::Text(
        Outcome::from_word(word).map_or_else(|| word.to_owned(), |outcome| outcome.zh().to_owned()),
    )
}

async fn resident_rows(app: &App, params: &ExportParams) -> Result<Vec<Vec<ExportCell>>, Problem> {
    let columns = resident_columns();
    let mut rows = Vec::new();
    for record in households(app, params).await? {
        let household = parsed(&record.record);
        let residents = household.get("residents").and_then(Json::as_array).cloned().unwrap_or_default();
        for resident in residents {
            let of = |key: &str| match key {
                "household" => cell(household.get("id")),
                "grid" | "address" => cell(household.get(key)),
                key => cell(resident.get(key)),
            };
            rows.push(columns.iter().map(|column| of(column.key)).collect());
        }
    }
    Ok(rows)
}

async fn visit_rows(app: &App, params: &ExportParams) -> Result<Vec<Vec<ExportCell>>, Problem> {
    let (names, asked) = (Names::load(app).await?, Asked::load(app).await?);
    let mut rows: Vec<Vec<ExportCell>> = Vec::new();
    loop {
        let offset = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let page = app
            .model
            .visits(None, params.grid.as_deref(), params.campaign.as_deref(), (offset, CHUNK))
            .await?;
        if page.is_empty() {
            return Ok(rows);
        }
        for visit in &page {
            let household = app.model.household(visit.household).await?;
            let address = household.map(|household| household.row.address().to_string()).unwrap_or_default();
            rows.push(visit_row(visit, address, names.of_device(visit.device), asked.in_one_line(visit)));
        }
    }
}

fn visit_row(visit: &VisitRecord, address: String, author: String, answers: String) -> Vec<ExportCell> {
    let json = parsed(&visit.record);
    let text = |text: String| ExportCell::Text(text);
    vec![
        text(visit.id.to_string()),
        text(visit.household.to_string()),
        text(address),
        text(visit.period.clone()),
        outcome(&visit.outcome),
        text(show(visit.at_ms)),
        text(show(visit.received_ms)),
        text(author),
        cell(json.get("at_home")),
        cell(json.get("needs")),
        cell(json.get("note")),
        cell(json.get("answers").and_then(|answers| answers.get("temperature"))),
        text(answers),
    ]
}
