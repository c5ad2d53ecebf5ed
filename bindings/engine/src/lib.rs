//! What a phone does: commands, queries, the local store, the connection to the relay.
//!
//! [`Engine`] is the whole of it; Kotlin, Swift and the command line only wrap it. A command returns
//! after its own commit and never needs a connection. The rules of records, conflicts and the protocol
//! are `linli_core`'s; this crate owns storage, the socket and the order of things.

mod campaigns;
mod commands;
mod directives;
mod drafts;
mod engine;
mod enrol;
mod env;
mod error;
mod finding;
mod http;
#[cfg(not(target_family = "wasm"))]
mod keys;
mod operator;
mod packing;
mod photos;
mod queries;
mod sql;
mod store;
mod sync;
mod take_in;
mod timers;
#[cfg(not(target_family = "wasm"))]
mod trust;
mod unsent;
mod views;

pub use commands::{NewComplaint, NewConsent, NewHousehold, NewIssue, NewResident, NewVisit};
pub use engine::{Engine, Options};
pub use enrol::Enrolled;
pub use env::{Env, KeyStore, SystemEnv};
pub use error::EngineError;
#[cfg(not(target_family = "wasm"))]
pub use keys::FileKeys;
pub use linli_core::error::{Coded, Lang};
pub use queries::{HouseholdFilter, IssueFilter, TodayFilter, TodayOnly};
pub use sql::{Place, STORE_FILE};
pub use sync::{SyncEvent, SyncReport};
#[cfg(not(target_family = "wasm"))]
pub use trust::trust_only;
pub use unsent::{Exported, Imported};
pub use views::{
    AddedHousehold, AddedResident, AnchorView, BuildingDay, CampaignView, CellView, ChartView, ComplaintView,
    ConflictVersionView, ConflictView, ConsentPurposeView, ConsentView, DirectiveView, DoorView, DraftItem,
    DraftView, DuplicateWarning, HistoryView, HouseholdItem, HouseholdView, IssueView, LastVisit, NoticeView,
    OperatorView, PrivacyNoticeView, Refusal, ReportedIssue, ResidentView, Saved, SavedComplaint,
    SavedConsent, SavedNoticeReceipt, SavedReceipt, SavedVisit, SpaceDigest, SpaceView, Status, Tally,
    TodayView, UnitDay, VisitView,
};
