//! What a ledger said on a day, and what became different since.

use super::Params;
use super::ledger_rows::{LedgerRows, RowsParams, begin, next};
use super::ledgers::{LedgerBody, changeable, visible};
use crate::access::guard::By;
use crate::clock::now_ms;
use crate::ledgers::daily;
use crate::ledgers::result::{Difference, Whole, difference as difference_of};
use crate::ledgers::shelf::DayKept;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What stands for this moment where a day is asked for.
const NOW: &str = "now";

/// A day that was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayBody {
    /// `2026-11-22`, in Beijing.
    day: String,
    /// The moment of that day.
    at_ms: i64,
    rows: i64,
}

/// The days kept of a ledger, newest first.
#[utoipa::path(get, path = "/v1/ledgers/{id}/snapshots", operation_id = "ledger_snapshots", params(("id" = String, Path)), responses((status = 200, body = [DayBody]), (status = 404, body = ProblemBody)))]
pub(crate) async fn days(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
) -> Result<Json<Vec<DayBody>>, Problem> {
    let ledger = visible(&app, &caller, &id).await?;
    let days = app.accounts.snapshots(&ledger.id).await?;
    let body = |day: linli_storage::office::ledgers::SnapshotBrief| DayBody {
        day: day.day,
        at_ms: day.at_ms,
        rows: day.rows,
    };
    Ok(Json(days.into_iter().map(body).collect()))
}

/// A page of what a ledger said on a day.
#[utoipa::path(get, path = "/v1/ledgers/{id}/snapshots/{day}", operation_id = "ledger_snapshot", params(("id" = String, Path), ("day" = String, Path), RowsParams), responses((status = 200, body = LedgerRows), (status = 404, body = ProblemBody)))]
pub(crate) async fn day(
    State(app): State<App>,
    Path((id, day)): Path<(String, String)>,
    Params(params): Params<RowsParams>,
    By(caller): By,
) -> Result<Json<LedgerRows>, Problem> {
    let ledger = visible(&app, &caller, &id).await?;
    let (at_ms, whole) = kept(&app, &ledger, &day).await?;
    let begin = begin(params.cursor.as_deref(), whole.rows.iter().map(|row| row.id.as_str()))?;
    let total = whole.rows.len();
    let end = begin.saturating_add(params.limit()).min(total);
    let rows = whole.rows.get(begin..end).unwrap_or_default().to_vec();
    Ok(Json(LedgerRows {
        next: next(end, total, rows.last().map(|row| row.id.as_str())),
        columns: whole.columns.clone(),
        rows,
        total,
        grouped: whole.grouped.clone(),
        groups: whole.groups.clone(),
        groups_more: whole.groups_more,
        at_ms,
    }))
}

/// What was kept of a day, and when.
pub(crate) async fn kept(app: &App, ledger: &LedgerBody, day: &str) -> Result<(TimeMs, Arc<Whole>), Problem> {
    let missing = || Problem::not_found("当日留存", "snapshot of the day", day);
    let briefs = app.accounts.snapshots(&ledger.id).await?;
    let at_ms = briefs.iter().find(|brief| brief.day == day).ok_or_else(missing)?.at_ms;
    let key = DayKept { ledger: ledger.id.clone(), day: day.to_owned(), at_ms };
    if let Some(whole) = app.shelf.day(&key, now_ms()) {
        return Ok((at_ms, whole));
    }
    let (_, bytes) = app.accounts.snapshot(&ledger.id, day).await?.ok_or_else(missing)?;
    let unpacked = tokio::task::spawn_blocking(move || Whole::unpack(&bytes)).await;
    let whole = Arc::new(unpacked.map_err(|_| StoreError::Stopped)??);
    app.shelf.open_day(key, Arc::clone(&whole));
    Ok((at_ms, whole))
}

/// Erases what was kept of a day. The records stay.
#[utoipa::path(delete, path = "/v1/ledgers/{id}/snapshots/{day}", operation_id = "delete_ledger_snapshot", params(("id" = String, Path), ("day" = String, Path)), responses((status = 200), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Path((id, day)): Path<(String, String)>,
    By(caller): By,
) -> Result<Json<serde_json::Value>, Problem> {
    let ledger = changeable(&app, &caller, &id).await?;
    if !app.accounts.delete_snapshot(&ledger.id, &day).await? {
        return Err(Problem::not_found("当日留存", "snapshot of the day", day));
    }
    Ok(Json(json!({})))
}

/// Which two moments.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DifferenceParams {
    /// A day that was kept.
    from: String,
    /// A day that was kept, or `now`.
    to: String,
}

/// Rows that came, went or changed between two days.
#[utoipa::path(get, path = "/v1/ledgers/{id}/difference", operation_id = "ledger_difference", params(("id" = String, Path), DifferenceParams), responses((status = 200, body = Difference), (status = 404, body = ProblemBody)))]
pub(crate) async fn difference(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(params): Params<DifferenceParams>,
    By(caller): By,
) -> Result<Json<Difference>, Problem> {
    let ledger = visible(&app, &caller, &id).await?;
    let (_, from) = kept(&app, &ledger, &params.from).await?;
    Ok(Json(match params.to.as_str() {
        NOW => daily::since(&app, &ledger.definition, &from, now_ms()).await?,
        day => difference_of(&from, kept(&app, &ledger, day).await?.1.as_ref()),
    }))
}
