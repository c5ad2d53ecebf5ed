//! The log's tables, brought from any earlier shape to today's. Nothing in the log can be made again, so its
//! shape changes by steps that never touch a stored byte.

use crate::StoreError;
use sqlx::sqlite::SqlitePool;

/// In order; a file is at `PRAGMA user_version` = how many of them it has seen. The first makes only what is
/// missing: files from before steps were counted are at 0 and have it already. Each other counts itself.
const STEPS: [&str; 2] =
    [include_str!("../../migrations/log.sql"), include_str!("../../migrations/log-2.sql")];

/// Takes the steps that a file has not seen.
pub(super) async fn bring_up(writer: &SqlitePool) -> Result<(), StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let seen: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    let missing = usize::try_from(seen).ok().and_then(|seen| STEPS.get(seen..));
    let Some(missing) = missing else { return Err(StoreError::Newer) };
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;
    use sqlx::sqlite::SqlitePoolOptions;

    #[tokio::test]
    async fn a_log_from_before_steps_were_counted_keeps_what_it_has() {
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(STEPS[0]).execute(&pool).await.unwrap();
        let old = "INSERT INTO device (id, key, name, status, enrolled_ms) VALUES (x'01', x'02', '陈敏', 'active', 7)";
        sqlx::raw_sql(old).execute(&pool).await.unwrap();
        bring_up(&pool).await.unwrap();
        bring_up(&pool).await.unwrap();
        let row = sqlx::query("SELECT name, label, unsent FROM device").fetch_one(&pool).await.unwrap();
        assert_eq!(row.get::<String, _>("name"), "陈敏");
        assert_eq!(row.get::<String, _>("label"), "");
        assert_eq!(row.get::<Option<i64>, _>("unsent"), None);
        sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
        assert!(matches!(bring_up(&pool).await, Err(StoreError::Newer)));
    }
}
