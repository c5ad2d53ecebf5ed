//! The shared core of linli: what a record is, how it merges, who signed it, and how it travels.
//!
//! Everything here is pure. Time and randomness are arguments; there is no socket, file, database or
//! foreign-function code. The same crate runs in the relay, on phones and in the browser.

pub mod address;
pub mod error;
pub mod gate;
pub mod search;
