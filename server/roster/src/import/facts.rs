//! One row of a roster as facts: all of it, or a list of what is wrong with it. Never half a row.

use std::collections::BTreeSet;

use linli_core::address::Address;

use super::error::BadReason;
use super::header::{Field, Header};
use super::national_id::{self, Checked};
use super::{Gender, ImportOptions, Problem, RosterResident, birth, phone, place, words};
use crate::table::{Cell, column_letter};

/// Longest name. The longest on a Chinese passport is under 40 characters; more is a remark.
const NAME_CHARS_MAX: usize = 60;

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
    facts.phones = row.phones();
    facts.tags = row.words(Field::HouseholdStatus);
    facts.note = row.note();
    row.people(is_told, options, &mut facts);
    if row.problems.is_empty() {
        return Ok(facts);
    }
    row.problems.sort_by_key(|(column, _)| *column);
    Err(row.problems.iter().map(|(column, reason)| problem(cells, header, *column, *reason)).collect())
}

fn problem(cells: &[Cell], header: &Header, column: usize, reason: BadReason) -> Problem {
    Problem {
        column: column_letter(column),
        header: header.columns.get(column).map(|(text, _)| text.clone()).unwrap_or_default(),
        value: cells.get(column).map(|cell| cell.shown().into_owned()).unwrap_or_default(),
        reason,
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

    fn phones(&mut self) -> Vec<String> {
        let mut phones = Vec::new();
        for (column, text) in self.filled(Field::Phone) {
            match phone::numbers(&text) {
                Ok(found) => phones.extend(found),
                Err(reason) => self.blame(column, reason),
            }
        }
        let mut seen = BTreeSet::new();
        phones.retain(|number| seen.insert(number.clone()));
        phones
    }

    /// The person of the row, the family members in one cell, or nobody in a vacant home.
    fn people(&mut self, is_told: bool, options: &ImportOptions, facts: &mut Facts) {
        let head = self.first(Field::HeadName);
        let own = self.first(Field::Name);
        let relation = self.first(Field::Relation).map(|(_, text)| text);
        let named = own.clone().or_else(|| if self.header.has(Field::Name) { None } else { head.clone() });
        let personal = self.personal(options);
        let tags = self.words(Field::Tags);
        match named {
            Some((_, name)) if words::is_vacant(&name) => {
                facts.tags.extend(tags);
                facts.tags.insert(name);
            }
            Some((column, name)) => {
                if !is_name(&name) {
                    self.blame(column, BadReason::NameUnclear);
                }
                let is_head = relation.as_deref().is_some_and(words::is_head)
                    || (relation.is_none() && head.is_some_and(|(_, head)| head == name));
                let phone = facts.phones.first().cloned();
                let resident = RosterResident { name, relation, phone, tags, is_head, ..personal };
                facts.residents.push(resident);
            }
            None if self.is_about_nobody(is_told, &personal) => {
                facts.tags.extend(tags);
                self.absent_head(head, facts);
            }
            None => self.blame_missing_name(),
        }
        self.members(facts);
    }

    /// The head of a household whose row names no other resident.
    fn absent_head(&mut self, head: Option<(usize, String)>, facts: &mut Facts) {
        let Some((column, name)) = head else { return };
        if words::is_vacant(&name) {
            facts.tags.insert(name);
        } else if is_name(&name) {
            let phone = facts.phones.first().cloned();
            facts.residents.push(RosterResident { name, phone, is_head: true, ..RosterResident::default() });
        } else {
            self.blame(column, BadReason::NameUnclear);
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

    fn members(&mut self, facts: &mut Facts) {
        for (column, text) in self.filled(Field::Members) {
            for (name, relation) in words::members(&text) {
                if !is_name(&name) {
                    self.blame(column, BadReason::NameUnclear);
                    return;
                }
                if facts.residents.iter().any(|resident| resident.name == name) {
                    continue;
                }
                let is_head = relation.as_deref().is_some_and(words::is_head);
                facts.residents.push(RosterResident { name, relation, is_head, ..RosterResident::default() });
            }
        }
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
