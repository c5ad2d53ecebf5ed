//! Directives, who has acknowledged them, and which households were told.

use super::documents::{Touched, push_ids};
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DeviceId, DirectiveId, DocId, HouseholdId, VisitId};
use linli_core::kinds::{Channel, Directive, VisitEntry};
use linli_core::record::Fields;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};

/// A directive as it was issued.
#[derive(Clone, Debug)]
pub struct DirectiveRecord {
    /// Its id.
    pub id: DirectiveId,
    /// The community it is for.
    pub community: String,
    /// What it says.
    pub directive: Directive,
}

/// Somebody's phone has acknowledged a directive.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptRecord {
    /// The phone.
    pub device: DeviceId,
    /// When, by its clock.
    pub at_ms: TimeMs,
    /// What it knew of its clock's error.
    pub skew_ms: Option<i64>,
    /// When the relay received it.
    pub received_ms: TimeMs,
}

/// How far a directive has come in one grid.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The grid's code.
    pub grid: String,
    /// Its name.
    pub name: String,
    /// Its households.
    pub households: i64,
    /// Those that were told.
    pub reached: i64,
    /// How: households per channel, in the order of [`Channel::ALL`]. One told twice counts in both.
    pub by: [i64; Channel::ALL.len()],
}

impl Model {
    /// Every directive that was ever issued, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn directives(&self) -> Result<Vec<DirectiveRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM directive ORDER BY issued_ms DESC, id")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn directive(&self, id: DirectiveId) -> Result<Option<DirectiveRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM directive WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Who has acknowledged a directive, by phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn receipts(&self, directive: DirectiveId) -> Result<Vec<ReceiptRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM receipt WHERE directive = ? ORDER BY received_ms, device")
            .bind(directive.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read_receipt).collect()
    }

    /// Who has read a version of the privacy notice, by phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice_receipts(&self, version: i64) -> Result<Vec<ReceiptRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM notice_receipt WHERE version = ? ORDER BY received_ms, device")
            .bind(version)
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read_receipt).collect()
    }

    /// How many households of each grid of a community were told of a directive. A household that was merged
    /// away counts as its survivor.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn told_of(&self, directive: DirectiveId, community: &str) -> Result<Vec<Reached>, StoreError> {
        let rows = sqlx::query(
            "WITH heard AS (
               SELECT coalesce(h.merged_into, h.id) AS home,
                 CASE WHEN h.merged_into IS NULL THEN h.grid
                   ELSE (SELECT s.grid FROM household s WHERE s.id = h.merged_into) END AS grid,
                 max(t.channel = 'visit') AS c0, max(t.channel = 'call') AS c1,
                 max(t.channel = 'paper') AS c2, max(t.channel = 'message') AS c3
               FROM told t JOIN household h ON h.id = t.household WHERE t.directive = ?1 GROUP BY home
             ), reached AS (
               SELECT grid, count(*) AS n, sum(c0) AS c0, sum(c1) AS c1, sum(c2) AS c2, sum(c3) AS c3
               FROM heard GROUP BY grid
             ), size AS (
               SELECT grid, count(*) AS n FROM household WHERE merged_into IS NULL GROUP BY grid
             )
             SELECT g.code, g.name, coalesce(size.n, 0) AS households, coalesce(reached.n, 0) AS reached,
               coalesce(c0, 0) AS c0, coalesce(c1, 0) AS c1, coalesce(c2, 0) AS c2, coalesce(c3, 0) AS c3
             FROM grid g LEFT JOIN size ON size.grid = g.code LEFT JOIN reached ON reached.grid = g.code
             WHERE g.community = ?2 ORDER BY g.code",
        )
        .bind(directive.0.as_slice())
        .bind(community)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Reached {
                    grid: row.try_get("code")?,
                    name: row.try_get("name")?,
                    households: row.try_get("households")?,
                    reached: row.try_get("reached")?,
                    by: [row.try_get("c0")?, row.try_get("c1")?, row.try_get("c2")?, row.try_get("c3")?],
                })
            })
            .collect()
    }

    /// Households of a grid that were not told of a directive, with their addresses.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn untold(
        &self,
        directive: DirectiveId,
        grid: &str,
        count_max: i64,
    ) -> Result<Vec<(HouseholdId, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, record ->> 'address' AS address FROM household h
             WHERE grid = ?2 AND merged_into IS NULL AND NOT EXISTS (
               SELECT 1 FROM told t WHERE t.directive = ?1 AND t.household = h.id
             ) AND NOT EXISTS (
               SELECT 1 FROM household m CROSS JOIN told t ON t.directive = ?1 AND t.household = m.id
               WHERE m.merged_into = h.id
             )
             ORDER BY estate, building, unit, room, id LIMIT ?3",
        )
        .bind(directive.0.as_slice())
        .bind(grid)
        .bind(count_max)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let id = HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?;
                Ok((id, row.try_get::<Option<String>, _>("address")?.unwrap_or_default()))
            })
            .collect()
    }
}

