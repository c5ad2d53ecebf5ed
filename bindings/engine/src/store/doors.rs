//! Doors in their order, and how the visits of a period went: what a worker's day is made of.
//!
//! Owns no table: it reads rows that others write. Everything is one walk along `household_door`, so that 11,500
//! households cost no more than a blink.

use super::rows::PlacedRow;
use super::{from_sql, to_sql};
use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::ids::{HouseholdId, SpaceId};
use linli_core::kinds::Outcome;
use linli_core::model::HouseholdRow;

/// Which doors.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    /// Only this grid.
    pub(crate) grid: Option<&'a str>,
    /// Only this estate.
    pub(crate) estate: Option<&'a str>,
    /// Only this building.
    pub(crate) building: Option<&'a str>,
}

/// Which of them, and how many.
pub(crate) struct Wanted<'a> {
    /// A word of [`crate::TodayOnly`].
    pub(crate) only: &'static str,
    /// Only with this tag.
    pub(crate) tag: Option<&'a str>,
    /// Leaves out so many.
    pub(crate) offset: u32,
    /// At most so many.
    pub(crate) limit: u32,
}

/// A unit in numbers.
pub(crate) struct UnitRecord {
    pub(crate) estate: String,
    pub(crate) building: String,
    pub(crate) unit: String,
    pub(crate) households: u64,
    pub(crate) reached: u64,
    pub(crate) no_answer: u64,
    pub(crate) revisit: u64,
    pub(crate) conflicts: u64,
}

/// A door in a building chart.
pub(crate) struct CellRecord {
    pub(crate) id: HouseholdId,
    pub(crate) unit: String,
    pub(crate) room: String,
    pub(crate) conflict: bool,
    pub(crate) outcome: Option<Outcome>,
}

/// How the last visit of period `?1` to household `h` went. Households that were merged into it count with it,
/// along any chain and around any ring; nearly none has any, which one look at a short index tells.
macro_rules! outcome {
    () => {
        "CASE WHEN EXISTS (SELECT 1 FROM household WHERE merged_into IS NOT NULL)
              AND EXISTS (SELECT 1 FROM household m WHERE m.merged_into = h.id)
         THEN (SELECT s.last_outcome FROM sheet s WHERE s.period = ?1 AND s.household IN (
                   WITH RECURSIVE part (id) AS (
                       SELECT h.id UNION SELECT m.id FROM part JOIN household m ON m.merged_into = part.id)
                   SELECT id FROM part)
               ORDER BY s.last_at DESC LIMIT 1)
         ELSE (SELECT s.last_outcome FROM sheet s WHERE s.household = h.id AND s.period = ?1
               ORDER BY s.last_at DESC LIMIT 1)
         END"
    };
}

/// The households of a [`Place`], bound as `?2` to `?4`. SQLite would rather walk a shorter index and read whole
/// households for the rest.
macro_rules! placed {
    () => {
        " FROM household h INDEXED BY household_door WHERE h.merged_into IS NULL
          AND (?2 IS NULL OR h.grid = ?2) AND (?3 IS NULL OR h.estate = ?3) AND (?4 IS NULL OR h.building = ?4) "
    };
}

/// Shorter numbers come first, so that door 9 stands before door 10.
macro_rules! in_door_order {
    () => {
        " ORDER BY h.estate, length(h.building), h.building, length(h.unit), h.unit, length(h.room), h.room, h.id "
    };
}

/// Bits of each count within one sum: a unit of a million doors there is not.
const COUNT_BITS: u32 = 20;

/// Every unit in numbers, in the order of doors.
pub(crate) async fn units(
    conn: &mut SqliteConnection,
    period: &str,
    place: Place<'_>,
) -> Result<Vec<UnitRecord>, EngineError> {
    // SQLite works a subquery out anew for every place that names it, so one sum carries three counts.
    let query = sql::query(concat!(
        "SELECT h.estate, h.building, h.unit, count(*), sum(h.open_conflicts > 0), sum(CASE ",
        outcome!(),
        " WHEN 'done' THEN 1 WHEN 'moved' THEN 1 WHEN 'refused' THEN 1
          WHEN 'no_answer' THEN 1 << ?5 WHEN 'revisit' THEN 1 << (2 * ?5) ELSE 0 END)",
        placed!(),
        " GROUP BY h.estate, length(h.building), h.building, length(h.unit), h.unit"
    ));
    let query = query.bind(period).bind(place.grid).bind(place.estate).bind(place.building);
    let rows = query.bind(i64::from(COUNT_BITS)).fetch_all(conn).await?;
    rows.iter().map(read_unit).collect()
}

fn read_unit(row: &SqliteRow) -> Result<UnitRecord, EngineError> {
    let counts = from_sql(row.try_get(5)?);
    let count = |nth: u32| (counts >> (nth * COUNT_BITS)) & ((1 << COUNT_BITS) - 1);
    Ok(UnitRecord {
        estate: row.try_get(0)?,
        building: row.try_get(1)?,
        unit: row.try_get(2)?,
        households: from_sql(row.try_get(3)?),
        conflicts: from_sql(row.try_get(4)?),
        reached: count(0),
        no_answer: count(1),
        revisit: count(2),
    })
}

