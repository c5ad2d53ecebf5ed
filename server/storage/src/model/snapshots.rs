//! Snapshots: a space's documents, compacted and compressed once, sent to every fresh phone.

use super::Model;
use super::forget::forgotten_in;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{Actor, DeviceId, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::frames::{
    ActorDevice, Codec, ForgottenDoc, LeftDoc, PAGE_BYTES_GOAL, Packed, SnapshotBody, SnapshotDoc,
    SnapshotPage,
};
use sqlx::{Row, SqliteConnection};

/// Slow to compress, quick to inflate: pages are compressed once, off the request path where possible.
const LEVEL: i32 = 9;

/// With fewer changes than this the log alone is a quick start.
const CHANGES_MIN: i64 = 200;
/// A snapshot is taken again once a tenth of its changes came after it: a fresh phone applies those one by
/// one, which costs it about ten times as much as the same change within a snapshot.
const STALE_SHARE: i64 = 10;

impl Model {
    /// A page of the newest snapshot of a space; `None` when there is none yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot_page(&self, space: SpaceId, page: u32) -> Result<Option<SnapshotPage>, StoreError> {
        let mut transaction = self.database.readers.begin().await?;
        let total = sqlx::query(
            "SELECT count(*) AS pages, coalesce(max(seq), 0) AS seq, coalesce(sum(length(bytes)), 0) AS bytes
             FROM snapshot WHERE space = ?",
        )
        .bind(space.0.as_slice())
        .fetch_one(&mut *transaction)
        .await?;
        let pages = u32::try_from(total.try_get::<i64, _>("pages")?).map_err(|_| damaged("snapshot"))?;
        let bytes: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT bytes FROM snapshot WHERE space = ? AND page = ?")
                .bind(space.0.as_slice())
                .bind(i64::from(page))
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(bytes) = bytes else { return Ok(None) };
        Ok(Some(SnapshotPage {
            space,
            seq: total.try_get::<i64, _>("seq")?.unsigned_abs(),
            page,
            pages,
            bytes_total: total.try_get::<i64, _>("bytes")?.unsigned_abs(),
            body: Packed { codec: Codec::Zstd, bytes },
        }))
    }

    /// Whether a space should have a newer snapshot than it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wants_snapshot(&self, space: SpaceId) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT changes FROM snapshot WHERE space = ?1 AND page = 0) AS taken,
                    coalesce((SELECT changes FROM space WHERE id = ?1), 0) AS changes",
        )
        .bind(space.0.as_slice())
        .fetch_one(&self.database.readers)
        .await?;
        let (taken, changes): (Option<i64>, i64) = (row.try_get("taken")?, row.try_get("changes")?);
        let since = changes - taken.unwrap_or(0);
        Ok(since >= CHANGES_MIN && since >= taken.unwrap_or(0) / STALE_SHARE)
    }

    /// The sequence number that a space's snapshot stands for; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot_seq(&self, space: SpaceId) -> Result<Option<u64>, StoreError> {
        let taken: Option<i64> = sqlx::query_scalar("SELECT seq FROM snapshot WHERE space = ? AND page = 0")
            .bind(space.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        Ok(taken.map(i64::unsigned_abs))
    }

    /// Every space that has documents.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spaces(&self) -> Result<Vec<SpaceId>, StoreError> {
        let ids: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT id FROM space ORDER BY id").fetch_all(&self.database.readers).await?;
        Ok(ids.iter().filter_map(|id| SpaceId::from_slice(id)).collect())
    }

    /// Takes a space's snapshot. Reading and compressing need no write lock; only the replacement does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_snapshot(&self, space: SpaceId) -> Result<(), StoreError> {
        let mut reader = self.database.readers.begin().await?;
        let seq = settled_seq(&mut reader, space).await?;
        let changes: i64 = sqlx::query_scalar("SELECT coalesce((SELECT changes FROM space WHERE id = ?), 0)")
            .bind(space.0.as_slice())
            .fetch_one(&mut *reader)
            .await?;
        let mut actors = actors(&mut reader, space).await?;
        let mut left = Some(left(&mut reader, space).await?).filter(|left| !left.is_empty());
        let gone = forgotten_in(&mut reader, space).await?;
        let mut forgotten = forgotten_docs(&gone);
        let mut pages = Vec::new();
        let mut after: Option<(i64, Vec<u8>)> = None;
        loop {
            let (docs, last) = docs_after(&mut reader, space, after).await?;
            if docs.is_empty() && !pages.is_empty() {
                break;
            }
            let ended = last.is_none();
            after = last;
            let actors = std::mem::take(&mut actors);
            let body = SnapshotBody { docs, actors, left: left.take(), forgotten: forgotten.take() };
            pages.push(compress(minicbor::to_vec(&body).unwrap_or_default()).await?);
            if ended {
                break;
            }
        }
        drop(reader);
        let mut writer = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        if forgotten_in(&mut writer, space).await? != gone {
            // Something that is in these pages was destroyed meanwhile.
            return Ok(());
        }
        sqlx::query("DELETE FROM snapshot WHERE space = ?")
            .bind(space.0.as_slice())
            .execute(&mut *writer)
            .await?;
        // At 0 there is nothing that a snapshot could stand for: phones read the log.
        let pages = if seq > 0 { pages } else { Vec::new() };
        for (page, bytes) in pages.into_iter().enumerate() {
            sqlx::query("INSERT INTO snapshot (space, page, seq, changes, bytes) VALUES (?, ?, ?, ?, ?)")
                .bind(space.0.as_slice())
                .bind(i64::try_from(page).unwrap_or(i64::MAX))
                .bind(seq)
                .bind(changes)
                .bind(bytes)
                .execute(&mut *writer)
                .await?;
        }
        writer.commit().await?;
        Ok(())
    }
}

