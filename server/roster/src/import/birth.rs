//! Birth dates from the ways people and Excel write them: a day, or only a month.

use super::error::BadReason;
use crate::table::{Cell, Date};

/// Nobody alive was born before; the year of the oldest person ever recorded was 1875.
const YEAR_MIN: u16 = 1880;
/// Births after this are slips of the pen, whatever today is.
const YEAR_MAX: u16 = 2100;
/// Excel's numbers from 1910 to 2100. Smaller ones are years (1987), larger ones are written dates (19870305).
const SERIALS: std::ops::RangeInclusive<f64> = 3_654.0..=73_415.0;

/// `YYYY-MM-DD` or `YYYY-MM`.
pub(super) fn read(cell: &Cell, text: &str, today: Option<Date>) -> Result<String, BadReason> {
    match cell {
        Cell::Date(date) => checked(*date, today),
        Cell::Number(number) => read_number(*number, today),
        Cell::Empty | Cell::Text(_) => read_text(text, today),
    }
}

fn read_number(number: f64, today: Option<Date>) -> Result<String, BadReason> {
    if SERIALS.contains(&number) {
        return Date::from_serial(number)
            .ok_or(BadReason::BirthUnclear)
            .and_then(|date| checked(date, today));
    }
    let text = number.to_string();
    match text.split_once('.') {
        // The number 1987.1 may have been typed as 1987.10.
        Some((_, "1")) => Err(BadReason::BirthAmbiguous),
        _ => read_text(&text, today),
    }
}

fn read_text(text: &str, today: Option<Date>) -> Result<String, BadReason> {
    let day = text.split(['T', ' ']).next().filter(|day| day.len() >= 8).unwrap_or(text);
    let parts: Vec<&str> = day
        .split(['-', '/', '.', '年', '月', '日', '号', '\\', ' ', ','])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.iter().any(|part| !part.chars().all(|c| c.is_ascii_digit())) {
        return Err(BadReason::BirthUnclear);
    }
    match parts.as_slice() {
        [digits] => read_digits(digits, today),
        [year, month] if year.len() == 4 => month_of(year, month, today),
        [year, month, day] if year.len() == 4 => day_of(year, month, day, today),
        [first, second, year] if year.len() == 4 => read_year_last(first, second, year, today),
        _ => Err(BadReason::BirthUnclear),
    }
}

/// 19870305, 198703, or Excel's number for a day as text.
fn read_digits(digits: &str, today: Option<Date>) -> Result<String, BadReason> {
    let cut = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    match digits.len() {
        8 => day_of(cut(0, 4), cut(4, 6), cut(6, 8), today),
        6 => month_of(cut(0, 4), cut(4, 6), today),
        5 => {
            let serial: f64 = digits.parse().map_err(|_| BadReason::BirthUnclear)?;
            let date = Date::from_serial(serial).filter(|_| SERIALS.contains(&serial));
            date.ok_or(BadReason::BirthUnclear).and_then(|date| checked(date, today))
        }
        _ => Err(BadReason::BirthUnclear),
    }
}

/// 25/12/1987 and 12/25/1987 are clear, 3/5/1987 is not.
fn read_year_last(first: &str, second: &str, year: &str, today: Option<Date>) -> Result<String, BadReason> {
    let is_day = |text: &str| text.parse::<u8>().is_ok_and(|number| number > 12);
    match (is_day(first), is_day(second)) {
        (true, false) => day_of(year, second, first, today),
        (false, true) => day_of(year, first, second, today),
        (false, false) if first == second => day_of(year, first, second, today),
        (false, false) => Err(BadReason::BirthAmbiguous),
        (true, true) => Err(BadReason::BirthImpossible),
    }
}

fn day_of(year: &str, month: &str, day: &str, today: Option<Date>) -> Result<String, BadReason> {
    let unclear = |_| BadReason::BirthUnclear;
    let date = Date::new(
        year.parse().map_err(unclear)?,
        month.parse().map_err(unclear)?,
        day.parse().map_err(unclear)?,
    );
    date.ok_or(BadReason::BirthImpossible).and_then(|date| checked(date, today))
}

fn month_of(year: &str, month: &str, today: Option<Date>) -> Result<String, BadReason> {
    let unclear = |_| BadReason::BirthUnclear;
    let first = Date::new(year.parse().map_err(unclear)?, month.parse().map_err(unclear)?, 1);
    let first = first.ok_or(BadReason::BirthImpossible)?;
    checked(first, today).map(|_| format!("{:04}-{:02}", first.year(), first.month()))
}

fn checked(date: Date, today: Option<Date>) -> Result<String, BadReason> {
    let is_possible = (YEAR_MIN..=YEAR_MAX).contains(&date.year()) && today.is_none_or(|today| date <= today);
    if is_possible { Ok(date.to_string()) } else { Err(BadReason::BirthImpossible) }
}
