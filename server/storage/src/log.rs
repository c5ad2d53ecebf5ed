//! The durable log and who may add to it.

mod actors;
mod devices;
mod forget;
mod grants;
mod review;
mod total;
mod upgrade;
mod writer;

pub use devices::{Device, EnrolError, NewCode, StandingError};
pub use forget::{ErasedDoc, Erasure, ErasureOrder, ErasurePhone};
pub use grants::Told;
pub use review::{Decided, Decision, ReviewError, ReviewRecord, ReviewState};
pub use writer::{OfficeDraft, Receipt};

use crate::error::damaged;
use crate::sqlite::{Database, Durability, open};
use crate::{DataFolder, StoreError};
use linli_core::identity::{Batch, ChainEnd, DeviceKey};
use linli_core::ids::{DeviceId, Hash, SpaceId};
use linli_core::sync::frames::{FeedItem, PAGE_BYTES_GOAL};
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    database: Arc<Database>,
    requests: mpsc::Sender<writer::Request>,
    durable: watch::Receiver<i64>,
    office: Arc<DeviceKey>,
}

/// A batch as the log has it.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Order over all spaces.
    pub id: i64,
    /// The space.
    pub space: SpaceId,
    /// Order within the space.
    pub seq: u64,
    /// Who signed.
    pub device: DeviceId,
    /// Epoch of the signer's chain.
    pub epoch: u32,
    /// Number within the epoch.
    pub number: u64,
    /// The batch.
    pub batch: Batch,
    /// When it arrived.
    pub received_ms: TimeMs,
    /// Relay time minus device time when it arrived.
    pub skew_ms: i64,
    /// It is not applied: a person must look first, or has.
    pub review: bool,
    /// It does not continue its signer's chain.
    pub parted: bool,
    /// Whose changes these are: the signer's, unless the office accepted somebody's batch.
    pub author: DeviceId,
}

/// Requests that may wait for the writer; more wait at the sender, which is the back-pressure.
const QUEUE: usize = 256;

