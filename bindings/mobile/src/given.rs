//! What an app hands in.

use linli_core::ids::IdError;
use linli_engine::Lang;
use std::collections::HashMap;
use std::str::FromStr;

pub(crate) fn given_id<T: FromStr<Err = IdError>>(id: Option<String>) -> Result<Option<T>, IdError> {
    id.map(|id| id.trim().parse()).transpose()
}

/// The language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::Chinese => Lang::Zh,
            Language::English => Lang::En,
        }
    }
}

/// What happened at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// Somebody was met.
    Done,
    /// Nobody opened.
    NoAnswer,
    /// The household has moved away.
    Moved,
    /// Somebody declined to talk.
    Refused,
    /// Come again.
    Revisit,
}

impl From<Outcome> for linli_core::kinds::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Done,
            Outcome::NoAnswer => Self::NoAnswer,
            Outcome::Moved => Self::Moved,
            Outcome::Refused => Self::Refused,
            Outcome::Revisit => Self::Revisit,
        }
    }
}

impl From<linli_core::kinds::Outcome> for Outcome {
    fn from(outcome: linli_core::kinds::Outcome) -> Outcome {
        use linli_core::kinds::Outcome as Of;
        match outcome {
            Of::Done => Outcome::Done,
            Of::NoAnswer => Outcome::NoAnswer,
            Of::Moved => Outcome::Moved,
            Of::Refused => Outcome::Refused,
            Of::Revisit => Outcome::Revisit,
        }
    }
}

/// Which households to list.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct HouseholdFilter {
    /// Anything a person remembers: name, pinyin, address, end of a phone number, tag.
    #[uniffi(default = None)]
    pub search: Option<String>,
    /// Only this grid.
    #[uniffi(default = None)]
    pub grid: Option<String>,
    /// At most so many; 50 without.
    #[uniffi(default = None)]
    pub limit: Option<u32>,
}

impl From<HouseholdFilter> for linli_engine::HouseholdFilter {
    fn from(filter: HouseholdFilter) -> Self {
        Self { search: filter.search, grid: filter.grid, limit: filter.limit }
    }
}

/// How a household was told of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Channel {
    /// At the door.
    Visit,
    /// By a call.
    Call,
    /// By a leaflet.
    Paper,
    /// By a message.
    Message,
}

impl From<Channel> for linli_core::kinds::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Visit => Self::Visit,
            Channel::Call => Self::Call,
            Channel::Paper => Self::Paper,
            Channel::Message => Self::Message,
        }
    }
}

/// A directive that the household was told of.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Told {
    /// The directive's id.
    pub directive: String,
    /// How.
    pub by: Channel,
}

/// A visit as typed at the door.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewVisit {
    /// What happened.
    pub outcome: Outcome,
    /// Campaign it was made for; otherwise it belongs to the quarter.
    #[uniffi(default = None)]
    pub campaign: Option<String>,
    /// How many people were in.
    #[uniffi(default = None)]
    pub at_home: Option<u32>,
    /// Body temperature in degrees Celsius, as typed: 30 to 45.
    #[uniffi(default = None)]
    pub temperature: Option<String>,
    /// What they need; at most 10 lines.
    #[uniffi(default = [])]
    pub needs: Vec<String>,
    /// What was seen and said.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// Directives that they were told of.
    #[uniffi(default = [])]
    pub told: Vec<Told>,
    /// The visit's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
    /// The draft that this was typed as; it is dropped when the visit is saved.
    #[uniffi(default = None)]
    pub draft: Option<String>,
    /// A photo as JPEG, at most 49,152 bytes: make it smaller first, and upright. Place, time and device that a camera
    /// wrote into the file are taken out.
    #[uniffi(default = None)]
    pub photo: Option<Vec<u8>>,
    /// Answers to the campaign's questions by their ids: an option's id, several with commas between, `yes` or `no`,
    /// a whole number, or a line of text.
    #[uniffi(default)]
    pub answers: HashMap<String, String>,
    /// Version of the questions that were on the screen; the campaign's current one unless given.
    #[uniffi(default = None)]
    pub form: Option<u32>,
}

impl TryFrom<NewVisit> for linli_engine::NewVisit {
    type Error = IdError;

    fn try_from(visit: NewVisit) -> Result<Self, IdError> {
        let told = |told: Told| {
            Ok(linli_core::kinds::Told { directive: told.directive.trim().parse()?, by: told.by.into() })
        };
        Ok(Self {
            id: given_id(visit.id)?,
            draft: visit.draft,
            outcome: visit.outcome.into(),
            campaign: visit.campaign,
            at_home: visit.at_home,
            temperature: visit.temperature,
            needs: visit.needs,
            note: visit.note,
            told: visit.told.into_iter().map(told).collect::<Result<_, IdError>>()?,
            photo: visit.photo,
            answers: visit.answers.into_iter().collect(),
            form: visit.form,
        })
    }
}

/// A household as typed at the door.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewHousehold {
    /// Code of the grid.
    pub grid: String,
    /// In any usual spelling: `阳光花园3号楼2单元501室`, `3-2-501`.
    pub address: String,
    /// First number to call.
    #[uniffi(default = None)]
    pub contact_phone: Option<String>,
    /// What the next visitor should know.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// What matters at the door.
    #[uniffi(default = [])]
    pub tags: Vec<String>,
    /// The household's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
    /// The draft that this was typed as; it is dropped when the household is saved.
    #[uniffi(default = None)]
    pub draft: Option<String>,
}

impl TryFrom<NewHousehold> for linli_engine::NewHousehold {
    type Error = IdError;

    fn try_from(new: NewHousehold) -> Result<Self, IdError> {
        Ok(Self {
            id: given_id(new.id)?,
            draft: new.draft,
            grid: new.grid,
            address: new.address,
            contact_phone: new.contact_phone,
            note: new.note,
            tags: new.tags,
        })
    }
}

/// A resident as typed.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewResident {
    /// Full name.
    pub name: String,
    /// Relation to the head of household.
    #[uniffi(default = None)]
    pub relation: Option<String>,
    /// `male` or `female`.
    #[uniffi(default = None)]
    pub gender: Option<String>,
    /// `1987-03-05` or `1987-03`.
    #[uniffi(default = None)]
    pub birth: Option<String>,
    /// Own telephone.
    #[uniffi(default = None)]
    pub phone: Option<String>,
    /// Personal tags.
    #[uniffi(default = [])]
    pub tags: Vec<String>,
    /// The resident's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
    /// The draft that this was typed as; it is dropped when the resident is saved.
    #[uniffi(default = None)]
    pub draft: Option<String>,
}

impl TryFrom<NewResident> for linli_engine::NewResident {
    type Error = IdError;

    fn try_from(new: NewResident) -> Result<Self, IdError> {
        Ok(Self {
            id: given_id(new.id)?,
            draft: new.draft,
            name: new.name,
            relation: new.relation,
            gender: new.gender,
            birth: new.birth,
            phone: new.phone,
            tags: new.tags,
        })
    }
}
