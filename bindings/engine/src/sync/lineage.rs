//! A relay that was restored from a backup: its log is shorter than it was, and its numbers mean other batches.
//!
//! What this phone wrote is still in its documents. All of it is handed in again, because nobody knows how much
//! the relay lost; it recognises what it has.

use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::{docs, meta, outbox, people, spaces};
use linli_core::identity::{Entry, Payload};
use linli_core::ids::{DeviceId, Hash};
use linli_core::time::TimeMs;
use std::collections::BTreeSet;

/// Documents looked through at a time.
const PAGE: i64 = 200;

/// Takes note of which life of the log the relay has. A phone that knew another starts over.
pub(super) async fn see(
    conn: &mut SqliteConnection,
    device: DeviceId,
    lineage: Hash,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let known = meta::get(&mut *conn, meta::Fact::Lineage).await?;
    if known.as_deref() == Some(lineage.0.as_slice()) {
        return Ok(());
    }
    if known.is_some() {
        spaces::read_again(&mut *conn).await?;
        hand_in_again(&mut *conn, device, now_ms).await?;
    }
    meta::set(conn, meta::Fact::Lineage, &lineage.0).await
}

async fn hand_in_again(
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
        for (id, space, _) in page.iter().filter(|(_, space, _)| writable.contains(space)) {
            let Some(mut stored) = docs::load(&mut *conn, *id).await? else { continue };
            let mut own = BTreeSet::new();
            for actor in stored.doc.actors() {
                if people::is_device(&mut *conn, actor, device).await? {
                    own.insert(actor);
                }
            }
            if own.is_empty() {
                continue;
            }
            for change in stored.doc.changes_of(|actor| own.contains(&actor)) {
                let payload = Payload::Change(change.0);
                let (kind, generation) = (stored.doc.kind(), stored.generation);
                let entry = Entry { doc: *id, kind, generation, payload };
                outbox::add_pending(&mut *conn, *space, &entry, now_ms).await?;
            }
        }
    }
}
