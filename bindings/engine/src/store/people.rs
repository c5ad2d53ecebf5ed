//! Who is behind an actor: actor -> device -> name. And what the office decided against this phone.

use crate::EngineError;
use crate::sql::{self, QueryBuilder, Row, Sqlite, SqliteConnection, SqliteRow};
use linli_core::ids::{Actor, DecisionId, DeviceId, DocId};
use linli_core::kinds::{Decision, UndoNote};
use linli_core::sync::frames::Person;
use std::collections::BTreeMap;

/// Rows of one statement: SQLite's limit is on parameters, ours on the text kept prepared.
const CHUNK_ROWS: usize = 100;

/// Binds actors to the devices that first signed with them; a later claim changes nothing.
pub(crate) async fn bind_actors(
    conn: &mut SqliteConnection,
    pairs: &[(Actor, DeviceId)],
) -> Result<(), EngineError> {
    for chunk in pairs.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR IGNORE INTO actor (actor, device) ");
        insert.push_values(chunk, |mut row, (actor, device)| {
            row.push_bind(&actor.0[..]).push_bind(&device.0[..]);
        });
        insert.build().persistent(chunk.len() == CHUNK_ROWS || chunk.len() == 1).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes over the names the relay sent.
pub(crate) async fn set_people(conn: &mut SqliteConnection, people: &[Person]) -> Result<(), EngineError> {
    for person in people {
        let query = sql::query("INSERT OR REPLACE INTO person (device, name) VALUES (?, ?)");
        query.bind(&person.device.0[..]).bind(&person.name).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Who an actor is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who {
    pub(crate) device: Option<DeviceId>,
    pub(crate) name: Option<String>,
}

/// Looks actors up once each; a card names the same few people many times.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<Actor, Who>);

impl Names {
    /// Device and name behind an actor.
    pub(crate) async fn of(&mut self, conn: &mut SqliteConnection, actor: Actor) -> Result<Who, EngineError> {
        if let Some(known) = self.0.get(&actor) {
            return Ok(known.clone());
        }
        let query = sql::query(
            "SELECT a.device, p.name FROM actor a LEFT JOIN person p ON p.device = a.device WHERE a.actor = ?",
        );
        let who = match query.bind(&actor.0[..]).fetch_optional(conn).await? {
            Some(row) => Who { device: DeviceId::from_slice(row.try_get(0)?), name: row.try_get(1)? },
            None => Who::default(),
        };
        self.0.insert(actor, who.clone());
        Ok(who)
    }
}

/// Whether an actor is this phone, now or in an earlier launch.
pub(crate) async fn is_device(
    conn: &mut SqliteConnection,
    actor: Actor,
    device: DeviceId,
) -> Result<bool, EngineError> {
    let query = sql::query_scalar("SELECT EXISTS (SELECT 1 FROM actor WHERE actor = ? AND device = ?)");
    Ok(query.bind(&actor.0[..]).bind(&device.0[..]).fetch_one(conn).await?)
}

/// A decision against something entered here.
pub(crate) struct NoticeRow {
    pub(crate) id: DecisionId,
    pub(crate) at_ms: i64,
    pub(crate) doc: DocId,
    pub(crate) key: String,
    pub(crate) kept: String,
    pub(crate) mine: String,
    pub(crate) reason: String,
    pub(crate) seen: bool,
    pub(crate) undone: bool,
}

/// Notes that decisions were taken back which had set aside what this phone wrote. True when any is new.
pub(crate) async fn note_undone(
    conn: &mut SqliteConnection,
    doc: DocId,
    notes: &[(DecisionId, UndoNote)],
    decisions: &[(DecisionId, Decision)],
    own: DeviceId,
) -> Result<u64, EngineError> {
    let mut noted = 0;
    for (id, note) in notes {
        let lost = decisions.iter().filter(|(decision, _)| decision == id).flat_map(|(_, one)| &one.lost);
        for lost in lost {
            if !is_device(&mut *conn, lost.actor, own).await? {
                continue;
            }
            let query = sql::query(
                "INSERT OR IGNORE INTO notice (id, at, doc, key, kept, mine, reason, undone) VALUES (?, ?, ?, ?, '', ?, ?, 1)",
            );
            let query = query.bind(UndoNote::news_of(*id).0.to_vec()).bind(note.at_ms).bind(&doc.0[..]);
            let query = query.bind(&note.key).bind(&lost.value).bind(&note.reason);
            noted += query.execute(&mut *conn).await?.rows_affected();
        }
    }
    Ok(noted)
}

/// Notes the decisions of a document that set aside what this phone wrote. True when any is new.
pub(crate) async fn note_decisions(
    conn: &mut SqliteConnection,
    doc: DocId,
    decisions: &[(DecisionId, Decision)],
    own: DeviceId,
) -> Result<u64, EngineError> {
    let mut noted = 0;
    for (id, decision) in decisions {
        for lost in &decision.lost {
            if !is_device(&mut *conn, lost.actor, own).await? {
                continue;
            }
            let query = sql::query(
                "INSERT OR IGNORE INTO notice (id, at, doc, key, kept, mine, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
            );
            let query = query.bind(&id.0[..]).bind(decision.at_ms).bind(&doc.0[..]).bind(&decision.key);
            let query = query.bind(&decision.kept).bind(&lost.value).bind(&decision.reason);
            noted += query.execute(&mut *conn).await?.rows_affected();
        }
    }
    Ok(noted)
}

/// Every notice, newest first.
pub(crate) async fn notices(conn: &mut SqliteConnection) -> Result<Vec<NoticeRow>, EngineError> {
    let query = sql::query(
        "SELECT id, at, doc, key, kept, mine, reason, seen, undone FROM notice ORDER BY at DESC, id",
    );
    let rows = query.fetch_all(conn).await?;
    let read = |row: &SqliteRow| -> Result<NoticeRow, EngineError> {
        Ok(NoticeRow {
            id: DecisionId::from_slice(row.try_get(0)?).ok_or(EngineError::Damaged("notice"))?,
            at_ms: row.try_get(1)?,
            doc: DocId::from_slice(row.try_get(2)?).ok_or(EngineError::Damaged("notice"))?,
            key: row.try_get(3)?,
            kept: row.try_get(4)?,
            mine: row.try_get(5)?,
            reason: row.try_get(6)?,
            seen: row.try_get(7)?,
            undone: row.try_get(8)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The worker has seen a notice.
pub(crate) async fn mark_seen(conn: &mut SqliteConnection, id: DecisionId) -> Result<(), EngineError> {
    sql::query("UPDATE notice SET seen = 1 WHERE id = ?").bind(&id.0[..]).execute(conn).await?;
    Ok(())
}
