//! The records as ledgers need them, in memory: some 30 bytes a value instead of a page of SQLite read for each
//! question, which for a large community's visits takes longer than a person waits.
//!
//! Made from the read models and brought up to date with what changed since; never the only place of anything.

use super::column::{Cell, Column, Sheet};
use super::evaluate::Answers;
use super::fields::{Base, Field, HOUSEHOLD, Own, RESIDENT, Source, VISIT};
use linli_core::ids::{DocId, HouseholdId};
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::model::{HouseholdSource, Model, SheetSource, SourceCut, VisitRecord, VisitSource};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Mergers followed before giving up: people make chains of two or three, only a mistake makes a ring.
const MERGES_MAX: usize = 32;

/// All rows there are, as of one moment of the read models.
pub(crate) struct Books {
    since: i64,
    households: Sheet,
    residents: Sheet,
    slots: HashMap<HouseholdId, u32>,
    /// Households that were read, and not only named by a visit.
    known: HashSet<u32>,
    merged: HashMap<u32, HouseholdId>,
    residents_of: HashMap<u32, Vec<u32>>,
    sheets: HashMap<DocId, SheetSource>,
    visits: Option<VisitBook>,
    /// For each household's row the one it was merged into, itself as a rule.
    survivors: Vec<u32>,
    /// For each household's row its place in the order of doors.
    doors: Vec<u32>,
    orders: [Vec<u32>; 3],
    pub(super) answers: Answers,
}

struct VisitBook {
    since: i64,
    sheet: Sheet,
    rows_of: HashMap<DocId, Vec<u32>>,
    /// For each row the moment by the best clock known.
    moments: Vec<TimeMs>,
}

impl Books {
    pub(crate) fn new() -> Books {
        Books {
            since: 0,
            households: Sheet::new(by_length(&HOUSEHOLD)),
            residents: Sheet::new(by_length(&RESIDENT)),
            slots: HashMap::new(),
            known: HashSet::new(),
            merged: HashMap::new(),
            residents_of: HashMap::new(),
            sheets: HashMap::new(),
            visits: None,
            survivors: vec![],
            doors: vec![],
            orders: [vec![], vec![], vec![]],
            answers: Answers::default(),
        }
    }

    /// Whether everything up to this batch is in.
    pub(crate) fn is_of(&self, applied: i64, base: Base) -> bool {
        let visits = self.visits.as_ref().is_some_and(|visits| visits.since == applied);
        self.since == applied && applied > 0 && (base != Base::Visit || visits)
    }

    /// Takes in what changed since the last time.
    pub(crate) async fn refresh(&mut self, model: &Model, base: Base) -> Result<(), StoreError> {
        self.answers = Answers::default();
        let littered = self.households.is_littered()
            || self.residents.is_littered()
            || self.visits.as_ref().is_some_and(|visits| visits.sheet.is_littered());
        if littered {
            *self = Books::new();
        }
        let mut cut = model.source().await?;
        self.take_in(&mut cut, base).await?;
        if !self.is_complete(&mut cut).await? {
            // Something was erased: what is left is read anew.
            *self = Books::new();
            self.take_in(&mut cut, base).await?;
        }
        Ok(())
    }

    async fn is_complete(&self, cut: &mut SourceCut) -> Result<bool, StoreError> {
        let totals = cut.totals().await?;
        let count = |len: usize| i64::try_from(len).unwrap_or(i64::MAX);
        let visits = self.visits.as_ref().map(|visits| visits.rows_of.values().map(Vec::len).sum());
        Ok(totals.households == count(self.known.len())
            && totals.sheets == count(self.sheets.len())
            && visits.is_none_or(|visits| totals.visits == count(visits)))
    }

