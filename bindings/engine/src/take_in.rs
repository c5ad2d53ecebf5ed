//! Taking in what the relay sends: pages of the log, and snapshots.
//!
//! Owns the way from other people's changes to documents and rows. What cannot be applied is skipped
//! and counted, never in the way of what follows: one broken change must not stop a phone.

mod forget;
mod moves;
mod page;
mod row_batch;
mod snapshot;

pub(crate) use row_batch::refresh_rows;

/// What a page or snapshot page brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TakenIn {
    /// Changes or documents that are new here.
    pub(crate) received: u64,
    /// Changes that could not be applied.
    pub(crate) skipped: u64,
    /// Decisions of the office against something entered here.
    pub(crate) notices: u64,
    /// Documents that were destroyed here.
    pub(crate) forgotten: u64,
    /// Something of this phone's own was written again and waits to be handed in.
    pub(crate) rewritten: bool,
}
