//! XLS files: the container through `cfb`, the records through calamine after we have measured them.
//!
//! calamine allocates what a record claims, so the records are walked first and the claims removed. It is then
//! given a container that we packed, so that there is only one reading of the container.

use std::io::{Cursor, Read, Write};

use calamine::{Reader, SheetType, SheetVisible, Xls, XlsError};
use cfb::{CompoundFile, Version};

use super::grid::Grid;
use super::xlsx::from_data;
use super::{CELLS_MAX, FILE_BYTES_MAX, SHEETS_MAX, Sheet, TableError, biff};

const DIMENSIONS: u16 = 0x0200;
const BOUND_SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const MANY_NUMBERS: u16 = 0x00bd;
/// Records that put one cell at a row and a column: formula, number, label, boolean, shared string, RK, rich text.
const CELL_RECORDS: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x00fd, 0x027e, 0x00d6];

/// Reads every visible sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, TableError> {
    let stream = disarm(workbook_stream(bytes)?)?;
    let container = pack(&stream)?;
    let mut book = Xls::new(Cursor::new(container)).map_err(damaged)?;
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    let mut cells = 0;
    let mut read = Vec::new();
    for sheet in sheets {
        if sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet {
            read.push(read_sheet(&mut book, &sheet.name, &mut cells)?);
        }
    }
    Ok(read)
}

fn read_sheet(book: &mut Xls<Cursor<Vec<u8>>>, name: &str, cells: &mut usize) -> Result<Sheet, TableError> {
    let regions = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
    let range = book.worksheet_range(name).map_err(damaged)?;
    let (top, left) = range.start().unwrap_or((0, 0));
    let mut grid = Grid::new(name, cells);
    for (row, column, data) in range.used_cells() {
        grid.put(row + top as usize, column + left as usize, from_data(data))?;
    }
    grid.fill(regions.iter().map(|at| (at.start.0, at.start.1, at.end.0, at.end.1)))?;
    Ok(grid.finish())
}

/// Writes every sheet as BIFF8.
pub(super) fn write(sheets: &[Sheet]) -> Result<Vec<u8>, TableError> {
    pack(&biff::stream(sheets)?)
}

fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|error| detail(&error.to_string()))?;
    if file.is_stream("/EncryptedPackage") {
        return Err(TableError::Encrypted);
    }
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.is_stream(name));
    let name = name.ok_or(TableError::NotASpreadsheet)?;
    let mut stream = Vec::new();
    let found = file.open_stream(name).map_err(|error| detail(&error.to_string()))?;
    found.take(FILE_BYTES_MAX as u64).read_to_end(&mut stream).map_err(|error| detail(&error.to_string()))?;
    Ok(stream)
}

pub(super) fn pack(stream: &[u8]) -> Result<Vec<u8>, TableError> {
    let unwritable = |error: std::io::Error| TableError::Unwritable { detail: error.to_string() };
    let mut file =
        CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new())).map_err(unwritable)?;
    {
        let mut workbook = file.create_stream("/Workbook").map_err(unwritable)?;
        workbook.write_all(stream).map_err(unwritable)?;
        workbook.flush().map_err(unwritable)?;
    }
    file.flush().map_err(unwritable)?;
    Ok(file.into_inner().into_inner())
}

/// Removes the claimed sizes and refuses sheets whose cells span more than we read.
fn disarm(mut stream: Vec<u8>) -> Result<Vec<u8>, TableError> {
    let claims: Vec<usize> = survey(&stream)?;
    for at in claims {
        if let Some(kind) = stream.get_mut(at..at + 2) {
            kind.fill(0);
        }
    }
    // Sheets may overlap in a hostile file; taking a claim out of one must not have made one in another.
    if survey(&stream)?.is_empty() { Ok(stream) } else { Err(detail("overlapping sheets")) }
}

/// Walks the records as calamine will. Returns where sizes are claimed.
fn survey(stream: &[u8]) -> Result<Vec<usize>, TableError> {
    let mut claims = Vec::new();
    let mut starts = Vec::new();
    for (_, kind, data) in records(stream, 0) {
        match kind {
            BOUND_SHEET => starts.push(u32_at(data, 0).unwrap_or(u32::MAX) as usize),
            END => break,
            _ => {}
        }
    }
    if starts.len() > SHEETS_MAX {
        return Err(TableError::TooManySheets);
    }
    let mut spanned = 0u64;
    for start in starts {
        spanned = spanned.saturating_add(survey_sheet(stream, start, &mut claims));
        if spanned > CELLS_MAX as u64 {
            return Err(TableError::TooManyCells);
        }
    }
    Ok(claims)
}

/// The area that the cells of one sheet span, and where it claims a size.
fn survey_sheet(stream: &[u8], start: usize, claims: &mut Vec<usize>) -> u64 {
    let (mut rows, mut columns) = (0u64, 0u64);
    // Charts nest inside a sheet, each with a beginning and an end of its own.
    let mut depth = 0usize;
    for (at, kind, data) in records(stream, start) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ => {}
        }
        let row = u64::from(u16_at(data, 0).unwrap_or(0));
        let column = u64::from(u16_at(data, 2).unwrap_or(0));
        if kind == DIMENSIONS {
            claims.push(at);
        } else if CELL_RECORDS.contains(&kind) {
            rows = rows.max(row + 1);
            columns = columns.max(column + 1);
        } else if kind == MANY_NUMBERS {
            let last = u64::from(u16_at(data, data.len().saturating_sub(2)).unwrap_or(0));
            rows = rows.max(row + 1);
            columns = columns.max(column.max(last) + 1);
        }
    }
    rows.saturating_mul(columns)
}

/// Position, kind and data of each record from `start` to the end of the stream.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut at = start;
    std::iter::from_fn(move || {
        let head = at;
        let kind = u16_at(stream, head)?;
        let length = usize::from(u16_at(stream, head.checked_add(2)?)?);
        let data = stream.get(head.checked_add(4)?..)?.get(..length)?;
        at = head + 4 + length;
        Some((head, kind, data))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn damaged(error: XlsError) -> TableError {
    match error {
        XlsError::Password => TableError::Encrypted,
        other => detail(&other.to_string()),
    }
}

fn detail(text: &str) -> TableError {
    TableError::Damaged { detail: text.to_owned() }
}
