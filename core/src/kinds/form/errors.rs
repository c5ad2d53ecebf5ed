//! Why questions cannot be asked, and why answers do not fit them.

use super::{Question, UNIT_CHARS_MAX};
use crate::error::Coded;

/// What is wrong with a question of an office's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormWrong {
    /// Its id.
    Id,
    /// Another question has its id.
    Twice,
    /// Its text.
    Text,
    /// What there is to choose.
    Options,
    /// Least, most and unit.
    Range,
}

/// Why questions cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than a campaign takes.
    #[error("a campaign asks at most {} questions; these are {count}", Question::COUNT_MAX, count = .0)]
    TooMany(usize),
    /// Too long all together.
    #[error("the questions take {bytes} bytes together, at most {} fit; shorten them", Question::BYTES_MAX, bytes = .0)]
    TooLarge(usize),
    /// One of them.
    #[error("question {number} ({id:?}): {}", .wrong.english())]
    Question {
        /// 1 is the first.
        number: usize,
        /// As given, cut.
        id: String,
        /// What.
        wrong: FormWrong,
    },
}

impl FormWrong {
    fn english(self) -> String {
        match self {
            FormWrong::Id => format!(
                "an id has 1 to {} small letters, digits and underscores, and is not temperature",
                Question::ID_CHARS_MAX
            ),
            FormWrong::Twice => "another question has the same id; give each its own".into(),
            FormWrong::Text => {
                format!("its text (zh) has 1 to {} characters in one line", Question::TEXT_CHARS_MAX)
            }
            FormWrong::Options => format!(
                "choice and several take 1 to {} options, each with an id of its own and up to {} characters; other kinds take none",
                Question::OPTIONS_MAX,
                Question::OPTION_CHARS_MAX
            ),
            FormWrong::Range => format!(
                "only a number takes min, max and unit; min is at most max, both within {}, a unit has up to {UNIT_CHARS_MAX} characters",
                Question::NUMBER_MAX
            ),
        }
    }

    fn chinese(self) -> String {
        match self {
            FormWrong::Id => format!(
                "编号应为 1 到 {} 个小写字母、数字或下划线,且不能是 temperature",
                Question::ID_CHARS_MAX
            ),
            FormWrong::Twice => "编号与另一题相同,请各用各的".into(),
            FormWrong::Text => format!("题目(zh)应为一行,1 到 {} 字", Question::TEXT_CHARS_MAX),
            FormWrong::Options => format!(
                "单选和多选要有 1 到 {} 个选项,各有不同的编号,每项最多 {} 字;其他题型没有选项",
                Question::OPTIONS_MAX,
                Question::OPTION_CHARS_MAX
            ),
            FormWrong::Range => format!(
                "只有数字题可以写 min、max 和 unit;min 不大于 max,绝对值不超过 {},单位最多 {UNIT_CHARS_MAX} 字",
                Question::NUMBER_MAX
            ),
        }
    }
}

impl Coded for FormError {
    fn code(&self) -> &'static str {
        match self {
            FormError::TooMany(_) => "form.too_many_questions",
            FormError::TooLarge(_) => "form.too_large",
            FormError::Question { .. } => "form.bad_question",
        }
    }

    fn zh(&self) -> String {
        match self {
            FormError::TooMany(count) => {
                format!("一次排查最多 {} 题,现在有 {count} 题", Question::COUNT_MAX)
            }
            FormError::TooLarge(bytes) => {
                format!("题目合计 {bytes} 字节,最多 {},请精简", Question::BYTES_MAX)
            }
            FormError::Question { number, id, wrong } => {
                format!("第 {number} 题(“{id}”):{}", wrong.chinese())
            }
        }
    }
}

/// A question as a sentence names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionNames {
    /// Its id.
    pub id: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Why answers do not fit their questions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Nobody asked that.
    #[error("there is no question {id:?}; there are: {known}")]
    Unknown {
        /// What was answered.
        id: String,
        /// What is asked.
        known: String,
    },
    /// It is asked only where the visit was done.
    #[error("{:?} ({}) is asked only where the visit was done; leave it out", .0.en, .0.id)]
    NotAsked(Box<QuestionNames>),
    /// It must be answered.
    #[error("{:?} ({}) must be answered", .0.en, .0.id)]
    Missing(Box<QuestionNames>),
    /// The answer does not fit.
    #[error("{text:?} does not answer {:?} ({}): {why}", .question.en, .question.id)]
    Wrong {
        /// Which question.
        question: Box<QuestionNames>,
        /// The answer, cut.
        text: String,
        /// What would be right, in Chinese.
        why_zh: String,
        /// The same in English.
        why: String,
    },
}

impl Coded for AnswerError {
    fn code(&self) -> &'static str {
        match self {
            AnswerError::Unknown { .. } => "answer.unknown_question",
            AnswerError::NotAsked(_) => "answer.not_asked",
            AnswerError::Missing(_) => "answer.missing",
            AnswerError::Wrong { .. } => "answer.wrong",
        }
    }

    fn zh(&self) -> String {
        match self {
            AnswerError::Unknown { id, known } => format!("没有编号为“{id}”的问题,现有:{known}"),
            AnswerError::NotAsked(question) => {
                format!("“{}”({})只在已走访时填写,请去掉这一项", question.zh, question.id)
            }
            AnswerError::Missing(question) => format!("请回答“{}”({})", question.zh, question.id),
            AnswerError::Wrong { question, text, why_zh, .. } => {
                format!("“{}”({})不能填“{text}”:{why_zh}", question.zh, question.id)
            }
        }
    }
}
