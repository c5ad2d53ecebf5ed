//! The log's only writer. It gathers what is waiting, commits it with one sync, then answers everybody:
//! an acknowledgement leaves here only after the commit returned.

use super::actors;
use super::forget::{self, Drop, Erase};
use super::review::{self, Decided, Decision, ReviewError};
use super::{as_i64, hash_of, total};
use crate::StoreError;
use crate::error::damaged;
use linli_core::error::Lang;
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, Header, Origin, Sealer};
use linli_core::ids::{DeviceId, Hash, SpaceId};
use linli_core::sync::frames::Refused;
use linli_core::sync::relay::{KnownDevice, Stored, SyncError, Verdict, judge};
use linli_core::sync::standing::Cause;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqlitePool;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Requests committed together at most: bounds how long the first of them waits.
const GROUP_MAX: usize = 128;

/// What the office wants to add to one space.
#[derive(Clone, Debug)]
pub struct OfficeDraft {
    /// The space.
    pub space: SpaceId,
    /// The changes.
    pub entries: Vec<Entry>,
}

/// The office's batches are durable.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    /// Id of the newest of them; read models show them once they have applied this id.
    pub last_id: i64,
}

pub(super) enum Request {
    Devices(Box<DeviceRequest>),
    Office { drafts: Vec<OfficeDraft>, now_ms: TimeMs, reply: oneshot::Sender<Receipt> },
    Decide { decision: Decision, reply: oneshot::Sender<Result<Decided, ReviewError>> },
    Erase(Erase),
    Drop(Drop),
    Stop(oneshot::Sender<()>),
}

/// Batches that a connection handed in, with what is known of their signers.
pub(super) struct DeviceRequest {
    /// Whose connection it is.
    pub(super) by: DeviceId,
    pub(super) batches: Vec<Batch>,
    pub(super) signers: BTreeMap<DeviceId, KnownDevice>,
    pub(super) lang: Lang,
    pub(super) now_ms: TimeMs,
    pub(super) skew_ms: i64,
    pub(super) reply: oneshot::Sender<Vec<Stored>>,
}

enum Answer {
    Devices(oneshot::Sender<Vec<Stored>>, Vec<Stored>),
    Office(oneshot::Sender<Receipt>, Receipt),
    Decided(oneshot::Sender<Result<Decided, ReviewError>>, Result<Decided, ReviewError>),
    Dropped(oneshot::Sender<u64>, u64),
}

impl super::Log {
    /// Stores batches that a device's connection handed in: its own and those it carries. Returns only once
    /// they are durable.
    ///
    /// # Errors
    /// [`StoreError::Stopped`] when the writer could not commit: nothing was acknowledged.
    pub async fn store(
        &self,
        by: DeviceId,
        batches: Vec<Batch>,
        lang: Lang,
        (now_ms, skew_ms): (TimeMs, i64),
        signers: BTreeMap<DeviceId, KnownDevice>,
    ) -> Result<Vec<Stored>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = DeviceRequest { by, batches, signers, lang, now_ms, skew_ms, reply };
        self.send(Request::Devices(Box::new(request))).await?;
        answer.await.map_err(|_| StoreError::Stopped)
    }

    /// Signs and stores what the office did: all of it or nothing. Returns only once it is durable.
    ///
    /// # Errors
    /// [`StoreError::Stopped`].
    pub async fn store_office(
        &self,
        drafts: Vec<OfficeDraft>,
        now_ms: TimeMs,
    ) -> Result<Receipt, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Office { drafts, now_ms, reply }).await?;
        answer.await.map_err(|_| StoreError::Stopped)
    }

    /// Accepts or rejects a batch that waits for a person. Returns only once that is durable.
    ///
    /// # Errors
    /// [`ReviewError`] within, [`StoreError::Stopped`] around.
    pub async fn decide(&self, decision: Decision) -> Result<Result<Decided, ReviewError>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Decide { decision, reply }).await?;
        answer.await.map_err(|_| StoreError::Stopped)
    }

    pub(super) async fn send(&self, request: Request) -> Result<(), StoreError> {
        self.requests.send(request).await.map_err(|_| StoreError::Stopped)
    }
}

/// Runs until stopped, or until a commit fails: after that nothing more is acknowledged, because a disk
/// that failed a sync once cannot be trusted to have kept anything since.
pub(super) async fn run(
    pool: SqlitePool,
    office: Arc<DeviceKey>,
    mut inbox: mpsc::Receiver<Request>,
    announce: watch::Sender<i64>,
) {
    let mut group = Vec::new();
    while inbox.recv_many(&mut group, GROUP_MAX).await > 0 {
        let mut stop = None;
        let mut wanted = Vec::new();
        for request in group.drain(..) {
            match request {
                Request::Stop(done) => stop = Some(done),
                other => wanted.push(other),
            }
        }
        match commit(&pool, &office, wanted).await {
            Ok((answers, newest)) => {
                if let Some(id) = newest {
                    announce.send_replace(id);
                }
                answers.into_iter().for_each(answer);
            }
            Err(error) => {
                tracing::error!(%error, "the log could not be written; no further batch is acknowledged");
                return;
            }
        }
        if let Some(done) = stop {
            let _ = done.send(());
            return;
        }
    }
}

