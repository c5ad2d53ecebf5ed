//! Every conflict the relay has seen, also those that a later write happened to settle.

use super::documents::{Touched, push_ids};
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use crate::log::Logged;
use linli_core::doc::{ChangeInfo, FieldConflict, Version};
use linli_core::ids::{Actor, ConflictId, DocId, Hash};
use linli_core::kinds::Decision;
use linli_core::record::Value;
use linli_core::time::TimeMs;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// One of the values that stood against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictVersion {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub actor: Actor,
    /// Automerge's operation counter; with the actor it names the write.
    pub counter: u64,
    /// When, by the author's clock.
    pub at_ms: TimeMs,
    /// When the relay received it.
    pub received_ms: Option<TimeMs>,
}

/// A conflict as recorded.
#[derive(Clone, Debug)]
pub struct ConflictRecord {
    /// Its id.
    pub id: ConflictId,
    /// The document.
    pub doc: DocId,
    /// The document key.
    pub key: String,
    /// Log id of the batch that brought it up.
    pub opened: i64,
    /// The document still has several values.
    pub live: bool,
    /// `open`, `settled` or `resolved`.
    pub status: String,
    /// Every value seen.
    pub versions: Vec<ConflictVersion>,
    /// The value chosen, as people read it.
    pub chosen: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it ended.
    pub closed_ms: Option<TimeMs>,
}

/// Compares the conflicts a document has with those on record, after one change.
pub(super) async fn track_conflicts(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    touched: &mut Touched,
    logged: &Logged,
    info: &ChangeInfo,
) -> Result<(), StoreError> {
    let doc = touched.open.id;
    let now: BTreeMap<String, FieldConflict> =
        touched.open.document.conflicts().into_iter().map(|found| (found.key.clone(), found)).collect();
    if now.is_empty() && touched.live.is_empty() {
        return Ok(());
    }
    for record in &touched.live {
        match now.get(&record.key) {
            Some(conflict) => widen(connection, received, record, conflict, touched.applied).await?,
            None => close(connection, record, logged, info).await?,
        }
    }
    for (key, conflict) in &now {
        if !touched.live.iter().any(|record| record.key == *key) {
            open(connection, received, doc, conflict, logged, info).await?;
        }
    }
    touched.live = live_conflicts(connection, &[doc]).await?.remove(&doc).unwrap_or_default();
    Ok(())
}

/// The conflicts of documents that have not ended.
pub(super) async fn live_conflicts(
    connection: &mut SqliteConnection,
    docs: &[DocId],
) -> Result<BTreeMap<DocId, Vec<ConflictRecord>>, StoreError> {
    let mut live: BTreeMap<DocId, Vec<ConflictRecord>> = BTreeMap::new();
    for docs in docs.chunks(ROWS_PER_STATEMENT) {
        let mut select = sqlx::QueryBuilder::new("SELECT * FROM conflict WHERE live = 1 AND doc IN (");
        push_ids(&mut select, docs);
        select.push(" ORDER BY id");
        for row in &select.build().fetch_all(&mut *connection).await? {
            let record = read(row)?;
            live.entry(record.doc).or_default().push(record);
        }
    }
    Ok(live)
}

