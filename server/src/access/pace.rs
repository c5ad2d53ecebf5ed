//! How often something may be done: a stock that is used up and fills again by itself.

use super::throttle::network;
use crate::problem::Problem;
use axum::http::StatusCode;
use linli_core::time::TimeMs;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A stock and how it fills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// At once.
    pub(crate) burst: u32,
    /// And then.
    pub(crate) per_second: u32,
}

/// Messages of one phone. The first synchronisation of a large community takes a few hundred; beyond that a phone
/// is not refused but waited for.
pub(crate) const MESSAGES: Pace = Pace { burst: 1_000, per_second: 200 };
/// Bytes of one phone's messages: a year's photos of a visit round at once, then what a mobile network carries.
pub(crate) const BYTES: Pace = Pace { burst: 64 << 20, per_second: 4 << 20 };
/// What strangers ask in vain, from one address: wrong codes, wrong passwords, rubbish. An office of thirty people
/// who all mistype stays below.
const VAIN: Pace = Pace { burst: 300, per_second: 2 };
/// Addresses remembered.
const REMEMBERED: usize = 10_000;

/// What of a stock was used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    amount: f64,
    at_ms: TimeMs,
}

impl Used {
    /// Uses some; how long to wait until it had been there.
    pub(crate) fn take(&mut self, pace: Pace, amount: usize, now_ms: TimeMs) -> Duration {
        self.refill(pace, now_ms);
        #[expect(clippy::cast_precision_loss, reason = "a frame's length is far below 2^52")]
        let amount = amount as f64;
        self.amount += amount;
        let beyond = self.amount - f64::from(pace.burst);
        Duration::from_secs_f64((beyond / f64::from(pace.per_second)).max(0.0))
    }

    /// The clock may have been set back: then it fills from now on.
    fn refill(&mut self, pace: Pace, now_ms: TimeMs) {
        let past = Duration::from_millis(u64::try_from(now_ms - self.at_ms).unwrap_or(0));
        self.amount = (self.amount - past.as_secs_f64() * f64::from(pace.per_second)).max(0.0);
        self.at_ms = now_ms;
    }
}

/// Vain questions by address.
#[derive(Default)]
pub(crate) struct Vain(Mutex<HashMap<IpAddr, Used>>);

impl Vain {
    /// Whether this address may ask.
    pub(crate) fn admit(&self, address: IpAddr, now_ms: TimeMs) -> Result<(), Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(used) = all.get_mut(&network(address)) else { return Ok(()) };
        let wait = used.take(VAIN, 0, now_ms);
        if wait.is_zero() { Ok(()) } else { Err(too_often(wait)) }
    }

    /// It asked in vain.
    pub(crate) fn count(&self, address: IpAddr, now_ms: TimeMs) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, used| {
                used.refill(VAIN, now_ms);
                used.amount > 1.0
            });
            if all.len() >= REMEMBERED {
                // As many addresses as that are nobody's office.
                all.clear();
            }
        }
        all.entry(network(address)).or_default().take(VAIN, 1, now_ms);
    }
}

fn too_often(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "auth.too_often",
        format!("从这个网络来的错误请求太多,请 {seconds} 秒后再试"),
        format!("too many wrong requests come from this network; wait {seconds} seconds"),
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_is_used_up_and_fills_again() {
        let pace = Pace { burst: 10, per_second: 2 };
        let mut used = Used::default();
        assert!((0..10).all(|_| used.take(pace, 1, 0).is_zero()));
        assert_eq!(used.take(pace, 1, 0), Duration::from_millis(500));
        assert_eq!(used.take(pace, 1, 0), Duration::from_secs(1), "each waits for those before");
        assert!(used.take(pace, 0, 1_000).is_zero());
        assert_eq!(used.take(pace, 1, -50_000), Duration::from_millis(500), "a clock set back fills nothing");
        assert!(used.take(pace, 5, 60_000).is_zero());
    }

    #[test]
    fn who_asks_in_vain_is_stopped_alone() {
        let vain = Vain::default();
        let address = |n: usize| IpAddr::from([10, (n >> 16) as u8, (n >> 8) as u8, n as u8]);
        for _ in 0..VAIN.burst {
            assert!(vain.admit(address(1), 0).is_ok());
            vain.count(address(1), 0);
        }
        vain.count(address(1), 0);
        assert_eq!(vain.admit(address(1), 0).map_err(|problem| problem.code), Err("auth.too_often"));
        assert!(vain.admit(address(2), 0).is_ok());
        assert!(vain.admit(address(1), 1_000).is_ok(), "and not for ever");
        for n in 0..REMEMBERED * 2 {
            vain.count(address(n), 0);
            assert!(vain.0.lock().unwrap().len() <= REMEMBERED);
        }
    }
}