fn answer(answer: Answer) {
    // A connection that has gone away does not need its answer; the phone will ask again.
    match answer {
        Answer::Devices(reply, stored) => drop(reply.send(stored)),
        Answer::Office(reply, receipt) => drop(reply.send(receipt)),
        Answer::Decided(reply, decided) => drop(reply.send(decided)),
        Answer::Dropped(reply, count) => drop(reply.send(count)),
    }
}

async fn commit(
    pool: &SqlitePool,
    office: &DeviceKey,
    wanted: Vec<Request>,
) -> Result<(Vec<Answer>, Option<i64>), StoreError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut newest = None;
    let mut answers = Vec::new();
    for request in wanted {
        match request {
            Request::Devices(request) => {
                let (stored, last) = store_devices(&mut transaction, office, &request).await?;
                newest = last.or(newest);
                answers.push(Answer::Devices(request.reply, stored));
            }
            Request::Office { drafts, now_ms, reply } => {
                let last_id = store_office(&mut transaction, office, None, drafts, now_ms).await?;
                newest = Some(last_id).filter(|id| *id > 0).or(newest);
                answers.push(Answer::Office(reply, Receipt { last_id }));
            }
            Request::Decide { decision, reply } => {
                let decided = review::decide(&mut transaction, office, &decision).await?;
                newest = decided.as_ref().ok().and_then(|decided| decided.last_id).or(newest);
                answers.push(Answer::Decided(reply, decided));
            }
            Request::Erase(Erase { order, reply }) => {
                let last_id = forget::erase(&mut transaction, office, &order).await?;
                newest = Some(last_id).filter(|id| *id > 0).or(newest);
                answers.push(Answer::Office(reply, Receipt { last_id }));
            }
            Request::Drop(Drop { erasure, ids, docs, reply }) => {
                let count = forget::drop_payloads(&mut transaction, erasure, &ids, &docs).await?;
                answers.push(Answer::Dropped(reply, count));
            }
            Request::Stop(_) => {}
        }
    }
    transaction.commit().await?;
    Ok((answers, newest))
}

async fn store_devices(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    request: &DeviceRequest,
) -> Result<(Vec<Stored>, Option<i64>), StoreError> {
    let mut outcomes = Vec::new();
    let mut last = None;
    for batch in &request.batches {
        let claims = match batch.claims() {
            Ok(claims) => claims,
            Err(error) => {
                outcomes.push(refuse(None, &error, request.lang, None));
                continue;
            }
        };
        let Some(known) = request.signers.get(&claims.device) else {
            outcomes.push(refuse(Some(&claims), &SyncError::UnknownDevice, request.lang, None));
            continue;
        };
        let chain = chain_end(connection, claims.device).await?;
        let known = KnownDevice { chain, ..known.clone() };
        let same_number = stored_hash(connection, &claims, batch.hash()).await?;
        let judged = judge(batch, &known, same_number, claims.device != request.by);
        match set_foreign_apart(connection, batch, judged).await? {
            Ok(Verdict::Known(header)) => {
                let end = ChainEnd { epoch: header.epoch, number: header.number, hash: batch.hash() };
                outcomes.push(Stored::Durable { device: header.device, end });
            }
            Ok(verdict @ (Verdict::Accept(_) | Verdict::Review(..))) => {
                let cause = match verdict {
                    Verdict::Review(_, cause) => Some(cause),
                    _ => None,
                };
                if cause == Some(Cause::Parted) && claims.device == request.by {
                    outcomes.push(Stored::Copied { device: claims.device });
                }
                let times = (request.now_ms, request.skew_ms);
                last = Some(insert(connection, office, batch, &claims, (times, cause)).await?);
                handed_in(connection, &claims).await?;
                let end = ChainEnd { epoch: claims.epoch, number: claims.number, hash: batch.hash() };
                outcomes.push(Stored::Durable { device: claims.device, end });
            }
            Err(error) => outcomes.push(refuse(Some(&claims), error.as_ref(), request.lang, chain)),
        }
    }
    Ok((outcomes, last))
}

/// What may be stored and counts is looked at once more: does it speak in somebody else's name?
async fn set_foreign_apart<E>(
    connection: &mut SqliteConnection,
    batch: &Batch,
    judged: Result<Verdict, E>,
) -> Result<Result<Verdict, E>, StoreError> {
    Ok(match judged {
        Ok(Verdict::Accept(header)) if actors::any_foreign(connection, batch, header.device).await? => {
            tracing::warn!(device = %header.device, "a batch writes under somebody else's actor");
            Ok(Verdict::Review(header, Cause::ForeignActor))
        }
        judged => judged,
    })
}

