//! Rosters as offices send them, and what must come out.

mod cells;
mod files;
mod layouts;
mod rejects;

use super::*;
use crate::table::{CsvEncoding, CsvStyle, Delimiter, Sheet};

/// Reads a CSV roster that is expected to be one.
fn read(text: &str) -> Roster {
    read_roster(text.as_bytes(), "名册.csv", &ImportOptions::default()).expect("a roster")
}

/// One sheet of text cells, rows by line, cells by `|`.
fn page(name: &str, text: &str) -> Sheet {
    let row = |line: &str| line.split('|').map(|cell| Cell::from(cell.trim())).collect();
    Sheet::new(name, text.trim().lines().map(row).collect())
}

fn home(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn names(household: &RosterHousehold) -> Vec<&str> {
    household.residents.iter().map(|resident| resident.name.as_str()).collect()
}

fn heads(household: &RosterHousehold) -> Vec<&str> {
    household.residents.iter().filter(|one| one.is_head).map(|one| one.name.as_str()).collect()
}

/// The reasons of each bad row, by row number.
fn reasons(roster: &Roster) -> Vec<(usize, Vec<BadReason>)> {
    let reasons = |bad: &BadRow| bad.problems.iter().map(|problem| problem.reason).collect();
    roster.bad_rows.iter().map(|bad| (bad.row, reasons(bad))).collect()
}

const FORMATS: [Format; 6] = [
    Format::Csv(CsvStyle { encoding: CsvEncoding::Utf8, delimiter: Delimiter::Comma }),
    Format::Csv(CsvStyle { encoding: CsvEncoding::Utf8Bom, delimiter: Delimiter::Semicolon }),
    Format::Csv(CsvStyle { encoding: CsvEncoding::Gb18030, delimiter: Delimiter::Comma }),
    Format::Csv(CsvStyle { encoding: CsvEncoding::Gb18030, delimiter: Delimiter::Tab }),
    Format::Xlsx,
    Format::Xls,
];
