//! Every conflict the relay has seen, also those that a later write happened to settle: kept current as
//! documents change. What the desk asks of them is in `super::desk`.

use super::ROWS_PER_STATEMENT;
use super::documents::{Touched, push_ids};
use crate::StoreError;
use crate::error::damaged;
use crate::log::Logged;
use linli_core::doc::{ChangeInfo, Document, FieldConflict, Version};
use linli_core::ids::{Actor, ConflictId, DecisionId, DocId, Hash, HouseholdId};
use linli_core::kinds::{Decision, DocKind, Issue, Photo, UndoNote, VisitSheet};
use linli_core::proposal::is_trivial;
use linli_core::record::Value;
use linli_core::time::TimeMs;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// The message of every change that an import makes.
pub const IMPORT_MESSAGE: &str = "import";

/// One of the values that stood against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictVersion {
    /// The value.
    pub value: Value,
    /// Whose value it is.
    pub actor: Actor,
    /// Who wrote it again, when a decision was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewritten: Option<Actor>,
    /// Automerge's operation counter; with the actor that wrote it names the write.
    pub counter: u64,
    /// When, by the author's clock.
    pub at_ms: TimeMs,
    /// When the relay received it.
    pub received_ms: Option<TimeMs>,
    /// It came with a spreadsheet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
}

impl ConflictVersion {
    /// The write that put it where it is.
    fn write(&self) -> (Actor, u64) {
        (self.rewritten.unwrap_or(self.actor), self.counter)
    }
}

/// What ended a conflict.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// A person decided, with this account when it is known.
    Decision {
        /// The decision in the document.
        id: DecisionId,
        /// The account's id.
        by: Option<String>,
    },
    /// Somebody wrote the field again, having seen the values.
    Write(Option<Actor>),
    /// The field's merge policy needs nobody.
    Policy,
}

/// A decision that was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reopened {
    /// When, by the relay's clock.
    pub at_ms: TimeMs,
    /// Why.
    pub reason: String,
    /// The account's id.
    pub by: Option<String>,
}

