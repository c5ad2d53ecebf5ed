//! Phone numbers from the ways people write them. Knows Chinese numbering; foreign numbers keep their `+`.

use super::error::BadReason;

/// Area codes of three digits; every other one has four.
const SHORT_AREA_CODES: [&str; 11] =
    ["010", "020", "021", "022", "023", "024", "025", "026", "027", "028", "029"];
/// Digits of an international number, by ITU-T E.164.
const INTERNATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// Every number in a cell, in order: mobiles as 11 digits, landlines as `027-87654321`.
pub(super) fn numbers(text: &str) -> Result<Vec<String>, BadReason> {
    let mut found = Vec::new();
    for piece in text.split(['、', ',', '，', ';', '/', '|', '\n', '或', '和']) {
        if piece.chars().any(|c| c.is_ascii_digit()) {
            read_piece(piece, &mut found)?;
        }
    }
    if found.is_empty() { Err(BadReason::PhoneUnclear) } else { Ok(found) }
}

/// Reads one number; or several with blanks between, once it is clear that they are not one.
fn read_piece(piece: &str, found: &mut Vec<String>) -> Result<(), BadReason> {
    if is_rounded(piece) {
        return Err(BadReason::DigitsLost);
    }
    if let Some(number) = one(piece) {
        found.push(number);
        return Ok(());
    }
    let parts: Option<Vec<String>> =
        piece.split_whitespace().filter(|part| has_digit(part)).map(one).collect();
    match parts {
        Some(parts) if parts.len() > 1 => {
            found.extend(parts);
            Ok(())
        }
        _ => Err(BadReason::PhoneUnclear),
    }
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// `1.38E+10`: what Excel leaves of a long number.
pub(super) fn is_rounded(text: &str) -> bool {
    let upper = text.trim().to_uppercase();
    upper
        .split_once("E+")
        .is_some_and(|(head, power)| head.parse::<f64>().is_ok() && power.parse::<u8>().is_ok())
}

fn one(text: &str) -> Option<String> {
    let text = text.trim();
    let (text, extension) = match text.split_once('转') {
        Some((number, extension)) => (number, Some(digits(extension))),
        None => (text, None),
    };
    let is_international = text.contains('+');
    let all = digits(text);
    let national =
        all.strip_prefix("0086").or_else(|| all.strip_prefix("86").filter(|rest| rest.len() >= 10));
    let number = match national {
        Some(rest) => domestic(rest).or_else(|| domestic(&format!("0{rest}"))),
        None => domestic(&all),
    };
    let number = match number {
        None if is_international && INTERNATIONAL_DIGITS.contains(&all.len()) => format!("+{all}"),
        other => other?,
    };
    Some(match extension.filter(|extension| !extension.is_empty()) {
        Some(extension) => format!("{number}-{extension}"),
        None => number,
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn domestic(digits: &str) -> Option<String> {
    let second = digits.chars().nth(1)?;
    match (digits.chars().next()?, digits.len()) {
        ('1', 11) if second >= '3' => Some(digits.to_owned()),
        ('0', 10..=12) => landline(digits),
        ('2'..='8', 7 | 8) => Some(digits.to_owned()),
        ('4' | '8', 10) if digits.starts_with("400") || digits.starts_with("800") => Some(digits.to_owned()),
        _ => None,
    }
}

fn landline(digits: &str) -> Option<String> {
    let code = digits.get(..3)?;
    let length = if SHORT_AREA_CODES.contains(&code) { 3 } else { 4 };
    let (code, local) = digits.split_at_checked(length)?;
    let is_local = (7..=8).contains(&local.len()) && !local.starts_with(['0', '1']);
    is_local.then(|| format!("{code}-{local}"))
}
