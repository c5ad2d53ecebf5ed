//! What was answered to commands that named the id of what they add.

use super::to_sql;
use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection};
use linli_core::ids::HouseholdId;
use linli_core::time::TimeMs;

/// Answers kept: weeks of work, and still under a megabyte. Whoever asks again asks within minutes.
const ANSWERS_MAX: u64 = 5_000;

/// The first answer to a command.
pub(crate) struct Answered {
    pub(crate) household: HouseholdId,
    pub(crate) at_ms: TimeMs,
    /// What else the answer said, in words of the command's own.
    pub(crate) about: String,
}

/// What was answered for this key, if it was.
pub(crate) async fn find(conn: &mut SqliteConnection, key: &str) -> Result<Option<Answered>, EngineError> {
    let query = sql::query("SELECT household, at, about FROM answered WHERE key = ?").bind(key);
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(Answered {
        household: HouseholdId::from_slice(row.try_get(0)?).ok_or(EngineError::Damaged("answer"))?,
        at_ms: row.try_get(1)?,
        about: row.try_get(2)?,
    }))
}

/// Remembers an answer, in the transaction of what it is about.
pub(crate) async fn note(
    conn: &mut SqliteConnection,
    key: &str,
    answer: &Answered,
) -> Result<(), EngineError> {
    let query = sql::query("INSERT INTO answered (key, household, at, about) VALUES (?, ?, ?, ?)");
    let query = query.bind(key).bind(&answer.household.0[..]).bind(answer.at_ms).bind(&answer.about);
    query.execute(&mut *conn).await?;
    let query = sql::query("DELETE FROM answered WHERE nth <= (SELECT max(nth) FROM answered) - ?");
    query.bind(to_sql(ANSWERS_MAX)).execute(conn).await?;
    Ok(())
}
