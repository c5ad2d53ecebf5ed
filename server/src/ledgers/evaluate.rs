//! Which rows a ledger has, in which order, and how many there are of each group.

use super::books::Books;
use super::column::{Cell, Column};
use super::definition::{Condition, Definition, GROUPS_MAX as GROUPS, Op, day, read_day, show_day};
use super::fields::{Field, Kind};
use crate::problem::Problem;
use indexmap::IndexSet;
use linli_core::time::{Date, TimeMs, date_of};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Groups in one answer: two fields of a large community, 38 grids by 25 tags.
const GROUPS_MAX: usize = 1_000;

/// Levels of order that fit into one number beside the order of doors.
const LEVELS_PACKED: usize = 3;

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

/// Answers kept until the records change: whoever reads on asks the same question for every page.
const ANSWERS_KEPT: usize = 8;

/// What was found lately, with the question and the day on which it was asked.
#[derive(Default)]
pub(crate) struct Answers(Mutex<VecDeque<(Definition, Date, Arc<Found>)>>);

impl Answers {
    fn kept(&self) -> MutexGuard<'_, VecDeque<(Definition, Date, Arc<Found>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds the rows.
pub(crate) fn find(books: &Books, definition: &Definition, now_ms: TimeMs) -> Result<Arc<Found>, Problem> {
    definition.check()?;
    let today = date_of(now_ms);
    let same = |(asked, day, _): &&(Definition, Date, _)| *day == today && asked == definition;
    if let Some((_, _, found)) = books.answers.kept().iter().find(same) {
        return Ok(Arc::clone(found));
    }
    let found = Arc::new(work_out(books, definition, now_ms)?);
    let mut kept = books.answers.kept();
    kept.truncate(ANSWERS_KEPT - 1);
    kept.push_front((definition.clone(), today, Arc::clone(&found)));
    Ok(found)
}

fn work_out(books: &Books, definition: &Definition, now_ms: TimeMs) -> Result<Found, Problem> {
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
        .filter_map(|value| match condition.op {
            Op::Contains => Some(value.to_lowercase()),
            _ if dated => day(value, now_ms),
            _ => Some(value.clone()),
        })
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
    if *cell == Cell::Empty {
        return holds_of_nothing(condition);
    }
    let is = |word: &str| wanted.iter().any(|value| value == word);
    let contains = |word: &str| wanted.iter().any(|value| contains(word, value));
    let compare = |word: &str| {
        let value = wanted.first()?;
        match kind {
            Kind::Number => Some(word.parse::<i64>().ok()?.cmp(&value.parse().ok()?)),
            _ => Some(word.cmp(value)),
        }
    };
    match condition.op {
        Op::Known => true,
        Op::Unknown => false,
        Op::Is => any_word(cell, is),
        Op::IsNot => !any_word(cell, is),
        Op::Contains => any_word(cell, contains),
        Op::From => any_word(cell, |word| compare(word).is_some_and(std::cmp::Ordering::is_ge)),
        Op::To => any_word(cell, |word| compare(word).is_some_and(std::cmp::Ordering::is_le)),
    }
}

/// Capitals are alike. What is asked for is in small letters; Chinese has none, and making them of every note
/// costs more than looking through it.
fn contains(word: &str, small: &str) -> bool {
    let has_letters = small.chars().any(char::is_alphabetic) && small.to_uppercase() != small;
    if has_letters { word.to_lowercase().contains(small) } else { word.contains(small) }
}

fn any_word(cell: &Cell, holds: impl Fn(&str) -> bool) -> bool {
    match cell {
        Cell::Empty => false,
        Cell::Number(number) => holds(&number.to_string()),
        Cell::Text(text) => holds(text),
        Cell::Set(words) => words.iter().any(|word| holds(word)),
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
    let places = |row: u32| {
        levels.iter().map(move |(field, column, ranks, descending)| {
            let code = column.code(books.row_of(definition.base, field, row));
            let rank = ranks.get(code as usize).copied().unwrap_or(0);
            if *descending { u32::MAX - rank } else { rank }
        })
    };
    if levels.len() > LEVELS_PACKED {
        rows.sort_by_cached_key(|row| places(*row).collect::<Vec<u32>>());
        return Ok(());
    }
    // The levels and, for what is alike in all of them, the order of doors in one number: a fifth of the time.
    let pack = |(before, row): (u32, &u32)| {
        let levels = places(*row).fold(0, |packed, place| packed << 32 | u128::from(place));
        (levels << 32 | u128::from(before), *row)
    };
    let mut packed: Vec<(u128, u32)> = (0..).zip(rows.iter()).map(pack).collect();
    packed.sort_unstable();
    for (to, (_, row)) in rows.iter_mut().zip(packed) {
        *to = row;
    }
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
    // A key for each level; unused ones stay 0. Nothing is allocated for a row.
    let mut counts: HashMap<[usize; GROUPS], u64> = HashMap::new();
    let keys = |level: usize, row: u32| {
        let level = levels.get(level).map(|(_, keys, _)| keys.at(books, definition, row));
        level.map_or(&[0][..], |keys| keys.map_or(&[][..], Vec::as_slice))
    };
    for row in &found.rows {
        for first in keys(0, *row) {
            for second in keys(1, *row) {
                *counts.entry([*first, *second]).or_default() += 1;
            }
        }
    }
    let cell = |level: usize, key: usize| {
        levels.get(level).and_then(|(labels, _, _)| labels.get_index(key)).cloned().unwrap_or_default()
    };
    let mut groups: Vec<Group> = counts
        .into_iter()
        .map(|(keys, count)| Group {
            values: keys
                .into_iter()
                .take(levels.len())
                .enumerate()
                .map(|(level, key)| cell(level, key))
                .collect(),
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
