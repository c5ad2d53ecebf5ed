//! What a ledger says: its columns, rows and counts; stored for a day, compared with another day.

use super::books::Books;
use super::column::{Cell, Column};
use super::definition::Definition;
use super::evaluate::{Found, Group, count};
use super::fields::{Field, Kind};
use crate::problem::Problem;
use crate::routes::Names;
use linli_storage::StoreError;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read as _;
use utoipa::ToSchema;

/// Quick, and already an eighth of the text.
const COMPRESSION: i32 = 3;
/// The longest day's result is some 10 MB of text; what unpacks to much more is damaged.
const TEXT_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// A column as it is headed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct LedgerColumnBody {
    pub(crate) key: String,
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) kind: Kind,
    /// Health, hardship, party membership, travel: left out of files unless asked for.
    pub(crate) sensitive: bool,
}

impl From<&Field> for LedgerColumnBody {
    fn from(field: &Field) -> LedgerColumnBody {
        LedgerColumnBody {
            key: field.key.clone(),
            zh: field.zh.into(),
            en: field.en.into(),
            kind: field.kind,
            sensitive: field.sensitive,
        }
    }
}

/// A row: one household, resident or visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RowBody {
    /// The household's, resident's or visit's id.
    pub(crate) id: String,
    /// The household's id.
    pub(crate) household: String,
    /// A value for each column: text, number, list of words, or null.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub(crate) cells: Vec<Cell>,
}

/// How many rows there are of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct GroupBody {
    /// A value for each field of the grouping.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub(crate) values: Vec<Cell>,
    pub(crate) count: u64,
}

impl From<Group> for GroupBody {
    fn from(group: Group) -> GroupBody {
        GroupBody { values: group.values, count: group.count }
    }
}

/// Everything that a ledger said at one moment. Stored as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Whole {
    pub(crate) columns: Vec<LedgerColumnBody>,
    pub(crate) rows: Vec<RowBody>,
    /// The fields of the grouping.
    pub(crate) grouped: Vec<LedgerColumnBody>,
    pub(crate) groups: Vec<GroupBody>,
    pub(crate) groups_more: bool,
}

/// Rows ready to be shown.
pub(crate) struct Shown<'a> {
    pub(crate) books: &'a Books,
    pub(crate) definition: &'a Definition,
    pub(crate) names: &'a Names,
}

/// Rows of one moment, which most readers of a difference never see: most are as they were.
pub(crate) trait Moment {
    fn columns(&self) -> &[LedgerColumnBody];
    fn count(&self) -> usize;
    /// The id of a row.
    fn id(&self, at: usize) -> &str;
    /// The id of its household.
    fn household(&self, at: usize) -> &str;
    fn cell(&self, at: usize, column: usize) -> Cow<'_, Cell>;
}

/// What a ledger says now. Copying every row of a large community only to compare it takes longer than a person
/// waits for a page.
pub(crate) struct Now<'a> {
    shown: &'a Shown<'a>,
    columns: Vec<LedgerColumnBody>,
    fields: Vec<(&'static Field, Option<&'a Column>)>,
    rows: &'a [u32],
}

impl Now<'_> {
    fn row(&self, at: usize) -> u32 {
        self.rows.get(at).copied().unwrap_or(u32::MAX)
    }
}

impl Moment for Now<'_> {
    fn columns(&self) -> &[LedgerColumnBody] {
        &self.columns
    }

    fn count(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, at: usize) -> &str {
        self.shown.books.id(self.shown.definition.base, self.row(at))
    }

    fn household(&self, at: usize) -> &str {
        self.shown.books.household_id(self.shown.definition.base, self.row(at))
    }

    fn cell(&self, at: usize, column: usize) -> Cow<'_, Cell> {
        let Some((field, Some(column))) = self.fields.get(column) else { return Cow::Owned(Cell::Empty) };
        let row = self.shown.books.row_of(self.shown.definition.base, field, self.row(at));
        match column.cell(row) {
            Cell::Text(device) if field.kind == Kind::Person => {
                Cow::Owned(Cell::Text(self.shown.names.of_text(device)))
            }
            cell => Cow::Borrowed(cell),
        }
    }
}

