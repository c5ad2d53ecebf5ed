//! Read models: households and visit sheets as lists, search and duplicate checks need them.
//!
//! Caches. Whoever changes a document writes its row in the same transaction.

use super::doors::tags_text;
use super::to_sql;
use crate::EngineError;
use crate::sql::{self, QueryBuilder, Row, Sqlite, SqliteConnection, SqliteRow};
use linli_core::duplicates::{BLOCK_MAX, blocking_keys};
use linli_core::ids::{DocId, HouseholdId, SpaceId};
use linli_core::kinds::Outcome;
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::search::SearchText;
use linli_core::time::TimeMs;
use std::collections::BTreeSet;

/// Rows of one statement. A hundred rows bring most of the speed; the statement's text stays short.
pub(super) const CHUNK_ROWS: usize = 100;

/// A merged household points at its survivor, which may have been merged itself. Longer chains than
/// this nobody makes; a ring can only come from two admins merging crosswise.
const MERGE_HOPS_MAX: usize = 16;

/// A household's row with its id and space.
pub(crate) struct PlacedRow {
    pub(crate) id: HouseholdId,
    pub(crate) space: SpaceId,
    pub(crate) row: HouseholdRow,
}

/// A household's text changed; `None` takes it out of the search (it was merged into another).
pub(crate) type SearchChange = (HouseholdId, Option<SearchText>);

/// What a search may find of a household.
pub(crate) fn search_text(row: &HouseholdRow) -> SearchText {
    let names: Vec<&str> = row.people.iter().map(|person| person.name.as_str()).collect();
    let tags: Vec<&str> = row.tags.iter().map(String::as_str).collect();
    SearchText::build(&row.address(), &names, &row.phones(), &tags, Some(row.note.as_str()))
}

/// Writes rows of households; gives what the search index must take over once this is committed.
pub(crate) async fn put_households(
    conn: &mut SqliteConnection,
    rows: &[PlacedRow],
) -> Result<Vec<SearchChange>, EngineError> {
    let mut changes = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT OR REPLACE INTO household
             (id, space, grid, estate, building, unit, room, search, row, merged_into, open_conflicts, tags) ",
        );
        insert.push_values(chunk, |mut put, PlacedRow { id, space, row }| {
            let [estate, building, unit, room] = &row.place;
            let text = search_text(row);
            put.push_bind(&id.0[..]).push_bind(&space.0[..]).push_bind(&row.grid);
            put.push_bind(estate).push_bind(building).push_bind(unit).push_bind(room);
            put.push_bind(text.as_str().to_owned()).push_bind(row.to_bytes());
            put.push_bind(row.merged_into.as_ref().map(|into| into.0.to_vec()));
            put.push_bind(i64::from(row.open_conflicts)).push_bind(tags_text(row));
            changes.push((*id, row.merged_into.is_none().then_some(text)));
        });
        let keep = chunk.len() == CHUNK_ROWS || chunk.len() == 1;
        insert.build().persistent(keep).execute(&mut *conn).await?;
    }
    let keys = rows.iter().flat_map(|placed| {
        let keys = blocking_keys(&placed.row).into_iter();
        keys.map(|key| (key, placed.id))
    });
    let keys: Vec<(String, HouseholdId)> = keys.collect();
    for chunk in keys.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR IGNORE INTO household_key (key, household) ");
        insert.push_values(chunk, |mut put, (key, id)| {
            put.push_bind(key).push_bind(&id.0[..]);
        });
        insert.build().persistent(chunk.len() == CHUNK_ROWS).execute(&mut *conn).await?;
    }
    Ok(changes)
}

/// Writes rows of visit sheets.
pub(crate) async fn put_sheets(
    conn: &mut SqliteConnection,
    rows: &[(DocId, SheetRow)],
) -> Result<(), EngineError> {
    for chunk in rows.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT OR REPLACE INTO sheet (doc, household, period, visits, last_at, last_outcome) ",
        );
        insert.push_values(chunk, |mut put, (doc, row)| {
            put.push_bind(&doc.0[..]).push_bind(&row.household.0[..]).push_bind(&row.period);
            put.push_bind(i64::from(row.visits)).push_bind(row.last_at_ms).push_bind(row.last_outcome.word());
        });
        let keep = chunk.len() == CHUNK_ROWS || chunk.len() == 1;
        insert.build().persistent(keep).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The columns that [`read_placed`] reads.
macro_rules! placed {
    ($rest:literal) => {
        concat!("SELECT id, space, row FROM household ", $rest)
    };
}

fn read_placed(row: &SqliteRow) -> Result<PlacedRow, EngineError> {
    let damaged = || EngineError::Damaged("household row");
    Ok(PlacedRow {
        id: HouseholdId::from_slice(row.try_get(0)?).ok_or_else(damaged)?,
        space: SpaceId::from_slice(row.try_get(1)?).ok_or_else(damaged)?,
        row: HouseholdRow::from_bytes(row.try_get(2)?).ok_or_else(damaged)?,
    })
}

/// One household's row.
pub(crate) async fn household(
    conn: &mut SqliteConnection,
    id: HouseholdId,
) -> Result<Option<PlacedRow>, EngineError> {
    let query = sql::query(placed!("WHERE id = ?")).bind(&id.0[..]);
    query.fetch_optional(conn).await?.as_ref().map(read_placed).transpose()
}

/// The household that an id means today: itself, or what it was merged into.
pub(crate) async fn follow(
    conn: &mut SqliteConnection,
    asked: HouseholdId,
) -> Result<PlacedRow, EngineError> {
    let mut found = household(&mut *conn, asked).await?.ok_or(EngineError::NoHousehold(asked))?;
    for _ in 0..MERGE_HOPS_MAX {
        let Some(into) = found.row.merged_into else { return Ok(found) };
        match household(&mut *conn, into).await? {
            Some(survivor) => found = survivor,
            // The survivor lives in a grid that this phone does not follow: what it knows is all it has.
            None => return Ok(found),
        }
    }
    Ok(found)
}

