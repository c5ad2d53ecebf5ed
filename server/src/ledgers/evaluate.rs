//! Which rows a ledger has, in which order, and how many there are of each group.

use super::books::Books;
use super::column::{Cell, Column};
use super::definition::{Condition, Definition, LEVELS_MAX, Op, day, read_day, show_day};
use super::fields::{Field, Kind};
use crate::problem::Problem;
use indexmap::IndexSet;
use linli_core::time::{Date, TimeMs, date_of};
use std::collections::HashMap;

/// Groups in one answer: two fields of a large community, 38 grids by 25 tags.
const GROUPS_MAX: usize = 1_000;

/// What a ledger's definition finds in the books.
pub(crate) struct Found {
    /// Rows of the base's sheet, in order.
    pub(crate) rows: Vec<u32>,
}

/// One line of a table of counts.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Group {
    pub(crate) values: Vec<Cell>,
    pub(crate) count: u64,
}

/// For one field, and each of its distinct values, something.
struct PerValue<'a, T> {
    field: &'a Field,
    column: Option<&'a Column>,
    of: Vec<T>,
}

impl<'a, T> PerValue<'a, T> {
    fn new(
        books: &'a Books,
        definition: &Definition,
        field: &'a Field,
        work_out: impl FnOnce(&Column) -> Vec<T>,
    ) -> PerValue<'a, T> {
        let column = books.column(definition.base, field);
        PerValue { field, column, of: column.map(work_out).unwrap_or_default() }
    }

    fn at(&self, books: &Books, definition: &Definition, row: u32) -> Option<&T> {
        let row = books.row_of(definition.base, self.field, row);
        self.of.get(self.column?.code(row) as usize)
    }
}

/// Finds the rows. The definition has been checked.
pub(crate) fn find(books: &Books, definition: &Definition, now_ms: TimeMs) -> Result<Found, Problem> {
    definition.check()?;
    let mut conditions: Vec<Vec<PerValue<'_, bool>>> = Vec::new();
    for condition in &definition.filters {
        let mut any = Vec::new();
        for key in &condition.fields {
            let field = definition.field(key)?;
            any.push(PerValue::new(books, definition, field, |column| {
                truth(column, field, condition, now_ms)
            }));
        }
        conditions.push(any);
    }
    let holds = |row: u32| {
        let met = |value: &PerValue<'_, bool>| value.at(books, definition, row).copied().unwrap_or(false);
        conditions.iter().all(|any| any.iter().any(met))
    };
    let mut rows: Vec<u32> = books.rows(definition.base).iter().copied().filter(|row| holds(*row)).collect();
    sort(books, definition, &mut rows)?;
    Ok(Found { rows })
}

fn truth(column: &Column, field: &Field, condition: &Condition, now_ms: TimeMs) -> Vec<bool> {
    let dated = matches!(field.kind, Kind::Date | Kind::Time);
    let wanted: Vec<String> = condition
        .values
        .iter()
        .filter_map(|value| if dated { day(value, now_ms) } else { Some(value.clone()) })
        .collect();
    if field.kind == Kind::Time {
        // Nearly every visit has a moment of its own: a date is compared, no text made of it.
        let days: Vec<Date> = wanted.iter().filter_map(|day| read_day(day)).collect();
        return column.values().iter().map(|cell| meets_in_time(cell, condition, &days)).collect();
    }
    column.values().iter().map(|cell| meets(cell, field.kind, condition, &wanted)).collect()
}

/// What holds of a value that is not there.
fn holds_of_nothing(condition: &Condition) -> bool {
    matches!(condition.op, Op::Unknown | Op::IsNot) || condition.or_empty
}

fn meets_in_time(cell: &Cell, condition: &Condition, days: &[Date]) -> bool {
    let Cell::Number(at) = cell else { return holds_of_nothing(condition) };
    let on = date_of(*at);
    match condition.op {
        Op::Known => true,
        Op::Unknown | Op::Contains => false,
        Op::Is => days.contains(&on),
        Op::IsNot => !days.contains(&on),
        Op::From => days.iter().any(|day| on >= *day),
        Op::To => days.iter().any(|day| on <= *day),
    }
}