impl Moment for Whole {
    fn columns(&self) -> &[LedgerColumnBody] {
        &self.columns
    }

    fn count(&self) -> usize {
        self.rows.len()
    }

    fn id(&self, at: usize) -> &str {
        self.rows.get(at).map_or("", |row| &row.id)
    }

    fn household(&self, at: usize) -> &str {
        self.rows.get(at).map_or("", |row| &row.household)
    }

    fn cell(&self, at: usize, column: usize) -> Cow<'_, Cell> {
        let cell = self.rows.get(at).and_then(|row| row.cells.get(column));
        cell.map_or(Cow::Owned(Cell::Empty), Cow::Borrowed)
    }
}

impl Shown<'_> {
    pub(crate) fn columns(&self) -> Result<Vec<LedgerColumnBody>, Problem> {
        Ok(self.definition.shown()?.into_iter().map(LedgerColumnBody::from).collect())
    }

    pub(crate) fn grouped(&self) -> Result<Vec<LedgerColumnBody>, Problem> {
        let fields = self.definition.groups.iter().map(|key| self.definition.field(key));
        fields.map(|field| field.map(LedgerColumnBody::from)).collect()
    }

    pub(crate) fn groups(&self, found: &Found) -> Result<(Vec<GroupBody>, bool), Problem> {
        let (groups, more) = count(self.books, self.definition, found)?;
        Ok((groups.into_iter().map(GroupBody::from).collect(), more))
    }

    pub(crate) fn rows(&self, rows: &[u32]) -> Result<Vec<RowBody>, Problem> {
        let now = self.now(rows)?;
        let row = |at: usize| RowBody {
            id: now.id(at).to_owned(),
            household: now.household(at).to_owned(),
            cells: (0..now.fields.len()).map(|column| now.cell(at, column).into_owned()).collect(),
        };
        Ok((0..rows.len()).map(row).collect())
    }

    /// These rows, read where the books have them.
    pub(crate) fn now<'a>(&'a self, rows: &'a [u32]) -> Result<Now<'a>, Problem> {
        let column = |field| (field, self.books.column(self.definition.base, field));
        let fields = self.definition.shown()?.into_iter().map(column).collect();
        Ok(Now { shown: self, columns: self.columns()?, fields, rows })
    }

    pub(crate) fn whole(&self, found: &Found) -> Result<Whole, Problem> {
        let (groups, groups_more) = self.groups(found)?;
        Ok(Whole {
            columns: self.columns()?,
            rows: self.rows(&found.rows)?,
            grouped: self.grouped()?,
            groups,
            groups_more,
        })
    }
}

impl Whole {
    /// As stored.
    pub(crate) fn pack(&self) -> Result<Vec<u8>, StoreError> {
        let damaged = || StoreError::Damaged { what: "ledger snapshot" };
        let text = serde_json::to_vec(self).map_err(|_| damaged())?;
        zstd::encode_all(text.as_slice(), COMPRESSION).map_err(|_| damaged())
    }

    /// Reads what [`Whole::pack`] wrote.
    pub(crate) fn unpack(bytes: &[u8]) -> Result<Whole, StoreError> {
        let damaged = || StoreError::Damaged { what: "ledger snapshot" };
        let mut text = Vec::new();
        let reader = zstd::Decoder::new(bytes).map_err(|_| damaged())?;
        reader.take(TEXT_BYTES_MAX).read_to_end(&mut text).map_err(|_| damaged())?;
        serde_json::from_slice(&text).map_err(|_| damaged())
    }

    /// Whether it has a row of one of these households.
    pub(crate) fn names_any(&self, households: &[String]) -> bool {
        self.rows.iter().any(|row| households.contains(&row.household))
    }

    /// Without the columns that say more than most readers need.
    pub(crate) fn without_sensitive(mut self) -> Whole {
        let keep: Vec<bool> = self.columns.iter().map(|column| !column.sensitive).collect();
        let kept = |at: usize| keep.get(at).copied().unwrap_or(true);
        for row in &mut self.rows {
            let cells = std::mem::take(&mut row.cells).into_iter().enumerate();
            row.cells = cells.filter(|(at, _)| kept(*at)).map(|(_, cell)| cell).collect();
        }
        self.columns.retain(|column| !column.sensitive);
        self
    }
}

