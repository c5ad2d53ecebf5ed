//! The office's tables, brought from any earlier shape to today's. Nothing here can be made again, so the shape
//! changes by steps, each of which says with its last statement that it was taken.

use super::audit;
use crate::StoreError;
use crate::chain::ChainKey;
use sqlx::sqlite::SqlitePool;

/// Numbers and steps, in order. The first makes only what is missing: files from before steps were counted are at
/// 0 and have it already.
const STEPS: [(i64, &str); 3] = [
    (1, include_str!("../../migrations/office.sql")),
    (2, include_str!("../../migrations/office-2.sql")),
    (3, include_str!("../../migrations/office-3.sql")),
];

/// The step from which on rows of the audit are sealed; those that there are are sealed when it is taken.
const SEAL_STEP: i64 = 3;

/// Takes the steps that a file has not seen.
pub(super) async fn bring_up(writer: &SqlitePool, key: &ChainKey) -> Result<(), StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let seen: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    if STEPS.last().is_some_and(|(last, _)| seen > *last) {
        return Err(StoreError::Newer);
    }
    for (_, step) in STEPS.iter().filter(|(number, _)| *number > seen) {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    if seen < SEAL_STEP {
        audit::seal_all(&mut transaction, key).await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::pool_of;
    use linli_core::identity::DeviceKey;

    #[tokio::test]
    async fn an_office_from_before_steps_were_counted_keeps_what_it_has() {
        let key = ChainKey::of(&DeviceKey::from_seed(&[7; 32]), audit::CHAIN);
        let pool = pool_of(1).connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(STEPS[0].1).execute(&pool).await.unwrap();
        sqlx::raw_sql("INSERT INTO setting (key, value) VALUES ('community', '样例')")
            .execute(&pool)
            .await
            .unwrap();
        for _ in 0..2 {
            bring_up(&pool, &key).await.unwrap();
        }
        let kept: String = sqlx::query_scalar("SELECT value FROM setting").fetch_one(&pool).await.unwrap();
        assert_eq!(kept, "样例");
        let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&pool).await.unwrap();
        assert_eq!(Some(version), STEPS.last().map(|(number, _)| *number));
        sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
        assert!(matches!(bring_up(&pool, &key).await, Err(StoreError::Newer)));
    }
}
