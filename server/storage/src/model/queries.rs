//! What the office asks: grids, workers, households, visits, quarantine.

use super::documents::push_ids;
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{Actor, DeviceId, DocId, Hash, HouseholdId, SpaceId, VisitId};
use linli_core::model::HouseholdRow;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};
use std::collections::BTreeMap;

/// A grid.
#[derive(Clone, Debug)]
pub struct GridRecord {
    /// Its document.
    pub doc: DocId,
    /// 15 digits.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Community it lies in.
    pub community: String,
    /// Households in it, without those merged away.
    pub households: i64,
    /// People in them.
    pub residents: i64,
}

/// A household in a list.
#[derive(Clone, Debug)]
pub struct HouseholdRecord {
    /// Id.
    pub id: HouseholdId,
    /// What lists show.
    pub row: HouseholdRow,
    /// Everything, as JSON: fields, address, residents.
    pub record: String,
    /// Visits of all periods.
    pub visits: i64,
    /// The newest visit.
    pub last_visit_ms: Option<TimeMs>,
    /// Its outcome.
    pub last_outcome: Option<String>,
}

/// Which households.
#[derive(Clone, Debug, Default)]
pub struct HouseholdFilter {
    /// Anything a person remembers.
    pub search: Option<String>,
    /// Only this grid.
    pub grid: Option<String>,
    /// How many to skip, in the order of the list.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

/// A visit.
#[derive(Clone, Debug)]
pub struct VisitRecord {
    /// Id.
    pub id: VisitId,
    /// Household visited.
    pub household: HouseholdId,
    /// Quarter or campaign.
    pub period: String,
    /// By the phone's clock.
    pub at_ms: TimeMs,
    /// By the relay's clock.
    pub received_ms: TimeMs,
    /// Relay time minus phone time when it was received.
    pub skew_ms: i64,
    /// Who signed it.
    pub device: DeviceId,
    /// What happened.
    pub outcome: String,
    /// The entry as JSON.
    pub record: String,
}

/// A change that could not be applied.
#[derive(Clone, Debug)]
pub struct QuarantineRecord {
    /// Log id of its batch.
    pub batch: i64,
    /// Position in the batch.
    pub entry: i64,
    /// Document it was for.
    pub doc: DocId,
    /// Who signed it.
    pub device: DeviceId,
    /// Stable code.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What it waits for, when it is one that waits too long.
    pub missing: Option<Hash>,
}

const HOUSEHOLD_COLUMNS: &str = "SELECT h.id, h.row, h.record,
  coalesce(c.visits, 0) AS visits, c.last_at_ms AS last_visit_ms, c.last_outcome AS last_outcome
  FROM household AS h LEFT JOIN cover AS c ON c.period = '' AND c.household = h.id ";

/// The order in which somebody walks past them.
const BY_DOOR: &str = "ORDER BY h.grid, h.estate, length(h.building), h.building, length(h.unit), h.unit,
  length(h.room), h.room, h.id";

impl Model {
    /// Every grid with its size, by code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grids(&self) -> Result<Vec<GridRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT g.doc, g.code, g.name, g.community, count(h.id) AS households, coalesce(sum(h.residents), 0) AS residents
             FROM grid AS g LEFT JOIN household AS h ON h.grid = g.code AND h.merged_into IS NULL
             GROUP BY g.doc, g.code, g.name, g.community ORDER BY g.code",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(GridRecord {
                    doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("grid"))?,
                    code: row.try_get("code")?,
                    name: row.try_get("name")?,
                    community: row.try_get("community")?,
                    households: row.try_get("households")?,
                    residents: row.try_get("residents")?,
                })
            })
            .collect()
    }

    /// Name and community of every grid, by code: for what shows them beside something else.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grid_names(&self) -> Result<BTreeMap<String, (String, String)>, StoreError> {
        let rows =
            sqlx::query("SELECT code, name, community FROM grid").fetch_all(&self.database.readers).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("code")?, (row.try_get("name")?, row.try_get("community")?))))
            .collect()
    }

    /// Households by filter. With a search the best match comes first, else the order of doors.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn households(&self, filter: &HouseholdFilter) -> Result<Vec<HouseholdRecord>, StoreError> {
        if let Some(query) = filter.search.as_deref().filter(|query| !query.trim().is_empty()) {
            return self.search(query, filter).await;
        }
        // Doors are put into order by the narrow index, and only the page's households are read whole.
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{HOUSEHOLD_COLUMNS} WHERE h.id IN (
               SELECT h.id FROM household AS h INDEXED BY household_chart
               WHERE h.merged_into IS NULL AND (?1 IS NULL OR h.grid = ?1) {BY_DOOR} LIMIT ?2 OFFSET ?3)
             {BY_DOOR}"
        )))
        .bind(filter.grid.as_deref())
        .bind(filter.limit)
        .bind(filter.offset)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_household).collect()
    }

    async fn search(
        &self,
        query: &str,
        filter: &HouseholdFilter,
    ) -> Result<Vec<HouseholdRecord>, StoreError> {
        let (offset, limit) =
            (usize::try_from(filter.offset).unwrap_or(0), usize::try_from(filter.limit).unwrap_or(0));
        // A grid filter is applied after ranking, so rank everything then.
        let ranked = if filter.grid.is_some() { usize::MAX } else { offset.saturating_add(limit) };
        let hits = {
            let index = self.search.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            index.search(query, ranked)
        };
        let mut found = Vec::new();
        let mut skipped = 0;
        for hit in hits {
            let Some(record) = self.household(hit.id).await? else { continue };
            if filter.grid.as_ref().is_some_and(|grid| *grid != record.row.grid) {
                continue;
            }
            if skipped < offset {
                skipped += 1;
                continue;
            }
            found.push(record);
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// One household, also when it was merged away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn household(&self, id: HouseholdId) -> Result<Option<HouseholdRecord>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{HOUSEHOLD_COLUMNS} WHERE h.id = ?")))
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_household).transpose()
    }

    /// Those of the households that exist.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn households_of(
        &self,
        ids: &[HouseholdId],
    ) -> Result<BTreeMap<HouseholdId, HouseholdRecord>, StoreError> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(super::ROWS_PER_STATEMENT) {
            let mut select = sqlx::QueryBuilder::new(format!("{HOUSEHOLD_COLUMNS} WHERE h.id IN ("));
            super::documents::push_ids(&mut select, ids);
            for row in &select.build().fetch_all(&self.database.readers).await? {
                let record = read_household(row)?;
                found.insert(record.id, record);
            }
        }
        Ok(found)
    }

    /// Visits, oldest first: of one household, grid or period, or all; a page of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visits(
        &self,
        household: Option<HouseholdId>,
        grid: Option<&str>,
        period: Option<&str>,
        (offset, limit): (i64, i64),
    ) -> Result<Vec<VisitRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT v.* FROM visit AS v LEFT JOIN household AS h ON h.id = v.household
             WHERE (?1 IS NULL OR v.household = ?1 OR v.household IN (SELECT id FROM household WHERE merged_into = ?1)) AND (?2 IS NULL OR h.grid = ?2) AND (?3 IS NULL OR v.period = ?3)
             ORDER BY v.household, v.at_ms + v.skew_ms, v.id LIMIT ?4 OFFSET ?5",
        )
        .bind(household.map(|id| id.0.to_vec()))
        .bind(grid)
        .bind(period)
        .bind(limit)
        .bind(offset)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_visit).collect()
    }

    /// Visits to one household and those merged into it, newest first: a page of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visits_to(
        &self,
        household: HouseholdId,
        with_needs: bool,
        (offset, limit): (i64, i64),
    ) -> Result<Vec<VisitRecord>, StoreError> {
        let rows = sqlx::query(
            "WITH RECURSIVE family (id) AS
               (SELECT ?1 UNION SELECT h.id FROM household AS h JOIN family AS f ON h.merged_into = f.id)
             SELECT * FROM visit WHERE household IN family
               AND (NOT ?2 OR json_array_length(record, '$.needs') > 0)
             ORDER BY at_ms + skew_ms DESC, id LIMIT ?3 OFFSET ?4",
        )
        .bind(household.0.as_slice())
        .bind(with_needs)
        .bind(limit)
        .bind(offset)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_visit).collect()
    }

    /// How many households, residents and visits there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self) -> Result<(i64, i64, i64), StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM household WHERE merged_into IS NULL) AS households,
                    (SELECT coalesce(sum(residents), 0) FROM household WHERE merged_into IS NULL) AS residents,
                    (SELECT count(*) FROM visit) AS visits",
        )
        .fetch_one(&self.database.readers)
        .await?;
        Ok((row.try_get("households")?, row.try_get("residents")?, row.try_get("visits")?))
    }

    /// Devices behind actors, and their clock error when the actor was first seen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn authors(&self, space: SpaceId) -> Result<BTreeMap<Actor, (DeviceId, i64)>, StoreError> {
        let rows = sqlx::query("SELECT actor, device, skew_ms FROM actor WHERE space = ?")
            .bind(space.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let actor = Actor::from_slice(row.try_get("actor")?).ok_or(damaged("actor"))?;
                let device = DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("actor"))?;
                Ok((actor, (device, row.try_get("skew_ms")?)))
            })
            .collect()
    }

    /// The device behind one actor.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn author(&self, actor: Actor) -> Result<Option<DeviceId>, StoreError> {
        let device: Option<Vec<u8>> = sqlx::query_scalar("SELECT device FROM actor WHERE actor = ? LIMIT 1")
            .bind(actor.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        Ok(device.as_deref().and_then(DeviceId::from_slice))
    }

    /// The devices behind those of the actors that are known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn devices_of(&self, actors: &[Actor]) -> Result<BTreeMap<Actor, DeviceId>, StoreError> {
        let mut devices = BTreeMap::new();
        for actors in actors.chunks(ROWS_PER_STATEMENT) {
            let mut select = QueryBuilder::new("SELECT actor, device FROM actor WHERE actor IN (");
            push_ids(&mut select, actors);
            for row in select.build().fetch_all(&self.database.readers).await? {
                let actor = Actor::from_slice(row.try_get("actor")?).ok_or(damaged("actor"))?;
                devices.insert(actor, DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("actor"))?);
            }
        }
        Ok(devices)
    }

    /// When the relay received those of the changes that are known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn received(&self, changes: &[Hash]) -> Result<BTreeMap<Hash, TimeMs>, StoreError> {
        let mut received = BTreeMap::new();
        for changes in changes.chunks(ROWS_PER_STATEMENT) {
            let mut select = QueryBuilder::new("SELECT hash, received_ms FROM change WHERE hash IN (");
            push_ids(&mut select, changes);
            for row in select.build().fetch_all(&self.database.readers).await? {
                let hash = Hash::from_slice(row.try_get("hash")?).ok_or(damaged("change"))?;
                received.insert(hash, row.try_get("received_ms")?);
            }
        }
        Ok(received)
    }

    /// Changes that could not be applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantine(&self) -> Result<Vec<QuarantineRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT quarantine.*, held.missing FROM quarantine LEFT JOIN held USING (batch, entry)
             ORDER BY batch, entry LIMIT 10000",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(QuarantineRecord {
                    batch: row.try_get("batch")?,
                    entry: row.try_get("entry")?,
                    doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("quarantine"))?,
                    device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("quarantine"))?,
                    code: row.try_get("code")?,
                    reason: row.try_get("reason")?,
                    missing: row.try_get::<Option<&[u8]>, _>("missing")?.and_then(Hash::from_slice),
                })
            })
            .collect()
    }

    /// How many changes of each device could not be applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantine_counts(&self) -> Result<BTreeMap<DeviceId, i64>, StoreError> {
        let rows = sqlx::query("SELECT device, count(*) AS n FROM quarantine GROUP BY device")
            .fetch_all(&self.database.readers)
            .await?;
        let mut counts = BTreeMap::new();
        for row in &rows {
            let device = DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("quarantine"))?;
            counts.insert(device, row.try_get("n")?);
        }
        Ok(counts)
    }

    /// Edits that still have to follow a merge: the change and its document.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forwards(&self) -> Result<Vec<(Hash, DocId)>, StoreError> {
        let rows = sqlx::query("SELECT change, doc FROM forward ORDER BY change LIMIT 1000")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let change = Hash::from_slice(row.try_get("change")?).ok_or(damaged("forward"))?;
                Ok((change, DocId::from_slice(row.try_get("doc")?).ok_or(damaged("forward"))?))
            })
            .collect()
    }

    /// An edit needs not follow any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_forward(&self, change: Hash) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM forward WHERE change = ?")
            .bind(change.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// The message of the change by which an edit follows a merge.
    pub fn follow_message(absorbed: HouseholdId, change: Hash) -> String {
        format!("{}{absorbed} {change}", super::apply::FOLLOW)
    }
}

fn read_household(row: &SqliteRow) -> Result<HouseholdRecord, StoreError> {
    Ok(HouseholdRecord {
        id: HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?,
        row: HouseholdRow::from_bytes(row.try_get("row")?).ok_or(damaged("household"))?,
        record: row.try_get("record")?,
        visits: row.try_get("visits")?,
        last_visit_ms: row.try_get("last_visit_ms")?,
        last_outcome: row.try_get("last_outcome")?,
    })
}

pub(super) fn read_visit(row: &SqliteRow) -> Result<VisitRecord, StoreError> {
    Ok(VisitRecord {
        id: VisitId::from_slice(row.try_get("id")?).ok_or(damaged("visit"))?,
        household: HouseholdId::from_slice(row.try_get("household")?).ok_or(damaged("visit"))?,
        period: row.try_get("period")?,
        at_ms: row.try_get("at_ms")?,
        received_ms: row.try_get("received_ms")?,
        skew_ms: row.try_get("skew_ms")?,
        device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("visit"))?,
        outcome: row.try_get("outcome")?,
        record: row.try_get("record")?,
    })
}
