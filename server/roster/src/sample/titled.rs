//! A workbook as offices print it: a title over merged cells, a note line, merged household cells.

use crate::table::{Cell, TableError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Excel's name for how a day is shown.
const DAY: &str = "yyyy-mm-dd";

/// Rows of a sheet and the cells in it that are merged downwards.
#[derive(Clone, Debug, Default)]
pub(super) struct Titled {
    /// Over the whole width.
    pub(super) title: String,
    /// Small print under the title.
    pub(super) note: String,
    /// Header and body.
    pub(super) rows: Vec<Vec<Cell>>,
    /// First row (index into `rows`), number of rows, column.
    pub(super) merged: Vec<(usize, usize, usize)>,
}

/// Rows above the header.
pub(super) const TITLE_ROWS: usize = 2;

/// The bytes of the workbook.
pub(super) fn write(titled: &Titled) -> Result<Vec<u8>, TableError> {
    build(titled).map_err(|error| TableError::Unwritable { detail: error.to_string() })
}

fn build(titled: &Titled) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The library would write today's date, and the same seed would give other bytes tomorrow.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let page = book.add_worksheet();
    let width = titled.rows.first().map_or(1, Vec::len).max(2);
    let last = column_number(width - 1);
    let heading = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    page.merge_range(0, 0, 0, last, &titled.title, &heading)?;
    page.merge_range(1, 0, 1, last, &titled.note, &Format::new())?;
    let day = Format::new().set_num_format(DAY);
    for (index, row) in titled.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            put(page, row_number(index), column_number(column), cell, &day)?;
        }
    }
    let middle = Format::new().set_align(FormatAlign::VerticalCenter);
    for (first, count, column) in titled.merged.iter().filter(|(_, count, _)| *count > 1) {
        let (top, column) = (row_number(*first), column_number(*column));
        let bottom = row_number(first + count - 1);
        let text = titled.rows.get(*first).and_then(|row| row.get(usize::from(column)));
        let text = text.map(Cell::to_string).unwrap_or_default();
        page.merge_range(top, column, bottom, column, &text, &middle)?;
    }
    book.save_to_buffer()
}

fn put(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, day: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Number(number) => drop(page.write_number(row, column, *number)?),
        Cell::Date(date) => match date.to_serial() {
            Some(serial) => drop(page.write_number_with_format(row, column, serial, day)?),
            None => drop(page.write_string(row, column, date.to_string())?),
        },
        Cell::Text(text) => drop(page.write_string(row, column, text)?),
    }
    Ok(())
}

fn row_number(index: usize) -> u32 {
    u32::try_from(index + TITLE_ROWS).unwrap_or(u32::MAX)
}

fn column_number(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
