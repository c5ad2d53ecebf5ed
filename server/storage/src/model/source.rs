//! What ledgers are made of: households, sheets and visits that changed after a batch, a page at a time, all as
//! of one moment.

use super::Model;
use super::queries::{VisitRecord, read_visit};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DocId, HouseholdId, VisitId};
use linli_core::kinds::DocKind;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

/// Rows in one page: some megabytes, and few enough statements.
const PAGE: i64 = 2_000;

/// A household, also one that was merged away.
#[derive(Clone, Debug)]
pub struct HouseholdSource {
    /// Id.
    pub id: HouseholdId,
    /// The household it was merged into.
    pub merged_into: Option<HouseholdId>,
    /// Fields on which a person must choose.
    pub open_conflicts: i64,
    /// Everything, as JSON.
    pub record: String,
}

/// What is known of a household's visits of one period.
#[derive(Clone, Debug)]
pub struct SheetSource {
    /// Its document.
    pub doc: DocId,
    /// The household visited.
    pub household: HouseholdId,
    /// How many visits.
    pub visits: i64,
    /// The newest.
    pub last_at_ms: TimeMs,
    /// Its outcome.
    pub last_outcome: String,
}

/// A visit with the document that keeps it.
#[derive(Clone, Debug)]
pub struct VisitSource {
    /// Its document.
    pub doc: DocId,
    /// The visit.
    pub visit: VisitRecord,
}

/// How many rows there are, to notice that some have gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceTotals {
    /// Households, merged ones too.
    pub households: i64,
    /// Sheets.
    pub sheets: i64,
    /// Visits.
    pub visits: i64,
}

/// One moment of the read models, read page by page.
pub struct SourceCut {
    transaction: Transaction<'static, Sqlite>,
    /// The newest batch in it.
    pub applied: i64,
}

impl Model {
    /// Opens the present moment for reading.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn source(&self) -> Result<SourceCut, StoreError> {
        let mut transaction = self.database.readers.begin().await?;
        let applied = sqlx::query_scalar("SELECT applied FROM progress").fetch_one(&mut *transaction).await?;
        Ok(SourceCut { transaction, applied })
    }
}

impl SourceCut {
    /// Households that changed after a batch and come after this one; empty at the end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn households(
        &mut self,
        since: i64,
        after: Option<HouseholdId>,
    ) -> Result<Vec<HouseholdSource>, StoreError> {
        let changed = changed("id", since);
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT id, merged_into, open_conflicts, record FROM household
             WHERE id > ?3 {changed} ORDER BY id LIMIT ?4"
        )))
        .bind(since)
        .bind(DocKind::Household.number())
        .bind(after.map_or(Vec::new(), |id| id.0.to_vec()))
        .bind(PAGE)
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter().map(household).collect()
    }

    /// Sheets that changed after a batch and come after this one; empty at the end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sheets(&mut self, since: i64, after: Option<DocId>) -> Result<Vec<SheetSource>, StoreError> {
        let changed = changed("doc", since);
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT doc, household, visits, last_at_ms, last_outcome FROM sheet
             WHERE doc > ?3 {changed} ORDER BY doc LIMIT ?4"
        )))
        .bind(since)
        .bind(DocKind::Visits.number())
        .bind(after.map_or(Vec::new(), |id| id.0.to_vec()))
        .bind(PAGE)
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter().map(sheet).collect()
    }

    /// Visits of documents that changed after a batch, after this one; empty at the end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visits(
        &mut self,
        since: i64,
        after: Option<(DocId, VisitId)>,
    ) -> Result<Vec<VisitSource>, StoreError> {
        let (changed, (doc, id)) = (changed("doc", since), after.unzip());
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT * FROM visit WHERE (doc, id) > (?3, ?4) {changed} ORDER BY doc, id LIMIT ?5"
        )))
        .bind(since)
        .bind(DocKind::Visits.number())
        .bind(doc.map_or(Vec::new(), |id| id.0.to_vec()))
        .bind(id.map_or(Vec::new(), |id| id.0.to_vec()))
        .bind(PAGE)
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.iter().map(visit).collect()
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn totals(&mut self) -> Result<SourceTotals, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM household) AS households, (SELECT count(*) FROM sheet) AS sheets,
                    (SELECT count(*) FROM visit) AS visits",
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(SourceTotals {
            households: row.try_get("households")?,
            sheets: row.try_get("sheets")?,
            visits: row.try_get("visits")?,
        })
    }
}

/// Keeps to what changed. Everything is read without this, in the order of the table.
fn changed(column: &str, since: i64) -> String {
    if since == 0 {
        return String::new();
    }
    format!("AND {column} IN (SELECT id FROM doc WHERE applied > ?1 AND kind = ?2)")
}

fn household(row: &SqliteRow) -> Result<HouseholdSource, StoreError> {
    Ok(HouseholdSource {
        id: HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?,
        merged_into: row.try_get::<Option<&[u8]>, _>("merged_into")?.and_then(HouseholdId::from_slice),
        open_conflicts: row.try_get("open_conflicts")?,
        record: row.try_get("record")?,
    })
}

fn sheet(row: &SqliteRow) -> Result<SheetSource, StoreError> {
    Ok(SheetSource {
        doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("sheet"))?,
        household: HouseholdId::from_slice(row.try_get("household")?).ok_or(damaged("sheet"))?,
        visits: row.try_get("visits")?,
        last_at_ms: row.try_get("last_at_ms")?,
        last_outcome: row.try_get("last_outcome")?,
    })
}

fn visit(row: &SqliteRow) -> Result<VisitSource, StoreError> {
    Ok(VisitSource {
        doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("visit"))?,
        visit: read_visit(row)?,
    })
}
