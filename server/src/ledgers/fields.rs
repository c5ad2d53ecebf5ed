//! Which fields a ledger can show, by what its rows are. Taken from the kinds' own descriptions, so that a field
//! added there is here by itself.

use linli_core::kinds::{Household, Outcome, Resident};
use linli_core::record::{FieldSpec, FieldType, Privacy};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use utoipa::ToSchema;

/// What a ledger's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Base {
    /// Households.
    Household,
    /// Residents.
    Resident,
    /// Visits.
    Visit,
}

/// How a field is filtered, sorted and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// Buildings, units, rooms: 2 comes before 10.
    Place,
    /// One of a few words; see its choices.
    Choice,
    /// A whole number.
    Number,
    /// `2026-02-14`, or `1987-03` where only the month is known.
    Date,
    /// A moment, in milliseconds since 1970.
    Time,
    /// Several words.
    Set,
    /// Who signed it: shown, never counted by.
    Person,
}

/// Where a field's values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In this column of the rows' own sheet.
    Own(usize),
    /// In this column of the household's.
    Home(usize),
}

/// A field that a ledger can show.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) kind: Kind,
    pub(crate) choices: &'static [&'static str],
    pub(crate) sensitive: bool,
    pub(crate) purpose: Option<(&'static str, &'static str)>,
    /// Whether rows can be counted by it.
    pub(crate) counted: bool,
    pub(crate) source: Source,
}

/// A column of a sheet: the key under which a record's JSON has it, or one that is worked out.
pub(crate) struct Own {
    pub(crate) key: &'static str,
    zh: &'static str,
    en: &'static str,
    kind: Kind,
    choices: &'static [&'static str],
    sensitive: bool,
    purpose: Option<(&'static str, &'static str)>,
    counted: bool,
}

/// Bookkeeping and hashes are for programs, not for ledgers.
const HIDDEN: [&str; 4] = ["presence", "national_id_hash", "merged_into", "withdrawn"];
/// Each row has its own, so counting by them would only list the rows, and names with them.
const UNCOUNTED: [&str; 5] = ["name", "room", "contact_phone", "phone", "national_id_last4"];
const PLACES: [&str; 3] = ["building", "unit", "room"];
/// Fields that a household's rows and its residents' or visits' rows both have.
const AMBIGUOUS: [(&str, &str, &str); 2] =
    [("tags", "户标签", "Household tags"), ("note", "户备注", "Household note")];

/// What a household is asked for in front of a resident or a visit.
const HOME_PREFIX: &str = "household.";

impl Own {
    /// Whether 2 comes before 10 in it.
    pub(crate) fn by_length(&self) -> bool {
        self.kind == Kind::Place
    }
}

const fn made(key: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Own {
    Own { key, zh, en, kind, choices: &[], sensitive: false, purpose: None, counted: true }
}

fn of_spec(spec: &'static FieldSpec) -> Own {
    let (kind, choices): (Kind, &'static [&'static str]) = match spec.ty {
        _ if PLACES.contains(&spec.key) => (Kind::Place, &[]),
        FieldType::Line | FieldType::Note | FieldType::Phone => (Kind::Text, &[]),
        FieldType::Birth | FieldType::Date => (Kind::Date, &[]),
        FieldType::Choice(words) => (Kind::Choice, words),
        FieldType::Int => (Kind::Number, &[]),
        FieldType::Set => (Kind::Set, &[]),
    };
    Own {
        key: spec.key,
        zh: spec.zh,
        en: spec.en,
        kind,
        choices,
        sensitive: spec.privacy >= Privacy::Sensitive,
        purpose: spec.purpose,
        counted: !UNCOUNTED.contains(&spec.key) && spec.ty != FieldType::Note && spec.ty != FieldType::Birth,
    }
}

fn of_specs(specs: &'static [FieldSpec]) -> impl Iterator<Item = Own> {
    specs.iter().filter(|spec| !HIDDEN.contains(&spec.key)).map(of_spec)
}

/// Columns of the households' sheet.
pub(crate) static HOUSEHOLD: LazyLock<Vec<Own>> = LazyLock::new(|| {
    let address = Own { counted: false, ..made("address", "地址", "Address", Kind::Text) };
    let more = [
        made("residents", "人数", "Residents", Kind::Number),
        made("visits", "走访次数", "Visits", Kind::Number),
        made("last_visit_at", "最近走访", "Last visit", Kind::Time),
        Own {
            choices: &Outcome::WORDS, ..made("last_outcome", "最近结果", "Last outcome", Kind::Choice)
        },
        made("open_conflicts", "待定冲突", "Open conflicts", Kind::Number),
    ];
    std::iter::once(address).chain(of_specs(Household::SPEC.fields)).chain(more).collect()
});

