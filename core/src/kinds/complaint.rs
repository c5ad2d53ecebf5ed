//! Complaints (意见) to the operator from a worker, or from a resident who stands beside her. One document each, in the
//! space of the worker's own: no colleague reads it. The office writes its answer into the same document.

use crate::ids::{ComplaintId, DocId};
use crate::record::{FieldType, Merge, record};
use crate::time::TimeMs;

record! {
    /// What somebody tells the operator (意见).
    pub struct Complaint = "complaint" ("意见", "Complaint") kept IssueRecord {
        /// What.
        text: Option<String> = FieldType::Note, Merge::Auto, Sensitive, "内容", "Text";
        /// Whose it is.
        said_by: Option<String> = FieldType::Choice(&Complaint::SAID_BY), Merge::Auto, Personal, "谁提的", "Said by";
        /// When, by the phone's clock.
        said_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "提出时间", "Said";
        /// What the phone knew of its clock's error then.
        skew_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "时钟误差", "Clock error";
        /// What the operator says to it.
        answer: Option<String> = FieldType::Note, Merge::Auto, Sensitive, "答复", "Answer";
        /// When it did, by the relay's clock.
        answered_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "答复时间", "Answered";
    }
}

impl From<ComplaintId> for DocId {
    fn from(id: ComplaintId) -> DocId {
        DocId(id.0)
    }
}

impl Complaint {
    /// The worker herself, or a resident beside her.
    pub const SAID_BY: [&'static str; 2] = ["worker", "resident"];
    /// Of one phone and without an answer: more are no complaints.
    pub const WAITING_MAX: usize = 50;

    /// The moment by the best clock known.
    pub fn corrected_ms(&self) -> TimeMs {
        self.said_ms.unwrap_or(0).saturating_add(self.skew_ms.unwrap_or(0))
    }

    /// Whether it waits for an answer.
    pub fn waits(&self) -> bool {
        self.answer.is_none()
    }
}
