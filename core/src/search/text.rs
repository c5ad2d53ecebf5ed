//! The searchable text of one household, as stored in one text column.
//!
//! Owns the stored form and its limits. Must not know how it is indexed or matched.

use super::{
    ESTATE_CHARS_MAX, NAME_CHARS_MAX, NAMES_MAX, NOTE_CHARS_MAX, PART_CHARS_MAX, PHONE_DIGITS_MAX,
    PHONES_MAX, TAG_CHARS_MAX, TAGS_MAX,
};
use crate::address::Address;

/// First line of every stored text, so that a later form can be told apart.
const FORM: &str = "1";

/// Everything of a household that a search looks at, in a compact printable form.
///
/// Six lines: form, address parts, names, phones, tags, note; values on a line are parted by tabs. Pinyin is not
/// in it: it would treble the size on disk and costs nothing to work out while loading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Collects what can be searched. Overlong values are cut to the limits of this module.
    pub fn build(
        address: &Address,
        names: &[&str],
        phones: &[&str],
        tags: &[&str],
        note: Option<&str>,
    ) -> SearchText {
        let mut out = String::from(FORM);
        let parts = [&address.estate, &address.building, &address.unit, &address.room];
        let limits = [ESTATE_CHARS_MAX, PART_CHARS_MAX, PART_CHARS_MAX, PART_CHARS_MAX];
        push_line(&mut out, parts.iter().zip(limits).map(|(part, chars_max)| clean(part, chars_max)));
        push_line(&mut out, filled(names.iter().map(|name| clean(name, NAME_CHARS_MAX))).take(NAMES_MAX));
        push_line(&mut out, filled(phones.iter().map(|phone| phone_digits(phone))).take(PHONES_MAX));
        push_line(&mut out, filled(tags.iter().map(|tag| clean(tag, TAG_CHARS_MAX))).take(TAGS_MAX));
        push_line(&mut out, note.map(|note| clean(note, NOTE_CHARS_MAX)).into_iter());
        SearchText(out)
    }

    /// Takes back what [`SearchText::as_str`] gave. Text of an unknown form finds nothing, which a rebuild heals.
    pub fn from_stored(stored: String) -> SearchText {
        SearchText(stored)
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stored form, without a copy.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The lines of a stored text, still tab-separated. Limits hold here too: a stored text may be damaged.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines<'a> {
    address: &'a str,
    names: &'a str,
    phones: &'a str,
    tags: &'a str,
    note: &'a str,
}

impl<'a> Lines<'a> {
    pub(super) fn read(stored: &'a str) -> Lines<'a> {
        let mut lines = stored.split('\n');
        if lines.next() != Some(FORM) {
            return Lines::default();
        }
        let mut next = || lines.next().unwrap_or_default();
        Lines { address: next(), names: next(), phones: next(), tags: next(), note: next() }
    }

    /// Estate, building, unit, room.
    pub(super) fn parts(self) -> [&'a str; 4] {
        let mut parts = self.address.split('\t');
        [(); 4].map(|()| parts.next().unwrap_or_default())
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        values(self.names, NAMES_MAX)
    }

    pub(super) fn phones(self) -> impl Iterator<Item = &'a str> {
        values(self.phones, PHONES_MAX)
    }

    pub(super) fn tags(self) -> impl Iterator<Item = &'a str> {
        values(self.tags, TAGS_MAX)
    }

    pub(super) fn note(self) -> Option<&'a str> {
        Some(self.note).filter(|note| !note.is_empty())
    }
}

fn values(line: &str, count_max: usize) -> impl Iterator<Item = &str> {
    line.split('\t').filter(|value| !value.is_empty()).take(count_max)
}

fn push_line(out: &mut String, values: impl Iterator<Item = String>) {
    out.push('\n');
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push('\t');
        }
        out.push_str(&value);
    }
}

fn filled(values: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    values.filter(|value| !value.is_empty())
}

/// Trims, and turns the separators of the stored form (and any other control character) into blanks.
fn clean(text: &str, chars_max: usize) -> String {
    text.trim().chars().take(chars_max).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The digits of a phone number, without the country code that only some people write.
fn phone_digits(phone: &str) -> String {
    let digits: String =
        phone.chars().map(super::glyphs::fold).filter(char::is_ascii_digit).take(PHONE_DIGITS_MAX).collect();
    home_number(&digits).to_owned()
}

/// Strips `86` or `0086` from a mobile number of eleven digits.
pub(super) fn home_number(digits: &str) -> &str {
    let rest = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    if rest.len() == 11 && rest.starts_with('1') { rest } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_comes_back_as_it_was_built() {
        let address =
            Address {
                estate: "阳光花园".into(), building: "3".into(), unit: "2".into(), room: "501".into()
            };
        let text = SearchText::build(
            &address,
            &["张伟", "", "李\t娜"],
            &["+86 138-0000-1234"],
            &["独居"],
            Some("狗\n凶"),
        );
        assert_eq!(text.as_str(), "1\n阳光花园\t3\t2\t501\n张伟\t李 娜\n13800001234\n独居\n狗 凶");
        let lines = Lines::read(text.as_str());
        assert_eq!(lines.parts(), ["阳光花园", "3", "2", "501"]);
        assert_eq!(lines.names().collect::<Vec<_>>(), ["张伟", "李 娜"]);
        assert_eq!(SearchText::from_stored(text.clone().into_string()), text);
    }

    #[test]
    fn text_of_an_unknown_form_holds_nothing() {
        let lines = Lines::read("2\nx\ty");
        assert_eq!(lines.parts(), ["", "", "", ""]);
        assert_eq!(lines.names().count(), 0);
    }
}
