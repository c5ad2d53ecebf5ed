//! Which row names the columns, and what each column means.

use std::collections::BTreeSet;

use super::error::RosterError;
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

/// Finds the row that names the most columns. `Err` says what a near miss lacks.
pub(super) fn find(sheet: &Sheet) -> Result<Header, Option<RosterError>> {
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
    let (_, header) = best.ok_or(None)?;
    match missing(&header) {
        None => Ok(header),
        Some(missing) => {
            let row = sheet.first_row + header.below - 1;
            Err(Some(RosterError::MissingColumn { sheet: sheet.name.clone(), row, missing }))
        }
    }
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
