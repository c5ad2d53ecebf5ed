//! XLSX files: read through calamine, written through rust_xlsxwriter.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use rust_xlsxwriter::{
    DocProperties, Format as Style, Workbook as Writer, Worksheet, XlsxError as WriteError,
};

use super::grid::Grid;
use super::{CELLS_MAX, Cell, Date, INFLATED_BYTES_MAX, SHEETS_MAX, Sheet, TableError};

/// Rows of an XLSX sheet, by its specification.
const ROWS_MAX_XLSX: usize = 1 << 20;
/// Characters of a tab's name, and those that may not occur in it, by Excel.
const SHEET_NAME_CHARS_MAX: usize = 31;
/// Widths in characters that a column is given: narrow enough for a page, wide enough for an address.
const COLUMN_WIDTH: (usize, usize) = (8, 40);
/// Rows looked at to choose column widths; the rest looks like them.
const WIDTH_ROWS: usize = 200;

/// Reads every visible sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, TableError> {
    check_inflated(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    if sheets.len() > SHEETS_MAX {
        return Err(TableError::TooManySheets);
    }
    let mut cells = 0;
    let mut read = Vec::new();
    for sheet in sheets {
        if sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet {
            read.push(read_sheet(&mut book, &sheet.name, &mut cells)?);
        }
    }
    Ok(read)
}

/// Inflates every part once and throws it away: the sizes that a zip file declares are only a claim.
fn check_inflated(bytes: &[u8]) -> Result<(), TableError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| detail(&error.to_string()))?;
    if !archive.file_names().any(|name| name.is_ok_and(|name| name.contains("workbook"))) {
        return Err(TableError::NotASpreadsheet);
    }
    let mut inflated = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| detail(&error.to_string()))?;
        let mut limited = part.take(INFLATED_BYTES_MAX + 1 - inflated);
        inflated +=
            std::io::copy(&mut limited, &mut std::io::sink()).map_err(|error| detail(&error.to_string()))?;
        if inflated > INFLATED_BYTES_MAX {
            return Err(TableError::InflatesTooLarge);
        }
    }
    Ok(())
}

fn read_sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, cells: &mut usize) -> Result<Sheet, TableError> {
    let regions = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
    let mut grid = Grid::new(name, cells);
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let mut seen = 0usize;
    // The reader's own table is as large as the farthest cell, which a hostile file puts at XFD1048576.
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        seen += 1;
        if seen > CELLS_MAX * 2 {
            return Err(TableError::TooManyCells);
        }
        let (row, column) = cell.get_position();
        grid.put(row as usize, column as usize, from_ref(cell.get_value()))?;
    }
    grid.fill(regions.iter().map(|at| (at.start.0, at.start.1, at.end.0, at.end.1)))?;
    Ok(grid.finish())
}

fn from_ref(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::String(text) => Cell::from(text.as_str()),
        DataRef::SharedString(text) => Cell::from(*text),
        other => from_data(&Data::from(other.clone())),
    }
}

/// The cell for a value of calamine. Errors such as #N/A are blank: there is nothing in them to import.
pub(super) fn from_data(data: &Data) -> Cell {
    match data {
        Data::Empty | Data::Error(_) => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::from(text.as_str()),
        Data::DateTimeIso(text) => iso_day(text).map_or_else(|| Cell::from(text.as_str()), Cell::Date),
        #[expect(clippy::cast_precision_loss, reason = "the file held it as a double too")]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(yes) => Cell::from(if *yes { "TRUE" } else { "FALSE" }),
        Data::DateTime(moment) => from_moment(*moment),
    }
}

fn from_moment(moment: ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match Date::new(year, month, day) {
        _ if moment.is_duration() => Cell::Text(time),
        Some(_) if moment.as_f64() < 1.0 => Cell::Text(time),
        Some(date) if time == "00:00:00" => Cell::Date(date),
        Some(date) => Cell::Text(format!("{date} {time}")),
        None => Cell::Number(moment.as_f64()),
    }
}

fn iso_day(text: &str) -> Option<Date> {
    let mut parts = text.split_once('T').map_or(text, |(day, _)| day).splitn(3, '-');
    Date::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)
}

