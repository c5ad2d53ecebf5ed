//! Lists of households.

use crate::sql::SqliteConnection;
use crate::store::rows::{self, PlacedRow};
use crate::{Engine, EngineError, HouseholdItem, LastVisit};
use linli_core::ids::HouseholdId;
use linli_core::search::HITS_MAX;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What to list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HouseholdFilter {
    /// Anything a person remembers: name, pinyin, address, end of a phone number, tag.
    pub search: Option<String>,
    /// Only this grid.
    pub grid: Option<String>,
    /// At most so many; [`HouseholdFilter::LIMIT_DEFAULT`] without.
    pub limit: Option<u32>,
}

impl HouseholdFilter {
    /// A few screens.
    pub const LIMIT_DEFAULT: u32 = 50;
}

impl Engine {
    /// Households, best hits first for a search, otherwise in the order of their doors.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn households(&self, filter: &HouseholdFilter) -> Result<Vec<HouseholdItem>, EngineError> {
        let limit = filter.limit.unwrap_or(HouseholdFilter::LIMIT_DEFAULT);
        let mut conn = self.store.lock().await;
        let found = match filter.search.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
            Some(query) => self.search_rows(&mut conn, query, filter.grid.as_deref(), limit).await?,
            None => rows::by_address(&mut conn, filter.grid.as_deref(), limit).await?,
        };
        let unsent = rows::unsent_households(&mut conn).await?;
        let mut items = Vec::with_capacity(found.len());
        for placed in found {
            items.push(item(&mut conn, placed, &unsent).await?);
        }
        Ok(items)
    }

    async fn search_rows(
        &self,
        conn: &mut SqliteConnection,
        query: &str,
        grid: Option<&str>,
        limit: u32,
    ) -> Result<Vec<PlacedRow>, EngineError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        // With a grid some hits fall away afterwards, so as many as possible are asked for.
        let asked = if grid.is_some() { HITS_MAX } else { wanted };
        let mut found = Vec::new();
        for id in self.search_ids(&mut *conn, query, asked).await? {
            if found.len() >= wanted {
                break;
            }
            let placed = rows::household(&mut *conn, id).await?;
            found.extend(placed.filter(|placed| grid.is_none_or(|grid| placed.row.grid == grid)));
        }
        Ok(found)
    }
}

pub(super) async fn item(
    conn: &mut SqliteConnection,
    placed: PlacedRow,
    unsent: &BTreeSet<HouseholdId>,
) -> Result<HouseholdItem, EngineError> {
    let mut last = rows::last_visit(&mut *conn, placed.id).await?;
    for absorbed in &placed.row.absorbed {
        let theirs = rows::last_visit(&mut *conn, *absorbed).await?;
        last = last.into_iter().chain(theirs).max_by_key(|(at, _)| *at);
    }
    Ok(HouseholdItem {
        id: placed.id,
        address: placed.row.address().to_string(),
        grid: placed.row.grid,
        contact_phone: placed.row.contact_phone,
        people: placed.row.people.into_iter().map(|person| person.name).collect(),
        tags: placed.row.tags,
        last_visit: last.map(|(at, outcome)| LastVisit { at, outcome }),
        open_conflicts: placed.row.open_conflicts,
        unsent: unsent.contains(&placed.id),
    })
}
