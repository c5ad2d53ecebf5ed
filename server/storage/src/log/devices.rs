//! Enrolled devices and one-time enrolment codes.

use super::Log;
use crate::StoreError;
use crate::error::damaged;
use linli_core::address::half_width;
use linli_core::error::Coded;
use linli_core::identity::PublicKey;
use linli_core::ids::{DeviceId, Hash, WorkerId};
use linli_core::sync::standing::Standing;
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
    /// What the office calls the phone; empty when it calls it nothing.
    pub label: String,
    /// How the office stands to it.
    pub standing: Standing,
    /// Why, in the words of whoever suspended or revoked it.
    pub reason: String,
    /// When it was enrolled.
    pub enrolled_ms: TimeMs,
    /// When its enrolment ends, once that is known.
    pub until_ms: Option<TimeMs>,
    /// When it was last connected.
    pub last_contact_ms: Option<TimeMs>,
    /// Relay time minus phone time, when last measured.
    pub skew_ms: Option<i64>,
    /// Application and version.
    pub app: Option<String>,
    /// Records that it still has to hand in, by what it said last and has handed in since.
    pub unsent: Option<i64>,
}

/// A code to remember.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// The code itself; only its hash is kept.
    pub code: String,
    /// For whose phone.
    pub worker: WorkerId,
    /// After this it enrols nobody.
    pub expires_ms: TimeMs,
    /// Whether the phone works at once, without a person comparing its fingerprint.
    pub confirmed: bool,
}

/// Why a phone's standing stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// Nothing has this id.
    #[error("there is no such phone")]
    None,
    /// It cannot become that from what it is.
    #[error("the phone is {} now, so this cannot be done; reload the list", .0.word())]
    Now(Standing),
}

