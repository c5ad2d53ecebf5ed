//! Where documents are: those that the office moved from one space to another.

use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::identity::Placement;
use linli_core::ids::{DocId, SpaceId};
use std::collections::BTreeMap;

/// Where a document is as far as this phone knows; `None` where it knows nothing of the document.
pub(crate) async fn placement(
    conn: &mut SqliteConnection,
    doc: DocId,
) -> Result<Option<Placement>, EngineError> {
    let query = sql::query(
        "SELECT doc, space, nth FROM placement WHERE doc = ?1
         UNION ALL SELECT id, space, 0 FROM doc WHERE id = ?1 LIMIT 1",
    );
    let row = query.bind(&doc.0[..]).fetch_optional(conn).await?;
    Ok(row.as_ref().map(read).transpose()?.map(|(_, placement)| placement))
}

/// Where a document was moved to; `None` while it was never moved.
pub(crate) async fn moved(conn: &mut SqliteConnection, doc: DocId) -> Result<Option<Placement>, EngineError> {
    let query = sql::query("SELECT doc, space, nth FROM placement WHERE doc = ?").bind(&doc.0[..]);
    let row = query.fetch_optional(conn).await?;
    Ok(row.as_ref().map(read).transpose()?.map(|(_, placement)| placement))
}

/// Whether anything was ever moved: nearly always nothing was, and then nobody need ask by document.
pub(crate) async fn any(conn: &mut SqliteConnection) -> Result<bool, EngineError> {
    Ok(sql::query_scalar("SELECT EXISTS (SELECT 1 FROM placement)").fetch_one(conn).await?)
}

/// Every document that was moved, with its place.
pub(crate) async fn all(conn: &mut SqliteConnection) -> Result<BTreeMap<DocId, Placement>, EngineError> {
    let query = sql::query("SELECT doc, space, nth FROM placement");
    query.fetch_all(conn).await?.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<(DocId, Placement), EngineError> {
    let damaged = || EngineError::Damaged("placement");
    let nth = u32::try_from(row.try_get::<i64, _>(2)?).map_err(|_| damaged())?;
    let space = SpaceId::from_slice(row.try_get(1)?).ok_or_else(damaged)?;
    Ok((DocId::from_slice(row.try_get(0)?).ok_or_else(damaged)?, Placement { nth, space }))
}

/// Remembers where a document is now.
pub(crate) async fn put(
    conn: &mut SqliteConnection,
    doc: DocId,
    placement: Placement,
) -> Result<(), EngineError> {
    let query = sql::query("INSERT OR REPLACE INTO placement (doc, space, nth) VALUES (?, ?, ?)");
    let query = query.bind(&doc.0[..]).bind(&placement.space.0[..]).bind(i64::from(placement.nth));
    query.execute(conn).await?;
    Ok(())
}

/// A document that is here belongs to another space now.
pub(crate) async fn relocate(
    conn: &mut SqliteConnection,
    doc: DocId,
    space: SpaceId,
) -> Result<(), EngineError> {
    let scripts = [
        "UPDATE doc SET space = ?2, touched = 1 WHERE id = ?1",
        "UPDATE household SET space = ?2 WHERE id = ?1",
        "UPDATE issue SET space = ?2 WHERE id = ?1",
        "UPDATE held SET space = ?2 WHERE doc = ?1",
    ];
    for script in scripts {
        sql::query(script).bind(&doc.0[..]).bind(&space.0[..]).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Forgets a document that is not for this phone any more, and the visits of a household. What was recorded
/// here and not handed in yet is in the outbox, which keeps it.
pub(crate) async fn forget(conn: &mut SqliteConnection, doc: DocId) -> Result<(), EngineError> {
    let scripts = [
        "DELETE FROM doc WHERE id IN (SELECT doc FROM sheet WHERE household = ?1)",
        "DELETE FROM notice WHERE doc = ?1 OR doc IN (SELECT doc FROM sheet WHERE household = ?1)",
        "DELETE FROM held WHERE doc = ?1 OR doc IN (SELECT doc FROM sheet WHERE household = ?1)",
        "DELETE FROM sheet WHERE doc = ?1 OR household = ?1",
        "DELETE FROM household_key WHERE household = ?1",
        "DELETE FROM household WHERE id = ?1",
        "DELETE FROM issue WHERE id = ?1",
        "DELETE FROM doc WHERE id = ?1",
    ];
    for script in scripts {
        sql::query(script).bind(&doc.0[..]).execute(&mut *conn).await?;
    }
    Ok(())
}
