//! The cookie that keeps somebody signed in. Its name's prefix makes browsers refuse it from anywhere but this
//! host over a safe connection (HTTPS, or this very machine).

use axum::http::{HeaderMap, HeaderValue, header};
use linli_core::ids::Hash;
use linli_storage::office::sessions::LIFE_MS;

const NAME: &str = "__Host-linli";
/// How every cookie of ours is kept: no script reads it, no other site's page sends it.
const KEPT: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// The digest of the token that a request carries.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<Hash> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, token)| Hash::of(token.as_bytes()))
}

/// Keeps a token for as long as a session may last.
pub(crate) fn keep(token: &str) -> (header::HeaderName, HeaderValue) {
    set(&format!("{NAME}={token}; {KEPT}; Max-Age={}", LIFE_MS / 1000))
}

/// Forgets it.
pub(crate) fn forget() -> (header::HeaderName, HeaderValue) {
    set(&format!("{NAME}=; {KEPT}; Max-Age=0"))
}

fn set(text: &str) -> (header::HeaderName, HeaderValue) {
    // Tokens are base 32: always a well-formed header.
    (header::SET_COOKIE, HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("")))
}
