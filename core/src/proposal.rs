//! What the merge desk marks as its proposal, and which differences are trivial.
//!
//! Pure, and never decides: a proposal is the value that most people would choose, with the reason in a word
//! that the page can say in both languages. A person takes it or not.

use crate::record::{FieldSpec, FieldType, Value};
use crate::time::TimeMs;
use std::collections::BTreeSet;

/// A telephone number without area or country code still says whom one reaches.
const PHONE_DIGITS_MIN: usize = 7;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A spreadsheet somebody imported.
    Roster,
    /// A person: a worker at the door, or the office.
    Person,
}

/// One of the values to choose from.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The value.
    pub value: &'a Value,
    /// When it was written, with the error of the author's clock taken away.
    pub at_ms: TimeMs,
    /// Where it came from.
    pub source: Source,
    /// Who wrote it: the device's id. Two values of one author do not confirm each other.
    pub author: &'a [u8],
}

/// Why a value is proposed. The words are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalReason {
    /// All values say the same; only blanks, punctuation, width or capitals differ.
    OnlyFormatDiffers,
    /// Two or more people wrote it independently, more than wrote any other.
    TwoAgree,
    /// It says everything the others say, and more.
    MoreComplete,
    /// A person wrote it, the others come from a spreadsheet.
    RosterVsPerson,
    /// It was written last.
    Newest,
}

impl ProposalReason {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            ProposalReason::OnlyFormatDiffers => "only_format_differs",
            ProposalReason::TwoAgree => "two_agree",
            ProposalReason::MoreComplete => "more_complete",
            ProposalReason::RosterVsPerson => "roster_vs_person",
            ProposalReason::Newest => "newest",
        }
    }
}

/// A value that most people would choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which candidate.
    pub index: usize,
    /// Why.
    pub reason: ProposalReason,
}

/// The value to propose. `None` when nothing speaks for one rather than another: no field of this version,
/// fewer than two values, or several written in the same moment.
pub fn propose(field: Option<&FieldSpec>, candidates: &[Candidate<'_>]) -> Option<Proposal> {
    let field = field?;
    if candidates.len() < 2 {
        return None;
    }
    let essences: Vec<String> = candidates.iter().map(|one| essence(field, one.value)).collect();
    let among = |keep: &dyn Fn(usize) -> bool, reason| {
        let indexes = (0..candidates.len()).filter(|index| keep(*index));
        newest_of(candidates, indexes).map(|index| Proposal { index, reason })
    };
    if all_equal(&essences) {
        return among(&|_| true, ProposalReason::OnlyFormatDiffers);
    }
    if let Some(agreed) = most_confirmed(&essences, candidates) {
        let says_so = |index: usize| essences.get(index).is_some_and(|essence| *essence == agreed);
        return among(&says_so, ProposalReason::TwoAgree);
    }
    if let Some(index) = most_complete(field, &essences) {
        return Some(Proposal { index, reason: ProposalReason::MoreComplete });
    }
    let by_person = |index: usize| candidates.get(index).is_some_and(|one| one.source == Source::Person);
    let people = (0..candidates.len()).filter(|index| by_person(*index)).count();
    if (1..candidates.len()).contains(&people) {
        return among(&by_person, ProposalReason::RosterVsPerson);
    }
    among(&|_| true, ProposalReason::Newest)
}

/// Whether a person can take the proposal without looking closely: the values differ in form only, or one of
/// them contains all others. Containing counts only where more is surely better (notes, a birth date where
/// another has the month, a number with its area code): room 1501 contains 501 and is another home.
pub fn is_trivial(field: Option<&FieldSpec>, values: &[&Value]) -> bool {
    let Some(field) = field else { return false };
    let essences: Vec<String> = values.iter().map(|value| essence(field, value)).collect();
    values.len() >= 2 && (all_equal(&essences) || most_complete(field, &essences).is_some())
}

/// What a value says, without how it is written.
fn essence(field: &FieldSpec, value: &Value) -> String {
    let text = value.show();
    let narrow = text.chars().map(narrow);
    match field.ty {
        FieldType::Phone => {
            let digits: String = narrow.filter(char::is_ascii_digit).collect();
            // China's own code says nothing within China.
            match digits.strip_prefix("86") {
                Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest.to_owned(),
                _ => digits,
            }
        }
        // A sign may change what a choice or a number is.
        FieldType::Choice(_) | FieldType::Int => text.trim().to_owned(),
        _ => narrow.filter(|ch| ch.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
    }
}

/// Full-width letters, digits and signs as their ordinary forms.
fn narrow(ch: char) -> char {
    match ch {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(ch) - 0xfee0).unwrap_or(ch),
        other => other,
    }
}

/// Equal, and not only because nothing is left of them.
fn all_equal(essences: &[String]) -> bool {
    let mut rest = essences.iter();
    rest.next().is_some_and(|first| !first.is_empty() && rest.all(|other| other == first))
}

/// What at least two authors wrote and no other value has as many authors of.
fn most_confirmed(essences: &[String], candidates: &[Candidate<'_>]) -> Option<String> {
    let kinds: BTreeSet<&String> = essences.iter().collect();
    let authors_of = |wanted: &String| {
        let by = essences.iter().zip(candidates).filter(|(essence, _)| *essence == wanted);
        by.map(|(_, one)| one.author).collect::<BTreeSet<_>>().len()
    };
    let counts: Vec<(usize, &String)> = kinds.into_iter().map(|kind| (authors_of(kind), kind)).collect();
    let most = counts.iter().map(|(count, _)| *count).max().filter(|most| *most >= 2)?;
    let mut winners = counts.iter().filter(|(count, _)| *count == most);
    let (_, winner) = winners.next()?;
    winners.next().is_none().then(|| (*winner).clone())
}

/// The only value that contains every other one.
fn most_complete(field: &FieldSpec, essences: &[String]) -> Option<usize> {
    let longest = essences.iter().map(|essence| essence.chars().count()).max()?;
    let mut candidates = essences.iter().enumerate().filter(|(_, one)| one.chars().count() == longest);
    let (index, whole) = candidates.next()?;
    let distinct = candidates.all(|(_, other)| other == whole) && essences.iter().any(|part| part != whole);
    let complete = essences.iter().all(|part| part == whole || contains(field, whole, part));
    (distinct && complete).then_some(index)
}

fn contains(field: &FieldSpec, whole: &str, part: &str) -> bool {
    match field.ty {
        FieldType::Note => !part.is_empty() && whole.contains(part),
        FieldType::Birth => !part.is_empty() && whole.starts_with(part),
        FieldType::Phone => part.len() >= PHONE_DIGITS_MIN && whole.starts_with('0') && whole.ends_with(part),
        _ => false,
    }
}

/// The latest of some candidates. Values of one moment that differ give none.
fn newest_of(candidates: &[Candidate<'_>], indexes: impl Iterator<Item = usize>) -> Option<usize> {
    let mut dated: Vec<(TimeMs, usize)> =
        indexes.filter_map(|index| Some((candidates.get(index)?.at_ms, index))).collect();
    dated.sort_unstable();
    let (at_ms, index) = dated.pop()?;
    let value = |index: usize| candidates.get(index).map(|one| one.value);
    let rivals = dated.iter().filter(|(rival_at, rival)| *rival_at == at_ms && value(*rival) != value(index));
    (rivals.count() == 0).then_some(index)
}
