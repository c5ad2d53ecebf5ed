//! A roster file becomes households and residents, and every row that cannot is told apart with its reason.
//!
//! Owns which column means what, how cells are spelled, and which rows make one household. Knows nothing of
//! records that exist already: matching households with them is the business of whoever imports.

mod birth;
mod error;
mod facts;
mod field;
mod header;
mod household;
mod national_id;
mod phone;
mod place;
mod reject;
mod sheet;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use linli_core::address::Address;

pub use error::{BadReason, RosterError};
pub use field::Field;
pub use national_id::{NationalId, NationalIdKey};

use crate::table::{Cell, Date, Format, Sheet, Workbook};

/// What an office decides about an import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// When given, national id numbers are kept as a hash with this key and the last four digits. When not, they
    /// are checked and used to fill in birth date and gender, and then forgotten. (PIPL Art 6 and 28.)
    pub national_id: Option<NationalIdKey>,
    /// The day of the import; a birth after it is a slip of the pen. Without it only the calendar is checked.
    pub today: Option<Date>,
    /// What a person says that columns mean.
    pub corrections: Corrections,
}

/// What a person says that columns mean, by sheet and place from 0; `None`: nothing that is imported.
pub type Corrections = BTreeMap<(String, usize), Option<Field>>;

/// Everything that was read from a roster file.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    /// What the file was, so that rejects go back in the same form.
    pub format: Format,
    /// Every sheet, also those that were left out.
    pub sheets: Vec<SheetReading>,
    /// How each column of the sheets that were read was understood, sheet by sheet from the left.
    pub columns: Vec<ColumnReading>,
    /// Households in the order in which the file first mentions them.
    pub households: Vec<RosterHousehold>,
    /// Rows that were not imported, in the order of the file.
    pub bad_rows: Vec<BadRow>,
    /// Rows with data below a header, bad and repeated ones included.
    pub rows_read: usize,
    /// Rows below a header without data: blank rows, totals, repeated headers, footers.
    pub rows_skipped: usize,
    /// Rows that say exactly what an earlier row said; they were merged with it.
    pub rows_repeated: usize,
    /// Sheets without a roster's header, which were left out.
    pub sheets_skipped: Vec<String>,
    /// Why the file as a whole is no roster, as long as nobody corrects what its columns mean.
    pub trouble: Option<RosterError>,
}

/// How one sheet was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetReading {
    /// Name on the tab.
    pub name: String,
    /// The row that names the columns, as a spreadsheet program shows it; `None`: no row looks like it.
    pub header_row: Option<usize>,
    /// What its columns were understood as.
    pub columns: Vec<ColumnReading>,
    /// What it lacks to be read.
    pub missing: Option<Field>,
}

/// How one column was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnReading {
    /// Name on the tab.
    pub sheet: String,
    /// Place of the column, from 0.
    pub index: usize,
    /// Letters above the column.
    pub column: String,
    /// Text of the header.
    pub header: String,
    /// What it means; `None` when the column is ignored.
    pub field: Option<Field>,
    /// Some of what stands below.
    pub samples: Vec<String>,
}

/// One household as the file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterHousehold {
    /// Where they live.
    pub address: Address,
    /// The grid's code or name as written; the first that the household's rows give.
    pub grid: Option<String>,
    /// Every phone number of the household once; the first is the one to call.
    pub phones: Vec<String>,
    /// Words from tag columns of the household, and its state (人户分离, 空户).
    pub tags: BTreeSet<String>,
    /// Remarks, joined with `；`.
    pub note: Option<String>,
    /// People in the order of the file. Empty for a vacant home.
    pub residents: Vec<RosterResident>,
    /// Where the file says all this.
    pub rows: Vec<RowRef>,
}

/// One resident as the file describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RosterResident {
    /// Full name.
    pub name: String,
    /// Relation to the head as written: 妻, 长子.
    pub relation: Option<String>,
    /// Gender, from its own column or from a valid national id.
    pub gender: Option<Gender>,
    /// `YYYY-MM-DD`, or `YYYY-MM` when the file gives no day.
    pub birth: Option<String>,
    /// Their own first number.
    pub phone: Option<String>,
    /// Words from tag columns of their row.
    pub tags: BTreeSet<String>,
    /// Hash and last four digits, if the office keeps them.
    pub national_id: Option<NationalId>,
    /// True for the head of the household (户主).
    pub is_head: bool,
}

