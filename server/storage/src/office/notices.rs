//! The operator's privacy notice, version by version, and who has read which.

use super::Office;
use crate::StoreError;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A version of the notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// 1, 2, 3 …
    pub version: i64,
    /// In Chinese.
    pub zh: String,
    /// In English; may be empty.
    pub en: String,
    /// Since when it is in force.
    pub from_ms: TimeMs,
    /// How many accounts have said to have read it.
    pub read_by: i64,
}

const SELECT: &str = "SELECT version, zh, en, from_ms,
    (SELECT count(*) FROM notice_read WHERE notice_read.version = notice.version) AS read_by FROM notice";

impl Office {
    /// Puts a new version in force; its number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn publish_notice(
        &self,
        (zh, en): (&str, &str),
        user: &str,
        now_ms: TimeMs,
    ) -> Result<i64, StoreError> {
        let number = sqlx::query_scalar(
            "INSERT INTO notice (version, zh, en, from_ms, user)
             SELECT coalesce(max(version), 0) + 1, ?1, ?2, ?3, ?4 FROM notice RETURNING version",
        );
        Ok(number.bind(zh).bind(en).bind(now_ms).bind(user).fetch_one(&self.database.writer).await?)
    }

    /// Every version, the newest first: that one is in force.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notices(&self) -> Result<Vec<Notice>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY version DESC")));
        rows.fetch_all(&self.database.readers).await?.iter().map(read).collect()
    }

    /// The version in force, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice(&self) -> Result<Option<Notice>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY version DESC LIMIT 1")));
        row.fetch_optional(&self.database.readers).await?.as_ref().map(read).transpose()
    }

    /// Somebody has read a version; the first time counts. When that was, or nothing where there is no such version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_notice(
        &self,
        version: i64,
        user: &str,
        now_ms: TimeMs,
    ) -> Result<Option<TimeMs>, StoreError> {
        sqlx::query(
            "INSERT INTO notice_read (version, user, at_ms) SELECT version, ?2, ?3 FROM notice WHERE version = ?1
             ON CONFLICT DO NOTHING",
        )
        .bind(version)
        .bind(user)
        .bind(now_ms)
        .execute(&self.database.writer)
        .await?;
        self.notice_read(version, user).await
    }

    /// When somebody has read a version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice_read(&self, version: i64, user: &str) -> Result<Option<TimeMs>, StoreError> {
        let at = sqlx::query_scalar("SELECT at_ms FROM notice_read WHERE version = ? AND user = ?");
        Ok(at.bind(version).bind(user).fetch_optional(&self.database.readers).await?)
    }
}

fn read(row: &SqliteRow) -> Result<Notice, StoreError> {
    Ok(Notice {
        version: row.try_get("version")?,
        zh: row.try_get("zh")?,
        en: row.try_get("en")?,
        from_ms: row.try_get("from_ms")?,
        read_by: row.try_get("read_by")?,
    })
}
