//! The vocabulary in which kinds of record are described.

use super::value::{FieldError, Value};
use crate::time::TimeMs;

/// How two concurrent values of one field become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Automerge's choice stands; the losers are recorded as settled.
    Auto,
    /// Every value is kept until a person chooses.
    Ask,
    /// A set kept as one key per item: additions and removals of different items never clash, and an
    /// addition beats a concurrent removal.
    Union,
    /// A state that only moves forward: the value furthest along the list wins.
    Furthest(&'static [&'static str]),
    /// `removed` loses to any concurrent edit of the same item.
    EditWins,
}

/// How sensitive a field is (PIPL articles 28-31). Decides logs, exports and what a phone may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privacy {
    /// May hang on the notice board.
    Public,
    /// For those who work with it; says nothing about a person.
    Internal,
    /// About an identifiable person.
    Personal,
    /// Health, hardship, party membership, identity numbers, where somebody travelled.
    Sensitive,
}

/// How long a record may be kept (PIPL article 19: the shortest period its purpose needs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// While the household lives in the community.
    Residence,
    /// Two years after the visit, then only counts remain.
    VisitRecord,
    /// Two years after it was settled.
    IssueRecord,
    /// While the post, grid or campaign exists.
    Organisation,
    /// Until the occasion it was asked for is over: a festival, a stay, a warning.
    Occasion,
}

/// Two years of 365 days and the day that a leap year has more.
const TWO_YEARS_MS: TimeMs = 731 * 24 * 3600 * 1000;

impl Retention {
    /// Every class, the longest first.
    pub const ALL: [Retention; 5] = [
        Retention::Residence,
        Retention::Organisation,
        Retention::VisitRecord,
        Retention::IssueRecord,
        Retention::Occasion,
    ];

    /// How long a record is kept after anything of it was last written, by the relay's clock: phones' clocks may be
    /// wrong by years. `None`: what ends it is no time, so a person says when.
    pub fn kept_ms(self) -> Option<TimeMs> {
        match self {
            Retention::VisitRecord | Retention::IssueRecord => Some(TWO_YEARS_MS),
            Retention::Residence | Retention::Organisation | Retention::Occasion => None,
        }
    }

    /// The same in Chinese and English.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Retention::Residence => ["在本社区居住期间", "while the household lives here"],
            Retention::VisitRecord => ["走访后两年", "two years after the visit"],
            Retention::IssueRecord => ["办结后两年", "two years after it was settled"],
            Retention::Organisation => {
                ["岗位、网格或排查存续期间", "while the post, grid or campaign exists"]
            }
            Retention::Occasion => ["事由结束即删除", "until the occasion is over"],
        }
    }
}

/// What a field may hold. Every type bounds its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// One line of text, up to [`Value::LINE_CHARS_MAX`] characters.
    Line,
    /// A note, up to [`Value::NOTE_CHARS_MAX`] characters.
    Note,
    /// A telephone number: 5-20 digits, may start with +.
    Phone,
    /// `YYYY-MM-DD` or `YYYY-MM`.
    Birth,
    /// `YYYY-MM-DD`.
    Date,
    /// One word of a fixed list.
    Choice(&'static [&'static str]),
    /// A whole number.
    Int,
    /// Short words, one key each.
    Set,
}

/// One field of one kind.
#[derive(Debug)]
pub struct FieldSpec {
    /// Key in documents, JSON, exports and on the command line.
    pub key: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// What it may hold.
    pub ty: FieldType,
    /// How it merges.
    pub merge: Merge,
    /// How sensitive it is.
    pub privacy: Privacy,
    /// What it is asked for, in Chinese and English, where the kind does not say it already (PIPL article 6).
    pub purpose: Option<(&'static str, &'static str)>,
    /// How long it may be kept, where that is shorter than its record.
    pub kept: Option<Retention>,
}

/// One kind of record.
#[derive(Debug)]
pub struct KindSpec {
    /// Name in code and JSON.
    pub name: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// How long it lives.
    pub retention: Retention,
    /// Its fields, in the order of ledgers and forms.
    pub fields: &'static [FieldSpec],
}

