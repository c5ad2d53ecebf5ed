//! `/v1/devices`: the phones of the community's workers.

use super::{Body, id};
use crate::access::guard::Trail;
use crate::clock::now_ms;
use crate::problem::{Problem, ProblemBody};
use crate::state::{App, lock};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::ids::DeviceId;
use linli_core::record::Value;
use linli_core::sync::standing::Standing;
use linli_core::time::rfc3339;
use linli_storage::log::Device;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A clock that is off by more than this is shown as wrong: visits of a day still fall on the right day and
/// in the right order, but a person wonders about the times.
pub(crate) const SKEW_MS_MAX: i64 = 5 * 60 * 1000;

/// How the office stands to a phone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StandingBody {
    /// Enrolled; somebody must compare its fingerprint and confirm it.
    Waiting,
    /// It works.
    Active,
    /// Not renewed in time: a new code lets it in again.
    Expired,
    /// Stopped for now.
    Suspended,
    /// Stopped for good.
    Revoked,
}

impl From<Standing> for StandingBody {
    fn from(standing: Standing) -> StandingBody {
        match standing {
            Standing::Waiting => StandingBody::Waiting,
            Standing::Active => StandingBody::Active,
            Standing::Expired => StandingBody::Expired,
            Standing::Suspended => StandingBody::Suspended,
            Standing::Revoked => StandingBody::Revoked,
        }
    }
}

/// A phone.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: String,
    /// Four groups of four characters, to compare with what the phone shows.
    fingerprint: String,
    /// Id of the worker who holds it.
    worker: Option<String>,
    /// The worker's name when the phone was enrolled.
    name: String,
    /// What the office calls the phone; may be empty.
    label: String,
    status: StandingBody,
    /// Why it was suspended or revoked.
    reason: String,
    /// Whether it works; `status` says more.
    active: bool,
    enrolled_at: String,
    last_contact_at: Option<String>,
    /// Whether it is connected now.
    connected: bool,
    /// Relay time minus phone time, in milliseconds.
    clock_skew_ms: Option<i64>,
    /// The clock is off by more than five minutes.
    clock_wrong: bool,
    app: Option<String>,
    /// Records that it still has to hand in, as far as the relay knows.
    unsent: Option<i64>,
    /// Batches from it that wait for a person.
    review: i64,
    /// Changes from it that could not be applied.
    quarantine: i64,
}

/// What is counted for each phone elsewhere.
struct Counts {
    connected: BTreeMap<DeviceId, usize>,
    review: BTreeMap<DeviceId, i64>,
    quarantine: BTreeMap<DeviceId, i64>,
}

impl Counts {
    async fn of(app: &App) -> Result<Counts, Problem> {
        let (review, quarantine) = (app.log.review_counts().await?, app.model.quarantine_counts().await?);
        Ok(Counts { connected: lock(&app.connected).clone(), review, quarantine })
    }

    fn body(&self, device: Device) -> DeviceBody {
        let standing = device.standing_at(now_ms());
        DeviceBody {
            id: device.id.to_string(),
            fingerprint: device.key.fingerprint(),
            worker: device.worker.map(|id| id.to_string()),
            name: device.name,
            label: device.label,
            status: standing.into(),
            reason: device.reason,
            active: standing == Standing::Active,
            enrolled_at: rfc3339(device.enrolled_ms),
            last_contact_at: device.last_contact_ms.map(rfc3339),
            connected: self.connected.contains_key(&device.id),
            clock_skew_ms: device.skew_ms,
            clock_wrong: device.skew_ms.is_some_and(|skew| skew.saturating_abs() > SKEW_MS_MAX),
            app: device.app,
            unsent: device.unsent,
            review: self.review.get(&device.id).copied().unwrap_or(0),
            quarantine: self.quarantine.get(&device.id).copied().unwrap_or(0),
        }
    }
}

/// One phone as the list shows it.
pub(super) async fn body_of(app: &App, device: Device) -> Result<Json<DeviceBody>, Problem> {
    Ok(Json(Counts::of(app).await?.body(device)))
}

/// Every phone, in the order of enrolment.
#[utoipa::path(get, path = "/v1/devices", operation_id = "devices", responses((status = 200, body = [DeviceBody])))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Vec<DeviceBody>>, Problem> {
    let (devices, counts) = (app.log.devices().await?, Counts::of(&app).await?);
    Ok(Json(devices.into_iter().map(|device| counts.body(device)).collect()))
}

/// What the office calls a phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    /// Up to 20 characters; empty takes the name away.
    label: String,
}

/// Calls a phone something.
#[utoipa::path(patch, path = "/v1/devices/{id}", operation_id = "label_device", params(("id" = String, Path)), request_body = Label, responses((status = 200, body = DeviceBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn label(
    State(app): State<App>,
    Path(device): Path<String>,
    trail: Trail,
    Body(wanted): Body<Label>,
) -> Result<Json<DeviceBody>, Problem> {
    let label = wanted.label.trim();
    if label.chars().count() > Value::ITEM_CHARS_MAX || label.chars().any(char::is_control) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "device.bad_label",
            format!("手机名称最多 {} 个字,不能有换行", Value::ITEM_CHARS_MAX),
            format!("a phone's name has at most {} characters in one line", Value::ITEM_CHARS_MAX),
        ));
    }
    trail.detail(serde_json::json!({"label": true}));
    let labelled = app.log.label_device(id(&device)?, label).await?;
    let labelled = labelled.ok_or_else(|| Problem::not_found("手机", "phone", &device))?;
    app.tell_of(labelled.id);
    body_of(&app, labelled).await
}
