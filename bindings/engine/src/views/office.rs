//! What the office tells its workers.

use linli_core::difference::Piece;
use linli_core::ids::DirectiveId;
use linli_core::kinds::Question;
use linli_core::time::TimeMs;
use serde::Serialize;

/// A directive of the office.
#[derive(Clone, Debug, Serialize)]
pub struct DirectiveView {
    /// It.
    pub id: DirectiveId,
    /// One line.
    pub title: String,
    /// What is to be done or told.
    pub text: String,
    /// 1, 2, 3 … along the versions.
    pub version: i64,
    /// In force from then on.
    pub from_ms: Option<TimeMs>,
    /// Until then.
    pub until_ms: Option<TimeMs>,
    /// When it was issued, by the relay's clock.
    pub issued_ms: Option<TimeMs>,
    /// Who issued it.
    pub issued_by: Option<String>,
    /// Why it was withdrawn, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What changed in the text since the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Piece>>,
    /// When the worker acknowledged it, by the best clock known.
    pub read_at: Option<TimeMs>,
}

/// A campaign that is under way.
#[derive(Clone, Debug, Serialize)]
pub struct CampaignView {
    /// What visits name it by.
    pub name: String,
    /// Why, as it is told at the door.
    pub reason: Option<String>,
    /// First day, as 2026-11-22.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Version of the questions; none while it asks nothing.
    pub form: Option<u32>,
    /// What it asks, in this order.
    pub questions: Vec<Question>,
}
