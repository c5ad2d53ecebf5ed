//! Directives that are being written: nobody but the office sees them before they are issued.

use super::Office;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::DirectiveId;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

/// A directive that is being written.
#[derive(Clone, Debug)]
pub struct DirectiveDraft {
    /// Its id, also once it is issued.
    pub id: DirectiveId,
    /// The version that it shall supersede.
    pub supersedes: Option<DirectiveId>,
    /// As typed so far.
    pub title: String,
    /// As typed so far.
    pub text: String,
    /// The community, while no grid says it.
    pub community: String,
    /// Codes of the grids it is for; all while there are none.
    pub grids: BTreeSet<String>,
    /// In force from then on; at once while it is missing.
    pub from_ms: Option<TimeMs>,
    /// Until then.
    pub until_ms: Option<TimeMs>,
    /// When somebody last typed.
    pub updated_ms: TimeMs,
    /// A user's id.
    pub user: String,
}

impl Office {
    /// Starts a draft.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_draft(&self, draft: &DirectiveDraft) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO directive_draft
               (id, supersedes, title, text, community, grids, from_ms, until_ms, updated_ms, user)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(draft.id.0.as_slice())
        .bind(draft.supersedes.map(|id| id.0.to_vec()))
        .bind(&draft.title)
        .bind(&draft.text)
        .bind(&draft.community)
        .bind(serde_json::to_string(&draft.grids).unwrap_or_default())
        .bind(draft.from_ms)
        .bind(draft.until_ms)
        .bind(draft.updated_ms)
        .bind(&draft.user)
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Keeps a draft as it is now. Whether it is still there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_draft(&self, draft: &DirectiveDraft) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE directive_draft SET title = ?, text = ?, community = ?, grids = ?, from_ms = ?, until_ms = ?,
               updated_ms = ?, user = ? WHERE id = ?",
        )
        .bind(&draft.title)
        .bind(&draft.text)
        .bind(&draft.community)
        .bind(serde_json::to_string(&draft.grids).unwrap_or_default())
        .bind(draft.from_ms)
        .bind(draft.until_ms)
        .bind(draft.updated_ms)
        .bind(&draft.user)
        .bind(draft.id.0.as_slice())
        .execute(&self.database.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Every draft, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drafts(&self) -> Result<Vec<DirectiveDraft>, StoreError> {
        let rows = sqlx::query("SELECT * FROM directive_draft ORDER BY updated_ms DESC, id")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn draft(&self, id: DirectiveId) -> Result<Option<DirectiveDraft>, StoreError> {
        let row = sqlx::query("SELECT * FROM directive_draft WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Forgets a draft: it was issued or thrown away. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_draft(&self, id: DirectiveId) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM directive_draft WHERE id = ?")
            .bind(id.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn read(row: &SqliteRow) -> Result<DirectiveDraft, StoreError> {
    let supersedes: Option<&[u8]> = row.try_get("supersedes")?;
    Ok(DirectiveDraft {
        id: DirectiveId::from_slice(row.try_get("id")?).ok_or(damaged("draft"))?,
        supersedes: supersedes.and_then(DirectiveId::from_slice),
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        community: row.try_get("community")?,
        grids: serde_json::from_str(row.try_get("grids")?).map_err(|_| damaged("draft"))?,
        from_ms: row.try_get("from_ms")?,
        until_ms: row.try_get("until_ms")?,
        updated_ms: row.try_get("updated_ms")?,
        user: row.try_get("user")?,
    })
}
