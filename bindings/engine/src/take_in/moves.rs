//! Documents that the office moves from one space to another.
//!
//! One that leaves for a space this phone does not follow goes from lists and store; one that stays within
//! reach only changes its space; one that comes is taken in as a whole. Which of these a phone meets, and in
//! which order, depends on what it follows: the newest placement it has met decides.

use super::page::Intake;
use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::{places, spaces};
use linli_core::doc::Document;
use linli_core::identity::{Arrival, Placement};
use linli_core::ids::{DocId, SpaceId};
use linli_core::kinds::DocKind;
use std::collections::BTreeSet;

/// What a move meant for this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It was known already, or older than what is known.
    Known,
    /// The document stays, in another space.
    Within,
    /// The document is gone from this phone.
    Gone,
}

/// A document has left its space, as the store sees it. Nothing of it may be open.
pub(crate) async fn leave(
    conn: &mut SqliteConnection,
    doc: DocId,
    to: Placement,
    granted: &BTreeSet<SpaceId>,
) -> Result<Moved, EngineError> {
    let known = places::placement(&mut *conn, doc).await?;
    if known.is_some_and(|known| to <= known) {
        return Ok(Moved::Known);
    }
    places::put(&mut *conn, doc, to).await?;
    if granted.contains(&to.space) {
        places::relocate(conn, doc, to.space).await?;
        return Ok(Moved::Within);
    }
    places::forget(conn, doc).await?;
    Ok(Moved::Gone)
}

/// The spaces that the relay granted at last contact.
pub(crate) async fn granted(conn: &mut SqliteConnection) -> Result<BTreeSet<SpaceId>, EngineError> {
    Ok(spaces::granted(conn).await?.into_iter().map(|space| space.id).collect())
}

impl Intake<'_> {
    pub(super) async fn take_moved(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
        kind: DocKind,
        to: Placement,
    ) -> Result<(), EngineError> {
        // What is open goes to the store first, so that there is one place to change.
        self.flush(&mut *conn).await?;
        self.any_moved = true;
        match leave(conn, doc, to, &self.granted).await? {
            Moved::Known => {}
            Moved::Within => self.taken.received += 1,
            Moved::Gone => {
                self.taken.received += 1;
                self.replaced = true;
                if kind == DocKind::Household {
                    self.changes.push((doc.into(), None));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn take_placed(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
        (kind, generation): (DocKind, u32),
        arrival: Arrival,
    ) -> Result<(), EngineError> {
        let came = Placement { nth: arrival.nth, space: self.space };
        let known = places::placement(&mut *conn, doc).await?;
        if known.is_some_and(|known| came < known) {
            return Ok(());
        }
        let Ok(mut theirs) = Document::load(kind, &arrival.document) else {
            self.taken.skipped += 1;
            return Ok(());
        };
        for pair in &arrival.actors {
            self.actors.entry(pair.actor).or_insert(pair.device);
        }
        places::put(&mut *conn, doc, came).await?;
        self.any_moved = true;
        let space = self.space;
        let open = self.open_or_start(&mut *conn, doc, (kind, generation)).await?;
        open.stored.space = space;
        open.changed = true;
        let older = generation < open.stored.generation || open.stored.doc.kind() != kind;
        if generation > open.stored.generation {
            (open.stored.doc, open.stored.generation) = (theirs, generation);
            self.replaced = true;
        } else if older || open.stored.doc.merge(&mut theirs).is_err() {
            self.taken.skipped += 1;
            return Ok(());
        }
        self.taken.received += 1;
        self.apply_held(conn, doc).await
    }
}

#[cfg(test)]
mod tests;