fn damaged(error: XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::Encrypted,
        XlsxError::FileNotFound(_) => TableError::NotASpreadsheet,
        other => detail(&other.to_string()),
    }
}

fn detail(text: &str) -> TableError {
    TableError::Damaged { detail: text.to_owned() }
}

/// Writes every sheet. Text is written as strings with the text format, so that a phone number that a person
/// corrects in Excel stays text.
pub(super) fn write(sheets: &[Sheet]) -> Result<Vec<u8>, TableError> {
    let unwritable = |error: WriteError| TableError::Unwritable { detail: error.to_string() };
    let mut book = Writer::new();
    // The writer would stamp the present time; the same rows must give the same bytes.
    let epoch = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(unwritable)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&epoch));
    let styles =
        Styles { text: Style::new().set_num_format("@"), date: Style::new().set_num_format("yyyy-mm-dd") };
    let names = sheet_names(sheets);
    for (sheet, name) in sheets.iter().zip(&names) {
        if sheet.first_row.saturating_sub(1) + sheet.rows.len() > ROWS_MAX_XLSX {
            return Err(TableError::TooManyRows { sheet: sheet.name.clone(), rows_max: ROWS_MAX_XLSX });
        }
        let page = book.add_worksheet();
        page.set_name(name).map_err(unwritable)?;
        write_sheet(page, sheet, &styles).map_err(unwritable)?;
    }
    if sheets.is_empty() {
        book.add_worksheet();
    }
    book.save_to_buffer().map_err(unwritable)
}

struct Styles {
    text: Style,
    date: Style,
}

fn write_sheet(page: &mut Worksheet, sheet: &Sheet, styles: &Styles) -> Result<(), WriteError> {
    let above = sheet.first_row.saturating_sub(1);
    for (index, row) in sheet.rows.iter().enumerate() {
        let row_number = u32::try_from(above + index).unwrap_or(u32::MAX);
        for (column, cell) in row.iter().enumerate() {
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            write_cell(page, row_number, column, cell, styles)?;
        }
    }
    for (column, width) in column_widths(sheet).into_iter().enumerate() {
        page.set_column_width(u16::try_from(column).unwrap_or(u16::MAX), width)?;
    }
    Ok(())
}

fn write_cell(
    page: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    styles: &Styles,
) -> Result<(), WriteError> {
    match cell {
        Cell::Empty => {}
        Cell::Number(number) if number.is_finite() => {
            page.write_number(row, column, *number)?;
        }
        Cell::Date(date) => match date.to_serial() {
            Some(serial) => {
                page.write_number_with_format(row, column, serial, &styles.date)?;
            }
            None => {
                page.write_string_with_format(row, column, date.to_string(), &styles.text)?;
            }
        },
        Cell::Text(_) | Cell::Number(_) => {
            page.write_string_with_format(row, column, cell.shown(), &styles.text)?;
        }
    }
    Ok(())
}

/// A width for each column that shows most of its cells whole. A Chinese character is two wide.
pub(super) fn column_widths(sheet: &Sheet) -> Vec<f64> {
    let mut widths: Vec<usize> = Vec::new();
    for row in sheet.rows.iter().take(WIDTH_ROWS) {
        widths.resize(widths.len().max(row.len()), COLUMN_WIDTH.0);
        for (width, cell) in widths.iter_mut().zip(row) {
            let shown: usize = cell.shown().chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            *width = (*width).max(shown + 2).min(COLUMN_WIDTH.1);
        }
    }
    widths.into_iter().filter_map(|width| u32::try_from(width).ok()).map(f64::from).collect()
}

/// Names that Excel accepts, each once.
pub(super) fn sheet_names(sheets: &[Sheet]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let allowed = sheet.name.chars().filter(|c| !c.is_control() && !r"[]:*?/\".contains(*c));
        let clean: String = allowed.take(SHEET_NAME_CHARS_MAX - 4).collect();
        let clean = clean.trim_matches(['\'', ' ']);
        let base = if clean.is_empty() { format!("Sheet{}", index + 1) } else { clean.to_owned() };
        let taken = |name: &str| names.iter().any(|other| other.to_lowercase() == name.to_lowercase());
        let name = if taken(&base) { format!("{base}~{}", index + 1) } else { base };
        names.push(name);
    }
    names
}