/// A page of doors, each with the outcome of its last visit in the period.
pub(crate) async fn page(
    conn: &mut SqliteConnection,
    period: &str,
    place: Place<'_>,
    wanted: &Wanted<'_>,
) -> Result<Vec<(PlacedRow, Option<Outcome>)>, EngineError> {
    let query = sql::query(concat!(
        "SELECT h.id, h.space, h.row, ",
        outcome!(),
        placed!(),
        "AND (?5 IS NULL OR instr(h.tags, ?5) > 0) AND CASE ?6
           WHEN 'due' THEN coalesce(",
        outcome!(),
        ", '') NOT IN ('done', 'moved', 'refused')
           WHEN 'revisit' THEN coalesce(",
        outcome!(),
        ", '') IN ('revisit', 'no_answer')
           WHEN 'never' THEN NOT EXISTS (SELECT 1 FROM sheet s
               WHERE s.household = h.id AND s.last_outcome IN ('done', 'moved', 'refused'))
           WHEN 'conflict' THEN h.open_conflicts > 0
           WHEN 'unsent' THEN h.id IN (SELECT coalesce(s.household, d.doc)
               FROM (SELECT doc FROM pending UNION SELECT doc FROM outbox_doc) d LEFT JOIN sheet s ON s.doc = d.doc)
           ELSE 1 END",
        in_door_order!(),
        "LIMIT ?7 OFFSET ?8"
    ));
    let query = query.bind(period).bind(place.grid).bind(place.estate).bind(place.building);
    let query = query.bind(wanted.tag.map(tag_pattern)).bind(wanted.only);
    let rows = query.bind(i64::from(wanted.limit)).bind(i64::from(wanted.offset)).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((read_placed(row)?, read_outcome(row, 3)?))).collect()
}

/// The doors of a building, at most so many.
pub(crate) async fn cells(
    conn: &mut SqliteConnection,
    period: &str,
    place: Place<'_>,
    limit: usize,
) -> Result<Vec<CellRecord>, EngineError> {
    let query = sql::query(concat!(
        "SELECT h.id, h.unit, h.room, h.open_conflicts > 0, ",
        outcome!(),
        placed!(),
        in_door_order!(),
        "LIMIT ?5"
    ));
    let query = query.bind(period).bind(place.grid).bind(place.estate).bind(place.building);
    let rows = query.bind(to_sql(limit as u64)).fetch_all(conn).await?;
    let read = |row: &SqliteRow| -> Result<CellRecord, EngineError> {
        Ok(CellRecord {
            id: HouseholdId::from_slice(row.try_get(0)?).ok_or(EngineError::Damaged("household row"))?,
            unit: row.try_get(1)?,
            room: row.try_get(2)?,
            conflict: row.try_get(3)?,
            outcome: read_outcome(row, 4)?,
        })
    };
    rows.iter().map(read).collect()
}

fn read_placed(row: &SqliteRow) -> Result<PlacedRow, EngineError> {
    let damaged = || EngineError::Damaged("household row");
    Ok(PlacedRow {
        id: HouseholdId::from_slice(row.try_get(0)?).ok_or_else(damaged)?,
        space: SpaceId::from_slice(row.try_get(1)?).ok_or_else(damaged)?,
        row: HouseholdRow::from_bytes(row.try_get(2)?).ok_or_else(damaged)?,
    })
}

fn read_outcome(row: &SqliteRow, column: usize) -> Result<Option<Outcome>, EngineError> {
    let word: Option<String> = row.try_get(column)?;
    Ok(word.and_then(|word| Outcome::from_word(&word)))
}

/// Tags as one text in which each stands between slashes, which no tag contains.
pub(crate) fn tags_text(row: &HouseholdRow) -> String {
    row.tags.iter().fold(String::new(), |text, tag| {
        if text.is_empty() { format!("/{tag}/") } else { format!("{text}{tag}/") }
    })
}

fn tag_pattern(tag: &str) -> String {
    format!("/{}/", tag.trim())
}

/// Fills in the tags of households that were stored before tags had a column of their own.
pub(crate) async fn fill_tags(conn: &mut SqliteConnection) -> Result<(), EngineError> {
    let rows = sql::query("SELECT id, space, row FROM household").fetch_all(&mut *conn).await?;
    for row in &rows {
        // A row that cannot be read is made again when its document is opened.
        let Ok(placed) = read_placed(row) else { continue };
        let text = tags_text(&placed.row);
        if !text.is_empty() {
            let query = sql::query("UPDATE household SET tags = ? WHERE id = ?");
            query.bind(text).bind(&placed.id.0[..]).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, rows};

    /// What migrations 5 to 8 brought, taken back.
    const BEFORE: &str = "DROP INDEX household_door; DROP INDEX household_merged; DROP INDEX sheet_period;
        ALTER TABLE household DROP COLUMN tags; DROP TABLE draft; DROP TABLE answered; DROP TABLE issue;
        DROP TABLE forgotten; DROP TABLE head; DROP TABLE head_contradiction;
        PRAGMA user_version = 4";

    #[tokio::test]
    async fn a_store_of_an_older_app_can_be_narrowed_to_a_tag() {
        let dir = std::env::temp_dir().join(format!("linli-older-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let kept = sql::Place { folder: dir.clone(), key: [7; 32] };
        let store = Store::open(&kept).await.unwrap();
        let homes = [(1, &["独居", "高龄"][..]), (2, &[])].map(|(byte, tags)| PlacedRow {
            id: HouseholdId([byte; 16]),
            space: SpaceId([1; 16]),
            row: HouseholdRow {
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                ..HouseholdRow::default()
            },
        });
        let mut conn = store.lock().await;
        rows::put_households(&mut conn, &homes).await.unwrap();
        sql::raw_sql(BEFORE).execute(&mut *conn).await.unwrap();
        drop(conn);
        drop(store);

        let store = Store::open(&kept).await.unwrap();
        let wanted = Wanted { only: "all", tag: Some("高龄"), offset: 0, limit: 9 };
        let found = page(&mut *store.lock().await, "2026Q4", Place::default(), &wanted).await.unwrap();
        assert_eq!(found.iter().map(|(placed, _)| placed.id).collect::<Vec<_>>(), [homes[0].id]);
        drop(store);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
