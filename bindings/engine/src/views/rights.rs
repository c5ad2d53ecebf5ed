//! What people are told, what they may say and what they may refuse.

use linli_core::ids::{ComplaintId, ConsentId, HouseholdId, ResidentId};
use linli_core::kinds::{ConsentStanding, Manner, Purpose};
use linli_core::time::TimeMs;
use serde::Serialize;

/// Who runs this, as the office last said it. What it did not say is missing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OperatorView {
    /// Who runs this service.
    pub name: Option<String>,
    /// ICP filing of the site.
    pub icp_filing: Option<String>,
    /// Filing with the public security organ.
    pub police_filing: Option<String>,
    /// Filing of the phone app.
    pub app_filing: Option<String>,
    /// Telephone or address for complaints.
    pub complaints: Option<String>,
    /// The privacy notice in force.
    pub notice: Option<PrivacyNoticeView>,
}

/// The privacy notice in force.
#[derive(Clone, Debug, Serialize)]
pub struct PrivacyNoticeView {
    /// 1, 2, 3 …
    pub version: i64,
    /// In the phone's language, where the office wrote it in that; in Chinese otherwise.
    pub text: String,
    /// Since when it is in force, by the relay's clock.
    pub from_ms: TimeMs,
    /// When the worker has read this version, by the best clock known; it is to be shown while this is missing.
    pub read_at: Option<TimeMs>,
}

/// That a version of the privacy notice was read is saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct SavedNoticeReceipt {
    /// Which.
    pub version: i64,
    /// False when it was said here before.
    pub changed: bool,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// A complaint, and what the operator says to it.
#[derive(Clone, Debug, Serialize)]
pub struct ComplaintView {
    /// It.
    pub id: ComplaintId,
    /// What.
    pub text: String,
    /// `worker` or `resident`.
    pub said_by: String,
    /// When, by the best clock known.
    pub at: TimeMs,
    /// The operator's answer.
    pub answer: Option<String>,
    /// When it answered, by the relay's clock.
    pub answered_at: Option<TimeMs>,
    /// It is not uploaded yet.
    pub unsent: bool,
}

/// A complaint was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct SavedComplaint {
    /// It.
    pub id: ComplaintId,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}

/// What a resident said of one purpose.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentPurposeView {
    /// Which.
    pub purpose: Purpose,
    /// What counts.
    pub standing: ConsentStanding,
    /// Everything that was said, oldest first.
    pub said: Vec<ConsentView>,
}

/// Something that a resident said.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentView {
    /// It.
    pub id: ConsentId,
    /// Whether they agreed.
    pub given: bool,
    /// How they said it.
    pub how: Manner,
    /// When, by the best clock known.
    pub at: TimeMs,
    /// Who wrote it down, when the phone knows the name.
    pub author: Option<String>,
    /// The version of the privacy notice that was in force on the author's phone.
    pub notice: Option<i64>,
    /// It stands; false when something later took its place.
    pub stands: bool,
}

/// A consent was saved on this phone.
#[derive(Clone, Debug, Serialize)]
pub struct SavedConsent {
    /// It.
    pub id: ConsentId,
    /// The household, after following merges.
    pub household: HouseholdId,
    /// Whose.
    pub resident: ResidentId,
    /// By the phone's clock.
    pub saved_at: TimeMs,
}
