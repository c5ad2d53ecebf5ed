//! The phone engine for Kotlin, Swift and Python: [`Phone`] and the plain data that it takes and gives.
//!
//! Only translates: what a command does is `linli_engine`'s. Ids are text of 26 or 13 characters, times are
//! milliseconds since 1970 (UTC). Everything asynchronous runs on threads of this library's own, so that no
//! caller needs a runtime, and a call that is dropped half-way has still either happened or not.

mod campaigns;
mod error;
mod events;
mod given;
mod issues;
mod keys;
mod phone;
mod rights;
mod saved;
mod shown;
mod threads;
mod today;

pub use campaigns::{Campaign, Question, QuestionKind, QuestionOption};
pub use error::PhoneError;
pub use events::{Listener, SyncEvent};
pub use given::{Channel, HouseholdFilter, Language, NewHousehold, NewResident, NewVisit, Outcome, Told};
pub use issues::{Issue, IssueFilter, NewIssue, ReportedIssue};
pub use keys::{KeyStore, KeyStoreError};
pub use phone::Phone;
pub use rights::{
    Complaint, Consent, ConsentPurpose, ConsentStanding, Manner, NewComplaint, NewConsent, Operator,
    PrivacyNotice, Purpose, SavedComplaint, SavedConsent, SavedNoticeReceipt,
};
pub use saved::{
    AddedHousehold, AddedResident, Draft, DraftItem, Duplicate, Exported, Imported, Saved, SavedVisit,
    SpaceDigest, SyncReport,
};
pub use shown::{
    Conflict, ConflictVersion, Directive, Enrolled, Household, HouseholdItem, Notice, Refusal, Resident,
    Space, Status, Visit, Write,
};
pub use today::{BuildingChart, BuildingDay, ChartCell, Door, Tally, Today, TodayFilter, TodayOnly, UnitDay};

uniffi::setup_scaffolding!("linli");
