//! Read model of issues. A cache, like the rows of households.

use super::rows::CHUNK_ROWS;
use crate::EngineError;
use crate::sql::{self, QueryBuilder, Row, Sqlite, SqliteConnection, SqliteRow};
use linli_core::ids::{DocId, HouseholdId, IssueId, SpaceId};
use linli_core::model::IssueRow;
use std::collections::BTreeSet;

/// Writes rows of issues.
pub(crate) async fn put(
    conn: &mut SqliteConnection,
    rows: &[(IssueId, SpaceId, IssueRow)],
) -> Result<(), EngineError> {
    for chunk in rows.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT OR REPLACE INTO issue (id, space, household, reporter, reported_at, row) ",
        );
        insert.push_values(chunk, |mut put, (id, space, row)| {
            put.push_bind(&id.0[..]).push_bind(&space.0[..]);
            put.push_bind(row.household.map(|id| id.0.to_vec())).push_bind(&row.reporter);
            put.push_bind(row.reported_at_ms).push_bind(row.to_bytes());
        });
        let keep = chunk.len() == CHUNK_ROWS || chunk.len() == 1;
        insert.build().persistent(keep).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Issues, those reported last first.
pub(crate) async fn list(
    conn: &mut SqliteConnection,
    household: Option<HouseholdId>,
    reporter: Option<&str>,
    (offset, limit): (u32, u32),
) -> Result<Vec<(IssueId, IssueRow)>, EngineError> {
    let query = sql::query(
        "SELECT id, row FROM issue WHERE (?1 IS NULL OR household = ?1) AND (?2 IS NULL OR reporter = ?2)
         ORDER BY reported_at DESC, id LIMIT ?3 OFFSET ?4",
    );
    let query = query.bind(household.map(|id| id.0.to_vec())).bind(reporter);
    let rows = query.bind(i64::from(limit)).bind(i64::from(offset)).fetch_all(conn).await?;
    let damaged = || EngineError::Damaged("issue row");
    let read = |row: &SqliteRow| {
        let id = IssueId::from_slice(row.try_get(0)?).ok_or_else(damaged)?;
        Ok((id, IssueRow::from_bytes(row.try_get(1)?).ok_or_else(damaged)?))
    };
    rows.iter().map(read).collect()
}

/// Documents with something the relay does not have yet.
pub(crate) async fn unsent_docs(conn: &mut SqliteConnection) -> Result<BTreeSet<DocId>, EngineError> {
    let query = sql::query_scalar("SELECT doc FROM pending UNION SELECT doc FROM outbox_doc");
    let found: Vec<Vec<u8>> = query.fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| DocId::from_slice(bytes)).collect())
}
