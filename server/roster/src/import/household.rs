//! Rows with the same address become one household, in the order in which the file mentions them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::facts::Facts;
use super::{RosterHousehold, RosterResident, RowRef};

/// Most rows of one household. Dormitories registered as one household have hundreds; a wrong address column, more.
const ROWS_MAX: usize = 1_000;

/// Households under construction.
#[derive(Default)]
pub(super) struct Households {
    list: Vec<Draft>,
    by_address: BTreeMap<String, usize>,
    /// Rows already said, in any sheet. Only asked, never listed.
    said: HashSet<String>,
}

struct Draft {
    household: RosterHousehold,
    /// Remarks as they stand in the cells, so that a merged cell is not repeated for each resident.
    notes: BTreeSet<String>,
    /// True when the file has some way to say who the head is.
    heads_are_told: bool,
}

impl Households {
    /// True while the household of that address takes more rows.
    pub(super) fn has_room(&self, facts: &Facts) -> bool {
        let index = self.by_address.get(&facts.address.key());
        index
            .and_then(|index| self.list.get(*index))
            .is_none_or(|draft| draft.household.rows.len() < ROWS_MAX)
    }

    /// Adds what one row says.
    pub(super) fn add(&mut self, facts: Facts, row: RowRef, heads_are_told: bool) {
        let key = facts.address.key();
        let next = self.list.len();
        let index = *self.by_address.entry(key).or_insert(next);
        if index == next {
            self.list.push(Draft::new(&facts, heads_are_told));
        }
        if let Some(draft) = self.list.get_mut(index) {
            draft.add(facts, row);
        }
    }

    /// True the first time that a row says this.
    pub(super) fn is_news(&mut self, fingerprint: String) -> bool {
        self.said.insert(fingerprint)
    }

    /// Remembers that an earlier row was said again elsewhere.
    pub(super) fn repeat(&mut self, facts: &Facts, row: RowRef) {
        let index = self.by_address.get(&facts.address.key());
        if let Some(draft) = index.and_then(|index| self.list.get_mut(*index)) {
            draft.household.rows.push(row);
        }
    }

    /// The finished households.
    pub(super) fn finish(self) -> Vec<RosterHousehold> {
        self.list.into_iter().map(Draft::finish).collect()
    }
}

impl Draft {
    fn new(facts: &Facts, heads_are_told: bool) -> Draft {
        let household = RosterHousehold {
            address: facts.address.clone(),
            grid: None,
            phones: Vec::new(),
            tags: BTreeSet::new(),
            note: None,
            residents: Vec::new(),
            rows: Vec::new(),
        };
        Draft { household, notes: BTreeSet::new(), heads_are_told }
    }

    fn add(&mut self, facts: Facts, row: RowRef) {
        if let Some(note) = &facts.note {
            self.add_note(note, facts.residents.first());
        }
        let household = &mut self.household;
        household.grid = household.grid.take().or(facts.grid);
        household.tags.extend(facts.tags);
        household.rows.push(row);
        for phone in facts.phones {
            if !household.phones.contains(&phone) {
                household.phones.push(phone);
            }
        }
        for resident in facts.residents {
            match household.residents.iter_mut().find(|known| is_same(known, &resident)) {
                Some(known) => complete(known, resident),
                None => household.residents.push(resident),
            }
        }
    }

    /// A remark about one of several people carries their name; the household's note would lose whom it is about.
    fn add_note(&mut self, note: &str, about: Option<&RosterResident>) {
        if !self.notes.insert(note.to_owned()) {
            return;
        }
        let told = match about.filter(|_| !self.household.residents.is_empty()) {
            Some(resident) => format!("{}：{note}", resident.name),
            None => note.to_owned(),
        };
        match &mut self.household.note {
            Some(earlier) => {
                earlier.push('；');
                earlier.push_str(&told);
            }
            none => *none = Some(told),
        }
    }

    fn finish(self) -> RosterHousehold {
        let mut household = self.household;
        if !self.heads_are_told
            && let Some(first) = household.residents.first_mut()
        {
            first.is_head = true;
        }
        let head_phone =
            household.residents.iter().find(|resident| resident.is_head).and_then(|head| head.phone.clone());
        if let Some(at) = household.phones.iter().position(|phone| Some(phone) == head_phone.as_ref())
            && let Some(to_front) = household.phones.get_mut(..=at)
        {
            to_front.rotate_right(1);
        }
        household
    }
}

/// The same person told twice: one name, and nothing that speaks against it.
fn is_same(known: &RosterResident, told: &RosterResident) -> bool {
    let agree = |left: Option<&str>, right: Option<&str>| left.is_none() || right.is_none() || left == right;
    let hash = |resident: &RosterResident| resident.national_id.as_ref().map(|id| id.hash.clone());
    known.name == told.name
        && agree(known.birth.as_deref(), told.birth.as_deref())
        && agree(known.relation.as_deref(), told.relation.as_deref())
        && agree(hash(known).as_deref(), hash(told).as_deref())
}

fn complete(known: &mut RosterResident, told: RosterResident) {
    known.relation = known.relation.take().or(told.relation);
    known.gender = known.gender.take().or(told.gender);
    known.birth = known.birth.take().or(told.birth);
    known.phone = known.phone.take().or(told.phone);
    known.national_id = known.national_id.take().or(told.national_id);
    known.tags.extend(told.tags);
    known.is_head |= told.is_head;
}
