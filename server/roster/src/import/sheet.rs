//! The rows below one header: which to skip, which repeat another, and the facts of the rest.

use super::error::BadReason;
use super::facts::{self, Facts};
use super::field::Field;
use super::header::Header;
use super::household::Households;
use super::words::{filled, plain};
use super::{BadRow, ColumnReading, ImportOptions, Roster, RowRef, place};
use crate::table::{Cell, Sheet, column_letter};

/// First words of rows that sum up the ones above.
const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "总人数", "总户数"];
/// The same in English; compared whole, because Mr Sumner lives somewhere.
const TOTALS_ENGLISH: [&str; 4] = ["total", "subtotal", "sum", "grandtotal"];
/// First words of rows about the making of the list.
const FOOTERS: [&str; 9] = ["制表", "填表", "审核人", "审核:", "填报", "备注:", "说明:", "注:", "打印"];
/// Values of a column that are shown to a person, how much of each, and how far down they are looked for.
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 40;
const SAMPLED_ROWS: usize = 200;
/// A title merged over the whole width comes as the same text in at least so many cells.
const TITLE_CELLS_MIN: usize = 3;

/// Reads one sheet into the roster.
pub(super) fn read(
    sheet: &Sheet,
    header: &Header,
    options: &ImportOptions,
    roster: &mut Roster,
    households: &mut Households,
) {
    roster.columns.extend(readings(sheet, header));
    let heads_are_told = header.has(Field::HeadName) || header.has(Field::Relation);
    let sheet_grid = sheet_grid(sheet, header);
    let mut above: Option<Vec<Cell>> = None;
    for (index, row) in sheet.rows.iter().enumerate().skip(header.below) {
        if is_no_data(row, header) {
            roster.rows_skipped += 1;
            if is_sum_or_footer(row) {
                // What follows a sum is another building; its first row must say which.
                above = None;
            }
            continue;
        }
        roster.rows_read += 1;
        let at = RowRef { sheet: sheet.name.clone(), row: sheet.first_row + index };
        let is_told = place::is_told(row, header);
        let mut cells = row.clone();
        place::inherit(&mut cells, above.as_deref(), header);
        let read = facts::read(&cells, header, is_told, options);
        let read = read.and_then(|facts| match households.has_room(&facts) {
            true => Ok(facts),
            false => Err(facts::blame_address(&cells, header, BadReason::TooMany)),
        });
        match read {
            Ok(facts) => {
                let facts = Facts { grid: facts.grid.clone().or(sheet_grid.clone()), ..facts };
                if households.is_news(fingerprint(&cells, header, &facts)) {
                    households.add(facts, at, heads_are_told);
                } else {
                    roster.rows_repeated += 1;
                    households.repeat(&facts, at);
                }
            }
            Err(problems) => {
                let cells = cells.clone();
                roster.bad_rows.push(BadRow { sheet: at.sheet, row: at.row, problems, cells });
            }
        }
        if is_told {
            above = Some(cells);
        }
    }
}

/// How each named column was understood.
pub(super) fn readings(sheet: &Sheet, header: &Header) -> Vec<ColumnReading> {
    let named = header.columns.iter().enumerate().filter(|(_, (text, _))| !text.is_empty());
    named
        .map(|(column, (text, field))| ColumnReading {
            sheet: sheet.name.clone(),
            index: column,
            column: column_letter(column),
            header: text.clone(),
            field: *field,
            samples: samples(sheet, header, column),
        })
        .collect()
}

/// The first different values below a header, cut short: enough to see what a column holds.
fn samples(sheet: &Sheet, header: &Header, column: usize) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for row in sheet.rows.iter().skip(header.below).take(SAMPLED_ROWS) {
        let value = row.get(column).map(|cell| cell.shown().trim().to_owned()).unwrap_or_default();
        let value: String = value.chars().take(SAMPLE_CHARS).collect();
        if !value.is_empty() && !samples.contains(&value) {
            samples.push(value);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}

/// Offices keep one sheet for each grid; its name then says which.
fn sheet_grid(sheet: &Sheet, header: &Header) -> Option<String> {
    let has_column = header.has(Field::Grid) || header.has(Field::GridCode);
    (!has_column && sheet.name.contains("网格")).then(|| sheet.name.trim().to_owned())
}

/// What a row says in understood columns, so that a running number does not make two rows different.
fn fingerprint(cells: &[Cell], header: &Header, facts: &Facts) -> String {
    let told = header
        .columns
        .iter()
        .zip(cells)
        .filter(|((_, field), _)| field.is_some_and(|field| !is_place(field)));
    let told: Vec<String> = told.map(|(_, cell)| plain(cell)).collect();
    format!("{}\u{1f}{}", facts.address.key(), told.join("\u{1f}"))
}

fn is_place(field: Field) -> bool {
    matches!(field, Field::Address | Field::Estate | Field::Building | Field::Unit | Field::Room)
}

fn is_no_data(row: &[Cell], header: &Header) -> bool {
    let understood = header.columns.iter().zip(row).filter(|((_, field), _)| field.is_some());
    let is_blank = understood.clone().all(|(_, cell)| filled(cell).is_none());
    is_blank || is_header_again(row, header) || is_sum_or_footer(row) || is_title(row)
}

fn is_header_again(row: &[Cell], header: &Header) -> bool {
    let understood =
        header.columns.iter().zip(row).filter(|((_, field), cell)| field.is_some() && !cell.is_blank());
    let (mut same, mut all) = (0, 0);
    for ((text, _), cell) in understood {
        all += 1;
        same += usize::from(cell.shown().trim() == text);
    }
    same * 2 > all
}

fn is_sum_or_footer(row: &[Cell]) -> bool {
    let Some(first) = row.iter().map(plain).find(|text| !text.is_empty() && text.parse::<f64>().is_err())
    else {
        return false;
    };
    let text: String =
        first.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase().replace('：', ":");
    TOTALS.iter().chain(&FOOTERS).any(|word| text.starts_with(word))
        || TOTALS_ENGLISH.contains(&text.split(':').next().unwrap_or(""))
}

fn is_title(row: &[Cell]) -> bool {
    let mut filled = row.iter().filter(|cell| !cell.is_blank());
    let Some(first) = filled.next() else { return false };
    let (mut count, mut same) = (1, true);
    for cell in filled {
        count += 1;
        same &= cell == first;
    }
    same && count >= TITLE_CELLS_MIN
}
