//! Photos: taken with a visit or an issue, in the same commit, and shown again on the phone that took them.

use crate::commands::Target;
use crate::env::random;
use crate::sql::SqliteConnection;
use crate::store::{docs, meta};
use crate::{Engine, EngineError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use linli_core::ids::{HouseholdId, PhotoId, WorkerId};
use linli_core::kinds::{DocKind, Photo, photo_jpeg, plain_jpeg, worker_space};
use linli_core::time::TimeMs;
use serde::{Deserialize, Deserializer};

impl Engine {
    /// Keeps a photo as a document of the worker's own, which colleagues' phones never get. Belongs to the
    /// transaction of what it was taken for.
    pub(crate) async fn keep_photo(
        &self,
        conn: &mut SqliteConnection,
        jpeg: &[u8],
        household: Option<HouseholdId>,
        now_ms: TimeMs,
    ) -> Result<PhotoId, EngineError> {
        let plain = plain_jpeg(jpeg)?;
        let worker: WorkerId = meta::require_profile(conn).await?.worker.parse()?;
        let id = PhotoId(random(self.env.as_ref())?);
        let target = Target { id: id.into(), kind: DocKind::Photo, space: worker_space(worker) };
        let opened = self.open_doc(conn, target).await?;
        let photo = Photo { household: household.map(|id| id.to_string()), taken_ms: Some(now_ms) };
        self.change(conn, opened, &photo.puts_with(&plain), now_ms).await?;
        Ok(id)
    }

    /// A photo as JPEG, if this phone has it: phones have those of their own worker only.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn photo(&self, id: PhotoId) -> Result<Option<Vec<u8>>, EngineError> {
        let mut conn = self.store.lock().await;
        let Some(stored) = docs::load(&mut conn, id.into()).await? else { return Ok(None) };
        if stored.doc.kind() != DocKind::Photo {
            return Ok(None);
        }
        Ok(Some(photo_jpeg(&stored.doc.fields())?))
    }
}

/// A picture as JSON carries it: base64, without line breaks.
pub(crate) fn from_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| BASE64_STANDARD.decode(text)).transpose().map_err(serde::de::Error::custom)
}
