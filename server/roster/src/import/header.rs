//! Which row names the columns, and what each column means.

use std::collections::BTreeSet;

use super::Corrections;
use super::field::{Field, understood};
use crate::table::{Cell, Sheet};

/// Rows looked at below the top of a sheet: titles, notes and filling instructions come first, but not more.
const HEADER_ROWS_MAX: usize = 40;
/// Fields that a row must name to look like a header at all.
const FIELDS_MIN: usize = 2;

/// The columns of one sheet.
#[derive(Debug)]
pub(super) struct Header {
    /// Index of the first row below the header in `Sheet::rows`.
    pub(super) below: usize,
    /// Text and meaning of each column from the left.
    pub(super) columns: Vec<(String, Option<Field>)>,
}

impl Header {
    /// The columns that say `field`, from the left.
    pub(super) fn having(&self, field: Field) -> impl Iterator<Item = usize> + Clone {
        let says = move |(column, (_, found)): (usize, &(String, Option<Field>))| {
            (*found == Some(field)).then_some(column)
        };
        self.columns.iter().enumerate().filter_map(says)
    }

    /// True when some column says `field`.
    pub(super) fn has(&self, field: Field) -> bool {
        self.having(field).next().is_some()
    }
}

/// What was found in a sheet.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) header: Header,
    /// What a roster needs and no column says.
    pub(super) missing: Option<Field>,
    /// Whether a row was understood without a person's help.
    pub(super) is_understood: bool,
}

/// Finds the row that names the most columns, and lets a person's corrections stand above what it seems to say.
/// Without a row that is understood, the first with several texts is offered for correction.
pub(super) fn find(sheet: &Sheet, corrections: &Corrections) -> Option<Found> {
    let best = understood_header(sheet);
    let is_understood = best.is_some();
    let mut header = best.or_else(|| first_texts(sheet))?;
    for (column, (_, field)) in header.columns.iter_mut().enumerate() {
        if let Some(corrected) = corrections.get(&(sheet.name.clone(), column)) {
            *field = *corrected;
        }
    }
    let missing = missing(&header);
    Some(Found { header, missing, is_understood })
}

fn understood_header(sheet: &Sheet) -> Option<Header> {
    let mut best: Option<(usize, Header)> = None;
    for (index, row) in sheet.rows.iter().enumerate().take(HEADER_ROWS_MAX) {
        let single = read_row(&[row]);
        let double =
            sheet.rows.get(index + 1).filter(|next| is_second_line(next)).map(|next| read_row(&[row, next]));
        for (lines, columns) in [(1, Some(single)), (2, double)] {
            let Some(columns) = columns else { continue };
            let count = distinct(&columns).len();
            if count >= FIELDS_MIN && best.as_ref().is_none_or(|(other, _)| count > *other) {
                best = Some((count, Header { below: index + lines, columns }));
            }
        }
    }
    best.map(|(_, header)| header)
}

/// A row of words that nobody knows may still be the header.
fn first_texts(sheet: &Sheet) -> Option<Header> {
    let texts = |row: &[Cell]| {
        let texts = row.iter().filter(|cell| matches!(cell, Cell::Text(_)) && !cell.is_blank());
        texts.map(Cell::shown).collect::<BTreeSet<_>>().len()
    };
    let mut rows = sheet.rows.iter().enumerate().take(HEADER_ROWS_MAX);
    let (index, row) = rows.find(|(_, row)| texts(row) >= FIELDS_MIN)?;
    Some(Header { below: index + 1, columns: read_row(&[row]) })
}

fn missing(header: &Header) -> Option<Field> {
    let any = |fields: &[Field]| fields.iter().any(|field| header.has(*field));
    match () {
        () if !any(&[Field::Name, Field::HeadName, Field::Members]) => Some(Field::Name),
        () if !any(&[Field::Address, Field::Room, Field::Building]) => Some(Field::Address),
        () => None,
    }
}

fn distinct(columns: &[(String, Option<Field>)]) -> BTreeSet<Field> {
    columns.iter().filter_map(|(_, field)| *field).collect()
}

/// Below 住址 stands 楼栋, 单元, 房号: a second line of headers has nothing but headers in it.
fn is_second_line(row: &[Cell]) -> bool {
    let filled: Vec<_> = row.iter().filter(|cell| !cell.is_blank()).collect();
    filled.len() >= FIELDS_MIN && filled.iter().all(|cell| understood(&cell.shown()).is_some())
}

/// The lowest filled cell of each column names it.
fn read_row(lines: &[&Vec<Cell>]) -> Vec<(String, Option<Field>)> {
    let width = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let lowest = |column: usize| {
        let cells = lines.iter().rev().filter_map(|line| line.get(column));
        cells.map(|cell| cell.shown().trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
    };
    (0..width).map(lowest).map(|text| (text.clone(), understood(&text))).collect()
}
