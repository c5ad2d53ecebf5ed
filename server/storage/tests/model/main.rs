//! What the read models make of a log, whatever order it holds things in and whoever wrote them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failure here is a failed test")]

mod edits;
mod moves;
mod receipts;
mod storage;