/// A row that both days have, with different values.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChangedRow {
    id: String,
    household: String,
    #[schema(value_type = Vec<serde_json::Value>)]
    before: Vec<Cell>,
    #[schema(value_type = Vec<serde_json::Value>)]
    after: Vec<Cell>,
}

/// What became different between two moments.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// Columns that both have; the values below follow them.
    pub(crate) columns: Vec<LedgerColumnBody>,
    /// The ledger was given other columns in between: only those both have are compared.
    pub(crate) columns_changed: bool,
    pub(crate) added: Vec<RowBody>,
    pub(crate) removed: Vec<RowBody>,
    pub(crate) changed: Vec<ChangedRow>,
    pub(crate) added_count: usize,
    pub(crate) removed_count: usize,
    pub(crate) changed_count: usize,
}

/// Rows shown of each list: more are for a file, not for eyes. The counts are of all.
const DIFFERENCE_ROWS_MAX: usize = 2_000;

/// So far ahead the other moment's row is looked for where two moments part: homes come and go one by one.
const AHEAD: usize = 4;

/// For each row of one moment the row that it was, and the rows that are gone. Both are in nearly the same order, so
/// most rows stand beside each other; only the others are looked up by their ids.
fn pair_up(from: &impl Moment, to: &impl Moment) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut before = Vec::with_capacity(to.count());
    let mut gone = Vec::new();
    let mut old = 0;
    while before.len() < to.count() {
        let new = before.len();
        if from.id(old) == to.id(new) {
            before.push(Some(old));
            old += 1;
            continue;
        }
        let left = (1..=AHEAD).find(|by| from.id(old + by) == to.id(new));
        let come = (1..=AHEAD).find(|by| to.id(new + by) == from.id(old));
        let (by, come) = match (left, come) {
            (Some(left), _) => (left, 0),
            (None, Some(come)) => (0, come),
            (None, None) => (1, 1),
        };
        let end = (old + by).min(from.count());
        gone.extend(old..end);
        old = end;
        before.extend(std::iter::repeat_n(None, come));
    }
    gone.extend(old..from.count());
    let mut elsewhere: HashMap<&str, usize> = gone.iter().map(|at| (from.id(*at), *at)).collect();
    for (at, was) in before.iter_mut().enumerate().filter(|(_, was)| was.is_none()) {
        *was = elsewhere.remove(to.id(at));
    }
    gone.retain(|at| elsewhere.contains_key(from.id(*at)));
    (before, gone)
}

