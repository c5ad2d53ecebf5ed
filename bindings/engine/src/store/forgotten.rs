//! Documents that the office had destroyed: nothing of them stays, and nothing of their old generations comes back.

use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::identity::Batch;
use linli_core::ids::{Actor, DeviceId, DocId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a document, or of the household that it is. Other documents that name it are destroyed by name.
const PURGE: [&str; 9] = [
    "DELETE FROM notice WHERE doc = ?",
    "DELETE FROM held WHERE doc = ?",
    "DELETE FROM sheet WHERE doc = ?",
    "DELETE FROM household_key WHERE household = ?",
    "DELETE FROM household WHERE id = ?",
    "DELETE FROM issue WHERE id = ?",
    "DELETE FROM pending WHERE doc = ?",
    "DELETE FROM doc WHERE id = ?",
    "DELETE FROM answered WHERE household = ?",
];

/// The first generation of a document that may be here; 0 while it was never destroyed.
pub(crate) async fn generation(conn: &mut SqliteConnection, doc: DocId) -> Result<u32, EngineError> {
    let query = sql::query_scalar("SELECT generation FROM forgotten WHERE doc = ?").bind(&doc.0[..]);
    let found: Option<i64> = query.fetch_optional(conn).await?;
    Ok(u32::try_from(found.unwrap_or(0)).unwrap_or(0))
}

/// Whether anything was ever destroyed: nearly always nothing was, and then nobody need ask by document.
pub(crate) async fn any(conn: &mut SqliteConnection) -> Result<bool, EngineError> {
    Ok(sql::query_scalar("SELECT EXISTS (SELECT 1 FROM forgotten)").fetch_one(conn).await?)
}

/// Destroys what is here of a document. Nothing of it may be open.
pub(crate) async fn purge(
    conn: &mut SqliteConnection,
    doc: DocId,
    generation: u32,
) -> Result<(), EngineError> {
    let query = sql::query("INSERT OR REPLACE INTO forgotten (doc, generation) VALUES (?, ?)");
    query.bind(&doc.0[..]).bind(i64::from(generation)).execute(&mut *conn).await?;
    for script in PURGE {
        sql::query(script).bind(&doc.0[..]).execute(&mut *conn).await?;
    }
    Ok(())
}

/// A document that does not begin anew: where it was need not be known either.
pub(crate) async fn drop_place(conn: &mut SqliteConnection, doc: DocId) -> Result<(), EngineError> {
    sql::query("DELETE FROM placement WHERE doc = ?").bind(&doc.0[..]).execute(conn).await?;
    Ok(())
}

/// Drops what was being typed about something: its id is in the draft's key or in its text.
pub(crate) async fn drop_drafts(conn: &mut SqliteConnection, about: &str) -> Result<(), EngineError> {
    let query = sql::query("DELETE FROM draft WHERE instr(key, ?1) > 0 OR instr(text, ?1) > 0");
    query.bind(about).execute(conn).await?;
    Ok(())
}

/// The actors of a device.
pub(crate) async fn actors_of(
    conn: &mut SqliteConnection,
    device: DeviceId,
) -> Result<BTreeSet<Actor>, EngineError> {
    let query = sql::query_scalar("SELECT actor FROM actor WHERE device = ?").bind(&device.0[..]);
    let found: Vec<Vec<u8>> = query.fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| Actor::from_slice(bytes)).collect())
}

/// The same for a page that may have destroyed nothing.
pub(crate) async fn strip_if_any(
    conn: &mut SqliteConnection,
    docs: &BTreeMap<DocId, u32>,
) -> Result<(), EngineError> {
    if docs.is_empty() { Ok(()) } else { strip_unsent(conn, docs).await }
}

/// Sealed batches that still wait, own and carried, keep the hashes of what was destroyed and not its payloads.
/// Their signatures hold, so they are handed in like any other.
async fn strip_unsent(conn: &mut SqliteConnection, docs: &BTreeMap<DocId, u32>) -> Result<(), EngineError> {
    let query = sql::query("SELECT epoch, number, bytes FROM outbox");
    for row in query.fetch_all(&mut *conn).await? {
        let Some(bytes) = stripped(&row, docs)? else { continue };
        let query = sql::query("UPDATE outbox SET bytes = ? WHERE epoch = ? AND number = ?").bind(bytes);
        query.bind(row.try_get::<i64, _>(0)?).bind(row.try_get::<i64, _>(1)?).execute(&mut *conn).await?;
    }
    let query = sql::query("SELECT epoch, number, bytes, device FROM carried");
    for row in query.fetch_all(&mut *conn).await? {
        let Some(bytes) = stripped(&row, docs)? else { continue };
        let query = sql::query("UPDATE carried SET bytes = ? WHERE epoch = ? AND number = ? AND device = ?")
            .bind(bytes);
        let query = query.bind(row.try_get::<i64, _>(0)?).bind(row.try_get::<i64, _>(1)?);
        query.bind(row.try_get::<Vec<u8>, _>(3)?).execute(&mut *conn).await?;
    }
    Ok(())
}

fn stripped(row: &SqliteRow, docs: &BTreeMap<DocId, u32>) -> Result<Option<Vec<u8>>, EngineError> {
    let bytes: Vec<u8> = row.try_get(2)?;
    let mut batch = Batch::from_bytes(&bytes)?;
    let mut any = false;
    for entry in &mut batch.entries {
        let gone = docs.get(&entry.doc).is_some_and(|generation| entry.generation < *generation);
        if gone && entry.has_contents() {
            entry.erase();
            any = true;
        }
    }
    Ok(any.then(|| batch.to_bytes()))
}

/// Writes the journal back and cuts it to nothing: what was deleted is in none of its old pages. Does nothing where
/// the journal is cut at every commit.
pub(crate) async fn cut_journal(conn: &mut SqliteConnection) -> Result<(), EngineError> {
    // While another process reads an earlier state nothing is cut; that process's end does it.
    sql::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(conn).await?;
    Ok(())
}
