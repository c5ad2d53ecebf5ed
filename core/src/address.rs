//! Where a household lives, in parts, from any spelling people write.
//!
//! Owns parsing and the comparison key. Knows nothing of records or documents.

mod estate;
mod floor;
mod parse;
mod text;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::error::Coded;

pub use floor::{Position, position_of};
pub use text::half_width;

/// Longest text read as an address. A full postal address is under 80 characters; more is a note in the wrong cell.
pub const ADDRESS_CHARS_MAX: usize = 200;

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

impl Coded for AddressError {
    fn code(&self) -> &'static str {
        match self {
            AddressError::Empty => "address.empty",
            AddressError::NoRoom(_) => "address.no_room",
        }
    }

    fn zh(&self) -> String {
        match self {
            AddressError::Empty => "地址是空的，请填写楼栋和房号，例如“3号楼2单元501室”。".to_owned(),
            AddressError::NoRoom(text) => {
                format!("地址“{text}”里看不出楼栋和房号，请写成“3号楼2单元501室”或“3-2-501”。")
            }
        }
    }
}

impl Address {
    /// Reads any usual spelling: `阳光花园3号楼2单元501室`, `3-2-501`, `３栋２单元５０１`.
    ///
    /// Province, city, district, street and community in front of the estate are dropped. Text that could
    /// be read in two ways (`1-3-2-501`) is refused: a guess would join two families.
    ///
    /// # Errors
    /// [`AddressError`] when no building and room can be found.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        if text.trim().is_empty() {
            return Err(AddressError::Empty);
        }
        parse::read(text)
            .ok_or_else(|| AddressError::NoRoom(text.trim().chars().take(ADDRESS_CHARS_MAX).collect()))
    }

    /// Reads the parts from columns of their own, each with or without its suffix (`3` or `3号楼`).
    ///
    /// A part may carry the next one too (`3栋2单元` as the building, `2-501` as the room).
    ///
    /// # Errors
    /// [`AddressError`] when the parts together do not name a home.
    pub fn from_parts(estate: &str, building: &str, unit: &str, room: &str) -> Result<Address, AddressError> {
        let whole = [estate, building, unit, room].map(str::trim).join(" ");
        if whole.trim().is_empty() {
            return Err(AddressError::Empty);
        }
        parse::read_parts(estate, building, unit, room)
            .ok_or_else(|| AddressError::NoRoom(whole.trim().chars().take(ADDRESS_CHARS_MAX).collect()))
    }

    /// A key equal for every spelling of the same home.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.estate, self.building, self.unit, self.room)
    }

    /// A key equal for every home of the same building.
    pub fn building_key(&self) -> String {
        format!("{}/{}", self.estate, self.building)
    }

    /// True when both may be the same home: all parts agree, or one source left the estate out.
    pub fn same_home(&self, other: &Address) -> bool {
        let estates_agree = self.estate == other.estate || self.estate.is_empty() || other.estate.is_empty();
        estates_agree
            && (&self.building, &self.unit, &self.room) == (&other.building, &other.unit, &other.room)
    }
}

impl fmt::Display for Address {
    /// The canonical spelling, leaving out the parts that do not exist. [`Address::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.estate, self.building, building_suffix(&self.building))?;
        if !self.unit.is_empty() {
            write!(f, "{}单元", self.unit)?;
        }
        if self.room.is_empty() {
            return Ok(());
        }
        let is_house =
            self.building.is_empty() && self.unit.is_empty() && !estate::is_one_building(&self.estate);
        let suffix = match () {
            () if is_house => "号",
            () if self.room.ends_with(text::is_side) => "户",
            () => "室",
        };
        write!(f, "{}{suffix}", self.room)
    }
}

/// How people say this building: A座, 东楼, 别墅8号, 3号楼.
fn building_suffix(building: &str) -> &'static str {
    match building {
        "" => "",
        villa if villa.starts_with(parse::VILLA) => "号",
        letters if letters.chars().all(|c| c.is_ascii_alphabetic()) => "座",
        side if side.chars().all(text::is_side) => "楼",
        _ => "号楼",
    }
}
