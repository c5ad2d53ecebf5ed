//! The many ways one fact is typed: addresses, days, phone numbers.

use super::dice::Dice;
use super::people::Birth;
use crate::table::{Cell, Date};
use linli_core::address::Address;

/// An address in one of the spellings people use, all of which mean the same home.
pub(super) fn address(dice: &mut Dice, address: &Address) -> String {
    let Address { estate, building, unit, room } = address;
    let unit_with = |mark: &str| if unit.is_empty() { String::new() } else { format!("{unit}{mark}") };
    let spelled = match dice.below(8) {
        0 => format!("{estate}{building}-{}{room}", unit_with("-")),
        1 => format!("{estate}{building}栋{}{room}", unit_with("单元")),
        2 => format!("{estate}{building}幢{}{room}室", unit_with("门")),
        3 => full_width(&format!("{estate}{building}号楼{}{room}室", unit_with("单元"))),
        4 => format!("{estate} {building}号楼 {} {room}", unit_with("单元")),
        5 => format!("{estate}{}号楼{}{room}室", chinese(building), unit_with("单元")),
        6 => format!("{estate}{building}#楼{}{room}", unit_with("单元")),
        _ => address.to_string(),
    };
    // A spelling that could be read differently is not used: which home is meant must never be in doubt here.
    if Address::parse(&spelled).as_ref() == Ok(address) { spelled } else { address.to_string() }
}

/// A different spelling of the same home than `first`.
pub(super) fn other_address(dice: &mut Dice, address: &Address, first: &str) -> String {
    let tries = (0..16).map(|_| self::address(dice, address)).find(|spelled| spelled != first);
    tries.unwrap_or_else(|| format!("{address} "))
}

/// A day of birth in one of five spellings, or as a day of the spreadsheet where it can hold one.
pub(super) fn birth(dice: &mut Dice, birth: Birth, dates: bool) -> Cell {
    let Birth { year, month, day } = birth;
    let text = match dice.below(if dates { 6 } else { 5 }) {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{year}/{month}/{day}"),
        2 => format!("{year}年{month}月{day}日"),
        3 => format!("{year}{month:02}{day:02}"),
        4 => format!("{year}.{month:02}.{day:02}"),
        _ => return Date::new(year, month, day).map(Cell::from).unwrap_or_default(),
    };
    Cell::from(text)
}

/// A phone number as somebody wrote it down.
pub(super) fn phone(dice: &mut Dice, number: &str) -> String {
    let grouped = |by: &str| match (number.get(..3), number.get(3..7), number.get(7..)) {
        (Some(a), Some(b), Some(c)) => [a, b, c].join(by),
        _ => number.to_owned(),
    };
    match dice.below(6) {
        0 => grouped(" "),
        1 => grouped("-"),
        2 => full_width(number),
        _ => number.to_owned(),
    }
}

/// Several numbers in one cell.
pub(super) fn phones(dice: &mut Dice, numbers: &[String]) -> String {
    let written: Vec<String> = numbers.iter().map(|number| phone(dice, number)).collect();
    written.join(dice.pick(&["/", "、", "，", ";"]))
}

/// ASCII as its full-width twins.
pub(super) fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0) } else { None };
    text.chars().map(|c| wide(c).unwrap_or(c)).collect()
}

/// 1 to 20 as they are said; other numbers stay.
fn chinese(number: &str) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |at: usize| DIGITS.get(at).copied().unwrap_or_default();
    match number.parse::<usize>() {
        Ok(10) => "十".to_owned(),
        Ok(value @ 1..=9) => digit(value).to_owned(),
        Ok(value @ 11..=19) => format!("十{}", digit(value - 10)),
        Ok(20) => "二十".to_owned(),
        _ => number.to_owned(),
    }
}
