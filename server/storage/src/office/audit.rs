//! Who did what. Each row carries a hash over itself and the row before, so that a row changed or taken out later
//! shows, and a seal under a secret of the office, so that the file alone is not enough to write a whole new chain.
//! Whoever has the office's key as well can: compare with heads that are kept elsewhere, as phones do.

use super::Office;
use crate::StoreError;
use crate::chain::{CHUNK, ChainKey, ChainStatus, Walk};
use crate::error::damaged;
use linli_core::identity::ChainHead;
use linli_core::ids::{Hash, digest};
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Purpose of the secret under which rows are sealed.
pub(super) const CHAIN: &str = "audit/1";

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

impl Office {
    /// Writes down what was done. Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record(&self, deed: &Deed) -> Result<i64, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let (before, prev) = head(&mut transaction).await?;
        let id = before + 1;
        let hash = chained(prev, id, deed);
        sqlx::query(
            "INSERT INTO audit (id, at_ms, actor, action, subject, detail, status, hash, seal)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(deed.at_ms)
        .bind(&deed.actor)
        .bind(&deed.action)
        .bind(&deed.subject)
        .bind(&deed.detail)
        .bind(i64::from(deed.status))
        .bind(hash.0.as_slice())
        .bind(sealed(&self.audit_key, id, hash)?.0.as_slice())
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

    /// Where the chain ends.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_head(&self) -> Result<ChainHead, StoreError> {
        let (id, hash) = head(&mut *self.database.readers.acquire().await?).await?;
        Ok(ChainHead { number: id.unsigned_abs(), hash })
    }

    /// Walks the whole chain, beside heads that were kept elsewhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_status(&self, anchors: &[ChainHead]) -> Result<ChainStatus, StoreError> {
        // One transaction: rows that are written meanwhile must not look like a head that fits nothing.
        let mut transaction = self.database.readers.begin().await?;
        // A head that cannot be read fits no chain.
        let (newest, head) = head(&mut transaction).await.unwrap_or((0, Hash::ZERO));
        let rows = sqlx::query_scalar("SELECT count(*) FROM audit").fetch_one(&mut *transaction).await?;
        let (mut walk, mut last) = (Walk::beside(anchors), i64::MIN);
        'walk: loop {
            let chunk = sqlx::query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?")
                .bind(last)
                .bind(CHUNK)
                .fetch_all(&mut *transaction)
                .await?;
            let Some(end) = chunk.last() else { break };
            last = end.try_get("id")?;
            for row in &chunk {
                if !walk.step(row.try_get("id")?, |prev| self.fitting(row, prev)) {
                    break 'walk;
                }
            }
        }
        Ok(ChainStatus { rows, head, first_bad: walk.end((newest, head)) })
    }

    /// A row's hash, when it is what the row and the one before make and the office has sealed it. A row that cannot
    /// even be read is an altered one.
    fn fitting(&self, row: &SqliteRow, prev: Hash) -> Option<Hash> {
        let (id, deed) = read(row).ok()?;
        let hash = hash(row).ok().filter(|hash| *hash == chained(prev, id, &deed))?;
        let seal = Hash::from_slice(row.try_get("seal").ok()?)?;
        (sealed(&self.audit_key, id, hash).ok()? == seal).then_some(hash)
    }
}

/// Seals rows from before they were.
pub(super) async fn seal_all(connection: &mut SqliteConnection, key: &ChainKey) -> Result<(), StoreError> {
    let mut last = i64::MIN;
    loop {
        let rows = sqlx::query("SELECT id, hash FROM audit WHERE id > ? ORDER BY id LIMIT ?")
            .bind(last)
            .bind(CHUNK)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            last = row.try_get("id")?;
            sqlx::query("UPDATE audit SET seal = ? WHERE id = ?")
                .bind(sealed(key, last, hash(row)?)?.0.as_slice())
                .bind(last)
                .execute(&mut *connection)
                .await?;
        }
    }
}

async fn head(connection: &mut SqliteConnection) -> Result<(i64, Hash), StoreError> {
    let row = sqlx::query("SELECT id, hash FROM audit_head").fetch_optional(connection).await?;
    row.map_or(Ok((0, Hash::ZERO)), |row| Ok((row.try_get("id")?, hash(&row)?)))
}

fn sealed(key: &ChainKey, id: i64, hash: Hash) -> Result<Hash, StoreError> {
    key.seal(&[&id.to_be_bytes(), &hash.0])
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
