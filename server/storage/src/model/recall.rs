//! Withdrawn households that are to come back: a phone changed or visited one without knowing that the office had
//! withdrawn it. Nothing that anybody hands in may lie where no list shows it.

use super::documents::push_ids;
use super::flush::Ready;
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::HouseholdId;
use linli_core::kinds::DocKind;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use std::collections::BTreeSet;

/// The withdrawn households of a group that somebody wrote to.
pub(super) fn late(ready: &[Ready]) -> Vec<HouseholdId> {
    let households = ready.iter().filter(|ready| ready.touched.open.document.kind() == DocKind::Household);
    let late = households.filter(|ready| ready.touched.late && ready.is_withdrawn());
    late.map(|ready| HouseholdId::from(ready.touched.open.id)).collect()
}

/// Notes them, and those that have visits. `touched`: households that visits came for, or that were withdrawn or
/// brought back in this group; a household that is back needs no recall.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    late: Vec<HouseholdId>,
    touched: &BTreeSet<HouseholdId>,
) -> Result<(), StoreError> {
    let touched: Vec<HouseholdId> = touched.iter().copied().collect();
    for ids in touched.chunks(ROWS_PER_STATEMENT) {
        let mut forget = QueryBuilder::new("DELETE FROM recall WHERE household IN (");
        push_ids(&mut forget, ids);
        forget.build().execute(&mut *connection).await?;
        let mut visited = QueryBuilder::new(
            "INSERT OR IGNORE INTO recall (household) SELECT id FROM household WHERE merged_into = zeroblob(16)
             AND EXISTS (SELECT 1 FROM sheet WHERE sheet.household = household.id) AND id IN (",
        );
        push_ids(&mut visited, ids);
        visited.build().execute(&mut *connection).await?;
    }
    for id in late {
        sqlx::query("INSERT OR IGNORE INTO recall (household) VALUES (?)")
            .bind(id.0.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

impl Model {
    /// Withdrawn households that are to come back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recalls(&self) -> Result<Vec<HouseholdId>, StoreError> {
        let rows = sqlx::query("SELECT household FROM recall ORDER BY household LIMIT 1000")
            .fetch_all(&self.database.readers)
            .await?;
        let id = |row: &sqlx::sqlite::SqliteRow| {
            HouseholdId::from_slice(row.try_get("household")?).ok_or(damaged("recall"))
        };
        rows.iter().map(id).collect()
    }

    /// A household needs not come back any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_recall(&self, household: HouseholdId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM recall WHERE household = ?")
            .bind(household.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// Those of the households that somebody visited.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visited(&self, ids: &[HouseholdId]) -> Result<BTreeSet<HouseholdId>, StoreError> {
        let mut visited = BTreeSet::new();
        for ids in ids.chunks(ROWS_PER_STATEMENT) {
            let mut select = QueryBuilder::new("SELECT DISTINCT household FROM sheet WHERE household IN (");
            push_ids(&mut select, ids);
            for row in select.build().fetch_all(&self.database.readers).await? {
                visited.extend(HouseholdId::from_slice(row.try_get("household")?));
            }
        }
        Ok(visited)
    }
}