/// Households in the order of their doors.
pub(crate) async fn by_address(
    conn: &mut SqliteConnection,
    grid: Option<&str>,
    limit: u32,
) -> Result<Vec<PlacedRow>, EngineError> {
    // Shorter numbers come first, so that door 9 stands before door 10.
    let query = sql::query(placed!(
        "WHERE merged_into IS NULL AND (?1 IS NULL OR grid = ?1)
         ORDER BY estate, length(building), building, length(unit), unit, length(room), room, id LIMIT ?2"
    ));
    let rows = query.bind(grid).bind(i64::from(limit)).fetch_all(conn).await?;
    rows.iter().map(read_placed).collect()
}

/// Households on which a person must choose.
pub(crate) async fn with_conflicts(conn: &mut SqliteConnection) -> Result<Vec<PlacedRow>, EngineError> {
    let query = sql::query(placed!("WHERE open_conflicts > 0 ORDER BY estate, building, unit, room, id"));
    query.fetch_all(conn).await?.iter().map(read_placed).collect()
}

/// Households that share a key with a draft.
pub(crate) async fn sharing_keys(
    conn: &mut SqliteConnection,
    draft: &HouseholdRow,
) -> Result<Vec<PlacedRow>, EngineError> {
    let mut ids = BTreeSet::new();
    for key in blocking_keys(draft) {
        let query = sql::query_scalar("SELECT household FROM household_key WHERE key = ? LIMIT ?");
        let found: Vec<Vec<u8>> =
            query.bind(key).bind(to_sql(BLOCK_MAX as u64 + 1)).fetch_all(&mut *conn).await?;
        if found.len() <= BLOCK_MAX {
            ids.extend(found.iter().filter_map(|bytes| HouseholdId::from_slice(bytes)));
        }
    }
    let mut rows = Vec::new();
    for id in ids {
        rows.extend(household(&mut *conn, id).await?.filter(|placed| placed.row.merged_into.is_none()));
    }
    Ok(rows)
}

/// A stored search text, and where it lies.
pub(crate) struct StoredText {
    pub(crate) at: i64,
    pub(crate) id: HouseholdId,
    pub(crate) text: String,
}

/// Stored search texts after one of them and so many, for filling an index. In the order in which they lie: in the
/// order of ids every page would be read, and unlocked, once for each of its rows. A row that is written anew moves
/// to the end.
pub(crate) async fn search_texts(
    conn: &mut SqliteConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredText>, EngineError> {
    let query = sql::query(
        "SELECT rowid, id, search FROM household WHERE rowid > ? AND merged_into IS NULL ORDER BY rowid LIMIT ?",
    );
    let rows = query.bind(after).bind(limit).fetch_all(conn).await?;
    let read = |row: &SqliteRow| -> Result<_, EngineError> {
        let id = HouseholdId::from_slice(row.try_get(1)?).ok_or(EngineError::Damaged("household row"))?;
        Ok(StoredText { at: row.try_get(0)?, id, text: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// How many households are here, without those merged into another.
pub(crate) async fn count(conn: &mut SqliteConnection) -> Result<u64, EngineError> {
    let query = sql::query_scalar("SELECT count(*) FROM household WHERE merged_into IS NULL");
    Ok(super::from_sql(query.fetch_one(conn).await?))
}

/// When a household was last visited and how that went.
pub(crate) async fn last_visit(
    conn: &mut SqliteConnection,
    household: HouseholdId,
) -> Result<Option<(TimeMs, Outcome)>, EngineError> {
    let query = sql::query(
        "SELECT last_at, last_outcome FROM sheet WHERE household = ? ORDER BY last_at DESC LIMIT 1",
    );
    let Some(row) = query.bind(&household.0[..]).fetch_optional(conn).await? else { return Ok(None) };
    Ok(Outcome::from_word(row.try_get(1)?).map(|outcome| (row.try_get(0).unwrap_or(0), outcome)))
}

/// The visits documents of a household, newest period first.
pub(crate) async fn sheets_of(
    conn: &mut SqliteConnection,
    household: HouseholdId,
) -> Result<Vec<DocId>, EngineError> {
    let query = sql::query_scalar("SELECT doc FROM sheet WHERE household = ? ORDER BY last_at DESC, doc");
    let found: Vec<Vec<u8>> = query.bind(&household.0[..]).fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| DocId::from_slice(bytes)).collect())
}

/// The household that a document is about, also when it is its visits document.
pub(crate) async fn household_of(
    conn: &mut SqliteConnection,
    doc: DocId,
) -> Result<HouseholdId, EngineError> {
    let query = sql::query_scalar("SELECT household FROM sheet WHERE doc = ?").bind(&doc.0[..]);
    let found: Option<Vec<u8>> = query.fetch_optional(conn).await?;
    Ok(found.and_then(|bytes| HouseholdId::from_slice(&bytes)).unwrap_or_else(|| doc.into()))
}

/// Households with something the relay does not have yet.
pub(crate) async fn unsent_households(
    conn: &mut SqliteConnection,
) -> Result<BTreeSet<HouseholdId>, EngineError> {
    let query = sql::query_scalar(
        "SELECT DISTINCT h.id FROM (SELECT doc FROM pending UNION SELECT doc FROM outbox_doc) d
         LEFT JOIN sheet s ON s.doc = d.doc JOIN household h ON h.id = coalesce(s.household, d.doc)",
    );
    let found: Vec<Vec<u8>> = query.fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| HouseholdId::from_slice(bytes)).collect())
}
