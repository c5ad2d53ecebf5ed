//! One row of a roster as facts: all of it, or a list of what is wrong with it. Never half a row.

use std::collections::BTreeSet;

use linli_core::address::Address;

use super::error::BadReason;
use super::field::Field;
use super::header::Header;
use super::national_id::{self, Checked};
use super::{Gender, ImportOptions, Problem, RosterResident, birth, phone, place, words};
use crate::table::{Cell, column_letter};

/// Longest name. The longest on a Chinese passport is under 40 characters; more is a remark.
const NAME_CHARS_MAX: usize = 60;

/// Most names or phone numbers in one cell. A family of three generations has a dozen.
const CELL_ENTRIES_MAX: usize = 50;

/// What a good row says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) address: Address,
    pub(super) grid: Option<String>,
    pub(super) phones: Vec<String>,
    /// Tags of the household; those of a resident are with the resident.
    pub(super) tags: BTreeSet<String>,
    pub(super) note: Option<String>,
    pub(super) residents: Vec<RosterResident>,
}

/// Reads one row whose address cells are filled in. `is_told` says whether it had an address of its own.
pub(super) fn read(
    cells: &[Cell],
    header: &Header,
    is_told: bool,
    options: &ImportOptions,
) -> Result<Facts, Vec<Problem>> {
    let mut row = Row { cells, header, problems: Vec::new() };
    let address = place::resolve(cells, header).map_err(|(column, reason)| row.blame(column, reason));
    let mut facts = Facts { address: address.unwrap_or_default(), ..Facts::default() };
    facts.grid = row.first(Field::GridCode).or_else(|| row.first(Field::Grid)).map(|(_, text)| text);
    let own_phones = row.phones(Field::Phone);
    facts.phones = row.phones(Field::HouseholdPhone);
    let house_phone = facts.phones.first().cloned();
    facts.phones.extend(own_phones.iter().cloned());
    facts.tags = row.words(Field::HouseholdStatus);
    facts.note = row.note();
    let phones = Phones { own: own_phones.first().cloned(), house: house_phone };
    row.people(is_told, options, &phones, &mut facts);
    if row.problems.is_empty() {
        return Ok(facts);
    }
    row.problems.sort_by_key(|(column, _)| *column);
    Err(row.problems.iter().map(|(column, reason)| problem(cells, header, *column, *reason)).collect())
}

/// The row as bad because of its address: `reason` concerns the household that it would join.
pub(super) fn blame_address(cells: &[Cell], header: &Header, reason: BadReason) -> Vec<Problem> {
    vec![problem(cells, header, place::blame(cells, header, false), reason)]
}

fn problem(cells: &[Cell], header: &Header, column: usize, reason: BadReason) -> Problem {
    Problem {
        column: column_letter(column),
        header: header.columns.get(column).map(|(text, _)| text.clone()).unwrap_or_default(),
        value: cells.get(column).map(|cell| cell.shown().into_owned()).unwrap_or_default(),
        reason,
    }
}

/// First numbers of the row's person and of the household.
struct Phones {
    own: Option<String>,
    house: Option<String>,
}

impl Phones {
    /// The household's number is the head's too, and nobody else's.
    fn of(&self, is_head: bool) -> Option<String> {
        self.own.clone().or_else(|| self.house.clone().filter(|_| is_head))
    }
}

struct Row<'a> {
    cells: &'a [Cell],
    header: &'a Header,
    problems: Vec<(usize, BadReason)>,
}

