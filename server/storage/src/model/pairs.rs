//! What the merge desk asks about pairs of households: those that may be one, those that a person found to be
//! two, those that were made one.

use super::Model;
use super::duplicates::{household_of, ordered};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DecisionId, HouseholdId};
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A pair that a person should look at.
#[derive(Clone, Debug)]
pub struct DuplicateRecord {
    /// The two households, the smaller id first.
    pub households: [HouseholdId; 2],
    /// 0 to 100.
    pub score: i64,
    /// Why.
    pub reasons: Vec<String>,
}

/// A pair that a person found to be two households.
#[derive(Clone, Debug)]
pub struct ApartRecord {
    /// Its id.
    pub id: DecisionId,
    /// The two households, the smaller id first.
    pub households: [HouseholdId; 2],
    /// Why.
    pub reason: String,
    /// The account's id.
    pub by: Option<String>,
    /// When.
    pub at_ms: TimeMs,
    /// Whether it was taken back.
    pub undone: bool,
}

/// A merge that was made.
#[derive(Clone, Debug)]
pub struct MergeRecord {
    /// Its id.
    pub id: DecisionId,
    /// The household that stays.
    pub survivor: HouseholdId,
    /// The household that points at it.
    pub absorbed: HouseholdId,
    /// Why.
    pub reason: String,
    /// The account's id.
    pub by: Option<String>,
    /// When.
    pub at_ms: TimeMs,
    /// Whether it was taken back.
    pub undone: bool,
}

/// After which pair a page begins.
pub type AfterPair = (i64, HouseholdId, HouseholdId);

/// Pairs that nobody has found to be two.
const LISTED: &str = "SELECT a, b, score, reasons FROM duplicate AS d WHERE NOT EXISTS
  (SELECT 1 FROM apart WHERE apart.a = d.a AND apart.b = d.b AND apart.undone = 0)";

impl Model {
    /// Pairs to look at, most alike first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn duplicates(
        &self,
        after: Option<AfterPair>,
        limit: i64,
    ) -> Result<Vec<DuplicateRecord>, StoreError> {
        let (score, a, b) = after.unwrap_or((i64::MAX, HouseholdId([0; 16]), HouseholdId([0; 16])));
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{LISTED} AND (score < ?1 OR score = ?1 AND (a, b) > (?2, ?3)) ORDER BY score DESC, a, b LIMIT ?4"
        )))
        .bind(score)
        .bind(a.0.to_vec())
        .bind(b.0.to_vec())
        .bind(limit)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_pair).collect()
    }

    /// How alike two households are; nothing when they are not listed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn duplicate(
        &self,
        a: HouseholdId,
        b: HouseholdId,
    ) -> Result<Option<DuplicateRecord>, StoreError> {
        let [a, b] = ordered(a, b);
        let row = sqlx::query("SELECT a, b, score, reasons FROM duplicate WHERE a = ? AND b = ?")
            .bind(a.0.as_slice())
            .bind(b.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_pair).transpose()
    }

    /// Households that may be the same as this one, most alike first; without those that a person found to be
    /// others.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn duplicates_of(&self, id: HouseholdId) -> Result<Vec<HouseholdId>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT CASE WHEN a = ?1 THEN b ELSE a END AS other FROM ({LISTED} AND (a = ?1 OR b = ?1))
             ORDER BY score DESC, other"
        )))
        .bind(id.0.as_slice())
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(|row| household_of(row, "other")).collect()
    }

    /// How many pairs there are to look at, how many were found to be two, and how many merges stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pair_counts(&self) -> Result<[i64; 3], StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT (SELECT count(*) FROM ({LISTED})) AS listed, (SELECT count(*) FROM apart WHERE undone = 0) AS apart,
             (SELECT count(*) FROM household_merge WHERE undone = 0) AS merged"
        )))
        .fetch_one(&self.database.readers)
        .await?;
        Ok([row.try_get("listed")?, row.try_get("apart")?, row.try_get("merged")?])
    }

    /// Pairs that a person found to be two, the newest first; also those taken back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apart(
        &self,
        after: Option<(TimeMs, DecisionId)>,
        limit: i64,
    ) -> Result<Vec<ApartRecord>, StoreError> {
        let (at_ms, id) = after.unwrap_or((i64::MAX, DecisionId([0; 8])));
        let rows = sqlx::query(
            "SELECT * FROM apart WHERE at_ms < ?1 OR at_ms = ?1 AND id > ?2 ORDER BY at_ms DESC, id LIMIT ?3",
        )
        .bind(at_ms)
        .bind(id.0.to_vec())
        .bind(limit)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_apart).collect()
    }

    /// Whether, and by which note, a person found two households to be two.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apart_pair(
        &self,
        a: HouseholdId,
        b: HouseholdId,
    ) -> Result<Option<ApartRecord>, StoreError> {
        let [a, b] = ordered(a, b);
        let row =
            sqlx::query("SELECT * FROM apart WHERE a = ? AND b = ? AND undone = 0 ORDER BY at_ms DESC, id")
                .bind(a.0.as_slice())
                .bind(b.0.as_slice())
                .fetch_optional(&self.database.readers)
                .await?;
        row.as_ref().map(read_apart).transpose()
    }

    /// One such note.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn apart_note(&self, id: DecisionId) -> Result<Option<ApartRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM apart WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_apart).transpose()
    }

    /// Merges, the newest first; also those taken back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn merges(
        &self,
        after: Option<(TimeMs, DecisionId)>,
        limit: i64,
    ) -> Result<Vec<MergeRecord>, StoreError> {
        let (at_ms, id) = after.unwrap_or((i64::MAX, DecisionId([0; 8])));
        let rows = sqlx::query(
            "SELECT * FROM household_merge WHERE at_ms < ?1 OR at_ms = ?1 AND id > ?2 ORDER BY at_ms DESC, id LIMIT ?3",
        )
        .bind(at_ms)
        .bind(id.0.to_vec())
        .bind(limit)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read_merge).collect()
    }

    /// A merge by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn merge(&self, id: DecisionId) -> Result<Option<MergeRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM household_merge WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_merge).transpose()
    }
}

fn read_pair(row: &SqliteRow) -> Result<DuplicateRecord, StoreError> {
    Ok(DuplicateRecord {
        households: [household_of(row, "a")?, household_of(row, "b")?],
        score: row.try_get("score")?,
        reasons: serde_json::from_str(row.try_get("reasons")?).unwrap_or_default(),
    })
}

fn read_apart(row: &SqliteRow) -> Result<ApartRecord, StoreError> {
    Ok(ApartRecord {
        id: DecisionId::from_slice(row.try_get("id")?).ok_or(damaged("apart"))?,
        households: [household_of(row, "a")?, household_of(row, "b")?],
        reason: row.try_get("reason")?,
        by: row.try_get("decided_by")?,
        at_ms: row.try_get("at_ms")?,
        undone: row.try_get::<i64, _>("undone")? != 0,
    })
}

fn read_merge(row: &SqliteRow) -> Result<MergeRecord, StoreError> {
    Ok(MergeRecord {
        id: DecisionId::from_slice(row.try_get("id")?).ok_or(damaged("merge"))?,
        survivor: household_of(row, "survivor")?,
        absorbed: household_of(row, "absorbed")?,
        reason: row.try_get("reason")?,
        by: row.try_get("decided_by")?,
        at_ms: row.try_get("at_ms")?,
        undone: row.try_get::<i64, _>("undone")? != 0,
    })
}
