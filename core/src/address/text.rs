//! Characters of an address: widths, dashes, Chinese numerals, the words for sides. Knows nothing of homes.

/// The same text with full-width letters, digits and punctuation as ASCII (`５０１Ａ` becomes `501A`).
///
/// Every dash that people type (`—`, `–`, `－`, `~`) becomes `-`, the ideographic space a space.
pub fn half_width(text: &str) -> String {
    text.chars().map(half_width_char).collect()
}

fn half_width_char(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' | '\t' | '\n' | '\r' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '~' | '～' => '-',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '【' | '〔' => '(',
        '】' | '〕' => ')',
        '№' => '#',
        other => other,
    }
}

/// One spelling of everything that does not matter: width, case, blanks and commas.
///
/// A blank between two numbers separates them (`3 2 501`), any other blank is decoration.
pub(super) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().map(half_width_char) {
        if matches!(c, ' ' | ',' | '，' | '、' | ';' | '\u{feff}' | '\u{200b}') {
            gap = true;
            continue;
        }
        let c = if matches!(c, '/' | '\\' | '_' | '.' | '·') { '-' } else { c.to_ascii_uppercase() };
        let between_numbers =
            c.is_ascii_alphanumeric() && out.ends_with(|last: char| last.is_ascii_alphanumeric());
        if gap && between_numbers {
            out.push('-');
        }
        gap = false;
        if !(c == '-' && out.ends_with('-')) {
            out.push(c);
        }
    }
    drop_remark(out)
}

/// Drops a closing remark in brackets: `501室(北门进)`.
fn drop_remark(text: String) -> String {
    match text.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        Some((before, _)) if !before.is_empty() => before.to_owned(),
        _ => text,
    }
}

/// Cyclical signs and sides, which name staircases, old houses and flats (甲单元, 东户).
pub(super) fn is_side(c: char) -> bool {
    matches!(c, '东' | '西' | '南' | '北' | '中' | '左' | '右') || is_stem(c)
}

/// 甲乙丙丁..., which also stand before a number (甲3号楼).
pub(super) fn is_stem(c: char) -> bool {
    matches!(c, '甲' | '乙' | '丙' | '丁' | '戊' | '己')
}

/// True for the characters Chinese numbers are written with.
pub(super) fn is_numeral(c: char) -> bool {
    numeral_digit(c).is_some() || matches!(c, '十' | '百')
}

fn numeral_digit(c: char) -> Option<u32> {
    match c {
        '〇' | '零' | '○' => Some(0),
        '一' | '壹' => Some(1),
        '二' | '贰' | '两' => Some(2),
        '三' | '叁' => Some(3),
        '四' | '肆' => Some(4),
        '五' | '伍' => Some(5),
        '六' | '陆' => Some(6),
        '七' | '柒' => Some(7),
        '八' | '捌' => Some(8),
        '九' | '玖' => Some(9),
        _ => None,
    }
}

/// Reads 三, 十二, 二十一, 一百零二 and the spelled-out 五〇一. `None` when it is not a number under 1000.
pub(super) fn numeral(text: &str) -> Option<u32> {
    if !text.contains(['十', '百']) {
        return spelled_out(text);
    }
    let (hundreds, rest) = match text.split_once('百') {
        Some((before, after)) => (one_digit(before)?, after),
        None => (0, text),
    };
    let rest = rest.trim_start_matches(['零', '〇']);
    let (tens, ones) = match rest.split_once('十') {
        Some(("", after)) => (1, after),
        Some((before, after)) => (one_digit(before)?, after),
        None => (0, rest),
    };
    let ones = if ones.is_empty() { 0 } else { one_digit(ones)? };
    Some(hundreds * 100 + tens * 10 + ones)
}

fn one_digit(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    let digit = numeral_digit(chars.next()?)?;
    chars.next().is_none().then_some(digit)
}

fn spelled_out(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.chars().try_fold(0u32, |sum, c| sum.checked_mul(10)?.checked_add(numeral_digit(c)?))
}

/// The longest tail of `text` made of characters that `belongs` accepts, and what is before it.
pub(super) fn split_tail(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let before = text.trim_end_matches(belongs);
    (before, text.strip_prefix(before).unwrap_or(""))
}
