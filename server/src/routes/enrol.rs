//! `/v1/enrol-codes` and `/v1/enrol`: a one-time code becomes an enrolled phone.

use super::phone_settings::must_confirm;
use super::{Body, hex};
use crate::access::guard::{By, Peer};
use crate::access::{Caller, TOKEN_ACTOR};
use crate::clock::{now_ms, random};
use crate::office::people::find_worker;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use linli_core::identity::{Invitation, PublicKey};
use linli_core::ids::encode_base32;
use linli_core::sync::standing::Standing;
use linli_core::time::rfc3339;
use linli_storage::log::{EnrolError, NewCode};
use linli_storage::model::WorkerRecord;
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
    /// For a QR code: address, code and the relay's fingerprint, so that the phone can tell the relay from
    /// another that took its address.
    payload: String,
    /// The relay's fingerprint.
    relay_fingerprint: String,
    /// Whether somebody must compare the phone's fingerprint before it works.
    must_confirm: bool,
}

/// Makes a one-time enrolment code for a worker's phone.
#[utoipa::path(post, path = "/v1/enrol-codes", request_body = CreateCode, responses((status = 200, body = CodeBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn create_code(
    State(app): State<App>,
    By(caller): By,
    Body(wanted): Body<CreateCode>,
) -> Result<Json<CodeBody>, Problem> {
    let worker = find_worker(&app, &wanted.worker).await?;
    let code = new_code(&worker, now_ms() + CODE_MS, confirmed(&app, &caller).await?);
    app.log.add_codes(std::slice::from_ref(&code)).await?;
    Ok(Json(code_body(&app, code)))
}

/// Whether phones with this caller's codes work at once. The token's holder sits at the relay itself and sees
/// the phone; a code made in a browser may be read over a shoulder.
async fn confirmed(app: &App, caller: &Caller) -> Result<bool, Problem> {
    Ok(caller.user_id == TOKEN_ACTOR || !must_confirm(app).await?)
}

/// A code that nobody guesses.
pub(super) fn new_code(worker: &WorkerRecord, expires_ms: i64, confirmed: bool) -> NewCode {
    let text = encode_base32(&random::<10>());
    let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
    NewCode { code: groups.join("-"), worker: worker.id, expires_ms, confirmed }
}

/// A code as it is given to people.
pub(super) fn code_body(app: &App, code: NewCode) -> CodeBody {
    let relay_fingerprint = app.log.office().public().fingerprint();
    let url = app.public_url.to_string();
    CodeBody {
        payload: Invitation::write(&url, &code.code, &relay_fingerprint),
        url,
        expires_at: rfc3339(code.expires_ms),
        code: code.code,
        relay_fingerprint,
        must_confirm: !code.confirmed,
    }
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
    /// The phone works only after the office has compared its fingerprint.
    must_confirm: bool,
}

/// Enrols a phone with a one-time code.
#[utoipa::path(post, path = "/v1/enrol", request_body = Enrol, responses((status = 200, body = Enrolled), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn enrol(
    State(app): State<App>,
    Peer(peer): Peer,
    Body(wanted): Body<Enrol>,
) -> Result<Json<Enrolled>, Problem> {
    let key = unhex(&wanted.public_key).map(PublicKey).ok_or_else(|| Problem::bad(&EnrolError::BadKey))?;
    let attempt = app.door.enrolling.attempt_from(peer, now_ms())?;
    let workers = app.model.workers().await?;
    let name_of = async |id| workers.iter().find(|worker| worker.id == id).map(|worker| worker.name.clone());
    let device =
        app.log.enrol(&wanted.code, &key, name_of, now_ms()).await?.map_err(|error| Problem::bad(&error))?;
    attempt.succeeded();
    app.tell_of(device.id);
    let worker = workers.iter().find(|worker| Some(worker.id) == device.worker);
    Ok(Json(Enrolled {
        device: device.id.to_string(),
        relay_key: hex(&app.log.office().public().0),
        community: worker.map(|worker| worker.community.clone()).unwrap_or_default(),
        worker: device.worker.map(|id| id.to_string()).unwrap_or_default(),
        worker_name: device.name,
        must_confirm: device.standing != Standing::Active,
    }))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (text.len().is_multiple_of(2) && text.len() <= 256).then_some(())?;
    (0..text.len() / 2).map(|i| u8::from_str_radix(text.get(i * 2..i * 2 + 2)?, 16).ok()).collect()
}
