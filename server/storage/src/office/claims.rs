//! Who is working on what, so that two admins do not work on the same.
//!
//! A claim is a courtesy with an end: it stops nobody for longer than [`CLAIM_MS`], and another person may take
//! it over knowingly.

use super::Office;
use crate::StoreError;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};
use std::collections::BTreeMap;

/// A claim lasts a telephone call with a household; the page renews it while it is open.
pub const CLAIM_MS: i64 = 10 * 60 * 1000;
/// Subjects asked for with one statement.
const SUBJECTS_PER_STATEMENT: usize = 500;

/// Somebody is working on something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The account's id.
    pub user: String,
    /// Its name; absent for what has no account.
    pub name: Option<String>,
    /// When it ends unless it is renewed.
    pub until_ms: TimeMs,
}

impl Office {
    /// Claims something, or renews the claim. Answers whose it is now: somebody else's only when they have
    /// it and it is not taken over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(
        &self,
        subject: &str,
        user: &str,
        take_over: bool,
        now_ms: TimeMs,
    ) -> Result<Option<Claim>, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM claim WHERE until_ms <= ?").bind(now_ms).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO claim (subject, user, until_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (subject) DO UPDATE SET user = ?2, until_ms = ?3 WHERE user = ?2 OR ?4",
        )
        .bind(subject)
        .bind(user)
        .bind(now_ms + CLAIM_MS)
        .bind(take_over)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(self.claims(&[subject.to_owned()], now_ms).await?.remove(subject))
    }

    /// Lets go of one's own claim, or of whoever's when the work is done.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unclaim(&self, subject: &str, user: Option<&str>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM claim WHERE subject = ?1 AND (?2 IS NULL OR user = ?2)")
            .bind(subject)
            .bind(user)
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// Those of the subjects that somebody is working on now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claims(
        &self,
        subjects: &[String],
        now_ms: TimeMs,
    ) -> Result<BTreeMap<String, Claim>, StoreError> {
        let mut found = BTreeMap::new();
        for subjects in subjects.chunks(SUBJECTS_PER_STATEMENT) {
            let mut select = QueryBuilder::new(
                "SELECT claim.subject, claim.user, user.name, claim.until_ms FROM claim
                 LEFT JOIN user ON user.id = claim.user WHERE claim.until_ms > ",
            );
            select.push_bind(now_ms).push(" AND claim.subject IN (");
            let mut list = select.separated(", ");
            for subject in subjects {
                list.push_bind(subject);
            }
            list.push_unseparated(")");
            for row in select.build().fetch_all(&self.database.readers).await? {
                found.insert(row.try_get("subject")?, read(&row)?);
            }
        }
        Ok(found)
    }

    /// The names of all accounts, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_names(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let rows = sqlx::query("SELECT id, name FROM user").fetch_all(&self.database.readers).await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
    }
}

fn read(row: &SqliteRow) -> Result<Claim, StoreError> {
    Ok(Claim { user: row.try_get("user")?, name: row.try_get("name")?, until_ms: row.try_get("until_ms")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_claim_ends_by_itself_and_is_renewed_or_taken_over_only_knowingly() {
        let folder = std::env::temp_dir().join(format!("linli-claims-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let key = linli_core::identity::DeviceKey::from_seed(&[7; 32]);
        let office = Office::open(&crate::DataFolder::new(&folder, None), &key).await.unwrap();
        let user = async |user: &str, take_over, at| {
            office.claim("a+b", user, take_over, at).await.unwrap().map(|claim| (claim.user, claim.until_ms))
        };
        assert_eq!(user("wang", false, 0).await, Some(("wang".into(), CLAIM_MS)));
        assert_eq!(user("zhao", false, 1).await, Some(("wang".into(), CLAIM_MS)), "refused");
        assert_eq!(user("wang", false, 5).await, Some(("wang".into(), CLAIM_MS + 5)), "renewed");
        assert_eq!(user("zhao", true, 6).await, Some(("zhao".into(), CLAIM_MS + 6)), "taken over");
        let later = 6 + CLAIM_MS;
        assert!(office.claims(&["a+b".into()], later).await.unwrap().is_empty(), "it has ended");
        assert_eq!(user("wang", false, later).await, Some(("wang".into(), later + CLAIM_MS)));
        office.unclaim("a+b", Some("zhao")).await.unwrap();
        assert_eq!(office.claims(&["a+b".into()], later).await.unwrap().len(), 1, "not one's own");
        office.unclaim("a+b", Some("wang")).await.unwrap();
        assert!(office.claims(&["a+b".into()], later).await.unwrap().is_empty());
        office.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    }
}
