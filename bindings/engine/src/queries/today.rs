//! What a worker does now: the households that are due, by building and unit.

use super::list::item;
use crate::sql::SqliteConnection;
use crate::store::doors::{self, CellRecord, Place, UnitRecord, Wanted};
use crate::store::{meta, rows};
use crate::{BuildingDay, CellView, ChartView, DoorView, Engine, EngineError, Tally, TodayView, UnitDay};
use linli_core::address::position_of;
use linli_core::ids::HouseholdId;
use linli_core::kinds::Outcome;
use linli_core::time::quarter_of;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Buildings of one answer. The largest communities have a few hundred; beyond this a worker chooses a grid.
const BUILDINGS_MAX: usize = 1_000;

/// Doors of one chart: the tallest towers have about 60 floors with 8 doors each, in a few units.
const CELLS_MAX: usize = 2_000;

/// Which households of the day to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TodayOnly {
    /// Not reached in this period.
    #[default]
    Due,
    /// Tried in this period without reaching anybody, or asked to come again.
    Revisit,
    /// Never reached, in whatever period.
    Never,
    /// With something that is not uploaded yet.
    Unsent,
    /// On which a person must choose.
    Conflict,
    /// All of them.
    All,
}

impl TodayOnly {
    /// All of them.
    pub const ALL: [TodayOnly; 6] = [
        TodayOnly::Due,
        TodayOnly::Revisit,
        TodayOnly::Never,
        TodayOnly::Unsent,
        TodayOnly::Conflict,
        TodayOnly::All,
    ];

    /// The word used on the command line and in the store's query.
    pub fn word(self) -> &'static str {
        match self {
            TodayOnly::Due => "due",
            TodayOnly::Revisit => "revisit",
            TodayOnly::Never => "never",
            TodayOnly::Unsent => "unsent",
            TodayOnly::Conflict => "conflict",
            TodayOnly::All => "all",
        }
    }
}

/// What to show of the day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TodayFilter {
    /// Only this grid.
    pub grid: Option<String>,
    /// Only this estate; empty text is the one without a name.
    pub estate: Option<String>,
    /// Only this building.
    pub building: Option<String>,
    /// Visits of this campaign count; of the quarter otherwise.
    pub campaign: Option<String>,
    /// Which households to list; numbers are of all.
    pub only: TodayOnly,
    /// List only those with this tag.
    pub tag: Option<String>,
    /// Begin the list after so many.
    pub offset: Option<u32>,
    /// List at most so many; [`TodayFilter::LIMIT_DEFAULT`] without, [`TodayFilter::LIMIT_MAX`] at most.
    pub limit: Option<u32>,
}

impl TodayFilter {
    /// A few screens.
    pub const LIMIT_DEFAULT: u32 = 50;
    /// What a phone lays out without a pause.
    pub const LIMIT_MAX: u32 = 200;

    fn place(&self) -> Place<'_> {
        Place {
            grid: self.grid.as_deref(),
            estate: self.estate.as_deref(),
            building: self.building.as_deref(),
        }
    }
}

impl Engine {
    /// What is due, in numbers by building and unit, and a page of the households in the order of their doors.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn today(&self, filter: &TodayFilter) -> Result<TodayView, EngineError> {
        let mut conn = self.store.lock().await;
        let period = self.period(&mut conn, filter.campaign.as_deref()).await?;
        let mut buildings = by_building(doors::units(&mut conn, &period, filter.place()).await?);
        let mut tally = Tally::default();
        buildings.iter().for_each(|building| tally.add(&building.tally));
        let left_out = buildings.len().saturating_sub(BUILDINGS_MAX);
        buildings.truncate(BUILDINGS_MAX);

