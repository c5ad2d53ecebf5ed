//! Which doors have been knocked on: what is known of each household's visits, and the counts and building
//! charts made of it.

use super::documents::push_ids;
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::HouseholdId;
use linli_core::time::TimeMs;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Which households, and which of their visits.
#[derive(Clone, Debug, Default)]
pub struct CoverFilter {
    /// Only visits of this quarter or campaign; of all unless given.
    pub period: Option<String>,
    /// Only this grid.
    pub grid: Option<String>,
    /// Only this estate.
    pub estate: Option<String>,
    /// Only this building.
    pub building: Option<String>,
}

/// Households that have estate, building, grid and last outcome in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverRecord {
    /// Estate; empty where the roster does not say.
    pub estate: String,
    /// Building.
    pub building: String,
    /// Grid code.
    pub grid: String,
    /// What happened at the last visit; `None`: there was none.
    pub outcome: Option<String>,
    /// How many.
    pub households: i64,
    /// Those on which a person must choose between values.
    pub conflicts: i64,
}

/// A household in a building chart.
#[derive(Clone, Debug)]
pub struct CellRecord {
    /// Its id.
    pub id: HouseholdId,
    /// Building.
    pub building: String,
    /// Unit.
    pub unit: String,
    /// Room.
    pub room: String,
    /// Grid code.
    pub grid: String,
    /// Tags of the household and everyone in it.
    pub tags: Vec<String>,
    /// A person must choose between values.
    pub conflict: bool,
    /// How many visits.
    pub visits: i64,
    /// The newest.
    pub last_visit_ms: Option<TimeMs>,
    /// Its outcome.
    pub outcome: Option<String>,
}

/// A quarter or campaign that visits carry.
#[derive(Clone, Debug)]
pub struct CampaignRecord {
    /// `2026Q4`, or the campaign's name.
    pub period: String,
    /// Households visited in it.
    pub households: i64,
    /// Visits.
    pub visits: i64,
    /// The newest.
    pub last_visit_ms: TimeMs,
}

/// Works out again what is known of the visits of these households and of those they are a part of.
pub(super) async fn refresh_cover(
    connection: &mut SqliteConnection,
    households: BTreeSet<HouseholdId>,
) -> Result<(), StoreError> {
    if households.is_empty() {
        return Ok(());
    }
    let merged = merged(connection).await?;
    let survivors: BTreeSet<HouseholdId> = households.iter().map(|id| survivor(*id, &merged)).collect();
    let stale: Vec<HouseholdId> = households.union(&survivors).copied().collect();
    for ids in stale.chunks(ROWS_PER_STATEMENT) {
        let mut delete = QueryBuilder::new("DELETE FROM cover WHERE household IN (");
        push_ids(&mut delete, ids);
        delete.build().execute(&mut *connection).await?;
    }
    let mut families: BTreeMap<HouseholdId, Vec<HouseholdId>> = BTreeMap::new();
    for id in merged.keys() {
        families.entry(survivor(*id, &merged)).or_default().push(*id);
    }
    let (joined, alone): (Vec<_>, Vec<_>) = survivors.into_iter().partition(|id| families.contains_key(id));
    for ids in alone.chunks(ROWS_PER_STATEMENT) {
        insert(connection, None, ids).await?;
    }
    for id in joined {
        let mut family = families.remove(&id).unwrap_or_default();
        family.push(id);
        insert(connection, Some(id), &family).await?;
    }
    Ok(())
}

/// Sums up the sheets of these households: each for itself, or all under one id. Of several sheets, SQLite
/// gives the outcome of the one with the greatest time.
async fn insert(
    connection: &mut SqliteConnection,
    under: Option<HouseholdId>,
    of: &[HouseholdId],
) -> Result<(), StoreError> {
    for period in ["period", "''"] {
        let mut insert = QueryBuilder::new(
            "INSERT INTO cover (period, household, visits, last_at_ms, last_outcome) SELECT ",
        );
        insert.push(period).push(" AS part, ");
        match under {
            Some(id) => insert.push_bind(id.0.to_vec()),
            None => insert.push("household"),
        };
        insert.push(" AS home, sum(visits), max(last_at_ms), last_outcome FROM sheet WHERE household IN (");
        push_ids(&mut insert, of);
        insert.push(" GROUP BY part, home");
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Households merged away, and into which; few, and found by an index of their own.
pub(super) async fn merged(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<HouseholdId, HouseholdId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, merged_into FROM household WHERE merged_into IS NOT NULL AND merged_into <> zeroblob(16)",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let id = HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?;
            Ok((id, HouseholdId::from_slice(row.try_get("merged_into")?).ok_or(damaged("household"))?))
        })
        .collect()
}