async fn open(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    doc: DocId,
    conflict: &FieldConflict,
    logged: &Logged,
    info: &ChangeInfo,
) -> Result<(), StoreError> {
    let id = ConflictId::derive(&[&doc.0, conflict.key.as_bytes(), &info.hash.0]);
    let mut versions = Vec::new();
    for version in &conflict.versions {
        versions.push(seen(connection, received, version).await?);
    }
    let status = if conflict.asks() { "open" } else { "settled" };
    let closed_ms = (status == "settled").then_some(logged.received_ms);
    sqlx::query(
        "INSERT OR IGNORE INTO conflict (id, doc, key, opened, touched, live, status, versions, closed_ms)
         VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7)",
    )
    .bind(id.0.as_slice())
    .bind(doc.0.as_slice())
    .bind(&conflict.key)
    .bind(logged.id)
    .bind(status)
    .bind(to_json(&versions))
    .bind(closed_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// When a version arrived is known from this group or from an earlier one.
async fn seen(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    version: &Version,
) -> Result<ConflictVersion, StoreError> {
    let received_ms = match received.get(&version.change) {
        Some(at) => Some(*at),
        None => {
            sqlx::query_scalar("SELECT received_ms FROM change WHERE hash = ?")
                .bind(version.change.0.as_slice())
                .fetch_optional(connection)
                .await?
        }
    };
    Ok(ConflictVersion {
        value: version.value.clone(),
        actor: version.actor,
        counter: version.counter,
        at_ms: version.at_ms,
        received_ms,
    })
}

async fn widen(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    record: &ConflictRecord,
    conflict: &FieldConflict,
    applied: i64,
) -> Result<(), StoreError> {
    let mut versions = record.versions.clone();
    for version in &conflict.versions {
        let known = versions.iter().any(|v| (v.actor, v.counter) == (version.actor, version.counter));
        if !known {
            versions.push(seen(connection, received, version).await?);
        }
    }
    if versions != record.versions {
        sqlx::query("UPDATE conflict SET versions = ?, touched = ? WHERE id = ?")
            .bind(to_json(&versions))
            .bind(applied)
            .bind(record.id.0.as_slice())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// A conflict has ended: by a decision in this very change, or because a later write happened to settle it.
async fn close(
    connection: &mut SqliteConnection,
    record: &ConflictRecord,
    logged: &Logged,
    info: &ChangeInfo,
) -> Result<(), StoreError> {
    let writes = info.writes.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
    let decision = Decision::read_all(&writes).into_iter().find(|(_, decision)| decision.key == record.key);
    let written = info.writes.iter().find(|(key, _)| *key == record.key);
    let kept = written.and_then(|(_, value)| value.as_ref()).map(Value::show);
    let (status, chosen, reason) = match decision {
        Some((_, decision)) => ("resolved", Some(decision.kept), Some(decision.reason)),
        None => ("settled", kept, None),
    };
    sqlx::query(
        "UPDATE conflict SET live = 0, status = ?, chosen = ?, reason = ?, closed_ms = ?, touched = ? WHERE id = ?",
    )
    .bind(status)
    .bind(chosen)
    .bind(reason)
    .bind(logged.received_ms)
    .bind(logged.id)
    .bind(record.id.0.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

fn to_json(versions: &[ConflictVersion]) -> String {
    // Plain data with text keys always serialises.
    serde_json::to_string(versions).unwrap_or_default()
}

fn read(row: &SqliteRow) -> Result<ConflictRecord, StoreError> {
    Ok(ConflictRecord {
        id: ConflictId::from_slice(row.try_get("id")?).ok_or(damaged("conflict"))?,
        doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("conflict"))?,
        key: row.try_get("key")?,
        opened: row.try_get("opened")?,
        live: row.try_get::<i64, _>("live")? != 0,
        status: row.try_get("status")?,
        versions: serde_json::from_str(row.try_get("versions")?).map_err(|_| damaged("conflict"))?,
        chosen: row.try_get("chosen")?,
        reason: row.try_get("reason")?,
        closed_ms: row.try_get("closed_ms")?,
    })
}

impl Model {
    /// Conflicts, newest first; of one status, or all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflicts(&self, status: Option<&str>) -> Result<Vec<ConflictRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM conflict WHERE ?1 IS NULL OR status = ?1 ORDER BY opened DESC, id LIMIT 10000",
        )
        .bind(status)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Conflicts of one document, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflicts_of(&self, doc: DocId) -> Result<Vec<ConflictRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM conflict WHERE doc = ? ORDER BY opened DESC, id")
            .bind(doc.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// One conflict.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflict(&self, id: ConflictId) -> Result<Option<ConflictRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM conflict WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }
}
