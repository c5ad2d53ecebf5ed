//! A worker's day: what is due, in numbers and door by door.

use super::HouseholdItem;
use linli_core::ids::HouseholdId;
use linli_core::kinds::Outcome;
use serde::Serialize;

/// Households by how the last visit of the period went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub households: u64,
    /// The last visit needs no other: somebody was met, declined, or has moved away.
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

impl Tally {
    /// Adds another part's numbers.
    pub(crate) fn add(&mut self, other: &Tally) {
        self.households += other.households;
        self.reached += other.reached;
        self.due += other.due;
        self.no_answer += other.no_answer;
        self.revisit += other.revisit;
        self.untried += other.untried;
        self.conflicts += other.conflicts;
    }
}

/// What is to be done.
#[derive(Clone, Debug, Serialize)]
pub struct TodayView {
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
    pub doors: Vec<DoorView>,
    /// Where the next page begins, when there is one.
    pub next_offset: Option<u32>,
}

/// A building in numbers.
#[derive(Clone, Debug, Serialize)]
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

/// A unit (staircase) in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct UnitDay {
    /// Empty where the building has none.
    pub unit: String,
    /// Its households.
    pub tally: Tally,
}

/// A household in the list of the day.
#[derive(Clone, Debug, Serialize)]
pub struct DoorView {
    /// As in every list.
    #[serde(flatten)]
    pub item: HouseholdItem,
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

/// A building chart in small: every door of a building.
#[derive(Clone, Debug, Serialize)]
pub struct ChartView {
    /// Quarter or campaign whose visits count.
    pub period: String,
    /// Estate.
    pub estate: String,
    /// Building.
    pub building: String,
    /// In the order of their doors.
    pub cells: Vec<CellView>,
    /// There are more doors than one chart shows.
    pub cut: bool,
}

/// A door in a building chart.
#[derive(Clone, Debug, Serialize)]
pub struct CellView {
    /// The household.
    pub id: HouseholdId,
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