impl Log {
    /// Opens or creates `log.db` in a folder and starts its writer. `office` signs what the office does.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn open(folder: &DataFolder, office: DeviceKey) -> Result<Log, StoreError> {
        let database = Arc::new(open(folder, "log.db", Durability::Synced, "").await?);
        let newest = match newest(&database, &office).await {
            Ok(newest) => newest,
            Err(error) => {
                database.close().await;
                return Err(error);
            }
        };
        let office = Arc::new(office);
        let (requests, inbox) = mpsc::channel(QUEUE);
        let (announce, durable) = watch::channel(newest);
        tokio::spawn(writer::run(database.writer.clone(), Arc::clone(&office), inbox, announce));
        Ok(Log { database, requests, durable, office })
    }

    /// The key of the office.
    pub fn office(&self) -> &DeviceKey {
        &self.office
    }

    /// The id of the newest durable batch; changes whenever one is added.
    pub fn durable(&self) -> watch::Receiver<i64> {
        self.durable.clone()
    }

    /// Batches after an id over all spaces, in order, at most `count_max` of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn after(&self, id: i64, count_max: i64) -> Result<Vec<Logged>, StoreError> {
        let rows = sqlx::query("SELECT * FROM batch WHERE id > ? ORDER BY id LIMIT ?")
            .bind(id)
            .bind(count_max)
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(|row| self.attributed(logged(row)?)).collect()
    }

    /// The same for whoever looks for damage: ids, each with its batch if that can be read and is the one that its
    /// row names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn inspect(&self, id: i64, count_max: i64) -> Result<Vec<(i64, Option<Logged>)>, StoreError> {
        let rows = sqlx::query("SELECT * FROM batch WHERE id > ? ORDER BY id LIMIT ?")
            .bind(id)
            .bind(count_max)
            .fetch_all(&self.database.readers)
            .await?;
        let readable = |row: &SqliteRow| {
            let named = Hash::from_slice(row.try_get("hash").ok()?)?;
            logged(row).ok().filter(|logged| logged.batch.hash() == named)
        };
        rows.iter().map(|row| Ok((row.try_get("id")?, readable(row)))).collect()
    }

    /// What the office accepted counts as its author's, received when it first was. Nobody else speaks for
    /// others, whatever a header says.
    fn attributed(&self, mut logged: Logged) -> Result<Logged, StoreError> {
        if logged.device == self.office.device() {
            let header = logged.batch.claims().map_err(|_| damaged("batch"))?;
            if let Some(origin) = header.origin {
                logged.author = origin.device;
                logged.received_ms = origin.received_ms;
                logged.skew_ms = origin.skew_ms;
            }
        }
        Ok(logged)
    }

    /// A page of a space's log after a number: the items, how far they reach, and the newest number.
    /// Batches that `skip` names (by signer, epoch and number: those the asking phone is known to have) are
    /// left out but counted; so are those under review. After a document that came from another space nothing
    /// more is left out: see [`Session::on_placed`](linli_core::sync::relay::Session::on_placed).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn feed(
        &self,
        space: SpaceId,
        after: u64,
        skip: impl Fn(DeviceId, u32, u64) -> bool,
    ) -> Result<(Vec<FeedItem>, u64, u64), StoreError> {
        let head = self.head(space).await?;
        let mut upto = after;
        let mut bytes = 0;
        let mut items = Vec::new();
        let mut placed = false;
        while upto < head && bytes < PAGE_BYTES_GOAL {
            let rows = sqlx::query("SELECT * FROM batch WHERE space = ? AND seq > ? ORDER BY seq LIMIT 64")
                .bind(space.0.as_slice())
                .bind(as_i64(upto))
                .fetch_all(&self.database.readers)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if bytes >= PAGE_BYTES_GOAL {
                    break;
                }
                let logged = logged(row)?;
                upto = logged.seq;
                let known = !placed && skip(logged.device, logged.epoch, logged.number);
                if logged.review || known {
                    continue;
                }
                placed |= logged.batch.places();
                bytes += row.try_get::<&[u8], _>("bytes")?.len();
                items.push(FeedItem {
                    seq: logged.seq,
                    received_ms: logged.received_ms,
                    batch: logged.batch,
                });
            }
        }
        Ok((items, upto, head.max(upto)))
    }

    /// The spaces that have grown since an id, with their newest numbers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advances(&self, since: i64) -> Result<Vec<(SpaceId, u64)>, StoreError> {
        let rows = sqlx::query("SELECT space, max(seq) AS seq FROM batch WHERE id > ? GROUP BY space")
            .bind(since)
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("batch"))?;
                Ok((space, row.try_get::<i64, _>("seq")?.unsigned_abs()))
            })
            .collect()
    }

    /// The newest number of a space; 0 when it is empty.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn head(&self, space: SpaceId) -> Result<u64, StoreError> {
        let head: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM batch WHERE space = ?")
            .bind(space.0.as_slice())
            .fetch_one(&self.database.readers)
            .await?;
        Ok(head.unsigned_abs())
    }

    /// Where a device's chain stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chain(&self, device: DeviceId) -> Result<Option<ChainEnd>, StoreError> {
        let mut connection = self.database.readers.acquire().await?;
        writer::chain_end(&mut connection, device).await
    }

    /// How many batches there are, and how many wait for review.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self) -> Result<(i64, i64), StoreError> {
        let row = sqlx::query("SELECT count(*) AS n, count(*) FILTER (WHERE review = 1) AS r FROM batch")
            .fetch_one(&self.database.readers)
            .await?;
        Ok((row.try_get("n")?, row.try_get("r")?))
    }

    /// Waits for the writer to finish what it has, then closes the file.
    pub async fn close(&self) {
        let (done, closed) = tokio::sync::oneshot::channel();
        if self.requests.send(writer::Request::Stop(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.database.close().await;
    }
}

/// Brings the tables to today's shape; the id of the newest batch.
async fn newest(database: &Database, office: &DeviceKey) -> Result<i64, StoreError> {
    upgrade::bring_up(&database.writer, office).await?;
    let newest = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM batch");
    Ok(newest.fetch_one(&database.readers).await?)
}

pub(crate) fn as_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn logged(row: &SqliteRow) -> Result<Logged, StoreError> {
    let blob = |name: &str| row.try_get::<&[u8], _>(name);
    Ok(Logged {
        id: row.try_get("id")?,
        space: SpaceId::from_slice(blob("space")?).ok_or(damaged("batch"))?,
        seq: row.try_get::<i64, _>("seq")?.unsigned_abs(),
        device: DeviceId::from_slice(blob("device")?).ok_or(damaged("batch"))?,
        author: DeviceId::from_slice(blob("device")?).ok_or(damaged("batch"))?,
        epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).map_err(|_| damaged("batch"))?,
        number: row.try_get::<i64, _>("number")?.unsigned_abs(),
        batch: Batch::from_bytes(blob("bytes")?).map_err(|_| damaged("batch"))?,
        received_ms: row.try_get("received_ms")?,
        skew_ms: row.try_get("skew_ms")?,
        review: row.try_get::<i64, _>("review")? != 0,
        parted: row.try_get::<i64, _>("parted")? != 0,
    })
}

pub(crate) fn hash_of(bytes: &[u8]) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).ok_or(damaged("hash"))
}
