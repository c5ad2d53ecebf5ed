//! Documents' bytes, and changes held until those they build on arrive.

use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::doc::{ChangeBytes, Document};
use linli_core::error::Coded as _;
use linli_core::ids::{DocId, Hash, SpaceId};
use linli_core::kinds::DocKind;

/// Held changes a phone keeps at most. A page that arrives in order holds none; beyond this the relay
/// is broken or hostile, and what is dropped comes again with the next snapshot.
pub(crate) const HELD_MAX: i64 = 10_000;

/// A document with where it belongs.
pub(crate) struct StoredDoc {
    pub(crate) doc: Document,
    pub(crate) space: SpaceId,
    pub(crate) generation: u32,
}

impl StoredDoc {
    /// A document that nobody has written to.
    pub(crate) fn new(kind: DocKind, space: SpaceId, generation: u32) -> StoredDoc {
        StoredDoc { doc: Document::new(kind), space, generation }
    }
}

/// Opens a document.
pub(crate) async fn load(conn: &mut SqliteConnection, id: DocId) -> Result<Option<StoredDoc>, EngineError> {
    let query = sql::query("SELECT kind, space, generation, bytes FROM doc WHERE id = ?").bind(&id.0[..]);
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    let kind = DocKind::from_number(row.try_get(0)?).ok_or(EngineError::Damaged("kind"))?;
    let space = SpaceId::from_slice(row.try_get(1)?).ok_or(EngineError::Damaged("space"))?;
    let generation = u32::try_from(row.try_get::<i64, _>(2)?).unwrap_or(0);
    let doc = Document::load(kind, row.try_get(3)?)?;
    Ok(Some(StoredDoc { doc, space, generation }))
}

/// What is there of a document that a relay sent.
pub(crate) enum Found {
    /// It can be opened.
    Open(Box<StoredDoc>),
    /// It could not be opened and was put away.
    SetAside,
    /// It is not here.
    Nothing,
}

/// Opens a document where one that cannot be opened must not stop everything else. Documents of a snapshot are
/// stored as they come, so a relay that lies is noticed here: what it sent goes, unless it was written to on this
/// phone, and the household comes again with the next download.
pub(crate) async fn load_or_set_aside(conn: &mut SqliteConnection, id: DocId) -> Result<Found, EngineError> {
    let error = match load(&mut *conn, id).await {
        Err(EngineError::Document(error)) => error,
        found => return Ok(found?.map_or(Found::Nothing, |found| Found::Open(Box::new(found)))),
    };
    let query = sql::query_scalar("SELECT touched FROM doc WHERE id = ?").bind(&id.0[..]);
    let touched: i64 = query.fetch_one(&mut *conn).await?;
    if touched != 0 {
        return Err(error.into());
    }
    tracing::warn!(document = %id, code = error.code(), "a document of the relay was refused");
    let scripts = [
        "DELETE FROM household_key WHERE household = ?",
        "DELETE FROM household WHERE id = ?",
        "DELETE FROM issue WHERE id = ?",
        "DELETE FROM sheet WHERE doc = ?",
        "DELETE FROM doc WHERE id = ?",
    ];
    for script in scripts {
        sql::query(script).bind(&id.0[..]).execute(&mut *conn).await?;
    }
    Ok(Found::SetAside)
}

/// The documents of a kind of which there are few.
pub(crate) async fn of_kind(conn: &mut SqliteConnection, kind: DocKind) -> Result<Vec<DocId>, EngineError> {
    // The bound on the kind is what lets the index of the few be used.
    let query = sql::query_scalar("SELECT id FROM doc WHERE kind = ? AND kind > 2 ORDER BY id");
    let ids: Vec<Vec<u8>> = query.bind(kind.number()).fetch_all(conn).await?;
    Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
}

/// A page of documents in the order of their ids: id, space, bytes.
pub(crate) async fn page(
    conn: &mut SqliteConnection,
    after: Option<DocId>,
    limit: i64,
) -> Result<Vec<(DocId, SpaceId, Vec<u8>)>, EngineError> {
    let after = after.map(|id| id.0.to_vec()).unwrap_or_default();
    let query = sql::query("SELECT id, space, bytes FROM doc WHERE id > ? ORDER BY id LIMIT ?");
    let rows = query.bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter().map(read_bytes).collect()
}

fn read_bytes(row: &SqliteRow) -> Result<(DocId, SpaceId, Vec<u8>), EngineError> {
    let id = DocId::from_slice(row.try_get(0)?).ok_or(EngineError::Damaged("document"))?;
    let space = SpaceId::from_slice(row.try_get(1)?).ok_or(EngineError::Damaged("space"))?;
    Ok((id, space, row.try_get(2)?))
}

/// Writes a document that was edited or merged here.
pub(crate) async fn save(
    conn: &mut SqliteConnection,
    id: DocId,
    stored: &mut StoredDoc,
) -> Result<(), EngineError> {
    let query = sql::query(
        "INSERT INTO doc (id, kind, space, generation, touched, bytes) VALUES (?, ?, ?, ?, 1, ?)
         ON CONFLICT (id) DO UPDATE SET space = excluded.space, generation = excluded.generation,
             touched = 1, bytes = excluded.bytes",
    );
    let (kind, bytes) = (stored.doc.kind().number(), stored.doc.save());
    let query = query.bind(&id.0[..]).bind(kind).bind(&stored.space.0[..]);
    query.bind(i64::from(stored.generation)).bind(bytes).execute(conn).await?;
    Ok(())
}

/// A change that waits.
pub(crate) struct Held {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) space: SpaceId,
    pub(crate) generation: u32,
    pub(crate) change: ChangeBytes,
}

/// Keeps a change for later; false when the quota is used up.
pub(crate) async fn hold(conn: &mut SqliteConnection, held: &Held) -> Result<bool, EngineError> {
    let count: i64 = sql::query_scalar("SELECT count(*) FROM held").fetch_one(&mut *conn).await?;
    if count >= HELD_MAX {
        return Ok(false);
    }
    let query = sql::query(
        "INSERT OR IGNORE INTO held (hash, doc, kind, space, generation, change) VALUES (?, ?, ?, ?, ?, ?)",
    );
    let hash = Hash::of(&held.change.0);
    let query = query.bind(&hash.0[..]).bind(&held.doc.0[..]).bind(held.kind.number());
    let query = query.bind(&held.space.0[..]).bind(i64::from(held.generation)).bind(&held.change.0);
    query.execute(conn).await?;
    Ok(true)
}

/// The changes that wait for a document.
pub(crate) async fn held(conn: &mut SqliteConnection, doc: DocId) -> Result<Vec<ChangeBytes>, EngineError> {
    let query = sql::query_scalar("SELECT change FROM held WHERE doc = ?").bind(&doc.0[..]);
    let found: Vec<Vec<u8>> = query.fetch_all(conn).await?;
    Ok(found.into_iter().map(ChangeBytes).collect())
}

/// Whether any change waits at all: nearly always none does, and then nobody need ask by document.
pub(crate) async fn any_held(conn: &mut SqliteConnection) -> Result<bool, EngineError> {
    Ok(sql::query_scalar("SELECT EXISTS (SELECT 1 FROM held)").fetch_one(conn).await?)
}

/// A held change waits no longer.
pub(crate) async fn release(conn: &mut SqliteConnection, change: &ChangeBytes) -> Result<(), EngineError> {
    let hash = Hash::of(&change.0);
    sql::query("DELETE FROM held WHERE hash = ?").bind(&hash.0[..]).execute(conn).await?;
    Ok(())
}
