//! From one line of text, or from columns, to the parts of an address.
//!
//! Each spelling is one small reader that succeeds only if it explains the whole text; the first wins.

use super::text::{is_numeral, is_side, is_stem, normal, numeral, split_tail};
use super::{ADDRESS_CHARS_MAX, Address, estate};

/// A villa is a building that is also a home; the word stays in the building so that it is not 8号楼.
pub(super) const VILLA: &str = "别墅";

/// Words after the number of a staircase.
const UNIT_MARKS: [&str; 4] = ["单元", "号门", "门", "梯"];

/// Words after the number of a building that mean nothing else. Longer first: 号楼 before 楼.
const BUILDING_MARKS: [&str; 7] = ["#楼", "号楼", "号栋", "栋", "幢", "座", "#"];

/// The longest number of one part; the longest real ones are like 甲12-1 or 2701A.
const TOKEN_CHARS_MAX: usize = 10;

/// Letters taken with a number (AB12). A longer run is a name: 阳光COCO3号楼 is building 3.
const TOKEN_LETTERS_MAX: usize = 2;

/// Digits of a year.
const YEAR_DIGITS: usize = 4;

/// Reads one line. `None` when no reading explains all of it.
pub(super) fn read(text: &str) -> Option<Address> {
    let address = read_once(text)?;
    // A reading that its own canonical spelling does not give back would become a second home at the next import.
    (read_once(&address.to_string())? == address).then_some(address)
}

/// Reads columns by writing them as one line, so that there is one grammar.
pub(super) fn read_parts(estate: &str, building: &str, unit: &str, room: &str) -> Option<Address> {
    let line = format!(
        "{}{}{}",
        with_mark(building, "号楼"),
        with_mark(unit, "单元"),
        normal(room).trim_matches('-')
    );
    let estate_name = estate::clean(&normal(estate));
    let Some(mut address) = read_once(&line) else {
        return read(&format!("{estate_name}{line}"));
    };
    address.estate = match address.estate.as_str() {
        "" => estate_name,
        told if estate_name.contains(told) => estate_name,
        told if told.contains(estate_name.as_str()) => told.to_owned(),
        told => format!("{estate_name}{told}"),
    };
    (read_once(&address.to_string())? == address).then_some(address)
}

/// `3` becomes `3号楼`; a cell that already says what it is stays.
fn with_mark(cell: &str, mark: &str) -> String {
    let cell = normal(cell);
    let cell = cell.trim_matches('-');
    let is_bare = !cell.is_empty() && (!cell.contains(|c: char| !is_token_char(c)) || cell == VILLA);
    let is_number =
        cell.strip_suffix('号').is_some_and(|number| !number.contains(|c: char| !is_token_char(c)));
    match () {
        () if is_bare => format!("{cell}{mark}"),
        () if is_number && !cell.contains(VILLA) => format!("{}{mark}", cell.trim_end_matches('号')),
        () => cell.to_owned(),
    }
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || is_numeral(c) || is_side(c)
}

fn read_once(text: &str) -> Option<Address> {
    if text.chars().count() > ADDRESS_CHARS_MAX {
        return None;
    }
    let text = normal(text);
    // A dash at the end is kept: 3-2- is a number somebody has not finished, not 3-2.
    let text = text.trim_start_matches('-');
    read_villa(text)
        .or_else(|| UNIT_MARKS.iter().find_map(|mark| read_unit(text, mark)))
        .or_else(|| read_building(text))
        .or_else(|| read_floor_as_building(text))
        .or_else(|| read_dashes(text))
        .or_else(|| read_number_and_room(text))
        .or_else(|| read_house(text))
}

/// 别墅8号, 8号别墅, 别墅8.
fn read_villa(text: &str) -> Option<Address> {
    let (before, after) = text.rsplit_once(VILLA)?;
    let number = after.trim_start_matches('区').trim_matches('-');
    let (name, token) = if number.is_empty() {
        let numbered =
            ["号楼", "号", "栋", "幢", "座", "#"].iter().find_map(|mark| before.strip_suffix(mark))?;
        token_at_end(numbered)?
    } else {
        let number = ["号楼", "号", "栋", "幢", "座", "#"].iter().find_map(|mark| number.strip_suffix(mark));
        let (rest, token) = token_at_end(number.unwrap_or(after.trim_start_matches('区')))?;
        rest.trim_matches('-').is_empty().then_some((before, token))?
    };
    Some(home(name, format!("{VILLA}{token}"), String::new(), String::new()))
}

