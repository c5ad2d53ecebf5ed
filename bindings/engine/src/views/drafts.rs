//! What is being typed.

use linli_core::time::TimeMs;
use serde::Serialize;

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftView {
    /// The app's name for it.
    pub key: String,
    /// Version of the form that it was typed into.
    pub form: u32,
    /// What was typed, as the app wrote it.
    pub text: String,
    /// When, by the phone's clock.
    pub saved_at: TimeMs,
}

/// A draft in a list, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DraftItem {
    /// The app's name for it.
    pub key: String,
    /// Version of the form that it was typed into.
    pub form: u32,
    /// Size of its text.
    pub bytes: u64,
    /// When, by the phone's clock.
    pub saved_at: TimeMs,
}
