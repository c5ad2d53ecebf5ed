//! What people tell the operator of the service, and what it answers.

use super::Office;
use crate::StoreError;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Complaints of one account that wait for an answer: more are no complaints.
pub const WAITING_PER_USER: i64 = 50;
/// The newest that are listed.
pub const LISTED: i64 = 500;

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Whose.
    pub user: String,
    /// Its name, while the account is there.
    pub name: String,
    /// When.
    pub at_ms: TimeMs,
    /// What.
    pub text: String,
    /// The operator's answer.
    pub answer: Option<String>,
    /// When it answered.
    pub answered_ms: Option<TimeMs>,
}

impl Office {
    /// Files a complaint; `false` when too many of this account wait already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn file_complaint(
        &self,
        id: &str,
        user: &str,
        text: &str,
        now_ms: TimeMs,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO complaint (id, user, at_ms, text) SELECT ?1, ?2, ?3, ?4
             WHERE (SELECT count(*) FROM complaint WHERE user = ?2 AND answer IS NULL) < ?5",
        )
        .bind(id)
        .bind(user)
        .bind(now_ms)
        .bind(text)
        .bind(WAITING_PER_USER)
        .execute(&self.database.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Answers a complaint, once. Says whether it waited.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answer_complaint(
        &self,
        id: &str,
        answer: &str,
        user: &str,
        now_ms: TimeMs,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE complaint SET answer = ?2, answered_ms = ?3, answered_by = ?4 WHERE id = ?1 AND answer IS NULL",
        );
        let done = done.bind(id).bind(answer).bind(now_ms).bind(user).execute(&self.database.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Deletes a complaint with its answer. Says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_complaint(&self, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM complaint WHERE id = ?").bind(id);
        Ok(done.execute(&self.database.writer).await?.rows_affected() > 0)
    }

    /// Whether there is a complaint with this id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_complaint(&self, id: &str) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar("SELECT count(*) FROM complaint WHERE id = ?").bind(id);
        let found: i64 = found.fetch_one(&self.database.readers).await?;
        Ok(found > 0)
    }

    /// How many complaints were answered at a time or before it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints_answered_by(&self, at_ms: TimeMs) -> Result<i64, StoreError> {
        let found = sqlx::query_scalar("SELECT count(*) FROM complaint WHERE answered_ms <= ?").bind(at_ms);
        Ok(found.fetch_one(&self.database.readers).await?)
    }

    /// Deletes those.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_complaints_answered_by(&self, at_ms: TimeMs) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM complaint WHERE answered_ms <= ?").bind(at_ms);
        Ok(done.execute(&self.database.writer).await?.rows_affected())
    }

    /// One account's complaints or everybody's, those that wait first, then the newest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints(&self, user: Option<&str>) -> Result<Vec<Complaint>, StoreError> {
        let rows = sqlx::query(
            "SELECT complaint.*, coalesce(user.name, '') AS name FROM complaint LEFT JOIN user ON user.id = complaint.user
             WHERE ?1 IS NULL OR complaint.user = ?1
             ORDER BY complaint.answer IS NOT NULL, complaint.at_ms DESC, complaint.id LIMIT ?2",
        );
        rows.bind(user).bind(LISTED).fetch_all(&self.database.readers).await?.iter().map(read).collect()
    }
}

fn read(row: &SqliteRow) -> Result<Complaint, StoreError> {
    Ok(Complaint {
        id: row.try_get("id")?,
        user: row.try_get("user")?,
        name: row.try_get("name")?,
        at_ms: row.try_get("at_ms")?,
        text: row.try_get("text")?,
        answer: row.try_get("answer")?,
        answered_ms: row.try_get("answered_ms")?,
    })
}
