//! One chain over all batches, in the order in which they became durable. Phones sign what they hand in, chain by
//! chain; this one says that none is missing, neither from the middle nor from the end, and when each came.
//!
//! What may change later is not in it: payloads that were destroyed (a batch's hash stays), and what a person
//! decided about a batch.

use super::Log;
use crate::StoreError;
use crate::chain::{CHUNK, ChainKey, ChainStatus, Walk};
use linli_core::identity::{ChainHead, DeviceKey};
use linli_core::ids::Hash;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// Purpose of the secret.
const CHAIN: &str = "log/total/1";

/// Everything of a batch's row that never changes but its bytes, for which its hash stands.
const FIELDS: &str =
    "id, space, seq, device, epoch, number, hash, received_ms, skew_ms, parted, cause, total";

/// Adds the newest row to the chain.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    id: i64,
) -> Result<(), StoreError> {
    let (last, prev) = head(connection).await?;
    if id != last + 1 {
        // The end was cut off behind the relay's back. Phones must still hand in; that this row does not follow from
        // the one before stays visible.
        tracing::error!(last, id, "batches are missing at the end of the log; run `linli verify`");
    }
    let query = sqlx::AssertSqlSafe(format!("SELECT {FIELDS} FROM batch WHERE id = ?"));
    let row = sqlx::query(query).bind(id).fetch_one(&mut *connection).await?;
    let total = total(&ChainKey::of(office, CHAIN), prev, &row)?;
    sqlx::query("UPDATE batch SET total = ? WHERE id = ?")
        .bind(total.0.as_slice())
        .bind(id)
        .execute(&mut *connection)
        .await?;
    set_head(connection, id, total).await
}

/// Makes the chain of batches from before there was one.
pub(super) async fn fill(connection: &mut SqliteConnection, office: &DeviceKey) -> Result<(), StoreError> {
    let key = ChainKey::of(office, CHAIN);
    let (mut last, mut prev) = head(&mut *connection).await?;
    loop {
        let query = format!("SELECT {FIELDS} FROM batch WHERE id > ? ORDER BY id LIMIT ?");
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(last).bind(CHUNK);
        let rows = query.fetch_all(&mut *connection).await?;
        if rows.is_empty() {
            return set_head(connection, last, prev).await;
        }
        for row in &rows {
            last = row.try_get("id")?;
            prev = total(&key, prev, row)?;
            sqlx::query("UPDATE batch SET total = ? WHERE id = ?")
                .bind(prev.0.as_slice())
                .bind(last)
                .execute(&mut *connection)
                .await?;
        }
    }
}

impl Log {
    /// Where the chain over all batches ends.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chain_head(&self) -> Result<ChainHead, StoreError> {
        let (id, hash) = head(&mut *self.database.readers.acquire().await?).await?;
        Ok(ChainHead { number: id.unsigned_abs(), hash })
    }

    /// Walks the chain over all batches, beside heads that were kept elsewhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chain_status(&self, anchors: &[ChainHead]) -> Result<ChainStatus, StoreError> {
        let key = ChainKey::of(&self.office, CHAIN);
        // One transaction: what is added meanwhile must not look like a head that fits nothing.
        let mut transaction = self.database.readers.begin().await?;
        let (newest, head) = head(&mut transaction).await?;
        let rows = sqlx::query_scalar("SELECT count(*) FROM batch").fetch_one(&mut *transaction).await?;
        let (mut walk, mut last) = (Walk::beside(anchors), i64::MIN);
        'walk: loop {
            let query = format!("SELECT {FIELDS} FROM batch WHERE id > ? ORDER BY id LIMIT ?");
            let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(last).bind(CHUNK);
            let chunk = query.fetch_all(&mut *transaction).await?;
            let Some(end) = chunk.last() else { break };
            last = end.try_get("id")?;
            for row in &chunk {
                let fits = |prev| {
                    let stored = Hash::from_slice(row.try_get("total").ok()?)?;
                    (total(&key, prev, row).ok()? == stored).then_some(stored)
                };
                if !walk.step(row.try_get("id")?, fits) {
                    break 'walk;
                }
            }
        }
        Ok(ChainStatus { rows, head, first_bad: walk.end((newest, head)) })
    }
}

async fn head(connection: &mut SqliteConnection) -> Result<(i64, Hash), StoreError> {
    let row = sqlx::query("SELECT id, total FROM log_head").fetch_optional(connection).await?;
    let Some(row) = row else { return Ok((0, Hash::ZERO)) };
    // One that cannot be read fits no chain.
    Ok((row.try_get("id")?, Hash::from_slice(row.try_get("total")?).unwrap_or(Hash::ZERO)))
}

async fn set_head(connection: &mut SqliteConnection, id: i64, total: Hash) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO log_head (one, id, total) VALUES (1, ?, ?)
         ON CONFLICT (one) DO UPDATE SET id = excluded.id, total = excluded.total",
    )
    .bind(id)
    .bind(total.0.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

fn total(key: &ChainKey, prev: Hash, row: &SqliteRow) -> Result<Hash, StoreError> {
    let number = |name: &str| row.try_get::<i64, _>(name).map(i64::to_be_bytes);
    let bytes = |name: &str| row.try_get::<&[u8], _>(name);
    let cause: Option<&str> = row.try_get("cause")?;
    key.seal(&[
        &prev.0,
        &number("id")?,
        bytes("space")?,
        &number("seq")?,
        bytes("device")?,
        &number("epoch")?,
        &number("number")?,
        bytes("hash")?,
        &number("received_ms")?,
        &number("skew_ms")?,
        &number("parted")?,
        &[u8::from(cause.is_some())],
        cause.unwrap_or_default().as_bytes(),
    ])
}
