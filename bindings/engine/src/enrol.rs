//! Becoming one of a community's phones: a one-time code against the phone's own key.

use crate::sql::{self, SqliteConnection};
use crate::store::meta::{self, Profile};
use crate::store::{begin, drafts, outbox, spaces};
use crate::sync::websocket_url;
use crate::timers::timeout;
use crate::{Engine, EngineError, http};
use linli_core::identity::{Invitation, PublicKey};
use linli_core::ids::SpaceId;
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::time::Duration;

/// A relay answers within a second; a mobile network may add some.
const ENROL_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Serialize)]
struct Request<'a> {
    code: &'a str,
    public_key: String,
    app: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    relay_key: String,
    community: String,
    worker: String,
    worker_name: String,
    /// Older relays know nothing of it and let every phone in at once.
    #[serde(default)]
    must_confirm: bool,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    text: String,
}

/// What the office's relay said of this phone.
#[derive(Clone, Debug, Serialize)]
pub struct Enrolled {
    /// This phone.
    pub id: linli_core::ids::DeviceId,
    /// To compare aloud with the office.
    pub fingerprint: String,
    /// The relay's key, likewise.
    pub relay_fingerprint: String,
    /// The community.
    pub community: String,
    /// The worker's id.
    pub worker: String,
    /// The worker's name.
    pub worker_name: String,
    /// The phone works only after the office has compared its fingerprint.
    pub must_confirm: bool,
}

impl Engine {
    /// Enrols with what was scanned from a QR code: the relay must have the key that the code names.
    ///
    /// # Errors
    /// [`EngineError::Invitation`], [`EngineError::FalseRelay`], or as [`Engine::enrol`].
    pub async fn enrol_scanned(&self, scanned: &str) -> Result<Enrolled, EngineError> {
        let invitation = Invitation::read(scanned).ok_or(EngineError::Invitation)?;
        self.enrol_at(&invitation.url, &invitation.code, Some(&invitation.relay_fingerprint)).await
    }

    /// The same at an address that is known otherwise: a web page talks only to where it came from, whatever address
    /// the invitation names.
    ///
    /// # Errors
    /// As [`Engine::enrol_scanned`].
    pub async fn enrol_scanned_at(&self, relay_url: &str, scanned: &str) -> Result<Enrolled, EngineError> {
        let invitation = Invitation::read(scanned).ok_or(EngineError::Invitation)?;
        self.enrol_at(relay_url, &invitation.code, Some(&invitation.relay_fingerprint)).await
    }

    /// Enrols this phone. The key is the one made when the store was made, so an answer that was lost
    /// on the way can be asked for again with the same code.
    ///
    /// # Errors
    /// [`EngineError::UnsentWork`] when enrolling again would lose work, [`EngineError::Offline`],
    /// [`EngineError::Relay`].
    pub async fn enrol(&self, relay_url: &str, code: &str) -> Result<Enrolled, EngineError> {
        self.enrol_at(relay_url, code, None).await
    }

    async fn enrol_at(
        &self,
        relay_url: &str,
        code: &str,
        fingerprint: Option<&str>,
    ) -> Result<Enrolled, EngineError> {
        websocket_url(relay_url)?;
        refuse_with_unsent(&mut *self.store.lock().await).await?;
        let answer = self.ask_relay(relay_url.trim_end_matches('/'), code.trim()).await?;
        let relay_key = PublicKey(from_hex(&answer.relay_key).ok_or(EngineError::Damaged("relay key"))?);
        if !relay_key.is_well_formed() {
            return Err(EngineError::Damaged("relay key"));
        }
        if fingerprint.is_some_and(|wanted| wanted != relay_key.fingerprint()) {
            return Err(EngineError::FalseRelay);
        }
        let profile = Profile {
            relay_url: relay_url.trim_end_matches('/').to_owned(),
            relay_key,
            community: answer.community,
            worker: answer.worker,
            worker_name: answer.worker_name,
        };
        self.take_profile(&profile).await?;
        Ok(Enrolled {
            id: self.device(),
            fingerprint: self.fingerprint(),
            relay_fingerprint: profile.relay_key.fingerprint(),
            community: profile.community,
            worker: profile.worker,
            worker_name: profile.worker_name,
            must_confirm: answer.must_confirm,
        })
    }

    /// Enrols without asking a relay, for tests that bring their own.
    ///
    /// # Errors
    /// As [`Engine::enrol`].
    #[doc(hidden)]
    pub async fn enrol_offline(
        &self,
        relay_url: &str,
        relay_key: PublicKey,
        community: &str,
        worker_name: &str,
    ) -> Result<(), EngineError> {
        let profile = Profile {
            relay_url: relay_url.to_owned(),
            relay_key,
            community: community.to_owned(),
            worker: worker_name.to_owned(),
            worker_name: worker_name.to_owned(),
        };
        self.take_profile(&profile).await
    }

    async fn ask_relay(&self, base: &str, code: &str) -> Result<Answer, EngineError> {
        let body = Request { code, public_key: to_hex(&self.key.public().0), app: &self.app };
        let body = serde_json::to_string(&body).map_err(|_| EngineError::Damaged("enrolment"))?;
        let language = if self.english() { "en" } else { "zh-CN" };
        let address = format!("{base}/v1/enrol");
        let asked = http::post_json(&address, language, body);
        let (status, answer) =
            timeout(ENROL_TIMEOUT, asked).await.map_err(|late| EngineError::Offline(late.to_string()))??;
        if (200..300).contains(&status) {
            return serde_json::from_slice(&answer).map_err(|_| EngineError::RelayAddress(base.to_owned()));
        }
        Err(match serde_json::from_slice(&answer) {
            Ok(Refusal { code, text }) => EngineError::Relay { code, text },
            Err(_) if status >= 500 => EngineError::Offline(status.to_string()),
            Err(_) => EngineError::RelayAddress(base.to_owned()),
        })
    }

    async fn take_profile(&self, profile: &Profile) -> Result<(), EngineError> {
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        // Looked at again: something may have been saved while the relay was asked.
        refuse_with_unsent(&mut tx).await?;
        let ids: Vec<Vec<u8>> = sql::query_scalar("SELECT id FROM space").fetch_all(&mut *tx).await?;
        for space in ids.iter().filter_map(|bytes| SpaceId::from_slice(bytes)) {
            spaces::purge(&mut tx, space).await?;
        }
        let before = meta::profile(&mut tx).await?;
        let same = before.is_some_and(|before| {
            (&before.community, &before.worker) == (&profile.community, &profile.worker)
        });
        if !same {
            // What somebody else was typing is not for the new worker's eyes.
            drafts::drop_all(&mut tx).await?;
        }
        meta::set_profile(&mut tx, profile).await?;
        meta::set_told(&mut tx, None).await?;
        meta::set_seen_grants(&mut tx, None).await?;
        tx.commit().await?;
        self.rotate_actor()?;
        self.drop_index();
        Ok(())
    }
}

async fn refuse_with_unsent(conn: &mut SqliteConnection) -> Result<(), EngineError> {
    let (own, carried) = outbox::unsent_counts(conn).await?;
    match own + carried {
        0 => Ok(()),
        unsent => Err(EngineError::UnsentWork { unsent }),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.trim().chars().map(|digit| digit.to_digit(16)).collect();
    let pair = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits?.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back() {
        assert_eq!(to_hex(&[0, 255, 16]), "00ff10");
        assert_eq!(from_hex("00FF10"), Some(vec![0, 255, 16]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
    }
}
