//! Pairs of households that may be one, kept current as households change. What the desk asks of them is in
//! `super::pairs`.

use super::ROWS_PER_STATEMENT;
use super::documents::push_ids;
use crate::StoreError;
use crate::error::damaged;
use linli_core::duplicates::{BLOCK_MAX, Reason, blocking_keys, compare};
use linli_core::ids::HouseholdId;
use linli_core::model::HouseholdRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Changed households and whether they are new.
type Changed = BTreeMap<HouseholdId, (HouseholdRow, bool)>;

/// Compares the changed households with everything that shares a key with them.
pub(super) async fn refresh_duplicates(
    connection: &mut SqliteConnection,
    changed: &Changed,
) -> Result<(), StoreError> {
    let moved = rekey(connection, changed).await?;
    for id in moved.iter().filter(|id| changed.get(id).is_some_and(|(_, is_new)| !is_new)) {
        sqlx::query("DELETE FROM duplicate WHERE a = ?1 OR b = ?1")
            .bind(id.0.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    let pairs = sharing_a_key(connection, &moved).await?;
    let elsewhere: BTreeSet<HouseholdId> =
        pairs.iter().flatten().filter(|id| !changed.contains_key(id)).copied().collect();
    let stored = stored_rows(connection, elsewhere.into_iter().collect()).await?;
    let row = |id: &HouseholdId| changed.get(id).map(|(row, _)| row).or_else(|| stored.get(id));
    for pair in pairs {
        let [Some(a), Some(b)] = [row(&pair[0]), row(&pair[1])] else { continue };
        let Some(likeness) = compare(a, b) else { continue };
        sqlx::query("INSERT OR REPLACE INTO duplicate (a, b, score, reasons) VALUES (?, ?, ?, ?)")
            .bind(pair[0].0.to_vec())
            .bind(pair[1].0.to_vec())
            .bind(i64::from(likeness.score))
            .bind(reasons_json(&likeness.reasons))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn reasons_json(reasons: &[Reason]) -> String {
    serde_json::to_string(reasons).unwrap_or_default()
}

/// Stores the households' keys; those whose keys differ from before.
async fn rekey(connection: &mut SqliteConnection, changed: &Changed) -> Result<Vec<HouseholdId>, StoreError> {
    let mut moved = Vec::new();
    let mut added: Vec<(String, HouseholdId)> = Vec::new();
    for (id, (row, is_new)) in changed {
        let keys = blocking_keys(row);
        if *is_new || unkey(connection, *id, &keys).await? {
            moved.push(*id);
            added.extend(keys.into_iter().map(|key| (key, *id)));
        }
    }
    for keys in added.chunks(ROWS_PER_STATEMENT) {
        let mut insert = sqlx::QueryBuilder::new("INSERT INTO likeness_key (key, household) ");
        insert.push_values(keys, |mut row, (key, id)| {
            row.push_bind(key).push_bind(id.0.to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(moved)
}

/// Takes a known household's keys away unless they are still the same; whether it did.
async fn unkey(
    connection: &mut SqliteConnection,
    id: HouseholdId,
    keys: &BTreeSet<String>,
) -> Result<bool, StoreError> {
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
    Ok(true)
}

/// Pairs of one of these households and another that share a key which is not shared by too many; the
/// smaller id first.
async fn sharing_a_key(
    connection: &mut SqliteConnection,
    ids: &[HouseholdId],
) -> Result<BTreeSet<[HouseholdId; 2]>, StoreError> {
    let mut by_key: BTreeMap<(HouseholdId, String), Vec<HouseholdId>> = BTreeMap::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut select = sqlx::QueryBuilder::new(
            "SELECT own.household AS own, other.key AS key, other.household AS other FROM likeness_key AS own
             JOIN likeness_key AS other ON other.key = own.key
             WHERE other.household <> own.household AND own.household IN (",
        );
        push_ids(&mut select, ids);
        for row in select.build().fetch_all(&mut *connection).await? {
            let other = household_of(&row, "other")?;
            by_key.entry((household_of(&row, "own")?, row.try_get("key")?)).or_default().push(other);
        }
    }
    let few = by_key.into_iter().filter(|(_, others)| others.len() < BLOCK_MAX);
    let pairs = few.flat_map(|((own, _), others)| others.into_iter().map(move |other| [own, other]));
    Ok(pairs.map(|[a, b]| ordered(a, b)).collect())
}

async fn stored_rows(
    connection: &mut SqliteConnection,
    ids: Vec<HouseholdId>,
) -> Result<BTreeMap<HouseholdId, HouseholdRow>, StoreError> {
    let mut rows = BTreeMap::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut select = sqlx::QueryBuilder::new("SELECT id, row FROM household WHERE id IN (");
        push_ids(&mut select, ids);
        for row in select.build().fetch_all(&mut *connection).await? {
            if let Some(stored) = HouseholdRow::from_bytes(row.try_get("row")?) {
                rows.insert(household_of(&row, "id")?, stored);
            }
        }
    }
    Ok(rows)
}

/// A pair as it is stored: the smaller id first.
pub(super) fn ordered(a: HouseholdId, b: HouseholdId) -> [HouseholdId; 2] {
    if a < b { [a, b] } else { [b, a] }
}

pub(super) fn household_of(row: &SqliteRow, column: &str) -> Result<HouseholdId, StoreError> {
    HouseholdId::from_slice(row.try_get(column)?).ok_or(damaged("household"))
}
