//! `/v1/settings/phones`: how phones are let in.

use super::Body;
use crate::access::guard::Trail;
use crate::problem::Problem;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name of the setting in the office's database.
const CONFIRM: &str = "phones.confirm";

/// How phones are let in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneSettings {
    /// A phone enrolled with a code from the console works only after somebody has compared its fingerprint.
    confirm: bool,
}

/// Whether phones enrolled with a code from the console must be confirmed: unless somebody has said no.
pub(super) async fn must_confirm(app: &App) -> Result<bool, Problem> {
    Ok(app.accounts.setting(CONFIRM).await?.as_deref() != Some("false"))
}

/// How phones are let in.
#[utoipa::path(get, path = "/v1/settings/phones", operation_id = "phone_settings", responses((status = 200, body = PhoneSettings)))]
pub(crate) async fn read(State(app): State<App>) -> Result<Json<PhoneSettings>, Problem> {
    Ok(Json(PhoneSettings { confirm: must_confirm(&app).await? }))
}

/// Changes how phones are let in.
#[utoipa::path(put, path = "/v1/settings/phones", operation_id = "change_phone_settings", request_body = PhoneSettings, responses((status = 200, body = PhoneSettings)))]
pub(crate) async fn change(
    State(app): State<App>,
    trail: Trail,
    Body(wanted): Body<PhoneSettings>,
) -> Result<Json<PhoneSettings>, Problem> {
    app.accounts.set_setting(CONFIRM, if wanted.confirm { "true" } else { "false" }).await?;
    trail.detail(serde_json::json!({"confirm": wanted.confirm}));
    Ok(Json(wanted))
}
