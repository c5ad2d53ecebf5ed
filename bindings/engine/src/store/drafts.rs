//! What is being typed. Texts of the app's own making: this store keeps them and reads nothing in them.

use super::{from_sql, to_sql};
use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::time::TimeMs;

/// A draft as it is stored; `bytes` is the size of its text.
pub(crate) struct DraftRow {
    pub(crate) key: String,
    pub(crate) form: u32,
    pub(crate) text: String,
    pub(crate) bytes: u64,
    pub(crate) saved_at_ms: TimeMs,
}

fn read(row: &SqliteRow) -> Result<DraftRow, EngineError> {
    Ok(DraftRow {
        key: row.try_get(0)?,
        form: u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or(0),
        text: row.try_get(2)?,
        bytes: from_sql(row.try_get(3)?),
        saved_at_ms: row.try_get(4)?,
    })
}

/// Keeps a draft, in the place of the one with this key. False when there are `drafts_max` others.
pub(crate) async fn put(
    conn: &mut SqliteConnection,
    key: &str,
    form: u32,
    text: &str,
    at_ms: TimeMs,
    drafts_max: usize,
) -> Result<bool, EngineError> {
    let query = sql::query(
        "INSERT INTO draft (key, form, text, saved_at)
         SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM draft WHERE key <> ?1) < ?5
         ON CONFLICT (key) DO UPDATE SET form = excluded.form, text = excluded.text, saved_at = excluded.saved_at",
    );
    let query = query.bind(key).bind(i64::from(form)).bind(text).bind(at_ms);
    let done = query.bind(to_sql(drafts_max as u64)).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// One draft.
pub(crate) async fn get(conn: &mut SqliteConnection, key: &str) -> Result<Option<DraftRow>, EngineError> {
    let query =
        sql::query("SELECT key, form, text, length(CAST(text AS BLOB)), saved_at FROM draft WHERE key = ?");
    query.bind(key).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// All of them without their texts, the newest first.
pub(crate) async fn list(conn: &mut SqliteConnection) -> Result<Vec<DraftRow>, EngineError> {
    let query = sql::query(
        "SELECT key, form, '', length(CAST(text AS BLOB)), saved_at FROM draft ORDER BY saved_at DESC, key",
    );
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// A draft is needed no more; whether there was one.
pub(crate) async fn drop_one(conn: &mut SqliteConnection, key: &str) -> Result<bool, EngineError> {
    let done = sql::query("DELETE FROM draft WHERE key = ?").bind(key).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// The phone is somebody else's from now on.
pub(crate) async fn drop_all(conn: &mut SqliteConnection) -> Result<(), EngineError> {
    sql::query("DELETE FROM draft").execute(&mut *conn).await?;
    sql::query("DELETE FROM answered").execute(conn).await?;
    Ok(())
}