/// Gender as registers record it (GB/T 2261.1 codes 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gender {
    /// 男.
    Male,
    /// 女.
    Female,
}

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowRef {
    /// Name on the tab.
    pub sheet: String,
    /// Row from 1, as a spreadsheet program shows it.
    pub row: usize,
}

/// A row that was not imported. It holds what the file says of people: show it to whoever sent the file, never log it.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRow {
    /// Name on the tab.
    pub sheet: String,
    /// Row from 1, as a spreadsheet program shows it.
    pub row: usize,
    /// Everything wrong with it, from the left, so that it is corrected once; never empty.
    pub problems: Vec<Problem>,
    /// The row itself, with an address it had from a merged cell or the row above filled in.
    pub cells: Vec<Cell>,
}

/// One thing wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Letters above the column.
    pub column: String,
    /// Text of its header.
    pub header: String,
    /// What stands there.
    pub value: String,
    /// Why it cannot be imported.
    pub reason: BadReason,
}

/// Reads a roster: any sheet with a header that names people and homes.
///
/// # Errors
/// [`RosterError`] when the file as a whole is no roster. A bad row is not an error; see [`Roster::bad_rows`].
pub fn read_roster(bytes: &[u8], file_name: &str, options: &ImportOptions) -> Result<Roster, RosterError> {
    let mut roster = open_roster(bytes, file_name, options)?;
    match roster.trouble.take() {
        Some(trouble) => Err(trouble),
        None => Ok(roster),
    }
}

/// The same for somebody who can say what the columns mean: what keeps the file from being a roster is
/// [`Roster::trouble`] then.
///
/// # Errors
/// [`RosterError::Table`] when the file is no workbook.
pub fn open_roster(bytes: &[u8], file_name: &str, options: &ImportOptions) -> Result<Roster, RosterError> {
    let book = Workbook::read(bytes, file_name)?;
    let mut roster = Roster {
        format: book.format,
        sheets: Vec::new(),
        columns: Vec::new(),
        households: Vec::new(),
        bad_rows: Vec::new(),
        rows_read: 0,
        rows_skipped: 0,
        rows_repeated: 0,
        sheets_skipped: Vec::new(),
        trouble: None,
    };
    let mut households = household::Households::default();
    let mut incomplete = None;
    for page in &book.sheets {
        let found = header::find(page, &options.corrections);
        roster.sheets.push(reading(page, found.as_ref()));
        match found {
            Some(found) if found.missing.is_none() => {
                sheet::read(page, &found.header, options, &mut roster, &mut households);
            }
            found => {
                incomplete = incomplete.or(found.and_then(|found| lacking(page, &found)));
                roster.sheets_skipped.push(page.name.clone());
            }
        }
    }
    if roster.columns.is_empty() {
        let sheets = roster.sheets_skipped.clone();
        roster.trouble = Some(incomplete.unwrap_or(RosterError::NoHeader { sheets }));
    } else if roster.rows_read == 0 {
        roster.trouble = Some(RosterError::NoRows);
    }
    roster.households = households.finish();
    Ok(roster)
}

fn reading(page: &Sheet, found: Option<&header::Found>) -> SheetReading {
    SheetReading {
        name: page.name.clone(),
        header_row: found.map(|found| page.first_row + found.header.below - 1),
        columns: found.map(|found| sheet::readings(page, &found.header)).unwrap_or_default(),
        missing: found.and_then(|found| found.missing),
    }
}

/// What a near miss lacks.
fn lacking(page: &Sheet, found: &header::Found) -> Option<RosterError> {
    let missing = found.missing.filter(|_| found.is_understood)?;
    let row = page.first_row + found.header.below - 1;
    Some(RosterError::MissingColumn { sheet: page.name.clone(), row, missing })
}

impl Roster {
    /// The bad rows as a workbook in the input's own form: original header and cells, and a last column with the
    /// reason. Correcting the cells and importing that file imports the rows. `None` when there is no bad row.
    pub fn rejects(&self) -> Option<Workbook> {
        reject::workbook(self)
    }
}
