//! How the relay is doing: counts, phones, quarantine.

use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use linli_core::time::rfc3339;
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

/// An enrolled phone.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: String,
    /// To compare with what the phone shows.
    fingerprint: String,
    worker: Option<String>,
    name: String,
    active: bool,
    enrolled_at: String,
    last_contact_at: Option<String>,
    /// Relay time minus phone time, in milliseconds.
    clock_skew_ms: Option<i64>,
    /// The clock is off by more than five minutes.
    clock_wrong: bool,
    app: Option<String>,
}

/// A clock that is off by more than this is shown as wrong.
pub(crate) const SKEW_MS_MAX: i64 = 5 * 60 * 1000;

/// Every enrolled phone.
#[utoipa::path(get, path = "/v1/devices", responses((status = 200, body = [DeviceBody])))]
pub(crate) async fn devices(State(app): State<App>) -> Result<Json<Vec<DeviceBody>>, Problem> {
    let devices = app.log.devices().await?.into_iter();
    let bodies = devices.map(|device| DeviceBody {
        id: device.id.to_string(),
        fingerprint: device.key.fingerprint(),
        worker: device.worker.map(|id| id.to_string()),
        name: device.name,
        active: device.active,
        enrolled_at: rfc3339(device.enrolled_ms),
        last_contact_at: device.last_contact_ms.map(rfc3339),
        clock_skew_ms: device.skew_ms,
        clock_wrong: device.skew_ms.is_some_and(|skew| skew.abs() > SKEW_MS_MAX),
        app: device.app,
    });
    Ok(Json(bodies.collect()))
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
    });
    Ok(Json(bodies.collect()))
}
