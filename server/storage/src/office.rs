//! `office.db`: who works in the office, who is signed in, what each did, which rosters it
//! imported, which views of the records it keeps. Like the log it is a truth: every
//! commit is synced, nothing of it can be made again from elsewhere.
//!
//! Knows no cookie, password or route: hashes, random ids and times are arguments.

pub mod audit;
pub mod claims;
pub mod complaints;
pub mod directives;
pub mod imports;
pub mod ledgers;
pub mod notices;
pub mod passkeys;
pub mod sessions;
mod upgrade;
pub mod users;

use crate::chain::ChainKey;
use crate::sqlite::{Database, Durability, open};
use crate::{DataFolder, StoreError};
use linli_core::identity::DeviceKey;
use std::sync::Arc;

/// The office's database. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    database: Arc<Database>,
    /// What rows of the audit are sealed under.
    audit_key: ChainKey,
}

impl Office {
    /// Opens or creates `office.db` in a folder. What is written into the audit is sealed with a secret of `office`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn open(folder: &DataFolder, office: &DeviceKey) -> Result<Office, StoreError> {
        let database = open(folder, "office.db", Durability::Synced, "").await?;
        let audit_key = ChainKey::of(office, audit::CHAIN);
        if let Err(error) = upgrade::bring_up(&database.writer, &audit_key).await {
            database.close().await;
            return Err(error);
        }
        Ok(Office { database: Arc::new(database), audit_key })
    }

    /// A setting of the community.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let value = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?").bind(key);
        Ok(value.fetch_optional(&self.database.readers).await?)
    }

    /// Changes a setting of the community.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
        )
        .bind(key)
        .bind(value)
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Leaves nothing of earlier commits in the write-ahead log; whether that was possible.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cut_journal(&self) -> Result<bool, StoreError> {
        self.database.cut_journal().await
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