        let unsent = rows::unsent_households(&mut conn).await?;
        let limit = filter.limit.unwrap_or(TodayFilter::LIMIT_DEFAULT).min(TodayFilter::LIMIT_MAX);
        let offset = filter.offset.unwrap_or(0);
        let tag = filter.tag.as_deref().filter(|tag| !tag.trim().is_empty());
        // One more than asked for tells whether there is another page.
        let wanted = Wanted { only: filter.only.word(), tag, offset, limit: limit + 1 };
        let mut found = doors::page(&mut conn, &period, filter.place(), &wanted).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let mut doors = Vec::with_capacity(found.len());
        for (placed, outcome) in found {
            let [estate, building, unit, room] = placed.row.place.clone();
            doors.push(DoorView {
                item: item(&mut conn, placed, &unsent).await?,
                floor: position_of(&room).floor(),
                estate,
                building,
                unit,
                room,
                outcome,
                due: is_due(outcome),
            });
        }
        Ok(TodayView {
            period,
            tally,
            unsent: unsent.len() as u64,
            buildings,
            buildings_left_out: left_out as u64,
            doors,
            next_offset: more.then(|| offset.saturating_add(limit)),
        })
    }

    /// Every door of one building. Of the filter only the place and the campaign count; without a building it is
    /// the one that has no number.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn building_chart(&self, filter: &TodayFilter) -> Result<ChartView, EngineError> {
        let mut conn = self.store.lock().await;
        let period = self.period(&mut conn, filter.campaign.as_deref()).await?;
        let estate = filter.estate.clone().unwrap_or_default();
        let building = filter.building.clone().unwrap_or_default();
        let place = Place { grid: filter.grid.as_deref(), estate: Some(&estate), building: Some(&building) };
        let mut found = doors::cells(&mut conn, &period, place, CELLS_MAX + 1).await?;
        let cut = found.len() > CELLS_MAX;
        found.truncate(CELLS_MAX);
        let unsent = rows::unsent_households(&mut conn).await?;
        let cells = found.into_iter().map(|record| cell(record, &unsent)).collect();
        Ok(ChartView { period, estate, building, cells, cut })
    }

    /// The campaign asked for, or the quarter that a visit made now would belong to.
    async fn period(
        &self,
        conn: &mut SqliteConnection,
        campaign: Option<&str>,
    ) -> Result<String, EngineError> {
        if let Some(campaign) = campaign.map(str::trim).filter(|name| !name.is_empty()) {
            return Ok(campaign.to_owned());
        }
        let skew_ms = meta::skew_ms(conn).await?.unwrap_or(0);
        Ok(quarter_of(self.env.now_ms().saturating_add(skew_ms)))
    }
}

fn is_due(outcome: Option<Outcome>) -> bool {
    !outcome.is_some_and(Outcome::is_reached)
}

/// Units come in the order of doors, so those of one building stand together.
fn by_building(units: Vec<UnitRecord>) -> Vec<BuildingDay> {
    let mut buildings: Vec<BuildingDay> = Vec::new();
    for record in units {
        let due = record.households.saturating_sub(record.reached);
        let tally = Tally {
            households: record.households,
            reached: record.reached,
            due,
            no_answer: record.no_answer,
            revisit: record.revisit,
            untried: due.saturating_sub(record.no_answer + record.revisit),
            conflicts: record.conflicts,
        };
        let unit = UnitDay { unit: record.unit, tally };
        match buildings.last_mut() {
            Some(last) if (&last.estate, &last.building) == (&record.estate, &record.building) => {
                last.tally.add(&tally);
                last.units.push(unit);
            }
            _ => buildings.push(BuildingDay {
                estate: record.estate,
                building: record.building,
                tally,
                units: vec![unit],
            }),
        }
    }
    buildings
}

fn cell(record: CellRecord, unsent: &BTreeSet<HouseholdId>) -> CellView {
    let position = position_of(&record.room);
    CellView {
        id: record.id,
        unit: record.unit,
        floor: position.floor(),
        door: position.door().to_owned(),
        room: record.room,
        outcome: record.outcome,
        due: is_due(record.outcome),
        conflict: record.conflict,
        unsent: unsent.contains(&record.id),
    }
}
