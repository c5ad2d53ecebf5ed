//! Passwords: which are good enough, and their hashes.

use crate::clock::random;
use crate::problem::Problem;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes computed at once: each takes 19 MiB and a core, and the relay has phones to serve meanwhile.
const AT_ONCE: usize = 2;
/// Short enough to type, long enough not to be guessed at the throttled pace.
const CHARS_MIN: usize = 10;
/// Longer ones only cost time to hash.
const CHARS_MAX: usize = 128;
/// What must be left of a password without the account's name.
const BEYOND_NAME: usize = 4;

/// The commonest passwords of ten and more characters, as published lists of leaked ones have them.
const COMMON: [&str; 27] = [
    "0123456789",
    "0987654321",
    "1234554321",
    "12345678900",
    "1234567890",
    "12345678910",
    "123456789a",
    "123456789q",
    "123456789abc",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "5201314520",
    "a123456789",
    "abc1234567",
    "abcd123456",
    "admin12345",
    "admin123456",
    "administrator",
    "iloveyou123",
    "passw0rd123",
    "password12",
    "password123",
    "password1234",
    "qwerty12345",
    "qwertyuiop",
    "woaini1314",
];

/// Hashes and compares, never more than a few at once and never on a thread that serves connections.
pub(crate) struct Hasher {
    permits: Semaphore,
}

impl Hasher {
    pub(crate) fn new() -> Hasher {
        Hasher { permits: Semaphore::new(AT_ONCE) }
    }

    /// The hash of a password, a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Problem> {
        let password = password.to_owned();
        self.work(move || {
            let salt = SaltString::encode_b64(&random::<16>()).map_err(|_| broken())?;
            let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|_| broken())?;
            Ok(hash.to_string())
        })
        .await?
    }

    /// Whether this is the password. Without an account the same work is done, so that the time taken does not
    /// say whether there is one.
    pub(crate) async fn matches(&self, password: &str, stored: Option<&str>) -> Result<bool, Problem> {
        let password: String = password.chars().take(CHARS_MAX + 1).collect();
        let exists = stored.is_some();
        let stored = stored.map_or_else(nobodys, str::to_owned);
        self.work(move || {
            let Ok(hash) = PasswordHash::new(&stored) else { return false };
            let matches = argon2().is_ok_and(|it| it.verify_password(password.as_bytes(), &hash).is_ok());
            matches && exists
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let _permit = self.permits.acquire().await.map_err(|_| broken())?;
        tokio::task::spawn_blocking(job).await.map_err(|_| broken())
    }
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| broken())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A well-formed hash that no password has.
fn nobodys() -> String {
    let (salt, hash) = ("bm9ib2R5J3Mgc2FsdA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
}

fn broken() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "relay.hashing",
        "密码无法校验,请稍后再试",
        "the password could not be checked; try again later",
    )
}

/// Refuses what would be guessed. No rules about kinds of characters: they make passwords worse.
pub(crate) fn check(password: &str, name: &str) -> Result<(), Problem> {
    let bad =
        |code, zh: String, en: String| Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en));
    let chars = password.chars().count();
    if chars < CHARS_MIN {
        return bad(
            "password.short",
            format!("密码至少 {CHARS_MIN} 个字符,可以用一句话"),
            format!("a password has at least {CHARS_MIN} characters; a sentence will do"),
        );
    }
    if chars > CHARS_MAX {
        return bad(
            "password.long",
            format!("密码最多 {CHARS_MAX} 个字符"),
            format!("a password has at most {CHARS_MAX} characters"),
        );
    }
    let (lower, name) = (password.to_lowercase(), name.to_lowercase());
    if !name.is_empty() && lower.replace(&name, "").chars().count() < BEYOND_NAME {
        return bad(
            "password.is_name",
            "密码不能就是账号名,请换一个".into(),
            "the password must not be the account's name; choose another".into(),
        );
    }
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 3 || COMMON.contains(&lower.as_str()) {
        return bad(
            "password.common",
            "这个密码太常见,很容易被猜中,请换一个".into(),
            "this password is among the commonest and quickly guessed; choose another".into(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_guessed_is_refused() {
        let refused = |password: &str| check(password, "王主任").map_err(|problem| problem.code);
        assert_eq!(refused("ninechars"), Err("password.short"));
        assert_eq!(refused(&"长".repeat(129)), Err("password.long"));
        assert_eq!(refused("王主任王主任王主任王主任1"), Err("password.is_name"));
        assert_eq!(refused("Password123"), Err("password.common"));
        assert_eq!(refused("8888888888"), Err("password.common"));
        assert_eq!(refused("楼下的桂花今年开得很早"), Ok(()));
        for common in COMMON {
            assert_eq!(refused(common), Err("password.common"), "{common}");
        }
    }

    #[tokio::test]
    async fn only_the_password_matches() {
        let hasher = Hasher::new();
        let stored = hasher.hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.matches("correct horse", Some(&stored)).await.unwrap());
        assert!(!hasher.matches("correct house", Some(&stored)).await.unwrap());
        assert!(!hasher.matches("correct horse", None).await.unwrap());
        assert!(PasswordHash::new(&nobodys()).is_ok(), "the same work is done for nobody");
    }
}