    async fn take_in(&mut self, cut: &mut SourceCut, base: Base) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = cut.households(self.since, after).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            page.iter().for_each(|household| self.household(household));
        }
        let mut after = None;
        loop {
            let page = cut.sheets(self.since, after).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.doc);
            self.sheets.extend(page.into_iter().map(|sheet| (sheet.doc, sheet)));
        }
        self.since = cut.applied;
        if base == Base::Visit || self.visits.is_some() {
            self.take_in_visits(cut).await?;
        }
        self.find_survivors();
        self.sum_up();
        self.put_in_order();
        Ok(())
    }

    async fn take_in_visits(&mut self, cut: &mut SourceCut) -> Result<(), StoreError> {
        let mut book = self.visits.take().unwrap_or_else(|| VisitBook {
            since: 0,
            sheet: Sheet::new(by_length(&VISIT)),
            rows_of: HashMap::new(),
            moments: vec![],
        });
        let (mut after, mut begun) = (None, HashSet::new());
        loop {
            let page = cut.visits(book.since, after).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.doc, last.visit.id));
            for VisitSource { doc, visit } in &page {
                if begun.insert(*doc) {
                    // A document that changed is read whole, so its old rows go.
                    for row in book.rows_of.remove(doc).unwrap_or_default() {
                        book.sheet.show(row, false);
                    }
                }
                let home = self.slot(visit.household);
                book.add(*doc, visit, home);
            }
        }
        book.since = cut.applied;
        self.visits = Some(book);
        Ok(())
    }

    fn slot(&mut self, id: HouseholdId) -> u32 {
        if let Some(slot) = self.slots.get(&id) {
            return *slot;
        }
        let slot = self.households.add(id.to_string(), None);
        self.households.show(slot, false);
        self.slots.insert(id, slot);
        slot
    }

    fn household(&mut self, source: &HouseholdSource) {
        let slot = self.slot(source.id);
        self.known.insert(slot);
        let record: Value = serde_json::from_str(&source.record).unwrap_or_default();
        let residents = record.get("residents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (at, own) in HOUSEHOLD.iter().enumerate() {
            let cell = match own.key {
                "residents" => Cell::Number(i64::try_from(residents.len()).unwrap_or(i64::MAX)),
                "open_conflicts" => Cell::Number(source.open_conflicts),
                "visits" | "last_visit_at" | "last_outcome" => continue,
                key => Cell::of_json(record.get(key)),
            };
            self.households.set(slot, at, cell);
        }
        self.households.show(slot, source.merged_into.is_none());
        match source.merged_into {
            Some(survivor) => self.merged.insert(slot, survivor),
            None => self.merged.remove(&slot),
        };
        for row in self.residents_of.remove(&slot).unwrap_or_default() {
            self.residents.show(row, false);
        }
        if source.merged_into.is_none() {
            let rows = residents.iter().map(|resident| add(&mut self.residents, resident, slot)).collect();
            self.residents_of.insert(slot, rows);
        }
    }

    fn find_survivors(&mut self) {
        let next = |slot: u32| self.merged.get(&slot).and_then(|id| self.slots.get(id)).copied();
        let last = |slot: u32| {
            let chain = std::iter::successors(Some(slot), |slot| next(*slot));
            chain.take(MERGES_MAX).last().unwrap_or(slot)
        };
        self.survivors = (0..u32::try_from(self.slots.len()).unwrap_or(u32::MAX)).map(last).collect();
    }

    /// What a household's row says of its visits, those of absorbed households included.
    fn sum_up(&mut self) {
        let mut sums: HashMap<u32, (i64, &SheetSource)> = HashMap::new();
        for sheet in self.sheets.values() {
            let Some(slot) = self.slots.get(&sheet.household) else { continue };
            let survivor = self.survivors.get(*slot as usize).copied().unwrap_or(*slot);
            let sum = sums.entry(survivor).or_insert((0, sheet));
            let newest = |sheet: &SheetSource| (sheet.last_at_ms, sheet.doc);
            *sum = (sum.0 + sheet.visits, if newest(sheet) > newest(sum.1) { sheet } else { sum.1 });
        }
        let live: Vec<u32> = self.households.rows().collect();
        for (at, own) in HOUSEHOLD.iter().enumerate() {
            if !["visits", "last_visit_at", "last_outcome"].contains(&own.key) {
                continue;
            }
            for slot in &live {
                let cell = match (own.key, sums.get(slot)) {
                    ("visits", sum) => Cell::Number(sum.map_or(0, |sum| sum.0)),
                    ("last_visit_at", Some((_, last))) => Cell::Number(last.last_at_ms),
                    (_, Some((_, last))) => Cell::text(&last.last_outcome),
                    (_, None) => Cell::Empty,
                };
                self.households.set(*slot, at, cell);
            }
        }
    }

    fn put_in_order(&mut self) {
        let parts = ["grid", "estate", "building", "unit", "room"].map(|key| {
            let column = position(&HOUSEHOLD, key).and_then(|at| self.households.columns.get(at));
            column.map(|column| (column, column.ranks()))
        });
        let rank = |part: &Option<(&Column, &[u32])>, row: u32| {
            part.as_ref().and_then(|(column, ranks)| ranks.get(column.code(row) as usize).copied())
        };
        let mut households: Vec<u32> = self.households.rows().collect();
        households.sort_by_cached_key(|row| {
            (parts.each_ref().map(|part| rank(part, *row).unwrap_or(0)), self.households.id(*row))
        });
        let mut doors = vec![u32::MAX; self.slots.len()];
        for (door, row) in (0..).zip(&households) {
            if let Some(at) = doors.get_mut(*row as usize) {
                *at = door;
            }
        }
        self.doors = doors;
        let mut residents: Vec<u32> = self.residents.rows().collect();
        residents.sort_by_key(|row| (self.door(self.residents.home(*row)), self.residents.id(*row)));
        let visits = self.visits.as_ref().map(|book| {
            let mut visits: Vec<u32> = book.sheet.rows().collect();
            let moment = |row: u32| book.moments.get(row as usize).copied().unwrap_or(0);
            visits.sort_by_key(|row| {
                (self.door(self.survivor(book.sheet.home(*row))), moment(*row), book.sheet.id(*row))
            });
            visits
        });
        self.orders = [households, residents, visits.unwrap_or_default()];
    }

    fn door(&self, slot: u32) -> u32 {
        self.doors.get(slot as usize).copied().unwrap_or(u32::MAX)
    }

    fn survivor(&self, slot: u32) -> u32 {
        self.survivors.get(slot as usize).copied().unwrap_or(slot)
    }

    fn sheet(&self, base: Base) -> Option<&Sheet> {
        match base {
            Base::Household => Some(&self.households),
            Base::Resident => Some(&self.residents),
            Base::Visit => self.visits.as_ref().map(|book| &book.sheet),
        }
    }

    /// All rows of a kind in the order of doors; visits of one door by time.
    pub(crate) fn rows(&self, base: Base) -> &[u32] {
        let [households, residents, visits] = &self.orders;
        match base {
            Base::Household => households,
            Base::Resident => residents,
            Base::Visit => visits,
        }
    }

    /// The column that a field is read from.
    pub(crate) fn column(&self, base: Base, field: &Field) -> Option<&Column> {
        match field.source {
            Source::Own(at) => self.sheet(base)?.columns.get(at),
            Source::Home(at) => self.households.columns.get(at),
        }
    }

    /// The row of that column which belongs to a row.
    pub(crate) fn row_of(&self, base: Base, field: &Field, row: u32) -> u32 {
        match field.source {
            Source::Own(_) => row,
            Source::Home(_) => self.home(base, row),
        }
    }

    fn home(&self, base: Base, row: u32) -> u32 {
        self.sheet(base).map_or(row, |sheet| self.survivor(sheet.home(row)))
    }

    /// The id of a row.
    pub(crate) fn id(&self, base: Base, row: u32) -> &str {
        self.sheet(base).map_or("", |sheet| sheet.id(row))
    }

    /// The id of the household that a row belongs to.
    pub(crate) fn household_id(&self, base: Base, row: u32) -> &str {
        self.households.id(self.home(base, row))
    }
}

