//! What is being typed, kept at every keystroke, so that a phone that dies in the middle of a form loses no word.
//!
//! A draft is the app's own text under the app's own key. Saving what was typed drops it in the same transaction:
//! there is never both, and never neither.

use crate::sql::SqliteConnection;
use crate::store::{begin, drafts};
use crate::{DraftItem, DraftView, Engine, EngineError};

/// Notes of 2,000 characters, needs and answers stay below. A photo is a draft of its own, kept once and not at every
/// keystroke: in base64 the largest one just fits.
const DRAFT_BYTES_MAX: usize = 64 * 1024;

/// Forms left open at once: more than a day's doors.
const DRAFTS_MAX: usize = 200;

/// Room for what the form is and an id or two.
const KEY_CHARS_MAX: usize = 120;

impl Engine {
    /// Keeps what is being typed, in the place of what was kept under this key. `form` is the version of the form,
    /// so that an update of the app does not read an older form's text as its own.
    ///
    /// # Errors
    /// [`EngineError::DraftKey`], [`EngineError::DraftTooLarge`], [`EngineError::TooManyDrafts`]; then what was kept
    /// before is still there.
    pub async fn save_draft(&self, key: &str, form: u32, text: &str) -> Result<(), EngineError> {
        let key = read_key(key)?;
        if text.len() > DRAFT_BYTES_MAX {
            return Err(EngineError::DraftTooLarge(DRAFT_BYTES_MAX));
        }
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let kept = drafts::put(&mut tx, key, form, text, self.env.now_ms(), DRAFTS_MAX).await?;
        tx.commit().await?;
        if kept { Ok(()) } else { Err(EngineError::TooManyDrafts(DRAFTS_MAX)) }
    }

    /// What was kept under a key.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn draft(&self, key: &str) -> Result<Option<DraftView>, EngineError> {
        let found = drafts::get(&mut *self.store.lock().await, read_key(key)?).await?;
        Ok(found.map(|row| DraftView {
            key: row.key,
            form: row.form,
            text: row.text,
            saved_at: row.saved_at_ms,
        }))
    }

    /// Every draft, the newest first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn drafts(&self) -> Result<Vec<DraftItem>, EngineError> {
        let rows = drafts::list(&mut *self.store.lock().await).await?.into_iter();
        let item = |row: drafts::DraftRow| DraftItem {
            key: row.key,
            form: row.form,
            bytes: row.bytes,
            saved_at: row.saved_at_ms,
        };
        Ok(rows.map(item).collect())
    }

    /// Throws a draft away; whether there was one.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn drop_draft(&self, key: &str) -> Result<bool, EngineError> {
        drafts::drop_one(&mut *self.store.lock().await, read_key(key)?).await
    }
}

/// What was typed is a record now.
pub(crate) async fn done(conn: &mut SqliteConnection, key: Option<&str>) -> Result<(), EngineError> {
    if let Some(key) = key {
        let key = read_key(key)?;
        drafts::drop_one(&mut *conn, key).await?;
        drafts::drop_one(conn, &photo_key(key)).await?;
    }
    Ok(())
}

/// Where the photo of a form is kept until the form is saved.
fn photo_key(key: &str) -> String {
    format!("{key}/photo")
}

fn read_key(key: &str) -> Result<&str, EngineError> {
    let key = key.trim();
    let fits = !key.is_empty() && key.chars().count() <= KEY_CHARS_MAX;
    if fits { Ok(key) } else { Err(EngineError::DraftKey(KEY_CHARS_MAX)) }
}
