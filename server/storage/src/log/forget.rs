//! Erasures: what was destroyed, when, at whose word; and the payloads that go from stored batches.
//!
//! A batch keeps its header, signature and the hashes of its payloads, so chains still verify. What says that
//! something is destroyed is durable before the first payload goes; what arrives later is dropped as it arrives.

use super::writer::{Request, store_office};
use super::{Log, OfficeDraft, Receipt, as_i64, logged};
use crate::StoreError;
use crate::error::damaged;
use linli_core::identity::{Batch, DeviceKey};
use linli_core::ids::{DeviceId, DocId, ErasureId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Batches read at a time while payloads are looked for; the writer rewrites those of one reading together.
const SCAN_BATCHES: i64 = 64;
/// Erasures listed at once.
const LISTED_MAX: i64 = 500;

/// A document that is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedDoc {
    /// Its id.
    pub doc: DocId,
    /// What it is about.
    pub kind: DocKind,
    /// The first generation that may be there afterwards.
    pub generation: u32,
}

/// What is to be destroyed.
#[derive(Clone, Debug)]
pub struct ErasureOrder {
    /// A new id.
    pub id: ErasureId,
    /// What kind of thing.
    pub kind: String,
    /// Ids.
    pub subject: String,
    /// One of a few words.
    pub reason: String,
    /// A user's id.
    pub actor: String,
    /// When.
    pub at_ms: TimeMs,
    /// The documents.
    pub docs: Vec<ErasedDoc>,
    /// What says so in the logs of their spaces.
    pub drafts: Vec<OfficeDraft>,
    /// Phones that may have something of it.
    pub phones: BTreeSet<(DeviceId, SpaceId)>,
}

/// A phone that may have had something of what was destroyed.
#[derive(Clone, Debug)]
pub struct ErasurePhone {
    /// The phone.
    pub device: DeviceId,
    /// Where it follows it.
    pub space: SpaceId,
    /// When it was known to have let go; `None`: it is not known to.
    pub passed_ms: Option<TimeMs>,
}

/// Something that was destroyed.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// What kind of thing.
    pub kind: String,
    /// Ids.
    pub subject: String,
    /// One of a few words.
    pub reason: String,
    /// A user's id.
    pub actor: String,
    /// When.
    pub at_ms: TimeMs,
    /// The last batch that says so.
    pub batch: i64,
    /// Payloads that were dropped from batches.
    pub dropped: i64,
    /// Payloads that came afterwards.
    pub late: i64,
    /// JSON: what was deleted elsewhere.
    pub detail: String,
    /// When nothing of it was left here.
    pub done_ms: Option<TimeMs>,
}

pub(super) struct Erase {
    pub(super) order: Box<ErasureOrder>,
    pub(super) reply: oneshot::Sender<Receipt>,
}

pub(super) struct Drop {
    pub(super) erasure: ErasureId,
    pub(super) ids: Vec<i64>,
    pub(super) docs: Arc<BTreeMap<DocId, u32>>,
    pub(super) reply: oneshot::Sender<u64>,
}

