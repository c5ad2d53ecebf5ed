//! Issues as they were reported, and where they stand.

use super::Model;
use super::documents::Touched;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{DeviceId, HouseholdId, IssueId, SpaceId};
use linli_core::kinds::Issue;
use linli_core::record::Fields;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};

/// Where a page begins: when the last one of the page before was received, and its id.
pub type AfterIssue = (TimeMs, IssueId);

/// Which issues.
#[derive(Clone, Debug, Default)]
pub struct IssueFilter {
    /// Word of a state.
    pub state: Option<String>,
    /// Word of a category.
    pub category: Option<String>,
    /// Of these grids' spaces; of all without.
    pub spaces: Option<Vec<SpaceId>>,
    /// At this household.
    pub household: Option<HouseholdId>,
    /// Where the page begins.
    pub after: Option<AfterIssue>,
    /// At most so many.
    pub limit: i64,
}

/// An issue.
#[derive(Clone, Debug)]
pub struct IssueRecord {
    /// Its id.
    pub id: IssueId,
    /// The space it came in: that of its grid.
    pub space: SpaceId,
    /// The phone that signed it.
    pub device: DeviceId,
    /// When the relay received it.
    pub received_ms: TimeMs,
    /// What it says.
    pub issue: Issue,
    /// Where the household is that it is at, if that is known.
    pub address: Option<String>,
}

impl Model {
    /// Issues, the one received last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn issues(&self, filter: &IssueFilter) -> Result<Vec<IssueRecord>, StoreError> {
        let mut select = QueryBuilder::new(
            "SELECT i.*, h.record ->> 'address' AS address
             FROM issue AS i LEFT JOIN household AS h ON h.id = i.household WHERE 1 = 1",
        );
        if let Some(state) = &filter.state {
            select.push(" AND i.state = ").push_bind(state.clone());
        }
        if let Some(category) = &filter.category {
            select.push(" AND i.category = ").push_bind(category.clone());
        }
        if let Some(household) = filter.household {
            select.push(" AND i.household = ").push_bind(household.0.to_vec());
        }
        if let Some(spaces) = &filter.spaces {
            select.push(" AND i.space IN (");
            super::documents::push_ids(&mut select, spaces);
        }
        if let Some((received_ms, id)) = filter.after {
            select.push(" AND (i.received_ms < ").push_bind(received_ms);
            select.push(" OR (i.received_ms = ").push_bind(received_ms);
            select.push(" AND i.id > ").push_bind(id.0.to_vec()).push("))");
        }
        select.push(" ORDER BY i.received_ms DESC, i.id LIMIT ").push_bind(filter.limit);
        select.build().fetch_all(&self.database.readers).await?.iter().map(read).collect()
    }
}

fn read(row: &SqliteRow) -> Result<IssueRecord, StoreError> {
    Ok(IssueRecord {
        id: IssueId::from_slice(row.try_get("id")?).ok_or(damaged("issue"))?,
        space: SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("issue"))?,
        device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("issue"))?,
        received_ms: row.try_get("received_ms")?,
        issue: serde_json::from_str(row.try_get("record")?).map_err(|_| damaged("issue"))?,
        address: row.try_get("address")?,
    })
}

/// Whoever signed an issue's first change has reported it; what comes later changes what it says and where it
/// stands.
pub(super) async fn write_issue(
    connection: &mut SqliteConnection,
    touched: &Touched,
    fields: &Fields,
) -> Result<(), StoreError> {
    let issue = Issue::read(fields, "");
    let category = issue.category.as_deref().unwrap_or_default();
    let state = issue.state.as_deref().unwrap_or(Issue::REPORTED);
    let household = issue.household_id().map(|id| id.0.to_vec());
    let record = serde_json::to_string(&issue).unwrap_or_default();
    let id = touched.open.id.0.as_slice();
    let Some(origin) = touched.first else {
        sqlx::query(
            "UPDATE issue SET space = ?, category = ?, state = ?, household = ?, record = ? WHERE id = ?",
        )
        .bind(touched.open.space.0.as_slice())
        .bind(category)
        .bind(state)
        .bind(household)
        .bind(record)
        .bind(id)
        .execute(connection)
        .await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT OR REPLACE INTO issue (id, space, category, state, household, received_ms, device, record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(touched.open.space.0.as_slice())
    .bind(category)
    .bind(state)
    .bind(household)
    .bind(origin.received_ms)
    .bind(origin.device.0.as_slice())
    .bind(record)
    .execute(connection)
    .await?;
    Ok(())
}
