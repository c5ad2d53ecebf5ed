//! Issues (问题): what is wrong somewhere, raised by whoever sees it. One document each, in the space of its grid.

use crate::ids::{DocId, HouseholdId, IssueId};
use crate::record::{FieldType, Merge, record};
use crate::time::TimeMs;

record! {
    /// An issue (问题).
    pub struct Issue = "issue" ("问题", "Issue") kept IssueRecord {
        /// What it is about.
        category: Option<String> = FieldType::Choice(&Issue::CATEGORIES), Merge::Auto, Internal, "类别", "Category";
        /// More exactly, in the reporter's words.
        subtype: Option<String> = FieldType::Line, Merge::Auto, Internal, "细类", "Subtype";
        /// Code of the grid, as the phone knew it; the document's space is what counts.
        grid: Option<String> = FieldType::Line, Merge::Auto, Internal, "网格", "Grid";
        /// Id of the household it is at, if it is at one.
        household: Option<String> = FieldType::Line, Merge::Auto, Personal, "住户", "Household";
        /// Where, in words.
        place: Option<String> = FieldType::Line, Merge::Auto, Personal, "地点", "Place";
        /// What is wrong.
        text: Option<String> = FieldType::Note, Merge::Auto, Sensitive, "情况", "Text";
        /// Who may be told by whom it was reported. Colleagues of the grid see its records in any case.
        visibility: Option<String> = FieldType::Choice(&Issue::VISIBILITIES), Merge::Auto, Internal, "报告人可见范围", "Reporter shown to";
        /// Id of a photo that was taken, if one was.
        photo: Option<String> = FieldType::Line, Merge::Auto, Internal, "照片", "Photo";
        /// Moves forward only.
        state: Option<String> = FieldType::Choice(&Issue::STATES), Merge::Furthest(&Issue::STATES), Internal, "状态", "State";
        /// The worker who reported it. Who signed it is for the relay to know.
        reporter: Option<String> = FieldType::Line, Merge::Auto, Internal, "报告人", "Reporter";
        /// When, by the phone's clock.
        reported_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "报告时间", "Reported";
        /// What the phone knew of its clock's error then.
        skew_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "时钟误差", "Clock error";
    }
}

impl Issue {
    /// Public order, environment, sanitation, property management; and whatever else there is.
    pub const CATEGORIES: [&'static str; 5] = ["security", "environment", "sanitation", "property", "other"];
    /// The office alone; whoever handles it; anybody.
    pub const VISIBILITIES: [&'static str; 3] = ["office", "handlers", "public"];
    /// The state in which a phone hands an issue in. What is being typed before is a draft on the phone.
    pub const REPORTED: &'static str = "reported";
    /// Every state, in the order in which an issue passes through some of them.
    pub const STATES: [&'static str; 11] = [
        Issue::REPORTED,
        "accepted",
        "rejected",
        "duplicate",
        "referred",
        "assigned",
        "in_progress",
        "resolved",
        "verified",
        "closed",
        "rated",
    ];

    /// The states in which nothing more is to be done.
    pub const SETTLED: [&'static str; 6] =
        ["rejected", "duplicate", "resolved", "verified", "closed", "rated"];

    /// A category in Chinese.
    pub fn category_zh(word: &str) -> &'static str {
        match word {
            "security" => "治安",
            "environment" => "环境",
            "sanitation" => "卫生",
            "property" => "物业",
            _ => "其他",
        }
    }

    /// A state in Chinese; that of a newer program is some other one.
    pub fn state_zh(word: &str) -> &'static str {
        match word {
            "reported" => "已上报",
            "accepted" => "已受理",
            "rejected" => "不予受理",
            "duplicate" => "重复",
            "referred" => "已转出",
            "assigned" => "已派单",
            "in_progress" => "处理中",
            "resolved" => "已处理",
            "verified" => "已核查",
            "closed" => "已结案",
            "rated" => "已评价",
            _ => "其他",
        }
    }

    /// The household it is at.
    pub fn household_id(&self) -> Option<HouseholdId> {
        self.household.as_ref()?.parse().ok()
    }

    /// When it was reported, by the best clock known.
    pub fn corrected_ms(&self) -> TimeMs {
        self.reported_ms.unwrap_or(0).saturating_add(self.skew_ms.unwrap_or(0))
    }
}

impl From<IssueId> for DocId {
    fn from(id: IssueId) -> DocId {
        DocId(id.0)
    }
}

impl From<DocId> for IssueId {
    fn from(id: DocId) -> IssueId {
        IssueId(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_chinese() {
        let zh: std::collections::BTreeSet<_> = Issue::STATES.map(Issue::state_zh).into();
        assert_eq!(zh.len(), Issue::STATES.len());
        let zh: std::collections::BTreeSet<_> = Issue::CATEGORIES.map(Issue::category_zh).into();
        assert_eq!(zh.len(), Issue::CATEGORIES.len());
    }

    #[test]
    fn a_clock_that_is_off_is_corrected() {
        let issue = Issue { reported_ms: Some(5_000), skew_ms: Some(-1_000), ..Issue::default() };
        assert_eq!(issue.corrected_ms(), 4_000);
        assert_eq!(Issue { reported_ms: Some(i64::MAX), skew_ms: Some(1), ..issue }.corrected_ms(), i64::MAX);
    }
}