/// Compares two moments of one ledger by the ids of rows.
pub(crate) fn difference(from: &Whole, to: &impl Moment) -> Difference {
    let known = |column: &&LedgerColumnBody| from.columns.iter().any(|old| old.key == column.key);
    let columns: Vec<&LedgerColumnBody> = to.columns().iter().filter(known).collect();
    let places = |all: &[LedgerColumnBody]| -> Vec<usize> {
        let place = |key: &str| all.iter().position(|column| column.key == key);
        columns.iter().filter_map(|column| place(&column.key)).collect()
    };
    let (old_places, new_places) = (places(from.columns()), places(to.columns()));
    let was = |at: usize| old_places.iter().map(move |column| from.cell(at, *column));
    let is = |at: usize| new_places.iter().map(move |column| to.cell(at, *column));
    let (before, gone) = pair_up(from, to);
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for (at, before) in before.into_iter().enumerate() {
        let (id, household) = (|| to.id(at).to_owned(), || to.household(at).to_owned());
        let after = || is(at).map(Cow::into_owned).collect();
        match before {
            None => added.push(RowBody { id: id(), household: household(), cells: after() }),
            Some(before) if was(before).eq(is(at)) => {}
            Some(before) => changed.push(ChangedRow {
                id: id(),
                household: household(),
                before: was(before).map(Cow::into_owned).collect(),
                after: after(),
            }),
        }
    }
    let mut removed: Vec<RowBody> = gone
        .into_iter()
        .map(|at| RowBody {
            id: from.id(at).to_owned(),
            household: from.household(at).to_owned(),
            cells: was(at).map(Cow::into_owned).collect(),
        })
        .collect();
    let (added_count, removed_count, changed_count) = (added.len(), removed.len(), changed.len());
    added.truncate(DIFFERENCE_ROWS_MAX);
    removed.truncate(DIFFERENCE_ROWS_MAX);
    changed.truncate(DIFFERENCE_ROWS_MAX);
    Difference {
        columns_changed: columns.len() != to.columns().len() || columns.len() != from.columns.len(),
        columns: columns.into_iter().cloned().collect(),
        added,
        removed,
        changed,
        added_count,
        removed_count,
        changed_count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(keys: &[&str], rows: &[(&str, &[&str])]) -> Whole {
        let column = |key: &&str| LedgerColumnBody {
            key: (*key).into(),
            zh: "".into(),
            en: "".into(),
            kind: Kind::Text,
            sensitive: key.starts_with("travel"),
        };
        let row = |(id, cells): &(&str, &[&str])| RowBody {
            id: (*id).into(),
            household: "h".into(),
            cells: cells.iter().map(|text| Cell::text(text)).collect(),
        };
        let (columns, rows) = (keys.iter().map(column).collect(), rows.iter().map(row).collect());
        Whole { columns, rows, grouped: vec![], groups: vec![], groups_more: false }
    }

    #[test]
    fn two_days_are_compared_by_what_both_show() {
        let from = whole(&["name", "phone"], &[("1", &["张伟", "137"]), ("2", &["李娜", ""])]);
        let to = whole(&["note", "name"], &[("3", &["", "王芳"]), ("1", &["新", "张卫"])]);
        let found = difference(&from, &to);
        assert!(found.columns_changed);
        assert_eq!(found.columns.iter().map(|column| column.key.as_str()).collect::<Vec<_>>(), ["name"]);
        assert_eq!((found.added_count, found.removed_count, found.changed_count), (1, 1, 1));
        assert_eq!(found.added[0].cells, [Cell::text("王芳")]);
        assert_eq!(found.removed[0].cells, [Cell::text("李娜")]);
        assert_eq!(found.changed[0].after, [Cell::text("张卫")]);
        let same = difference(&from, &from);
        assert_eq!((same.added_count, same.removed_count, same.changed_count), (0, 0, 0));
    }

    #[test]
    fn rows_are_found_wherever_they_stand_now() {
        let ids: Vec<String> = (0..40).map(|id| format!("{id}")).collect();
        let rows = |order: &[usize]| {
            let rows: Vec<(&str, &[&str])> =
                order.iter().map(|at| (ids[*at].as_str(), &["王"][..])).collect();
            whole(&["name"], &rows)
        };
        let from = rows(&(0..30).collect::<Vec<_>>());
        // The first stands last, a run has left, others have come at the end and in the middle, one pair has swapped.
        let to = [(1..8).collect::<Vec<_>>(), vec![30, 31], (16..28).collect(), vec![29, 28, 35, 0]].concat();
        let found = difference(&from, &rows(&to));
        let ids = |rows: &[RowBody]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&found.added), ["30", "31", "35"]);
        assert_eq!(ids(&found.removed), ["8", "9", "10", "11", "12", "13", "14", "15"]);
        assert_eq!(found.changed_count, 0);
        let none = rows(&[]);
        assert_eq!((difference(&none, &from).added_count, difference(&from, &none).removed_count), (30, 30));
    }

    #[test]
    fn what_is_stored_is_read_back_and_can_leave_things_out() {
        let all = whole(&["name", "travel_place"], &[("1", &["张伟", "某地"])]);
        assert_eq!(Whole::unpack(&all.pack().unwrap()).unwrap(), all);
        let less = all.without_sensitive();
        assert_eq!(less.rows[0].cells, [Cell::text("张伟")]);
        assert_eq!(less.columns.len(), 1);
        assert!(Whole::unpack(b"nothing of ours").is_err());
    }
}
