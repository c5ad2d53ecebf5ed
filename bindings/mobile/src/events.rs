//! What happens on a kept connection, pulled by the app one at a time.

use crate::{Refusal, SyncReport};
use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use tokio::sync::{Notify, watch};

/// Events kept for an app that does not look: it asks for the status when it comes back, so old ones may go.
const EVENTS_KEPT: usize = 256;

/// What happens on a kept connection. A hint to look again, never the only news of anything.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum SyncEvent {
    /// The relay has recognised this phone.
    Connected,
    /// The office does not let this phone fetch anything, and why.
    Told {
        /// Code and sentence.
        why: Refusal,
    },
    /// A page of a first download is stored.
    Snapshot {
        /// The grid's code or the community's name.
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
        /// Code and sentence.
        why: Refusal,
    },
    /// Everything is here and there.
    CaughtUp {
        /// What was exchanged.
        report: SyncReport,
    },
    /// No connection, or it broke; it is tried again.
    Offline {
        /// Code and sentence.
        why: Refusal,
        /// In so many milliseconds.
        retry_ms: u64,
    },
    /// The connection ended for good: the phone is not enrolled, or its storage fails.
    Ended {
        /// Code and sentence.
        why: Refusal,
    },
}

impl From<linli_engine::SyncEvent> for SyncEvent {
    fn from(event: linli_engine::SyncEvent) -> SyncEvent {
        use linli_engine::SyncEvent as Told;
        match event {
            Told::Connected => SyncEvent::Connected,
            Told::Told { code, text } => SyncEvent::Told { why: Refusal { code, text } },
            Told::Snapshot { space, page, pages } => SyncEvent::Snapshot { space, page, pages },
            Told::Received { changes } => SyncEvent::Received { changes },
            Told::Sent { records } => SyncEvent::Sent { records },
            Told::Refused { code, text } => SyncEvent::Refused { why: Refusal { code, text } },
            Told::CaughtUp(report) => SyncEvent::CaughtUp { report: report.into() },
            Told::Offline { code, text, retry_ms } => {
                SyncEvent::Offline { why: Refusal { code, text }, retry_ms }
            }
        }
    }
}

/// One place that waits for events, and can be told to stop waiting.
///
/// For Swift, where a task that is cancelled goes on waiting for what it has called, and would take an event that
/// nobody sees. In Kotlin and Python cancel the task that waits for `next_event`.
#[derive(uniffi::Object)]
pub struct Listener {
    events: Arc<Queue>,
    stopped: watch::Sender<bool>,
}

#[uniffi::export]
impl Listener {
    /// The next thing that happened on the kept connection; waits for it. Nothing once this listener is stopped or
    /// the phone closed. What was not taken waits for the next listener.
    pub async fn next(&self) -> Option<SyncEvent> {
        let mut stopped = self.stopped.subscribe();
        let mut stop = pin!(stopped.wait_for(|stopped| *stopped));
        let mut next = pin!(self.events.next());
        poll_fn(|context| match stop.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => next.as_mut().poll(context),
        })
        .await
    }

    /// Ends every wait of this listener, now and later. The connection stays.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }
}

impl Listener {
    pub(crate) fn new(events: Arc<Queue>) -> Arc<Listener> {
        Arc::new(Listener { events, stopped: watch::Sender::new(false) })
    }
}

/// Events that wait to be pulled.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<State>,
    rung: Notify,
}

#[derive(Default)]
struct State {
    events: VecDeque<SyncEvent>,
    closed: bool,
}

impl Queue {
    pub(crate) fn push(&self, event: SyncEvent) {
        let mut state = self.state();
        if state.events.len() == EVENTS_KEPT {
            state.events.pop_front();
        }
        state.events.push_back(event);
        drop(state);
        self.rung.notify_one();
    }

    /// The end: what was not taken is of a connection that is gone. Who waits is told.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.events.clear();
        drop(state);
        self.rung.notify_one();
    }

    /// The next event; none after the end. Taking one happens at once or not at all, so a caller that stops
    /// waiting loses none.
    pub(crate) async fn next(&self) -> Option<SyncEvent> {
        loop {
            {
                let mut state = self.state();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.closed {
                    // Others may wait as well.
                    self.rung.notify_one();
                    return None;
                }
            }
            self.rung.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_phone_tells_nothing_of_before() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let queue = Queue::default();
        queue.push(SyncEvent::Connected);
        assert_eq!(runtime.block_on(queue.next()), Some(SyncEvent::Connected));
        queue.push(SyncEvent::Connected);
        queue.close();
        assert_eq!(runtime.block_on(queue.next()), None);
    }
}
