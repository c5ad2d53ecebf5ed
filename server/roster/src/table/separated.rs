//! CSV files: one sheet of text, with commas, semicolons or tabs.

use super::encoding::{decode, encode};
use super::grid::Grid;
use super::{Cell, CsvStyle, Delimiter, Format, Sheet, TableError, from_inert, inert};

/// Lines looked at to find the delimiter: enough to get past title rows.
const SNIFFED_LINES: usize = 30;

/// Reads the only sheet and how it was spelled.
pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<(CsvStyle, Sheet), TableError> {
    let (encoding, text) = decode(bytes)?;
    if is_web_page(&text) {
        return Err(TableError::WebPage);
    }
    // One kind of line end lets blank lines be counted; row numbers must be those a spreadsheet shows.
    let text = text.trim_end_matches('\u{1a}').replace("\r\n", "\n").replace('\r', "\n");
    let delimiter = sniff(&text);
    let name = sheet_name(file_name);
    let sheet = read_rows(&text, delimiter, name)?;
    if sheet.rows.is_empty() {
        return Err(TableError::Empty);
    }
    Ok((CsvStyle { encoding, delimiter }, sheet))
}

fn read_rows(text: &str, delimiter: Delimiter, name: &str) -> Result<Sheet, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(byte(delimiter))
        .from_reader(text.as_bytes());
    let mut cells = 0;
    let mut grid = Grid::new(name, &mut cells);
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if !reader
            .read_record(&mut record)
            .map_err(|error| TableError::Damaged { detail: error.to_string() })?
        {
            break;
        }
        // The reader skips blank lines without a word; a spreadsheet shows them as rows.
        row += text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start_matches('\n').len());
        for (column, value) in record.iter().enumerate() {
            grid.put(row, column, Cell::from(from_inert(value)))?;
        }
        row += 1;
    }
    Ok(grid.finish())
}

/// Writes the only sheet, rows ended as Excel ends them.
pub(super) fn write(sheets: &[Sheet], style: CsvStyle) -> Result<Vec<u8>, TableError> {
    let sheet = match sheets {
        [] => return Ok(encode("", style.encoding)),
        [sheet] => sheet,
        more => return Err(TableError::OneSheetOnly { sheets: more.len() }),
    };
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(byte(style.delimiter))
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for _ in 1..sheet.first_row {
        write_row(&mut writer, &[], style)?;
    }
    for row in &sheet.rows {
        write_row(&mut writer, row, style)?;
    }
    let bytes = writer.into_inner().map_err(|error| unwritable(&error.to_string()))?;
    Ok(encode(&String::from_utf8_lossy(&bytes), style.encoding))
}

fn write_row(writer: &mut csv::Writer<Vec<u8>>, row: &[Cell], style: CsvStyle) -> Result<(), TableError> {
    for cell in row {
        let shown = cell.shown();
        let text = match cell {
            Cell::Text(text) => inert(text, Format::Csv(style)),
            _ => shown,
        };
        writer.write_field(text.as_bytes()).map_err(|error| unwritable(&error.to_string()))?;
    }
    let end: &[&str] = if row.is_empty() { &[""] } else { &[] };
    writer.write_record(end).map_err(|error| unwritable(&error.to_string()))
}

fn unwritable(detail: &str) -> TableError {
    TableError::Unwritable { detail: detail.to_owned() }
}

fn byte(delimiter: Delimiter) -> u8 {
    match delimiter {
        Delimiter::Comma => b',',
        Delimiter::Semicolon => b';',
        Delimiter::Tab => b'\t',
    }
}

/// The delimiter that stands equally often in the most lines, outside quotes; of equals, the one seen first.
///
/// Counting all of them would be fooled by notes full of commas in a file with tabs.
fn sniff(text: &str) -> Delimiter {
    let lines = delimiter_counts(text);
    let score = |delimiter: usize| {
        let counts: Vec<usize> = lines.iter().filter_map(|line| line.get(delimiter).copied()).collect();
        let regular = |count: &usize| counts.iter().filter(|other| *other == count).count();
        let agreeing = counts.iter().filter(|count| **count > 0).map(regular).max().unwrap_or(0);
        let first = counts.iter().position(|count| *count > 0).unwrap_or(usize::MAX);
        (agreeing, std::cmp::Reverse(first))
    };
    let (commas, semicolons, tabs) = (score(0), score(1), score(2));
    match () {
        () if tabs > commas && tabs >= semicolons => Delimiter::Tab,
        () if semicolons > commas => Delimiter::Semicolon,
        () => Delimiter::Comma,
    }
}

/// Commas, semicolons and tabs outside quotes, for each of the first lines that has any text.
fn delimiter_counts(text: &str) -> Vec<[usize; 3]> {
    let mut lines = Vec::new();
    let mut line = [0; 3];
    let mut quoted = false;
    for c in text.chars() {
        let kind = match c {
            '"' => {
                quoted = !quoted;
                continue;
            }
            _ if quoted => continue,
            ',' => 0,
            ';' => 1,
            '\t' => 2,
            '\n' => {
                lines.push(std::mem::take(&mut line));
                if lines.len() >= SNIFFED_LINES {
                    return lines;
                }
                continue;
            }
            _ => continue,
        };
        if let Some(count) = line.get_mut(kind) {
            *count += 1;
        }
    }
    lines.push(line);
    lines
}

/// HTML tables and XML spreadsheets, which web systems send under the name of .xls.
fn is_web_page(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(64).flat_map(char::to_lowercase).collect();
    ["<html", "<!doctype", "<table", "<?xml", "<head", "<meta"].iter().any(|tag| head.starts_with(tag))
}

fn sheet_name(file_name: &str) -> &str {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}