/// Columns of the residents' sheet.
pub(crate) static RESIDENT: LazyLock<Vec<Own>> = LazyLock::new(|| of_specs(Resident::SPEC.fields).collect());

/// Columns of the visits' sheet.
pub(crate) static VISIT: LazyLock<Vec<Own>> = LazyLock::new(|| {
    let uncounted = |own| Own { counted: false, ..own };
    vec![
        made("at", "走访时间(手机)", "Visited (phone clock)", Kind::Time),
        made("received_at", "收到时间(服务器)", "Received (relay clock)", Kind::Time),
        Own { choices: &Outcome::WORDS, ..made("outcome", "结果", "Outcome", Kind::Choice) },
        made("period", "期间", "Period", Kind::Text),
        made("campaign", "排查", "Canvass", Kind::Text),
        made("needs", "需求", "Needs", Kind::Set),
        made("at_home", "在家人数", "At home", Kind::Number),
        uncounted(made("author", "走访人", "Visitor", Kind::Person)),
        Own { sensitive: true, ..uncounted(made("note", "备注", "Note", Kind::Text)) },
        Own { sensitive: true, ..made("temperature", "体温", "Temperature", Kind::Text) },
    ]
});

static OF_HOUSEHOLD: LazyLock<Vec<Field>> = LazyLock::new(|| own(&HOUSEHOLD).collect());
static OF_RESIDENT: LazyLock<Vec<Field>> = LazyLock::new(|| own(&RESIDENT).chain(home()).collect());
static OF_VISIT: LazyLock<Vec<Field>> = LazyLock::new(|| own(&VISIT).chain(home()).collect());

fn own(columns: &'static [Own]) -> impl Iterator<Item = Field> {
    columns.iter().enumerate().map(|(at, own)| field(own.key.to_owned(), own, Source::Own(at)))
}

fn home() -> impl Iterator<Item = Field> {
    HOUSEHOLD.iter().enumerate().map(|(at, own)| {
        let mut field = field(format!("{HOME_PREFIX}{}", own.key), own, Source::Home(at));
        if let Some((_, zh, en)) = AMBIGUOUS.iter().find(|(key, _, _)| *key == own.key) {
            (field.zh, field.en) = (zh, en);
        }
        field
    })
}

fn field(key: String, own: &'static Own, source: Source) -> Field {
    Field {
        key,
        zh: own.zh,
        en: own.en,
        kind: own.kind,
        choices: own.choices,
        sensitive: own.sensitive,
        purpose: own.purpose,
        counted: own.counted,
        source,
    }
}

/// Every field of a base, in the order of forms.
pub(crate) fn fields(base: Base) -> &'static [Field] {
    match base {
        Base::Household => &OF_HOUSEHOLD,
        Base::Resident => &OF_RESIDENT,
        Base::Visit => &OF_VISIT,
    }
}

/// The field with this key.
pub(crate) fn find(base: Base, key: &str) -> Option<&'static Field> {
    fields(base).iter().find(|field| field.key == key)
}

/// How people say a choice.
pub(crate) fn choice(word: &str) -> (&'static str, &'static str) {
    match (word, Outcome::from_word(word)) {
        ("male", _) => ("男", "Male"),
        ("female", _) => ("女", "Female"),
        (_, Some(outcome)) => {
            let en = match outcome {
                Outcome::Done => "Done",
                Outcome::NoAnswer => "No answer",
                Outcome::Moved => "Moved away",
                Outcome::Refused => "Refused",
                Outcome::Revisit => "Come again",
            };
            (outcome.zh(), en)
        }
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_of_the_kinds_is_there_once_and_labelled() {
        for base in [Base::Household, Base::Resident, Base::Visit] {
            let keys: BTreeSet<&str> = fields(base).iter().map(|field| field.key.as_str()).collect();
            assert_eq!(keys.len(), fields(base).len());
            let zh: BTreeSet<&str> = fields(base).iter().map(|field| field.zh).collect();
            assert_eq!(zh.len(), keys.len(), "two fields of {base:?} have the same heading");
            for field in fields(base) {
                assert!(!field.en.is_empty(), "{}", field.key);
                assert!(field.choices.iter().all(|word| !choice(word).0.is_empty()), "{}", field.key);
            }
        }
        assert!(find(Base::Resident, "travel_place").is_some_and(|field| field.sensitive));
        assert!(find(Base::Resident, "household.grid").is_some_and(|field| field.counted));
        assert!(find(Base::Resident, "name").is_some_and(|field| !field.counted));
        assert!(find(Base::Resident, "presence").is_none());
    }
}
