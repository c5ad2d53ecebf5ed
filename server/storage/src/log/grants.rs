//! What phones were told that they may follow: a version for each statement, and how long an enrolment lasts.

use super::{Device, Log, as_i64};
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DeviceId, Hash};
use linli_core::sync::standing::Standing;
use linli_core::time::TimeMs;
use sqlx::{Row, SqliteConnection};

/// How long an enrolment lasts without a renewal: half a year is longer than any leave, and a phone that nobody
/// has seen for so long is in a drawer or in somebody else's hands.
const ENROLMENT_MS: i64 = 180 * 24 * 3600 * 1000;

/// A phone that connects in the second half of its enrolment renews it.
const RENEW_MS: i64 = ENROLMENT_MS / 2;

/// Where the numbering of a phone's statements stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Version of the statement.
    pub version: u64,
    /// When it was decided.
    pub given_ms: TimeMs,
    /// When the enrolment ends.
    pub until_ms: TimeMs,
}

impl Device {
    /// How the office stands to it on a day: what is not renewed in time runs out.
    pub fn standing_at(&self, now_ms: TimeMs) -> Standing {
        let over = self.until_ms.is_some_and(|until| until <= now_ms);
        if self.standing == Standing::Active && over { Standing::Expired } else { self.standing }
    }
}

impl Log {
    /// The version of what a phone is told now: the one it was told last when that said the same, else a new one.
    /// `seen`: a version that the phone has; it is passed, so that a relay whose data is from a backup is not taken
    /// for somebody who plays old answers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tell(
        &self,
        id: DeviceId,
        says: Hash,
        seen: Option<u64>,
        now_ms: TimeMs,
    ) -> Result<Told, StoreError> {
        let mut reader = self.database.readers.acquire().await?;
        let (told, renewed) = next(&mut reader, id, says, seen, now_ms).await?;
        drop(reader);
        if !renewed {
            return Ok(told);
        }
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Looked at again: the phone may have connected twice at once.
        let (told, renewed) = next(&mut transaction, id, says, seen, now_ms).await?;
        if renewed {
            sqlx::query("UPDATE device SET policy = ?, granted = ?, given_ms = ?, until_ms = ? WHERE id = ?")
                .bind(as_i64(told.version))
                .bind(says.0.as_slice())
                .bind(told.given_ms)
                .bind(told.until_ms)
                .bind(id.0.as_slice())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(told)
    }

    /// The newest epoch of a device's chain when a person last let it go on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settled_epoch(&self, id: DeviceId) -> Result<u32, StoreError> {
        let settled: Option<i64> = sqlx::query_scalar("SELECT settled_epoch FROM device WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        Ok(settled.and_then(|epoch| u32::try_from(epoch).ok()).unwrap_or(0))
    }

    /// Number of the last batch of a device's chain in an epoch.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_of_epoch(&self, id: DeviceId, epoch: u32) -> Result<Option<u64>, StoreError> {
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT number FROM batch WHERE device = ? AND epoch = ? AND parted = 0 ORDER BY number DESC LIMIT 1",
        )
        .bind(id.0.as_slice())
        .bind(i64::from(epoch))
        .fetch_optional(&self.database.readers)
        .await?;
        Ok(last.map(i64::unsigned_abs))
    }
}

/// The statement for now, and whether it is a new one.
async fn next(
    connection: &mut SqliteConnection,
    id: DeviceId,
    says: Hash,
    seen: Option<u64>,
    now_ms: TimeMs,
) -> Result<(Told, bool), StoreError> {
    let row = sqlx::query("SELECT status, policy, granted, given_ms, until_ms FROM device WHERE id = ?")
        .bind(id.0.as_slice())
        .fetch_optional(connection)
        .await?
        .ok_or(damaged("device"))?;
    let version = row.try_get::<i64, _>("policy")?.unsigned_abs();
    let granted: Option<&[u8]> = row.try_get("granted")?;
    let given: Option<i64> = row.try_get("given_ms")?;
    let until: Option<i64> = row.try_get("until_ms")?;
    let active = Standing::from_word(row.try_get("status")?) == Standing::Active;
    let renews = match until {
        None => true,
        // What has run out is renewed by a person, with a new code.
        Some(until) => active && now_ms < until && until.saturating_sub(now_ms) <= RENEW_MS,
    };
    let until_ms = if renews { now_ms.saturating_add(ENROLMENT_MS) } else { until.unwrap_or(now_ms) };
    let newest = version.max(seen.unwrap_or(0));
    let same = granted == Some(says.0.as_slice()) && newest == version && !renews;
    match given.filter(|_| same) {
        Some(given_ms) => Ok((Told { version, given_ms, until_ms }, false)),
        None => Ok((Told { version: newest.saturating_add(1), given_ms: now_ms, until_ms }, true)),
    }
}