/// ...2单元501室, with or without a mark after the building (3-2单元501).
fn read_unit(text: &str, mark: &str) -> Option<Address> {
    let (before, after) = text.rsplit_once(mark)?;
    let room = room(after)?;
    let (before, unit) = token_at_end(before)?;
    let before = before.trim_end_matches('-');
    let (name, building) = marked_building(before).or_else(|| {
        token_at_end(before.strip_suffix("号").or_else(|| before.strip_suffix('楼')).unwrap_or(before))
    })?;
    Some(home(name, building, unit, room))
}

/// 3号楼501, 3#2-501, A座1203, 3栋A座1203.
fn read_building(text: &str) -> Option<Address> {
    let (cut, mark) = BUILDING_MARKS
        .iter()
        .filter_map(|mark| text.trim_end_matches('#').rfind(mark).map(|at| (at + mark.len(), *mark)))
        .max_by_key(|(end, mark)| (*end, mark.len()))?;
    let (head, rest) = text.split_at_checked(cut)?;
    let (name, building) = marked_building(head)?;
    if let Some((outer_name, outer)) = marked_building(name)
        && mark != "号楼"
    {
        return Some(home(outer_name, outer, building, room(rest)?));
    }
    match rest.trim_matches(['-', '#']).split_once('-') {
        Some((unit, rest)) if !unit.is_empty() && !rest.contains('-') => {
            let (nothing, unit) = token_at_end(unit)?;
            nothing.is_empty().then_some(())?;
            Some(home(name, building, unit, room(rest)?))
        }
        _ => Some(home(name, building, String::new(), room(rest)?)),
    }
}

/// 3楼501: a building, unless the name before it is a building already (幸福大厦5楼501).
fn read_floor_as_building(text: &str) -> Option<Address> {
    let (before, rest) = text.rsplit_once('楼')?;
    let (name, building) = token_at_end(before)?;
    if estate::is_one_building(&estate::clean(name)) {
        return None;
    }
    match rest.trim_matches('-').split_once('-') {
        Some((unit, rest)) => {
            let (nothing, unit) = token_at_end(unit)?;
            nothing.is_empty().then(|| room(rest).map(|room| home(name, building, unit, room)))?
        }
        None => Some(home(name, building, String::new(), room(rest)?)),
    }
}

/// 阳光花园3-2-501, 3-501. Four numbers could mean two things and are refused.
fn read_dashes(text: &str) -> Option<Address> {
    let text = strip_room_mark(text);
    let (name, run) = split_tail(text, |c| c.is_ascii_alphanumeric() || c == '-');
    let parts: Vec<&str> = run.trim_start_matches('-').split('-').collect();
    match parts.as_slice() {
        [building, room] => Some(home(name, whole_token(building)?, String::new(), whole_token(room)?)),
        // 2012-3-2 is what Excel makes of 12-3-2; no building has a number of four digits.
        [building, _, _] if building.len() >= YEAR_DIGITS && building.chars().all(|c| c.is_ascii_digit()) => {
            None
        }
        [building, unit, room] => {
            Some(home(name, whole_token(building)?, whole_token(unit)?, whole_token(room)?))
        }
        _ => None,
    }
}

/// 延安路123弄12号501室: the house number is the building.
fn read_number_and_room(text: &str) -> Option<Address> {
    let (before, rest) = text.trim_end_matches('号').rsplit_once('号')?;
    let (name, building) = token_at_end(before)?;
    match rest.trim_matches('-').split_once('-') {
        Some((unit, last)) if !last.contains('-') => {
            Some(home(name, building, whole_token(unit)?, room(last)?))
        }
        _ => Some(home(name, building, String::new(), room(rest)?)),
    }
}

/// A house of its own (幸福村12号), or a room of an estate that is one building (幸福大厦1203).
fn read_house(text: &str) -> Option<Address> {
    if let Some((name, room)) = text.strip_suffix('号').and_then(token_at_end)
        && !name.is_empty()
        && !estate::clean(name).is_empty()
    {
        return Some(home(name, String::new(), String::new(), room));
    }
    let (name, _) = split_tail(strip_room_mark(text), is_token_char);
    let name = name.strip_suffix(['层']).map_or(name, |floor| split_tail(floor, is_token_char).0);
    let name = floor_of_one_building(name);
    let tail = text.strip_prefix(name)?;
    estate::is_one_building(&estate::clean(name))
        .then(|| Some(home(name, String::new(), String::new(), room(tail)?)))?
}

