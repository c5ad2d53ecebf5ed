//! The records of a minimal BIFF8 workbook: strings, numbers and days, without formulas or decoration.
//!
//! Names and numbers of records are those of \[MS-XLS\]. Knows nothing of the container around the stream.

use super::xlsx::{column_widths, sheet_names};
use super::{Cell, Sheet, TableError};

/// Rows and columns of an XLS sheet, by its specification.
const ROWS_MAX_XLS: usize = 1 << 16;
const COLUMNS_MAX_XLS: usize = 256;
/// Data bytes of one record; longer data goes on in CONTINUE records.
const RECORD_BYTES_MAX: usize = 8_224;
/// Number of the first format of one's own; those below are built in.
const DAY_FORMAT: u16 = 164;
/// The built-in format `@`: what is typed over such a cell stays text.
const TEXT_FORMAT: u16 = 49;
/// Style records that every workbook begins with; cells use the ones after them.
const STYLE_RECORDS: u16 = 15;
const PLAIN_STYLE: u16 = STYLE_RECORDS;
const DAY_STYLE: u16 = STYLE_RECORDS + 1;
const TEXT_STYLE: u16 = STYLE_RECORDS + 2;

/// The whole `Workbook` stream.
pub(super) fn stream(sheets: &[Sheet]) -> Result<Vec<u8>, TableError> {
    let blank = [Sheet::new("Sheet1", Vec::new())];
    let sheets = if sheets.is_empty() { &blank } else { sheets };
    let mut strings = Strings::default();
    let mut pages = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        pages.push(page(sheet, index == 0, &mut strings)?);
    }
    let names = sheet_names(sheets);
    // The positions of the pages are written before them, so the globals are built once to learn their length.
    let length = globals(&names, &vec![0; pages.len()], &strings).len();
    let mut starts = Vec::new();
    let mut next = length;
    for page in &pages {
        starts.push(u32::try_from(next).map_err(|_| too_big())?);
        next += page.len();
    }
    let mut out = globals(&names, &starts, &strings);
    out.extend(pages.into_iter().flatten());
    Ok(out)
}

fn too_big() -> TableError {
    TableError::Unwritable { detail: "the workbook is larger than an xls file can be".to_owned() }
}

fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_le_bytes());
    out.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(data);
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn globals(names: &[String], starts: &[u32], strings: &Strings) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 0x0809, &begin(0x0005));
    record(&mut out, 0x0042, &words(&[1200]));
    record(&mut out, 0x003d, &words(&[0, 0, 0x4000, 0x2000, 0x0038, 0, 0, 1, 600]));
    record(&mut out, 0x0022, &words(&[0]));
    for _ in 0..4 {
        record(&mut out, 0x0031, &font());
    }
    record(&mut out, 0x041e, &[&words(&[DAY_FORMAT, 10])[..], &[0], b"yyyy-mm-dd"].concat());
    for _ in 0..STYLE_RECORDS {
        record(&mut out, 0x00e0, &style(0, 0xfff5, 0xf4));
    }
    for format in [0, DAY_FORMAT, TEXT_FORMAT] {
        record(&mut out, 0x00e0, &style(format, 0x0001, 0x04));
    }
    record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xff]);
    for (name, start) in names.iter().zip(starts) {
        record(&mut out, 0x0085, &[&start.to_le_bytes()[..], &[0, 0], &short_string(name)].concat());
    }
    strings.write(&mut out);
    record(&mut out, 0x000a, &[]);
    out
}

/// BOF: version 8, then what follows (5 globals, 16 a sheet), then the build that Excel 97 states.
fn begin(what: u16) -> Vec<u8> {
    words(&[0x0600, what, 0x0dbb, 0x07cc, 0x0041, 0, 0x0006, 0])
}

/// 宋体, 11 points: the face that Chinese Excel itself chooses.
fn font() -> Vec<u8> {
    [&words(&[220, 0, 0x7fff, 400, 0])[..], &[0, 0, 134, 0], &short_string("宋体")].concat()
}

