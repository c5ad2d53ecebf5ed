//! Passkeys: what an authenticator signed, checked as the standard for relying parties says (Web Authentication
//! level 2, sections 7.1 and 7.2), with ES256 only and no attestation: which make of authenticator somebody has is
//! nobody's business here. The kept libraries bring RSA with a known hole along, and need none of it for this.

use crate::clock::random;
use crate::problem::Problem;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use linli_core::ids::digest;
use linli_core::time::TimeMs;
use minicbor::Decoder;
use ring::{digest as sha, hmac, signature};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Somebody finds the authenticator and touches it within this time.
const CHALLENGE_MS: i64 = 5 * 60 * 1000;
/// What client data and authenticator data have at most; both are a few hundred bytes.
const PART_BYTES_MAX: usize = 4 * 1024;
/// The standard's own bound.
const ID_BYTES_MAX: usize = 1_023;
/// Entries of a key's map: five are needed.
const KEY_ENTRIES_MAX: u64 = 16;

/// Flags of authenticator data: somebody was there, proved who it was, a key is attached.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTACHED: u8 = 0x40;

/// What a challenge is for; one made for something else, or for somebody else, does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose<'a> {
    SignIn,
    Confirm(&'a str),
    Register(&'a str),
}

/// Challenges that carry their own proof, so that strangers who ask for many cost nothing; only those that were
/// used are remembered, until they have run out.
pub(crate) struct Challenges {
    key: hmac::Key,
    used: Mutex<HashMap<[u8; 16], TimeMs>>,
}

impl Challenges {
    pub(crate) fn new() -> Challenges {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>());
        Challenges { key, used: Mutex::default() }
    }

    /// A fresh one.
    pub(crate) fn make(&self, purpose: Purpose<'_>, now_ms: TimeMs) -> String {
        let nonce: [u8; 16] = random();
        let until = now_ms + CHALLENGE_MS;
        let tag = hmac::sign(&self.key, &claim(purpose, &nonce, until));
        BASE64_URL_SAFE_NO_PAD.encode([&nonce, until.to_be_bytes().as_slice(), tag.as_ref()].concat())
    }

    /// Whether this one is ours, for this, not too old, and was not used before; it is then.
    fn redeem(&self, purpose: Purpose<'_>, challenge: &str, now_ms: TimeMs) -> Option<()> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(challenge).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<16>()?;
        let (until, tag) = rest.split_first_chunk::<8>()?;
        let until = TimeMs::from_be_bytes(*until);
        hmac::verify(&self.key, &claim(purpose, nonce, until), tag).ok()?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until > now_ms);
        (until > now_ms && used.insert(*nonce, until).is_none()).then_some(())
    }
}

fn claim(purpose: Purpose<'_>, nonce: &[u8], until: TimeMs) -> [u8; 32] {
    let (what, who) = match purpose {
        Purpose::SignIn => ("sign in", ""),
        Purpose::Confirm(user) => ("confirm", user),
        Purpose::Register(user) => ("register", user),
    };
    digest(&[what.as_bytes(), who.as_bytes(), nonce, &until.to_be_bytes()])
}

/// Which page an authenticator may have been asked by: the one that this request came to.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    authority: String,
    public_url: String,
}

impl Here {
    pub(crate) fn of(headers: &HeaderMap, public_url: &str) -> Here {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
        Here { authority: host.to_owned(), public_url: public_url.trim_end_matches('/').to_owned() }
    }

    /// The host for which passkeys are made here.
    pub(crate) fn rp_id(&self) -> &str {
        host_of(&self.authority)
    }

    /// Browsers let only safe pages ask, so the scheme is theirs to judge.
    fn is(&self, origin: &str) -> bool {
        origin == self.public_url
            || origin.split_once("://").is_some_and(|(_, authority)| authority == self.authority)
    }
}

fn host_of(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

#[derive(serde::Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// A new key, as its authenticator said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewKey {
    pub(crate) id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) used: i64,
}

/// Both parts of what an authenticator says.
pub(crate) struct Said {
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
}

impl Said {
    /// From what a page sends.
    pub(crate) fn read(client_data: &str, authenticator_data: &str) -> Result<Said, Problem> {
        Ok(Said { client_data: bytes(client_data)?, authenticator_data: bytes(authenticator_data)? })
    }

    fn client_data(&self, kind: &str, here: &Here) -> Option<String> {
        let data: ClientData = serde_json::from_slice(&self.client_data).ok()?;
        (data.kind == kind && here.is(&data.origin) && !data.cross_origin).then_some(data.challenge)
    }

