//! A page of the log: batches of changes, applied in order, stored in one transaction with the cursor.

use super::row_batch::RowBatch;
use super::{TakenIn, moves};
use crate::packing::unpack;
use crate::sql::SqliteConnection;
use crate::store::docs::{self, Found, Held, StoredDoc};
use crate::store::rows::SearchChange;
use crate::store::{begin, forgotten, meta, people, places, spaces};
use crate::{Engine, EngineError};
use linli_core::doc::{Applied, ApplyError, ChangeBytes};
use linli_core::gate;
use linli_core::identity::{self, Batch, Payload, Placement};
use linli_core::ids::{Actor, DeviceId, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::device::Cursor;
use linli_core::sync::frames::{FeedItem, Page};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Documents open at once. One takes 20-33 kB in memory, so a page that touches thousands is worked
/// through in parts; most pages touch fewer and open each once.
const OPEN_DOCS_MAX: usize = 400;

/// A page being worked through.
pub(super) struct Intake<'e> {
    pub(super) engine: &'e Engine,
    pub(super) space: SpaceId,
    /// Only the office moves documents.
    office: Option<DeviceId>,
    pub(super) granted: BTreeSet<SpaceId>,
    pub(super) open: BTreeMap<DocId, OpenDoc>,
    pub(super) actors: BTreeMap<Actor, DeviceId>,
    any_held: bool,
    /// Whether any document was ever moved.
    pub(super) any_moved: bool,
    /// A document was replaced or forgotten: the actor may not go on counting in it.
    pub(super) replaced: bool,
    pub(super) taken: TakenIn,
    pub(super) changes: Vec<SearchChange>,
    /// Whether anything was ever destroyed.
    pub(super) any_forgotten: bool,
    /// What was destroyed with this page.
    pub(super) forgotten: BTreeMap<DocId, u32>,
}

pub(super) struct OpenDoc {
    pub(super) stored: StoredDoc,
    pub(super) changed: bool,
}

impl Engine {
    /// Stores a page.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing of the page is stored and its cursor has not moved.
    pub(crate) async fn store_page(&self, page: &Page) -> Result<TakenIn, EngineError> {
        let items: Vec<FeedItem> = unpack(&page.items)?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let mut intake = Intake {
            engine: self,
            space: page.space,
            office: meta::profile(&mut tx).await?.map(|profile| profile.relay_key.device()),
            granted: moves::granted(&mut tx).await?,
            open: BTreeMap::new(),
            actors: BTreeMap::new(),
            any_held: docs::any_held(&mut tx).await?,
            any_moved: places::any(&mut tx).await?,
            replaced: false,
            taken: TakenIn::default(),
            changes: Vec::new(),
            any_forgotten: forgotten::any(&mut tx).await?,
            forgotten: BTreeMap::new(),
        };
        for item in items {
            intake.take_batch(&mut tx, item.batch).await?;
        }
        intake.flush(&mut tx).await?;
        forgotten::strip_if_any(&mut tx, &intake.forgotten).await?;
        spaces::set_cursor(&mut tx, page.space, Cursor::At(page.upto), 0, page.head).await?;
        tx.commit().await?;
        if intake.taken.forgotten > 0 {
            forgotten::cut_journal(&mut conn).await?;
        }
        if intake.replaced {
            self.rotate_actor()?;
        }
        self.index_changes(intake.changes);
        Ok(intake.taken)
    }
}

