//! Waiting, and how long something took: the runtime's on phones and computers, the page's in a browser.

#[cfg(target_family = "wasm")]
pub(crate) use browser::{interval, sleep, timeout};
#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::time::{Instant, interval, sleep, timeout};
#[cfg(target_family = "wasm")]
pub(crate) use web_time::Instant;

/// What the engine uses of tokio's timers, each on a timer of its own that the page keeps.
#[cfg(target_family = "wasm")]
mod browser {
    use futures_util::future::{Either, select};
    use gloo_timers::future::TimeoutFuture;
    use std::future::Future;
    use std::pin::pin;
    use std::time::Duration;

    fn timer(wait: Duration) -> TimeoutFuture {
        TimeoutFuture::new(u32::try_from(wait.as_millis()).unwrap_or(u32::MAX))
    }

    pub(crate) async fn sleep(wait: Duration) {
        timer(wait).await;
    }

    /// The time was over first.
    #[derive(Debug)]
    pub(crate) struct Elapsed;

    impl std::fmt::Display for Elapsed {
        fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            text.write_str("deadline has elapsed")
        }
    }

    pub(crate) async fn timeout<F: Future>(within: Duration, work: F) -> Result<F::Output, Elapsed> {
        match select(pin!(work), timer(within)).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => Err(Elapsed),
        }
    }

    /// Ticks at once and then again and again.
    pub(crate) struct Interval {
        every: Duration,
        next: TimeoutFuture,
    }

    pub(crate) fn interval(every: Duration) -> Interval {
        Interval { every, next: timer(Duration::ZERO) }
    }

    impl Interval {
        /// May be dropped before it has happened without losing it.
        pub(crate) async fn tick(&mut self) {
            (&mut self.next).await;
            self.next = timer(self.every);
        }
    }
}
