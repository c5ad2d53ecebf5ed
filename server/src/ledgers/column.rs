//! A sheet by columns: each keeps its distinct values once, and for each row which of them it has. A question is
//! answered for the distinct values, and rows only look up the answer.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::OnceLock;

/// A value of a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    /// Nothing is known.
    #[default]
    Empty,
    /// A number or a moment.
    Number(i64),
    /// Text, a date, a word.
    Text(String),
    /// Several words, in order.
    Set(Vec<String>),
}

impl Cell {
    pub(crate) fn of_json(value: Option<&serde_json::Value>) -> Cell {
        use serde_json::Value;
        match value {
            Some(Value::String(text)) if !text.is_empty() => Cell::Text(text.clone()),
            Some(Value::Number(number)) => number.as_i64().map_or(Cell::Empty, Cell::Number),
            Some(Value::Array(items)) if !items.is_empty() => {
                Cell::Set(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            _ => Cell::Empty,
        }
    }

    pub(crate) fn text(text: &str) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

    /// In the order of a list. Where `by_length`, 2 comes before 10.
    pub(crate) fn order(&self, other: &Cell, by_length: bool) -> Ordering {
        match (self, other) {
            (Cell::Text(one), Cell::Text(two)) if by_length => {
                one.chars().count().cmp(&two.chars().count()).then_with(|| one.cmp(two))
            }
            _ => self.cmp(other),
        }
    }
}

/// Values of one field over all rows.
#[derive(Default)]
pub(crate) struct Column {
    values: IndexSet<Cell>,
    rows: Vec<u32>,
    by_length: bool,
    /// Worked out when somebody sorts by it, and kept until there is a new value.
    ranks: OnceLock<Vec<u32>>,
}

impl Column {
    /// Which distinct value a row has.
    pub(crate) fn code(&self, row: u32) -> u32 {
        self.rows.get(row as usize).copied().unwrap_or(0)
    }

    /// The distinct values, by code. Some may not be in use any more.
    pub(crate) fn values(&self) -> &IndexSet<Cell> {
        &self.values
    }

    pub(crate) fn cell(&self, row: u32) -> &Cell {
        const EMPTY: &Cell = &Cell::Empty;
        self.values.get_index(self.code(row) as usize).unwrap_or(EMPTY)
    }

    pub(crate) fn set(&mut self, row: u32, cell: Cell) {
        let (code, is_new) = self.values.insert_full(cell);
        if is_new {
            self.ranks = OnceLock::new();
        }
        if self.rows.len() <= row as usize {
            let (empty, is_new) = self.values.insert_full(Cell::Empty);
            if is_new {
                self.ranks = OnceLock::new();
            }
            self.rows.resize(row as usize + 1, u32::try_from(empty).unwrap_or(u32::MAX));
        }
        if let Some(at) = self.rows.get_mut(row as usize) {
            *at = u32::try_from(code).unwrap_or(u32::MAX);
        }
    }

    /// For each distinct value its place in their order.
    pub(crate) fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| self.work_out_ranks())
    }

    fn work_out_ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32::try_from(self.values.len()).unwrap_or(u32::MAX)).collect();
        let value = |code: u32| self.values.get_index(code as usize);
        order.sort_by(|one, two| match (value(*one), value(*two)) {
            (Some(one), Some(two)) => one.order(two, self.by_length),
            _ => Ordering::Equal,
        });
        let mut ranks = vec![0; order.len()];
        for (rank, code) in (0..).zip(order) {
            if let Some(at) = ranks.get_mut(code as usize) {
                *at = rank;
            }
        }
        ranks
    }
}

/// Rows of one kind.
pub(crate) struct Sheet {
    pub(crate) columns: Vec<Column>,
    /// The row's id, as written.
    ids: Vec<Box<str>>,
    /// Which household's row each belongs to; its own among households.
    homes: Vec<u32>,
    live: Vec<bool>,
    gone: usize,
}

impl Sheet {
    /// Columns, for each whether 2 comes before 10 in it.
    pub(crate) fn new(by_length: impl Iterator<Item = bool>) -> Sheet {
        let columns = by_length.map(|by_length| Column { by_length, ..Column::default() });
        Sheet { columns: columns.collect(), ids: vec![], homes: vec![], live: vec![], gone: 0 }
    }

    /// A new row without values.
    pub(crate) fn add(&mut self, id: String, home: Option<u32>) -> u32 {
        let row = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        self.ids.push(id.into_boxed_str());
        self.homes.push(home.unwrap_or(row));
        self.live.push(true);
        row
    }

    pub(crate) fn set(&mut self, row: u32, column: usize, cell: Cell) {
        if let Some(column) = self.columns.get_mut(column) {
            column.set(row, cell);
        }
    }

    /// Takes a row out of every list, or back into them.
    pub(crate) fn show(&mut self, row: u32, shown: bool) {
        if let Some(live) = self.live.get_mut(row as usize) {
            self.gone = if *live && !shown { self.gone + 1 } else { self.gone };
            *live = shown;
        }
    }

    pub(crate) fn is_live(&self, row: u32) -> bool {
        self.live.get(row as usize).copied().unwrap_or(false)
    }

    pub(crate) fn id(&self, row: u32) -> &str {
        self.ids.get(row as usize).map_or("", |id| id)
    }

    pub(crate) fn home(&self, row: u32) -> u32 {
        self.homes.get(row as usize).copied().unwrap_or(row)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> {
        (0..u32::try_from(self.ids.len()).unwrap_or(u32::MAX)).filter(|row| self.is_live(*row))
    }

    /// Whether what was once said takes so much room that reading everything anew is better. It also keeps what
    /// was erased from staying in memory for long.
    pub(crate) fn is_littered(&self) -> bool {
        let littered = |used: usize, live: usize| used > 2 * live + LITTER;
        littered(self.gone, self.ids.len() - self.gone.min(self.ids.len()))
            || self.columns.iter().any(|column| littered(column.values.len(), self.ids.len()))
    }
}

/// Values out of use that nobody minds.
const LITTER: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_in_the_order_of_doors_and_nothing_comes_first() {
        let mut column = Column { by_length: true, ..Column::default() };
        for (row, room) in (0..).zip(["1001", "302", "", "1001", "101"]) {
            column.set(row, Cell::text(room));
        }
        assert_eq!(column.values().len(), 4);
        let ranks = column.ranks().to_vec();
        let mut rows: Vec<u32> = (0..5).collect();
        rows.sort_by_key(|row| ranks[column.code(*row) as usize]);
        assert_eq!(rows, [2, 4, 1, 0, 3]);
        column.set(0, Cell::text("9"));
        assert_eq!(column.cell(0), &Cell::text("9"));
        assert_eq!(column.cell(3), &Cell::text("1001"));
    }

    #[test]
    fn cells_are_kept_as_plain_json() {
        let cells = vec![Cell::Empty, Cell::Number(3), Cell::text("三"), Cell::Set(vec!["独居".into()])];
        let json = serde_json::to_string(&cells).unwrap();
        assert_eq!(json, r#"[null,3,"三",["独居"]]"#);
        assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap(), cells);
    }
}
