//! What the relay holds of each space, to be compared with what a phone holds.

use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use linli_core::doc::{Digest, Digesting};
use linli_core::ids::{DocId, SpaceId};
use sqlx::Row;
use std::collections::BTreeMap;

impl Model {
    /// How many documents each space has and the code that a phone gives when it holds the same. Reads every
    /// document's bytes, a page at a time; what is applied meanwhile may be in it or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn digests(&self) -> Result<BTreeMap<SpaceId, Digest>, StoreError> {
        let mut held: BTreeMap<SpaceId, Digesting> = BTreeMap::new();
        let mut after = Vec::new();
        loop {
            let rows = sqlx::query("SELECT id, space, bytes FROM doc WHERE id > ? ORDER BY id LIMIT ?")
                .bind(&after)
                .bind(i64::try_from(ROWS_PER_STATEMENT).unwrap_or(i64::MAX))
                .fetch_all(&self.database.readers)
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get("id")?;
            for row in &rows {
                let id = DocId::from_slice(row.try_get("id")?).ok_or(damaged("document"))?;
                let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("document"))?;
                let added = held.entry(space).or_default().add(id, row.try_get("bytes")?);
                added.map_err(|_| damaged("document"))?;
            }
        }
        Ok(held.into_iter().map(|(space, digesting)| (space, digesting.end())).collect())
    }
}
