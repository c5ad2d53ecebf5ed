//! Consents (同意) of residents: what may be done with what is known of them, asked one purpose at a time, and taken
//! back as easily (PIPL articles 14 to 16, 23, 25 and 29).
//!
//! Each is an entry of its own, written once under the resident's keys: it goes when the resident is forgotten, and
//! nothing that was said is ever overwritten. An entry names those that it answers to, as its author knew them. What
//! nobody has answered to stands; a wrong clock changes nothing of that. Where entries that stand say different things,
//! two workers asked without knowing of each other, and until one asks again nothing is allowed.

use super::household::resident_key;
use crate::ids::{ConsentId, ResidentId, WorkerId};
use crate::record::{Fields, Put, Value};
use crate::time::TimeMs;
use std::collections::BTreeSet;

/// The words of one list in code, JSON and on the command line, and in Chinese.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $number:literal $word:literal $zh:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, serde::Serialize, serde::Deserialize,
        )]
        #[cbor(index_only)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$one])* #[n($number)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word used on the command line and in JSON.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// How people say it in Chinese.
            pub fn zh(self) -> &'static str {
                match self { $($name::$variant => $zh,)* }
            }

            /// The one with this word.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// What somebody may agree to.
    Purpose {
        /// That their name is put up where everybody reads it (PIPL article 25).
        Publish = 1 "publish" "公开张贴或公布",
        /// That volunteers and other helpers learn of them (PIPL article 23).
        ShareWithVolunteers = 2 "share_with_volunteers" "提供给志愿者",
        /// That they are called.
        ContactByPhone = 3 "contact_by_phone" "电话联系",
    }
}

words! {
    /// How they said it.
    Manner {
        /// Aloud.
        Spoken = 1 "spoken" "口头",
        /// On paper that they signed, where a consent must be a separate one (PIPL article 29).
        Signed = 2 "signed" "书面签字",
    }
}

words! {
    /// What is known of somebody's will.
    Standing {
        /// They agreed.
        Given = 1 "given" "已同意",
        /// They do not agree, or not any more.
        Withdrawn = 2 "withdrawn" "不同意",
        /// Two workers heard different things, and neither knew of the other.
        Disputed = 3 "disputed" "说法不一,请再问一次",
        /// Nobody asked.
        NotAsked = 4 "not_asked" "没有问过",
    }
}

/// What somebody said. Stored once, as CBOR under [`consent_key`]; unknown keys are left alone.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, serde::Serialize)]
#[cbor(map)]
pub struct Consent {
    /// When, by the phone's clock.
    #[n(1)]
    pub at_ms: TimeMs,
    /// What the phone knew of its clock's error.
    #[n(2)]
    pub skew_ms: Option<i64>,
    /// To what.
    #[n(3)]
    pub purpose: Purpose,
    /// Whether they agreed.
    #[n(4)]
    pub given: bool,
    /// How they said it.
    #[n(5)]
    pub how: Manner,
    /// Who asked. Kept here beside the signature, because a merge of two households writes entries again.
    #[n(6)]
    pub worker: Option<WorkerId>,
    /// The version of the privacy notice that was in force on the phone.
    #[n(7)]
    pub notice: Option<i64>,
    /// What stood when they were asked: this takes its place.
    #[n(8)]
    pub after: Vec<ConsentId>,
}