impl Row<'_> {
    fn blame(&mut self, column: usize, reason: BadReason) {
        self.problems.push((column, reason));
    }

    /// The first filled cell of a field and its column.
    fn first(&self, field: Field) -> Option<(usize, String)> {
        self.filled(field).into_iter().next()
    }

    fn filled(&self, field: Field) -> Vec<(usize, String)> {
        let read = |column: usize| Some((column, words::filled(self.cells.get(column)?)?));
        self.header.having(field).filter_map(read).collect()
    }

    fn texts(&self, field: Field) -> Vec<String> {
        self.filled(field).into_iter().map(|(_, text)| text).collect()
    }

    /// Remarks as they were written, full-width punctuation and all.
    fn note(&self) -> Option<String> {
        let filled = self.filled(Field::Note);
        let written =
            filled.iter().filter_map(|(column, _)| Some(self.cells.get(*column)?.shown().trim().to_owned()));
        Some(written.collect::<Vec<_>>().join("；")).filter(|note| !note.is_empty())
    }

    fn words(&self, field: Field) -> BTreeSet<String> {
        self.texts(field).iter().flat_map(|text| words::list(text)).collect()
    }

    fn phones(&mut self, field: Field) -> Vec<String> {
        let mut phones = Vec::new();
        for (column, text) in self.filled(field) {
            match phone::numbers(&text) {
                Ok(found) if found.len() > CELL_ENTRIES_MAX => self.blame(column, BadReason::TooMany),
                Ok(found) => phones.extend(found),
                Err(reason) => self.blame(column, reason),
            }
        }
        phones
    }

    /// The person of the row, the family members in one cell, or nobody in a vacant home.
    fn people(&mut self, is_told: bool, options: &ImportOptions, phones: &Phones, facts: &mut Facts) {
        let head = self.named(Field::HeadName);
        let own = if self.header.has(Field::Name) { self.named(Field::Name) } else { head.clone() };
        let relation = self.first(Field::Relation).map(|(_, text)| text);
        let personal = self.personal(options);
        let tags = self.words(Field::Tags);
        match own.split_first() {
            Some(((name, _), _)) if words::is_vacant(name) => {
                facts.tags.extend(tags);
                facts.tags.insert(name.clone());
            }
            Some(((name, remark), others)) => {
                let is_named_head = head.first().is_some_and(|(head, _)| head == name);
                let is_head = relation.as_deref().or(remark.as_deref()).is_some_and(words::is_head)
                    || (relation.is_none() && is_named_head);
                let phone = phones.of(is_head);
                let mut one =
                    RosterResident { name: name.clone(), relation, phone, tags, is_head, ..personal };
                one.tags.extend(remark.clone().filter(|remark| !words::is_head(remark)));
                facts.residents.push(one);
                self.others(others, facts);
            }
            None if self.is_about_nobody(is_told, &personal) => {
                facts.tags.extend(tags);
                self.absent_head(&head, phones, facts);
            }
            None => self.blame_missing_name(),
        }
        for column in self.header.having(Field::Members) {
            let members = self.cells.get(column).and_then(words::filled).map(|text| words::people(&text));
            self.others(&members.unwrap_or_default(), facts);
        }
        self.check_names();
    }

    /// The people that the first cell of a field names.
    fn named(&self, field: Field) -> Vec<words::Named> {
        self.first(field).map(|(_, text)| words::people(&text)).unwrap_or_default()
    }

    /// The head of a household whose row names no other resident.
    fn absent_head(&self, head: &[words::Named], phones: &Phones, facts: &mut Facts) {
        match head.first() {
            Some((name, _)) if words::is_vacant(name) => {
                facts.tags.insert(name.clone());
            }
            Some((name, _)) => {
                let (name, phone) = (name.clone(), phones.of(true));
                facts.residents.push(RosterResident {
                    name,
                    phone,
                    is_head: true,
                    ..RosterResident::default()
                });
            }
            None => {}
        }
    }

    /// Further people of the household, known only by name and relation.
    fn others(&self, people: &[words::Named], facts: &mut Facts) {
        for (name, relation) in people.iter().take(CELL_ENTRIES_MAX) {
            if facts.residents.iter().any(|resident| resident.name == *name) {
                continue;
            }
            let is_head = relation.as_deref().is_some_and(words::is_head);
            let (name, relation) = (name.clone(), relation.clone());
            facts.residents.push(RosterResident { name, relation, is_head, ..RosterResident::default() });
        }
    }

    fn check_names(&mut self) {
        for field in [Field::HeadName, Field::Name, Field::Members] {
            for (column, text) in self.filled(field) {
                let people = words::people(&text);
                if people.len() > CELL_ENTRIES_MAX {
                    self.blame(column, BadReason::TooMany);
                } else if people.is_empty() || !people.iter().all(|(name, _)| is_name(name)) {
                    self.blame(column, BadReason::NameUnclear);
                }
            }
        }
    }

    /// A row without a name is a vacant home, or a household known by its head or members, unless it tells a person.
    fn is_about_nobody(&self, is_told: bool, personal: &RosterResident) -> bool {
        let tells_a_person = personal.birth.is_some() || personal.national_id.is_some();
        let names_others = self.first(Field::HeadName).is_some() || self.first(Field::Members).is_some();
        (is_told || names_others) && !tells_a_person && self.first(Field::NationalId).is_none()
    }

    fn blame_missing_name(&mut self) {
        let mut columns =
            [Field::Name, Field::HeadName].into_iter().flat_map(|field| self.header.having(field));
        let column = columns.next().unwrap_or(0);
        self.blame(column, BadReason::NameMissing);
    }

    /// Gender, birth and national id of the row's person.
    fn personal(&mut self, options: &ImportOptions) -> RosterResident {
        let checked = self.national_id();
        let told = checked.as_ref().and_then(|checked| checked.person);
        let gender = self.gender().or(told.map(|(_, gender)| gender));
        let birth = self.birth(options).or(told.map(|(date, _)| date.to_string()));
        let national_id =
            checked.zip(options.national_id.as_ref()).and_then(|(checked, key)| checked.keep(key));
        RosterResident { gender, birth, national_id, ..RosterResident::default() }
    }

    fn national_id(&mut self) -> Option<Checked> {
        let (column, text) = self.first(Field::NationalId)?;
        let checked = national_id::check(self.cells.get(column)?, &text);
        checked.map_err(|reason| self.blame(column, reason)).ok().flatten()
    }

    fn gender(&mut self) -> Option<Gender> {
        let (column, text) = self.first(Field::Gender)?;
        words::gender(&text).map_err(|()| self.blame(column, BadReason::GenderUnclear)).ok().flatten()
    }

    fn birth(&mut self, options: &ImportOptions) -> Option<String> {
        let (column, text) = self.first(Field::Birth)?;
        let read = birth::read(self.cells.get(column)?, &text, options.today);
        read.map_err(|reason| self.blame(column, reason)).ok()
    }
}

fn is_name(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && text.chars().count() <= NAME_CHARS_MAX
}
