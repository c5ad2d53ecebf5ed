//! Finding a household by anything a person remembers of it. Pure and in memory; the same on phone and relay.
//!
//! Owns the searchable text of a household ([`SearchText`], one database column) and the index over many of
//! them ([`SearchIndex`]). Knows nothing of documents, databases or who may see whom: the caller only puts in
//! what the person searching may read.
//!
//! How it is fast: a household is a short run of 16-bit glyph codes in one arena. A query term becomes bit
//! masks, one set per distinct character in the index, and then one pass over the arena moves all alignments of
//! the term at once through each field. Pinyin is worked out per distinct character, never stored.

mod digits;
mod glyphs;
mod hit;
mod index;
mod pattern;
mod place;
mod query;
mod readings;
mod record;
mod text;

#[cfg(test)]
mod tests;

pub use hit::{Class, Field, Hit, Match};
pub use index::SearchIndex;
pub use text::SearchText;

/// Longest query that is read; the rest is ignored. Nobody types more, and a term's alignments must fit 64 bits.
pub const QUERY_CHARS_MAX: usize = 60;
/// Most terms of one query; each costs one more pass.
pub const QUERY_TERMS_MAX: usize = 6;
/// Most hits one search returns: more than a screen and small enough to highlight at once.
pub const HITS_MAX: usize = 500;
/// Longest estate name kept, in characters.
pub const ESTATE_CHARS_MAX: usize = 40;
/// Longest building, unit or room kept, in characters.
pub const PART_CHARS_MAX: usize = 16;
/// Longest name kept: names written with 14 and more characters exist (阿卜杜热合曼·买买提).
pub const NAME_CHARS_MAX: usize = 40;
/// Most names of one household: a dormitory, not a home, has more.
pub const NAMES_MAX: usize = 60;
/// Longest phone number kept: 15 digits is the international limit (ITU-T E.164), plus an extension.
pub const PHONE_DIGITS_MAX: usize = 20;
/// Most phone numbers of one household.
pub const PHONES_MAX: usize = 60;
/// Longest tag kept, in characters.
pub const TAG_CHARS_MAX: usize = 24;
/// Most tags of one household.
pub const TAGS_MAX: usize = 40;
/// How much of a note can be found; the note itself is not cut, only what is searched.
pub const NOTE_CHARS_MAX: usize = 200;
