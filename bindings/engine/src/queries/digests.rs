//! What this phone holds of each space, to be compared with what the office holds.

use crate::store::{docs, spaces};
use crate::{Engine, EngineError, SpaceDigest};
use linli_core::doc::Digesting;
use linli_core::ids::SpaceId;
use std::collections::BTreeMap;

/// Documents read at a time: a quarter of a megabyte of usual ones, and nobody who saves waits for more than these.
const PAGE: i64 = 256;

impl Engine {
    /// How many documents each followed space has here, and a code that another phone or the office (`linli digests`)
    /// gives as well when it holds the same. All documents are read, a second for a large community; what is saved or
    /// fetched meanwhile may be in it or not.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn digests(&self) -> Result<Vec<SpaceDigest>, EngineError> {
        let mut held: BTreeMap<SpaceId, Digesting> = BTreeMap::new();
        let mut after = None;
        loop {
            let mut conn = self.store.lock().await;
            let page = docs::page(&mut conn, after, PAGE).await?;
            drop(conn);
            let Some((last, ..)) = page.last() else { break };
            after = Some(*last);
            for (id, space, bytes) in page {
                held.entry(space).or_default().add(id, &bytes)?;
            }
        }
        let mut conn = self.store.lock().await;
        let granted = spaces::granted(&mut conn).await?.into_iter();
        let digests = granted.map(|space| {
            let digest = held.remove(&space.id).unwrap_or_default().end();
            SpaceDigest { space: space.id, name: space.name, documents: digest.documents, code: digest.code }
        });
        Ok(digests.collect())
    }
}
