//! Grids, workers and their appointments, and the places that grids are drawn from.

use super::Model;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{AppointmentId, DocId, HouseholdId, WorkerId};
use linli_core::kinds::{self, Appointment, Grid, Outcome};
use linli_core::record::Fields;
use linli_core::time::Date;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// A worker.
#[derive(Clone, Debug)]
pub struct WorkerRecord {
    /// Id.
    pub id: WorkerId,
    /// Name.
    pub name: String,
    /// Community served.
    pub community: String,
    /// Codes of grids given without dates: in force until taken away.
    pub undated: BTreeSet<String>,
    /// Appointments with dates, also past and future ones, by first day.
    pub appointments: Vec<(AppointmentId, Appointment)>,
}

impl WorkerRecord {
    /// The grids that the worker looks after on a day, and whether as their head.
    pub fn grids_on(&self, day: Date) -> BTreeMap<String, bool> {
        let mut grids: BTreeMap<String, bool> =
            self.undated.iter().map(|code| (code.clone(), false)).collect();
        for (_, appointment) in self.appointments.iter().filter(|(_, one)| one.is_in_force(day)) {
            if let Some(code) = &appointment.grid {
                *grids.entry(code.clone()).or_default() |= appointment.is_head();
            }
        }
        grids
    }
}

/// A unit of a building with the grids of its households.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRecord {
    /// Estate.
    pub estate: String,
    /// Building; empty where there is none.
    pub building: String,
    /// Unit; empty where there is none.
    pub unit: String,
    /// Code of a grid.
    pub grid: String,
    /// Households of that grid there.
    pub households: i64,
}

/// An estate, a building or a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Estate.
    pub estate: String,
    /// Building; all of the estate when missing.
    pub building: Option<String>,
    /// Unit; all of the building when missing.
    pub unit: Option<String>,
}

/// Writes what lists need of a worker's appointments.
pub(super) async fn write_appointments(
    connection: &mut SqliteConnection,
    worker: DocId,
    fields: &Fields,
) -> Result<(), StoreError> {
    for (id, appointment) in kinds::appointments(fields) {
        sqlx::query("INSERT OR REPLACE INTO appointment (worker, id, record) VALUES (?, ?, ?)")
            .bind(worker.0.as_slice())
            .bind(id.0.as_slice())
            .bind(serde_json::to_string(&appointment).unwrap_or_default())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Writes a grid's other codes.
pub(super) async fn write_aliases(
    connection: &mut SqliteConnection,
    grid: DocId,
    record: &Grid,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM grid_alias WHERE grid = ?")
        .bind(grid.0.as_slice())
        .execute(&mut *connection)
        .await?;
    for alias in &record.aliases {
        sqlx::query("INSERT OR IGNORE INTO grid_alias (grid, alias) VALUES (?, ?)")
            .bind(grid.0.as_slice())
            .bind(alias)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

impl Model {
    /// Every worker, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn workers(&self) -> Result<Vec<WorkerRecord>, StoreError> {
        let mut transaction = self.database.readers.begin().await?;
        let rows = sqlx::query("SELECT * FROM worker ORDER BY name, id").fetch_all(&mut *transaction).await?;
        let mut appointments = appointments(&mut transaction).await?;
        rows.iter()
            .map(|row| {
                let id = WorkerId::from_slice(row.try_get("id")?).ok_or(damaged("worker"))?;
                Ok(WorkerRecord {
                    id,
                    name: row.try_get("name")?,
                    community: row.try_get("community")?,
                    undated: serde_json::from_str(row.try_get("grids")?).map_err(|_| damaged("worker"))?,
                    appointments: appointments.remove(&id).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Other codes of grids: alias to the grid's own code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grid_aliases(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let rows =
            sqlx::query("SELECT a.alias, g.code FROM grid_alias AS a JOIN grid AS g ON g.doc = a.grid")
                .fetch_all(&self.database.readers)
                .await?;
        rows.iter().map(|row| Ok((row.try_get("alias")?, row.try_get("code")?))).collect()
    }

    /// Households of every grid that are reached in a period: by what happened at the last visit, as in the
    /// coverage of [`Model::coverage`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reached(&self, period: &str) -> Result<BTreeMap<String, i64>, StoreError> {
        // SQLite would rather read every visit.
        let mut select = QueryBuilder::new(
            "SELECT h.grid, count(*) AS reached FROM household AS h INDEXED BY household_size
             CROSS JOIN cover AS c ON c.household = h.id AND c.period = ",
        );
        select.push_bind(period).push(" WHERE h.merged_into IS NULL AND c.last_outcome IN (");
        let mut words = select.separated(", ");
        for word in Outcome::WORDS
            .into_iter()
            .filter(|word| Outcome::from_word(word).is_some_and(Outcome::is_reached))
        {
            words.push_bind(word);
        }
        select.push(") GROUP BY h.grid");
        let rows = select.build().fetch_all(&self.database.readers).await?;
        rows.iter().map(|row| Ok((row.try_get("grid")?, row.try_get("reached")?))).collect()
    }

    /// Every unit with its households, counted by grid, in the order of doors.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn places(&self) -> Result<Vec<PlaceRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT estate, building, unit, grid, count(*) AS households FROM household INDEXED BY household_chart
             WHERE merged_into IS NULL GROUP BY estate, building, unit, grid
             ORDER BY estate, length(building), building, length(unit), unit, grid",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PlaceRecord {
                    estate: row.try_get("estate")?,
                    building: row.try_get("building")?,
                    unit: row.try_get("unit")?,
                    grid: row.try_get("grid")?,
                    households: row.try_get("households")?,
                })
            })
            .collect()
    }

    /// The households at a place, each with its grid and whether it counts (those merged away live on in
    /// another, and move along with it).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn households_at(
        &self,
        community: &str,
        place: &Place,
    ) -> Result<Vec<(HouseholdId, String, bool)>, StoreError> {
        let rows = sqlx::query(
            "WITH here AS (
               SELECT id, grid, merged_into FROM household
               WHERE estate = ?2 AND (?3 IS NULL OR building = ?3) AND (?4 IS NULL OR unit = ?4)
                 AND grid IN (SELECT code FROM grid WHERE community = ?1))
             SELECT id, grid, merged_into IS NULL AS counts FROM here
             UNION SELECT id, grid, 0 FROM household WHERE merged_into IN (SELECT id FROM here) ORDER BY id",
        )
        .bind(community)
        .bind(&place.estate)
        .bind(&place.building)
        .bind(&place.unit)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let id = HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?;
                Ok((id, row.try_get("grid")?, row.try_get("counts")?))
            })
            .collect()
    }
}

async fn appointments(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<WorkerId, Vec<(AppointmentId, Appointment)>>, StoreError> {
    let mut found: BTreeMap<WorkerId, Vec<(AppointmentId, Appointment)>> = BTreeMap::new();
    let rows = sqlx::query("SELECT worker, id, record FROM appointment ORDER BY worker, id")
        .fetch_all(connection)
        .await?;
    for row in &rows {
        let worker = WorkerId::from_slice(row.try_get("worker")?).ok_or(damaged("appointment"))?;
        let id = AppointmentId::from_slice(row.try_get("id")?).ok_or(damaged("appointment"))?;
        let record = serde_json::from_str(row.try_get("record")?).map_err(|_| damaged("appointment"))?;
        found.entry(worker).or_default().push((id, record));
    }
    for appointments in found.values_mut() {
        appointments.sort_by(|a, b| (&a.1.from, a.0).cmp(&(&b.1.from, b.0)));
    }
    Ok(found)
}