fn refuse(
    claims: Option<&Header>,
    error: &dyn linli_core::error::Coded,
    lang: Lang,
    chain: Option<ChainEnd>,
) -> Stored {
    let (device, epoch, number) =
        claims.map_or((DeviceId([0; 16]), 0, 0), |claims| (claims.device, claims.epoch, claims.number));
    tracing::warn!(%device, epoch, number, code = error.code(), "batch refused");
    Stored::Refused(Refused {
        device,
        epoch,
        number,
        code: error.code().into(),
        text: error.text(lang),
        chain,
    })
}

/// What a phone said that it has to hand in becomes less by what it handed in since.
async fn handed_in(connection: &mut SqliteConnection, claims: &Header) -> Result<(), StoreError> {
    sqlx::query("UPDATE device SET unsent = max(0, unsent - ?) WHERE id = ? AND unsent > 0")
        .bind(i64::from(claims.count))
        .bind(claims.device.0.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Signs and inserts what the office adds, its own or, with an origin, somebody's that it accepted.
pub(super) async fn store_office(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    origin: Option<Origin>,
    drafts: Vec<OfficeDraft>,
    now_ms: TimeMs,
) -> Result<i64, StoreError> {
    let end = chain_end(connection, office.device()).await?.unwrap_or(ChainEnd::start_of(1));
    let mut sealer = Sealer { key: office, policy: 0, now_ms, end };
    let mut last = 0;
    for draft in drafts {
        for entries in cut(draft.entries) {
            let batch = sealer.seal_for(origin, draft.space, entries);
            let claims = batch.claims().map_err(|_| damaged("batch"))?;
            last = insert(connection, office, &batch, &claims, ((now_ms, 0), None)).await?;
        }
    }
    Ok(last)
}

/// Cuts a long list of changes into batches of about [`Batch::BYTES_GOAL`].
fn cut(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches = Vec::new();
    let mut current: Vec<Entry> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        bytes += entry.bytes();
        current.push(entry);
        if bytes >= Batch::BYTES_GOAL || current.len() >= Batch::ENTRIES_MAX {
            batches.push(std::mem::take(&mut current));
            bytes = 0;
        }
    }
    if !current.is_empty() {
        batches.push(current);
    }
    batches
}

async fn insert(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    batch: &Batch,
    header: &Header,
    ((received_ms, skew_ms), cause): ((TimeMs, i64), Option<Cause>),
) -> Result<i64, StoreError> {
    let kept = forget::strip(connection, batch).await?;
    let done = sqlx::query(
        "INSERT INTO batch (space, seq, device, epoch, number, hash, bytes, received_ms, skew_ms, review, parted, cause)
         VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM batch WHERE space = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(header.space.0.as_slice())
    .bind(header.device.0.as_slice())
    .bind(i64::from(header.epoch))
    .bind(as_i64(header.number))
    .bind(batch.hash().0.as_slice())
    .bind(kept.as_ref().unwrap_or(batch).to_bytes())
    .bind(received_ms)
    .bind(skew_ms)
    .bind(i64::from(cause.is_some()))
    .bind(i64::from(cause == Some(Cause::Parted)))
    .bind(cause.map(Cause::word))
    .execute(&mut *connection)
    .await?;
    total::add(&mut *connection, office, done.last_insert_rowid()).await?;
    if cause.is_none() {
        actors::bind(connection, batch, header.author()).await?;
    }
    Ok(done.last_insert_rowid())
}

pub(super) async fn chain_end(
    connection: &mut SqliteConnection,
    device: DeviceId,
) -> Result<Option<ChainEnd>, StoreError> {
    let row = sqlx::query(
        "SELECT epoch, number, hash FROM batch WHERE device = ? AND parted = 0 ORDER BY epoch DESC, number DESC LIMIT 1",
    )
    .bind(device.0.as_slice())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(ChainEnd {
            epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).map_err(|_| damaged("batch"))?,
            number: row.try_get::<i64, _>("number")?.unsigned_abs(),
            hash: hash_of(row.try_get("hash")?)?,
        })
    })
    .transpose()
}

/// The hash of a batch under the same number: this one's if it is there.
async fn stored_hash(
    connection: &mut SqliteConnection,
    claims: &Header,
    hash: Hash,
) -> Result<Option<Hash>, StoreError> {
    let found: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT hash FROM batch WHERE device = ? AND epoch = ? AND number = ? ORDER BY hash = ? DESC LIMIT 1",
    )
    .bind(claims.device.0.as_slice())
    .bind(i64::from(claims.epoch))
    .bind(as_i64(claims.number))
    .bind(hash.0.as_slice())
    .fetch_optional(connection)
    .await?;
    found.map(|bytes| hash_of(&bytes)).transpose()
}
