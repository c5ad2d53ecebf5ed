//! Looking for lost work, and losing some on purpose to see that it is noticed.

use crate::relay::Relay;
use serde_json::Value;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;

/// Those of these visits that the relay does not have exactly once.
pub fn lost(expected: &[String], relay: &Relay) -> Vec<String> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for id in visits_at(relay) {
        *found.entry(id).or_default() += 1;
    }
    expected.iter().filter(|id| found.get(*id) != Some(&1)).cloned().collect()
}

/// Ids of all visits that the relay would export.
pub fn visits_at(relay: &Relay) -> Vec<String> {
    relay.settle();
    let file = relay.file("visits.json");
    relay.office(&["export", "visits", "--format", "json", "--out", file.to_str().unwrap_or_default()]);
    let export = std::fs::read_to_string(&file).expect("the export");
    export
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("an object a line");
            row["id"].as_str().expect("a visit's id").to_owned()
        })
        .collect()
}

/// Takes one acknowledged batch of a phone out of a stopped relay's log, from the middle, and forgets the
/// lists made from it: what a relay that lies about durability would look like.
pub fn lose_one_batch(data: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let removed =
        runtime.block_on(remove_middle_batch(&data.join("log.db"))).expect("the log can be changed");
    assert_eq!(removed, 1, "one batch is gone");
    for name in ["model.db", "model.db-wal", "model.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
}

async fn remove_middle_batch(log: &Path) -> Result<u64, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(log);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT batch.id FROM batch JOIN device ON device.id = batch.device
         WHERE device.worker IS NOT NULL ORDER BY batch.id",
    )
    .fetch_all(&mut connection)
    .await?;
    let middle = ids.get(ids.len() / 2).copied().unwrap_or_default();
    let done = sqlx::query("DELETE FROM batch WHERE id = ?").bind(middle).execute(&mut connection).await?;
    connection.close().await?;
    Ok(done.rows_affected())
}