impl VisitBook {
    fn add(&mut self, doc: DocId, visit: &VisitRecord, home: u32) {
        let record: Value = serde_json::from_str(&visit.record).unwrap_or_default();
        let row = self.sheet.add(visit.id.to_string(), Some(home));
        for (at, own) in VISIT.iter().enumerate() {
            let cell = match own.key {
                "at" => Cell::Number(visit.at_ms),
                "received_at" => Cell::Number(visit.received_ms),
                "outcome" => Cell::text(&visit.outcome),
                "period" => Cell::text(&visit.period),
                "author" => Cell::text(&visit.device.to_string()),
                "temperature" => {
                    Cell::of_json(record.get("answers").and_then(|answers| answers.get("temperature")))
                }
                key => Cell::of_json(record.get(key)),
            };
            self.sheet.set(row, at, cell);
        }
        self.moments.push(visit.at_ms.saturating_add(visit.skew_ms));
        self.rows_of.entry(doc).or_default().push(row);
    }
}

fn add(residents: &mut Sheet, resident: &Value, home: u32) -> u32 {
    let id = resident.get("id").and_then(Value::as_str).unwrap_or_default();
    let row = residents.add(id.to_owned(), Some(home));
    for (at, own) in RESIDENT.iter().enumerate() {
        residents.set(row, at, Cell::of_json(resident.get(own.key)));
    }
    row
}

fn by_length(columns: &[Own]) -> impl Iterator<Item = bool> {
    columns.iter().map(Own::by_length)
}

fn position(columns: &[Own], key: &str) -> Option<usize> {
    columns.iter().position(|own| own.key == key)
}
