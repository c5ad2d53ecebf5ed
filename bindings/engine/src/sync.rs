//! The connection to the relay: once, or kept alive.
//!
//! What is said is decided by [`linli_core::sync::device::Device`]; this module owns the socket, the
//! patience and the tries. Nothing here may be needed for a save.

mod again;
mod driver;
pub(crate) mod heads;
mod lineage;
mod link;

pub(crate) use link::websocket_url;

use crate::env::random;
use crate::store::{foreign_writes, meta};
use crate::timers::{Instant, interval, sleep};
use crate::{Engine, EngineError, Lang, Refusal};
use driver::Driver;
use link::Link;
use linli_core::sync::refusal::{ADMITTED, REGRANTED};
use serde::Serialize;
use std::time::Duration;

/// A relay that says nothing for so long is gone; a mobile network's longest hiccup is shorter.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);

/// A live connection is pinged so often: less than any home router forgets a connection in, and three
/// fit within [`IDLE_TIMEOUT`].
const PING_EVERY: Duration = Duration::from_secs(14);

/// How often a live connection looks whether another process has saved into the same store.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// First and longest pause between tries. Half a second is not noticed; ten seconds spare the relay
/// when a whole community's phones come back at once, and a worker who has just come out of a basement.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// What one synchronisation did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SyncReport {
    /// Records that are durable at the relay now and were not before.
    pub sent: u64,
    /// Changes and documents that are new on this phone.
    pub received: u64,
    /// Pages of first downloads.
    pub snapshot_pages: u64,
    /// Changes that could not be applied here.
    pub skipped: u64,
    /// Batches that the relay did not take; they stay on this phone.
    pub refused: u64,
    /// New notices of the office.
    pub notices: u64,
    /// What the office says of this phone, when it does not let it fetch anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Refusal>,
    /// The relay's chains do not end where they did: something was rewritten or cut off there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<Refusal>,
    /// How long it took.
    pub ms: u64,
    /// Everything granted is here and everything recorded is durable at the relay.
    pub caught_up: bool,
}

/// What happens on a kept connection.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SyncEvent {
    /// The relay has recognised this phone.
    Connected,
    /// The office does not let this phone fetch anything, and why.
    Told {
        /// Stable code.
        code: String,
        /// For people.
        text: String,
    },
    /// A page of a first download is stored.
    Snapshot {
        /// The space's name.
        space: String,
        /// Pages here.
        page: u32,
        /// All pages.
        pages: u32,
    },
    /// Colleagues' changes are stored.
    Received {
        /// How many were new.
        changes: u64,
    },
    /// Records became durable at the relay.
    Sent {
        /// How many.
        records: u64,
    },
    /// The relay did not take a batch; it stays on this phone.
    Refused {
        /// Stable code.
        code: String,
        /// For people.
        text: String,
    },
    /// Everything is here and there.
    CaughtUp(SyncReport),
    /// No connection, or it broke; it is tried again.
    Offline {
        /// Stable code.
        code: String,
        /// For people.
        text: String,
        /// In so many milliseconds.
        retry_ms: u64,
    },
}

/// Where events go.
pub(crate) type Listener<'l> = dyn FnMut(SyncEvent) + Send + 'l;

impl Engine {
    /// Connects, exchanges everything there is, and disconnects.
    ///
    /// # Errors
    /// [`EngineError::Offline`] without a connection, [`EngineError::Relay`] when the relay says no.
    /// What was exchanged until then stays exchanged.
    pub async fn sync_once(&self) -> Result<SyncReport, EngineError> {
        self.sync_once_telling(&mut |_| {}).await
    }