impl KindSpec {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field that a person asked for by key.
    ///
    /// # Errors
    /// [`FieldError::Unknown`] lists what there is.
    pub fn require(&self, key: &str) -> Result<&'static FieldSpec, FieldError> {
        self.field(key).ok_or_else(|| FieldError::Unknown {
            field: key.chars().take(40).collect(),
            known: self.fields.iter().map(|f| f.key).collect::<Vec<_>>().join(", "),
        })
    }
}

impl FieldSpec {
    /// Reads what a person typed. An empty text is [`Value::Null`]: the field is cleared.
    ///
    /// # Errors
    /// [`FieldError`] says what is wrong and what would be right.
    pub fn parse(&self, text: &str) -> Result<Value, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let wrong = |why: &'static str, why_zh: &'static str| FieldError::Wrong {
            field: self.key,
            field_zh: self.zh,
            text: text.chars().take(40).collect(),
            why,
            why_zh,
        };
        let fits = |max: usize| text.chars().count() <= max && !text.chars().any(is_control);
        match self.ty {
            FieldType::Line if fits(Value::LINE_CHARS_MAX) => Ok(Value::Text(text.into())),
            FieldType::Note if fits(Value::NOTE_CHARS_MAX) => Ok(Value::Text(text.into())),
            FieldType::Set if fits(Value::ITEM_CHARS_MAX) && !text.contains('/') => {
                Ok(Value::Text(text.into()))
            }
            FieldType::Line => Err(wrong(
                "longer than 100 characters or has control characters",
                "超过 100 字或含有控制字符",
            )),
            FieldType::Note => Err(wrong(
                "longer than 2000 characters or has control characters",
                "超过 2000 字或含有控制字符",
            )),
            FieldType::Set => {
                Err(wrong("longer than 20 characters, or has a slash", "超过 20 字,或含有斜杠"))
            }
            FieldType::Phone => parse_phone(text)
                .ok_or_else(|| wrong("a phone number has 5 to 20 digits", "电话号码应为 5 到 20 位数字")),
            FieldType::Birth => parse_birth(text).ok_or_else(|| {
                wrong("a date looks like 1987-03-05 or 1987-03", "日期应写成 1987-03-05 或 1987-03")
            }),
            FieldType::Date => parse_birth(text)
                .filter(|_| text.len() == DATE_LEN)
                .ok_or_else(|| wrong("a date looks like 2026-02-14", "日期应写成 2026-02-14")),
            FieldType::Int => {
                text.parse().map(Value::Int).map_err(|_| wrong("expected a whole number", "应为整数"))
            }
            FieldType::Choice(words) if words.contains(&text) => Ok(Value::Text(text.into())),
            FieldType::Choice(words) => Err(FieldError::NotAChoice {
                field: self.key,
                field_zh: self.zh,
                text: text.chars().take(40).collect(),
                words: words.join(", "),
            }),
        }
    }
}

/// Bytes of `2026-02-14`.
const DATE_LEN: usize = 10;

fn is_control(ch: char) -> bool {
    ch.is_control() && ch != '\n'
}

fn parse_phone(text: &str) -> Option<Value> {
    let compact: String = text.chars().filter(|ch| !matches!(ch, ' ' | '-' | '—' | '(' | ')')).collect();
    let digits = compact.strip_prefix('+').unwrap_or(&compact);
    let right = digits.bytes().all(|b| b.is_ascii_digit()) && (5..=20).contains(&digits.len());
    right.then_some(Value::Text(compact))
}

fn parse_birth(text: &str) -> Option<Value> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next());
    let number = |part: &str, len: usize| (part.len() == len).then(|| part.parse::<u32>().ok()).flatten();
    let (year, month) = (number(year, 4)?, number(month, 2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let day_fits = match day {
        Some(day) => (1..=days).contains(&number(day, 2)?),
        None => true,
    };
    (parts.next().is_none() && (1850..=2200).contains(&year) && day_fits).then(|| Value::Text(text.into()))
}
