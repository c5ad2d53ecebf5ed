//! Letting a saved document in, and saving one so that it can be let in again.
//!
//! Owns the order of work for document chunks: bounded reading first (`table`), then Automerge with full
//! verification, then the rules of numbering. A saved document here is exactly one document chunk; change
//! chunks behind it are refused, because our stores keep changes in the log and Automerge would load a
//! prefix of a cut-off row of them without a word.

mod table;

use automerge::AutoCommit;

use super::chunk;
use super::guard::guarded;
use super::{DOCUMENT_BYTES_MAX, DocFacts, GateError};

/// Loads a stored or received document.
///
/// The bytes are walked under bounds before Automerge sees them; Automerge then recomputes every hash and
/// compares the heads. Zero bytes are an error, whereas Automerge takes them for an empty document.
///
/// # Errors
/// Whatever is wrong first. The bytes are then of no use: fetch a snapshot again or rebuild from the log.
pub fn admit_document(bytes: &[u8]) -> Result<AutoCommit, GateError> {
    const DURING: &str = "loading a document";
    let expected = inspect_document(bytes)?;
    let loaded = guarded(DURING, || AutoCommit::load(bytes))?;
    let mut doc = loaded.map_err(|_| GateError::Library { during: DURING })?;
    let facts = DocFacts::of(&mut doc)?;
    if facts.heads().copied().eq(expected) { Ok(doc) } else { Err(GateError::Library { during: DURING }) }
}

/// Saves a document, and promises that [`admit_document`] will take the result for as long as its content is
/// bounded the same way.
///
/// # Errors
/// If the document has outgrown the bounds: keep the bytes saved before, and set aside what was applied since.
pub fn seal_document(doc: &mut AutoCommit) -> Result<Vec<u8>, GateError> {
    let bytes = guarded("saving a document", || doc.save())?;
    inspect_document(&bytes)?;
    Ok(bytes)
}

/// The heads that a document's bytes name, ascending: for documents of an own store, which were admitted before.
///
/// # Errors
/// Whatever is wrong first.
pub fn document_heads(bytes: &[u8]) -> Result<Vec<[u8; 32]>, GateError> {
    inspect_document(bytes)
}

/// Reads a document chunk without Automerge; the heads it claims to have, ascending.
fn inspect_document(bytes: &[u8]) -> Result<Vec<[u8; 32]>, GateError> {
    let chunk = chunk::open(bytes, chunk::DOCUMENT, "a document", DOCUMENT_BYTES_MAX)?;
    table::check(chunk.body)
}
