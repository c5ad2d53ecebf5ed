//! Where a room lies in a building chart: its floor and its place on the floor, from its number alone.

use super::text::{half_width, is_side};

/// The highest floor that a room number is believed to name. No home is higher; `12345` is a number of
/// another kind.
const FLOOR_MAX: u16 = 99;
/// Characters after the digits that still belong to a home of that floor: `501A`, `501东`.
const SUFFIX_CHARS_MAX: usize = 2;

/// A room's place in its unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// A home on a floor: 501 is `01` on floor 5, 1203 is `03` on floor 12.
    Floor {
        /// From 1.
        floor: u16,
        /// Two digits, and a suffix where the number has one.
        door: String,
    },
    /// Shops, cellars, villas and whatever else is not numbered by floors: one row of its own.
    Other,
}

impl Position {
    /// The floor, when there is one.
    pub fn floor(&self) -> Option<u16> {
        match self {
            Position::Floor { floor, .. } => Some(*floor),
            Position::Other => None,
        }
    }

    /// The place on the floor; empty for the other row.
    pub fn door(&self) -> &str {
        match self {
            Position::Floor { door, .. } => door,
            Position::Other => "",
        }
    }
}

/// Reads a room number: the last two digits are the place on the floor, those before are the floor. A door is
/// the same in every width and case.
pub fn position_of(room: &str) -> Position {
    read(&half_width(room)).unwrap_or(Position::Other)
}

fn read(room: &str) -> Option<Position> {
    let room = room.trim();
    let digits = room.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(room.len());
    let (number, suffix) = room.split_at_checked(digits)?;
    let names_a_door = suffix.chars().all(char::is_alphabetic);
    if !names_a_door || suffix.chars().count() > SUFFIX_CHARS_MAX {
        return None;
    }
    let (floor, door) = match number.len() {
        3..=4 => number.split_at_checked(number.len() - 2)?,
        // 5东 is the eastern home of the fifth floor.
        1..=2 if suffix.chars().next().is_some_and(is_side) => (number, ""),
        // Two digits alone say no floor, and five or more say building or unit too.
        _ => return None,
    };
    let floor: u16 = floor.parse().ok()?;
    let is_floor = (1..=FLOOR_MAX).contains(&floor);
    is_floor.then(|| Position::Floor { floor, door: format!("{door}{}", suffix.to_uppercase()) })
}
