//! What goes from a household's documents when one person of it must be forgotten, and what stays.
//!
//! The person's own fields go, and every free text that names the person or has the person's telephone number:
//! notes, needs, answers, decisions on conflicts. A text that speaks of somebody without either is not found by
//! this; whoever erases can let all notes of the household go.

pub mod occasions;

use crate::ids::ResidentId;
use crate::kinds::{DocKind, VisitEntry, resident_key};
use crate::record::Value;

/// Shorter names and numbers stand in too many texts by chance.
const NAME_CHARS_MIN: usize = 2;
/// As many digits as the shortest telephone number of a household has.
const PHONE_DIGITS_MIN: usize = 7;

/// A person to be forgotten.
#[derive(Clone, Debug)]
pub struct Person {
    prefix: String,
    marks: Vec<String>,
    notes: bool,
}

impl Person {
    /// A resident with what may stand for them in a text. `notes`: every note goes, whatever it says.
    pub fn new(id: ResidentId, names: &[String], phones: &[String], notes: bool) -> Person {
        let names = names.iter().filter(|name| name.chars().count() >= NAME_CHARS_MIN);
        let phones = phones.iter().filter(|phone| phone.chars().count() >= PHONE_DIGITS_MIN);
        Person { prefix: resident_key(id), marks: names.chain(phones).cloned().collect(), notes }
    }

    /// How the keys of the person's own fields begin.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What stays of a value.
    pub fn keep(&self, kind: DocKind, key: &str, value: &Value) -> Option<Value> {
        if key.starts_with(&self.prefix) {
            return None;
        }
        // What is written of somebody else at home is theirs, also where two share a telephone.
        let of_another = kind == DocKind::Household && key.starts_with("r/");
        match value {
            Value::Text(_) | Value::Bytes(_) if of_another => Some(value.clone()),
            Value::Text(text) => {
                let note = self.notes && (key == "note" || key.ends_with("/note"));
                (!note && !self.speaks_in(text)).then(|| value.clone())
            }
            Value::Bytes(bytes) => {
                if let (DocKind::Visits, Some(entry)) = (kind, VisitEntry::from_value(value)) {
                    return Some(self.visit(entry, value));
                }
                let about = self.marks.iter().chain([&self.prefix]);
                let speaks =
                    about.into_iter().any(|mark| contains(bytes, mark.trim_end_matches('/').as_bytes()));
                (!speaks).then(|| value.clone())
            }
            Value::Null | Value::Bool(_) | Value::Int(_) => Some(value.clone()),
        }
    }

    /// A visit stays; what it says of the person does not.
    fn visit(&self, mut entry: VisitEntry, as_it_was: &Value) -> Value {
        let before = entry.clone();
        entry.note = entry.note.filter(|note| !self.notes && !self.speaks_in(note));
        entry.needs.retain(|need| !self.speaks_in(need));
        entry.answers.retain(|_, answer| !self.speaks_in(answer));
        if entry == before { as_it_was.clone() } else { entry.to_value() }
    }

    fn speaks_in(&self, text: &str) -> bool {
        self.marks.iter().any(|mark| text.contains(mark.as_str()))
    }
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    !mark.is_empty() && bytes.windows(mark.len()).any(|part| part == mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConsentId;
    use crate::kinds::{Consent, Manner, Outcome, Purpose, consent_key};

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn a_person_goes_from_fields_notes_and_visits_and_nobody_else_does() {
        let id = ResidentId([1; 8]);
        let person = Person::new(id, &["王秀英".into(), "王".into()], &["13800000001".into()], false);
        let keep = |kind, key: &str, value: &Value| person.keep(kind, key, value);
        let home = DocKind::Household;
        assert_eq!(keep(home, &format!("r/{id}/name"), &text("王秀英")), None);
        assert_eq!(keep(home, "note", &text("王秀英怕狗")), None);
        assert_eq!(keep(home, "contact_phone", &text("13800000001")), None);
        for (key, value) in [("note", "王家的狗咬人"), ("room", "101"), ("r/0/phone", "13800000001")] {
            assert_eq!(keep(home, key, &text(value)), Some(text(value)), "{key}");
        }
        let (purpose, how) = (Purpose::Publish, Manner::Spoken);
        let (worker, notice, after) = (None, None, Vec::new());
        let said = Consent { at_ms: 1, skew_ms: None, purpose, given: true, how, worker, notice, after };
        let own = consent_key(id, ConsentId([4; 8]));
        assert_eq!(keep(home, &own, &said.to_value()), None, "what she agreed to goes with her");
        let others = consent_key(ResidentId([2; 8]), ConsentId([4; 8]));
        assert_eq!(keep(home, &others, &said.to_value()), Some(said.to_value()));
        let decision = Value::Bytes(format!("..r/{id}/phone..").into_bytes());
        assert_eq!(keep(home, "decisions/1", &decision), None);
        let mut entry = VisitEntry::new(1, Outcome::Done);
        (entry.note, entry.needs) = (Some("王秀英在家".into()), vec!["送药".into()]);
        let kept =
            keep(DocKind::Visits, "v/0", &entry.to_value()).and_then(|kept| VisitEntry::from_value(&kept));
        assert_eq!(kept, Some(VisitEntry { note: None, ..entry.clone() }));
        entry.note = Some("没人".into());
        assert_eq!(keep(DocKind::Visits, "v/0", &entry.to_value()), Some(entry.to_value()));
        let thorough = Person { notes: true, ..person };
        assert_ne!(thorough.keep(DocKind::Visits, "v/0", &entry.to_value()), Some(entry.to_value()));
    }
}
