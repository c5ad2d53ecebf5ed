//! What is wrong somewhere: reporting it, and what was reported.

use crate::given::given_id;
use linli_core::ids::IdError;
use linli_engine as engine;

/// An issue as typed where it was seen.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewIssue {
    /// `security`, `environment`, `sanitation`, `property` or `other`.
    pub category: String,
    /// What is wrong.
    pub text: String,
    /// More exactly than the category.
    #[uniffi(default = None)]
    pub subtype: Option<String>,
    /// Code of the grid. Not needed for an issue at a household, nor on a phone that has one grid only.
    #[uniffi(default = None)]
    pub grid: Option<String>,
    /// Id of the household it is at.
    #[uniffi(default = None)]
    pub household: Option<String>,
    /// Where, in words; the household's address where nothing is said.
    #[uniffi(default = None)]
    pub place: Option<String>,
    /// Whom the reporter's name may be told: `office` (so where nothing is said), `handlers` or `public`.
    #[uniffi(default = None)]
    pub visibility: Option<String>,
    /// The issue's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
    /// The draft that this was typed as; it is dropped when the issue is saved.
    #[uniffi(default = None)]
    pub draft: Option<String>,
    /// A photo as JPEG, at most 49,152 bytes: make it smaller first, and upright. Place, time and device that a camera
    /// wrote into the file are taken out.
    #[uniffi(default = None)]
    pub photo: Option<Vec<u8>>,
}

impl TryFrom<NewIssue> for engine::NewIssue {
    type Error = IdError;

    fn try_from(new: NewIssue) -> Result<Self, IdError> {
        Ok(Self {
            id: given_id(new.id)?,
            draft: new.draft,
            category: new.category,
            subtype: new.subtype,
            grid: new.grid,
            household: given_id(new.household)?,
            place: new.place,
            text: new.text,
            visibility: new.visibility,
            photo: new.photo,
        })
    }
}

/// Which issues to list.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct IssueFilter {
    /// Only at this household.
    #[uniffi(default = None)]
    pub household: Option<String>,
    /// Only those that this phone's worker has reported.
    #[uniffi(default = false)]
    pub mine: bool,
    /// Begin after so many.
    #[uniffi(default = None)]
    pub offset: Option<u32>,
    /// At most so many; 50 without, 200 at most.
    #[uniffi(default = None)]
    pub limit: Option<u32>,
}

impl TryFrom<IssueFilter> for engine::IssueFilter {
    type Error = IdError;

    fn try_from(of: IssueFilter) -> Result<Self, IdError> {
        Ok(Self { household: given_id(of.household)?, mine: of.mine, offset: of.offset, limit: of.limit })
    }
}

/// An issue was saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReportedIssue {
    /// It.
    pub id: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::ReportedIssue> for ReportedIssue {
    fn from(of: engine::ReportedIssue) -> ReportedIssue {
        ReportedIssue { id: of.id.to_string(), saved_at_ms: of.saved_at }
    }
}

/// An issue.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Issue {
    /// It.
    pub id: String,
    /// `security`, `environment`, `sanitation`, `property` or `other`.
    pub category: String,
    /// More exactly; may be empty.
    pub subtype: String,
    /// Grid code.
    pub grid: String,
    /// Id of the household it is at.
    pub household: Option<String>,
    /// Where, in words.
    pub place: String,
    /// What is wrong.
    pub text: String,
    /// `reported` until the office has taken it up.
    pub state: String,
    /// Reported by this phone's worker.
    pub mine: bool,
    /// When, by the best clock known.
    pub reported_at_ms: i64,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}

impl From<engine::IssueView> for Issue {
    fn from(of: engine::IssueView) -> Issue {
        Issue {
            id: of.id.to_string(),
            category: of.category,
            subtype: of.subtype,
            grid: of.grid,
            household: of.household.map(|id| id.to_string()),
            place: of.place,
            text: of.text,
            state: of.state,
            mine: of.mine,
            reported_at_ms: of.reported_at,
            unsent: of.unsent,
        }
    }
}
