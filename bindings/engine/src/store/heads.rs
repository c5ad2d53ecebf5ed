//! Where the relay's chains ended, as it signed it: the newest statement of each of its lives, and pairs that cannot
//! both be true.

use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection};
use linli_core::identity::SignedHead;
use linli_core::ids::Hash;
use linli_core::time::TimeMs;

/// Lives of the relay of which a statement is kept: a relay is restored a few times in its life.
const LINEAGES_MAX: i64 = 16;
/// Contradictions that are kept, the first ones: one is enough to know, and each says the same.
const CONTRADICTIONS_MAX: i64 = 16;

/// The statements that are kept, newest life first.
pub(crate) async fn all(conn: &mut SqliteConnection) -> Result<Vec<SignedHead>, EngineError> {
    let query = sql::query("SELECT head FROM head ORDER BY seen_ms DESC");
    query.fetch_all(conn).await?.iter().map(|row| read(&row.try_get::<Vec<u8>, _>(0)?)).collect()
}

/// Pairs that cannot both be true: what was kept, and what was said after it.
pub(crate) async fn contradictions(
    conn: &mut SqliteConnection,
) -> Result<Vec<(SignedHead, SignedHead)>, EngineError> {
    let query = sql::query("SELECT kept, said FROM head_contradiction ORDER BY seen_ms");
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok((read(&row.try_get::<Vec<u8>, _>(0)?)?, read(&row.try_get::<Vec<u8>, _>(1)?)?)))
        .collect()
}

/// Keeps a statement in place of the one that was kept of the same life.
pub(crate) async fn keep(
    conn: &mut SqliteConnection,
    lineage: Hash,
    head: &SignedHead,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let query = sql::query("INSERT OR REPLACE INTO head (lineage, head, seen_ms) VALUES (?, ?, ?)");
    query.bind(&lineage.0[..]).bind(written(head)).bind(now_ms).execute(&mut *conn).await?;
    let query = sql::query(
        "DELETE FROM head WHERE lineage NOT IN (SELECT lineage FROM head ORDER BY seen_ms DESC LIMIT ?)",
    );
    query.bind(LINEAGES_MAX).execute(conn).await?;
    Ok(())
}

/// Keeps two statements that cannot both be true.
pub(crate) async fn contradict(
    conn: &mut SqliteConnection,
    kept: &SignedHead,
    said: &SignedHead,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let query = sql::query(
        "INSERT OR IGNORE INTO head_contradiction (said, kept, seen_ms)
         SELECT ?, ?, ? WHERE (SELECT count(*) FROM head_contradiction) < ?",
    );
    query.bind(written(said)).bind(written(kept)).bind(now_ms).bind(CONTRADICTIONS_MAX).execute(conn).await?;
    Ok(())
}

fn written(head: &SignedHead) -> Vec<u8> {
    minicbor::to_vec(head).unwrap_or_default()
}

fn read(bytes: &[u8]) -> Result<SignedHead, EngineError> {
    minicbor::decode(bytes).map_err(|_| EngineError::Damaged("head"))
}