    /// The count of signatures, after the host and the flags were as they must be.
    fn counted(&self, rp_id: &str, flags: u8) -> Option<(i64, &[u8])> {
        let (host, rest) = self.authenticator_data.split_first_chunk::<32>()?;
        let (found, rest) = rest.split_first()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let ours = host.as_slice() == sha::digest(&sha::SHA256, rp_id.as_bytes()).as_ref();
        (ours && found & flags == flags).then_some((i64::from(u32::from_be_bytes(*count)), rest))
    }

    /// The key that was made, for an account.
    pub(crate) fn new_key(
        &self,
        challenges: &Challenges,
        user: &str,
        here: &Here,
        now_ms: TimeMs,
    ) -> Result<NewKey, Problem> {
        let read = || {
            let challenge = self.client_data("webauthn.create", here)?;
            let (used, attached) = self.counted(here.rp_id(), PRESENT | VERIFIED | ATTACHED)?;
            let (_, rest) = attached.split_first_chunk::<16>()?;
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (id, key) = rest.split_at_checked(length).filter(|(id, _)| !id.is_empty())?;
            let public_key = point(key).filter(|_| id.len() <= ID_BYTES_MAX)?;
            challenges.redeem(Purpose::Register(user), &challenge, now_ms)?;
            Some(NewKey { id: id.to_vec(), public_key, used })
        };
        read().ok_or_else(not_accepted)
    }

    /// The authenticator's count, when this key signed what was asked here for this.
    pub(crate) fn signed_by(
        &self,
        (public_key, rp_id): (&[u8], &str),
        signed: &[u8],
        (challenges, purpose): (&Challenges, Purpose<'_>),
        here: &Here,
        now_ms: TimeMs,
    ) -> Result<i64, Problem> {
        let read = || {
            let challenge = self.client_data("webauthn.get", here)?;
            let (used, _) = self.counted(rp_id, PRESENT | VERIFIED)?;
            let hash = sha::digest(&sha::SHA256, &self.client_data);
            let message = [self.authenticator_data.as_slice(), hash.as_ref()].concat();
            let key = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, public_key);
            key.verify(&message, signed).ok()?;
            challenges.redeem(purpose, &challenge, now_ms)?;
            Some(used)
        };
        read().ok_or_else(not_accepted)
    }
}

/// The point of an ES256 key: a COSE map with kty 2, alg -7, crv 1, x and y.
fn point(key: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(key);
    let entries = decoder.map().ok()??;
    let (mut kind, mut algorithm, mut curve, mut x, mut y) = (0, 0, 0, None, None);
    for _ in 0..entries.min(KEY_ENTRIES_MAX) {
        match decoder.i64().ok()? {
            1 => kind = decoder.i64().ok()?,
            3 => algorithm = decoder.i64().ok()?,
            -1 => curve = decoder.i64().ok()?,
            -2 => x = Some(decoder.bytes().ok()?),
            -3 => y = Some(decoder.bytes().ok()?),
            _ => decoder.skip().ok()?,
        }
    }
    let (x, y) = (x.filter(|x| x.len() == 32)?, y.filter(|y| y.len() == 32)?);
    ((kind, algorithm, curve) == (2, -7, 1)).then(|| [&[4], x, y].concat())
}

/// Bytes as pages send them.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    let short = Some(text).filter(|text| text.len() <= PART_BYTES_MAX);
    short.and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(not_accepted)
}

