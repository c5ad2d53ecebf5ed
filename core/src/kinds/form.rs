//! Questions that an office asks at every door, and what answers them.
//!
//! Answers travel as words: an option's id, several of them with commas between, `yes` or `no`, a whole number,
//! or a line of text. How they are to be read is the business of the version of the questions that asked.

mod errors;
#[cfg(test)]
mod tests;

pub use errors::{AnswerError, FormError, FormWrong, QuestionNames};

use super::visit::Outcome;
use crate::record::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How a question is answered.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    minicbor::Encode,
    minicbor::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One of its options.
    #[n(1)]
    Choice,
    /// Any of its options.
    #[n(2)]
    Several,
    /// Yes or no.
    #[n(3)]
    YesNo,
    /// A whole number.
    #[n(4)]
    Number,
    /// A line of text.
    #[n(5)]
    Text,
}

/// One answer that can be chosen.
#[derive(
    Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct QuestionOption {
    /// What is stored.
    #[n(1)]
    pub id: String,
    /// What people read.
    #[n(2)]
    pub zh: String,
    /// The same in English.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// One question.
#[derive(
    Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What answers name it by.
    #[n(1)]
    pub id: String,
    /// What is asked.
    #[n(2)]
    pub zh: String,
    /// The same in English.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// How it is answered.
    #[n(4)]
    pub kind: QuestionKind,
    /// Of a choice or several: what there is to choose.
    #[n(5)]
    #[cbor(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<QuestionOption>,
    /// Of a number: the least.
    #[n(6)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Of a number: the most.
    #[n(7)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Of a number: what it counts.
    #[n(8)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// A visit where it is asked cannot be saved without an answer.
    #[n(9)]
    #[cbor(default)]
    #[serde(default)]
    pub required: bool,
    /// Asked whatever happened at the door, and not only where the visit was done.
    #[n(10)]
    #[cbor(default)]
    #[serde(default)]
    pub always: bool,
}

impl Question {
    /// More than anybody asks at a door; each is a line or more on a phone's screen.
    pub const COUNT_MAX: usize = 20;
    /// As many as fit on a phone's screen.
    pub const OPTIONS_MAX: usize = 20;
    /// A question is one line; so is a text that answers it.
    pub const TEXT_CHARS_MAX: usize = Value::LINE_CHARS_MAX;
    /// A button on a phone 360 pixels wide.
    pub const OPTION_CHARS_MAX: usize = 30;
    /// Characters of an id: a word or two.
    pub const ID_CHARS_MAX: usize = 32;
    /// A number stays within this: it is exact in every program that reads it.
    pub const NUMBER_MAX: i64 = 1_000_000_000;
    /// All of them in storage: 20 long questions with a few options each; far below the gate's limit of a change.
    pub const BYTES_MAX: usize = 24 * 1024;

    /// A question of text, for whoever fills in the rest.
    pub fn asked(id: &str, zh: &str) -> Question {
        Question {
            id: id.to_owned(),
            zh: zh.to_owned(),
            en: None,
            kind: QuestionKind::Text,
            options: Vec::new(),
            min: None,
            max: None,
            unit: None,
            required: false,
            always: false,
        }
    }

    /// Whether it is asked when a visit came out like this.
    pub fn is_asked(&self, outcome: Outcome) -> bool {
        self.always || outcome == Outcome::Done
    }

    /// The question in English; in Chinese where nobody has written that.
    pub fn english(&self) -> &str {
        self.en.as_deref().unwrap_or(&self.zh)
    }

    /// An answer as people read it, in Chinese and English. What does not fit the question is shown as it is.
    pub fn words_of(&self, answer: &str) -> (String, String) {
        let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self.kind {
            QuestionKind::YesNo if answer == YES => both("是", "yes"),
            QuestionKind::YesNo if answer == NO => both("否", "no"),
            QuestionKind::Number => {
                let unit = self.unit.as_deref().unwrap_or_default();
                (format!("{answer}{unit}"), format!("{answer} {unit}").trim_end().to_owned())
            }
            QuestionKind::Choice | QuestionKind::Several => {
                let parts: Vec<(&str, &str)> = answer.split(',').map(|id| self.option_words(id)).collect();
                let zh: Vec<&str> = parts.iter().map(|part| part.0).collect();
                let en: Vec<&str> = parts.iter().map(|part| part.1).collect();
                (zh.join("、"), en.join(", "))
            }
            _ => both(answer, answer),
        }
    }

