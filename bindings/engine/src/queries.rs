//! What a phone shows: from the local store alone, connected or not.

mod card;
mod conflicts;
mod digests;
mod issues;
mod list;
mod status;
mod today;

pub use issues::IssueFilter;
pub use list::HouseholdFilter;
pub use today::{TodayFilter, TodayOnly};
