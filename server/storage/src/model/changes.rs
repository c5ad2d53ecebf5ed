//! What has changed since a point of the log, by name only: whoever shows it reads it anew.

use super::Model;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{ConflictId, DocId, HouseholdId};
use linli_core::kinds::DocKind;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRecord {
    /// Log id of the newest batch that changed it.
    pub applied: i64,
    /// What.
    pub subject: Subject,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A household's registry or its visits; for one that was merged away, the one it was merged into.
    Household {
        /// Its id.
        id: HouseholdId,
        /// Its grid; `None` while only its visits have arrived.
        grid: Option<String>,
    },
    /// A conflict was opened, widened or ended.
    Conflict {
        /// Its id.
        id: ConflictId,
        /// The household.
        doc: DocId,
    },
    /// A document of another kind.
    Other {
        /// Its kind.
        kind: DocKind,
        /// Its id.
        doc: DocId,
    },
}

impl Model {
    /// What changed after one log id up to another, in the order of the log, at most so many of each.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changed(
        &self,
        (after, upto): (i64, i64),
        count_max: i64,
    ) -> Result<Vec<ChangedRecord>, StoreError> {
        let docs = sqlx::query(
            "SELECT d.applied, d.kind, d.id AS doc, coalesce(nullif(h.merged_into, zeroblob(16)), h.id, s.household) AS household,
               coalesce(into_.grid, h.grid) AS grid
             FROM doc AS d LEFT JOIN sheet AS s ON s.doc = d.id
               LEFT JOIN household AS h ON h.id = coalesce(s.household, d.id)
               LEFT JOIN household AS into_ ON into_.id = h.merged_into
             WHERE d.applied > ?1 AND d.applied <= ?2 ORDER BY d.applied LIMIT ?3",
        )
        .bind(after)
        .bind(upto)
        .bind(count_max)
        .fetch_all(&self.database.readers)
        .await?;
        let conflicts = sqlx::query(
            "SELECT touched, id, coalesce(household, doc) AS doc FROM conflict WHERE touched > ?1 AND touched <= ?2 ORDER BY touched LIMIT ?3",
        )
        .bind(after)
        .bind(upto)
        .bind(count_max)
        .fetch_all(&self.database.readers)
        .await?;
        let mut changed = docs.iter().map(of_doc).collect::<Result<Vec<_>, StoreError>>()?;
        for row in &conflicts {
            let id = ConflictId::from_slice(row.try_get("id")?).ok_or(damaged("conflict"))?;
            let doc = DocId::from_slice(row.try_get("doc")?).ok_or(damaged("conflict"))?;
            let subject = Subject::Conflict { id, doc };
            changed.push(ChangedRecord { applied: row.try_get("touched")?, subject });
        }
        changed.sort_by_key(|changed| changed.applied);
        Ok(changed)
    }

    /// Households whose own registry or visits changed after one log id up to another; one that was merged away under
    /// its own id. Documents of other kinds are among them by theirs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn written_to(&self, after: i64, upto: i64) -> Result<BTreeSet<HouseholdId>, StoreError> {
        let rows = sqlx::query(
            "SELECT coalesce(s.household, d.id) AS household FROM doc AS d LEFT JOIN sheet AS s ON s.doc = d.id
             WHERE d.applied > ?1 AND d.applied <= ?2",
        )
        .bind(after)
        .bind(upto)
        .fetch_all(&self.database.readers)
        .await?;
        let id =
            |row: &SqliteRow| HouseholdId::from_slice(row.try_get("household")?).ok_or(damaged("household"));
        rows.iter().map(id).collect()
    }
}

fn of_doc(row: &SqliteRow) -> Result<ChangedRecord, StoreError> {
    let kind = DocKind::from_number(row.try_get("kind")?).ok_or(damaged("document"))?;
    let household: Option<&[u8]> = row.try_get("household")?;
    let subject = match (kind, household.and_then(HouseholdId::from_slice)) {
        (DocKind::Household | DocKind::Visits, Some(id)) => {
            Subject::Household { id, grid: row.try_get("grid")? }
        }
        _ => Subject::Other { kind, doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("document"))? },
    };
    Ok(ChangedRecord { applied: row.try_get("applied")?, subject })
}