impl Consent {
    /// What a field of a resident is called that holds these.
    pub const FIELD: &'static str = "consents";
    /// Their labels, in Chinese and English.
    pub const LABELS: [&'static str; 2] = ["同意记录", "Consent"];

    /// As stored under [`consent_key`].
    pub fn to_value(&self) -> Value {
        // Encoding into a Vec cannot fail: its error type is uninhabited.
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }

    /// The consent under a key of a household's document, if it holds one.
    pub fn read(key: &str, value: &Value) -> Option<Consent> {
        id_of(key)?;
        match value {
            Value::Bytes(bytes) => minicbor::decode(bytes).ok(),
            _ => None,
        }
    }

    /// The moment by the best clock known.
    pub fn corrected_ms(&self) -> TimeMs {
        self.at_ms.saturating_add(self.skew_ms.unwrap_or(0))
    }
}

/// How the keys of a resident's consents begin.
pub fn consents_prefix(resident: ResidentId) -> String {
    format!("{}{}/", resident_key(resident), Consent::FIELD)
}

/// The key of one consent.
pub fn consent_key(resident: ResidentId, id: ConsentId) -> String {
    format!("{}{id}", consents_prefix(resident))
}

fn id_of(key: &str) -> Option<ConsentId> {
    let mut parts = key.strip_prefix("r/")?.split('/');
    let (_, field, id) = (parts.next()?, parts.next()?, parts.next()?);
    (field == Consent::FIELD && parts.next().is_none()).then(|| id.parse().ok()).flatten()
}

/// Everything that a resident said, oldest first by the best clock known.
pub fn consents(fields: &Fields, resident: ResidentId) -> Vec<(ConsentId, Consent)> {
    let prefix = consents_prefix(resident);
    let keys = fields.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
    let read = |(key, value): (&String, &Value)| Some((id_of(key)?, Consent::read(key, value)?));
    let mut found: Vec<(ConsentId, Consent)> = keys.filter_map(read).collect();
    found.sort_by_key(|(id, one)| (one.corrected_ms(), *id));
    found
}

/// What nobody has answered to, of one purpose.
pub fn standing_consents(said: &[(ConsentId, Consent)], purpose: Purpose) -> Vec<(ConsentId, &Consent)> {
    let of = || said.iter().filter(move |(_, one)| one.purpose == purpose);
    let answered: BTreeSet<ConsentId> = of().flat_map(|(_, one)| &one.after).copied().collect();
    of().filter(|(id, _)| !answered.contains(id)).map(|(id, one)| (*id, one)).collect()
}

/// What is known of somebody's will.
pub fn standing(said: &[(ConsentId, Consent)], purpose: Purpose) -> Standing {
    let stands = standing_consents(said, purpose);
    let given = stands.iter().filter(|(_, one)| one.given).count();
    match given {
        // Entries that name each other in a circle, so that none stands, are nobody's will.
        _ if stands.is_empty() => Standing::NotAsked,
        0 => Standing::Withdrawn,
        _ if given == stands.len() => Standing::Given,
        _ => Standing::Disputed,
    }
}

/// Whether somebody may be named for a purpose: only who has agreed, and has not taken it back. Whatever hands data
/// about people on asks here.
pub fn may_share(fields: &Fields, resident: ResidentId, purpose: Purpose) -> bool {
    standing(&consents(fields, resident), purpose) == Standing::Given
}

/// What somebody said when they were known under another id as well: a merge takes it over, so that no consent that
/// was taken back comes to life again.
pub fn consents_of_twin(absorbed: &Fields, twin: &str, prefix: &str) -> Vec<Put> {
    let from = format!("{twin}{}/", Consent::FIELD);
    let keys = absorbed.range(from.clone()..).take_while(|(key, _)| key.starts_with(&from));
    keys.map(|(key, value)| Put { key: key.replacen(twin, prefix, 1), value: Some(value.clone()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: ResidentId = ResidentId([1; 8]);

    fn said(given: bool, at_ms: i64, after: &[u8]) -> Consent {
        let after = after.iter().map(|byte| ConsentId([*byte; 8])).collect();
        let (purpose, how) = (Purpose::Publish, Manner::Spoken);
        Consent { at_ms, skew_ms: None, purpose, given, how, worker: None, notice: Some(1), after }
    }

    fn fields(said: &[(u8, Consent)]) -> Fields {
        said.iter().map(|(id, one)| (consent_key(WHO, ConsentId([*id; 8])), one.to_value())).collect()
    }

    fn stands(all: &[(u8, Consent)]) -> Standing {
        standing(&consents(&fields(all), WHO), Purpose::Publish)
    }

    #[test]
    fn the_last_answer_counts_whatever_the_clocks_say() {
        assert_eq!(stands(&[]), Standing::NotAsked);
        let (yes, no) = (said(true, 4_000_000_000_000, &[]), said(false, 0, &[1]));
        assert_eq!(stands(&[(1, yes.clone())]), Standing::Given);
        assert_eq!(stands(&[(1, yes.clone()), (2, no.clone())]), Standing::Withdrawn, "a clock of 1970");
        let again = said(true, 5, &[2]);
        assert_eq!(stands(&[(1, yes.clone()), (2, no.clone()), (3, again)]), Standing::Given);
        let unheard = said(true, 9, &[1]);
        let disputed = [(1, yes), (2, no), (3, unheard)];
        assert_eq!(stands(&disputed), Standing::Disputed, "two answered to the first");
        assert!(!may_share(&fields(&disputed), WHO, Purpose::Publish));
        let mut settled = disputed.to_vec();
        settled.push((4, said(true, 10, &[2, 3])));
        assert!(may_share(&fields(&settled), WHO, Purpose::Publish));
        assert!(!may_share(&fields(&settled), WHO, Purpose::ContactByPhone), "one purpose is no other");
        assert!(!may_share(&fields(&settled), ResidentId([2; 8]), Purpose::Publish), "nor somebody else's");
        assert_eq!(
            stands(&[(1, said(true, 1, &[2])), (2, said(true, 1, &[1]))]),
            Standing::NotAsked,
            "a circle"
        );
    }

    #[test]
    fn a_consent_is_read_back_and_nothing_else_is_one() {
        let one = Consent { worker: Some(WorkerId([7; 16])), skew_ms: Some(-3), ..said(true, 5, &[8]) };
        let key = consent_key(WHO, ConsentId([3; 8]));
        assert_eq!(Consent::read(&key, &one.to_value()), Some(one.clone()));
        for key in ["note", "v/0", &format!("{key}/x"), &key.replace(Consent::FIELD, "phone")] {
            assert_eq!(Consent::read(key, &one.to_value()), None, "{key}");
        }
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_word(purpose.word()), Some(*purpose));
        }
        assert_eq!(Manner::from_word("shouted"), None);
    }
}
