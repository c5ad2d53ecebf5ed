//! Documents as the applier holds them during one transaction, and as others read them.

use super::{ConflictRecord, Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::cores::on_all_cores;
use crate::error::damaged;
use linli_core::doc::Document;
use linli_core::identity::Placement;
use linli_core::ids::{DeviceId, DirectiveId, DocId, SpaceId, VisitId};
use linli_core::kinds::{DocKind, Receipt};
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// A document with where it belongs.
pub struct OpenDoc {
    /// Its id.
    pub id: DocId,
    /// The space it replicates in.
    pub space: SpaceId,
    /// How often it was moved to another space.
    pub nth: u32,
    /// Raised by erasure.
    pub generation: u32,
    /// The document.
    pub document: Document,
}

impl OpenDoc {
    /// Where the document is.
    pub fn placement(&self) -> Placement {
        Placement { nth: self.nth, space: self.space }
    }
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
    /// It became part of another household, or another became or ceased to be part of it.
    pub(super) remerged: bool,
    /// Somebody wrote to it who may not have known that it was withdrawn.
    pub(super) late: bool,
    /// Visits whose entry arrived in this group.
    pub(super) visits: BTreeMap<VisitId, Origin>,
    /// Receipts that arrived in this group, each with when it was received. The first one stands.
    pub(super) receipts: BTreeMap<(DirectiveId, DeviceId), (Receipt, TimeMs)>,
    /// The same for versions of the privacy notice.
    pub(super) notice_receipts: BTreeMap<(i64, DeviceId), (Receipt, TimeMs)>,
    /// Where an issue or a complaint came from, when its first change arrived in this group.
    pub(super) first: Option<Origin>,
    /// Visits that were only amended.
    pub(super) amended: Vec<VisitId>,
}

impl Touched {
    pub(super) fn of(open: OpenDoc, live: Vec<ConflictRecord>, is_new: bool) -> Touched {
        let (visits, receipts, amended) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (remerged, late) = (false, false);
        Touched {
            is_new,
            open,
            live,
            applied: 0,
            changed: false,
            remerged,
            late,
            visits,
            receipts,
            notice_receipts: BTreeMap::new(),
            first: None,
            amended,
        }
    }
}

pub(super) async fn load(
    connection: &mut SqliteConnection,
    id: DocId,
) -> Result<Option<OpenDoc>, StoreError> {
    Ok(load_all(connection, &[id]).await?.remove(&id))
}

/// Those of the documents that exist.
pub(super) async fn load_all(
    connection: &mut SqliteConnection,
    ids: &[DocId],
) -> Result<BTreeMap<DocId, OpenDoc>, StoreError> {
    let mut docs = BTreeMap::new();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut select = sqlx::QueryBuilder::new(
            "SELECT id, kind, space, generation, bytes,
               coalesce((SELECT nth FROM placement WHERE placement.doc = doc.id), 0) AS nth
             FROM doc WHERE id IN (",
        );
        push_ids(&mut select, ids);
        let rows = select.build().fetch_all(&mut *connection).await?;
        for open in on_all_cores(rows, |row| read(&row)) {
            let open = open?;
            docs.insert(open.id, open);
        }
    }
    Ok(docs)
}

/// Ends a statement that stops after `IN (`.
pub(super) fn push_ids<I: AsRef<[u8]>>(select: &mut sqlx::QueryBuilder<sqlx::Sqlite>, ids: &[I]) {
    let mut list = select.separated(", ");
    for id in ids {
        list.push_bind(id.as_ref().to_vec());
    }
    list.push_unseparated(")");
}

fn read(row: &SqliteRow) -> Result<OpenDoc, StoreError> {
    let id = DocId::from_slice(row.try_get("id")?).ok_or(damaged("document"))?;
    let kind = DocKind::from_number(row.try_get("kind")?).ok_or(damaged("document"))?;
    let document = Document::load(kind, row.try_get("bytes")?).map_err(|_| damaged("document"))?;
    let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("document"))?;
    let generation = u32::try_from(row.try_get::<i64, _>("generation")?).map_err(|_| damaged("document"))?;
    let nth = u32::try_from(row.try_get::<i64, _>("nth")?).map_err(|_| damaged("document"))?;
    Ok(OpenDoc { id, space, nth, generation, document })
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

    /// Opens those of the documents that exist, as of the newest batch applied. A document takes about
    /// 30 kB while it is open: ask for a few hundred at a time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn documents(&self, ids: &[DocId]) -> Result<BTreeMap<DocId, OpenDoc>, StoreError> {
        let mut connection = self.database.readers.acquire().await?;
        load_all(&mut connection, ids).await
    }
}
