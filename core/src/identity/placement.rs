//! Where a document belongs: the space it was placed in last.
//!
//! The office moves a document by two entries: [`Moved`](super::Payload::Moved) in the log of the space it
//! leaves, [`Placed`](super::Payload::Placed) in the log of the space it comes to. A reader may meet them in
//! any order and some of them never, so each names the document's placement, and the highest one met stands.

use crate::ids::SpaceId;

/// A document's place. The order is that of moves: the higher one is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// How often the document was moved; 0 where it was made.
    pub nth: u32,
    /// The space.
    pub space: SpaceId,
}

impl Placement {
    /// Where a document is made.
    pub fn made_in(space: SpaceId) -> Placement {
        Placement { nth: 0, space }
    }

    /// The next move, to a space.
    pub fn moved_to(self, space: SpaceId) -> Placement {
        Placement { nth: self.nth.saturating_add(1), space }
    }

    /// Whether what the log of `space` says of the document's contents is news to somebody who knows of this
    /// placement. Everything else reaches its space again: the office sees to that.
    pub fn is_in(self, space: SpaceId) -> bool {
        self.space == space
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_move_says_where_a_document_is() {
        let (one, other) = (SpaceId([1; 16]), SpaceId([2; 16]));
        let made = Placement::made_in(one);
        let moved = made.moved_to(other);
        assert!(made.is_in(one) && !made.is_in(other));
        assert!(moved.is_in(other) && !moved.is_in(one));
        assert!(moved > made && moved.moved_to(one) > moved);
    }
}
