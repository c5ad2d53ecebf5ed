//! Saved views over the records, and what each said on each day.
//!
//! A view holds no record: only which ones, and what of them. A day's result holds copies of personal data, all in
//! one table, so that erasure has one place to look.

use super::Office;
use crate::StoreError;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A saved view.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The id of the user who made it, or `token`.
    pub owner: String,
    /// The owner's name as it is now.
    pub owner_name: Option<String>,
    /// What people call it.
    pub name: String,
    /// Whether others see it.
    pub shared: bool,
    /// Whether its result is kept every day.
    pub daily: bool,
    /// What it shows, as JSON.
    pub definition: String,
    /// When it was made.
    pub created_ms: TimeMs,
    /// When it was changed last.
    pub changed_ms: TimeMs,
}

/// A day's result without its rows.
#[derive(Clone, Debug)]
pub struct SnapshotBrief {
    /// `2026-11-22`, in Beijing.
    pub day: String,
    /// The moment.
    pub at_ms: TimeMs,
    /// How many rows.
    pub rows: i64,
}

impl Office {
    /// Every saved view, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ledgers(&self) -> Result<Vec<Ledger>, StoreError> {
        let rows = sqlx::query(
            "SELECT ledger.*, user.name AS owner_name FROM ledger LEFT JOIN user ON user.id = ledger.owner
             ORDER BY ledger.name, ledger.id",
        )
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One saved view.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ledger(&self, id: &str) -> Result<Option<Ledger>, StoreError> {
        let row = sqlx::query(
            "SELECT ledger.*, user.name AS owner_name FROM ledger LEFT JOIN user ON user.id = ledger.owner
             WHERE ledger.id = ?",
        )
        .bind(id)
        .fetch_optional(&self.database.readers)
        .await?;
        row.as_ref().map(read).transpose()
    }

    /// Keeps a view, new or changed. Its owner and when it was made never change. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_ledger(&self, ledger: &Ledger) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO ledger (id, owner, name, shared, daily, definition, created_ms, changed_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, shared = excluded.shared, daily = excluded.daily,
               definition = excluded.definition, changed_ms = excluded.changed_ms",
        )
        .bind(&ledger.id)
        .bind(&ledger.owner)
        .bind(&ledger.name)
        .bind(ledger.shared)
        .bind(ledger.daily)
        .bind(&ledger.definition)
        .bind(ledger.created_ms)
        .bind(ledger.changed_ms)
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Forgets a view and every day of it. `false`: there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_ledger(&self, id: &str) -> Result<bool, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let gone = sqlx::query("DELETE FROM ledger WHERE id = ?").bind(id).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM ledger_snapshot WHERE ledger = ?")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected() > 0)
    }

    /// Views that are kept daily and have nothing for this day yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ledgers_due(&self, day: &str) -> Result<Vec<Ledger>, StoreError> {
        let rows = sqlx::query(
            "SELECT ledger.*, NULL AS owner_name FROM ledger WHERE daily = 1
             AND NOT EXISTS (SELECT 1 FROM ledger_snapshot WHERE ledger = ledger.id AND day = ?) ORDER BY id",
        )
        .bind(day)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Keeps a day's result; one that is there already stays as it is. `false`: it was there, or the view is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_snapshot(
        &self,
        ledger: &str,
        brief: &SnapshotBrief,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "INSERT OR IGNORE INTO ledger_snapshot (ledger, day, at_ms, rows, bytes)
             SELECT id, ?2, ?3, ?4, ?5 FROM ledger WHERE id = ?1",
        )
        .bind(ledger)
        .bind(&brief.day)
        .bind(brief.at_ms)
        .bind(brief.rows)
        .bind(bytes)
        .execute(&self.database.writer)
        .await?;
        Ok(kept.rows_affected() > 0)
    }

    /// The days of a view, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshots(&self, ledger: &str) -> Result<Vec<SnapshotBrief>, StoreError> {
        let rows =
            sqlx::query("SELECT day, at_ms, rows FROM ledger_snapshot WHERE ledger = ? ORDER BY day DESC")
                .bind(ledger)
                .fetch_all(&self.database.readers)
                .await?;
        rows.iter().map(brief).collect()
    }

    /// One day of a view.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn snapshot(
        &self,
        ledger: &str,
        day: &str,
    ) -> Result<Option<(SnapshotBrief, Vec<u8>)>, StoreError> {
        let row =
            sqlx::query("SELECT day, at_ms, rows, bytes FROM ledger_snapshot WHERE ledger = ? AND day = ?")
                .bind(ledger)
                .bind(day)
                .fetch_optional(&self.database.readers)
                .await?;
        row.map(|row| Ok((brief(&row)?, row.try_get("bytes")?))).transpose()
    }

    /// Every day that is kept of any view.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn days_kept(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT ledger, day FROM ledger_snapshot ORDER BY ledger, day")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("ledger")?, row.try_get("day")?))).collect()
    }

    /// Erases one day of a view. `false`: there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_snapshot(&self, ledger: &str, day: &str) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM ledger_snapshot WHERE ledger = ? AND day = ?")
            .bind(ledger)
            .bind(day)
            .execute(&self.database.writer)
            .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// Erases the days before this one; how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_snapshots_before(&self, day: &str) -> Result<u64, StoreError> {
        let gone = sqlx::query("DELETE FROM ledger_snapshot WHERE day < ?")
            .bind(day)
            .execute(&self.database.writer)
            .await?;
        Ok(gone.rows_affected())
    }
}

fn brief(row: &SqliteRow) -> Result<SnapshotBrief, StoreError> {
    Ok(SnapshotBrief { day: row.try_get("day")?, at_ms: row.try_get("at_ms")?, rows: row.try_get("rows")? })
}

fn read(row: &SqliteRow) -> Result<Ledger, StoreError> {
    Ok(Ledger {
        id: row.try_get("id")?,
        owner: row.try_get("owner")?,
        owner_name: row.try_get("owner_name")?,
        name: row.try_get("name")?,
        shared: row.try_get("shared")?,
        daily: row.try_get("daily")?,
        definition: row.try_get("definition")?,
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