impl Intake<'_> {
    async fn take_batch(&mut self, conn: &mut SqliteConnection, batch: Batch) -> Result<(), EngineError> {
        let count = batch.entries.len();
        let header = batch.claims().ok().filter(|header| header.space == self.space);
        let Some(header) = header.filter(|_| count <= Batch::ENTRIES_MAX) else {
            self.taken.skipped += count as u64;
            return Ok(());
        };
        for entry in batch.entries {
            self.take_entry(&mut *conn, header.author(), entry).await?;
            if self.open.len() >= OPEN_DOCS_MAX {
                self.flush(&mut *conn).await?;
            }
        }
        Ok(())
    }

    async fn take_entry(
        &mut self,
        conn: &mut SqliteConnection,
        device: DeviceId,
        entry: identity::Entry,
    ) -> Result<(), EngineError> {
        if Some(device) != self.office && !entry.kind.is_of_phones() {
            // The relay does not apply it either, but its log brings what colleagues have signed.
            self.taken.skipped += 1;
            return Ok(());
        }
        if self.is_of_the_past(&mut *conn, &entry).await? {
            return Ok(());
        }
        let bytes = match entry.payload {
            Payload::Change(bytes) => bytes,
            // An erased payload leaves only its hash in the log; there is nothing to apply.
            Payload::Erased(_) => return Ok(()),
            Payload::Moved { .. } | Payload::Placed(_) | Payload::Forget(_)
                if Some(device) != self.office =>
            {
                self.taken.skipped += 1;
                return Ok(());
            }
            Payload::Moved { to, nth } => {
                // What is seldom is kept off the stack of what is often: phones' threads have little.
                let placement = Placement { nth, space: to };
                return Box::pin(self.take_moved(conn, entry.doc, entry.kind, placement)).await;
            }
            Payload::Forget(forget) => {
                let which = (entry.kind, entry.generation);
                return Box::pin(self.take_forget(conn, entry.doc, which, forget)).await;
            }
            Payload::Placed(arrival) => {
                let which = (entry.kind, entry.generation);
                return Box::pin(self.take_placed(conn, entry.doc, which, arrival)).await;
            }
        };
        let facts = gate::inspect_change(&bytes).ok();
        let Some(actor) = facts.and_then(|facts| Actor::from_slice(&facts.actor)) else {
            self.taken.skipped += 1;
            return Ok(());
        };
        let held = Held {
            doc: entry.doc,
            kind: entry.kind,
            space: self.space,
            generation: entry.generation,
            change: ChangeBytes(bytes),
        };
        let moved = if self.any_moved { places::moved(&mut *conn, held.doc).await? } else { None };
        if moved.is_some_and(|placement| !placement.is_in(self.space)) {
            // It comes in the document's own space, where the office brings it.
            return Ok(());
        }
        if !self.open_for(&mut *conn, &held).await? {
            self.taken.skipped += 1;
            return Ok(());
        }
        let applied = self.apply(held.doc, &held.change);
        if matches!(applied, Ok(_) | Err(ApplyError::Missing(_))) {
            self.actors.entry(actor).or_insert(device);
        }
        match applied {
            Ok(Applied::New(_)) => self.apply_held(conn, held.doc).await,
            Ok(Applied::Known) => Ok(()),
            Err(ApplyError::Missing(_)) => {
                let kept = docs::hold(conn, &held).await?;
                self.any_held = true;
                self.taken.skipped += u64::from(!kept);
                Ok(())
            }
            Err(_) => {
                self.taken.skipped += 1;
                Ok(())
            }
        }
    }

    /// Opens the document of a change; false when the change does not belong to what is here.
    async fn open_for(&mut self, conn: &mut SqliteConnection, change: &Held) -> Result<bool, EngineError> {
        let open = self.open_or_start(conn, change.doc, (change.kind, change.generation)).await?;
        let stored = &mut open.stored;
        if stored.doc.kind() != change.kind || stored.space != change.space {
            return Ok(false);
        }
        if change.generation > stored.generation {
            // The document was erased at the office and begins anew; nothing of the old one stays.
            *stored = StoredDoc::new(change.kind, change.space, change.generation);
            self.replaced = true;
            return Ok(true);
        }
        Ok(change.generation == stored.generation)
    }

    /// The document, or an empty one that begins in this space.
    pub(super) async fn open_or_start(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
        (kind, generation): (DocKind, u32),
    ) -> Result<&mut OpenDoc, EngineError> {
        Ok(match self.open.entry(doc) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(place) => {
                let found = docs::load_or_set_aside(conn, doc).await?;
                if matches!(found, Found::SetAside) {
                    self.taken.skipped += 1;
                    if kind == DocKind::Household {
                        self.changes.push((doc.into(), None));
                    }
                }
                let stored = match found {
                    Found::Open(stored) => *stored,
                    Found::SetAside | Found::Nothing => StoredDoc::new(kind, self.space, generation),
                };
                place.insert(OpenDoc { stored, changed: false })
            }
        })
    }

    fn apply(&mut self, doc: DocId, change: &ChangeBytes) -> Result<Applied, ApplyError> {
        let Some(open) = self.open.get_mut(&doc) else { return Ok(Applied::Known) };
        let applied = open.stored.doc.apply(change)?;
        if matches!(applied, Applied::New(_)) {
            open.changed = true;
            self.taken.received += 1;
        }
        Ok(applied)
    }

    /// Tries the changes that waited for this document until none of them finds its turn.
    pub(super) async fn apply_held(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
    ) -> Result<(), EngineError> {
        let mut progress = self.any_held;
        while progress {
            progress = false;
            for change in docs::held(&mut *conn, doc).await? {
                match self.apply(doc, &change) {
                    Err(ApplyError::Missing(_)) => continue,
                    Ok(applied) => progress |= matches!(applied, Applied::New(_)),
                    Err(_) => self.taken.skipped += 1,
                }
                docs::release(&mut *conn, &change).await?;
            }
        }
        Ok(())
    }

    /// Writes what changed and closes all documents.
    pub(super) async fn flush(&mut self, conn: &mut SqliteConnection) -> Result<(), EngineError> {
        let actors: Vec<(Actor, DeviceId)> = std::mem::take(&mut self.actors).into_iter().collect();
        people::bind_actors(&mut *conn, &actors).await?;
        let mut batch = RowBatch::default();
        for (id, mut open) in std::mem::take(&mut self.open) {
            if open.changed {
                docs::save(&mut *conn, id, &mut open.stored).await?;
                batch.add(id, &mut open.stored);
            }
        }
        let own = self.engine.device();
        self.changes.extend(batch.write(conn, own, &mut self.taken).await?);
        Ok(())
    }
}