fn forgotten_docs(gone: &[(DocId, u32)]) -> Option<Vec<ForgottenDoc>> {
    let docs: Vec<_> =
        gone.iter().map(|(doc, generation)| ForgottenDoc { doc: *doc, generation: *generation }).collect();
    Some(docs).filter(|docs| !docs.is_empty())
}

/// How far the documents hold everything: the number a phone goes on from must lie before every change
/// that still waits for its predecessors, because such a change is in no document yet.
async fn settled_seq(connection: &mut SqliteConnection, space: SpaceId) -> Result<i64, StoreError> {
    let seq = sqlx::query_scalar(
        "SELECT min(coalesce((SELECT seq FROM space WHERE id = ?1), 0),
                    coalesce((SELECT min(seq) - 1 FROM held WHERE space = ?1), 9223372036854775807))",
    )
    .bind(space.0.as_slice())
    .fetch_one(connection)
    .await?;
    Ok(seq)
}

async fn compress(raw: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let packed = tokio::task::spawn_blocking(move || zstd::bulk::compress(&raw, LEVEL)).await;
    packed.ok().and_then(Result::ok).ok_or(StoreError::Stopped)
}

async fn actors(connection: &mut SqliteConnection, space: SpaceId) -> Result<Vec<ActorDevice>, StoreError> {
    let rows = sqlx::query("SELECT actor, device FROM actor WHERE space = ? ORDER BY actor")
        .bind(space.0.as_slice())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ActorDevice {
                actor: Actor::from_slice(row.try_get("actor")?).ok_or(damaged("actor"))?,
                device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("actor"))?,
            })
        })
        .collect()
}

/// Documents that have left a space, and where they are.
async fn left(connection: &mut SqliteConnection, space: SpaceId) -> Result<Vec<LeftDoc>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.doc, p.space, p.nth FROM moved AS m JOIN placement AS p ON p.doc = m.doc
         WHERE m.space = ?1 AND p.space != ?1 ORDER BY p.doc",
    )
    .bind(space.0.as_slice())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(LeftDoc {
                doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("placement"))?,
                to: SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("placement"))?,
                nth: u32::try_from(row.try_get::<i64, _>("nth")?).map_err(|_| damaged("placement"))?,
            })
        })
        .collect()
}

/// About a page of documents after a position, households before visits; and where to go on.
async fn docs_after(
    connection: &mut SqliteConnection,
    space: SpaceId,
    after: Option<(i64, Vec<u8>)>,
) -> Result<(Vec<SnapshotDoc>, Option<(i64, Vec<u8>)>), StoreError> {
    let mut docs = Vec::new();
    let mut bytes = 0;
    let mut position = after.unwrap_or((0, Vec::new()));
    loop {
        let rows = sqlx::query(
            "SELECT id, kind, generation, bytes, row, (SELECT nth FROM placement WHERE placement.doc = doc.id) AS nth
             FROM doc WHERE space = ?1 AND (kind, id) > (?2, ?3)
             ORDER BY kind, id LIMIT 256",
        )
        .bind(space.0.as_slice())
        .bind(position.0)
        .bind(&position.1)
        .fetch_all(&mut *connection)
        .await?;
        if rows.is_empty() {
            return Ok((docs, None));
        }
        for row in rows {
            let (id, kind): (Vec<u8>, i64) = (row.try_get("id")?, row.try_get("kind")?);
            let doc = SnapshotDoc {
                doc: DocId::from_slice(&id).ok_or(damaged("document"))?,
                kind: DocKind::from_number(kind).ok_or(damaged("document"))?,
                generation: u32::try_from(row.try_get::<i64, _>("generation")?)
                    .map_err(|_| damaged("document"))?,
                bytes: row.try_get("bytes")?,
                row: row.try_get("row")?,
                nth: row.try_get::<Option<i64>, _>("nth")?.and_then(|nth| u32::try_from(nth).ok()),
            };
            bytes += doc.bytes.len() + doc.row.len();
            docs.push(doc);
            position = (kind, id);
            if bytes >= PAGE_BYTES_GOAL {
                return Ok((docs, Some(position)));
            }
        }
    }
}
