//! What commands and queries give back: plain data, the same in JSON, Kotlin and Swift.
//!
//! Everything that can be referred to has an `id`. Times are milliseconds since 1970, UTC.

mod conflicts;
mod drafts;
mod household;
mod issues;
mod office;
mod rights;
mod saved;
mod status;
mod today;

pub use conflicts::{ConflictVersionView, ConflictView, NoticeView};
pub use drafts::{DraftItem, DraftView};
pub use household::{HistoryView, HouseholdItem, HouseholdView, LastVisit, ResidentView, VisitView};
pub use issues::{IssueView, ReportedIssue};
pub use office::{CampaignView, DirectiveView};
pub use rights::{
    ComplaintView, ConsentPurposeView, ConsentView, OperatorView, PrivacyNoticeView, SavedComplaint,
    SavedConsent, SavedNoticeReceipt,
};
pub use saved::{AddedHousehold, AddedResident, DuplicateWarning, Saved, SavedReceipt, SavedVisit};
pub use status::{AnchorView, Refusal, SpaceDigest, SpaceView, Status};
pub use today::{BuildingDay, CellView, ChartView, DoorView, Tally, TodayView, UnitDay};
