//! Ledgers out: rows of typed cells as a file that a spreadsheet program or another system opens.
//!
//! Owns the three formats and their headings. Must not know what the rows are about, nor who may have them.

#[cfg(test)]
mod tests;

use crate::table::{self, Cell, CsvStyle, TableError, inert};
use linli_core::error::Lang;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as Style, Worksheet, XlsxError};
use serde_json::{Map, Value};

/// A cell of an export.
pub use crate::table::Cell as ExportCell;

/// Rows of one XLSX sheet under the heading: a limit of the format.
pub const XLSX_ROWS_MAX: usize = 1_048_575;
/// Narrowest and widest column, in characters of Latin text: a heading must fit, a note must not fill the screen.
const WIDTH_CHARS: (usize, usize) = (8, 40);
/// Rows looked at for the width of columns; later ones are like them.
const WIDTH_ROWS: usize = 200;
/// Name of the only sheet.
const SHEET_NAMES: (&str, &str) = ("台账", "Ledger");

/// A column: a key for programs, a heading for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Key in JSON.
    pub key: &'a str,
    /// Chinese heading.
    pub label_zh: &'a str,
    /// English heading.
    pub label_en: &'a str,
}

/// What kind of file to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// UTF-8 with a mark, commas: opens by a double click in Excel and WPS.
    Csv,
    /// One sheet, the heading frozen.
    Xlsx,
    /// One JSON object per line, keyed by [`Column::key`].
    Json,
}

impl ExportFormat {
    /// The usual end of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Json => "jsonl",
        }
    }

    /// The media type for an HTTP response.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ExportFormat::Json => "application/x-ndjson",
        }
    }
}

/// Writes rows as they come; cells beyond the columns are dropped, missing ones are blank.
///
/// The same rows always give the same bytes.
///
/// # Errors
/// [`TableError::TooManyRows`] and [`TableError::CellTooLong`] when XLSX cannot hold them.
pub fn write(
    columns: &[Column<'_>],
    rows: impl Iterator<Item = Vec<ExportCell>>,
    format: ExportFormat,
    lang: Lang,
) -> Result<Vec<u8>, TableError> {
    let labels = columns.iter().map(|column| match lang {
        Lang::Zh => column.label_zh,
        Lang::En => column.label_en,
    });
    let labels: Vec<&str> = labels.collect();
    match format {
        ExportFormat::Csv => write_csv(&labels, rows),
        ExportFormat::Xlsx => write_xlsx(&labels, rows, lang),
        ExportFormat::Json => write_json(columns, rows),
    }
}

fn unwritable(error: impl std::fmt::Display) -> TableError {
    TableError::Unwritable { detail: error.to_string() }
}

fn write_csv(labels: &[&str], rows: impl Iterator<Item = Vec<ExportCell>>) -> Result<Vec<u8>, TableError> {
    // Excel in China takes a file without the mark for GBK.
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let format = table::Format::Csv(CsvStyle::default());
    writer.write_record(labels.iter().map(|label| inert(label, format).into_owned())).map_err(unwritable)?;
    for row in rows {
        let cell = |at: usize| match row.get(at) {
            // Only text can be a formula; a negative number may start with a dash.
            Some(Cell::Text(text)) => inert(text, format).into_owned(),
            Some(cell) => cell.to_string(),
            None => String::new(),
        };
        writer.write_record((0..labels.len()).map(cell)).map_err(unwritable)?;
    }
    writer.into_inner().map_err(unwritable)
}

fn write_json(
    columns: &[Column<'_>],
    rows: impl Iterator<Item = Vec<ExportCell>>,
) -> Result<Vec<u8>, TableError> {
    let mut out = Vec::new();
    for row in rows {
        let value = |at: usize| row.get(at).map_or(Value::Null, json_value);
        let fields = columns.iter().enumerate().map(|(at, column)| (column.key.to_owned(), value(at)));
        let object: Map<String, Value> = fields.collect();
        serde_json::to_writer(&mut out, &object).map_err(unwritable)?;
        out.push(b'\n');
    }
    Ok(out)
}

fn json_value(cell: &ExportCell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Number(number) => whole(*number).map_or_else(|| Value::from(*number), Value::from),
        Cell::Text(_) | Cell::Date(_) => Value::from(cell.shown()),
    }
}

/// A count is written 3 and not 3.0.
fn whole(number: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let exact = number.fract() == 0.0 && number.abs() <= EXACT_MAX;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    exact.then_some(number as i64)
}

/// Rows go to the sheet as they come. The library's temporary-file mode is not used: it would leave what
/// residents told us on the relay's disk, outside the database that erasure reaches.
fn write_xlsx(
    labels: &[&str],
    rows: impl Iterator<Item = Vec<ExportCell>>,
    lang: Lang,
) -> Result<Vec<u8>, TableError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    // The library would stamp the present time.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(unwritable)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let name = if lang == Lang::Zh { SHEET_NAMES.0 } else { SHEET_NAMES.1 };
    let mut sheet = SheetWriter::new(book.add_worksheet(), labels);
    sheet.head(labels, name).map_err(unwritable)?;
    for (index, row) in rows.enumerate() {
        if index >= XLSX_ROWS_MAX {
            return Err(TableError::TooManyRows { sheet: name.to_owned(), rows_max: XLSX_ROWS_MAX });
        }
        sheet.row(index, &row, name)?;
    }
    sheet.finish().map_err(unwritable)?;
    book.save_to_buffer().map_err(unwritable)
}

