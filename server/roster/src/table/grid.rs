//! Cells arriving in any order become rows, within the limits of the module.

use super::{CELL_CHARS_MAX, CELLS_MAX, COLUMNS_MAX, Cell, ROWS_MAX, Sheet, TableError, column_letter};

/// Rows under construction. Indexes are from 0.
pub(super) struct Grid<'a> {
    name: &'a str,
    rows: Vec<Vec<Cell>>,
    cells: &'a mut usize,
}

/// A merged region: first row and column, last row and column, from 0.
pub(super) type Region = (u32, u32, u32, u32);

impl<'a> Grid<'a> {
    /// An empty sheet. `cells` counts the cells of the whole workbook.
    pub(super) fn new(name: &'a str, cells: &'a mut usize) -> Grid<'a> {
        Grid { name, rows: Vec::new(), cells }
    }

    /// Puts a cell in its place; a blank one needs none.
    pub(super) fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), TableError> {
        if cell.is_blank() {
            return Ok(());
        }
        if row >= ROWS_MAX {
            return Err(TableError::TooManyRows { sheet: self.name.to_owned(), rows_max: ROWS_MAX });
        }
        if column >= COLUMNS_MAX {
            return Err(TableError::TooManyColumns { sheet: self.name.to_owned(), row: row + 1 });
        }
        if let Cell::Text(text) = &cell
            && text.len() > CELL_CHARS_MAX
            && text.chars().count() > CELL_CHARS_MAX
        {
            let column = column_letter(column);
            return Err(TableError::CellTooLong { sheet: self.name.to_owned(), row: row + 1, column });
        }
        *self.place(row, column)? = cell;
        Ok(())
    }

    fn place(&mut self, row: usize, column: usize) -> Result<&mut Cell, TableError> {
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let cells = self.rows.get_mut(row).ok_or(TableError::TooManyCells)?;
        if cells.len() <= column {
            *self.cells += column + 1 - cells.len();
            if *self.cells > CELLS_MAX {
                return Err(TableError::TooManyCells);
            }
            cells.resize_with(column + 1, Cell::default);
        }
        cells.get_mut(column).ok_or(TableError::TooManyCells)
    }

    /// Gives every cell of a merged region the value of its first one. Regions reach no further than the rows do:
    /// people merge whole columns.
    pub(super) fn fill(&mut self, regions: impl IntoIterator<Item = Region>) -> Result<(), TableError> {
        let mut filled = 0usize;
        for (first_row, first_column, last_row, last_column) in regions {
            let (first_row, first_column) = (first_row as usize, first_column as usize);
            let last_row = (last_row as usize).min(self.rows.len().saturating_sub(1));
            let last_column = (last_column as usize).min(COLUMNS_MAX - 1);
            let value =
                self.rows.get(first_row).and_then(|row| row.get(first_column)).cloned().unwrap_or_default();
            if value.is_blank() {
                continue;
            }
            let rows = (last_row + 1).saturating_sub(first_row);
            filled =
                filled.saturating_add(rows.saturating_mul((last_column + 1).saturating_sub(first_column)));
            if filled > CELLS_MAX {
                return Err(TableError::TooManyCells);
            }
            for row in first_row..=last_row {
                for column in first_column..=last_column {
                    let place = self.place(row, column)?;
                    if place.is_blank() {
                        *place = value.clone();
                    }
                }
            }
        }
        Ok(())
    }

    /// The finished sheet, without the blank rows before the first and after the last filled one.
    pub(super) fn finish(self) -> Sheet {
        let name = self.name.to_owned();
        let mut rows = self.rows;
        while rows.last().is_some_and(|row| row.iter().all(Cell::is_blank)) {
            rows.pop();
        }
        let blank = rows.iter().take_while(|row| row.iter().all(Cell::is_blank)).count();
        rows.drain(..blank);
        Sheet { name, rows, first_row: blank + 1 }
    }
}
