//! Batches that wait for a person, and what the person decided.
//!
//! A batch keeps its place and its bytes for ever. One that is accepted gets a second place: phones and read
//! models have long passed the first, so its changes are written again at the end of the log, in a batch that
//! the office signs and that names whose they are ([`linli_core::identity::Origin`]).

use super::writer::{self, OfficeDraft};
use super::{Log, Logged, logged};
use crate::StoreError;
use crate::error::damaged;
use linli_core::error::Coded;
use linli_core::identity::{DeviceKey, Origin, Payload};
use linli_core::ids::DeviceId;
use linli_core::sync::standing::Cause;
use linli_core::time::TimeMs;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;

/// Batches listed at once; whoever has more works through these first.
const LISTED_MAX: i64 = 500;

/// What became of a batch that a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// Nobody has looked yet.
    Waiting,
    /// Its changes are part of the documents.
    Accepted,
    /// Its bytes are kept, nothing more.
    Rejected,
}

impl ReviewState {
    /// All of them.
    pub const ALL: [ReviewState; 3] = [ReviewState::Waiting, ReviewState::Accepted, ReviewState::Rejected];

    /// As shown in JSON.
    pub fn word(self) -> &'static str {
        match self {
            ReviewState::Waiting => "waiting",
            ReviewState::Accepted => "accepted",
            ReviewState::Rejected => "rejected",
        }
    }

    fn number(self) -> i64 {
        match self {
            ReviewState::Waiting => 1,
            ReviewState::Accepted => 2,
            ReviewState::Rejected => 3,
        }
    }
}

/// A batch that waits, or waited.
#[derive(Clone, Debug)]
pub struct ReviewRecord {
    /// The batch.
    pub logged: Logged,
    /// Why; batches from before causes were kept have none.
    pub cause: Option<Cause>,
    /// What became of it.
    pub state: ReviewState,
    /// When a person decided.
    pub decided_ms: Option<TimeMs>,
    /// Why.
    pub reason: Option<String>,
    /// The last batch of the office with its changes.
    pub office_batch: Option<i64>,
}

/// What a person decides.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The batch's id.
    pub batch: i64,
    /// Whether its changes become part of the documents.
    pub accept: bool,
    /// A user's id.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub now_ms: TimeMs,
}

/// What was decided is durable.
#[derive(Clone, Copy, Debug)]
pub struct Decided {
    /// Whose batch it was.
    pub device: DeviceId,
    /// Id of the newest of the office's batches that hold its changes.
    pub last_id: Option<i64>,
}

/// Why nothing was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// It never waited for a person.
    #[error("no batch with this number waits for a person")]
    None,
    /// Somebody else was quicker.
    #[error("somebody has decided over this batch already; reload the list")]
    Decided,
}

impl Coded for ReviewError {
    fn code(&self) -> &'static str {
        match self {
            ReviewError::None => "review.none",
            ReviewError::Decided => "review.decided",
        }
    }

    fn zh(&self) -> String {
        match self {
            ReviewError::None => "没有这个编号的待审核数据".into(),
            ReviewError::Decided => "这批数据已经有人处理过了,请刷新列表".into(),
        }
    }
}

const COLUMNS: &str =
    "SELECT b.*, r.decided_ms, r.reason, r.office_batch FROM batch b LEFT JOIN review r ON r.batch = b.id";

impl Log {
    /// Batches in a state, those that wait longest first, of those decided the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reviews(&self, state: ReviewState) -> Result<Vec<ReviewRecord>, StoreError> {
        let order = if state == ReviewState::Waiting { "b.id" } else { "b.id DESC" };
        let query = format!("{COLUMNS} WHERE b.review = ? ORDER BY {order} LIMIT {LISTED_MAX}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(state.number())
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(record).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn review(&self, batch: i64) -> Result<Option<ReviewRecord>, StoreError> {
        let query = format!("{COLUMNS} WHERE b.review > 0 AND b.id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(batch)
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(record).transpose()
    }

    /// How many batches of each device wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn review_counts(&self) -> Result<BTreeMap<DeviceId, i64>, StoreError> {
        let rows = sqlx::query("SELECT device, count(*) AS n FROM batch WHERE review = 1 GROUP BY device")
            .fetch_all(&self.database.readers)
            .await?;
        let mut counts = BTreeMap::new();
        for row in &rows {
            let device = DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("batch"))?;
            counts.insert(device, row.try_get("n")?);
        }
        Ok(counts)
    }
}

fn record(row: &sqlx::sqlite::SqliteRow) -> Result<ReviewRecord, StoreError> {
    let number: i64 = row.try_get("review")?;
    let state = ReviewState::ALL.into_iter().find(|state| state.number() == number);
    Ok(ReviewRecord {
        logged: logged(row)?,
        cause: row.try_get::<Option<&str>, _>("cause")?.and_then(Cause::from_word),
        state: state.ok_or(damaged("review"))?,
        decided_ms: row.try_get("decided_ms")?,
        reason: row.try_get("reason")?,
        office_batch: row.try_get("office_batch")?,
    })
}

/// Carries a decision out, within the writer's transaction.
pub(super) async fn decide(
    connection: &mut SqliteConnection,
    office: &DeviceKey,
    decision: &Decision,
) -> Result<Result<Decided, ReviewError>, StoreError> {
    let row = sqlx::query("SELECT * FROM batch WHERE id = ? AND review > 0")
        .bind(decision.batch)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(Err(ReviewError::None)) };
    if row.try_get::<i64, _>("review")? != ReviewState::Waiting.number() {
        return Ok(Err(ReviewError::Decided));
    }
    let found = logged(&row)?;
    let mut office_batch = None;
    let mut state = ReviewState::Rejected;
    if decision.accept {
        state = ReviewState::Accepted;
        let origin = Origin {
            device: found.device,
            batch: found.batch.hash(),
            received_ms: found.received_ms,
            skew_ms: found.skew_ms,
        };
        // The office signs for what somebody wrote, never for where somebody wants a document to go.
        let changes = found.batch.entries.into_iter();
        let entries = changes.filter(|entry| matches!(entry.payload, Payload::Change(_))).collect();
        let draft = OfficeDraft { space: found.space, entries };
        let last = writer::store_office(&mut *connection, office, Some(origin), vec![draft], decision.now_ms)
            .await?;
        office_batch = Some(last).filter(|id| *id > 0);
    }
    sqlx::query("UPDATE batch SET review = ? WHERE id = ?")
        .bind(state.number())
        .bind(decision.batch)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO review (batch, decided_ms, actor, reason, office_batch) VALUES (?, ?, ?, ?, ?)")
        .bind(decision.batch)
        .bind(decision.now_ms)
        .bind(&decision.actor)
        .bind(&decision.reason)
        .bind(office_batch)
        .execute(connection)
        .await?;
    Ok(Ok(Decided { device: found.device, last_id: office_batch }))
}