struct SheetWriter<'a> {
    page: &'a mut Worksheet,
    text: Style,
    date: Style,
    widths: Vec<usize>,
}

impl<'a> SheetWriter<'a> {
    fn new(page: &'a mut Worksheet, labels: &[&str]) -> SheetWriter<'a> {
        // The text format keeps a phone number text when somebody corrects it by hand.
        let (text, date) = (Style::new().set_num_format("@"), Style::new().set_num_format("yyyy-mm-dd"));
        SheetWriter { page, text, date, widths: labels.iter().map(|label| width(label)).collect() }
    }

    fn head(&mut self, labels: &[&str], name: &str) -> Result<(), XlsxError> {
        self.page.set_name(name)?.set_freeze_panes(1, 0)?;
        let bold = Style::new().set_bold();
        for (column, label) in labels.iter().enumerate() {
            self.page.write_string_with_format(0, column_number(column), *label, &bold)?;
        }
        Ok(())
    }

    fn row(&mut self, index: usize, row: &[ExportCell], sheet: &str) -> Result<(), TableError> {
        for (column, cell) in row.iter().take(self.widths.len()).enumerate() {
            if let Some(widest) = self.widths.get_mut(column).filter(|_| index < WIDTH_ROWS) {
                *widest = (*widest).max(width(&cell.shown()));
            }
            self.cell(index, column, cell).map_err(|error| match error {
                XlsxError::MaxStringLengthExceeded => TableError::CellTooLong {
                    sheet: sheet.to_owned(),
                    row: index + 2,
                    column: table::column_letter(column),
                },
                other => unwritable(other),
            })?;
        }
        Ok(())
    }

    fn cell(&mut self, index: usize, column: usize, cell: &ExportCell) -> Result<(), XlsxError> {
        let (row, column) = (u32::try_from(index + 1).unwrap_or(u32::MAX), column_number(column));
        match cell {
            Cell::Empty => {}
            Cell::Number(number) if number.is_finite() => {
                self.page.write_number(row, column, *number)?;
            }
            Cell::Date(date) if let Some(serial) = date.to_serial() => {
                self.page.write_number_with_format(row, column, serial, &self.date)?;
            }
            // A string cell is never run as a formula, whatever it starts with.
            other => {
                self.page.write_string_with_format(row, column, other.shown(), &self.text)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), XlsxError> {
        for (column, chars) in self.widths.iter().enumerate() {
            let chars = u32::try_from((*chars).clamp(WIDTH_CHARS.0, WIDTH_CHARS.1)).unwrap_or(8);
            self.page.set_column_width(column_number(column), f64::from(chars))?;
        }
        Ok(())
    }
}

/// Width on screen: a Chinese character is two wide.
fn width(text: &str) -> usize {
    2 + text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>()
}

fn column_number(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