/// A conflict as recorded.
#[derive(Clone, Debug)]
pub struct ConflictRecord {
    /// Its id.
    pub id: ConflictId,
    /// The document.
    pub doc: DocId,
    /// The household it is about, when it is about one.
    pub household: Option<HouseholdId>,
    /// The kind of record: household, resident, visit …
    pub kind: String,
    /// The field's key; the document key when this version does not know the field.
    pub field: String,
    /// The document key.
    pub key: String,
    /// Log id of the batch that brought it up.
    pub opened: i64,
    /// The document still has several values.
    pub live: bool,
    /// `open`, `settled` or `resolved`.
    pub status: String,
    /// When it became so.
    pub at_ms: TimeMs,
    /// The values differ in form only, or one contains the others.
    pub trivial: bool,
    /// Every value seen.
    pub versions: Vec<ConflictVersion>,
    /// The value chosen, as people read it.
    pub chosen: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it ended.
    pub closed_ms: Option<TimeMs>,
    /// What ended it.
    pub cause: Option<Cause>,
    /// The last time a decision about it was taken back.
    pub reopened: Option<Reopened>,
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
        if touched.live.iter().any(|record| record.key == *key) {
            continue;
        }
        match taken_back(connection, &touched.open.document, doc, conflict).await? {
            Some((record, note)) => reopen(connection, received, &record, conflict, &note, logged).await?,
            None => open(connection, received, touched, conflict, logged, info).await?,
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
    touched: &Touched,
    conflict: &FieldConflict,
    logged: &Logged,
    info: &ChangeInfo,
) -> Result<(), StoreError> {
    let (doc, kind) = (touched.open.id, touched.open.document.kind());
    let id = ConflictId::derive(&[&doc.0, conflict.key.as_bytes(), &info.hash.0]);
    let mut versions = Vec::new();
    for version in &conflict.versions {
        versions.push(seen(connection, received, version).await?);
    }
    let ended = !conflict.asks();
    sqlx::query(
        "INSERT OR IGNORE INTO conflict (id, doc, key, opened, touched, live, status, versions, closed_ms, household,
           kind, field, trivial, at_ms, cause, chosen)
         VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )
    .bind(id.0.as_slice())
    .bind(doc.0.as_slice())
    .bind(&conflict.key)
    .bind(logged.id)
    .bind(if ended { "settled" } else { "open" })
    .bind(to_json(&versions))
    .bind(ended.then_some(logged.received_ms))
    .bind(household_of(&touched.open.document, doc).map(|id| id.0.to_vec()))
    .bind(kind.part(&conflict.key).name)
    .bind(conflict.field.map_or(conflict.key.as_str(), |field| field.key))
    .bind(is_trivial_now(conflict, &versions))
    .bind(logged.received_ms)
    .bind(ended.then_some("policy"))
    .bind(ended.then(|| conflict.shown.show()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose record a document holds.
fn household_of(document: &Document, doc: DocId) -> Option<HouseholdId> {
    match document.kind() {
        DocKind::Household => Some(HouseholdId::from(doc)),
        DocKind::Visits => VisitSheet::read(&document.fields(), "").household?.parse().ok(),
        DocKind::Issue => Issue::read(&document.fields(), "").household_id(),
        DocKind::Photo => Photo::read(&document.fields(), "").household?.parse().ok(),
        DocKind::Grid
        | DocKind::Worker
        | DocKind::Canvass
        | DocKind::Directive
        | DocKind::Receipts
        | DocKind::Operator
        | DocKind::Emergency
        | DocKind::Complaint => None,
    }
}

fn is_trivial_now(conflict: &FieldConflict, versions: &[ConflictVersion]) -> bool {
    is_trivial(conflict.field, &versions.iter().map(|version| &version.value).collect::<Vec<_>>())
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
        actor: version.author,
        rewritten: (version.author != version.actor).then_some(version.actor),
        counter: version.counter,
        at_ms: version.at_ms,
        received_ms,
        imported: version.message.as_deref() == Some(IMPORT_MESSAGE),
    })
}

/// Adds the values that a known conflict has got since.
async fn widen(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    record: &ConflictRecord,
    conflict: &FieldConflict,
    applied: i64,
) -> Result<(), StoreError> {
    let mut versions = record.versions.clone();
    take_up(connection, received, &mut versions, conflict).await?;
    if versions != record.versions {
        let chosen = (!conflict.asks()).then(|| conflict.shown.show());
        sqlx::query(
            "UPDATE conflict SET versions = ?, trivial = ?, chosen = coalesce(?, chosen), touched = ? WHERE id = ?",
        )
        .bind(to_json(&versions))
        .bind(is_trivial_now(conflict, &versions))
        .bind(chosen)
        .bind(applied)
        .bind(record.id.0.as_slice())
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Values keep their numbers: one that was written again stays where it was, new ones come last.
async fn take_up(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    versions: &mut Vec<ConflictVersion>,
    conflict: &FieldConflict,
) -> Result<(), StoreError> {
    for version in &conflict.versions {
        if versions.iter().any(|known| known.write() == (version.actor, version.counter)) {
            continue;
        }
        let again = version.author != version.actor;
        let same =
            |known: &&mut ConflictVersion| known.actor == version.author && known.value == version.value;
        match versions.iter_mut().find(same).filter(|_| again) {
            Some(known) => (known.rewritten, known.counter) = (Some(version.actor), version.counter),
            None => versions.push(seen(connection, received, version).await?),
        }
    }
    Ok(())
}

/// The record of a conflict that stands again because its decision was taken back.
async fn taken_back(
    connection: &mut SqliteConnection,
    document: &Document,
    doc: DocId,
    conflict: &FieldConflict,
) -> Result<Option<(ConflictRecord, UndoNote)>, StoreError> {
    let writes = |actor: Actor| conflict.versions.iter().any(|version| version.actor == actor);
    let of_it = |note: &UndoNote| note.key == conflict.key && note.values.iter().any(|v| writes(v.writer));
    let Some(note) = document.undo_notes().into_iter().find(of_it) else { return Ok(None) };
    let row = sqlx::query("SELECT * FROM conflict WHERE id = ? AND doc = ? AND key = ? AND live = 0")
        .bind(note.conflict.0.as_slice())
        .bind(doc.0.as_slice())
        .bind(&note.key)
        .fetch_optional(connection)
        .await?;
    Ok(row.as_ref().map(read).transpose()?.map(|record| (record, note)))
}

async fn reopen(
    connection: &mut SqliteConnection,
    received: &BTreeMap<Hash, TimeMs>,
    record: &ConflictRecord,
    conflict: &FieldConflict,
    note: &UndoNote,
    logged: &Logged,
) -> Result<(), StoreError> {
    let mut versions = record.versions.clone();
    take_up(connection, received, &mut versions, conflict).await?;
    let ended = !conflict.asks();
    let reopened = Reopened { at_ms: note.at_ms, reason: note.reason.clone(), by: note.by.clone() };
    sqlx::query(
        "UPDATE conflict SET live = 1, touched = ?, status = ?, at_ms = ?, versions = ?, trivial = ?, chosen = ?, closed_ms = ?,
           cause = ?, reopened = ?, reason = NULL, decision = NULL, decided_by = NULL, writer = NULL WHERE id = ?",
    )
    .bind(logged.id)
    .bind(if ended { "settled" } else { "open" })
    .bind(logged.received_ms)
    .bind(to_json(&versions))
    .bind(is_trivial_now(conflict, &versions))
    .bind(ended.then(|| conflict.shown.show()))
    .bind(ended.then_some(logged.received_ms))
    .bind(ended.then_some("policy"))
    .bind(serde_json::to_string(&reopened).unwrap_or_default())
    .bind(record.id.0.as_slice())
    .execute(connection)
    .await?;
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
    let (id, decision) = decision.unzip();
    let (chosen, reason, by) = match decision {
        Some(decision) => (Some(decision.kept), Some(decision.reason), decision.by),
        None => (kept, None, None),
    };
    sqlx::query(
        "UPDATE conflict SET live = 0, status = ?, chosen = ?, reason = ?, closed_ms = ?, touched = ?, at_ms = ?,
           cause = ?, writer = ?, decision = ?, decided_by = ? WHERE id = ?",
    )
    .bind(if id.is_some() { "resolved" } else { "settled" })
    .bind(chosen)
    .bind(reason)
    .bind(logged.received_ms)
    .bind(logged.id)
    .bind(logged.received_ms)
    .bind(if id.is_some() { "decision" } else { "write" })
    .bind(id.is_none().then(|| info.actor.0.to_vec()))
    .bind(id.map(|id| id.0.to_vec()))
    .bind(by)
    .bind(record.id.0.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

fn to_json(versions: &[ConflictVersion]) -> String {
    // Plain data with text keys always serialises.
    serde_json::to_string(versions).unwrap_or_default()
}

pub(super) fn read(row: &SqliteRow) -> Result<ConflictRecord, StoreError> {
    let bad = || damaged("conflict");
    let id = |column| -> Result<Option<&[u8]>, StoreError> { Ok(row.try_get::<Option<&[u8]>, _>(column)?) };
    let cause = match row.try_get::<Option<&str>, _>("cause")? {
        None => None,
        Some("decision") => {
            let decision = id("decision")?.and_then(DecisionId::from_slice).ok_or_else(bad)?;
            Some(Cause::Decision { id: decision, by: row.try_get("decided_by")? })
        }
        Some("write") => Some(Cause::Write(id("writer")?.and_then(Actor::from_slice))),
        Some(_) => Some(Cause::Policy),
    };
    let reopened: Option<&str> = row.try_get("reopened")?;
    Ok(ConflictRecord {
        id: ConflictId::from_slice(row.try_get("id")?).ok_or_else(bad)?,
        doc: DocId::from_slice(row.try_get("doc")?).ok_or_else(bad)?,
        household: id("household")?.and_then(HouseholdId::from_slice),
        kind: row.try_get("kind")?,
        field: row.try_get("field")?,
        key: row.try_get("key")?,
        opened: row.try_get("opened")?,
        live: row.try_get::<i64, _>("live")? != 0,
        status: row.try_get("status")?,
        at_ms: row.try_get("at_ms")?,
        trivial: row.try_get::<i64, _>("trivial")? != 0,
        versions: serde_json::from_str(row.try_get("versions")?).map_err(|_| bad())?,
        chosen: row.try_get("chosen")?,
        reason: row.try_get("reason")?,
        closed_ms: row.try_get("closed_ms")?,
        cause,
        reopened: reopened.map(serde_json::from_str).transpose().map_err(|_| bad())?,
    })
}
