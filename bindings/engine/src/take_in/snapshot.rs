//! A page of a snapshot: documents stored as they come, with the relay's rows beside them.
//!
//! A first download brings thousands of documents; opening each would take longer than the download.
//! So bytes and rows go straight to the database, and a row is made again when its document is opened.

use super::TakenIn;
use super::row_batch::RowBatch;
use crate::packing::unpack;
use crate::store::docs::{self, StoredDoc};
use crate::store::rows::PlacedRow;
use crate::store::{begin, people, spaces};
use crate::{Engine, EngineError};
use linli_core::doc::Document;
use linli_core::ids::{DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::sync::device::Cursor;
use linli_core::sync::frames::{SnapshotBody, SnapshotDoc, SnapshotPage};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::BTreeSet;

/// Documents of one statement.
const CHUNK_ROWS: usize = 100;

impl Engine {
    /// Stores a page of a snapshot.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing of the page is stored and its cursor has not moved.
    pub(crate) async fn store_snapshot(&self, page: &SnapshotPage) -> Result<TakenIn, EngineError> {
        let body: SnapshotBody = unpack(&page.body)?;
        let mut taken = TakenIn::default();
        let mut batch = RowBatch::default();
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let actors: Vec<_> = body.actors.iter().map(|pair| (pair.actor, pair.device)).collect();
        people::bind_actors(&mut tx, &actors).await?;
        let touched = touched_docs(&mut tx).await?;
        let (known, mut fresh): (Vec<_>, Vec<_>) =
            body.docs.into_iter().partition(|doc| touched.contains(&doc.doc));
        let came = fresh.len();
        fresh.retain(|doc| add_row(&mut batch, page.space, doc));
        taken.received += fresh.len() as u64;
        taken.skipped += (came - fresh.len()) as u64;
        put_docs(&mut tx, page.space, &fresh).await?;
        drop(fresh);
        for doc in known {
            self.merge_doc(&mut tx, page.space, doc, &mut batch, &mut taken).await?;
        }
        let changes = batch.write(&mut tx, self.device(), &mut taken).await?;
        spaces::set_cursor(&mut tx, page.space, cursor_after(page), page.pages, page.seq).await?;
        tx.commit().await?;
        self.index_changes(changes);
        Ok(taken)
    }

    /// A document that was edited or added to here: nothing of it may be lost, so both become one.
    async fn merge_doc(
        &self,
        conn: &mut SqliteConnection,
        space: SpaceId,
        came: SnapshotDoc,
        batch: &mut RowBatch,
        taken: &mut TakenIn,
    ) -> Result<(), EngineError> {
        let Some(mut stored) = docs::load(&mut *conn, came.doc).await? else { return Ok(()) };
        let loaded = Document::load(came.kind, &came.bytes);
        let Ok(mut theirs) = loaded else {
            taken.skipped += 1;
            return Ok(());
        };
        if came.generation > stored.generation {
            stored = StoredDoc { doc: theirs, space, generation: came.generation };
            self.rotate_actor()?;
        } else if came.generation < stored.generation || stored.doc.merge(&mut theirs).is_err() {
            taken.skipped += 1;
            return Ok(());
        }
        taken.received += 1;
        docs::save(conn, came.doc, &mut stored).await?;
        batch.add(came.doc, &mut stored);
        Ok(())
    }
}

/// The same step that the protocol's state machine takes for this page.
fn cursor_after(page: &SnapshotPage) -> Cursor {
    let next = page.page.saturating_add(1);
    if next >= page.pages { Cursor::At(page.seq) } else { Cursor::Snapshot { seq: page.seq, page: next } }
}

/// Takes the relay's row over, or works it out where this version cannot read it.
fn add_row(batch: &mut RowBatch, space: SpaceId, doc: &SnapshotDoc) -> bool {
    match doc.kind {
        DocKind::Household => {
            if let Some(row) = HouseholdRow::from_bytes(&doc.row) {
                batch.households.push(PlacedRow { id: doc.doc.into(), space, row });
                return true;
            }
        }
        DocKind::Visits => {
            if let Some(row) = SheetRow::from_bytes(&doc.row) {
                batch.sheets.push((doc.doc, row));
                return true;
            }
        }
        DocKind::Grid | DocKind::Worker | DocKind::Canvass => return true,
    }
    let Ok(opened) = Document::load(doc.kind, &doc.bytes) else { return false };
    batch.add(doc.doc, &mut StoredDoc { doc: opened, space, generation: doc.generation });
    true
}

async fn touched_docs(conn: &mut SqliteConnection) -> Result<BTreeSet<DocId>, EngineError> {
    let found: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT id FROM doc WHERE touched = 1").fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| DocId::from_slice(bytes)).collect())
}

async fn put_docs(
    conn: &mut SqliteConnection,
    space: SpaceId,
    docs: &[SnapshotDoc],
) -> Result<(), EngineError> {
    for chunk in docs.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR REPLACE INTO doc (id, kind, space, generation, touched, bytes) ");
        insert.push_values(chunk, |mut put, doc| {
            put.push_bind(&doc.doc.0[..]).push_bind(doc.kind.number()).push_bind(&space.0[..]);
            put.push_bind(i64::from(doc.generation)).push_bind(0i64).push_bind(&doc.bytes[..]);
        });
        insert.build().persistent(chunk.len() == CHUNK_ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}
