//! What has been kept long enough, and what an emergency leaves behind.

use super::{Model, OpenDoc};
use crate::StoreError;
use linli_core::ids::DocId;
use linli_core::kinds::{DocKind, Issue};

/// Emergencies listed at once; there are few.
const EMERGENCIES_MAX: i64 = 500;

/// Households whose documents hold, or once held, a resident's field that is kept for an occasion. Documents are
/// stored without compression, so that their keys can be found without opening all of them.
const WITH_OCCASIONS: &str = "SELECT id FROM doc WHERE kind = ?1 AND (
    instr(bytes, CAST('/away_' AS BLOB)) OR instr(bytes, CAST('/back_on' AS BLOB))
    OR instr(bytes, CAST('/arrived_' AS BLOB)) OR instr(bytes, CAST('/leaving_on' AS BLOB))
    OR instr(bytes, CAST('/travel_' AS BLOB))) ORDER BY id";

impl Model {
    /// Records of a kind to which nothing was written after a place in the log, and of which nothing is to be done any
    /// more. Photos are not among them: they go with what names them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn at_rest_since(&self, kind: DocKind, newest: i64) -> Result<Vec<DocId>, StoreError> {
        if kind == DocKind::Photo || kind.spec().retention.kept_ms().is_none() {
            return Ok(Vec::new());
        }
        let settled = Issue::SETTLED.map(|state| format!("'{state}'")).join(", ");
        let of_kind = "SELECT d.id FROM doc AS d";
        let only = match kind {
            DocKind::Issue => format!("JOIN issue AS i ON i.id = d.id AND i.state IN ({settled})"),
            DocKind::Complaint => "JOIN complaint AS c ON c.id = d.id AND c.waits = 0".to_owned(),
            _ => String::new(),
        };
        let query = format!("{of_kind} {only} WHERE d.applied <= ?1 AND d.kind = ?2 ORDER BY d.id");
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(newest).bind(kind.number());
        let ids: Vec<Vec<u8>> = query.fetch_all(&self.database.readers).await?;
        Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
    }

    /// Households in whose records something stands, or stood, that was asked for an occasion.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes_with_occasions(&self) -> Result<Vec<DocId>, StoreError> {
        let query = sqlx::query_scalar(WITH_OCCASIONS).bind(DocKind::Household.number());
        let ids: Vec<Vec<u8>> = query.fetch_all(&self.database.readers).await?;
        Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
    }

    /// Every emergency's document.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn emergencies(&self) -> Result<Vec<OpenDoc>, StoreError> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar("SELECT id FROM doc WHERE kind = ? ORDER BY id LIMIT ?")
            .bind(DocKind::Emergency.number())
            .bind(EMERGENCIES_MAX)
            .fetch_all(&self.database.readers)
            .await?;
        let ids: Vec<DocId> = ids.iter().filter_map(|id| DocId::from_slice(id)).collect();
        Ok(self.documents(&ids).await?.into_values().collect())
    }
}
