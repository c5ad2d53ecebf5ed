//! Documents as the applier holds them during one transaction, and as others read them.

use super::{ConflictRecord, Model};
use crate::StoreError;
use crate::error::damaged;
use linli_core::doc::Document;
use linli_core::ids::{DeviceId, DocId, SpaceId, VisitId};
use linli_core::kinds::DocKind;
use linli_core::time::TimeMs;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// A document with where it belongs.
pub struct OpenDoc {
    /// Its id.
    pub id: DocId,
    /// The space it replicates in.
    pub space: SpaceId,
    /// Raised by erasure.
    pub generation: u32,
    /// The document.
    pub document: Document,
}

/// Where a visit came from.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) device: DeviceId,
    pub(super) received_ms: TimeMs,
    pub(super) skew_ms: i64,
}

/// A document while a group of batches is applied.
pub(super) struct Touched {
    /// Nothing of it is stored yet.
    pub(super) is_new: bool,
    pub(super) open: OpenDoc,
    /// Conflicts on record that the document still has.
    pub(super) live: Vec<ConflictRecord>,
    pub(super) applied: i64,
    pub(super) changed: bool,
    /// Visits whose entry arrived in this group.
    pub(super) visits: BTreeMap<VisitId, Origin>,
    /// Visits that were only amended.
    pub(super) amended: Vec<VisitId>,
}

pub(super) async fn load(
    connection: &mut SqliteConnection,
    id: DocId,
) -> Result<Option<OpenDoc>, StoreError> {
    let row = sqlx::query("SELECT kind, space, generation, bytes FROM doc WHERE id = ?")
        .bind(id.0.as_slice())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let kind = DocKind::from_number(row.try_get("kind")?).ok_or(damaged("document"))?;
    let document = Document::load(kind, row.try_get("bytes")?).map_err(|_| damaged("document"))?;
    let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("document"))?;
    let generation = u32::try_from(row.try_get::<i64, _>("generation")?).map_err(|_| damaged("document"))?;
    Ok(Some(OpenDoc { id, space, generation, document }))
}

impl Model {
    /// Opens a document as of the newest batch applied.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn document(&self, id: DocId) -> Result<Option<OpenDoc>, StoreError> {
        let mut connection = self.database.readers.acquire().await?;
        load(&mut connection, id).await
    }
}
