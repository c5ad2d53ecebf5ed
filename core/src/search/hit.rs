//! What a search gives back, and the order of it.
//!
//! Owns scores. Must not know how a match was found.

use std::ops::Range;

/// Mistakes forgiven in one query. Two would find strangers.
const TYPOS_MAX: usize = 1;

/// A household that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<Id> {
    /// The id it was put in with.
    pub id: Id,
    /// Higher is better; only comparable within one search.
    pub score: u32,
    /// What matched, term by term, for highlighting.
    pub matches: Vec<Match>,
}

/// One piece of text that matched a term of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where.
    pub field: Field,
    /// How well.
    pub class: Class,
    /// The whole value of the field, as written.
    pub text: String,
    /// The part of `text` that matched, in bytes.
    pub range: Range<usize>,
}

/// A searchable field of a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Field {
    /// 小区.
    Estate = 0,
    /// 楼栋.
    Building = 1,
    /// 单元.
    Unit = 2,
    /// 室.
    Room = 3,
    /// A resident's name.
    Name = 4,
    /// A phone number, digits only.
    Phone = 5,
    /// A tag such as 独居.
    Tag = 6,
    /// The household's note.
    Note = 7,
}

impl Field {
    pub(super) fn from_code(code: u16) -> Option<Field> {
        use Field::{Building, Estate, Name, Note, Phone, Room, Tag, Unit};
        [Estate, Building, Unit, Room, Name, Phone, Tag, Note].get(usize::from(code)).copied()
    }

    /// Among equal matches, the field people mean more often comes first.
    fn weight(self) -> u32 {
        match self {
            Field::Name => 5,
            Field::Estate | Field::Room => 4,
            Field::Building | Field::Unit => 3,
            Field::Phone => 2,
            Field::Tag => 1,
            Field::Note => 0,
        }
    }
}

/// How well a term matched. Later is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// With one mistake.
    Typo = 1,
    /// Characters that sound the same: 张维 for 张伟.
    Homophone = 2,
    /// Somewhere inside the value.
    Infix = 3,
    /// From the start of the value (for a phone number: its tail, which is what people remember).
    Prefix = 4,
    /// The whole value.
    Exact = 5,
}

/// In which writing a term matched. Later is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Letters, some of them standing for whole syllables: zhangw.
    Mixed = 0,
    /// First letters only: zw.
    Initials = 1,
    /// Pinyin in full: zhangwei.
    Pinyin = 2,
    /// The characters themselves.
    Written = 3,
}

/// How well one term matched one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) class: Class,
    points: u32,
}

impl Rank {
    pub(super) fn new(class: Class, form: Form, field: Field) -> Rank {
        Rank { class, points: class as u32 * 100 + form as u32 * 10 + field.weight() }
    }

    /// Several things that must all match are as good as the worst of them, then as their mean.
    pub(super) fn all(ranks: impl Iterator<Item = Option<Rank>>) -> Option<Rank> {
        let (mut class, mut points, mut count, mut typos) = (Class::Exact, 0, 0, 0);
        for rank in ranks {
            let rank = rank?;
            class = class.min(rank.class);
            points += rank.points;
            count += 1;
            typos += usize::from(rank.class == Class::Typo);
        }
        (count > 0 && typos <= TYPOS_MAX).then(|| Rank { class, points: points / count })
    }

    /// The worst class decides before anything else, so no typo ever comes before a plain match.
    pub(super) fn score(self) -> u32 {
        self.class as u32 * 10_000 + self.points
    }

    /// Takes a little off, to order two readings of the same match.
    pub(super) fn less(self, points: u32) -> Rank {
        Rank { class: self.class, points: self.points.saturating_sub(points) }
    }
}
