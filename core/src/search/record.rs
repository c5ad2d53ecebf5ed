//! One household as two runs of glyphs: a header per field, then the field's glyphs.
//!
//! Owns the packed layout. Must not know how anything is matched.

use super::glyphs::{Glyph, Glyphs};
use super::hit::Field;
use super::text::Lines;
use super::{
    ESTATE_CHARS_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX, PART_CHARS_MAX, PHONE_DIGITS_MAX, TAG_CHARS_MAX,
};

/// Low bits of a header hold the field's length, high bits its kind.
const LENGTH_BITS: u32 = 12;
const LENGTH_MASK: u16 = (1 << LENGTH_BITS) - 1;

/// A packed household. Most needs look at one half only, which is most of the speed of a search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// Estate, names, tags, note.
    pub(super) words: &'a [Glyph],
    /// Building, unit, room, phones.
    pub(super) numbers: &'a [Glyph],
}

/// What [`pack`] says of the household it appended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    /// Sorts homes of one estate.
    pub(super) order: u64,
    /// Where the numbers begin in the arena.
    pub(super) numbers_start: usize,
}

/// Appends a household to the arena.
pub(super) fn pack(lines: Lines<'_>, glyphs: &mut Glyphs, arena: &mut Vec<Glyph>) -> Packed {
    let [estate, building, unit, room] = lines.parts();
    let mut put = |field, text: &str, chars_max| push(arena, glyphs, field, text, chars_max);
    // The estate is always first, even when empty: ordering relies on it.
    put(Field::Estate, estate, ESTATE_CHARS_MAX);
    lines.names().for_each(|name| put(Field::Name, name, NAME_CHARS_MAX));
    lines.tags().for_each(|tag| put(Field::Tag, tag, TAG_CHARS_MAX));
    lines.note().into_iter().for_each(|note| put(Field::Note, note, NOTE_CHARS_MAX));
    let numbers_start = arena.len();
    let mut put = |field, text: &str, chars_max| push(arena, glyphs, field, text, chars_max);
    for (field, part) in [(Field::Building, building), (Field::Unit, unit), (Field::Room, room)] {
        if !part.is_empty() {
            put(field, part, PART_CHARS_MAX);
        }
    }
    lines.phones().for_each(|phone| put(Field::Phone, phone, PHONE_DIGITS_MAX));
    Packed { order: order_key(building, unit, room), numbers_start }
}

fn push(arena: &mut Vec<Glyph>, glyphs: &mut Glyphs, field: Field, text: &str, chars_max: usize) {
    let header_at = arena.len();
    arena.push(0);
    arena.extend(text.chars().take(chars_max).map(|c| glyphs.intern(c)));
    let length = u16::try_from(arena.len() - header_at - 1).unwrap_or(0) & LENGTH_MASK;
    if let Some(header) = arena.get_mut(header_at) {
        *header = (field as u16) << LENGTH_BITS | length;
    }
}

/// Walks the fields of one half of a household.
pub(super) fn fields(record: &[Glyph]) -> Fields<'_> {
    Fields { rest: record }
}

/// Iterator of [`fields`].
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [Glyph],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Field, &'a [Glyph]);

    #[inline]
    fn next(&mut self) -> Option<(Field, &'a [Glyph])> {
        let (header, rest) = self.rest.split_first()?;
        let (value, rest) = rest.split_at_checked(usize::from(header & LENGTH_MASK))?;
        self.rest = rest;
        Some((Field::from_code(header >> LENGTH_BITS)?, value))
    }
}

/// The estate of a packed household, for ordering.
pub(super) fn estate(record: Record<'_>) -> &[Glyph] {
    fields(record.words).next().map(|(_, value)| value).unwrap_or_default()
}

/// Sorts homes of one estate as a person walks them: building 3 before 10, room 501 before 1201.
///
/// Building number and letter, unit and room in falling weight. What does not fit ties and goes by id.
fn order_key(building: &str, unit: &str, room: &str) -> u64 {
    let part = |text: &str, bits: u32| number(text).min((1 << bits) - 1);
    let letter = |text: &str| {
        let letter = text.bytes().find(u8::is_ascii_alphabetic).unwrap_or(0);
        u64::from(letter.to_ascii_lowercase())
    };
    part(building, 14) << 50
        | letter(building) << 42
        | part(unit, 10) << 32
        | part(room, 24) << 8
        | letter(room)
}

fn number(text: &str) -> u64 {
    let digits = text.bytes().skip_while(|b| !b.is_ascii_digit()).take_while(u8::is_ascii_digit);
    digits.fold(0, |sum: u64, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_sort_as_a_person_walks_them() {
        let walk =
            [("1", "1", "101"), ("3", "1", "1201"), ("3", "2", "501"), ("3A", "1", "101"), ("10", "", "101")];
        let keys: Vec<u64> = walk.iter().map(|(b, u, r)| order_key(b, u, r)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn a_packed_household_gives_its_fields_back() {
        let mut glyphs = Glyphs::new();
        let mut arena = Vec::new();
        let packed = pack(Lines::read("1\n\t3\t\t501\n张伟\n123"), &mut glyphs, &mut arena);
        assert_eq!(packed.numbers_start, 4);
        let all: Vec<_> = fields(&arena).map(|(field, value)| (field, glyphs.text(value))).collect();
        let text = String::from;
        assert_eq!(
            all,
            [
                (Field::Estate, text("")),
                (Field::Name, text("张伟")),
                (Field::Building, text("3")),
                (Field::Room, text("501")),
                (Field::Phone, text("123"))
            ]
        );
    }
}