impl Coded for StandingError {
    fn code(&self) -> &'static str {
        match self {
            StandingError::None => "device.none",
            StandingError::Now(_) => "device.standing",
        }
    }
    fn zh(&self) -> String {
        let now = match self {
            StandingError::None => return "没有这部手机".into(),
            StandingError::Now(now) => now,
        };
        let word = match now {
            Standing::Waiting => "待确认",
            Standing::Active => "使用中",
            Standing::Expired => "已到期",
            Standing::Suspended => "已暂停",
            Standing::Revoked => "已注销",
        };
        format!("这部手机现在是“{word}”,不能这样操作,请刷新列表")
    }
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
    /// Remembers codes, all or none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_codes(&self, codes: &[NewCode]) -> Result<(), StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        for code in codes {
            sqlx::query("INSERT INTO enrol_code (hash, worker, expires_ms, confirmed) VALUES (?, ?, ?, ?)")
                .bind(code_hash(&code.code).0.as_slice())
                .bind(code.worker.0.as_slice())
                .bind(code.expires_ms)
                .bind(i64::from(code.confirmed))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
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
        let code: Option<(Vec<u8>, i64)> = sqlx::query_as(
            "UPDATE enrol_code SET used_ms = ?1 WHERE hash = ?2 AND used_ms IS NULL AND expires_ms > ?1
             RETURNING worker, confirmed",
        )
        .bind(now_ms)
        .bind(code_hash(code).0.as_slice())
        .fetch_optional(&mut *transaction)
        .await?;
        let code =
            code.and_then(|(worker, confirmed)| Some((WorkerId::from_slice(&worker)?, confirmed != 0)));
        let Some((worker, confirmed)) = code else {
            return Ok(Err(EnrolError::BadCode));
        };
        let name = name_of(worker).await.unwrap_or_default();
        let id = key.device();
        let standing = if confirmed { Standing::Active } else { Standing::Waiting };
        // A phone that was stopped once works again only after somebody has looked at it.
        let row = sqlx::query(
            "INSERT INTO device (id, key, worker, name, status, enrolled_ms) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET worker = excluded.worker, name = excluded.name, reason = '', until_ms = NULL,
               status = CASE WHEN status IN ('active', 'waiting') THEN excluded.status ELSE 'waiting' END
             RETURNING *",
        )
        .bind(id.0.as_slice())
        .bind(key.0.as_slice())
        .bind(worker.0.as_slice())
        .bind(&name)
        .bind(standing.word())
        .bind(now_ms)
        .fetch_one(&mut *transaction)
        .await?;
        let device = read_device(&row)?;
        transaction.commit().await?;
        Ok(Ok(device))
    }

    /// Changes how the office stands to a phone. `from`: only if it stands so now.
    ///
    /// # Errors
    /// [`StandingError`] within, [`StoreError`] around.
    pub async fn set_standing(
        &self,
        id: DeviceId,
        next: Standing,
        from: Option<Standing>,
        reason: &str,
    ) -> Result<Result<Device, StandingError>, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let row = sqlx::query("SELECT * FROM device WHERE id = ?")
            .bind(id.0.as_slice())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(Err(StandingError::None)) };
        let now = read_device(&row)?.standing;
        if !now.may_become(next) || from.is_some_and(|from| from != now) {
            return Ok(Err(StandingError::Now(now)));
        }
        let row = sqlx::query(
            "UPDATE device SET status = ?1, reason = ?2, until_ms = iif(?1 = 'active', NULL, until_ms),
                    settled_epoch = iif(?1 = 'active',
                        coalesce((SELECT max(epoch) FROM batch WHERE device = ?3), 0), settled_epoch)
             WHERE id = ?3 RETURNING *",
        )
        .bind(next.word())
        .bind(reason)
        .bind(id.0.as_slice())
        .fetch_one(&mut *transaction)
        .await?;
        let device = read_device(&row)?;
        transaction.commit().await?;
        Ok(Ok(device))
    }

    /// Calls a phone something else; nothing when there is no such phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn label_device(&self, id: DeviceId, label: &str) -> Result<Option<Device>, StoreError> {
        let row = sqlx::query("UPDATE device SET label = ? WHERE id = ? RETURNING *")
            .bind(label)
            .bind(id.0.as_slice())
            .fetch_optional(&self.database.writer)
            .await?;
        row.as_ref().map(read_device).transpose()
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

    /// A device was connected until now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn left(&self, id: DeviceId, now_ms: TimeMs) -> Result<(), StoreError> {
        sqlx::query("UPDATE device SET last_contact_ms = ? WHERE id = ?")
            .bind(now_ms)
            .bind(id.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// A device has connected and said how much it still has to hand in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contact(
        &self,
        id: DeviceId,
        app: &str,
        (now_ms, skew_ms): (TimeMs, i64),
        unsent: Option<u64>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE device SET last_contact_ms = ?, skew_ms = ?, app = ?, unsent = ? WHERE id = ?")
            .bind(now_ms)
            .bind(skew_ms)
            .bind(app)
            .bind(unsent.map(super::as_i64))
            .bind(id.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }
}

/// Codes are typed by people: blanks, dashes, width and case do not matter, nor do letters that look like digits
/// and are in no code.
fn code_hash(code: &str) -> Hash {
    let code = half_width(code).to_ascii_lowercase();
    let plain = code.chars().filter(char::is_ascii_alphanumeric).map(|ch| match ch {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    Hash::of(plain.collect::<String>().as_bytes())
}

fn read_device(row: &SqliteRow) -> Result<Device, StoreError> {
    let worker: Option<&[u8]> = row.try_get("worker")?;
    Ok(Device {
        id: DeviceId::from_slice(row.try_get("id")?).ok_or(damaged("device"))?,
        key: PublicKey(row.try_get("key")?),
        worker: worker.and_then(WorkerId::from_slice),
        name: row.try_get("name")?,
        label: row.try_get("label")?,
        standing: Standing::from_word(row.try_get("status")?),
        reason: row.try_get("reason")?,
        enrolled_ms: row.try_get("enrolled_ms")?,
        until_ms: row.try_get("until_ms")?,
        last_contact_ms: row.try_get("last_contact_ms")?,
        skew_ms: row.try_get("skew_ms")?,
        app: row.try_get("app")?,
        unsent: row.try_get("unsent")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        let given = code_hash("a01b-10cd-efgh-jkm0");
        for typed in
            ["A01B10CDEFGHJKM0", " a01b 10cd efgh jkm0\n", "aO1b-loCD-EFGH-JKMo", "ＡＯI b—１０cd efghjkm０"]
        {
            assert_eq!(code_hash(typed), given, "{typed}");
        }
        assert_ne!(code_hash("a01b-10cd-efgh-jkm1"), given);
    }
}
