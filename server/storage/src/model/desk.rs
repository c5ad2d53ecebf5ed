//! What the merge desk asks: conflicts a page at a time, how many there are of what, who wrote what.

use super::conflicts::{ConflictRecord, read};
use super::documents::push_ids;
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{Actor, ConflictId, DeviceId, HouseholdId};
use linli_core::model::HouseholdRow;
use linli_core::time::TimeMs;
use sqlx::{QueryBuilder, Row, Sqlite};
use std::collections::BTreeMap;

/// Which conflicts.
#[derive(Clone, Debug, Default)]
pub struct ConflictFilter {
    /// `open`, `settled` or `resolved`.
    pub status: Option<String>,
    /// Grid code of the household.
    pub grid: Option<String>,
    /// The field's key.
    pub field: Option<String>,
    /// The kind of record.
    pub kind: Option<String>,
    /// Only trivial ones, or only others.
    pub trivial: Option<bool>,
    /// Only of one household.
    pub household: Option<HouseholdId>,
    /// Only what comes after this one in the order of the list.
    pub after: Option<(TimeMs, ConflictId)>,
    /// At most so many.
    pub limit: i64,
}

/// A conflict with the household it is about.
#[derive(Clone, Debug)]
pub struct PlacedConflict {
    /// The conflict.
    pub record: ConflictRecord,
    /// What lists show of the household.
    pub home: Option<HouseholdRow>,
}

/// How many conflicts there are of something.
#[derive(Clone, Debug)]
pub struct ConflictCount {
    /// `open`, `settled` or `resolved`.
    pub status: String,
    /// The kind of record.
    pub kind: String,
    /// The field's key.
    pub field: String,
    /// All of them.
    pub count: i64,
    /// Those that are trivial.
    pub trivial: i64,
}

const PLACED: &str =
    "SELECT c.*, h.row AS home FROM conflict AS c LEFT JOIN household AS h ON h.id = c.household WHERE 1 = 1";

impl Model {
    /// Conflicts, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflicts(&self, filter: &ConflictFilter) -> Result<Vec<PlacedConflict>, StoreError> {
        let mut select: QueryBuilder<Sqlite> = QueryBuilder::new(PLACED);
        let texts = [
            (" AND c.status = ", &filter.status),
            (" AND h.grid = ", &filter.grid),
            (" AND c.field = ", &filter.field),
            (" AND c.kind = ", &filter.kind),
        ];
        for (condition, wanted) in texts {
            if let Some(wanted) = wanted {
                select.push(condition).push_bind(wanted);
            }
        }
        if let Some(trivial) = filter.trivial {
            select.push(" AND c.trivial = ").push_bind(i64::from(trivial));
        }
        if let Some(household) = filter.household {
            select.push(" AND c.household = ").push_bind(household.0.to_vec());
        }
        if let Some((at_ms, id)) = filter.after {
            select.push(" AND (c.at_ms < ").push_bind(at_ms);
            select.push(" OR c.at_ms = ").push_bind(at_ms).push(" AND c.id > ").push_bind(id.0.to_vec());
            select.push(")");
        }
        select.push(" ORDER BY c.at_ms DESC, c.id LIMIT ").push_bind(filter.limit);
        let rows = select.build().fetch_all(&self.database.readers).await?;
        rows.iter().map(placed).collect()
    }

    /// One conflict.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflict(&self, id: ConflictId) -> Result<Option<PlacedConflict>, StoreError> {
        let mut select: QueryBuilder<Sqlite> = QueryBuilder::new(PLACED);
        select.push(" AND c.id = ").push_bind(id.0.to_vec());
        let row = select.build().fetch_optional(&self.database.readers).await?;
        row.as_ref().map(placed).transpose()
    }

    /// How many conflicts there are, by status, kind and field.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conflict_counts(&self) -> Result<Vec<ConflictCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT status, kind, field, count(*) AS count, sum(trivial) AS trivial FROM conflict
             GROUP BY status, kind, field ORDER BY count DESC, field",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ConflictCount {
                    status: row.try_get("status")?,
                    kind: row.try_get("kind")?,
                    field: row.try_get("field")?,
                    count: row.try_get("count")?,
                    trivial: row.try_get("trivial")?,
                })
            })
            .collect()
    }

    /// The devices behind some actors, and their clock error when the actor was first seen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn authors_of(&self, actors: &[Actor]) -> Result<BTreeMap<Actor, (DeviceId, i64)>, StoreError> {
        let mut found = BTreeMap::new();
        for actors in actors.chunks(ROWS_PER_STATEMENT) {
            let mut select = QueryBuilder::new("SELECT actor, device, skew_ms FROM actor WHERE actor IN (");
            push_ids(&mut select, actors);
            for row in select.build().fetch_all(&self.database.readers).await? {
                let actor = Actor::from_slice(row.try_get("actor")?).ok_or(damaged("actor"))?;
                let device = DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("actor"))?;
                found.insert(actor, (device, row.try_get("skew_ms")?));
            }
        }
        Ok(found)
    }
}

fn placed(row: &sqlx::sqlite::SqliteRow) -> Result<PlacedConflict, StoreError> {
    let home: Option<&[u8]> = row.try_get("home")?;
    Ok(PlacedConflict { record: read(row)?, home: home.and_then(HouseholdRow::from_bytes) })
}
