//! `/v1/passkeys` and `/v1/session/passkey`: signing in and confirming with an authenticator instead of a password.

use super::session::{Seated, SessionBody, body, confirmed, own, seat};
use super::{Body, Params, hex};
use crate::access::Principal;
use crate::access::guard::{Known, Trail};
use crate::access::passkey::{Here, Purpose, Said, bytes, not_accepted};
use crate::clock::now_ms;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use linli_storage::office::passkeys::{PER_USER, Passkey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Enough to tell one's own passkeys apart.
const NAME_CHARS_MAX: usize = 40;

/// What the challenge is for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    /// Signing in.
    SignIn,
    /// Confirming, when signed in.
    Confirm,
    /// Adding a passkey, when signed in.
    Register,
}

/// What the challenge is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChallengeParams {
    #[param(inline)]
    purpose: Wanted,
}

/// What an authenticator is to sign.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChallengeBody {
    /// Base 64 for addresses, without padding; good once, for five minutes.
    challenge: String,
    /// Host for which passkeys are made.
    rp_id: String,
    /// Names the account to the authenticator when a passkey is added.
    user: Option<String>,
    /// One's own passkeys: to confirm with, or not to be made twice.
    known: Vec<String>,
}

/// A challenge for an authenticator.
#[utoipa::path(get, path = "/v1/session/passkey", operation_id = "passkey_challenge", params(ChallengeParams), responses((status = 200, body = ChallengeBody), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn challenge(
    State(app): State<App>,
    Known(principal): Known,
    Params(params): Params<ChallengeParams>,
    headers: HeaderMap,
) -> Result<Json<ChallengeBody>, Problem> {
    let here = Here::of(&headers, &app.public_url);
    let rp_id = here.rp_id().to_owned();
    if matches!(params.purpose, Wanted::SignIn) {
        let challenge = app.door.challenges.make(Purpose::SignIn, now_ms());
        return Ok(Json(ChallengeBody { challenge, rp_id, user: None, known: Vec::new() }));
    }
    let session = own(principal)?;
    let purpose = match params.purpose {
        Wanted::Register => Purpose::Register(&session.user),
        Wanted::Confirm | Wanted::SignIn => Purpose::Confirm(&session.user),
    };
    let challenge = app.door.challenges.make(purpose, now_ms());
    let keys = app.accounts.passkeys(&session.user).await?.into_iter().filter(|key| key.rp_id == rp_id);
    let known = keys.map(|key| encode(&key.id)).collect();
    Ok(Json(ChallengeBody { challenge, rp_id, user: Some(encode(session.user.as_bytes())), known }))
}

/// What an authenticator signed. All of it is base 64 for addresses, without padding.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Signed {
    id: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

impl Signed {
    /// The passkey that signed this.
    async fn check(&self, app: &App, headers: &HeaderMap, purpose: Purpose<'_>) -> Result<Passkey, Problem> {
        let key = app.accounts.passkey(&bytes(&self.id)?).await?.ok_or_else(not_accepted)?;
        let said = Said::read(&self.client_data, &self.authenticator_data)?;
        let (here, now) = (Here::of(headers, &app.public_url), now_ms());
        let of_key = (key.public_key.as_slice(), key.rp_id.as_str());
        let used =
            said.signed_by(of_key, &bytes(&self.signature)?, (&app.door.challenges, purpose), &here, now)?;
        if !app.accounts.passkey_used(&key.id, used, now).await? {
            tracing::warn!(user = key.user, "a passkey's count went back: it may have been copied");
            return Err(not_accepted());
        }
        Ok(key)
    }
}

/// Signs in with a passkey.
#[utoipa::path(post, path = "/v1/session/passkey", operation_id = "sign_in_with_passkey", request_body = Signed, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    trail: Trail,
    headers: HeaderMap,
    Body(signed): Body<Signed>,
) -> Result<Seated, Problem> {
    let key = signed.check(&app, &headers, Purpose::SignIn).await?;
    trail.subject(&key.user);
    trail.detail(serde_json::json!({"passkey": true}));
    let user = app.accounts.user(&key.user).await?.filter(|user| user.active).ok_or_else(not_accepted)?;
    trail.actor(&user.id);
    seat(&app, &user.id, user.password, &headers).await
}

