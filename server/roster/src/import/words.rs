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

/// Family members in one cell, each with the relation in brackets behind the name: 李四(妻)、李小四(子).
pub(super) fn members(text: &str) -> Vec<(String, Option<String>)> {
    split_members(text)
        .into_iter()
        .map(|one| match one.split_once('(') {
            Some((name, relation)) => {
                let relation = relation.trim_end_matches(')').trim();
                (name.trim().to_owned(), (!relation.is_empty()).then(|| relation.to_owned()))
            }
            None => (one, None),
        })
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// Splits at separators outside brackets. A blank separates Chinese names and belongs to other ones.
fn split_members(text: &str) -> Vec<String> {
    let blank_separates = !text.chars().any(|c| c.is_ascii_alphabetic());
    let mut names = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        depth = match c {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        let separates =
            matches!(c, '、' | ',' | '，' | ';' | '/' | '|' | '\n') || (c == ' ' && blank_separates);
        match names.last_mut() {
            Some(name) if !(separates && depth == 0) => name.push(c),
            _ => names.push(String::new()),
        }
    }
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}