fn meets(cell: &Cell, kind: Kind, condition: &Condition, wanted: &[String]) -> bool {
    let is = |text: &str| wanted.iter().any(|value| value == text);
    let contains = |text: &str| {
        let text = text.to_lowercase();
        wanted.iter().any(|value| text.contains(&value.to_lowercase()))
    };
    let words: Vec<String> = match cell {
        Cell::Empty => return holds_of_nothing(condition),
        Cell::Set(words) => words.clone(),
        Cell::Text(text) => vec![text.clone()],
        Cell::Number(number) => vec![number.to_string()],
    };
    let compare = |word: &String| {
        let value = wanted.first()?;
        match kind {
            Kind::Number => Some(word.parse::<i64>().ok()?.cmp(&value.parse().ok()?)),
            _ => Some(word.cmp(value)),
        }
    };
    match condition.op {
        Op::Known => true,
        Op::Unknown => false,
        Op::Is => words.iter().any(|word| is(word)),
        Op::IsNot => !words.iter().any(|word| is(word)),
        Op::Contains => words.iter().any(|word| contains(word)),
        Op::From => words.iter().filter_map(compare).any(std::cmp::Ordering::is_ge),
        Op::To => words.iter().filter_map(compare).any(std::cmp::Ordering::is_le),
    }
}

/// Groups stand together, then what was asked for; otherwise the order of doors stays.
fn sort(books: &Books, definition: &Definition, rows: &mut [u32]) -> Result<(), Problem> {
    let groups = definition.groups.iter().map(|key| (key, false));
    let asked = definition.sort.iter().map(|sort| (&sort.field, sort.descending));
    let mut levels = Vec::new();
    for (key, descending) in groups.chain(asked) {
        let field = definition.field(key)?;
        let Some(column) = books.column(definition.base, field) else { continue };
        levels.push((field, column, column.ranks(), descending));
    }
    if levels.is_empty() {
        return Ok(());
    }
    rows.sort_by_cached_key(|row| {
        let mut place = [0; LEVELS_MAX];
        for (to, (field, column, ranks, descending)) in place.iter_mut().zip(&levels) {
            let code = column.code(books.row_of(definition.base, field, *row));
            let rank = ranks.get(code as usize).copied().unwrap_or(0);
            *to = if *descending { u32::MAX - rank } else { rank };
        }
        place
    });
    Ok(())
}

/// Counts rows by the ledger's groups: moments by their day, a row with several words for each. The flag says whether there were
/// more groups than an answer holds.
pub(crate) fn count(
    books: &Books,
    definition: &Definition,
    found: &Found,
) -> Result<(Vec<Group>, bool), Problem> {
    let mut levels: Vec<(IndexSet<Cell>, PerValue<'_, Vec<usize>>, bool)> = Vec::new();
    for key in &definition.groups {
        let field = definition.field(key)?;
        let mut labels = IndexSet::new();
        let mut days = HashMap::new();
        let mut label = |cell: &Cell| match cell {
            Cell::Number(at) if field.kind == Kind::Time => {
                let day = date_of(*at);
                let code = || labels.insert_full(Cell::Text(show_day(day))).0;
                vec![*days.entry(day).or_insert_with(code)]
            }
            Cell::Set(words) => words.iter().map(|word| labels.insert_full(Cell::text(word)).0).collect(),
            other => vec![labels.insert_full(other.clone()).0],
        };
        let keys = |column: &Column| column.values().iter().map(&mut label).collect();
        let keys = PerValue::new(books, definition, field, keys);
        levels.push((labels, keys, field.kind == Kind::Place));
    }
    if levels.is_empty() {
        return Ok((vec![], false));
    }
    let mut counts: HashMap<Vec<usize>, u64> = HashMap::new();
    for row in &found.rows {
        let mut combinations: Vec<Vec<usize>> = vec![vec![]];
        for (_, keys, _) in &levels {
            let keys = keys.at(books, definition, *row).map_or(&[][..], Vec::as_slice);
            let extend = |before: &Vec<usize>| {
                keys.iter().map(|key| [before.as_slice(), &[*key]].concat()).collect::<Vec<_>>()
            };
            combinations = combinations.iter().flat_map(extend).collect();
        }
        for combination in combinations {
            *counts.entry(combination).or_default() += 1;
        }
    }
    let cell = |level: usize, key: usize| {
        levels.get(level).and_then(|(labels, _, _)| labels.get_index(key)).cloned().unwrap_or_default()
    };
    let mut groups: Vec<Group> = counts
        .into_iter()
        .map(|(keys, count)| Group {
            values: keys.into_iter().enumerate().map(|(level, key)| cell(level, key)).collect(),
            count,
        })
        .collect();
    groups.sort_by(|one, two| {
        let pairs = one.values.iter().zip(&two.values).zip(&levels);
        let by_level = pairs.map(|((one, two), (_, _, by_length))| one.order(two, *by_length));
        by_level.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let more = groups.len() > GROUPS_MAX;
    groups.truncate(GROUPS_MAX);
    Ok((groups, more))
}
