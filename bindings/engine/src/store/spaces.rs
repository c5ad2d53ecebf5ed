//! The spaces this phone follows, and how far each has been fetched.

use super::{from_sql, to_sql};
use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::ids::SpaceId;
use linli_core::sync::device::Cursor;
use linli_core::sync::frames::Grant;
use std::collections::BTreeMap;

const EMPTY: i64 = 0;
const SNAPSHOT: i64 = 1;
const AT: i64 = 2;

/// A space and its progress.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) id: SpaceId,
    pub(crate) name: String,
    pub(crate) writable: bool,
    pub(crate) cursor: Cursor,
    pub(crate) pages: u32,
    /// How far the relay was when it was last heard of this space.
    pub(crate) head: u64,
}

fn read(row: &SqliteRow) -> Result<Space, EngineError> {
    let seq = from_sql(row.try_get(4)?);
    let small = |column: usize| -> Result<u32, sql::Error> {
        Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
    };
    let cursor = match row.try_get(3)? {
        SNAPSHOT => Cursor::Snapshot { seq, page: small(5)? },
        AT => Cursor::At(seq),
        _ => Cursor::Empty,
    };
    Ok(Space {
        id: SpaceId::from_slice(row.try_get(0)?).ok_or(EngineError::Damaged("space"))?,
        name: row.try_get(1)?,
        writable: row.try_get(2)?,
        cursor,
        pages: small(6)?,
        head: from_sql(row.try_get(7)?),
    })
}

/// The spaces granted at last contact.
pub(crate) async fn granted(conn: &mut SqliteConnection) -> Result<Vec<Space>, EngineError> {
    let query = sql::query(
        "SELECT id, name, writable, stage, seq, page, pages, head FROM space WHERE granted = 1 ORDER BY name",
    );
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Takes over what the relay grants now.
pub(crate) async fn set_grants(conn: &mut SqliteConnection, grants: &[Grant]) -> Result<(), EngineError> {
    sql::query("UPDATE space SET granted = 0").execute(&mut *conn).await?;
    for grant in grants {
        let query = sql::query(
            "INSERT INTO space (id, name, writable, granted) VALUES (?, ?, ?, 1)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, writable = excluded.writable, granted = 1",
        );
        query.bind(&grant.space.0[..]).bind(&grant.name).bind(grant.write).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Forgets the spaces that are granted no more; whether there was one. A space for which unsent work waits
/// stays until the relay has it: what was recorded must still reach the office.
pub(crate) async fn drop_gone(conn: &mut SqliteConnection) -> Result<bool, EngineError> {
    let gone: Vec<Vec<u8>> =
        sql::query_scalar("SELECT id FROM space WHERE granted = 0").fetch_all(&mut *conn).await?;
    let mut dropped = false;
    for space in gone.iter().filter_map(|bytes| SpaceId::from_slice(bytes)) {
        if !has_unsent(&mut *conn, space).await? {
            purge(&mut *conn, space).await?;
            dropped = true;
        }
    }
    Ok(dropped)
}

/// The cursors of the spaces granted.
pub(crate) async fn cursors(conn: &mut SqliteConnection) -> Result<BTreeMap<SpaceId, Cursor>, EngineError> {
    Ok(granted(conn).await?.into_iter().map(|space| (space.id, space.cursor)).collect())
}

/// Moves a cursor; `pages` and `head` are for showing progress.
pub(crate) async fn set_cursor(
    conn: &mut SqliteConnection,
    space: SpaceId,
    cursor: Cursor,
    pages: u32,
    head: u64,
) -> Result<(), EngineError> {
    let (stage, seq, page) = match cursor {
        Cursor::Empty => (EMPTY, 0, 0),
        Cursor::Snapshot { seq, page } => (SNAPSHOT, seq, page),
        Cursor::At(seq) => (AT, seq, 0),
    };
    let query = sql::query(
        "UPDATE space SET stage = ?, seq = ?, page = ?, pages = ?, head = max(head, ?) WHERE id = ?",
    );
    let query = query.bind(stage).bind(to_sql(seq)).bind(i64::from(page)).bind(i64::from(pages));
    query.bind(to_sql(head)).bind(&space.0[..]).execute(conn).await?;
    Ok(())
}

/// Every space that was read at all is read again from the log's beginning. What is here stays and takes in what
/// it lacks: a change that is known costs nothing.
pub(crate) async fn read_again(conn: &mut SqliteConnection) -> Result<(), EngineError> {
    let query =
        sql::query("UPDATE space SET stage = ?, seq = 0, page = 0, pages = 0, head = 0 WHERE stage = ?");
    query.bind(AT).bind(AT).execute(&mut *conn).await?;
    let query = sql::query("UPDATE space SET stage = ?, seq = 0, page = 0, head = 0 WHERE stage = ?");
    query.bind(EMPTY).bind(SNAPSHOT).execute(conn).await?;
    Ok(())
}

/// Whether the phone still has work for this space that the relay does not have.
async fn has_unsent(conn: &mut SqliteConnection, space: SpaceId) -> Result<bool, EngineError> {
    let query = sql::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pending WHERE space = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE space = ?1)",
    );
    Ok(query.bind(&space.0[..]).fetch_one(conn).await?)
}

/// Forgets a space with everything in it.
pub(crate) async fn purge(conn: &mut SqliteConnection, space: SpaceId) -> Result<(), EngineError> {
    let scripts = [
        "DELETE FROM sheet WHERE doc IN (SELECT id FROM doc WHERE space = ?)",
        "DELETE FROM notice WHERE doc IN (SELECT id FROM doc WHERE space = ?)",
        "DELETE FROM household_key WHERE household IN (SELECT id FROM household WHERE space = ?)",
        "DELETE FROM household WHERE space = ?",
        "DELETE FROM issue WHERE space = ?",
        "DELETE FROM held WHERE space = ?",
        "DELETE FROM doc WHERE space = ?",
        "DELETE FROM space WHERE id = ?",
    ];
    for script in scripts {
        sql::query(script).bind(&space.0[..]).execute(&mut *conn).await?;
    }
    Ok(())
}
