//! The bad rows of a roster as a file that a person corrects and imports again.

use linli_core::error::Coded;

use super::field::{IGNORED, understood};
use super::{BadRow, ColumnReading, Roster};
use crate::table::{Cell, Sheet, Workbook};

/// The last column. It is no roster field, so a corrected file may keep it.
const REASON_HEADER: &str = "原因/reason";

/// `None` when there is nothing to correct.
pub(super) fn workbook(roster: &Roster) -> Option<Workbook> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for bad in &roster.bad_rows {
        let columns: Vec<_> = roster.columns.iter().filter(|column| column.sheet == bad.sheet).collect();
        let known = sheets.last_mut().filter(|sheet| sheet.name == bad.sheet);
        match known {
            Some(sheet) => sheet.rows.push(row(bad, &columns)),
            None => sheets.push(Sheet::new(&bad.sheet, vec![header(&columns), row(bad, &columns)])),
        }
    }
    (!sheets.is_empty()).then_some(Workbook { format: roster.format, sheets })
}

/// The original header without the reasons of an earlier round.
fn header(columns: &[&ColumnReading]) -> Vec<Cell> {
    let named = columns.iter().filter(|column| column.header != REASON_HEADER);
    named.map(|column| Cell::from(name(column))).chain([Cell::from(REASON_HEADER)]).collect()
}

/// The header as it was; where a person had to say what it means, something that says so by itself, so that the
/// corrected file needs no explaining again.
fn name(column: &ColumnReading) -> String {
    match column.field {
        field if field == understood(&column.header) => column.header.clone(),
        Some(field) => field.zh().to_owned(),
        None => format!("{IGNORED}{}", column.header),
    }
}

fn row(bad: &BadRow, columns: &[&ColumnReading]) -> Vec<Cell> {
    let named = columns.iter().filter(|column| column.header != REASON_HEADER);
    let cells = named.map(|column| bad.cells.get(column.index).cloned().unwrap_or_default());
    cells.chain([Cell::from(reasons(bad))]).collect()
}

fn reasons(bad: &BadRow) -> String {
    let told = bad
        .problems
        .iter()
        .map(|problem| format!("{}列“{}”：{}", problem.column, problem.header, problem.reason.zh()));
    format!("原第{}行 {}", bad.row, told.collect::<Vec<_>>().join("；"))
}
