//! Canvass campaigns with every version of their questions.

use super::Model;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::DocId;
use linli_core::kinds::{Canvass, Question, canvass_forms};
use linli_core::record::Fields;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// A campaign that the office has drawn up.
#[derive(Clone, Debug)]
pub struct CanvassRecord {
    /// Its document.
    pub id: DocId,
    /// What visits name it by.
    pub name: String,
    /// Days, grids and state.
    pub canvass: Canvass,
    /// Its questions, by version.
    pub forms: BTreeMap<i64, Vec<Question>>,
}

impl CanvassRecord {
    /// The questions that are asked now, with their version.
    pub fn current(&self) -> Option<(i64, &[Question])> {
        let version = self.canvass.form?;
        Some((version, self.forms.get(&version)?))
    }
}

impl Model {
    /// Every campaign that was ever opened, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn canvasses(&self) -> Result<Vec<CanvassRecord>, StoreError> {
        let rows = sqlx::query("SELECT id, name, record FROM canvass ORDER BY name, id")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let (canvass, forms) =
                    serde_json::from_str(row.try_get("record")?).map_err(|_| damaged("canvass"))?;
                Ok(CanvassRecord {
                    id: DocId::from_slice(row.try_get("id")?).ok_or(damaged("canvass"))?,
                    name: row.try_get("name")?,
                    canvass,
                    forms,
                })
            })
            .collect()
    }
}

pub(super) async fn write_canvass(
    connection: &mut SqliteConnection,
    id: DocId,
    fields: &Fields,
) -> Result<(), StoreError> {
    let canvass = Canvass::read(fields, "");
    let Some(name) = canvass.name.clone() else { return Ok(()) };
    sqlx::query("INSERT OR REPLACE INTO canvass (id, name, record) VALUES (?, ?, ?)")
        .bind(id.0.as_slice())
        .bind(name)
        .bind(serde_json::to_string(&(canvass, canvass_forms(fields))).unwrap_or_default())
        .execute(connection)
        .await?;
    Ok(())
}
