//! What a ledger says now: its rows, its counts, and what it could show.

use super::ledgers::visible;
use super::{Body, Names, Params};
use crate::access::guard::By;
use crate::clock::now_ms;
use crate::ledgers::column::Cell;
use crate::ledgers::definition::Definition;
use crate::ledgers::evaluate::find;
use crate::ledgers::fields::{self, Base, Kind, choice};
use crate::ledgers::result::{GroupBody, LedgerColumnBody, RowBody, Shown};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Some screens full.
const LIMIT_DEFAULT: usize = 200;
/// The longest page.
const LIMIT_MAX: usize = 2_000;
/// Rows of a preview: what a screen shows beside a form.
const PREVIEW_ROWS: usize = 30;
/// Values offered for a field; with more, people type.
const VALUES_MAX: usize = 300;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsParams {
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most: 200 unless given, 2,000 at most.
    pub(crate) limit: Option<usize>,
}

impl RowsParams {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
    }
}

/// A page of a ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerRows {
    pub(crate) columns: Vec<LedgerColumnBody>,
    pub(crate) rows: Vec<RowBody>,
    /// Rows of all pages.
    pub(crate) total: usize,
    /// Asks for the next page; absent at the end.
    pub(crate) next: Option<String>,
    /// The fields by which rows are counted.
    pub(crate) grouped: Vec<LedgerColumnBody>,
    /// Counts over all pages; on the first page only.
    pub(crate) groups: Vec<GroupBody>,
    /// There were more groups than an answer holds.
    pub(crate) groups_more: bool,
    /// The moment.
    pub(crate) at_ms: i64,
}

/// Where a page begins. Records change between two pages: the row before says where to go on, or, when it has
/// gone, the place it had. Nothing of what a row holds is in it, because addresses end up in logs.
pub(crate) fn begin<'a>(
    cursor: Option<&str>,
    ids: impl ExactSizeIterator<Item = &'a str>,
) -> Result<usize, Problem> {
    let Some(cursor) = cursor else { return Ok(0) };
    let parts = cursor.split_once('-').and_then(|(place, id)| Some((place.parse::<usize>().ok()?, id)));
    let Some((place, last)) = parts else {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "ledger.bad_cursor",
            "翻页位置不对,请从第一页重新开始",
            "this is not where a page ended; begin with the first page",
        ));
    };
    let length = ids.len();
    let at = ids.into_iter().position(|id| id == last);
    Ok(at.map_or(place, |at| at + 1).min(length))
}

/// Says where the next page begins.
pub(crate) fn next(end: usize, total: usize, last: Option<&str>) -> Option<String> {
    last.filter(|_| end < total).map(|id| format!("{end}-{id}"))
}

/// A page of a ledger as it is now, with the counts of its groups.
#[utoipa::path(get, path = "/v1/ledgers/{id}/rows", operation_id = "ledger_rows", params(("id" = String, Path), RowsParams), responses((status = 200, body = LedgerRows), (status = 404, body = ProblemBody)))]
pub(crate) async fn rows(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(params): Params<RowsParams>,
    By(caller): By,
) -> Result<Json<LedgerRows>, Problem> {
    let ledger = visible(&app, &caller, &id).await?;
    Ok(Json(page(&app, &ledger.definition, &params, params.limit()).await?))
}

/// What to look at.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Preview {
    definition: Definition,
}

/// The first rows and the counts of a ledger that is not kept yet.
#[utoipa::path(post, path = "/v1/ledgers/preview", operation_id = "preview_ledger", request_body = Preview, responses((status = 200, body = LedgerRows), (status = 422, body = ProblemBody)))]
pub(crate) async fn preview(
    State(app): State<App>,
    Body(asked): Body<Preview>,
) -> Result<Json<LedgerRows>, Problem> {
    let first = RowsParams { cursor: None, limit: None };
    Ok(Json(page(&app, &asked.definition, &first, PREVIEW_ROWS).await?))
}

async fn page(
    app: &App,
    definition: &Definition,
    params: &RowsParams,
    limit: usize,
) -> Result<LedgerRows, Problem> {
    definition.check()?;
    let names = Names::load(app).await?;
    let now = now_ms();
    let books = app.shelf.books(&app.model, definition.base, now).await?;
    let found = find(&books, definition, now)?;
    let shown = Shown { books: &books, definition, names: &names };
    let ids = found.rows.iter().map(|row| books.id(definition.base, *row));
    let begin = begin(params.cursor.as_deref(), ids)?;
    let end = begin.saturating_add(limit).min(found.rows.len());
    let rows = shown.rows(found.rows.get(begin..end).unwrap_or_default())?;
    let (groups, groups_more) = if begin == 0 { shown.groups(&found)? } else { (vec![], false) };
    Ok(LedgerRows {
        next: next(end, found.rows.len(), rows.last().map(|row| row.id.as_str())),
        columns: shown.columns()?,
        rows,
        total: found.rows.len(),
        grouped: shown.grouped()?,
        groups,
        groups_more,
        at_ms: now,
    })
}

/// Which fields.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldsParams {
    /// `household`, `resident` or `visit`.
    #[param(inline)]
    base: Base,
}

/// A field that a ledger can show.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerFieldBody {
    key: String,
    zh: String,
    en: String,
    kind: Kind,
    sensitive: bool,
    /// What it is asked for, where its record does not say it already.
    purpose_zh: Option<String>,
    purpose_en: Option<String>,
    /// Whether rows can be counted by it.
    counted: bool,
    /// The words of a choice.
    choices: Vec<ChoiceBody>,
    /// Values that records have, when they are few enough to choose from.
    values: Vec<String>,
}

/// A word of a choice.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChoiceBody {
    value: String,
    zh: String,
    en: String,
}

/// Every field that a ledger of a kind can show, filter and count by.
#[utoipa::path(get, path = "/v1/ledgers/fields", operation_id = "ledger_fields", params(FieldsParams), responses((status = 200, body = [LedgerFieldBody])))]
pub(crate) async fn fields(
    State(app): State<App>,
    Params(params): Params<FieldsParams>,
) -> Result<Json<Vec<LedgerFieldBody>>, Problem> {
    let books = app.shelf.books(&app.model, params.base, now_ms()).await?;
    let values = |field: &fields::Field| {
        let listed = field.counted && matches!(field.kind, Kind::Text | Kind::Place | Kind::Set);
        let column = books.column(params.base, field).filter(|_| listed);
        let words = column.map(|column| column.values().iter().flat_map(words)).into_iter().flatten();
        let words: std::collections::BTreeSet<String> = words.collect();
        if words.len() > VALUES_MAX { vec![] } else { words.into_iter().collect() }
    };
    let body = |field: &fields::Field| LedgerFieldBody {
        key: field.key.clone(),
        zh: field.zh.into(),
        en: field.en.into(),
        kind: field.kind,
        sensitive: field.sensitive,
        purpose_zh: field.purpose.map(|(zh, _)| zh.into()),
        purpose_en: field.purpose.map(|(_, en)| en.into()),
        counted: field.counted,
        choices: field.choices.iter().map(|word| choice_body(word)).collect(),
        values: values(field),
    };
    Ok(Json(fields::fields(params.base).iter().map(body).collect()))
}

fn choice_body(word: &str) -> ChoiceBody {
    let (zh, en) = choice(word);
    ChoiceBody { value: word.into(), zh: zh.into(), en: en.into() }
}

fn words(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::Text(text) => vec![text.clone()],
        Cell::Set(words) => words.clone(),
        Cell::Empty | Cell::Number(_) => vec![],
    }
}
