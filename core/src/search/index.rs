//! The index: all households of one person's reach, packed into one arena.
//!
//! Owns storage, replacement and the order of hits. Must not know how a query is understood.

use super::HITS_MAX;
use super::glyphs::{Glyph, Glyphs};
use super::hit::Hit;
use super::query::{Mode, Query};
use super::record::{Record, estate, pack};
use super::text::{Lines, SearchText};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Replaced households are dropped from the arena once they are a third of it, so each upsert pays little.
const GARBAGE_PARTS: usize = 3;

/// Households that can be searched. Ids are whatever the caller stores them under.
#[derive(Clone, Debug)]
pub struct SearchIndex<Id> {
    glyphs: Glyphs,
    arena: Vec<Glyph>,
    slots: Vec<Slot<Id>>,
    by_id: BTreeMap<Id, usize>,
    garbage: usize,
}

#[derive(Clone, Debug)]
struct Slot<Id> {
    id: Id,
    order: u64,
    start: usize,
    words: u32,
    numbers: u32,
}

impl<Id> Slot<Id> {
    fn length(&self) -> usize {
        self.words as usize + self.numbers as usize
    }
}

/// A slot that matches.
#[derive(Clone, Copy, Debug)]
struct Found {
    score: u32,
    slot: usize,
}

impl<Id: Ord + Clone> Default for SearchIndex<Id> {
    fn default() -> SearchIndex<Id> {
        SearchIndex::new()
    }
}

impl<Id: Ord + Clone> SearchIndex<Id> {
    /// An empty index.
    pub fn new() -> SearchIndex<Id> {
        SearchIndex {
            glyphs: Glyphs::new(),
            arena: Vec::new(),
            slots: Vec::new(),
            by_id: BTreeMap::new(),
            garbage: 0,
        }
    }

    /// Puts a household in, or replaces it.
    pub fn upsert(&mut self, id: Id, text: &SearchText) {
        self.upsert_stored(id, text.as_str());
    }

    /// The same from the stored form, as it comes out of the database.
    pub fn upsert_stored(&mut self, id: Id, stored: &str) {
        let start = self.arena.len();
        let packed = pack(Lines::read(stored), &mut self.glyphs, &mut self.arena);
        // The limits of a field keep a household far below 2^32 glyphs.
        let count = |from: usize, to: usize| u32::try_from(to - from).unwrap_or(0);
        let words = count(start, packed.numbers_start);
        let numbers = count(packed.numbers_start, self.arena.len());
        let slot = Slot { id: id.clone(), order: packed.order, start, words, numbers };
        let old = self.by_id.get(&id).and_then(|at| self.slots.get_mut(*at));
        if let Some(old) = old {
            self.garbage += old.length();
            *old = slot;
        } else {
            self.by_id.insert(id, self.slots.len());
            self.slots.push(slot);
        }
        self.compact();
    }

    /// Takes a household out; false when it was not in.
    pub fn remove(&mut self, id: &Id) -> bool {
        let Some(at) = self.by_id.remove(id) else { return false };
        if at < self.slots.len() {
            self.garbage += self.slots.swap_remove(at).length();
        }
        if let Some(moved) = self.slots.get(at) {
            self.by_id.insert(moved.id.clone(), at);
        }
        self.compact();
        true
    }

    /// How many households can be found.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// True when nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// About how many bytes the index holds.
    pub fn memory_bytes(&self) -> usize {
        // A tree node is about three quarters full.
        let tree = self.by_id.len() * (size_of::<Id>() + size_of::<usize>()) * 4 / 3;
        self.glyphs.bytes()
            + self.arena.capacity() * size_of::<Glyph>()
            + self.slots.capacity() * size_of::<Slot<Id>>()
            + tree
    }

    /// The best `limit` households (at most [`HITS_MAX`]), best first; then by address, then by id.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit<Id>> {
        let limit = limit.min(HITS_MAX);
        let Some(mut query) = Query::compile(query, &self.glyphs).filter(|_| limit > 0) else {
            return Vec::new();
        };
        let mut found = self.scan(&query, Mode::Plain, &[]);
        // Every typo ranks below every plain match, so looking for them can wait until there is room.
        let mode = match found.len() < limit && query.prepare_typos(&self.glyphs) {
            true => Mode::Forgiving,
            false => Mode::Plain,
        };
        if mode == Mode::Forgiving {
            found.extend(self.scan(&query, Mode::TyposOnly, &found));
        }
        self.keep_best(&mut found, limit);
        let hit = |found: Found| {
            let slot = self.slots.get(found.slot)?;
            let matches = query.matches(self.record(slot), &self.glyphs, mode);
            Some(Hit { id: slot.id.clone(), score: found.score, matches })
        };
        found.into_iter().filter_map(hit).collect()
    }

    /// Ranks every household but those `known` already, which are in the order of slots.
    fn scan(&self, query: &Query, mode: Mode, known: &[Found]) -> Vec<Found> {
        let mut known = known.iter().map(|found| found.slot).peekable();
        let mut found = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            if known.next_if_eq(&at).is_some() {
                continue;
            }
            if let Some(rank) = query.rank(self.record(slot), &self.glyphs, mode) {
                found.push(Found { score: rank.score(), slot: at });
            }
        }
        found
    }

    #[inline]
    fn record(&self, slot: &Slot<Id>) -> Record<'_> {
        let middle = slot.start + slot.words as usize;
        let words = self.arena.get(slot.start..middle).unwrap_or_default();
        let numbers = self.arena.get(middle..middle + slot.numbers as usize).unwrap_or_default();
        Record { words, numbers }
    }

    fn keep_best(&self, found: &mut Vec<Found>, limit: usize) {
        let order = |a: &Found, b: &Found| b.score.cmp(&a.score).then_with(|| self.by_place(a.slot, b.slot));
        if found.len() > limit {
            found.select_nth_unstable_by(limit - 1, order);
            found.truncate(limit);
        }
        found.sort_unstable_by(order);
    }

    /// By address, then by id.
    fn by_place(&self, a: usize, b: usize) -> Ordering {
        let (Some(a), Some(b)) = (self.slots.get(a), self.slots.get(b)) else { return Ordering::Equal };
        self.by_address(a, b).then_with(|| a.id.cmp(&b.id))
    }

    fn by_address(&self, a: &Slot<Id>, b: &Slot<Id>) -> Ordering {
        let (a_estate, b_estate) = (estate(self.record(a)), estate(self.record(b)));
        if a_estate == b_estate {
            return a.order.cmp(&b.order);
        }
        self.glyphs.folded(a_estate).cmp(self.glyphs.folded(b_estate)).then(a.order.cmp(&b.order))
    }

    fn compact(&mut self) {
        if self.garbage * GARBAGE_PARTS <= self.arena.len() {
            return;
        }
        let mut arena = Vec::with_capacity(self.arena.len() - self.garbage);
        for slot in &mut self.slots {
            let record = self.arena.get(slot.start..slot.start + slot.length()).unwrap_or_default();
            slot.start = arena.len();
            arena.extend_from_slice(record);
        }
        self.arena = arena;
        self.garbage = 0;
    }
}
