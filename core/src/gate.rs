//! The gate: what stands between bytes from outside and Automerge.
//!
//! Owns the decision whether a change or a stored document may be given to Automerge, and the only way in
//! which changes are applied. Automerge 0.12 trusts its input: it panics, reserves gigabytes, or accepts a
//! change and then saves a document that it cannot load. So nothing reaches it that our own writers could
//! not have made. Three steps, cheapest first:
//!
//! 1. [`inspect_change`] reads the bytes alone: bounds, checksum, canonical spelling, flat operations.
//! 2. [`check_against`] reads the change in the light of what its document holds: dependencies, numbering.
//! 3. [`apply`] works on a copy, one change at a time, and swaps the copy in only when all went well.
//!
//! Documents are flat by decision: scalars under string keys of the root map, set or deleted. Everything else
//! Automerge can do is refused, and with it most of what can go wrong.
//!
//! Must not know: devices, signatures, grants, quotas, what a key means. Holding back changes whose
//! dependencies are missing is the caller's task, within the caller's quota.
//!
//! Panics inside Automerge are caught here, but Rust prints each through the process-wide panic hook first.
//! The gate never touches that hook, a program has only one. A relay installs its own at start which logs
//! panics once, bounded, to its log instead of standard error. A program built with `panic = "abort"` gets no
//! protection from the catching; then only steps 1 and 2 stand.

mod apply;
mod bytes;
mod change;
mod chunk;
mod columns;
mod document;
mod error;
mod facts;
mod guard;
mod values;

use automerge::Change;

pub use apply::{Outcome, apply};
pub use document::{admit_document, document_heads, seal_document};
pub use error::GateError;
pub use facts::{Admission, DocFacts, check_against};

/// Largest change chunk. A visit is below 1 kB and a line of an import below 16 kB; four times that still
/// lets a long free text through.
pub const CHANGE_BYTES_MAX: u64 = 64 * 1024;

/// Most operations in one change. A record has some dozens of fields; an import line writes a few hundred.
/// Automerge needs up to 450 bytes of memory for an operation, so this costs below 2 MiB.
pub const CHANGE_OPS_MAX: u64 = 4096;

/// Most values that all operations of one change together replace: each field replaces one value, or, where
/// it settles a conflict, a handful.
pub const CHANGE_PREDS_MAX: u64 = 8192;

/// Most operations of a change times the changes it builds on. What each operation replaces is looked up where its writer
/// stood, and Automerge works out anew for each look where that was, along every branch. Settling the most heads there
/// may be still leaves 512 fields; an import of the most fields there may be builds on eight changes at most.
pub const CHANGE_LOOKS_MAX: u64 = 32 * 1024;

/// Longest key in bytes. Keys are field names and ids: `r/<13 characters>/national_id_last4` is 33, a tag of 20 Chinese characters 65.
pub const KEY_BYTES_MAX: u64 = 128;

/// Largest scalar in bytes: 5,000 Chinese characters. Photographs are kept outside documents.
pub const SCALAR_BYTES_MAX: u64 = 16 * 1024;

/// Longest commit message in bytes. Our writers leave it empty; authorship is in the signed batch.
pub const MESSAGE_BYTES_MAX: u64 = 256;

/// Most dependencies of a change, and most heads of a document: so many phones may write to one household
/// at the same time before anyone has seen another's work.
pub const DEPS_MAX: u64 = 64;

/// Most actors that one change refers to besides its own: one per value it replaces. Rewriting or deleting a
/// record whose every field was last written in another launch of the app needs many.
pub const CHANGE_ACTORS_MAX: u64 = 256;

/// Length of an actor id: 16 random bytes, as Automerge makes them.
pub const ACTOR_BYTES: usize = 16;

/// Operation counters stay below this. Automerge keeps them in 32 bits and its own arithmetic on them
/// panics near the end.
pub const OP_COUNTER_MAX: u64 = (1 << 31) - 1;

/// Times stay within ±2^53 ms, the whole numbers of a browser; Automerge subtracts times, and differences of
/// wilder ones overflow.
pub const TIME_MS_MAX: i64 = 1 << 53;

/// Largest document chunk, as stored and again inflated. A household with 365 visits takes 43 kB.
pub const DOCUMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Most operations in a document: six years of daily visits to one household, at ten fields each. A saved
/// document can be a thousand times smaller than what it is loaded to, at 390 bytes of memory for an operation,
/// so this and [`DOCUMENT_CHANGES_MAX`], not the size of the bytes, keep loading below 16 MiB.
pub const DOCUMENT_OPS_MAX: u64 = 24_000;

/// Most changes in a document: one a day for twenty years. Each takes 630 bytes of memory while loading.
pub const DOCUMENT_CHANGES_MAX: u64 = 8_000;

/// Most dependencies of all changes of a document together. Most changes have one; settling many heads at once
/// takes many, but each of those heads was a change with hardly any.
pub const DOCUMENT_DEPS_MAX: u64 = 4 * DOCUMENT_CHANGES_MAX;

