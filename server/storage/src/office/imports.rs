//! Imports of rosters: who brought which file, what its columns mean, what became of it.
//!
//! A job holds counts and ids. The file itself holds names and lies in the data folder, for a while.

use super::Office;
use crate::StoreError;
use crate::error::damaged;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Uploaded; a person looks at it.
    Ready,
    /// Begun; goes on after a restart.
    Importing,
    /// Done.
    Imported,
    /// Being taken back; goes on after a restart.
    Undoing,
    /// Taken back.
    Undone,
    /// Ended without changing anything.
    Failed,
}

impl ImportState {
    const ALL: [ImportState; 6] = [
        ImportState::Ready,
        ImportState::Importing,
        ImportState::Imported,
        ImportState::Undoing,
        ImportState::Undone,
        ImportState::Failed,
    ];

    /// The stable word, as stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            ImportState::Ready => "ready",
            ImportState::Importing => "importing",
            ImportState::Imported => "imported",
            ImportState::Undoing => "undoing",
            ImportState::Undone => "undone",
            ImportState::Failed => "failed",
        }
    }
}

/// An import.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The id of the user who uploaded it, or `token`.
    pub owner: String,
    /// The owner's name as it is now.
    pub owner_name: Option<String>,
    /// The community that the households are in.
    pub community: String,
    /// The file's name.
    pub file_name: String,
    /// Its size.
    pub size_bytes: i64,
    /// Whether it is still kept.
    pub has_file: bool,
    /// What columns mean and the like, as JSON.
    pub settings: String,
    /// Where it stands.
    pub state: ImportState,
    /// What came of it, as JSON.
    pub outcome: String,
    /// The newest batch before its own.
    pub since: i64,
    /// The newest batch that may be its own.
    pub upto: i64,
    /// When it was uploaded.
    pub created_ms: TimeMs,
    /// When its state changed last.
    pub changed_ms: TimeMs,
}

const COLUMNS: &str = "SELECT import_job.*, user.name AS owner_name FROM import_job
  LEFT JOIN user ON user.id = import_job.owner ";

impl Office {
    /// Imports, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn imports(&self, count_max: i64) -> Result<Vec<ImportJob>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{COLUMNS} ORDER BY import_job.created_ms DESC, import_job.id LIMIT ?"
        )))
        .bind(count_max)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One import.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn import(&self, id: &str) -> Result<Option<ImportJob>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE import_job.id = ?")))
            .bind(id)
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Keeps an import, new or changed. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_import(&self, job: &ImportJob) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO import_job (id, owner, community, file_name, size_bytes, has_file, settings, state, outcome,
               since, upto, created_ms, changed_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET has_file = excluded.has_file, settings = excluded.settings,
               state = excluded.state, outcome = excluded.outcome, since = excluded.since, upto = excluded.upto,
               changed_ms = excluded.changed_ms",
        )
        .bind(&job.id)
        .bind(&job.owner)
        .bind(&job.community)
        .bind(&job.file_name)
        .bind(job.size_bytes)
        .bind(job.has_file)
        .bind(&job.settings)
        .bind(job.state.word())
        .bind(&job.outcome)
        .bind(job.since)
        .bind(job.upto)
        .bind(job.created_ms)
        .bind(job.changed_ms)
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Forgets an import.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_import(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM import_job WHERE id = ?").bind(id).execute(&self.database.writer).await?;
        Ok(())
    }
}

fn read(row: &SqliteRow) -> Result<ImportJob, StoreError> {
    let state: &str = row.try_get("state")?;
    let state = ImportState::ALL.into_iter().find(|known| known.word() == state);
    Ok(ImportJob {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        owner_name: row.try_get("owner_name")?,
        community: row.try_get("community")?,
        file_name: row.try_get("file_name")?,
        size_bytes: row.try_get("size_bytes")?,
        has_file: row.try_get("has_file")?,
        settings: row.try_get("settings")?,
        state: state.ok_or(damaged("import"))?,
        outcome: row.try_get("outcome")?,
        since: row.try_get("since")?,
        upto: row.try_get("upto")?,
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
