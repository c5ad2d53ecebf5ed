//! What changed between two versions of a text, in pieces that can be shown one after the other.

use similar::{Algorithm, ChangeTag, TextDiff};

/// Longer texts are shown as one taken away and one added: comparing costs the product of their lengths at
/// worst. Four times what a directive may hold.
const CHARS_MAX: usize = 8_000;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is in both versions.
    Same,
    /// It is in the newer one only.
    Added,
    /// It is in the older one only.
    Removed,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// The text.
    pub text: String,
}

/// Both versions, cut where they part. By characters: Chinese has no blanks between words.
pub fn difference(old: &str, new: &str) -> Vec<Piece> {
    if [old, new].iter().any(|text| text.chars().count() > CHARS_MAX) {
        let whole = |fate, text: &str| Piece { fate, text: text.to_owned() };
        return vec![whole(Fate::Removed, old), whole(Fate::Added, new)];
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_chars(old, new);
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => Fate::Same,
            ChangeTag::Insert => Fate::Added,
            ChangeTag::Delete => Fate::Removed,
        };
        match pieces.last_mut().filter(|last| last.fate == fate) {
            Some(last) => last.text.push_str(change.value()),
            None => pieces.push(Piece { fate, text: change.value().to_owned() }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fate: Fate, pieces: &[Piece]) -> String {
        pieces.iter().filter(|piece| piece.fate == fate).map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn what_was_taken_away_and_what_was_added_is_told_apart() {
        let pieces = difference("每户限领口罩5只", "每户限领口罩10只,周五前");
        assert_eq!((of(Fate::Removed, &pieces), of(Fate::Added, &pieces)), ("5".into(), "10,周五前".into()));
        assert_eq!(of(Fate::Same, &pieces), "每户限领口罩只");
        assert_eq!(difference("", "").len(), 0);
        assert_eq!(difference("一", "一"), [Piece { fate: Fate::Same, text: "一".into() }]);
        let long = "长".repeat(CHARS_MAX + 1);
        assert_eq!(
            difference(&long, "短").iter().map(|piece| piece.fate).collect::<Vec<_>>(),
            [Fate::Removed, Fate::Added]
        );
    }
}
