//! What is lacking: changes that others wait for and that did not come.

use super::Model;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DeviceId, DocId, Hash, SpaceId};
use linli_core::sync::frames::{WANTED_CHANGES_MAX, Wanted};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};

/// Lacking changes that are asked for because of what one phone signed: whoever makes up changes that nobody can
/// complete must not crowd out what others wait for.
const OF_SIGNER_MAX: i64 = 64;
/// Lacking changes that are looked at in one go.
const LACKING_MAX: i64 = 1_024;

/// Lacking changes of one document, and who signed what waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRecord {
    /// What to ask.
    pub wanted: Wanted,
    /// Whom to ask first.
    pub signers: BTreeSet<DeviceId>,
}

impl Model {
    /// What is lacking in a space, or anywhere, the newest first. A change that is here and waits itself is not
    /// lacking.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wanted(&self, space: Option<SpaceId>) -> Result<Vec<WantedRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT space, doc, missing, device FROM (
               SELECT space, doc, missing, device, batch, entry,
                 row_number() OVER (PARTITION BY device ORDER BY batch DESC, entry DESC) AS nth
               FROM held WHERE (?1 IS NULL OR space = ?1) AND missing NOT IN (SELECT change FROM held)
             ) WHERE nth <= ?2 ORDER BY batch DESC, entry DESC LIMIT ?3",
        )
        .bind(space.map(|space| space.0.to_vec()))
        .bind(OF_SIGNER_MAX)
        .bind(LACKING_MAX)
        .fetch_all(&self.database.readers)
        .await?;
        let mut places: BTreeMap<(SpaceId, DocId), usize> = BTreeMap::new();
        let mut found: Vec<WantedRecord> = Vec::new();
        for row in &rows {
            let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("held"))?;
            let doc = DocId::from_slice(row.try_get("doc")?).ok_or(damaged("held"))?;
            let missing = Hash::from_slice(row.try_get("missing")?).ok_or(damaged("held"))?;
            let signer = DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("held"))?;
            let place = *places.entry((space, doc)).or_insert_with(|| {
                let wanted = Wanted { space, doc, changes: Vec::new() };
                found.push(WantedRecord { wanted, signers: BTreeSet::new() });
                found.len() - 1
            });
            let Some(record) = found.get_mut(place) else { continue };
            let changes = &mut record.wanted.changes;
            if !changes.contains(&missing) && changes.len() < WANTED_CHANGES_MAX {
                changes.push(missing);
            }
            record.signers.insert(signer);
        }
        Ok(found)
    }
}
