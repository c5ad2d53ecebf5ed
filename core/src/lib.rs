//! The shared core of linli: what a record is, how it merges, who signed it, and how it travels.
//!
//! Everything here is pure. Time and randomness are arguments; there is no socket, file, database or
//! foreign-function code. The same crate runs in the relay, on phones and in the browser.

pub mod access;
pub mod address;
mod bounded;
pub mod difference;
pub mod doc;
pub mod duplicates;
pub mod error;
pub mod forget;
pub mod gate;
pub mod identity;
pub mod ids;
pub mod kinds;
pub mod model;
pub mod proposal;
pub mod record;
pub mod search;
pub mod sync;
pub mod time;
