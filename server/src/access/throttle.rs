//! Guessing gets slower: after a few failures under one name or from one address the next try must wait, and
//! each further failure doubles the wait. In memory: a restart forgives, and a guesser cannot cause one.

use crate::problem::Problem;
use axum::http::StatusCode;
use linli_core::time::TimeMs;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Mistypings of one name that cost nothing.
const FREE_OF_NAME: u32 = 5;
/// The same from one address: an office shares one behind its router.
const FREE_OF_ADDRESS: u32 = 20;
/// The first wait; it doubles with each further failure.
const WAIT_MS: i64 = 2_000;
/// The longest: whoever knows the password must not be locked out for a day by whoever does not.
const WAIT_MS_MAX: i64 = 5 * 60 * 1000;
/// After this long without a try, earlier failures are forgotten.
const FORGET_MS: i64 = 60 * 60 * 1000;
/// Names and addresses remembered; a guesser who tries more of them pushes out his own oldest.
const REMEMBERED: usize = 10_000;

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: TimeMs,
    /// No further try before this.
    until_ms: TimeMs,
}

/// What is being tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    Address(IpAddr),
}

/// Failures by name and by address.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Key, Failures>>);

/// A try that counts as a failure until it is told otherwise, so that many at once cannot slip through.
pub(crate) struct Attempt<'a> {
    throttle: &'a Throttle,
    keys: Vec<Key>,
}

impl Throttle {
    /// Begins a try, or says how long to wait.
    pub(crate) fn attempt(
        &self,
        name: &str,
        address: Option<IpAddr>,
        now_ms: TimeMs,
    ) -> Result<Attempt<'_>, Problem> {
        let mut keys = vec![Key::Name(name.chars().take(64).collect::<String>().to_lowercase())];
        keys.extend(address.map(|address| Key::Address(network(address))));
        self.begin(keys, now_ms)
    }

    /// The same where there is no name, but something that a guesser would have to hit.
    pub(crate) fn attempt_from(
        &self,
        address: Option<IpAddr>,
        now_ms: TimeMs,
    ) -> Result<Attempt<'_>, Problem> {
        self.begin(address.map(|address| Key::Address(network(address))).into_iter().collect(), now_ms)
    }

    fn begin(&self, keys: Vec<Key>, now_ms: TimeMs) -> Result<Attempt<'_>, Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys.iter().filter_map(|key| all.get(key)).map(|known| known.until_ms - now_ms).max();
        if let Some(wait) = wait.filter(|wait| *wait > 0) {
            return Err(wait_for(wait));
        }
        if all.len() + keys.len() > REMEMBERED {
            make_room(&mut all, now_ms);
        }
        for key in &keys {
            let free = match key {
                Key::Name(_) => FREE_OF_NAME,
                Key::Address(_) => FREE_OF_ADDRESS,
            };
            let known = all.entry(key.clone()).or_insert(Failures { count: 0, last_ms: now_ms, until_ms: 0 });
            if now_ms - known.last_ms > FORGET_MS {
                known.count = 0;
            }
            known.count += 1;
            known.last_ms = now_ms;
            if let Some(beyond) = known.count.checked_sub(free) {
                known.until_ms = now_ms + (WAIT_MS << beyond.min(16)).min(WAIT_MS_MAX);
            }
        }
        Ok(Attempt { throttle: self, keys })
    }
}

impl Attempt<'_> {
    /// It was right: the name starts anew, the address gets this one try back.
    pub(crate) fn succeeded(self) {
        let mut all = self.throttle.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            match key {
                Key::Name(_) => {
                    all.remove(key);
                }
                Key::Address(_) => {
                    if let Some(known) = all.get_mut(key) {
                        known.count = known.count.saturating_sub(1);
                        known.until_ms = 0;
                    }
                }
            }
        }
    }
}

/// Whoever has one IPv6 address has its whole /64.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() >> 64 << 64).into()),
        four => four,
    }
}

fn make_room(all: &mut HashMap<Key, Failures>, now_ms: TimeMs) {
    all.retain(|_, known| now_ms - known.last_ms <= FORGET_MS);
    if all.len() + 2 > REMEMBERED {
        let mut times: Vec<TimeMs> = all.values().map(|known| known.last_ms).collect();
        times.sort_unstable();
        // Half of them, so that this is not done again at the next try.
        let middle = times.get(times.len() / 2).copied().unwrap_or(now_ms);
        all.retain(|_, known| known.last_ms > middle);
    }
}

fn wait_for(ms: i64) -> Problem {
    let seconds = ms.unsigned_abs().div_ceil(1000);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "auth.throttled",
        format!("试错次数太多,请 {seconds} 秒后再试"),
        format!("too many wrong tries; wait {seconds} seconds"),
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(throttle: &Throttle, name: &str, address: u8, now_ms: i64) -> Option<u64> {
        let address = IpAddr::from([10, 0, 0, address]);
        throttle.attempt(name, Some(address), now_ms).err().and_then(|problem| problem.retry_after_s)
    }

    #[test]
    fn waits_grow_and_end() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(wait(&throttle, "王", 1, 0), None);
        }
        assert_eq!(wait(&throttle, "王", 1, 0), Some(2), "the sixth waits");
        assert_eq!(
            wait(&throttle, "王", 2, 1_500),
            Some(1),
            "from anywhere, and asking does not lengthen it"
        );
        assert_eq!(wait(&throttle, "李", 2, 1_500), None, "others go on");
        assert_eq!(wait(&throttle, "王", 1, 2_000), None);
        assert_eq!(wait(&throttle, "王", 1, 2_000), Some(4), "twice as long");
        let mut now = 10_000;
        for _ in 0..40 {
            let _ = wait(&throttle, "王", 1, now);
            now += WAIT_MS_MAX;
        }
        assert_eq!(wait(&throttle, "王", 9, now - WAIT_MS_MAX), Some(300), "never longer than this");
        assert_eq!(wait(&throttle, "王", 9, now + FORGET_MS + 1), None, "and it is forgotten");
        assert_eq!(wait(&throttle, "王", 9, now + FORGET_MS + 1), None);
    }

    #[test]
    fn one_address_cannot_try_many_names() {
        let throttle = Throttle::default();
        let tried = (0..100).take_while(|n| wait(&throttle, &format!("{n}"), 1, 0).is_none()).count();
        assert_eq!(tried, 20);
        assert_eq!(wait(&throttle, "another", 2, 0), None);
        let six = |tail: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, tail, 4, 5, 6]);
        let tried = (0..100).take_while(|n| throttle.attempt(&format!("{n} "), Some(six(*n)), 0).is_ok());
        assert_eq!(tried.count(), 20, "addresses of one network are one");
    }

    #[test]
    fn a_right_password_forgives() {
        let throttle = Throttle::default();
        for _ in 0..50 {
            for _ in 0..4 {
                assert_eq!(wait(&throttle, "王", 1, 0), None);
            }
            let address = Some(IpAddr::from([10, 0, 0, 1]));
            if let Ok(attempt) = throttle.attempt("王", address, 0) {
                attempt.succeeded();
            }
            throttle.0.lock().unwrap().retain(|key, _| matches!(key, Key::Name(_)));
        }
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED as i64 * 3 {
            let _ = throttle.attempt(&format!("{n}"), None, n);
            assert!(throttle.0.lock().unwrap().len() <= REMEMBERED);
        }
    }
}