/// Confirms with a passkey what the password would: for five minutes delicate requests are let through.
#[utoipa::path(post, path = "/v1/session/passkey/confirm", operation_id = "confirm_with_passkey", request_body = Signed, responses((status = 200, body = SessionBody), (status = 401, body = ProblemBody)))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Known(principal): Known,
    trail: Trail,
    headers: HeaderMap,
    Body(signed): Body<Signed>,
) -> Result<Json<SessionBody>, Problem> {
    let session = own(principal)?;
    let key = signed.check(&app, &headers, Purpose::Confirm(&session.user)).await?;
    if key.user != session.user {
        return Err(not_accepted());
    }
    trail.detail(serde_json::json!({"passkey": true}));
    let session = confirmed(&app, session).await?;
    Ok(Json(body(&app, Some(&Principal::Session(session))).await?))
}

/// A passkey of one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyRow {
    /// In hexadecimal.
    id: String,
    name: String,
    /// Host for which it was made; it works there only.
    host: String,
    created_ms: i64,
    last_used_ms: Option<i64>,
}

/// One's own passkeys.
#[utoipa::path(get, path = "/v1/passkeys", operation_id = "passkeys", responses((status = 200, body = [PasskeyRow]), (status = 409, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Known(principal): Known,
) -> Result<Json<Vec<PasskeyRow>>, Problem> {
    let session = own(principal)?;
    Ok(Json(app.accounts.passkeys(&session.user).await?.into_iter().map(row).collect()))
}

fn row(key: Passkey) -> PasskeyRow {
    PasskeyRow {
        id: hex(&key.id),
        name: key.name,
        host: key.rp_id,
        created_ms: key.created_ms,
        last_used_ms: key.last_used_ms,
    }
}

/// A passkey to add: what its authenticator said.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddPasskey {
    name: String,
    client_data: String,
    authenticator_data: String,
}

/// Adds a passkey to one's own account.
#[utoipa::path(post, path = "/v1/passkeys", operation_id = "add_passkey", request_body = AddPasskey, responses((status = 200, body = PasskeyRow), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    Known(principal): Known,
    headers: HeaderMap,
    Body(given): Body<AddPasskey>,
) -> Result<Json<PasskeyRow>, Problem> {
    let session = own(principal)?;
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "passkey.name",
            format!("请给通行密钥起个名字,最多 {NAME_CHARS_MAX} 个字"),
            format!("give the passkey a name of at most {NAME_CHARS_MAX} characters"),
        ));
    }
    let here = Here::of(&headers, &app.public_url);
    let now = now_ms();
    let said = Said::read(&given.client_data, &given.authenticator_data)?;
    let made = said.new_key(&app.door.challenges, &session.user, &here, now)?;
    let key = Passkey {
        id: made.id,
        user: session.user,
        name: name.to_owned(),
        rp_id: here.rp_id().to_owned(),
        public_key: made.public_key,
        used: made.used,
        created_ms: now,
        last_used_ms: None,
    };
    if !app.accounts.add_passkey(&key).await? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "passkey.not_added",
            format!("这个通行密钥已经登记过,或者已有 {PER_USER} 个;请先删除不用的"),
            format!("this passkey is known already, or there are {PER_USER}; remove one that is not used"),
        ));
    }
    Ok(Json(row(key)))
}

/// Removes a passkey of one's own.
#[utoipa::path(delete, path = "/v1/passkeys/{id}", operation_id = "remove_passkey", params(("id" = String, Path)), responses((status = 200, body = [PasskeyRow]), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Known(principal): Known,
) -> Result<Json<Vec<PasskeyRow>>, Problem> {
    let session = own(principal)?;
    let keys = app.accounts.passkeys(&session.user).await?;
    let Some(key) = keys.iter().find(|key| hex(&key.id) == id) else {
        return Err(Problem::not_found("通行密钥", "passkey", id));
    };
    app.accounts.remove_passkey(&key.id, &session.user).await?;
    Ok(Json(keys.into_iter().filter(|key| hex(&key.id) != id).map(row).collect()))
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
