//! What is wrong somewhere.

use linli_core::ids::{HouseholdId, IssueId};
use linli_core::time::TimeMs;
use serde::Serialize;

/// An issue was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedIssue {
    /// It.
    pub id: IssueId,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// An issue.
#[derive(Clone, Debug, Serialize)]
pub struct IssueView {
    /// It.
    pub id: IssueId,
    /// Word of its category: `security`, `environment`, `sanitation`, `property`, `other`.
    pub category: String,
    /// More exactly; may be empty.
    pub subtype: String,
    /// Grid code.
    pub grid: String,
    /// The household it is at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<HouseholdId>,
    /// Where, in words.
    pub place: String,
    /// What is wrong.
    pub text: String,
    /// Word of its state; `reported` until the office has taken it up.
    pub state: String,
    /// Reported by this phone's worker.
    pub mine: bool,
    /// When, by the best clock known.
    pub reported_at: TimeMs,
    /// Something about it is not uploaded yet.
    pub unsent: bool,
}