/// The same whatever is wrong with it.
pub(crate) fn not_accepted() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "auth.passkey",
        "这个通行密钥没有被接受;请重试,或用密码",
        "this passkey was not accepted; try again, or use the password",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    const HOST: &str = "linli.example";

    fn here() -> Here {
        Here { authority: HOST.into(), public_url: format!("https://{HOST}") }
    }

    /// An authenticator of software.
    struct Authenticator(EcdsaKeyPair);

    impl Authenticator {
        fn new() -> Authenticator {
            let random = SystemRandom::new();
            let secret = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, secret.as_ref(), &random);
            Authenticator(pair.unwrap())
        }

        fn cose(&self) -> Vec<u8> {
            let point = self.0.public_key().as_ref();
            let mut encoder = minicbor::Encoder::new(Vec::new());
            encoder.map(5).unwrap().i8(1).unwrap().i8(2).unwrap().i8(3).unwrap().i8(-7).unwrap();
            encoder.i8(-1).unwrap().i8(1).unwrap().i8(-2).unwrap().bytes(&point[1..33]).unwrap();
            encoder.i8(-3).unwrap().bytes(&point[33..]).unwrap();
            encoder.into_writer()
        }

        fn data(&self, host: &str, flags: u8, count: u32) -> Vec<u8> {
            let mut data = sha::digest(&sha::SHA256, host.as_bytes()).as_ref().to_vec();
            data.push(flags);
            data.extend(count.to_be_bytes());
            if flags & ATTACHED != 0 {
                data.extend([0; 16]);
                data.extend(4u16.to_be_bytes());
                data.extend([1, 2, 3, 4]);
                data.extend(self.cose());
            }
            data
        }

        fn sign(&self, said: &Said) -> Vec<u8> {
            let hash = sha::digest(&sha::SHA256, &said.client_data);
            let message = [said.authenticator_data.as_slice(), hash.as_ref()].concat();
            self.0.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec()
        }
    }

    fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
        serde_json::json!({"type": kind, "challenge": challenge, "origin": origin}).to_string().into_bytes()
    }

    #[test]
    fn a_key_is_taken_once_for_the_account_and_host_it_was_made_for() {
        let (challenges, stick) = (Challenges::new(), Authenticator::new());
        let origin = format!("https://{HOST}");
        let said = |flags, origin: &str, host: &str, challenge: &str| Said {
            client_data: client_data("webauthn.create", challenge, origin),
            authenticator_data: stick.data(host, flags, 0),
        };
        let all = PRESENT | VERIFIED | ATTACHED;
        let challenge = challenges.make(Purpose::Register("a"), 0);
        let take =
            |said: Said, user: &str, now| said.new_key(&challenges, user, &here(), now).map_err(|it| it.code);
        for (wrong, user, now) in [
            (said(PRESENT | ATTACHED, &origin, HOST, &challenge), "a", 0),
            (said(VERIFIED | ATTACHED, &origin, HOST, &challenge), "a", 0),
            (said(PRESENT | VERIFIED, &origin, HOST, &challenge), "a", 0),
            (said(all, "https://evil.example", HOST, &challenge), "a", 0),
            (said(all, &origin, "evil.example", &challenge), "a", 0),
            (said(all, &origin, HOST, "AAAA"), "a", 0),
            (said(all, &origin, HOST, &challenge), "b", 0),
            (said(all, &origin, HOST, &challenge), "a", CHALLENGE_MS),
            (said(all, &origin, HOST, &challenges.make(Purpose::SignIn, 0)), "a", 0),
        ] {
            assert_eq!(take(wrong, user, now), Err("auth.passkey"));
        }
        let key = take(said(all, &origin, HOST, &challenge), "a", 0).unwrap();
        assert_eq!(
            (key.id.as_slice(), key.public_key.as_slice()),
            (&[1, 2, 3, 4][..], stick.0.public_key().as_ref())
        );
        assert_eq!(take(said(all, &origin, HOST, &challenge), "a", 0), Err("auth.passkey"), "not twice");
    }

    #[test]
    fn only_the_key_itself_signs_and_only_what_was_asked() {
        let (challenges, stick, other) = (Challenges::new(), Authenticator::new(), Authenticator::new());
        let origin = format!("https://{HOST}");
        let challenge = challenges.make(Purpose::SignIn, 0);
        let said = |challenge: &str, flags, host: &str| Said {
            client_data: client_data("webauthn.get", challenge, &origin),
            authenticator_data: stick.data(host, flags, 7),
        };
        let public = stick.0.public_key().as_ref();
        let check = |said: &Said, signed: &[u8], purpose| {
            let counted = said.signed_by((public, HOST), signed, (&challenges, purpose), &here(), 1);
            counted.map_err(|problem| problem.code)
        };
        let good = said(&challenge, PRESENT | VERIFIED, HOST);
        assert_eq!(check(&good, &other.sign(&good), Purpose::SignIn), Err("auth.passkey"));
        assert_eq!(check(&good, &stick.sign(&good), Purpose::Confirm("a")), Err("auth.passkey"));
        let mut altered = said(&challenge, PRESENT | VERIFIED, HOST);
        let signed = stick.sign(&altered);
        altered.authenticator_data[36] ^= 1;
        assert_eq!(check(&altered, &signed, Purpose::SignIn), Err("auth.passkey"));
        for wrong in [said(&challenge, PRESENT, HOST), said(&challenge, PRESENT | VERIFIED, "evil.example")] {
            assert_eq!(check(&wrong, &stick.sign(&wrong), Purpose::SignIn), Err("auth.passkey"));
        }
        assert_eq!(check(&good, &stick.sign(&good), Purpose::SignIn), Ok(7));
        assert_eq!(check(&good, &stick.sign(&good), Purpose::SignIn), Err("auth.passkey"), "not twice");
    }

    #[test]
    fn rubbish_is_no_key() {
        let cose = Authenticator::new().cose();
        assert!(point(&cose).is_some());
        for length in 0..cose.len() {
            assert_eq!(point(&cose[..length]), None, "{length}");
        }
        assert_eq!(point(&[0xbf, 0xff]), None);
        assert_eq!(point(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