    fn option_words<'a>(&'a self, id: &'a str) -> (&'a str, &'a str) {
        let found = self.options.iter().find(|option| option.id == id);
        found.map_or((id, id), |option| (&option.zh, option.en.as_deref().unwrap_or(&option.zh)))
    }

    /// Reads what somebody typed or chose; `None` when it is empty.
    fn read(&self, typed: &str) -> Result<Option<String>, AnswerError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let answer = match self.kind {
            QuestionKind::YesNo => [YES, NO].contains(&typed).then(|| typed.to_owned()),
            QuestionKind::Choice => self.has_option(typed).then(|| typed.to_owned()),
            QuestionKind::Several => self.read_several(typed),
            QuestionKind::Number => self.read_number(typed),
            QuestionKind::Text => {
                let fits = typed.chars().count() <= Question::TEXT_CHARS_MAX;
                (fits && !typed.chars().any(char::is_control)).then(|| typed.to_owned())
            }
        };
        let wrong = || {
            let (why_zh, why) = self.wanted();
            let text = typed.chars().take(Question::ID_CHARS_MAX).collect();
            AnswerError::Wrong { question: self.names(), text, why_zh, why }
        };
        answer.map(Some).ok_or_else(wrong)
    }

    fn has_option(&self, id: &str) -> bool {
        self.options.iter().any(|option| option.id == id)
    }

    /// In the order of the options, so that the same choice is the same answer.
    fn read_several(&self, typed: &str) -> Option<String> {
        let chosen: BTreeSet<&str> = typed.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
        if chosen.is_empty() || !chosen.iter().all(|id| self.has_option(id)) {
            return None;
        }
        let ids = self.options.iter().map(|option| option.id.as_str());
        Some(ids.filter(|id| chosen.contains(id)).collect::<Vec<_>>().join(","))
    }

    fn read_number(&self, typed: &str) -> Option<String> {
        let number: i64 = typed.parse().ok()?;
        let fits = (self.least()..=self.most()).contains(&number);
        fits.then(|| number.to_string())
    }

    fn least(&self) -> i64 {
        self.min.unwrap_or(-Question::NUMBER_MAX)
    }

    fn most(&self) -> i64 {
        self.max.unwrap_or(Question::NUMBER_MAX)
    }

    /// What would be right, in Chinese and English.
    fn wanted(&self) -> (String, String) {
        let ids = || {
            let ids: Vec<String> =
                self.options.iter().map(|option| format!("{}({})", option.id, option.zh)).collect();
            ids.join(", ")
        };
        match self.kind {
            QuestionKind::YesNo => ("请填 yes(是)或 no(否)".into(), "answer yes or no".into()),
            QuestionKind::Choice => (format!("请选一项:{}", ids()), format!("choose one of {}", ids())),
            QuestionKind::Several => {
                (format!("可选:{},多项用逗号隔开", ids()), format!("any of {}, with commas between", ids()))
            }
            QuestionKind::Number => {
                let (least, most) = (self.least(), self.most());
                (
                    format!("请填 {least} 到 {most} 的整数"),
                    format!("expected a whole number from {least} to {most}"),
                )
            }
            QuestionKind::Text => {
                let most = Question::TEXT_CHARS_MAX;
                (format!("请写成一行,最多 {most} 字"), format!("one line of at most {most} characters"))
            }
        }
    }

    fn names(&self) -> Box<QuestionNames> {
        let (id, zh, en) = (self.id.clone(), self.zh.clone(), self.english().to_owned());
        Box::new(QuestionNames { id, zh, en })
    }

    /// What is wrong with how it is written.
    fn wrong(&self) -> Option<FormWrong> {
        let has_text = |text: &str, most: usize| {
            let bad = |ch: char| ch.is_control();
            !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(bad)
        };
        let in_english =
            |text: &Option<String>, most| text.as_deref().is_none_or(|text| has_text(text, most));
        let options = || self.options.iter();
        let fits = |option: &QuestionOption| {
            has_text(&option.zh, Question::OPTION_CHARS_MAX)
                && in_english(&option.en, Question::OPTION_CHARS_MAX)
        };
        let ids: BTreeSet<&str> = options().map(|option| option.id.as_str()).collect();
        let is_number = self.kind == QuestionKind::Number;
        let is_bounded = self.least() >= -Question::NUMBER_MAX
            && self.most() <= Question::NUMBER_MAX
            && self.least() <= self.most();
        let bounds_elsewhere = self.min.is_some() || self.max.is_some() || self.unit.is_some();
        let chooses = matches!(self.kind, QuestionKind::Choice | QuestionKind::Several);
        let counted = if chooses { 1..=Question::OPTIONS_MAX } else { 0..=0 };
        if !is_id(&self.id) || TAKEN.contains(&self.id.as_str()) {
            Some(FormWrong::Id)
        } else if !has_text(&self.zh, Question::TEXT_CHARS_MAX)
            || !in_english(&self.en, Question::TEXT_CHARS_MAX)
        {
            Some(FormWrong::Text)
        } else if !counted.contains(&self.options.len())
            || ids.len() < self.options.len()
            || !options().all(|option| is_id(&option.id) && fits(option))
        {
            Some(FormWrong::Options)
        } else if if is_number {
            !is_bounded || !in_english(&self.unit, UNIT_CHARS_MAX)
        } else {
            bounds_elsewhere
        } {
            Some(FormWrong::Range)
        } else {
            None
        }
    }
}

