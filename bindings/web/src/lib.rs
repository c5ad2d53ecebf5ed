//! The phone engine for a web page: one object, called by name with JSON, its store in the browser's own files.
//!
//! Runs in a dedicated worker, where alone a browser gives files that answer at once. Owns nothing that the engine
//! owns: `calls` names its methods for JavaScript, `files` gives SQLite a place to live,
//! `phone` holds the open engine and its connection.
#![cfg(target_family = "wasm")]

mod calls;
mod files;
mod phone;

pub use phone::{WebPhone, open_phone, remove_phone};
