//! Changes whose predecessors are missing: kept in order beside the documents, tried again when those move.

use super::apply::Group;
use crate::StoreError;
use crate::error::damaged;
use crate::log::{Log, Logged};
use linli_core::identity::Entry;
use linli_core::ids::{DocId, Hash};
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;

/// Changes waiting for predecessors, per document. A phone sends its changes in order, so more than a few
/// only come from somebody who makes them up.
const HELD_PER_DOC_MAX: i64 = 1_000;

/// After so long somebody is told of a change that still waits. Phones hand in their own in order and build only on
/// what the relay sent them, so this is a relay whose data was restored from a backup, or a phone that makes things
/// up. It waits on: if what it builds on comes, it counts.
const OVERDUE_MS: i64 = 30 * 24 * 3600 * 1000;
/// Code of such a change among those put aside.
const OVERDUE: &str = "gate.missing_dependency";
/// The same as a sentence.
const OVERDUE_REASON: &str = "a change that this one builds on has not arrived for a month";

impl Group<'_> {
    pub(super) async fn hold(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        (hash, missing): (Hash, Hash),
    ) -> Result<(), StoreError> {
        let held: i64 = sqlx::query_scalar("SELECT count(*) FROM held WHERE doc = ?")
            .bind(entry.doc.0.as_slice())
            .fetch_one(&mut *self.connection)
            .await?;
        if held >= HELD_PER_DOC_MAX {
            return self
                .quarantine(
                    logged,
                    index,
                    entry,
                    "change.too_many_held",
                    "too many changes wait for predecessors",
                )
                .await;
        }
        sqlx::query("INSERT OR IGNORE INTO held (change, missing, doc, kind, batch, entry, space, seq, device, received_ms)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(hash.0.as_slice())
            .bind(missing.0.as_slice())
            .bind(entry.doc.0.as_slice())
            .bind(entry.kind.number())
            .bind(logged.id)
            .bind(index)
            .bind(logged.space.0.as_slice())
            .bind(crate::log::as_i64(logged.seq))
            .bind(logged.author.0.as_slice())
            .bind(logged.received_ms)
            .execute(&mut *self.connection)
            .await?;
        self.waiting.insert(entry.doc);
        Ok(())
    }

    /// Tells somebody of what has waited too long. Time is that of the log: whoever applies the same batches says
    /// the same, whenever that is.
    pub(super) async fn note_overdue(&mut self, now_ms: TimeMs) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let before = now_ms.saturating_sub(OVERDUE_MS);
        sqlx::query(
            "INSERT OR IGNORE INTO quarantine (batch, entry, doc, device, code, reason)
             SELECT batch, entry, doc, device, ?, ? FROM held WHERE overdue = 0 AND received_ms < ?",
        )
        .bind(OVERDUE)
        .bind(OVERDUE_REASON)
        .bind(before)
        .execute(&mut *self.connection)
        .await?;
        sqlx::query("UPDATE held SET overdue = 1 WHERE overdue = 0 AND received_ms < ?")
            .bind(before)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Tries what waits for this document until a round changes nothing. Only those are tried that have what
    /// they said they waited for: whoever hands in a long chain from its end must not make each try all.
    pub(super) async fn retry_held(&mut self, log: &Log, doc: DocId) -> Result<(), StoreError> {
        while self.waiting.contains(&doc) {
            let rows = sqlx::query(
                "SELECT change, missing, batch, entry FROM held WHERE doc = ? ORDER BY batch, entry",
            )
            .bind(doc.0.as_slice())
            .fetch_all(&mut *self.connection)
            .await?;
            let mut progressed = false;
            for row in rows {
                let missing = Hash::from_slice(row.try_get("missing")?).ok_or(damaged("held"))?;
                if self.docs.get_mut(&doc).is_some_and(|touched| touched.open.document.has(missing)) {
                    progressed |= self.retry(log, &row).await?;
                }
            }
            if !progressed {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Tries a change that waited; whether it was applied. One that must wait for something else is held anew.
    async fn retry(&mut self, log: &Log, held: &SqliteRow) -> Result<bool, StoreError> {
        let (batch, index): (i64, i64) = (held.try_get("batch")?, held.try_get("entry")?);
        let Some(logged) = log.after(batch - 1, 1).await?.into_iter().next() else { return Ok(false) };
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(entry) = logged.batch.entries.get(position) else { return Ok(false) };
        sqlx::query("DELETE FROM held WHERE change = ?")
            .bind(held.try_get::<&[u8], _>("change")?)
            .execute(&mut *self.connection)
            .await?;
        sqlx::query("DELETE FROM quarantine WHERE batch = ? AND entry = ? AND code = ?")
            .bind(batch)
            .bind(index)
            .bind(OVERDUE)
            .execute(&mut *self.connection)
            .await?;
        self.apply_entry(&logged, index, entry).await
    }
}

/// Documents that something waits for.
pub(super) async fn waiting(connection: &mut SqliteConnection) -> Result<BTreeSet<DocId>, StoreError> {
    let docs: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT DISTINCT doc FROM held").fetch_all(connection).await?;
    Ok(docs.iter().filter_map(|doc| DocId::from_slice(doc)).collect())
}