const YES: &str = "yes";
const NO: &str = "no";

/// What a number counts is a word.
const UNIT_CHARS_MAX: usize = 10;

/// Questions that phones ask without a campaign.
const TAKEN: [&str; 1] = ["temperature"];

/// Ids stand in file names, on command lines and with commas between them.
fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=Question::ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether questions can be asked as they are written.
///
/// # Errors
/// [`FormError`] says which question is wrong, and how.
pub fn check_questions(questions: &[Question]) -> Result<(), FormError> {
    if questions.len() > Question::COUNT_MAX {
        return Err(FormError::TooMany(questions.len()));
    }
    let mut ids = BTreeSet::new();
    for (at, question) in questions.iter().enumerate() {
        let twice = (!ids.insert(&question.id)).then_some(FormWrong::Twice);
        if let Some(wrong) = question.wrong().or(twice) {
            let id = question.id.chars().take(Question::ID_CHARS_MAX).collect();
            return Err(FormError::Question { number: at + 1, id, wrong });
        }
    }
    let bytes = minicbor::to_vec(questions).map_or(0, |bytes| bytes.len());
    if bytes > Question::BYTES_MAX { Err(FormError::TooLarge(bytes)) } else { Ok(()) }
}

/// Answers as they are stored: trimmed, empty ones left out.
///
/// # Errors
/// [`AnswerError`] says which answer does not fit its question, and what would.
pub fn check_answers(
    questions: &[Question],
    outcome: Outcome,
    typed: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AnswerError> {
    if let Some(id) = typed.keys().find(|id| !questions.iter().any(|question| question.id == **id)) {
        let known: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        let id = id.chars().take(Question::ID_CHARS_MAX).collect();
        return Err(AnswerError::Unknown { id, known: known.join(", ") });
    }
    let mut answers = BTreeMap::new();
    for question in questions {
        let answer = typed.get(&question.id).map(|typed| question.read(typed)).transpose()?.flatten();
        match answer {
            Some(_) if !question.is_asked(outcome) => return Err(AnswerError::NotAsked(question.names())),
            Some(answer) => {
                answers.insert(question.id.clone(), answer);
            }
            None if question.required && question.is_asked(outcome) => {
                return Err(AnswerError::Missing(question.names()));
            }
            None => {}
        }
    }
    Ok(answers)
}
