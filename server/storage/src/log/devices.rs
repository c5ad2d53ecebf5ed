//! Enrolled devices and one-time enrolment codes.

use super::Log;
use crate::StoreError;
use crate::error::damaged;
use linli_core::error::Coded;
use linli_core::identity::PublicKey;
use linli_core::ids::{DeviceId, Hash, WorkerId};
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An enrolled device.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its key.
    pub key: PublicKey,
    /// The worker who holds it; `None` is the office itself.
    pub worker: Option<WorkerId>,
    /// The worker's name when it was enrolled.
    pub name: String,
    /// Whether it may read and its work is applied without review.
    pub active: bool,
    /// When it was enrolled.
    pub enrolled_ms: TimeMs,
    /// When it was last connected.
    pub last_contact_ms: Option<TimeMs>,
    /// Relay time minus phone time, when last measured.
    pub skew_ms: Option<i64>,
    /// Application and version.
    pub app: Option<String>,
}

/// Why a code does not enrol a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolError {
    /// No such code, used, or expired. One answer for all three: a guesser learns nothing.
    #[error("this enrolment code is not valid; ask the office for a new one")]
    BadCode,
    /// The key is not usable.
    #[error("the phone's key is malformed")]
    BadKey,
}

impl Coded for EnrolError {
    fn code(&self) -> &'static str {
        match self {
            EnrolError::BadCode => "enrol.bad_code",
            EnrolError::BadKey => "enrol.bad_key",
        }
    }
    fn zh(&self) -> String {
        match self {
            EnrolError::BadCode => "登记码无效、已使用或已过期,请向社区要一个新的".into(),
            EnrolError::BadKey => "手机的密钥格式不对,请更新应用".into(),
        }
    }
}

impl Log {
    /// Remembers a code for a worker.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_code(&self, code: &str, worker: WorkerId, expires_ms: TimeMs) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO enrol_code (hash, worker, expires_ms) VALUES (?, ?, ?)")
            .bind(code_hash(code).0.as_slice())
            .bind(worker.0.as_slice())
            .bind(expires_ms)
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// Uses a code for a phone's key. Of any number of phones that try at once, one succeeds: the code is
    /// taken and the device added in one transaction.
    ///
    /// # Errors
    /// [`EnrolError`] within, [`StoreError`] around.
    pub async fn enrol(
        &self,
        code: &str,
        key: &PublicKey,
        name_of: impl AsyncFnOnce(WorkerId) -> Option<String>,
        now_ms: TimeMs,
    ) -> Result<Result<Device, EnrolError>, StoreError> {
        if !key.is_well_formed() {
            return Ok(Err(EnrolError::BadKey));
        }
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let worker: Option<Vec<u8>> = sqlx::query_scalar(
            "UPDATE enrol_code SET used_ms = ?1 WHERE hash = ?2 AND used_ms IS NULL AND expires_ms > ?1 RETURNING worker",
        )
        .bind(now_ms)
        .bind(code_hash(code).0.as_slice())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(worker) = worker.as_deref().and_then(WorkerId::from_slice) else {
            return Ok(Err(EnrolError::BadCode));
        };
        let name = name_of(worker).await.unwrap_or_default();
        let id = key.device();
        sqlx::query(
            "INSERT INTO device (id, key, worker, name, status, enrolled_ms) VALUES (?, ?, ?, ?, 'active', ?)
             ON CONFLICT (id) DO UPDATE SET worker = excluded.worker, name = excluded.name, status = 'active'",
        )
        .bind(id.0.as_slice())
        .bind(key.0.as_slice())
        .bind(worker.0.as_slice())
        .bind(&name)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let device = Device {
            id,
            key: key.clone(),
            worker: Some(worker),
            name,
            active: true,
            enrolled_ms: now_ms,
            last_contact_ms: None,
            skew_ms: None,
            app: None,
        };
        Ok(Ok(device))
    }

    /// Looks a device up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        let row = sqlx::query("SELECT * FROM device WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_device).transpose()
    }

    /// Every device, in the order of enrolment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn devices(&self) -> Result<Vec<Device>, StoreError> {
        let rows = sqlx::query("SELECT * FROM device ORDER BY enrolled_ms, id")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read_device).collect()
    }

    /// A device has connected.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contact(
        &self,
        id: DeviceId,
        app: &str,
        skew_ms: i64,
        now_ms: TimeMs,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE device SET last_contact_ms = ?, skew_ms = ?, app = ? WHERE id = ?")
            .bind(now_ms)
            .bind(skew_ms)
            .bind(app)
            .bind(id.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }
}

/// Codes are typed by people: blanks, dashes and case do not matter.
fn code_hash(code: &str) -> Hash {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Hash::of(plain.to_ascii_lowercase().as_bytes())
}

fn read_device(row: &SqliteRow) -> Result<Device, StoreError> {
    let worker: Option<&[u8]> = row.try_get("worker")?;
    Ok(Device {
        id: DeviceId::from_slice(row.try_get("id")?).ok_or(damaged("device"))?,
        key: PublicKey(row.try_get("key")?),
        worker: worker.and_then(WorkerId::from_slice),
        name: row.try_get("name")?,
        active: row.try_get::<&str, _>("status")? == "active",
        enrolled_ms: row.try_get("enrolled_ms")?,
        last_contact_ms: row.try_get("last_contact_ms")?,
        skew_ms: row.try_get("skew_ms")?,
        app: row.try_get("app")?,
    })
}