/// Most actors in a document. There is one per launch of the app and document: ten a day for a year.
/// Every new one makes Automerge renumber the document.
pub const DOCUMENT_ACTORS_MAX: u64 = 4096;

/// Processor time that the dearest admissible change or document may cost on an office PC, loaded, applied or read once.
/// What the bounds above let in stays below it; the test that builds the dearest of each kind is
/// `core/tests/gate_time.rs`.
pub const ADMISSIBLE_CPU_MS_MAX: u64 = 100;

/// What a change says about itself, read without Automerge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFacts {
    /// Hash that names the change.
    pub hash: [u8; 32],
    /// Actor that made it, [`ACTOR_BYTES`] long.
    pub actor: Vec<u8>,
    /// Number among the changes of its actor, from 1.
    pub seq: u64,
    /// Counter of its first operation, from 1.
    pub start_op: u64,
    /// Number of operations, at least 1.
    pub ops: u64,
    /// Hashes of the changes it builds on.
    pub deps: Vec<[u8; 32]>,
    /// Time its writer gave it, milliseconds since 1970.
    pub time_ms: i64,
    /// Number of other actors whose values it replaces.
    pub other_actors: usize,
}

/// What bytes begin like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// A chunk that says it is a document.
    Document,
    /// Any other chunk: a change, or what must not pass for one.
    Change,
}

/// What bytes begin like, to know which judge to take them to; `None` when they begin like no chunk at all.
pub fn looks_like(bytes: &[u8]) -> Option<Looks> {
    chunk::type_of(bytes).map(|found| if found == chunk::DOCUMENT { Looks::Document } else { Looks::Change })
}

/// The actor that a change says it is by, read from its beginning alone. Whatever the rest is like, it is the
/// one that [`inspect_change`] would find; `None` only for what that refuses.
pub fn claimed_actor(bytes: &[u8]) -> Option<[u8; ACTOR_BYTES]> {
    change::claimed_actor(bytes)
}

/// Reads one uncompressed change chunk without Automerge.
///
/// What it passes is flat, within every bound of this module and spelled exactly as Automerge spells it.
/// Takes time and memory proportional to the bytes.
///
/// # Errors
/// Whatever is wrong first, in the order of reading.
pub fn inspect_change(bytes: &[u8]) -> Result<ChangeFacts, GateError> {
    change::parse(bytes).map(|parsed| parsed.facts)
}

/// [`inspect_change`], then lets Automerge decode the change, and compares what the two read.
///
/// # Errors
/// As [`inspect_change`]; [`GateError::Library`] or [`GateError::Panicked`] if Automerge disagrees.
pub fn admit_change(bytes: &[u8]) -> Result<(Change, ChangeFacts), GateError> {
    const DURING: &str = "decoding a change";
    let facts = inspect_change(bytes)?;
    let read = guard::guarded(DURING, || Change::try_from(bytes))?;
    let change = read.map_err(|_| GateError::Library { during: DURING })?;
    if agree(&change, &facts) { Ok((change, facts)) } else { Err(GateError::Library { during: DURING }) }
}

/// Whether Automerge has read what the gate has read. No bytes are known of which they think differently; if there are
/// some, this keeps them out.
fn agree(change: &Change, facts: &ChangeFacts) -> bool {
    change.hash().0 == facts.hash
        && change.actor_id().to_bytes() == facts.actor
        && change.seq() == facts.seq
        && change.start_op().get() == facts.start_op
        && change.len() as u64 == facts.ops
        && change.deps().iter().map(|dep| dep.0).eq(facts.deps.iter().copied())
        && change.extra_bytes().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use automerge::transaction::Transactable as _;
    use automerge::{ActorId, AutoCommit, ExpandedChange, ROOT};

    #[test]
    fn whatever_automerge_reads_otherwise_is_kept_out() {
        let mut doc = AutoCommit::new().with_actor(ActorId::from([1; ACTOR_BYTES]));
        doc.put(ROOT, "a", 1).unwrap();
        doc.commit();
        doc.put(ROOT, "a", 2).unwrap();
        let change = doc.get_last_local_change().unwrap();
        let (change, facts) = admit_change(change.raw_bytes()).unwrap();
        let differs = |edit: fn(&mut ChangeFacts)| {
            let mut other = facts.clone();
            edit(&mut other);
            !agree(&change, &other)
        };
        assert!(agree(&change, &facts));
        assert!(differs(|facts| facts.hash[0] ^= 1));
        assert!(differs(|facts| facts.actor[0] ^= 1));
        assert!(differs(|facts| facts.seq += 1));
        assert!(differs(|facts| facts.start_op += 1));
        assert!(differs(|facts| facts.ops += 1));
        assert!(differs(|facts| facts.deps.clear()));
        let with_extra = Change::from(ExpandedChange { extra_bytes: vec![1], ..change.decode() });
        let facts = ChangeFacts { hash: with_extra.hash().0, ..facts.clone() };
        assert!(!agree(&with_extra, &facts));
    }
}
