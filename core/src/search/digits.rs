//! A run of digits: a phone number, its tail, a room or a building.
//!
//! Owns matching of digits. Must not know of names or pinyin.

use super::glyphs::{Glyph, digit_glyph};
use super::hit::{Class, Field, Form, Rank};
use super::text::home_number;
use std::ops::Range;

/// Fewest digits of a phone's tail; two would find one number in a hundred.
const TAIL_DIGITS_MIN: usize = 3;
/// Fewest digits looked for in the middle of a phone number.
const INFIX_DIGITS_MIN: usize = 4;
/// Fewest digits in which a wrong one is forgiven.
const TYPO_DIGITS_MIN: usize = 7;
/// Fewest digits of a room that is still being typed.
const ROOM_DIGITS_MIN: usize = 2;

/// Digits made ready for matching.
#[derive(Clone, Debug)]
pub(super) struct DigitPattern {
    digits: Vec<Glyph>,
    /// By glyph of a digit: where it stands in the pattern.
    places: [u64; 11],
}

impl DigitPattern {
    /// `None` unless the text holds digits. Whatever else is in it must have been checked before.
    pub(super) fn compile(text: &str) -> Option<DigitPattern> {
        let digits: String = text.chars().filter(char::is_ascii_digit).take(super::QUERY_CHARS_MAX).collect();
        let digits: Vec<Glyph> = home_number(&digits).bytes().map(digit_glyph).collect();
        let mut places = [0; 11];
        for (at, digit) in digits.iter().enumerate() {
            if let Some(place) = places.get_mut(usize::from(*digit)) {
                *place |= 1 << at;
            }
        }
        (!digits.is_empty()).then_some(DigitPattern { digits, places })
    }

    /// How well the digits match a field.
    pub(super) fn rank(&self, field: Field, value: &[Glyph]) -> Option<Rank> {
        let class = match field {
            Field::Phone => self.phone_class(value)?,
            Field::Building if value == self.digits => Class::Exact,
            Field::Room if value == self.digits => Class::Exact,
            Field::Room if self.digits.len() >= ROOM_DIGITS_MIN && value.starts_with(&self.digits) => {
                Class::Prefix
            }
            _ => return None,
        };
        Some(Rank::new(class, Form::Written, field))
    }

    fn phone_class(&self, phone: &[Glyph]) -> Option<Class> {
        let count = self.digits.len();
        if count >= TAIL_DIGITS_MIN && phone.ends_with(&self.digits) {
            return Some(if phone.len() == count { Class::Exact } else { Class::Prefix });
        }
        (count >= INFIX_DIGITS_MIN && self.inside(phone)).then_some(Class::Infix)
    }

    /// Bit-parallel, as comparing every window would be most of the time of a search.
    #[inline]
    fn inside(&self, phone: &[Glyph]) -> bool {
        let mut states = 0_u64;
        phone.iter().any(|digit| {
            states = (states << 1 | 1) & self.places.get(usize::from(*digit)).copied().unwrap_or(0);
            states & self.last() != 0
        })
    }

    /// The bit that says the whole pattern was seen.
    fn last(&self) -> u64 {
        1 << (self.digits.len() - 1)
    }

    /// True when a mistake can be forgiven in this pattern at all.
    pub(super) fn typos_allowed(&self) -> bool {
        self.digits.len() >= TYPO_DIGITS_MIN
    }

    /// Forgives one wrong, missing or extra digit of a phone number.
    pub(super) fn typo_rank(&self, field: Field, value: &[Glyph]) -> Option<Rank> {
        let phone = field == Field::Phone && self.typos_allowed();
        let end = phone.then(|| self.typo_end(value))??;
        let cut = if end == value.len() { 0 } else { 1 };
        Some(Rank::new(Class::Typo, Form::Written, field).less(cut))
    }

    /// Bit-parallel search with one mistake (Wu and Manber, "Fast text searching allowing errors", 1992).
    fn typo_end(&self, phone: &[Glyph]) -> Option<usize> {
        let last = self.last();
        let (mut clean, mut wrong) = (0_u64, 1_u64);
        let mut end = None;
        for (at, digit) in phone.iter().enumerate() {
            let here = self.places.get(usize::from(*digit)).copied().unwrap_or(0);
            let next = (clean << 1 | 1) & here;
            wrong = ((wrong << 1 | 1) & here) | clean | (clean << 1) | (next << 1) | 1;
            clean = next;
            if wrong & last != 0 {
                end = Some(at + 1);
            }
        }
        end
    }

    /// The part of a matching field to highlight.
    pub(super) fn span(&self, field: Field, value: &[Glyph], class: Class) -> Range<usize> {
        let count = self.digits.len();
        let end = match class {
            Class::Typo => self.typo_end(value).unwrap_or(0),
            Class::Prefix if field == Field::Phone => value.len(),
            Class::Prefix => count,
            Class::Infix => {
                value.windows(count).position(|window| window == self.digits).unwrap_or(0) + count
            }
            _ => value.len(),
        };
        end.saturating_sub(count)..end
    }
}
