//! Where a row's household lives: from one column or several, from this row or the one above.

use linli_core::address::Address;

use super::error::BadReason;
use super::field::Field;
use super::header::Header;
use super::words::filled;
use crate::table::Cell;

/// The parts of an address that have columns of their own, largest first.
const PARTS: [Field; 4] = [Field::Estate, Field::Building, Field::Unit, Field::Room];

/// Fills blank address cells of a row from the last row that had them.
///
/// A merged cell that went through CSV is filled only in its first row, so a row without any address belongs to
/// the household above, and a row with only a smaller part (房号) lies in the building above.
pub(super) fn inherit(cells: &mut Vec<Cell>, above: Option<&[Cell]>, header: &Header) {
    let Some(above) = above else { return };
    let is_filled = |cells: &[Cell], field: Field| {
        header.having(field).any(|column| cells.get(column).is_some_and(|cell| filled(cell).is_some()))
    };
    let has_line = is_filled(cells, Field::Address);
    let Some(largest) = PARTS.iter().position(|part| is_filled(cells, *part)) else {
        if !has_line {
            for field in [Field::Address].into_iter().chain(PARTS) {
                copy(cells, above, header, field);
            }
        }
        return;
    };
    let same_estate = PARTS.first().is_none_or(|estate| {
        header.having(*estate).all(|column| cells.get(column) == above.get(column))
            || !is_filled(cells, *estate)
    });
    if has_line || !same_estate {
        return;
    }
    // With the estate repeated in every row, the first part below it decides what is blank above.
    let smaller = PARTS.iter().skip(1).position(|part| is_filled(cells, *part)).map_or(largest, |at| at + 1);
    for part in PARTS.iter().take(smaller) {
        copy(cells, above, header, *part);
    }
}

fn copy(cells: &mut Vec<Cell>, above: &[Cell], header: &Header, field: Field) {
    for column in header.having(field) {
        let Some(value) = above.get(column).filter(|cell| !cell.is_blank()) else { continue };
        if cells.len() <= column {
            cells.resize_with(column + 1, Cell::default);
        }
        if let Some(cell) = cells.get_mut(column).filter(|cell| cell.is_blank()) {
            *cell = value.clone();
        }
    }
}

/// True when the row itself says where, before anything is inherited.
pub(super) fn is_told(cells: &[Cell], header: &Header) -> bool {
    let fields = [Field::Address].into_iter().chain(PARTS);
    fields.into_iter().any(|field| {
        header.having(field).any(|column| cells.get(column).is_some_and(|cell| filled(cell).is_some()))
    })
}

/// The address, or the column to blame.
pub(super) fn resolve(cells: &[Cell], header: &Header) -> Result<Address, (usize, BadReason)> {
    let fields = [Field::Address].into_iter().chain(PARTS);
    let is_date = |column: &usize| matches!(cells.get(*column), Some(Cell::Date(_)));
    if let Some(column) = fields.flat_map(|field| header.having(field)).find(is_date) {
        return Err((column, BadReason::AddressIsDate));
    }
    let text = |field: Field| {
        let cells = header.having(field).filter_map(|column| filled(cells.get(column)?));
        cells.collect::<Vec<_>>().join(" ")
    };
    let [line, estate, building, unit, room] =
        [Field::Address, Field::Estate, Field::Building, Field::Unit, Field::Room].map(text);
    let has_parts = !(building.is_empty() && unit.is_empty() && room.is_empty());
    if line.is_empty() && !has_parts {
        return Err((blame(cells, header, estate.is_empty()), BadReason::AddressMissing));
    }
    let from_line = Address::parse(&line).ok().map(|mut address| {
        if address.estate.is_empty() {
            address = Address::from_parts(&estate, "", "", &line).unwrap_or(address);
        }
        address
    });
    let from_parts = || {
        let named = if estate.is_empty() {
            from_line.as_ref().map_or(line.clone(), |line| line.estate.clone())
        } else {
            estate.clone()
        };
        Address::from_parts(&named, &building, &unit, &room).ok()
    };
    let address = if has_parts { from_parts().or(from_line.clone()) } else { from_line.clone() };
    address
        .or_else(|| Address::from_parts(&estate, "", "", &line).ok())
        .ok_or_else(|| (blame(cells, header, false), BadReason::AddressUnclear))
}

/// The first address column that has something in it; or the first one at all when `any`.
pub(super) fn blame(cells: &[Cell], header: &Header, any: bool) -> usize {
    let order = [Field::Address, Field::Room, Field::Building, Field::Unit, Field::Estate];
    let mut columns = order.iter().flat_map(|field| header.having(*field));
    let is_filled = |column: &usize| any || cells.get(*column).is_some_and(|cell| !cell.is_blank());
    columns.clone().find(is_filled).or_else(|| columns.next()).unwrap_or(0)
}
