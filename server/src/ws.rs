//! `/v1/sync`: moves frames between a websocket and the relay's end of the protocol. Decides nothing.

use crate::accept::crowd::Place;
use crate::access::pace::{BYTES, MESSAGES, Used};
use crate::clock::{now_ms, patience, random};
use crate::packing::{pack, unpack_push};
use crate::state::App;
use crate::wanted::Question;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::response::Response;
use linli_core::ids::SpaceId;
use linli_core::sync::PING;
use linli_core::sync::frames::{
    Codec, FRAME_BYTES_MAX, Frame, GetSnapshot, Packed, Page, SnapshotBody, SnapshotPage,
};
use linli_core::sync::relay::{Ask, Session, Stored, SyncError};
use linli_storage::StoreError;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

/// A phone proves who it is within this time or is dropped: a slow stranger costs a connection, no more.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);
/// A phone that takes no bytes for so long is gone or hostile.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// A quiet phone is asked for a sign of life after this time, and dropped after twice as long.
const PING_AFTER: Duration = Duration::from_secs(25);
/// Read buffer per connection: the library's 128 KiB is paid by every idle phone.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// A connection that lasted longer counts as contact until its end; that of a quick exchange was just now.
const LONG: Duration = Duration::from_secs(60);
/// A greeting takes two messages; strangers say no more.
const GREETING_MESSAGES: usize = 8;
/// Connections of one phone at once: the app's, and those of a network that comes and goes, which the relay has not
/// given up yet.
const CONNECTIONS_OF_PHONE: usize = 16;

/// Why a connection ended, for the log.
enum End {
    Gone,
    Closed,
}

pub(crate) async fn sync(
    State(app): State<App>,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * FRAME_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            app.metrics.connections.inc();
            let metrics = app.metrics.clone();
            // The future of a connection is large while it works and small while it waits; boxing the
            // work keeps an idle phone small.
            Connection::new(app, socket, place).run().await;
            metrics.connections.dec();
        })
}

struct Connection {
    app: App,
    socket: WebSocket,
    session: Session,
    skew_ms: i64,
    /// Given back when the connection ends.
    place: Place,
    messages: Used,
    bytes: Used,
}

impl Connection {
    fn new(app: App, socket: WebSocket, place: Place) -> Connection {
        let session = Session::new(app.log.office().public(), random()).of_lineage(app.lineage);
        let (messages, bytes) = (Used::default(), Used::default());
        Connection { app, socket, session, skew_ms: 0, place, messages, bytes }
    }

    async fn run(mut self) {
        if let Err(End::Gone) = self.serve().await {
            tracing::debug!("a phone's connection is gone");
        }
    }

    async fn serve(&mut self) -> Result<(), End> {
        let began = Instant::now();
        let deadline = began + patience(GREETING_TIMEOUT);
        // Before the phone is looked up: a change of what it may do is seen there or here.
        let mut regranted = self.app.regranted.subscribe();
        let mut said = 0;
        while self.session.device().is_none() {
            said += 1;
            if said > GREETING_MESSAGES {
                return Err(End::Gone);
            }
            let message = timeout_at(deadline, self.socket.recv()).await.map_err(|_| End::Gone)?;
            self.on_message(message).await?;
        }
        let Some(device) = self.session.device() else { return Err(End::Gone) };
        let Some(_present) = self.app.presence(device, CONNECTIONS_OF_PHONE) else { return Err(End::Gone) };
        self.place.known();
        let ended = self.serve_known(&mut regranted).await;
        if began.elapsed() > LONG
            && let Err(error) = self.app.log.left(device, now_ms()).await
        {
            tracing::error!(%error, "the end of a connection could not be noted");
        }
        ended
    }

    async fn serve_known(&mut self, regranted: &mut watch::Receiver<()>) -> Result<(), End> {
        let mut advanced = self.app.advanced.subscribe();
        let mut wanted = self.app.wanted.subscribe();
        let mut stopping = self.app.stopping.clone();
        let mut silent = false;
        loop {
            tokio::select! {
                message = timeout(PING_AFTER, self.socket.recv()) => match message {
                    Ok(message) => {
                        silent = false;
                        self.on_message(message).await?;
                    }
                    Err(_) if silent => return Err(End::Gone),
                    Err(_) => {
                        silent = true;
                        self.send(Message::Ping(Bytes::new())).await?;
                    }
                },
                Ok(()) = regranted.changed() => self.on_regranted().await?,
                news = advanced.recv() => self.on_news(news).await?,
                Ok(question) = wanted.recv() => self.on_question(&question).await?,
                () = stopped(&mut stopping) => {
                    let asks = self.session.refuse(SyncError::Unavailable);
                    return self.carry_out(asks).await;
                }
            }
        }
    }

