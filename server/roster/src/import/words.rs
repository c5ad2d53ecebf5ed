//! Small words in cells: blanks in disguise, lists, relations, genders. Knows nothing of columns.

use std::borrow::Cow;
use std::collections::BTreeSet;

use linli_core::address::half_width;

use super::Gender;
use crate::table::Cell;

/// What people write when they have nothing to write.
const NOTHING: [&str; 16] = [
    "-", "--", "/", "\\", "无", "暂无", "没有", "不详", "未知", "未填", "空", "n/a", "na", "none", "null",
    "#n/a",
];

/// Shortest Chinese name; shorter parts between blanks are one name that was padded (李 四).
const NAME_CHARS_MIN: usize = 2;

/// Names that stand for an empty home.
const VACANT: [&str; 11] =
    ["空户", "空房", "空置", "空置房", "空挂户", "无人", "无人居住", "无人住", "未入住", "vacant", "empty"];

/// Relations that mean the head of the household itself.
const HEAD: [&str; 8] =
    ["户主", "本人", "户主本人", "本户户主", "head", "self", "householder", "head of household"];

/// The text of a cell: half-width, trimmed, without the apostrophe people force text with.
pub(super) fn plain(cell: &Cell) -> String {
    let shown: Cow<'_, str> = cell.shown();
    let text = half_width(&shown);
    text.trim().trim_start_matches(['\'', '\u{feff}', '\u{200b}']).trim().to_owned()
}

/// The same, with `无`, `-` and their like as nothing.
pub(super) fn filled(cell: &Cell) -> Option<String> {
    let text = plain(cell);
    let is_nothing = text.is_empty() || NOTHING.contains(&text.to_lowercase().as_str());
    (!is_nothing).then_some(text)
}

/// The words of a list: 党员、独居老人.
pub(super) fn list(text: &str) -> BTreeSet<String> {
    split_list(text).map(str::to_owned).collect()
}

fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', ',', '，', ';', '/', '|', '\n', ' ', '。'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// True when the name says that nobody lives there.
pub(super) fn is_vacant(name: &str) -> bool {
    VACANT.contains(&name.to_lowercase().as_str())
}

/// True when the relation says that this is the head.
pub(super) fn is_head(relation: &str) -> bool {
    HEAD.contains(&relation.to_lowercase().as_str())
}

/// A gender, nothing (`0` and `9` are "unknown" and "not said"), or `Err` when it is neither.
pub(super) fn gender(text: &str) -> Result<Option<Gender>, ()> {
    match text.to_lowercase().as_str() {
        "男" | "男性" | "m" | "male" | "1" => Ok(Some(Gender::Male)),
        "女" | "女性" | "f" | "female" | "2" => Ok(Some(Gender::Female)),
        "0" | "9" | "未说明" | "unknown" => Ok(None),
        _ => Err(()),
    }
}

/// A name, and what stands in brackets behind it: 李四(妻).
pub(super) type Named = (String, Option<String>);

/// The people in one cell, each with what stands in brackets behind the name: 李四(妻)、李小四(子).
pub(super) fn people(text: &str) -> Vec<Named> {
    let named = split_people(text).into_iter().map(|one| match one.split_once('(') {
        Some((name, remark)) => {
            let remark = remark.trim_end_matches(')').trim();
            (tight(name), (!remark.is_empty()).then(|| remark.to_owned()))
        }
        None => (tight(&one), None),
    });
    named.filter(|(name, _)| !name.is_empty()).collect()
}

/// 李　四 is 李四: blanks only pad Chinese names to one width. Names in letters keep them.
fn tight(name: &str) -> String {
    let has_letters = name.chars().any(|c| c.is_ascii_alphabetic());
    name.trim().chars().filter(|c| has_letters || !c.is_whitespace()).collect()
}

/// Splits at separators outside brackets. A comma or a blank may belong to a name in letters (Smith, John).
fn split_people(text: &str) -> Vec<String> {
    let has_letters = text.chars().any(|c| c.is_ascii_alphabetic());
    let separators: &[char] =
        if has_letters { &['、', ';', '|', '\n'] } else { &['、', ',', '，', ';', '/', '|', '\n'] };
    let parts = split_outside_brackets(text, separators);
    let by_blank = split_outside_brackets(text, &[' ']);
    let are_names = by_blank.iter().all(|part| part.chars().count() >= NAME_CHARS_MIN);
    if parts.len() == 1 && !has_letters && are_names { by_blank } else { parts }
}

fn split_outside_brackets(text: &str, separators: &[char]) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        match parts.last_mut() {
            Some(part) if depth > 0 || !separators.contains(&c) => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
