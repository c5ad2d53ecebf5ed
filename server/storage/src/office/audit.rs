//! Who did what. Each row carries a hash over itself and the row before, so that a row changed or taken out
//! later shows. Whoever can write the file can still write a whole new chain: compare the head with a copy
//! kept elsewhere.

use super::Office;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{Hash, digest};
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Rows read at a time while the chain is walked.
const CHUNK: i64 = 2_000;

/// Something that was done or refused.
#[derive(Clone, Debug)]
pub struct Deed {
    /// When.
    pub at_ms: TimeMs,
    /// A user's id, or `token`, `phone`, `nobody`.
    pub actor: String,
    /// The action's stable word.
    pub action: String,
    /// Ids only.
    pub subject: String,
    /// Small JSON without names.
    pub detail: String,
    /// HTTP status of the answer.
    pub status: u16,
}

/// A row of the audit.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// 1, 2, 3 …
    pub id: i64,
    /// What was done.
    pub deed: Deed,
    /// The actor's name as it is now, when there is such an account.
    pub actor_name: Option<String>,
}

/// Which rows.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only rows before this id.
    pub before: Option<i64>,
    /// Only this actor.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only this subject.
    pub subject: Option<String>,
    /// Not before this time.
    pub from_ms: Option<TimeMs>,
    /// Before this time.
    pub to_ms: Option<TimeMs>,
    /// How many at most.
    pub limit: i64,
}

/// Whether the chain holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStatus {
    /// Rows there are.
    pub rows: i64,
    /// Hash of the newest, to be compared with a copy kept elsewhere.
    pub head: Hash,
    /// The first row that was changed, or that is missing.
    pub first_bad: Option<i64>,
}

impl Office {
    /// Writes down what was done. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record(&self, deed: &Deed) -> Result<i64, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let head = sqlx::query("SELECT id, hash FROM audit_head").fetch_optional(&mut *transaction).await?;
        let (before, prev) = match head {
            Some(row) => (row.try_get("id")?, hash(&row)?),
            None => (0, Hash::ZERO),
        };
        let id: i64 = before + 1;
        let hash = chained(prev, id, deed);
        sqlx::query(
            "INSERT INTO audit (id, at_ms, actor, action, subject, detail, status, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(deed.at_ms)
        .bind(&deed.actor)
        .bind(&deed.action)
        .bind(&deed.subject)
        .bind(&deed.detail)
        .bind(i64::from(deed.status))
        .bind(hash.0.as_slice())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO audit_head (one, id, hash) VALUES (1, ?, ?)
             ON CONFLICT (one) DO UPDATE SET id = excluded.id, hash = excluded.hash",
        )
        .bind(id)
        .bind(hash.0.as_slice())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Rows, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT audit.*, user.name AS actor_name FROM audit LEFT JOIN user ON user.id = audit.actor
             WHERE (?1 IS NULL OR audit.id < ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR action = ?3)
             AND (?4 IS NULL OR subject = ?4) AND (?5 IS NULL OR at_ms >= ?5) AND (?6 IS NULL OR at_ms < ?6)
             ORDER BY audit.id DESC LIMIT ?7",
        )
        .bind(filter.before)
        .bind(filter.actor.as_deref())
        .bind(filter.action.as_deref())
        .bind(filter.subject.as_deref())
        .bind(filter.from_ms)
        .bind(filter.to_ms)
        .bind(filter.limit)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let (id, deed) = read(row)?;
                Ok(AuditRow { id, deed, actor_name: row.try_get("actor_name")? })
            })
            .collect()
    }

    /// Walks the whole chain.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_status(&self) -> Result<AuditStatus, StoreError> {
        // One transaction: rows that are written meanwhile must not look like a head that fits nothing.
        let mut transaction = self.database.readers.begin().await?;
        let head = sqlx::query("SELECT id, hash FROM audit_head").fetch_optional(&mut *transaction).await?;
        let (newest, head) = match &head {
            Some(row) => (row.try_get("id")?, hash(row)?),
            None => (0, Hash::ZERO),
        };
        let (mut rows, mut prev, mut first_bad): (i64, Hash, Option<i64>) = (0, Hash::ZERO, None);
        let mut last = i64::MIN;
        loop {
            let chunk = sqlx::query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?")
                .bind(last)
                .bind(CHUNK)
                .fetch_all(&mut *transaction)
                .await?;
            let Some(end) = chunk.last() else { break };
            last = end.try_get("id")?;
            for row in &chunk {
                rows += 1;
                // A row that cannot even be read is an altered one.
                let fits = read(row).is_ok_and(|(id, deed)| {
                    id == rows && hash(row).is_ok_and(|hash| hash == chained(prev, id, &deed))
                });
                if !fits && first_bad.is_none() {
                    first_bad = Some(rows);
                }
                prev = hash(row).unwrap_or(Hash::ZERO);
            }
        }
        if first_bad.is_none() && (newest, head) != (rows, prev) {
            first_bad = Some(if newest > rows { rows + 1 } else { rows });
        }
        Ok(AuditStatus { rows, head, first_bad })
    }
}

fn chained(prev: Hash, id: i64, deed: &Deed) -> Hash {
    Hash(digest(&[
        &prev.0,
        &id.to_be_bytes(),
        &deed.at_ms.to_be_bytes(),
        deed.actor.as_bytes(),
        deed.action.as_bytes(),
        deed.subject.as_bytes(),
        deed.detail.as_bytes(),
        &deed.status.to_be_bytes(),
    ]))
}

fn hash(row: &SqliteRow) -> Result<Hash, StoreError> {
    Hash::from_slice(row.try_get("hash")?).ok_or(damaged("audit"))
}

fn read(row: &SqliteRow) -> Result<(i64, Deed), StoreError> {
    let deed = Deed {
        at_ms: row.try_get("at_ms")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        status: u16::try_from(row.try_get::<i64, _>("status")?).map_err(|_| damaged("audit"))?,
    };
    Ok((row.try_get("id")?, deed))
}
