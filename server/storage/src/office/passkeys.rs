//! Passkeys of accounts: public keys, and for which host they were made.

use super::Office;
use crate::StoreError;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Passkeys of one account: a phone, a computer, a stick for each place, and some that were lost.
pub const PER_USER: i64 = 20;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// As the authenticator named it.
    pub id: Vec<u8>,
    /// The account.
    pub user: String,
    /// As its owner calls it.
    pub name: String,
    /// Host for which it was made.
    pub rp_id: String,
    /// P-256, uncompressed point.
    pub public_key: Vec<u8>,
    /// The authenticator's own count of signatures; 0 when it counts nothing.
    pub used: i64,
    /// When it was added.
    pub created_ms: TimeMs,
    /// When it was last used.
    pub last_used_ms: Option<TimeMs>,
}

impl Office {
    /// Adds a passkey; `false` when its id is known or the account has enough.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_passkey(&self, key: &Passkey) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO passkey (id, user, name, rp_id, public_key, used, created_ms)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE (SELECT count(*) FROM passkey WHERE user = ?2) < ?8 ON CONFLICT DO NOTHING",
        )
        .bind(&key.id)
        .bind(&key.user)
        .bind(&key.name)
        .bind(&key.rp_id)
        .bind(&key.public_key)
        .bind(key.used)
        .bind(key.created_ms)
        .bind(PER_USER)
        .execute(&self.database.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// A passkey by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkey(&self, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let row = sqlx::query("SELECT * FROM passkey WHERE id = ?").bind(id);
        row.fetch_optional(&self.database.readers).await?.as_ref().map(read).transpose()
    }

    /// An account's passkeys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkeys(&self, user: &str) -> Result<Vec<Passkey>, StoreError> {
        let rows = sqlx::query("SELECT * FROM passkey WHERE user = ? ORDER BY created_ms, id").bind(user);
        rows.fetch_all(&self.database.readers).await?.iter().map(read).collect()
    }

    /// A passkey has signed. `false` when its count says that another with its secret has signed as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkey_used(&self, id: &[u8], used: i64, now_ms: TimeMs) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE passkey SET used = ?2, last_used_ms = ?3 WHERE id = ?1 AND (used < ?2 OR (used = 0 AND ?2 = 0))",
        )
        .bind(id)
        .bind(used)
        .bind(now_ms)
        .execute(&self.database.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes one of an account's passkeys. Says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_passkey(&self, id: &[u8], user: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM passkey WHERE id = ? AND user = ?").bind(id).bind(user);
        Ok(done.execute(&self.database.writer).await?.rows_affected() > 0)
    }
}

fn read(row: &SqliteRow) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.try_get("id")?,
        user: row.try_get("user")?,
        name: row.try_get("name")?,
        rp_id: row.try_get("rp_id")?,
        public_key: row.try_get("public_key")?,
        used: row.try_get("used")?,
        created_ms: row.try_get("created_ms")?,
        last_used_ms: row.try_get("last_used_ms")?,
    })
}
