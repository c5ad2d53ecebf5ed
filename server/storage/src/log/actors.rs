//! Whose an Automerge actor is.
//!
//! An actor is random for each launch of the app, and everybody who reads a document sees the actors in it. A
//! change is attributed by its actor and numbered by it; whoever wrote under a colleague's would speak in the
//! colleague's name, and take the number of the colleague's next change, which could then never be applied. So
//! the first batch in which an actor appears binds it to its device. The log decides, because its order is the
//! same for everybody: what it sets aside for a person no phone ever sees.

use super::logged;
use crate::StoreError;
use linli_core::gate::claimed_actor;
use linli_core::identity::{Batch, Payload};
use linli_core::ids::{Actor, DeviceId};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Batches read at a time while the table is filled.
const FILL_ROWS: i64 = 64;

/// Whether a batch has changes under an actor that is somebody else's.
pub(super) async fn any_foreign(
    connection: &mut SqliteConnection,
    batch: &Batch,
    device: DeviceId,
) -> Result<bool, StoreError> {
    for actor in actors_of(batch) {
        let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM actor WHERE actor = ? AND device <> ?)");
        let query = query.bind(actor.0.to_vec()).bind(device.0.to_vec());
        if query.fetch_one(&mut *connection).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Binds the actors of a batch that counts to its author, where they are nobody's yet.
pub(super) async fn bind(
    connection: &mut SqliteConnection,
    batch: &Batch,
    author: DeviceId,
) -> Result<(), StoreError> {
    for actor in actors_of(batch) {
        sqlx::query("INSERT OR IGNORE INTO actor (actor, device) VALUES (?, ?)")
            .bind(actor.0.to_vec())
            .bind(author.0.to_vec())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Binds the actors of all batches that count, in their order.
pub(super) async fn fill(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let rows = sqlx::query("SELECT * FROM batch WHERE id > ? AND review = 0 ORDER BY id LIMIT ?")
            .bind(after)
            .bind(FILL_ROWS)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            let logged = logged(row)?;
            after = logged.id;
            // Only the office's batches name somebody else: whoever else does is refused.
            let author = logged.batch.claims().map_or(logged.device, |header| header.author());
            bind(&mut *connection, &logged.batch, author).await?;
        }
    }
}

fn actors_of(batch: &Batch) -> BTreeSet<Actor> {
    let claimed = batch.entries.iter().filter_map(|entry| match &entry.payload {
        Payload::Change(bytes) => claimed_actor(bytes).map(Actor),
        Payload::Erased(_) | Payload::Moved { .. } | Payload::Placed(_) | Payload::Forget(_) => None,
    });
    claimed.collect()
}
