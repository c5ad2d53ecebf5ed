//! What the read models make of a log, whatever order it holds things in and whoever wrote them.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod moves;
mod receipts;
mod storage;
