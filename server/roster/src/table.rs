//! Workbooks as rows of cells, whatever file they came in: CSV, XLSX or XLS.
//!
//! Owns file formats, text encodings, limits against hostile files, and making text inert for spreadsheet
//! programs. Knows nothing of households; what the columns mean is the business of `import` and `export`.

mod biff;
mod cell;
mod encoding;
mod error;
mod grid;
mod separated;
mod xls;
mod xlsx;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use cell::{Cell, Date, column_letter};
pub use error::TableError;

/// Largest file read. 200,000 residents in an XLS with thirty columns stay under it; a video renamed to .xlsx does not.
pub const FILE_BYTES_MAX: usize = 64 << 20;
/// Most that a compressed workbook may inflate to. Real rosters inflate about eight times; bombs a thousand times.
pub const INFLATED_BYTES_MAX: u64 = 512 << 20;
/// Most rows of one sheet. The largest community in our profiles has 31,200 residents; this is six of them.
pub const ROWS_MAX: usize = 200_000;
/// Most columns of one sheet. Ledgers seen have up to 60; XLS itself ends at 256.
pub const COLUMNS_MAX: usize = 256;
/// Most cells of one workbook, so that memory stays under about half a gigabyte.
pub const CELLS_MAX: usize = 6_000_000;
/// Longest text in a cell: the limit of Excel itself.
pub const CELL_CHARS_MAX: usize = 32_767;
/// Most sheets of one workbook. A grid a sheet is common; the largest community has 38 grids.
pub const SHEETS_MAX: usize = 128;

/// Beginnings of documents that could pass for text with commas in it: PDF, RTF.
const TEXT_LIKE: [&[u8]; 2] = [b"%PDF-", b"{\\rtf"];

/// What kind of file a workbook came in or goes out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with separators.
    Csv(CsvStyle),
    /// Excel 2007 and later.
    Xlsx,
    /// Excel 97-2003 (BIFF8).
    Xls,
}

/// How a CSV file is spelled, so that what goes back looks like what came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvStyle {
    /// Bytes of the characters.
    pub encoding: CsvEncoding,
    /// What stands between cells.
    pub delimiter: Delimiter,
}

/// Bytes of the characters of a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvEncoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark: the only UTF-8 that Excel opens correctly by a double click.
    #[default]
    Utf8Bom,
    /// GB18030, which includes GBK and GB2312: what Chinese Excel saves as "CSV".
    Gb18030,
    /// UTF-16, little endian, with its mark: what Excel saves as "Unicode text".
    Utf16Le,
}

/// What stands between the cells of a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Format {
    /// The usual end of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv(_) => "csv",
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
        }
    }
}

/// The sheets of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Workbook {
    /// What the file was, or shall be.
    pub format: Format,
    /// Visible sheets in the order of their tabs.
    pub sheets: Vec<Sheet>,
}

/// One sheet: rows of cells. Rows may differ in length; what is missing is blank.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The name on the tab; for CSV the file name without its extension.
    pub name: String,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The number of `rows[0]` as a spreadsheet program shows it; 1 unless the sheet begins with blank rows.
    pub first_row: usize,
}

impl Sheet {
    /// A sheet that starts in the first row.
    pub fn new(name: impl Into<String>, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name: name.into(), rows, first_row: 1 }
    }
}

impl Workbook {
    /// Reads a file. The bytes decide what it is; the name only titles the sheet of a CSV file.
    ///
    /// Cells that were merged all carry the value of the first one. Hidden sheets (lists behind drop-downs)
    /// are left out. No bytes make this panic: the readers below are fenced in.
    ///
    /// # Errors
    /// [`TableError`] when the file is not a workbook, is damaged, or is beyond a limit of this module.
    pub fn read(bytes: &[u8], file_name: &str) -> Result<Workbook, TableError> {
        // Third-party readers index into attacker-made offsets; a panic there is a damaged file, not our crash.
        catch_unwind(AssertUnwindSafe(|| read_unfenced(bytes, file_name)))
            .unwrap_or_else(|_| Err(TableError::Damaged { detail: "inconsistent file structure".to_owned() }))
    }

    /// The bytes of this workbook as a file of `format`. The same workbook always gives the same bytes.
    ///
    /// # Errors
    /// [`TableError`] when the format cannot hold it: several sheets in a CSV, too many rows for XLS.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, TableError> {
        for sheet in &self.sheets {
            check_writable(sheet)?;
        }
        match format {
            Format::Csv(style) => separated::write(&self.sheets, style),
            Format::Xlsx => xlsx::write(&self.sheets),
            Format::Xls => xls::write(&self.sheets),
        }
    }
}

fn read_unfenced(bytes: &[u8], file_name: &str) -> Result<Workbook, TableError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(TableError::TooLarge { size_bytes: bytes.len() });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(TableError::Empty);
    }
    if TEXT_LIKE.iter().any(|start| bytes.starts_with(start)) {
        return Err(TableError::NotASpreadsheet);
    }
    if bytes.starts_with(b"PK") {
        return Ok(Workbook { format: Format::Xlsx, sheets: xlsx::read(bytes)? });
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Ok(Workbook { format: Format::Xls, sheets: xls::read(bytes)? });
    }
    let (style, sheet) = separated::read(bytes, file_name)?;
    Ok(Workbook { format: Format::Csv(style), sheets: vec![sheet] })
}

fn check_writable(sheet: &Sheet) -> Result<(), TableError> {
    for (index, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            if let Cell::Text(text) = cell
                && text.encode_utf16().count() > CELL_CHARS_MAX
            {
                return Err(TableError::CellTooLong {
                    sheet: sheet.name.clone(),
                    row: sheet.first_row + index,
                    column: column_letter(column),
                });
            }
        }
    }
    Ok(())
}

/// Text as it must be written to `format` so that no spreadsheet program runs it as a formula.
///
/// A CSV cell that starts with `= + - @`, their full-width twins, a tab or a line break gets a leading
/// apostrophe, which spreadsheet programs show as plain text. XLSX and XLS have string cells, which are never
/// evaluated, so the text stays as it is. [`Workbook::write`] applies this to every text cell, and
/// [`Workbook::read`] takes the apostrophe away again. (OWASP, "CSV Injection".)
pub fn inert(text: &str, format: Format) -> Cow<'_, str> {
    match format {
        Format::Csv(_) if starts_like_formula(text) => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// The text that [`inert`] was given.
pub(crate) fn from_inert(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| starts_like_formula(rest)).unwrap_or(text)
}

fn starts_like_formula(text: &str) -> bool {
    // An apostrophe already in front is kept apart from ours by adding one more.
    let bare = text.trim_start_matches('\'');
    bare.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
