//! The log's tables, brought from any earlier shape to today's. Nothing in the log can be made again, so its
//! shape changes by steps that never touch a stored byte.

use super::{actors, total};
use crate::StoreError;
use linli_core::identity::DeviceKey;
use sqlx::sqlite::SqlitePool;

/// In order; a file is at `PRAGMA user_version` = how many of them it has seen. The first makes only what is
/// missing: files from before steps were counted are at 0 and have it already. Each other counts itself.
const STEPS: [&str; 6] = [
    include_str!("../../migrations/log.sql"),
    include_str!("../../migrations/log-2.sql"),
    include_str!("../../migrations/log-3.sql"),
    include_str!("../../migrations/log-4.sql"),
    include_str!("../../migrations/log-5.sql"),
    include_str!("../../migrations/log-6.sql"),
];

/// The step that made the table of actors, which is filled from the batches.
const ACTORS_STEP: i64 = 3;

/// The step that made the chain over all batches, which is begun with those that there are.
const TOTAL_STEP: i64 = 6;

/// Takes the steps that a file has not seen.
pub(super) async fn bring_up(writer: &SqlitePool, office: &DeviceKey) -> Result<(), StoreError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let seen: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    let missing = usize::try_from(seen).ok().and_then(|seen| STEPS.get(seen..));
    let Some(missing) = missing else { return Err(StoreError::Newer) };
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    if seen < ACTORS_STEP {
        actors::fill(&mut transaction).await?;
    }
    if seen < TOTAL_STEP {
        total::fill(&mut transaction, office).await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::pool_of;
    use linli_core::doc::{Author, Document};
    use linli_core::identity::{ChainEnd, Entry, Payload, Sealer};
    use linli_core::ids::{Actor, DocId, SpaceId};
    use linli_core::kinds::DocKind;
    use linli_core::record::Put;
    use sqlx::Row;

    #[tokio::test]
    async fn the_actors_of_what_is_in_the_log_already_belong_to_who_handed_it_in() {
        let pool = pool_of(1).connect("sqlite::memory:").await.unwrap();
        for step in &STEPS[..2] {
            sqlx::raw_sql(*step).execute(&pool).await.unwrap();
        }
        let (key, actor) = (DeviceKey::from_seed(&[1; 32]), Actor([4; 16]));
        let mut document = Document::new(DocKind::Household);
        let change = document.edit(&Author::now(actor, 1), &[Put::set("note", "一")]).unwrap();
        let entry = Entry {
            doc: DocId([7; 16]),
            kind: DocKind::Household,
            generation: 0,
            payload: Payload::Change(change.0),
        };
        let mut sealer = Sealer { key: &key, policy: 0, now_ms: 1, end: ChainEnd::start_of(1) };
        let batch = sealer.seal(SpaceId([1; 16]), vec![entry]);
        let insert =
            "INSERT INTO batch (space, seq, device, epoch, number, hash, bytes, received_ms, skew_ms, review)
                      VALUES (?, 1, ?, 1, 1, ?, ?, 1, 0, 0)";
        let insert = sqlx::query(insert).bind([1; 16].as_slice()).bind(key.device().0.to_vec());
        insert.bind(batch.hash().0.to_vec()).bind(batch.to_bytes()).execute(&pool).await.unwrap();
        bring_up(&pool, &DeviceKey::from_seed(&[7; 32])).await.unwrap();
        let row = sqlx::query("SELECT actor, device FROM actor").fetch_one(&pool).await.unwrap();
        assert_eq!(row.get::<Vec<u8>, _>("actor"), actor.0);
        assert_eq!(row.get::<Vec<u8>, _>("device"), key.device().0);
    }

    #[tokio::test]
    async fn a_log_from_before_steps_were_counted_keeps_what_it_has() {
        let pool = pool_of(1).connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(STEPS[0]).execute(&pool).await.unwrap();
        let old = "INSERT INTO device (id, key, name, status, enrolled_ms) VALUES (x'01', x'02', '陈敏', 'active', 7)";
        sqlx::raw_sql(old).execute(&pool).await.unwrap();
        bring_up(&pool, &DeviceKey::from_seed(&[7; 32])).await.unwrap();
        bring_up(&pool, &DeviceKey::from_seed(&[7; 32])).await.unwrap();
        let row = sqlx::query("SELECT name, label, unsent FROM device").fetch_one(&pool).await.unwrap();
        assert_eq!(row.get::<String, _>("name"), "陈敏");
        assert_eq!(row.get::<String, _>("label"), "");
        assert_eq!(row.get::<Option<i64>, _>("unsent"), None);
        let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM actor").fetch_one(&pool).await.unwrap();
        assert_eq!(owners, 0, "the log was empty");
        sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
        assert!(matches!(bring_up(&pool, &DeviceKey::from_seed(&[7; 32])).await, Err(StoreError::Newer)));
    }
}
