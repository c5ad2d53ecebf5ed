//! Who is asking, and whether they may: passwords, throttling, sessions' cookies, and the one guard that every
//! described route passes.

pub(crate) mod cookie;
pub(crate) mod guard;
pub(crate) mod pace;
pub(crate) mod passkey;
pub(crate) mod password;
pub(crate) mod throttle;

use crate::clock::random;
use linli_core::access::Role;
use linli_core::ids::{Hash, encode_base32};
use linli_storage::office::sessions::Session;
use pace::Vain;
use passkey::Challenges;
use password::Hasher;
use std::sync::Mutex;
use throttle::Throttle;

/// Id and name under which the token's bearer acts.
pub(crate) const TOKEN_ACTOR: &str = "token";
/// Characters of the setup code: 50 random bits, typed by nobody twice and throttled.
const SETUP_CODE_CHARS: usize = 10;

/// What guards the entrance: kept in memory, new at every start.
pub(crate) struct Door {
    pub(crate) hasher: Hasher,
    pub(crate) throttle: Throttle,
    pub(crate) vain: Vain,
    pub(crate) challenges: Challenges,
    /// Of enrolment codes; a phone that mistypes must not keep the office from signing in.
    pub(crate) enrolling: Throttle,
    /// Lets the first account be made; gone once it is.
    setup_code: Mutex<Option<String>>,
}

impl Door {
    /// A door with a setup code while nobody has an account.
    pub(crate) fn new(has_users: bool) -> Door {
        let code: String = encode_base32(&random::<8>()).chars().take(SETUP_CODE_CHARS).collect();
        Door {
            hasher: Hasher::new(),
            throttle: Throttle::default(),
            vain: Vain::default(),
            challenges: Challenges::new(),
            enrolling: Throttle::default(),
            setup_code: Mutex::new((!has_users).then_some(code)),
        }
    }

    /// The setup code, while there is one.
    pub(crate) fn setup_code(&self) -> Option<String> {
        self.setup_code.lock().map_or(None, |code| code.clone())
    }

    /// Whether this is the setup code; capitals, blanks and dashes do not matter.
    pub(crate) fn opens(&self, given: &str) -> bool {
        let plain: String = given.chars().filter(char::is_ascii_alphanumeric).collect();
        self.setup_code().is_some_and(|code| same(&code, &plain.to_ascii_lowercase()))
    }

    /// The first account is there.
    pub(crate) fn close_setup(&self) {
        if let Ok(mut code) = self.setup_code.lock() {
            *code = None;
        }
    }
}

/// Compares digests, so that the time taken says nothing about the secret.
pub(crate) fn same(secret: &str, given: &str) -> bool {
    Hash::of(secret.as_bytes()) == Hash::of(given.as_bytes())
}

/// Whoever a request comes from.
#[derive(Clone, Debug)]
pub(crate) enum Principal {
    /// The bearer of the admin token.
    Token,
    /// Somebody signed in.
    Session(Session),
}

/// Whoever a request comes from, as handlers need it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// A user's id, or `token`.
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) role: Role,
}

impl Principal {
    pub(crate) fn caller(&self) -> Caller {
        match self {
            Principal::Token => {
                Caller { user_id: TOKEN_ACTOR.into(), name: TOKEN_ACTOR.into(), role: Role::Admin }
            }
            Principal::Session(session) => {
                Caller { user_id: session.user.clone(), name: session.name.clone(), role: session.role }
            }
        }
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Principal::Token => None,
            Principal::Session(session) => Some(session),
        }
    }
}
