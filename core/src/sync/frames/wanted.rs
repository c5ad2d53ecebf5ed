//! How the relay asks for changes that others build on and that it does not have.

use crate::bounded::up_to;
use crate::gate::DEPS_MAX;
use crate::ids::{DocId, Hash, SpaceId};
use minicbor::decode::{self, Decoder};

/// Most changes that one frame asks for: as many as one change can build on.
#[expect(clippy::cast_possible_truncation, reason = "64")]
pub const WANTED_CHANGES_MAX: usize = DEPS_MAX as usize;

/// Changes of one document that the relay lacks. A phone that wrote one of them hands in again what it wrote there,
/// signed anew; whoever did not write them has no answer to give, because an actor belongs to whoever first signs for
/// it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Wanted {
    /// The space of what waits for them.
    #[n(1)]
    pub space: SpaceId,
    /// Their document.
    #[n(2)]
    pub doc: DocId,
    /// Their hashes, at most [`WANTED_CHANGES_MAX`].
    #[cbor(n(3), decode_with = "read_changes")]
    pub changes: Vec<Hash>,
}

fn read_changes<'b, C>(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Vec<Hash>, decode::Error> {
    up_to(decoder, context, WANTED_CHANGES_MAX)
}
