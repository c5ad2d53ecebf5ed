//! What a cell can hold, and the calendar of spreadsheet programs.

use std::borrow::Cow;
use std::fmt;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, never a formula.
    Text(String),
    /// A number. Whole numbers up to 2^53 are exact.
    Number(f64),
    /// A calendar day.
    Date(Date),
}

impl Cell {
    /// True when a person sees nothing in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Number(_) | Cell::Date(_) => false,
        }
    }

    /// What a person sees: whole numbers without a fraction or exponent, days as `2026-03-05`.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Date(date) => Cow::Owned(date.to_string()),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::Number(f64::from(number))
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Cell {
        Cell::Date(date)
    }
}

/// A day of the Gregorian calendar, from year 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The last serial number Excel knows: 9999-12-31.
const SERIAL_MAX: f64 = 2_958_465.0;
/// Excel believes in 1900-02-29, so serial numbers before it are one too small (kept since Lotus 1-2-3).
const SERIAL_OF_LEAP_BUG: i64 = 60;
/// Days from 0000-03-01 to 1899-12-30, the day that serial numbers after the bug count from.
const SERIAL_EPOCH_DAYS: i64 = 693_899;
/// The first day with a serial number: 1900-01-01.
const SERIAL_YEAR_MIN: u16 = 1900;

impl Date {
    /// A day, if it exists.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let exists = (1..=9999).contains(&year) && (1..=days_in_month(year, month)).contains(&day);
        exists.then_some(Date { year, month, day })
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// The day that Excel's number stands for (1900 calendar). The time of day is ignored.
    pub fn from_serial(serial: f64) -> Option<Date> {
        if !(1.0..=SERIAL_MAX + 1.0).contains(&serial) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 1 and SERIAL_MAX")]
        let serial = serial.floor() as i64;
        let after_bug = if serial < SERIAL_OF_LEAP_BUG { serial + 1 } else { serial };
        Date::from_days(after_bug + SERIAL_EPOCH_DAYS)
    }

    /// Excel's number for this day; `None` before 1900.
    pub fn to_serial(self) -> Option<f64> {
        if self.year < SERIAL_YEAR_MIN {
            return None;
        }
        let serial = self.days() - SERIAL_EPOCH_DAYS;
        let serial = if serial <= SERIAL_OF_LEAP_BUG { serial - 1 } else { serial };
        u32::try_from(serial).ok().map(f64::from)
    }

    /// Days since 0000-03-01. Years start in March so that the leap day is the last day of a year.
    fn days(self) -> i64 {
        let shift = i64::from(self.month <= 2);
        let year = i64::from(self.year) - shift;
        let month = (i64::from(self.month) + 9) % 12;
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + i64::from(self.day) - 1
    }

    fn from_days(days: i64) -> Option<Date> {
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
        let month = (day_of_year * 5 + 2) / 153;
        let day = day_of_year - (month * 153 + 2) / 5 + 1;
        let (month, shift) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = era * 400 + year_of_era + shift;
        Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let is_leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The letters above a column: 0 is `A`, 26 is `AA`.
pub fn column_letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