/// 幸福大厦5楼 is 幸福大厦 when the number is a floor of it.
fn floor_of_one_building(name: &str) -> &str {
    let Some((before, _)) = name.strip_suffix('楼').and_then(token_at_end) else { return name };
    if estate::is_one_building(&estate::clean(before)) { before } else { name }
}

fn home(name: &str, building: String, unit: String, room: String) -> Address {
    Address { estate: estate::clean(name), building, unit, room }
}

/// The number before a mark that only buildings have, and what is before it.
fn marked_building(text: &str) -> Option<(&str, String)> {
    let before = BUILDING_MARKS.iter().find_map(|mark| text.strip_suffix(mark))?;
    let (name, number) = token_at_end(before)?;
    // 3-1号楼 is one building; the dash in 阳光花园-3号楼 is only a separator.
    if let Some((outer, first)) = name.strip_suffix('-').and_then(token_at_end)
        && first.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return Some((outer, format!("{first}-{number}")));
    }
    Some((name, number))
}

/// 501室, 501A, 五〇一室, 5层501, 5楼东户, 501-1.
fn room(text: &str) -> Option<String> {
    let text = strip_room_mark(text.trim_matches(['-', '#']));
    let (floor, text) = split_floor(text);
    let text = text.trim_matches('-');
    let dashed = text.split('-').map(whole_token).collect::<Option<Vec<_>>>()?;
    let room = dashed.join("-");
    match floor {
        None => Some(room),
        // 5层01室 is 501室, 5层501室 already says the floor.
        Some(floor) if room.chars().all(|c| c.is_ascii_digit()) && room.len() <= 2 => {
            Some(format!("{floor}{room:0>2}"))
        }
        Some(floor) if room.chars().all(is_side) => Some(format!("{floor}{room}")),
        Some(_) => Some(room),
    }
}

fn split_floor(text: &str) -> (Option<String>, &str) {
    let Some((floor, rest)) = text.split_once(['层', '楼']) else { return (None, text) };
    match whole_token(floor) {
        Some(floor) if !rest.is_empty() => (Some(floor), rest),
        _ => (None, text),
    }
}

fn strip_room_mark(text: &str) -> &str {
    ["号室", "号房", "室", "房", "户", "号", "#"]
        .iter()
        .find_map(|mark| text.strip_suffix(mark))
        .unwrap_or(text)
}

fn whole_token(text: &str) -> Option<String> {
    let mut sides = text.trim_end_matches(is_side);
    if sides.is_empty() || sides.len() == text.len() {
        sides = "";
    }
    // 501东 and 5东 are rooms on a landing: a number, then a side.
    if let Some(side) = text.strip_prefix(sides).filter(|_| !sides.is_empty()) {
        let (nothing, number) = token_at_end(sides)?;
        return nothing.is_empty().then(|| format!("{number}{side}"));
    }
    let (nothing, token) = token_at_end(text)?;
    nothing.is_empty().then_some(token)
}

/// The number a text ends with, without leading zeros and in digits, and what is before it (less a 第).
fn token_at_end(text: &str) -> Option<(&str, String)> {
    let (before, run) = split_tail(text, |c| c.is_ascii_alphanumeric());
    if !run.is_empty() {
        return latin_token(text, before, run);
    }
    let (before, run) = split_tail(text, is_numeral);
    if !run.is_empty() {
        return Some((before.trim_end_matches('第'), numeral(run)?.to_string()));
    }
    let side = text.chars().next_back().filter(|c| is_side(*c))?;
    Some((text.strip_suffix(side)?, side.to_string()))
}

fn latin_token<'a>(text: &'a str, before: &'a str, run: &str) -> Option<(&'a str, String)> {
    let digits = run.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_name = run.len() - digits.len() > TOKEN_LETTERS_MAX;
    let token = if is_name { digits } else { run };
    if token.is_empty() || token.len() > TOKEN_CHARS_MAX {
        return None;
    }
    let before = if is_name { text.strip_suffix(token)? } else { before };
    let short = match token.trim_start_matches('0') {
        "" => "0",
        short => short,
    };
    match before.chars().next_back().filter(|c| is_stem(*c)) {
        Some(stem) => Some((before.strip_suffix(stem)?, format!("{stem}{short}"))),
        None => Some((before.trim_end_matches('第'), short.to_owned())),
    }
}
