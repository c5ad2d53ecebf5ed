//! Part of an address: 3号楼, 2单元, 501, or all of it in any spelling.
//!
//! Owns how an unfinished address is read. The grammar itself is [`crate::address`]'s: what is unfinished is
//! finished with a made-up part, read there, and the made-up part is dropped again.

use super::glyphs::{Glyph, Glyphs, fold};
use super::hit::{Class, Field, Form, Rank};
use crate::address::{Address, half_width};

/// Finishes a text that stops at the building or staircase.
const ANY_ROOM: &str = "9室";
/// Begins a text that starts at the staircase or room.
const ANY_BUILDING: &str = "9号楼";
/// A part that is still to come can only follow one of these.
const PART_ENDS: [char; 9] = ['楼', '栋', '幢', '座', '#', '元', '门', '梯', '-'];

/// The parts that were asked for; an empty one was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    building: Vec<char>,
    unit: Vec<char>,
    room: Vec<char>,
}

/// What an address in a query asks for, and the text that stood before it (an estate, or a name).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlaceText {
    pub(super) place: Place,
    pub(super) before: String,
    pub(super) after: String,
}

/// Reads a query term as a whole or partial address.
pub(super) fn read(term: &str) -> Option<PlaceText> {
    let term = half_width(term);
    read_whole(&term).or_else(|| read_after_letters(&term)).or_else(|| read_before_text(&term))
}

/// yangguang3-2-501: an estate in pinyin. One letter alone is a building (A3-2-501).
fn read_after_letters(term: &str) -> Option<PlaceText> {
    let rest = term.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = term.strip_suffix(rest).filter(|letters| letters.len() > 1)?;
    let text = read_whole(rest).filter(|text| text.before.is_empty())?;
    Some(PlaceText { before: letters.to_owned(), ..text })
}

/// 3号楼张伟: the address ends at the last mark and somebody's name follows.
fn read_before_text(term: &str) -> Option<PlaceText> {
    let (cut, mark) = term.char_indices().rfind(|(_, c)| PART_ENDS.contains(c) && *c != '-')?;
    let (head, tail) = term.split_at_checked(cut + mark.len_utf8())?;
    let text = read_whole(head)?;
    (!tail.is_empty()).then(|| PlaceText { after: tail.to_owned(), ..text })
}

fn read_whole(term: &str) -> Option<PlaceText> {
    let open_end = term.ends_with(PART_ENDS);
    let finished = |made_up: &str| Address::parse(&format!("{term}{made_up}")).ok();
    let begun = |made_up: &str| Address::parse(&format!("{ANY_BUILDING}{term}{made_up}")).ok();
    let text = Address::parse(term).ok().map(|address| (address, false, false));
    let text = text.or_else(|| open_end.then(|| finished(ANY_ROOM))?.map(|address| (address, false, true)));
    let text = text.or_else(|| begun("").map(|address| (address, true, false)));
    let text = text.or_else(|| open_end.then(|| begun(ANY_ROOM))?.map(|address| (address, true, true)));
    let (address, no_building, no_room) = text?;
    let chars =
        |part: &str, dropped: bool| if dropped { Vec::new() } else { part.chars().map(fold).collect() };
    let place = Place {
        building: chars(&address.building, no_building),
        unit: chars(&address.unit, false),
        room: chars(&address.room, no_room),
    };
    let empty = place.building.is_empty() && place.unit.is_empty() && place.room.is_empty();
    // 9 in front of a text that has a building of its own was read as something else.
    let misread = no_building && (!address.estate.is_empty() || address.building != "9");
    (!empty && !misread).then_some(PlaceText { place, before: address.estate, after: String::new() })
}

impl Place {
    /// How well the place fits one household's parts.
    pub(super) fn rank(&self, parts: &Parts<'_>, glyphs: &Glyphs) -> Option<Rank> {
        let fits = |wanted: &[char], have: &[Glyph]| {
            wanted.is_empty() || glyphs.folded(have).eq(wanted.iter().copied())
        };
        let all = fits(&self.building, parts.building)
            && fits(&self.unit, parts.unit)
            && fits(&self.room, parts.room);
        let skipped = self.unit.is_empty() && !parts.unit.is_empty() && !self.room.is_empty();
        let field = if self.room.is_empty() { Field::Building } else { Field::Room };
        all.then(|| Rank::new(if skipped { Class::Prefix } else { Class::Exact }, Form::Written, field))
    }

    /// The fields that were asked for.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        let parts = [(&self.building, Field::Building), (&self.unit, Field::Unit), (&self.room, Field::Room)];
        parts.into_iter().filter(|(wanted, _)| !wanted.is_empty()).map(|(_, field)| field)
    }
}

/// The address parts of one packed household.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts<'a> {
    building: &'a [Glyph],
    unit: &'a [Glyph],
    room: &'a [Glyph],
}

impl<'a> Parts<'a> {
    /// From the half of a record that holds numbers.
    pub(super) fn read(numbers: &'a [Glyph]) -> Parts<'a> {
        let mut parts = Parts::default();
        for (field, value) in super::record::fields(numbers) {
            match field {
                Field::Building => parts.building = value,
                Field::Unit => parts.unit = value,
                Field::Room => parts.room = value,
                // Address parts come first.
                _ => break,
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(term: &str) -> Option<(String, String, String, String, String)> {
        let text = read(term)?;
        let join = |chars: Vec<char>| chars.into_iter().collect::<String>();
        let place = text.place;
        Some((text.before, join(place.building), join(place.unit), join(place.room), text.after))
    }

    #[test]
    fn unfinished_addresses_are_read_as_far_as_they_go() {
        for (term, want) in [
            ("3号楼", ("", "3", "", "", "")),
            ("三号楼2单元", ("", "3", "2", "", "")),
            ("3栋", ("", "3", "", "", "")),
            ("a座", ("", "a", "", "", "")),
            ("3#", ("", "3", "", "", "")),
            ("3-2-", ("", "3", "2", "", "")),
            ("3-2-501", ("", "3", "2", "501", "")),
            ("501室", ("", "", "", "501", "")),
            ("2单元501", ("", "", "2", "501", "")),
            ("2单元", ("", "", "2", "", "")),
            ("阳光花园3号楼", ("阳光花园", "3", "", "", "")),
            ("张伟3号楼", ("张伟", "3", "", "", "")),
            ("3号楼张伟", ("", "3", "", "", "张伟")),
            ("yangguang3-2-501", ("yangguang", "3", "2", "501", "")),
        ] {
            let (a, b, c, d, e) = want;
            assert_eq!(parts(term), Some((a.into(), b.into(), c.into(), d.into(), e.into())), "{term}");
        }
    }

    #[test]
    fn other_text_is_no_place() {
        for term in ["张伟", "zhangwei", "独居", "阳光花园", ""] {
            assert_eq!(parts(term), None, "{term}");
        }
    }
}
