//! How the relay is doing: counts, quarantine.

use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    /// Households, without those merged away.
    households: i64,
    /// People in them.
    residents: i64,
    /// Visits of all time.
    visits: i64,
    /// Batches in the log.
    batches: i64,
    /// Batches that wait for a person.
    review: i64,
    /// Id of the newest durable batch.
    durable: i64,
    /// Id of the newest batch that lists show.
    applied: i64,
    /// Records that came where their household no longer is, and are about to be brought on.
    strays: i64,
}

/// Counts of everything.
#[utoipa::path(get, path = "/v1/status", responses((status = 200, body = Status), (status = 401, body = ProblemBody)))]
pub(crate) async fn status(State(app): State<App>) -> Result<Json<Status>, Problem> {
    let (households, residents, visits) = app.model.counts().await?;
    let (batches, review) = app.log.counts().await?;
    let (durable, applied) = (*app.log.durable().borrow(), *app.model.applied().borrow());
    let strays = app.model.stray_count().await?;
    Ok(Json(Status { households, residents, visits, batches, review, durable, applied, strays }))
}

/// A change that could not be applied.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuarantineBody {
    batch: i64,
    entry: i64,
    document: String,
    device: String,
    code: String,
    reason: String,
    /// Hash of the change that it waits for. Phones that may have written that one are asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
}

/// Changes that could not be applied, with the reason; their bytes are kept.
#[utoipa::path(get, path = "/v1/quarantine", responses((status = 200, body = [QuarantineBody])))]
pub(crate) async fn quarantine(State(app): State<App>) -> Result<Json<Vec<QuarantineBody>>, Problem> {
    let rows = app.model.quarantine().await?.into_iter();
    let bodies = rows.map(|row| QuarantineBody {
        batch: row.batch,
        entry: row.entry,
        document: row.doc.to_string(),
        device: row.device.to_string(),
        code: row.code,
        reason: row.reason,
        waits_for: row.missing.map(|missing| super::hex(&missing.0)),
    });
    Ok(Json(bodies.collect()))
}
