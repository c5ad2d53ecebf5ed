//! What an entry may be, before its change is looked at.
//!
//! Owns the rules that need neither log nor database, so that whoever judges bytes without a relay judges alike.

use linli_core::error::Coded;
use linli_core::identity::{Entry, Payload};
use linli_core::ids::SpaceId;
use linli_core::kinds::{DocKind, receipts_doc};

/// Why an entry counts for nothing, whatever its change says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Receipts in a document made up for them.
    #[error("receipts belong in one document of the worker's own space")]
    ReceiptsElsewhere,
    /// A phone moves a document.
    #[error("only the office may move a document")]
    Move,
    /// A phone destroys a document.
    #[error("only the office may destroy a document")]
    Forget,
    /// A phone writes what only the office may.
    #[error("only the office may change this kind of document")]
    OfficeKind,
    /// The document began as something else.
    #[error("the document is of another kind")]
    WrongKind,
    /// The document is newer than the entry, or older.
    #[error("the document was erased since")]
    OldGeneration,
}

impl Coded for EntryError {
    fn code(&self) -> &'static str {
        match self {
            EntryError::ReceiptsElsewhere
            | EntryError::Move
            | EntryError::Forget
            | EntryError::OfficeKind => "change.not_allowed",
            EntryError::WrongKind => "change.wrong_kind",
            EntryError::OldGeneration => "change.old_generation",
        }
    }

    fn zh(&self) -> String {
        match self {
            EntryError::ReceiptsElsewhere => "签收回执只能写在该网格员自己的回执文档里",
            EntryError::Move => "只有社区办公室可以移动文档",
            EntryError::Forget => "只有社区办公室可以销毁文档",
            EntryError::OfficeKind => "这类文档只有社区办公室可以修改",
            EntryError::WrongKind => "该文档属于另一种类",
            EntryError::OldGeneration => "该文档此后已被清除",
        }
        .into()
    }
}

/// Whether an entry may be in a batch for this space at all.
///
/// # Errors
/// [`EntryError`].
pub fn check_allowed(entry: &Entry, space: SpaceId, by_office: bool) -> Result<(), EntryError> {
    let moves = matches!(entry.payload, Payload::Moved { .. } | Payload::Placed(_));
    if entry.kind == DocKind::Receipts && entry.doc != receipts_doc(space) {
        Err(EntryError::ReceiptsElsewhere)
    } else if by_office {
        Ok(())
    } else if moves {
        Err(EntryError::Move)
    } else if matches!(entry.payload, Payload::Forget(_)) {
        Err(EntryError::Forget)
    } else if !entry.kind.is_of_phones() {
        Err(EntryError::OfficeKind)
    } else {
        Ok(())
    }
}

/// Whether an entry fits its document, which is of this kind and generation.
///
/// # Errors
/// [`EntryError`].
pub fn check_fits(entry: &Entry, kind: DocKind, generation: u32) -> Result<(), EntryError> {
    if kind != entry.kind {
        Err(EntryError::WrongKind)
    } else if entry.generation != generation {
        Err(EntryError::OldGeneration)
    } else {
        Ok(())
    }
}
