//! Made-up communities as the spreadsheets an office would hand in, tidy or as messy as real ones.
//!
//! Owns the test profiles and what an import of them must find. Nobody in them exists: names are drawn from
//! frequency lists, phone numbers have `000` in their middle, grid and identity numbers belong to an area code
//! that was never given out. The same seed gives the same bytes for ever.

mod dice;
mod messy;
mod names;
mod people;
mod spelling;
mod tidy;
mod titled;
mod world;

#[cfg(test)]
mod tests;

use crate::table::TableError;
use serde::Serialize;
use world::Community;

/// What to make. Figures are those of the communities our sources describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// 11,500 households, 31,200 people, five estates, about thirty grids.
    LargeCommunity,
    /// 2,036 people in twelve old estates, over half of them tenants.
    WeakCommunity,
    /// One estate of 600 households in ten groups.
    Estate,
    /// Ten communities of 2,000 households, a file each.
    District,
    /// One community of this many people, for timing.
    Residents(u32),
}

/// Files, and what is in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// File names and bytes, in the order of communities and estates.
    pub files: Vec<(String, Vec<u8>)>,
    /// What an import of all files must find.
    pub expected: Expected,
}

/// What an import must find.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Homes, each counted once however often it was typed; near-duplicates count as homes of their own.
    pub households: usize,
    /// People in those homes. People of bad rows are not among them.
    pub residents: usize,
    /// Grids in the order of their codes.
    pub grids: Vec<ExpectedGrid>,
    /// Rows that cannot be right. Each is an extra row: leaving it out loses nobody counted above.
    pub bad_rows: Vec<BadRow>,
    /// Homes typed twice in different spellings, which must become one household.
    pub typed_twice: Vec<TypedTwice>,
    /// Homes where the same people are entered under another address too, which a person must look at.
    pub near_duplicates: Vec<NearDuplicate>,
}

/// A grid and how many homes it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectedGrid {
    /// Fifteen digits: twelve of the community, three of the grid.
    pub code: String,
    /// As written in the files.
    pub name: String,
    /// Homes, counted like [`Expected::households`].
    pub households: usize,
}

/// A row that cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// File name.
    pub file: String,
    /// Row number as a spreadsheet program shows it.
    pub row: usize,
    /// What is wrong.
    pub reason: BadReason,
}

/// What is wrong with a bad row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadReason {
    /// Too few digits.
    BadPhone,
    /// A day that does not exist.
    ImpossibleBirthDate,
    /// A building and no room.
    AddressWithoutRoom,
    /// An identity number whose last character does not fit the others.
    BadIdChecksum,
}

/// A home that occurs twice in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TypedTwice {
    /// File name.
    pub file: String,
    /// The canonical address.
    pub address: String,
}

/// Two homes with the same people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearDuplicate {
    /// Canonical address of the first entry.
    pub first: String,
    /// Canonical address of the second.
    pub second: String,
    /// Names that both have.
    pub names: Vec<String>,
}

impl Expected {
    /// The same as a JSON document, to lie next to the files.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Makes a sample: `messy` is the same community as real offices keep it, plus known mistakes.
///
/// # Errors
/// [`TableError`] when a file cannot be written, which no profile should cause.
pub fn generate(profile: Profile, seed: u64, messy: bool) -> Result<Sample, TableError> {
    let mut sample = Sample { files: Vec::new(), expected: Expected::default() };
    for mut community in world::communities(profile, seed) {
        let files = if messy {
            messy::write(&mut community, &mut sample.expected)?
        } else {
            vec![tidy::write(&community)?]
        };
        sample.files.extend(files);
        count(&community, &mut sample.expected);
    }
    Ok(sample)
}

fn count(community: &Community, expected: &mut Expected) {
    expected.households += community.homes.len();
    expected.residents += community.homes.iter().map(|home| home.people.len()).sum::<usize>();
    expected.grids.extend(community.grids.iter().enumerate().map(|(index, grid)| ExpectedGrid {
        code: grid.code.clone(),
        name: grid.name.clone(),
        households: community.homes.iter().filter(|home| home.grid == index).count(),
    }));
}
