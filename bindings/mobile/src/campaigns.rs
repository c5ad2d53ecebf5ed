//! Canvass campaigns and what they ask.

use linli_core::kinds::{self, QuestionKind as Kind};
use linli_engine as engine;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum QuestionKind {
    /// One of its options.
    Choice,
    /// Any of its options.
    Several,
    /// Yes or no.
    YesNo,
    /// A whole number.
    Number,
    /// A line of text.
    Text,
}

impl From<Kind> for QuestionKind {
    fn from(of: Kind) -> QuestionKind {
        match of {
            Kind::Choice => QuestionKind::Choice,
            Kind::Several => QuestionKind::Several,
            Kind::YesNo => QuestionKind::YesNo,
            Kind::Number => QuestionKind::Number,
            Kind::Text => QuestionKind::Text,
        }
    }
}

/// One answer that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct QuestionOption {
    /// What is stored.
    pub id: String,
    /// What people read.
    pub zh: String,
    /// The same in English.
    pub en: Option<String>,
}

impl From<kinds::QuestionOption> for QuestionOption {
    fn from(of: kinds::QuestionOption) -> QuestionOption {
        QuestionOption { id: of.id, zh: of.zh, en: of.en }
    }
}

/// One question of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Question {
    /// What answers name it by.
    pub id: String,
    /// What is asked.
    pub zh: String,
    /// The same in English.
    pub en: Option<String>,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Of a choice or several: what there is to choose.
    pub options: Vec<QuestionOption>,
    /// Of a number: the least.
    pub min: Option<i64>,
    /// Of a number: the most.
    pub max: Option<i64>,
    /// Of a number: what it counts.
    pub unit: Option<String>,
    /// A visit where it is asked cannot be saved without an answer.
    pub required: bool,
    /// Asked whatever happened at the door, and not only where the visit was done.
    pub always: bool,
}

impl From<kinds::Question> for Question {
    fn from(of: kinds::Question) -> Question {
        Question {
            id: of.id,
            zh: of.zh,
            en: of.en,
            kind: of.kind.into(),
            options: of.options.into_iter().map(QuestionOption::from).collect(),
            min: of.min,
            max: of.max,
            unit: of.unit,
            required: of.required,
            always: of.always,
        }
    }
}

/// A campaign that is under way.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Campaign {
    /// What visits name it by.
    pub name: String,
    /// Why, as it is told at the door.
    pub reason: Option<String>,
    /// First day, as 2026-11-22.
    pub first_day: Option<String>,
    /// Last day.
    pub last_day: Option<String>,
    /// Version of the questions; none while it asks nothing.
    pub form: Option<u32>,
    /// What it asks, in this order.
    pub questions: Vec<Question>,
}

impl From<engine::CampaignView> for Campaign {
    fn from(of: engine::CampaignView) -> Campaign {
        Campaign {
            name: of.name,
            reason: of.reason,
            first_day: of.from,
            last_day: of.to,
            form: of.form,
            questions: of.questions.into_iter().map(Question::from).collect(),
        }
    }
}