impl Log {
    /// Destroys documents: from when this returns nothing of them is taken any more. What is stored already goes by
    /// [`Log::drop_payloads`].
    ///
    /// # Errors
    /// [`StoreError::Stopped`].
    pub async fn erase(&self, order: ErasureOrder) -> Result<Receipt, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Erase(Erase { order: Box::new(order), reply })).await?;
        answer.await.map_err(|_| StoreError::Stopped)
    }

    /// Drops the payloads of destroyed documents from all stored batches; how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_payloads(&self, erasure: ErasureId) -> Result<u64, StoreError> {
        let docs = self.erased_docs(erasure).await?;
        let docs: Arc<BTreeMap<DocId, u32>> =
            Arc::new(docs.into_iter().map(|erased| (erased.doc, erased.generation)).collect());
        let (mut after, mut dropped) = (0, 0);
        loop {
            let batches = self.after(after, SCAN_BATCHES).await?;
            let Some(last) = batches.last() else { return Ok(dropped) };
            after = last.id;
            let holding =
                batches.iter().filter(|logged| logged.batch.entries.iter().any(|entry| goes(entry, &docs)));
            let ids: Vec<i64> = holding.map(|logged| logged.id).collect();
            if ids.is_empty() {
                continue;
            }
            let (reply, answer) = oneshot::channel();
            self.send(Request::Drop(Drop { erasure, ids, docs: Arc::clone(&docs), reply })).await?;
            dropped += answer.await.map_err(|_| StoreError::Stopped)?;
        }
    }

    /// Nothing of it is left here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_erasure(
        &self,
        id: ErasureId,
        detail: &str,
        now_ms: TimeMs,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE erasure SET done_ms = ?, detail = ? WHERE id = ?")
            .bind(now_ms)
            .bind(detail)
            .bind(id.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// The documents that an erasure destroyed, and none has destroyed again since.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erased_docs(&self, id: ErasureId) -> Result<Vec<ErasedDoc>, StoreError> {
        let rows = sqlx::query("SELECT doc, kind, generation FROM erased_doc WHERE erasure = ? ORDER BY doc")
            .bind(id.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(erased).collect()
    }

    /// Erasures, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows = sqlx::query("SELECT * FROM erasure ORDER BY at_ms DESC, id LIMIT ?")
            .bind(LISTED_MAX)
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(erasure).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erasure(&self, id: ErasureId) -> Result<Option<Erasure>, StoreError> {
        let row = sqlx::query("SELECT * FROM erasure WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(erasure).transpose()
    }

    /// Erasures that were begun and not finished.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unfinished_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows = sqlx::query("SELECT * FROM erasure WHERE done_ms IS NULL ORDER BY at_ms, id")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(erasure).collect()
    }

    /// The phones that may have had something of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erasure_phones(&self, id: ErasureId) -> Result<Vec<ErasurePhone>, StoreError> {
        let rows = sqlx::query(
            "SELECT device, space, passed_ms FROM erasure_phone WHERE erasure = ? ORDER BY device, space",
        )
        .bind(id.0.as_slice())
        .fetch_all(&self.database.readers)
        .await?;
        let read = |row: &SqliteRow| {
            Ok(ErasurePhone {
                device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("erasure"))?,
                space: SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("erasure"))?,
                passed_ms: row.try_get("passed_ms")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A phone has taken in a space's log up to a number. Asked at each of its questions, so a look comes before the
    /// write.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passed(
        &self,
        device: DeviceId,
        space: SpaceId,
        upto: u64,
        now_ms: TimeMs,
    ) -> Result<(), StoreError> {
        let waits: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM erasure_phone WHERE device = ? AND space = ? AND seq <= ? AND passed_ms IS NULL)",
        )
        .bind(device.0.as_slice())
        .bind(space.0.as_slice())
        .bind(as_i64(upto))
        .fetch_one(&self.database.readers)
        .await?;
        if waits {
            sqlx::query(
                "UPDATE erasure_phone SET passed_ms = ?4 WHERE device = ?1 AND space = ?2 AND seq <= ?3 AND passed_ms IS NULL",
            )
            .bind(device.0.as_slice())
            .bind(space.0.as_slice())
            .bind(as_i64(upto))
            .bind(now_ms)
            .execute(&self.database.writer)
            .await?;
        }
        Ok(())
    }

    /// The spaces for which a phone has not passed some erasure.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outstanding_spaces(&self, device: DeviceId) -> Result<Vec<SpaceId>, StoreError> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT DISTINCT space FROM erasure_phone WHERE device = ? AND passed_ms IS NULL",
        )
        .bind(device.0.as_slice())
        .fetch_all(&self.database.readers)
        .await?;
        Ok(ids.iter().filter_map(|id| SpaceId::from_slice(id)).collect())
    }

    /// The newest erasure of something, if it was destroyed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erasure_about(&self, kind: &str, subject: &str) -> Result<Option<ErasureId>, StoreError> {
        let id: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT id FROM erasure WHERE kind = ? AND subject = ? ORDER BY at_ms DESC, id LIMIT 1",
        )
        .bind(kind)
        .bind(subject)
        .fetch_optional(&self.database.readers)
        .await?;
        Ok(id.and_then(|id| ErasureId::from_slice(&id)))
    }

    /// The newest place in the log up to which everything was received at a time or before it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn received_by(&self, at_ms: TimeMs) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT coalesce((SELECT min(id) - 1 FROM batch WHERE received_ms > ?), (SELECT max(id) FROM batch), 0)",
        )
        .bind(at_ms)
        .fetch_one(&self.database.readers)
        .await?)
    }

    /// Leaves nothing of earlier commits in the write-ahead log; whether that was possible.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cut_journal(&self) -> Result<bool, StoreError> {
        self.database.cut_journal().await
    }
}

fn goes(entry: &linli_core::identity::Entry, docs: &BTreeMap<DocId, u32>) -> bool {
    entry.has_contents() && docs.get(&entry.doc).is_some_and(|generation| entry.generation < *generation)
}

