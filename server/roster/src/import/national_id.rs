//! National id numbers: checked by GB 11643-1999, kept only as a keyed hash.
//!
//! Owns the check and the hash. A number never leaves this module in the clear.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Gender;
use super::error::BadReason;
use super::phone::is_rounded;
use crate::table::{Cell, Date};

/// Weights of the first 17 digits and the check characters (GB 11643-1999, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// Above this a spreadsheet's number has lost digits: 2^53.
const EXACT_NUMBER_MAX: f64 = 9_007_199_254_740_992.0;
/// Characters of other papers: passports, and permits for residents of Hong Kong, Macao and Taiwan.
const OTHER_PAPER_CHARS: std::ops::RangeInclusive<usize> = 7..=11;

/// The office's own secret, without which the hashes mean nothing.
#[derive(Clone)]
pub struct NationalIdKey(Vec<u8>);

impl NationalIdKey {
    /// A key from secret bytes; 32 of them from a random source are right.
    pub fn new(secret: impl Into<Vec<u8>>) -> NationalIdKey {
        NationalIdKey(secret.into())
    }
}

impl fmt::Debug for NationalIdKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NationalIdKey(secret)")
    }
}

/// What is kept of a national id number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NationalId {
    /// HMAC-SHA-256 of the 18-character number, in lowercase hex. A 15-digit number is extended first.
    pub hash: String,
    /// The last four characters.
    pub last4: String,
}

/// A number that passed the check.
pub(super) struct Checked {
    number: String,
    /// Birth date and gender that the number tells; other papers tell neither.
    pub(super) person: Option<(Date, Gender)>,
}

impl Checked {
    /// The hash and last digits under the office's key.
    pub(super) fn keep(&self, key: &NationalIdKey) -> Option<NationalId> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).ok()?;
        mac.update(self.number.as_bytes());
        let hash = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let last4 = self.number.get(self.number.len().saturating_sub(4)..)?.to_owned();
        Some(NationalId { hash, last4 })
    }
}

/// Checks what a cell says. `None` for a number that the office itself has masked with asterisks.
pub(super) fn check(cell: &Cell, text: &str) -> Result<Option<Checked>, BadReason> {
    if matches!(cell, Cell::Number(number) if number.abs() >= EXACT_NUMBER_MAX) || is_rounded(text) {
        return Err(BadReason::DigitsLost);
    }
    if text.contains('*') {
        return Ok(None);
    }
    let number: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase();
    let is_other = OTHER_PAPER_CHARS.contains(&number.len())
        && number.starts_with(|c: char| c.is_ascii_uppercase())
        && number.chars().skip(2).all(|c| c.is_ascii_digit());
    if is_other {
        return Ok(Some(Checked { number, person: None }));
    }
    let number = extended(&number).ok_or(BadReason::NationalIdLength)?;
    let person = person(&number)?;
    Ok(Some(Checked { number, person: Some(person) }))
}

/// The 18 characters: a 15-digit number gets its century and its check character.
fn extended(number: &str) -> Option<String> {
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    match number.len() {
        18 if all_digits(number.get(..17)?) && number.ends_with(|c: char| c.is_ascii_digit() || c == 'X') => {
            Some(number.to_owned())
        }
        15 if all_digits(number) => {
            let body = format!("{}19{}", number.get(..6)?, number.get(6..)?);
            check_character(&body).map(|check| format!("{body}{check}"))
        }
        _ => None,
    }
}

fn person(number: &str) -> Result<(Date, Gender), BadReason> {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|digits| digits.parse::<u16>().ok());
    let narrow = |value: u16| u8::try_from(value).ok();
    let date = || Date::new(part(6, 10)?, narrow(part(10, 12)?)?, narrow(part(12, 14)?)?);
    let date = date().ok_or(BadReason::NationalIdDate)?;
    let (body, check) = number.split_at_checked(17).ok_or(BadReason::NationalIdLength)?;
    if !check_character(body).is_some_and(|right| check.starts_with(right)) {
        return Err(BadReason::NationalIdChecksum);
    }
    let is_male = part(14, 17).is_some_and(|order| order % 2 == 1);
    Ok((date, if is_male { Gender::Male } else { Gender::Female }))
}

fn check_character(body: &str) -> Option<char> {
    let sum: u32 = body.chars().zip(WEIGHTS).filter_map(|(c, weight)| Some(c.to_digit(10)? * weight)).sum();
    CHECKS.get(usize::try_from(sum % 11).ok()?).map(|check| char::from(*check))
}
