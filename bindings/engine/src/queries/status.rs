//! The phone at a glance.

use crate::store::{heads, meta, outbox, people, rows, spaces};
use crate::{Engine, EngineError, Refusal, SpaceView, Status};
use linli_core::sync::device::Cursor;

impl Engine {
    /// What is here, what waits, and how the connection last went.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn status(&self) -> Result<Status, EngineError> {
        let mut conn = self.store.lock().await;
        let profile = meta::profile(&mut conn).await?;
        let (unsent, carried) = outbox::unsent_counts(&mut conn).await?;
        let notices = people::notices(&mut conn).await?.iter().filter(|notice| !notice.seen).count();
        let refused = outbox::refusals(&mut conn).await?.into_iter();
        let contradicted = !heads::contradictions(&mut conn).await?.is_empty();
        let spaces = spaces::granted(&mut conn).await?;
        let last_sync_ms = meta::get_int(&mut conn, meta::Fact::LastSyncMs).await?;
        Ok(Status {
            enrolled: profile.is_some(),
            device: self.device(),
            fingerprint: self.fingerprint(),
            worker: profile.as_ref().map(|profile| profile.worker.clone()),
            worker_name: profile.as_ref().map(|profile| profile.worker_name.clone()),
            community: profile.as_ref().map(|profile| profile.community.clone()),
            told: meta::told(&mut conn).await?.map(|told| Refusal { code: told.code, text: told.text }),
            contradiction: contradicted.then(|| crate::sync::heads::told(self.lang())),
            relay: profile.map(|profile| profile.relay_url),
            households: rows::count(&mut conn).await?,
            unsent,
            carried,
            notices: notices as u64,
            last_sync_ms,
            clock_skew_ms: meta::skew_ms(&mut conn).await?,
            refused: refused.map(|(code, text)| Refusal { code, text }).collect(),
            spaces: spaces.into_iter().map(|space| space_view(space, last_sync_ms.is_some())).collect(),
        })
    }
}

/// A small space comes as its log alone: before the first page nothing is here yet, however far the cursor is from
/// "never asked". Whoever was up to date once has all that is needed to work.
fn space_view(space: spaces::Space, synced: bool) -> SpaceView {
    let (state, pages_done) = match space.cursor {
        Cursor::Empty => ("empty", 0),
        Cursor::Snapshot { page, .. } => ("loading", page),
        Cursor::At(seq) if synced || (seq > 0 && seq >= space.head) => ("live", space.pages),
        Cursor::At(_) => ("loading", space.pages),
    };
    SpaceView {
        id: space.id,
        name: space.name,
        writable: space.writable,
        state,
        pages_done,
        pages: space.pages,
    }
}