/// The household that this one is now a part of. Two that were merged into each other offline are a circle:
/// then no step count suffices and the smallest of them stands for all.
pub(super) fn survivor(id: HouseholdId, merged: &BTreeMap<HouseholdId, HouseholdId>) -> HouseholdId {
    let mut seen = vec![id];
    let mut at = id;
    while let Some(next) = merged.get(&at) {
        if let Some(start) = seen.iter().position(|known| known == next) {
            return seen.iter().skip(start).min().copied().unwrap_or(at);
        }
        seen.push(*next);
        at = *next;
    }
    at
}

/// Joins every household that stands for itself with what is known of its visits. SQLite would rather walk a
/// shorter index and read whole households for the rest, which is five times the work.
const COVERED: &str = "FROM household AS h INDEXED BY household_chart LEFT JOIN cover AS c ON c.period = ?1 AND c.household = h.id
  WHERE h.merged_into IS NULL AND (?2 IS NULL OR h.grid = ?2) ";

impl Model {
    /// How many households are how far, by estate, building and grid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn coverage(&self, filter: &CoverFilter) -> Result<Vec<CoverRecord>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT h.estate, h.building, h.grid, c.last_outcome AS outcome, count(*) AS households,
               sum(h.open_conflicts > 0) AS conflicts
             {COVERED} AND (?3 IS NULL OR h.estate = ?3) AND (?4 IS NULL OR h.building = ?4)
             GROUP BY h.estate, h.building, h.grid, outcome"
        )))
        .bind(filter.period.as_deref().unwrap_or(""))
        .bind(filter.grid.as_deref())
        .bind(filter.estate.as_deref())
        .bind(filter.building.as_deref())
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(CoverRecord {
                    estate: row.try_get("estate")?,
                    building: row.try_get("building")?,
                    grid: row.try_get("grid")?,
                    outcome: row.try_get("outcome")?,
                    households: row.try_get("households")?,
                    conflicts: row.try_get("conflicts")?,
                })
            })
            .collect()
    }

    /// The households of an estate as a building chart shows them, at most so many, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cells(&self, filter: &CoverFilter, count_max: i64) -> Result<Vec<CellRecord>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT h.id, h.building, h.unit, h.room, h.grid, h.tags, h.open_conflicts,
               c.visits, c.last_at_ms, c.last_outcome
             {COVERED} AND h.estate = ?3 AND (?4 IS NULL OR h.building = ?4) LIMIT ?5"
        )))
        .bind(filter.period.as_deref().unwrap_or(""))
        .bind(filter.grid.as_deref())
        .bind(filter.estate.as_deref().unwrap_or(""))
        .bind(filter.building.as_deref())
        .bind(count_max)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let tags: &str = row.try_get("tags")?;
                Ok(CellRecord {
                    id: HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?,
                    building: row.try_get("building")?,
                    unit: row.try_get("unit")?,
                    room: row.try_get("room")?,
                    grid: row.try_get("grid")?,
                    tags: tags.lines().map(str::to_owned).collect(),
                    conflict: row.try_get::<i64, _>("open_conflicts")? > 0,
                    visits: row.try_get::<Option<i64>, _>("visits")?.unwrap_or(0),
                    last_visit_ms: row.try_get("last_at_ms")?,
                    outcome: row.try_get("last_outcome")?,
                })
            })
            .collect()
    }

    /// Quarters and campaigns that visits carry, the one visited last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn campaigns(&self) -> Result<Vec<CampaignRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT period, count(*) AS households, sum(visits) AS visits, max(last_at_ms) AS last_at_ms
             FROM cover WHERE period > '' GROUP BY period ORDER BY last_at_ms DESC, period",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(CampaignRecord {
                    period: row.try_get("period")?,
                    households: row.try_get("households")?,
                    visits: row.try_get("visits")?,
                    last_visit_ms: row.try_get("last_at_ms")?,
                })
            })
            .collect()
    }
}