fn read(row: &SqliteRow) -> Result<DirectiveRecord, StoreError> {
    Ok(DirectiveRecord {
        id: DirectiveId::from_slice(row.try_get("id")?).ok_or(damaged("directive"))?,
        community: row.try_get("community")?,
        directive: serde_json::from_str(row.try_get("record")?).map_err(|_| damaged("directive"))?,
    })
}

fn read_receipt(row: &SqliteRow) -> Result<ReceiptRecord, StoreError> {
    Ok(ReceiptRecord {
        device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("receipt"))?,
        at_ms: row.try_get("at_ms")?,
        skew_ms: row.try_get("skew_ms")?,
        received_ms: row.try_get("received_ms")?,
    })
}

pub(super) async fn write_directive(
    connection: &mut SqliteConnection,
    id: DocId,
    fields: &Fields,
) -> Result<(), StoreError> {
    let directive = Directive::read(fields, "");
    let Some(community) = directive.community.clone() else { return Ok(()) };
    sqlx::query("INSERT OR REPLACE INTO directive (id, community, issued_ms, record) VALUES (?, ?, ?, ?)")
        .bind(id.0.as_slice())
        .bind(community)
        .bind(directive.issued_ms.unwrap_or(0))
        .bind(serde_json::to_string(&directive).unwrap_or_default())
        .execute(connection)
        .await?;
    Ok(())
}

/// Receipts that arrived in this group. Of a phone's receipts for one directive the first in the log stands.
pub(super) async fn write_receipts(
    connection: &mut SqliteConnection,
    touched: &Touched,
) -> Result<(), StoreError> {
    for ((directive, device), (receipt, received_ms)) in &touched.receipts {
        sqlx::query(
            "INSERT OR IGNORE INTO receipt (directive, device, at_ms, skew_ms, received_ms) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(directive.0.as_slice())
        .bind(device.0.as_slice())
        .bind(receipt.at_ms)
        .bind(receipt.skew_ms)
        .bind(received_ms)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The same for versions of the privacy notice.
pub(super) async fn write_notice_receipts(
    connection: &mut SqliteConnection,
    touched: &Touched,
) -> Result<(), StoreError> {
    for ((version, device), (receipt, received_ms)) in &touched.notice_receipts {
        sqlx::query(
            "INSERT OR IGNORE INTO notice_receipt (version, device, at_ms, skew_ms, received_ms) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(version)
        .bind(device.0.as_slice())
        .bind(receipt.at_ms)
        .bind(receipt.skew_ms)
        .bind(received_ms)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What visits of this group say that their households were told, in the place of what they said before.
pub(super) async fn write_told(
    connection: &mut SqliteConnection,
    visits: &[(DocId, VisitId, HouseholdId, &VisitEntry)],
) -> Result<(), StoreError> {
    for visits in visits.chunks(ROWS_PER_STATEMENT) {
        let mut forget = QueryBuilder::new("DELETE FROM told WHERE visit IN (");
        push_ids(&mut forget, &visits.iter().map(|(_, visit, ..)| visit.0).collect::<Vec<_>>());
        // The id alone finds them; two documents may hold a visit under the same id.
        forget.push(" AND (doc, visit) IN (");
        forget.push_values(visits, |mut to, (doc, visit, ..)| {
            to.push_bind(doc.0.to_vec()).push_bind(visit.0.to_vec());
        });
        forget.push(")").build().execute(&mut *connection).await?;
    }
    let told = visits.iter().flat_map(|visit| visit.3.told.iter().flatten().map(move |told| (visit, told)));
    let told: Vec<_> = told.collect();
    for told in told.chunks(ROWS_PER_STATEMENT) {
        let mut insert =
            QueryBuilder::new("INSERT OR IGNORE INTO told (visit, doc, directive, channel, household) ");
        insert.push_values(told, |mut to, ((doc, visit, household, _), told)| {
            to.push_bind(visit.0.to_vec()).push_bind(doc.0.to_vec());
            to.push_bind(told.directive.0.to_vec()).push_bind(told.by.word());
            to.push_bind(household.0.to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}