fn erased(row: &SqliteRow) -> Result<ErasedDoc, StoreError> {
    Ok(ErasedDoc {
        doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("erasure"))?,
        kind: DocKind::from_number(row.try_get("kind")?).ok_or(damaged("erasure"))?,
        generation: u32::try_from(row.try_get::<i64, _>("generation")?).map_err(|_| damaged("erasure"))?,
    })
}

fn erasure(row: &SqliteRow) -> Result<Erasure, StoreError> {
    Ok(Erasure {
        id: ErasureId::from_slice(row.try_get("id")?).ok_or(damaged("erasure"))?,
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        reason: row.try_get("reason")?,
        actor: row.try_get("actor")?,
        at_ms: row.try_get("at_ms")?,
        batch: row.try_get("batch")?,
        dropped: row.try_get("dropped")?,
        late: row.try_get("late")?,
        detail: row.try_get("detail")?,
        done_ms: row.try_get("done_ms")?,
    })
}

/// Within the writer's transaction: what says so, and from when on.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    order: &ErasureOrder,
) -> Result<i64, StoreError> {
    let last = store_office(&mut *connection, office, None, order.drafts.clone(), order.at_ms).await?;
    sqlx::query(
        "INSERT INTO erasure (id, kind, subject, reason, actor, at_ms, batch) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(order.id.0.as_slice())
    .bind(&order.kind)
    .bind(&order.subject)
    .bind(&order.reason)
    .bind(&order.actor)
    .bind(order.at_ms)
    .bind(last)
    .execute(&mut *connection)
    .await?;
    for erased in &order.docs {
        sqlx::query(
            "INSERT INTO erased_doc (doc, kind, generation, erasure) VALUES (?, ?, ?, ?) ON CONFLICT (doc)
             DO UPDATE SET generation = max(generation, excluded.generation), erasure = excluded.erasure",
        )
        .bind(erased.doc.0.as_slice())
        .bind(erased.kind.number())
        .bind(i64::from(erased.generation))
        .bind(order.id.0.as_slice())
        .execute(&mut *connection)
        .await?;
    }
    for (device, space) in &order.phones {
        sqlx::query(
            "INSERT OR IGNORE INTO erasure_phone (erasure, device, space, seq)
             VALUES (?1, ?2, ?3, (SELECT coalesce(max(seq), 0) FROM batch WHERE space = ?3))",
        )
        .bind(order.id.0.as_slice())
        .bind(device.0.as_slice())
        .bind(space.0.as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(last)
}

/// Within the writer's transaction: these batches keep hashes instead of what was destroyed.
pub(super) async fn drop_payloads(
    connection: &mut SqliteConnection,
    erasure: ErasureId,
    ids: &[i64],
    docs: &BTreeMap<DocId, u32>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    for id in ids {
        let row =
            sqlx::query("SELECT * FROM batch WHERE id = ?").bind(id).fetch_one(&mut *connection).await?;
        let mut batch = logged(&row)?.batch;
        for entry in batch.entries.iter_mut().filter(|entry| goes(entry, docs)) {
            entry.erase();
            count += 1;
        }
        sqlx::query("UPDATE batch SET bytes = ? WHERE id = ?")
            .bind(batch.to_bytes())
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE erasure SET dropped = dropped + ? WHERE id = ?")
        .bind(as_i64(count))
        .bind(erasure.0.as_slice())
        .execute(connection)
        .await?;
    Ok(count)
}

/// What is kept of a batch that arrives: hashes of what was destroyed before. `None`: all of it.
pub(super) async fn strip(
    connection: &mut SqliteConnection,
    batch: &Batch,
) -> Result<Option<Batch>, StoreError> {
    let any: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM erased_doc)").fetch_one(&mut *connection).await?;
    if !any {
        return Ok(None);
    }
    let mut kept: Option<Batch> = None;
    for (at, entry) in batch.entries.iter().enumerate().filter(|(_, entry)| entry.has_contents()) {
        let row = sqlx::query("SELECT erasure FROM erased_doc WHERE doc = ? AND generation > ?")
            .bind(entry.doc.0.as_slice())
            .bind(i64::from(entry.generation))
            .fetch_optional(&mut *connection)
            .await?;
        let Some(row) = row else { continue };
        if let Some(entry) = kept.get_or_insert_with(|| batch.clone()).entries.get_mut(at) {
            entry.erase();
        }
        sqlx::query("UPDATE erasure SET late = late + 1 WHERE id = ?")
            .bind(row.try_get::<&[u8], _>("erasure")?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(kept)
}
