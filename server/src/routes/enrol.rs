//! `/v1/enrol-codes` and `/v1/enrol`: a one-time code becomes an enrolled phone.

use super::{Body, hex};
use crate::clock::{now_ms, random};
use crate::events::News;
use crate::office::people::find_worker;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use linli_core::identity::PublicKey;
use linli_core::ids::encode_base32;
use linli_core::time::rfc3339;
use linli_storage::log::EnrolError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A code is read off a screen and typed at once; after this it is useless to whoever finds it.
const CODE_MS: i64 = 15 * 60 * 1000;

/// For whom.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateCode {
    /// Name or id of the worker.
    worker: String,
}

/// A one-time code: 80 random bits.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeBody {
    /// Typed or scanned on the phone; blanks, dashes and case do not matter.
    code: String,
    /// Where the phone enrols.
    url: String,
    /// RFC 3339, UTC.
    expires_at: String,
}

/// Makes a one-time enrolment code for a worker's phone.
#[utoipa::path(post, path = "/v1/enrol-codes", request_body = CreateCode, responses((status = 200, body = CodeBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn create_code(
    State(app): State<App>,
    Body(wanted): Body<CreateCode>,
) -> Result<Json<CodeBody>, Problem> {
    let worker = find_worker(&app, &wanted.worker).await?;
    let text = encode_base32(&random::<10>());
    let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
    let code = groups.join("-");
    let expires_ms = now_ms() + CODE_MS;
    app.log.add_code(&code, worker.id, expires_ms).await?;
    Ok(Json(CodeBody { code, url: app.public_url.to_string(), expires_at: rfc3339(expires_ms) }))
}

/// A phone that wants in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Enrol {
    code: String,
    /// The phone's public key in hexadecimal: a tag byte (1 for Ed25519), then the key.
    public_key: String,
    /// Application and version.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "told again at every connection; accepted here so that old phones may send it"
    )]
    app: String,
}

/// What the phone must remember.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolled {
    device: String,
    /// The relay's public key in hexadecimal; the phone refuses any other relay.
    relay_key: String,
    community: String,
    worker: String,
    worker_name: String,
}

/// Enrols a phone with a one-time code.
#[utoipa::path(post, path = "/v1/enrol", request_body = Enrol, responses((status = 200, body = Enrolled), (status = 422, body = ProblemBody)))]
pub(crate) async fn enrol(
    State(app): State<App>,
    Body(wanted): Body<Enrol>,
) -> Result<Json<Enrolled>, Problem> {
    let key = unhex(&wanted.public_key).map(PublicKey).ok_or_else(|| Problem::bad(&EnrolError::BadKey))?;
    let workers = app.model.workers().await?;
    let name_of = async |id| workers.iter().find(|worker| worker.id == id).map(|worker| worker.name.clone());
    let device =
        app.log.enrol(&wanted.code, &key, name_of, now_ms()).await?.map_err(|error| Problem::bad(&error))?;
    app.events.say(News::Device { id: device.id.to_string() });
    let worker = workers.iter().find(|worker| Some(worker.id) == device.worker);
    Ok(Json(Enrolled {
        device: device.id.to_string(),
        relay_key: hex(&app.log.office().public().0),
        community: worker.map(|worker| worker.community.clone()).unwrap_or_default(),
        worker: device.worker.map(|id| id.to_string()).unwrap_or_default(),
        worker_name: device.name,
    }))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (text.len().is_multiple_of(2) && text.len() <= 256).then_some(())?;
    (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(i * 2..i * 2 + 2)?, 16).ok()).collect()
}
