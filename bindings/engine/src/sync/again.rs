//! Handing in again what this phone wrote: a relay that was restored, or lost a batch, gets it back from here.
//!
//! Only what is its own: an actor belongs to whoever first signs for it, so a colleague's change under this phone's
//! signature would be taken for a forgery, or worse, would bind the colleague's actor to this phone.

use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::{docs, outbox, people, spaces};
use linli_core::doc::ChangeBytes;
use linli_core::identity::{Entry, Payload};
use linli_core::ids::{DeviceId, DocId};
use linli_core::sync::frames::Wanted;
use linli_core::time::TimeMs;
use std::collections::BTreeSet;

/// Documents looked through at a time.
const PAGE: i64 = 200;

/// Everything that it wrote, in every space that it may write to.
pub(super) async fn everything(
    conn: &mut SqliteConnection,
    device: DeviceId,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let writable = spaces::granted(&mut *conn).await?.into_iter().filter(|space| space.writable);
    let writable: BTreeSet<_> = writable.map(|space| space.id).collect();
    let mut after = None;
    loop {
        let page = docs::page(&mut *conn, after, PAGE).await?;
        let Some((last, ..)) = page.last() else { return Ok(()) };
        after = Some(*last);
        for (id, ..) in page.iter().filter(|(_, space, _)| writable.contains(space)) {
            of_document(&mut *conn, *id, device, now_ms, |_| true).await?;
        }
    }
}

/// What it wrote in a document of which the relay lacks changes, if one of those is its own: one that came before it
/// may be lacking as well, and the relay knows again what it has. Whether anything was.
pub(super) async fn wanted(
    conn: &mut SqliteConnection,
    device: DeviceId,
    wanted: &Wanted,
    now_ms: TimeMs,
) -> Result<bool, EngineError> {
    let is_lacking = |change: &ChangeBytes| change.name().is_some_and(|name| wanted.changes.contains(&name));
    of_document(conn, wanted.doc, device, now_ms, |own| own.iter().any(is_lacking)).await
}

/// Hands in again what it wrote in a document if that is good for something; whether it did.
async fn of_document(
    conn: &mut SqliteConnection,
    id: DocId,
    device: DeviceId,
    now_ms: TimeMs,
    is_good: impl FnOnce(&[ChangeBytes]) -> bool,
) -> Result<bool, EngineError> {
    let Some(mut stored) = docs::load(&mut *conn, id).await? else { return Ok(false) };
    let mut own = BTreeSet::new();
    for actor in stored.doc.actors() {
        if people::is_device(&mut *conn, actor, device).await? {
            own.insert(actor);
        }
    }
    let changes = stored.doc.changes_of(|actor| own.contains(&actor));
    if changes.is_empty() || !is_good(&changes) {
        return Ok(false);
    }
    let (kind, generation) = (stored.doc.kind(), stored.generation);
    for change in changes {
        let entry = Entry { doc: id, kind, generation, payload: Payload::Change(change.0) };
        outbox::add_pending(&mut *conn, stored.space, &entry, now_ms).await?;
    }
    Ok(true)
}