fn style(format: u16, kind: u16, applied: u8) -> Vec<u8> {
    [&words(&[0, format, kind])[..], &[0x20, 0, 0, applied], &[0; 8], &words(&[0x20c0])].concat()
}

/// A string with a one-byte length, in UTF-16.
fn short_string(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().take(usize::from(u8::MAX)).collect();
    let length = u8::try_from(units.len()).unwrap_or(u8::MAX);
    [&[length, 1][..], &words(&units)].concat()
}

fn page(sheet: &Sheet, is_first: bool, strings: &mut Strings) -> Result<Vec<u8>, TableError> {
    let above = sheet.first_row.saturating_sub(1);
    let rows = above + sheet.rows.len();
    if rows > ROWS_MAX_XLS {
        return Err(TableError::TooManyRows { sheet: sheet.name.clone(), rows_max: ROWS_MAX_XLS });
    }
    let columns = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns > COLUMNS_MAX_XLS {
        return Err(TableError::TooManyColumns { sheet: sheet.name.clone(), row: sheet.first_row });
    }
    let mut out = Vec::new();
    record(&mut out, 0x0809, &begin(0x0010));
    for (column, width) in column_widths(sheet).into_iter().enumerate() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most forty characters"
        )]
        let width = (width * 256.0) as u16;
        let column = word(column);
        record(&mut out, 0x007d, &words(&[column, column, width, PLAIN_STYLE, 0, 0]));
    }
    let ends = u32::try_from(rows).map_err(|_| too_big())?;
    record(&mut out, 0x0200, &[&[0; 4][..], &ends.to_le_bytes(), &words(&[0, word(columns), 0])].concat());
    for (index, row) in sheet.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            write_cell(&mut out, word(above + index), word(column), cell, strings);
        }
    }
    let selected = if is_first { 0x06b6 } else { 0x00b6 };
    record(&mut out, 0x023e, &words(&[selected, 0, 0, 64, 0, 0, 0, 0, 0]));
    record(&mut out, 0x000a, &[]);
    Ok(out)
}

/// Rows and columns were checked against the limits of the format, which are those of a word.
fn word(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

fn write_cell(out: &mut Vec<u8>, row: u16, column: u16, cell: &Cell, strings: &mut Strings) {
    let number = |out: &mut Vec<u8>, style: u16, value: f64| {
        record(out, 0x0203, &[&words(&[row, column, style])[..], &value.to_le_bytes()].concat());
    };
    match cell {
        Cell::Empty => {}
        Cell::Number(value) if value.is_finite() => number(out, PLAIN_STYLE, *value),
        Cell::Date(date) if let Some(serial) = date.to_serial() => number(out, DAY_STYLE, serial),
        other => {
            let index = strings.add(&other.shown());
            record(out, 0x00fd, &[&words(&[row, column, TEXT_STYLE])[..], &index.to_le_bytes()].concat());
        }
    }
}

/// The shared string table. A string may continue in the next record, with its width flag repeated.
#[derive(Default)]
struct Strings {
    known: std::collections::BTreeMap<String, u32>,
    order: Vec<String>,
    uses: u32,
}

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        self.uses += 1;
        if let Some(index) = self.known.get(text) {
            return *index;
        }
        let index = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        self.known.insert(text.to_owned(), index);
        self.order.push(text.to_owned());
        index
    }

    fn write(&self, out: &mut Vec<u8>) {
        let unique = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        let mut kind = 0x00fc;
        let mut data = [self.uses.to_le_bytes(), unique.to_le_bytes()].concat();
        for text in &self.order {
            let units: Vec<u16> = text.encode_utf16().collect();
            // The length, the flag and the first character stay together.
            if data.len() + 5 > RECORD_BYTES_MAX {
                record(out, kind, &data);
                kind = 0x003c;
                data.clear();
            }
            data.extend(word(units.len()).to_le_bytes());
            data.push(1);
            for unit in units {
                if data.len() + 2 > RECORD_BYTES_MAX {
                    record(out, kind, &data);
                    kind = 0x003c;
                    data.clear();
                    data.push(1);
                }
                data.extend(unit.to_le_bytes());
            }
        }
        record(out, kind, &data);
    }
}
