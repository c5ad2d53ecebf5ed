//! What daily ledgers said, kept once a day. A day on which the relay did not run has nothing; the first moment of
//! a day on which it does is kept.

use super::definition::{Definition, day_of};
use super::evaluate::{Found, find};
use super::result::{Difference, Shown, Whole, difference};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::routes::Names;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::time::TimeMs;
use linli_storage::office::ledgers::{Ledger, SnapshotBrief};
use std::time::Duration;

/// Days kept. They are copies of personal data: long enough to ask what changed since last month, no longer.
pub(crate) const DAYS_KEPT: i64 = 31;
/// How often the calendar is looked at.
const LOOK: Duration = Duration::from_secs(60);
/// Ledgers kept daily: at the longest some 50 MB a month each.
pub(crate) const DAILY_MAX: usize = 20;
/// Rows of a day: every resident of a large community.
const ROWS_MAX: usize = 40_000;
const DAY_MS: i64 = 86_400_000;

/// Keeps each day's results, for as long as the relay runs.
pub(crate) async fn run(app: App) {
    // What arrived before the relay stopped belongs into today's results.
    let durable = *app.log.durable().borrow();
    app.model.wait_for(durable).await;
    loop {
        let now = now_ms();
        if let Err(problem) = keep_due(&app, now).await {
            tracing::error!(code = problem.code, "daily ledgers could not be kept; trying again soon");
        }
        app.shelf.rest(now).await;
        tokio::time::sleep(LOOK).await;
    }
}

async fn keep_due(app: &App, now_ms: TimeMs) -> Result<(), Problem> {
    app.accounts.drop_snapshots_before(&day_of(now_ms - DAYS_KEPT * DAY_MS)).await?;
    for ledger in app.accounts.ledgers_due(&day_of(now_ms)).await? {
        // One that cannot be answered any more must not keep the others from it.
        if let Err(problem) = keep(app, &ledger, now_ms).await {
            tracing::warn!(ledger = ledger.id, code = problem.code, "a daily ledger could not be kept");
        }
    }
    Ok(())
}

/// Keeps today's result of a ledger, unless there is one.
pub(crate) async fn keep(app: &App, ledger: &Ledger, now_ms: TimeMs) -> Result<(), Problem> {
    let definition = read(&ledger.definition)?;
    let whole = whole(app, &definition, now_ms).await?;
    if whole.rows.len() > ROWS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "ledger.too_long_daily",
            format!("每日留存的台账最多 {ROWS_MAX} 行,请加筛选条件,或关掉每日留存"),
            format!(
                "a ledger kept daily has at most {ROWS_MAX} rows; add conditions, or do not keep it daily"
            ),
        ));
    }
    let rows = i64::try_from(whole.rows.len()).unwrap_or(i64::MAX);
    let bytes = tokio::task::spawn_blocking(move || whole.pack()).await.map_err(|_| stopped())??;
    let brief = SnapshotBrief { day: day_of(now_ms), at_ms: now_ms, rows };
    app.accounts.keep_snapshot(&ledger.id, &brief, &bytes).await?;
    Ok(())
}

fn stopped() -> linli_storage::StoreError {
    linli_storage::StoreError::Stopped
}

/// A stored definition.
pub(crate) fn read(stored: &str) -> Result<Definition, Problem> {
    serde_json::from_str(stored).map_err(|_| linli_storage::StoreError::Damaged { what: "ledger" }.into())
}

/// Everything that a definition says now.
pub(crate) async fn whole(app: &App, definition: &Definition, now_ms: TimeMs) -> Result<Whole, Problem> {
    look(app, definition, now_ms, |shown, found| shown.whole(found)).await
}

/// What has become different since a day.
pub(crate) async fn since(
    app: &App,
    definition: &Definition,
    from: &Whole,
    now_ms: TimeMs,
) -> Result<Difference, Problem> {
    look(app, definition, now_ms, |shown, found| Ok(difference(from, &shown.now(&found.rows)?))).await
}

async fn look<T>(
    app: &App,
    definition: &Definition,
    now_ms: TimeMs,
    take: impl FnOnce(&Shown<'_>, &Found) -> Result<T, Problem>,
) -> Result<T, Problem> {
    definition.check()?;
    let names = Names::load(app).await?;
    let books = app.shelf.books(&app.model, definition.base, now_ms).await?;
    let found = find(&books, definition, now_ms)?;
    take(&Shown { books: &books, definition, names: &names }, &found)
}
