//! Pairs of households that may be one, kept current as households change; and the merges made.

use super::Model;
use crate::StoreError;
use crate::error::damaged;
use linli_core::duplicates::{BLOCK_MAX, Reason, blocking_keys, compare};
use linli_core::ids::{DecisionId, HouseholdId};
use linli_core::model::HouseholdRow;
use linli_core::time::TimeMs;
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

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
    /// When.
    pub at_ms: TimeMs,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Compares the changed households with everything that shares a key with them.
pub(super) async fn refresh_duplicates(
    connection: &mut SqliteConnection,
    changed: &BTreeMap<HouseholdId, (HouseholdRow, bool)>,
) -> Result<(), StoreError> {
    let mut moved = BTreeSet::new();
    for (id, (row, is_new)) in changed {
        if rekey(connection, *id, *is_new, &blocking_keys(row)).await? {
            moved.insert(*id);
        }
    }
    for id in moved.iter().filter(|id| changed.get(id).is_some_and(|(_, is_new)| !is_new)) {
        sqlx::query("DELETE FROM duplicate WHERE a = ?1 OR b = ?1")
            .bind(id.0.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    for id in &moved {
        let Some((row, _)) = changed.get(id) else { continue };
        for other in sharing_a_key(connection, *id).await? {
            let other_row = match changed.get(&other) {
                Some((row, _)) => Some(row.clone()),
                None => stored_row(connection, other).await?,
            };
            let likeness = other_row.and_then(|other_row| compare(row, &other_row));
            let Some(likeness) = likeness else { continue };
            let pair = if *id < other { [*id, other] } else { [other, *id] };
            let [a, b] = pair.map(|id| id.0.to_vec());
            sqlx::query("INSERT OR REPLACE INTO duplicate (a, b, score, reasons) VALUES (?, ?, ?, ?)")
                .bind(a)
                .bind(b)
                .bind(i64::from(likeness.score))
                .bind(reasons_json(&likeness.reasons))
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

fn reasons_json(reasons: &[Reason]) -> String {
    serde_json::to_string(reasons).unwrap_or_default()
}

/// Stores a household's keys; whether they differ from before.
async fn rekey(
    connection: &mut SqliteConnection,
    id: HouseholdId,
    is_new: bool,
    keys: &BTreeSet<String>,
) -> Result<bool, StoreError> {
    if !is_new {
        let stored: Vec<String> =
            sqlx::query_scalar("SELECT key FROM likeness_key WHERE household = ? ORDER BY key")
                .bind(id.0.as_slice())
                .fetch_all(&mut *connection)
                .await?;
        if stored.iter().eq(keys) {
            return Ok(false);
        }
        sqlx::query("DELETE FROM likeness_key WHERE household = ?")
            .bind(id.0.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    if !keys.is_empty() {
        let mut insert = sqlx::QueryBuilder::new("INSERT INTO likeness_key (key, household) ");
        insert.push_values(keys, |mut row, key| {
            row.push_bind(key.clone()).push_bind(id.0.to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(true)
}

/// Households that share a key which is not shared by too many.
async fn sharing_a_key(
    connection: &mut SqliteConnection,
    id: HouseholdId,
) -> Result<BTreeSet<HouseholdId>, StoreError> {
    let rows = sqlx::query(
        "SELECT other.key AS key, other.household AS household FROM likeness_key AS own
         JOIN likeness_key AS other ON other.key = own.key WHERE own.household = ?1 AND other.household <> ?1 ORDER BY other.key",
    )
    .bind(id.0.as_slice())
    .fetch_all(connection)
    .await?;
    let mut by_key: BTreeMap<String, Vec<HouseholdId>> = BTreeMap::new();
    for row in rows {
        let other = HouseholdId::from_slice(row.try_get("household")?).ok_or(damaged("household"))?;
        by_key.entry(row.try_get("key")?).or_default().push(other);
    }
    Ok(by_key.into_values().filter(|others| others.len() < BLOCK_MAX).flatten().collect())
}

async fn stored_row(
    connection: &mut SqliteConnection,
    id: HouseholdId,
) -> Result<Option<HouseholdRow>, StoreError> {
    let bytes: Option<Vec<u8>> = sqlx::query_scalar("SELECT row FROM household WHERE id = ?")
        .bind(id.0.as_slice())
        .fetch_optional(connection)
        .await?;
    Ok(bytes.and_then(|bytes| HouseholdRow::from_bytes(&bytes)))
}

impl Model {
    /// Pairs to look at, most alike first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn duplicates(&self) -> Result<Vec<DuplicateRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM duplicate ORDER BY score DESC, a, b LIMIT 10000")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let id = |name: &str| -> Result<HouseholdId, StoreError> {
                    HouseholdId::from_slice(row.try_get(name)?).ok_or(damaged("household"))
                };
                Ok(DuplicateRecord {
                    households: [id("a")?, id("b")?],
                    score: row.try_get("score")?,
                    reasons: serde_json::from_str(row.try_get("reasons")?).unwrap_or_default(),
                })
            })
            .collect()
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
        row.map(|row| {
            let household = |name: &str| -> Result<HouseholdId, StoreError> {
                HouseholdId::from_slice(row.try_get(name)?).ok_or(damaged("household"))
            };
            Ok(MergeRecord {
                id,
                survivor: household("survivor")?,
                absorbed: household("absorbed")?,
                reason: row.try_get("reason")?,
                at_ms: row.try_get("at_ms")?,
                undone: row.try_get::<i64, _>("undone")? != 0,
            })
        })
        .transpose()
    }
}
