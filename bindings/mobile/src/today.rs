//! A worker's day: what is due, in numbers, door by door and as a building chart.

use crate::shown::all;
use crate::{HouseholdItem, Outcome};
use linli_engine as engine;

/// Which households of the day to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TodayOnly {
    /// Not reached in this period.
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

impl From<TodayOnly> for engine::TodayOnly {
    fn from(only: TodayOnly) -> Self {
        match only {
            TodayOnly::Due => Self::Due,
            TodayOnly::Revisit => Self::Revisit,
            TodayOnly::Never => Self::Never,
            TodayOnly::Unsent => Self::Unsent,
            TodayOnly::Conflict => Self::Conflict,
            TodayOnly::All => Self::All,
        }
    }
}

/// What to show of the day.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct TodayFilter {
    /// Only this grid.
    #[uniffi(default = None)]
    pub grid: Option<String>,
    /// Only this estate; empty text is the one without a name.
    #[uniffi(default = None)]
    pub estate: Option<String>,
    /// Only this building.
    #[uniffi(default = None)]
    pub building: Option<String>,
    /// Visits of this campaign count; of the quarter otherwise.
    #[uniffi(default = None)]
    pub campaign: Option<String>,
    /// Which households to list, those that are due otherwise; numbers are of all.
    #[uniffi(default = None)]
    pub only: Option<TodayOnly>,
    /// List only those with this tag.
    #[uniffi(default = None)]
    pub tag: Option<String>,
    /// Begin the list after so many.
    #[uniffi(default = None)]
    pub offset: Option<u32>,
    /// List at most so many; 50 without, 200 at most.
    #[uniffi(default = None)]
    pub limit: Option<u32>,
}

impl From<TodayFilter> for engine::TodayFilter {
    fn from(of: TodayFilter) -> Self {
        Self {
            grid: of.grid,
            estate: of.estate,
            building: of.building,
            campaign: of.campaign,
            only: of.only.map(Into::into).unwrap_or_default(),
            tag: of.tag,
            offset: of.offset,
            limit: of.limit,
        }
    }
}

/// Households by how the last visit of the period went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Tally {
    /// All of them.
    pub households: u64,
    /// The last visit needs no other.
    pub reached: u64,
    /// All others.
    pub due: u64,
    /// Of those due: nobody opened.
    pub no_answer: u64,
    /// Of those due: to come again.
    pub revisit: u64,
    /// Of those due: nobody has knocked in this period.
    pub untried: u64,
    /// A person must choose between values.
    pub conflicts: u64,
}

impl From<engine::Tally> for Tally {
    fn from(of: engine::Tally) -> Tally {
        Tally {
            households: of.households,
            reached: of.reached,
            due: of.due,
            no_answer: of.no_answer,
            revisit: of.revisit,
            untried: of.untried,
            conflicts: of.conflicts,
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Today {
    /// Quarter or campaign whose visits count.
    pub period: String,
    /// Everything asked for.
    pub tally: Tally,
    /// Households with something that is not uploaded yet, of the whole phone.
    pub unsent: u64,
    /// The same by building, in the order of doors.
    pub buildings: Vec<BuildingDay>,
    /// Buildings that are left out because there are too many for one answer.
    pub buildings_left_out: u64,
    /// A page of the households asked for, in the order of their doors.
    pub doors: Vec<Door>,
    /// Where the next page begins, when there is one.
    pub next_offset: Option<u32>,
}

impl From<engine::TodayView> for Today {
    fn from(of: engine::TodayView) -> Today {
        Today {
            period: of.period,
            tally: of.tally.into(),
            unsent: of.unsent,
            buildings: all(of.buildings),
            buildings_left_out: of.buildings_left_out,
            doors: all(of.doors),
            next_offset: of.next_offset,
        }
    }
}

/// A building in numbers.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BuildingDay {
    /// Estate; empty where the roster does not say.
    pub estate: String,
    /// Building.
    pub building: String,
    /// The whole building.
    pub tally: Tally,
    /// Its units, in their order.
    pub units: Vec<UnitDay>,
}

impl From<engine::BuildingDay> for BuildingDay {
    fn from(of: engine::BuildingDay) -> BuildingDay {
        BuildingDay { estate: of.estate, building: of.building, tally: of.tally.into(), units: all(of.units) }
    }
}

/// A unit (staircase) in numbers.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UnitDay {
    /// Empty where the building has none.
    pub unit: String,
    /// Its households.
    pub tally: Tally,
}

impl From<engine::UnitDay> for UnitDay {
    fn from(of: engine::UnitDay) -> UnitDay {
        UnitDay { unit: of.unit, tally: of.tally.into() }
    }
}

/// A household in the list of the day.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Door {
    /// As in every list.
    pub household: HouseholdItem,
    /// Estate.
    pub estate: String,
    /// Building.
    pub building: String,
    /// Unit.
    pub unit: String,
    /// Room.
    pub room: String,
    /// From the room's number, where it names one.
    pub floor: Option<u16>,
    /// How the last visit of the period went; nothing when there was none.
    pub outcome: Option<Outcome>,
    /// Another visit is needed in this period.
    pub due: bool,
}

impl From<engine::DoorView> for Door {
    fn from(of: engine::DoorView) -> Door {
        Door {
            household: of.item.into(),
            estate: of.estate,
            building: of.building,
            unit: of.unit,
            room: of.room,
            floor: of.floor,
            outcome: of.outcome.map(Into::into),
            due: of.due,
        }
    }
}

/// Every door of a building.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BuildingChart {
    /// Quarter or campaign whose visits count.
    pub period: String,
    /// Estate.
    pub estate: String,
    /// Building.
    pub building: String,
    /// In the order of their doors.
    pub cells: Vec<ChartCell>,
    /// There are more doors than one chart shows.
    pub cut: bool,
}

impl From<engine::ChartView> for BuildingChart {
    fn from(of: engine::ChartView) -> BuildingChart {
        BuildingChart {
            period: of.period,
            estate: of.estate,
            building: of.building,
            cells: all(of.cells),
            cut: of.cut,
        }
    }
}

/// A door in a building chart.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ChartCell {
    /// The household.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Room.
    pub room: String,
    /// From the room's number; nothing for shops, cellars and whatever is not numbered by floors.
    pub floor: Option<u16>,
    /// Place on the floor: `01` of 501.
    pub door: String,
    /// How the last visit of the period went; nothing when there was none.
    pub outcome: Option<Outcome>,
    /// Another visit is needed in this period.
    pub due: bool,
    /// A person must choose between values.
    pub conflict: bool,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}

impl From<engine::CellView> for ChartCell {
    fn from(of: engine::CellView) -> ChartCell {
        ChartCell {
            id: of.id.to_string(),
            unit: of.unit,
            room: of.room,
            floor: of.floor,
            door: of.door,
            outcome: of.outcome.map(Into::into),
            due: of.due,
            conflict: of.conflict,
            unsent: of.unsent,
        }
    }
}
