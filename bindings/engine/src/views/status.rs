//! The phone at a glance.

use linli_core::ids::{DeviceId, SpaceId};
use linli_core::time::TimeMs;
use serde::Serialize;

/// What the relay did not take or give, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// Stable code.
    pub code: String,
    /// For people.
    pub text: String,
}

/// A followed space and its progress.
#[derive(Clone, Debug, Serialize)]
pub struct SpaceView {
    /// The space.
    pub id: SpaceId,
    /// Grid code or community.
    pub name: String,
    /// Whether this phone may write there.
    pub writable: bool,
    /// `empty`, `loading` or `live`.
    pub state: &'static str,
    /// Pages of the first download that are here.
    pub pages_done: u32,
    /// All of its pages; 0 when not known.
    pub pages: u32,
}

/// What this phone holds of a space. Another phone or the office that gives the same holds the same documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpaceDigest {
    /// The space.
    pub space: SpaceId,
    /// Grid code or community.
    pub name: String,
    /// How many documents.
    pub documents: u64,
    /// Four groups of four characters that two people compare aloud.
    pub code: String,
}

/// Where the relay's chains ended, as it signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnchorView {
    /// Which life of the relay.
    pub lineage: String,
    /// The newest row of its audit.
    pub audit_row: u64,
    /// The newest row of its log.
    pub log_row: u64,
    /// When it said so, by its own clock.
    pub at_ms: TimeMs,
    /// Whether it contradicts what it had said before.
    pub contradicts: bool,
    /// The signed statement itself, for `linli verify --anchor`.
    pub head: String,
}

/// The phone at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Whether it is enrolled.
    pub enrolled: bool,
    /// This phone.
    pub device: DeviceId,
    /// To compare aloud with the office.
    pub fingerprint: String,
    /// The worker's id.
    pub worker: Option<String>,
    /// The worker's name.
    pub worker_name: Option<String>,
    /// The community.
    pub community: Option<String>,
    /// What the office said of this phone at last contact, when it did not let it fetch anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Refusal>,
    /// The relay's chains once did not end where they had before: something was rewritten or cut off there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<Refusal>,
    /// The relay's address.
    pub relay: Option<String>,
    /// Households on this phone.
    pub households: u64,
    /// Records that the relay does not have yet.
    pub unsent: u64,
    /// Colleagues' records carried for them.
    pub carried: u64,
    /// Notices not seen yet.
    pub notices: u64,
    /// When everything was last here and there.
    pub last_sync_ms: Option<TimeMs>,
    /// Relay time minus phone time at last contact.
    pub clock_skew_ms: Option<i64>,
    /// What the relay did not take, newest first.
    pub refused: Vec<Refusal>,
    /// What the phone follows.
    pub spaces: Vec<SpaceView>,
}
