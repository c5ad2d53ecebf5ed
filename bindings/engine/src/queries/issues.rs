//! Issues of the phone's grids.

use crate::store::{issues, meta};
use crate::{Engine, EngineError, IssueView};
use linli_core::ids::{DocId, HouseholdId};
use serde::Deserialize;

/// Which issues to list.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IssueFilter {
    /// Only at this household.
    pub household: Option<HouseholdId>,
    /// Only those that this phone's worker has reported.
    pub mine: bool,
    /// Begin after so many.
    pub offset: Option<u32>,
    /// At most so many; [`IssueFilter::LIMIT_DEFAULT`] without, [`IssueFilter::LIMIT_MAX`] at most.
    pub limit: Option<u32>,
}

impl IssueFilter {
    /// A few screens.
    pub const LIMIT_DEFAULT: u32 = 50;
    /// What a phone lays out without a pause.
    pub const LIMIT_MAX: u32 = 200;
}

impl Engine {
    /// Issues on this phone, those reported last first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn issues(&self, filter: &IssueFilter) -> Result<Vec<IssueView>, EngineError> {
        let mut conn = self.store.lock().await;
        let worker = meta::profile(&mut conn).await?.map(|profile| profile.worker).unwrap_or_default();
        let reporter = filter.mine.then_some(worker.as_str());
        let limit = filter.limit.unwrap_or(IssueFilter::LIMIT_DEFAULT).min(IssueFilter::LIMIT_MAX);
        let page = (filter.offset.unwrap_or(0), limit);
        let found = issues::list(&mut conn, filter.household, reporter, page).await?;
        let unsent = issues::unsent_docs(&mut conn).await?;
        let view = |(id, row): (_, linli_core::model::IssueRow)| IssueView {
            id,
            mine: row.reporter == worker,
            category: row.category,
            subtype: row.subtype,
            grid: row.grid,
            household: row.household,
            place: row.place,
            text: row.text,
            state: row.state,
            reported_at: row.reported_at_ms,
            unsent: unsent.contains(&DocId::from(id)),
        };
        Ok(found.into_iter().map(view).collect())
    }
}