    /// The same, telling of progress.
    ///
    /// # Errors
    /// As [`Engine::sync_once`].
    pub async fn sync_once_telling(
        &self,
        listener: &mut (dyn FnMut(SyncEvent) + Send),
    ) -> Result<SyncReport, EngineError> {
        let started = Instant::now();
        let mut exchanged = self.exchange(listener).await;
        if let Err(EngineError::Relay { code, .. }) = &exchanged
            && [REGRANTED, ADMITTED].contains(&code.as_str())
        {
            // The office has just changed what we may do; a second time within one exchange is its own affair.
            exchanged = self.exchange(listener).await;
        }
        let mut report = exchanged?;
        report.ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(report)
    }

    async fn exchange(&self, listener: &mut Listener<'_>) -> Result<SyncReport, EngineError> {
        let (mut link, mut driver) = self.connect(listener).await?;
        while !driver.caught_up() {
            let frame = link.receive(IDLE_TIMEOUT).await?;
            driver.on_frame(&mut link, frame, listener).await?;
        }
        link.close().await;
        Ok(driver.into_report())
    }

    /// Stays connected and connects again whenever the connection breaks. Ends only when the phone is
    /// not enrolled or its own storage fails; dropping the future is the way to stop it.
    ///
    /// # Errors
    /// [`EngineError`] of the phone itself; trouble with the connection is told as events.
    pub async fn sync_watch(&self, listener: &mut (dyn FnMut(SyncEvent) + Send)) -> Result<(), EngineError> {
        let mut pause = PAUSE_FIRST;
        loop {
            let Err(error) = self.stay_connected(&mut pause, listener).await;
            let trouble = matches!(
                error,
                EngineError::Offline(_)
                    | EngineError::Relay { .. }
                    | EngineError::Frame(_)
                    | EngineError::Packing
            );
            if !trouble {
                return Err(error);
            }
            let wait = self.jittered(pause)?;
            let retry_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let (code, text) = (error.shown_code().to_owned(), error.shown_text(self.lang()));
            listener(SyncEvent::Offline { code, text, retry_ms });
            // Whoever saves, or hears that the network is back, does not wait for the rest of the pause.
            tokio::select! {
                () = sleep(wait) => {}
                () = self.work.notified() => {}
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Half to all of a pause, so that phones which lost the relay together do not return together.
    fn jittered(&self, pause: Duration) -> Result<Duration, EngineError> {
        let [byte] = random::<1>(self.env.as_ref())?;
        Ok(pause / 2 + pause / 2 * u32::from(byte) / 255)
    }

    async fn connect(&self, listener: &mut Listener<'_>) -> Result<(Link, Driver<'_>), EngineError> {
        let profile = meta::require_profile(&mut *self.store.lock().await).await?;
        let mut link = Link::open(&websocket_url(&profile.relay_url)?).await?;
        let driver = Driver::start(self, &profile, &mut link, listener).await?;
        Ok((link, driver))
    }

    async fn stay_connected(
        &self,
        pause: &mut Duration,
        listener: &mut Listener<'_>,
    ) -> Result<std::convert::Infallible, EngineError> {
        let (mut link, mut driver) = self.connect(listener).await?;
        let mut seen = foreign_writes(&mut *self.store.lock().await).await?;
        let mut look = interval(LOOK_EVERY);
        let mut ping = interval(PING_EVERY);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                frame = link.receive_or_pong() => {
                    heard = Instant::now();
                    if let Some(frame) = frame? {
                        driver.on_frame(&mut link, frame, listener).await?;
                    }
                    if driver.caught_up() {
                        *pause = PAUSE_FIRST;
                    }
                }
                () = self.work.notified() => driver.on_work(&mut link, listener).await?,
                _ = look.tick() => {
                    let now = foreign_writes(&mut *self.store.lock().await).await?;
                    if now != seen {
                        seen = now;
                        self.drop_index();
                        driver.on_work(&mut link, listener).await?;
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > IDLE_TIMEOUT {
                        return Err(EngineError::Offline("the relay is silent".into()));
                    }
                    link.ping().await?;
                }
            }
        }
    }

    pub(crate) fn english(&self) -> bool {
        self.lang() == Lang::En
    }
}