    /// A phone that says too much is not refused but waited for: what it has not sent yet stays with it.
    async fn wait_for_pace(&mut self, message: Option<&Result<Message, axum::Error>>) {
        let bytes = match message {
            Some(Ok(Message::Binary(bytes))) => bytes.len(),
            Some(Ok(Message::Text(text))) => text.len(),
            _ => 0,
        };
        let now = now_ms();
        let wait = self.messages.take(MESSAGES, 1, now).max(self.bytes.take(BYTES, bytes, now));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    async fn on_message(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.wait_for_pace(message.as_ref()).await;
        let bytes = match message {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Text(text))) if text == PING => return self.send(Message::text(PING)).await,
            _ => return Err(End::Gone),
        };
        let Ok(frame) = Frame::from_bytes(&bytes) else {
            self.app.metrics.malformed.inc();
            let asks = self.session.refuse(SyncError::OutOfTurn);
            return self.carry_out(asks).await;
        };
        drop(bytes);
        // Asking on after a number says that everything up to it is stored.
        let pulled = match &frame {
            Frame::Pull(pull) => Some((pull.space, pull.after)),
            _ => None,
        };
        let asks = self.session.on_frame(frame, now_ms(), self.app.log.office());
        if let (Some((space, after)), Some(device)) = (pulled, self.session.device()) {
            self.app.log.passed(device, space, after, now_ms()).await.map_err(|_| End::Gone)?;
        }
        self.carry_out(asks).await
    }

    async fn on_regranted(&mut self) -> Result<(), End> {
        let Some(device) = self.session.device() else { return Ok(()) };
        let known = self.app.known_device(device).await.map_err(|_| End::Gone)?;
        let asks = self.session.on_regranted(known.as_ref());
        self.carry_out(asks).await
    }

    async fn on_news(&mut self, news: Result<(SpaceId, u64), RecvError>) -> Result<(), End> {
        match news {
            Ok((space, head)) => {
                let asks = self.session.on_advanced(space, head);
                self.carry_out(asks).await
            }
            Err(RecvError::Lagged(_)) => {
                // Missed which spaces grew: look at each that is followed.
                let spaces = self.session.followed();
                for space in spaces {
                    let head = self.app.log.head(space).await.map_err(|_| End::Gone)?;
                    let asks = self.session.on_advanced(space, head);
                    self.carry_out(asks).await?;
                }
                Ok(())
            }
            Err(RecvError::Closed) => Err(End::Gone),
        }
    }

    async fn on_question(&mut self, question: &Arc<Question>) -> Result<(), End> {
        let meant = match &question.signers {
            Some(signers) => self.session.device().is_some_and(|device| signers.contains(&device)),
            None => self.session.follows(question.wanted.space),
        };
        let asks = if meant { self.session.on_wanted(question.wanted.clone(), now_ms()) } else { Vec::new() };
        self.carry_out(asks).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sent = timeout(patience(SEND_TIMEOUT), self.socket.send(message)).await;
        sent.map_err(|_| End::Gone)?.map_err(|_| End::Gone)
    }

    async fn carry_out(&mut self, asks: Vec<Ask>) -> Result<(), End> {
        let mut queue = VecDeque::from(asks);
        while let Some(ask) = queue.pop_front() {
            match ask {
                Ask::Send(frame) => self.send(Message::Binary(frame.to_bytes().into())).await?,
                Ask::Close => {
                    let _ = self.send(Message::Close(None)).await;
                    return Err(End::Closed);
                }
                other => {
                    let more = Box::pin(self.answer(other)).await;
                    let more = more.unwrap_or_else(|error| {
                        tracing::error!(%error, "a connection's request failed");
                        self.session.refuse(SyncError::Unavailable)
                    });
                    queue.extend(more);
                }
            }
        }
        Ok(())
    }

    async fn answer(&mut self, ask: Ask) -> Result<Vec<Ask>, StoreError> {
        match ask {
            Ask::FindDevice(device) => {
                let mut known = self.app.known_device(device).await?;
                if let Some(found) = known.take() {
                    known = Some(match self.session.proven(&found.key) {
                        Some(hello) => {
                            let found = self.app.greet(found, hello).await?;
                            self.session.tell_head(self.app.sign_head().await?);
                            found
                        }
                        None => found,
                    });
                }
                Ok(self.session.on_device(known, now_ms()))
            }
            Ask::Arrived { app, skew_ms, unsent } => {
                self.skew_ms = skew_ms;
                if let Some(device) = self.session.claimed() {
                    let app: String = app.chars().take(64).collect();
                    self.app.log.contact(device, &app, (now_ms(), skew_ms), unsent).await?;
                    crate::office::forget::arrived(&self.app, device, unsent).await?;
                    self.app.tell_of(device);
                }
                Ok(Vec::new())
            }
            Ask::Store(packed) => self.store(&packed).await,
            Ask::ReadFeed { space, after } => {
                let (items, upto, head) = {
                    let skip = |signer, epoch, number| self.session.may_skip(signer, epoch, number);
                    self.app.log.feed(space, after, skip).await?
                };
                if items.iter().any(|item| item.batch.places()) {
                    self.session.on_placed();
                }
                let items = pack(&items);
                Ok(self.session.on_feed(Page { space, after, upto, head, items }))
            }
            Ask::FindWanted(space) => {
                let found = self.app.model.wanted(Some(space)).await?;
                let now = now_ms();
                Ok(found.into_iter().flat_map(|found| self.session.on_wanted(found.wanted, now)).collect())
            }
            Ask::ReadSnapshot(get) => {
                let page = Connection::snapshot(&self.app, &get).await?;
                Ok(self.session.on_snapshot(page))
            }
            Ask::Send(_) | Ask::Close => Ok(Vec::new()),
        }
    }

    async fn store(&mut self, packed: &Packed) -> Result<Vec<Ask>, StoreError> {
        let Ok(batches) = unpack_push(packed) else {
            self.app.metrics.malformed.inc();
            return Ok(self.session.refuse(SyncError::OutOfTurn));
        };
        let signers: BTreeSet<_> =
            batches.iter().filter_map(|batch| batch.claims().ok()).map(|header| header.device).collect();
        let mut known = BTreeMap::new();
        for signer in signers {
            if let Some(device) = self.app.known_device(signer).await? {
                known.insert(signer, device);
            }
        }
        let lang = self.session.lang();
        let Some(by) = self.session.device() else { return Ok(Vec::new()) };
        let stored = self.app.log.store(by, batches, lang, (now_ms(), self.skew_ms), known).await?;
        for outcome in &stored {
            match outcome {
                Stored::Durable { .. } => self.app.metrics.acknowledged.inc(),
                Stored::Refused(_) => self.app.metrics.refused.inc(),
                Stored::Copied { device } => {
                    self.app.stop_copied(*device).await?;
                    0
                }
            };
        }
        // What waits for a person now is counted beside the phone.
        self.app.tell_of(by);
        Ok(self.session.on_stored(stored))
    }

    /// The page asked for; page 0 of a newer snapshot when the one asked for is gone; an empty snapshot
    /// when the log alone is a quick start.
    async fn snapshot(app: &App, get: &GetSnapshot) -> Result<SnapshotPage, StoreError> {
        let space = get.space;
        let resuming = get.seq != 0 && app.model.snapshot_seq(space).await? == Some(get.seq);
        if !resuming {
            refresh_snapshot(app, space).await?;
        }
        if app.model.snapshot_seq(space).await?.is_none() {
            return Ok(no_snapshot(space));
        }
        let wanted = if resuming || get.seq == 0 { get.page } else { 0 };
        match app.model.snapshot_page(space, wanted).await? {
            Some(page) => Ok(page),
            None => app.model.snapshot_page(space, 0).await?.ok_or(StoreError::Damaged { what: "snapshot" }),
        }
    }
}

/// Waits for the relay to drain. The guard that `wait_for` returns must not live across an await.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Takes a snapshot if one is due; whoever waits here finds the one that the other took.
pub(crate) async fn refresh_snapshot(app: &App, space: SpaceId) -> Result<(), StoreError> {
    if !app.model.wants_snapshot(space).await? {
        return Ok(());
    }
    let _one_at_a_time = app.snapshots.lock().await;
    if app.model.wants_snapshot(space).await? {
        app.model.take_snapshot(space).await?;
    }
    Ok(())
}

/// Says that the log alone is the start.
fn no_snapshot(space: SpaceId) -> SnapshotPage {
    let bytes = minicbor::to_vec(SnapshotBody::default()).unwrap_or_default();
    let body = Packed { codec: Codec::Plain, bytes };
    SnapshotPage { space, seq: 0, page: 0, pages: 0, bytes_total: 0, body }
}
