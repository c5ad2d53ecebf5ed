//! Why a call did not do what was asked.

use linli_engine::{EngineError, Lang};

/// A call that did not do what was asked. Nothing that was saved before is affected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum PhoneError {
    /// There is no connection. Everything recorded stays on the phone.
    #[error("{text}")]
    Offline {
        /// Stable, dotted code.
        code: String,
        /// For people, in the language the phone was opened with.
        text: String,
    },
    /// Anything else.
    #[error("{text}")]
    Refused {
        /// Stable, dotted code (`phone.no_household`).
        code: String,
        /// For people, in the language the phone was opened with: what, where, and what to do.
        text: String,
    },
    /// The phone was closed.
    #[error("the phone was closed; open it again")]
    Closed,
}

impl PhoneError {
    pub(crate) fn of(error: &EngineError, lang: Lang) -> PhoneError {
        let (code, text) = (error.shown_code().to_owned(), error.shown_text(lang));
        if error.is_offline() {
            PhoneError::Offline { code, text }
        } else {
            PhoneError::Refused { code, text }
        }
    }
}
