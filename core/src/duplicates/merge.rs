//! Planning a merge, taking it back, and letting late edits follow. Gives changes; makes none.

use crate::ids::{DecisionId, HouseholdId};
use crate::kinds::{self, ApartNote, MergeNote, Replaced, consents_of_twin};
use crate::record::{Fields, Put, Value};
use crate::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// Changes to one household's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeChange {
    /// Whose document.
    pub household: HouseholdId,
    /// What to put.
    pub puts: Vec<Put>,
}

/// Keys that say where a home is or what it became are not taken over by the survivor.
const STAYS: [&str; 7] = ["grid", "estate", "building", "unit", "room", "merged_into", "withdrawn"];

fn is_taken_over(key: &str) -> bool {
    let notes = ["decisions/", "merges/", "followed/", ApartNote::PREFIX];
    !STAYS.contains(&key) && !notes.iter().any(|prefix| key.starts_with(prefix))
}

/// Whose value of a field the merged household has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The household that stays.
    A,
    /// The household that becomes a part of it.
    B,
}

/// What a person chose, by the survivor's key.
pub type Choices = BTreeMap<String, Side>;

/// A choice that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing to choose for the field {0:?}: give fields in which the two households differ")]
pub struct ChoiceError(pub String);

impl crate::error::Coded for ChoiceError {
    fn code(&self) -> &'static str {
        "merge.no_choice"
    }
    fn zh(&self) -> String {
        format!("字段“{}”没有可选的:只能选两户不同的字段", self.0)
    }
}

/// Fields of the household itself that a person may choose: texts that one household has one of.
const CHOSEN: [&str; 6] = ["estate", "building", "unit", "room", "contact_phone", "note"];
/// The same of a resident that both have.
const CHOSEN_OF_RESIDENT: [&str; 5] = ["name", "relation", "gender", "birth", "phone"];

/// A field in which two households differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The survivor's key: `contact_phone`, `r/<resident>/phone`.
    pub key: String,
    /// The other household's key, which for residents names its own resident.
    pub other: String,
    /// The survivor's value.
    pub a: Option<Value>,
    /// The other's.
    pub b: Option<Value>,
    /// Which one the merged household has unless somebody chooses.
    pub kept: Side,
}

/// Every field that a person may choose, where the two differ: of the household, then of each resident that
/// both have.
pub fn differences(survivor: &Fields, absorbed: &Fields) -> Vec<Difference> {
    let of_household = CHOSEN.iter().map(|key| ((*key).to_owned(), (*key).to_owned()));
    let twins = twins(survivor, absorbed);
    let of_residents = twins.iter().flat_map(|(own, other)| {
        CHOSEN_OF_RESIDENT.iter().map(move |field| (format!("{own}{field}"), format!("{other}{field}")))
    });
    let value = |fields: &Fields, key: &str| fields.get(key).filter(|value| **value != Value::Null).cloned();
    of_household
        .chain(of_residents)
        .filter_map(|(key, other)| {
            let (a, b) = (value(survivor, &key), value(absorbed, &other));
            let fills = a.is_none() && key == other && is_taken_over(&key);
            let kept = if fills { Side::B } else { Side::A };
            (a != b).then_some(Difference { key, other, a, b, kept })
        })
        .collect()
}

/// Residents whom both households have: key prefixes in the survivor and in the other.
pub fn twins(survivor: &Fields, absorbed: &Fields) -> Vec<(String, String)> {
    let of_absorbed = people(absorbed);
    let other = |who: &(String, String)| of_absorbed.iter().find(|(_, other)| other == who);
    people(survivor).iter().filter_map(|(own, who)| Some((own.clone(), other(who)?.0.clone()))).collect()
}

/// What the survivor's fields become by choice, beside what a merge takes over by itself.
fn chosen(survivor: &Fields, absorbed: &Fields, choices: &Choices) -> Result<Vec<Replaced>, ChoiceError> {
    let differences = differences(survivor, absorbed);
    let mut replaced = Vec::new();
    for (key, side) in choices {
        let found = differences.iter().find(|difference| difference.key == *key);
        let Difference { a, b, kept, .. } =
            found.ok_or_else(|| ChoiceError(key.chars().take(60).collect()))?;
        let text = |value: &Option<Value>| value.as_ref().map(Value::show);
        match (side, kept) {
            (Side::B, Side::A) => {
                replaced.push(Replaced {
                    key: key.clone(),
                    was: text(a),
                    became: text(b).unwrap_or_default(),
                });
            }
            // Keeping the survivor's empty field empty although the other one's would fill it.
            (Side::A, Side::B) => {
                replaced.push(Replaced { key: key.clone(), was: text(a), became: String::new() });
            }
            (Side::A, Side::A) | (Side::B, Side::B) => {}
        }
    }
    Ok(replaced)
}

/// Who merges, and why.
#[derive(Clone, Debug)]
pub struct MergeWord<'a> {
    /// In the admin's words.
    pub reason: &'a str,
    /// The account, by its id.
    pub by: Option<&'a str>,
    /// When, by the relay's clock.
    pub at_ms: TimeMs,
}

/// The changes that make `absorbed` a part of `survivor`: empty fields are filled, tags joined, people
/// taken over unless somebody of the same name and birth is there; where a person chose, that value stands.
///
/// # Errors
/// [`ChoiceError`] for a choice where there is none.
pub fn plan_merge(
    id: DecisionId,
    survivor: (HouseholdId, &Fields),
    absorbed: (HouseholdId, &Fields),
    choices: &Choices,
    word: &MergeWord<'_>,
) -> Result<[MergeChange; 2], ChoiceError> {
    let MergeWord { reason, by, at_ms } = *word;
    let replaced = chosen(survivor.1, absorbed.1, choices)?;
    let is_chosen = |key: &str| replaced.iter().any(|one| one.key == key);
    let mut puts: Vec<Put> = absorbed
        .1
        .iter()
        .filter(|(key, value)| is_taken_over(key) && resident_prefix(key).is_none() && **value != Value::Null)
        .filter(|(key, _)| is_free(survivor.1, key) && !is_chosen(key))
        .map(|(key, value)| Put { key: key.clone(), value: Some(value.clone()) })
        .collect();
    let known: BTreeSet<_> = people(survivor.1).into_iter().map(|(_, who)| who).collect();
    let newcomers = people(absorbed.1).into_iter().filter(|(_, who)| !known.contains(who));
    puts.extend(newcomers.flat_map(|(prefix, _)| take_person(&prefix, survivor.1, absorbed.1, at_ms)));
    let taken = puts.iter().filter_map(|put| Some((put.key.clone(), put.value.as_ref()?.show())));
    let taken = taken.collect();
    // Not among what is taken back with the merge: what somebody said stays said.
    let twins = twins(survivor.1, absorbed.1);
    puts.extend(twins.iter().flat_map(|(own, other)| consents_of_twin(absorbed.1, other, own)));
    puts.extend(replaced.iter().map(|one| Put { key: one.key.clone(), value: Some(text(&one.became)) }));
    let (by, replaced) = (by.map(str::to_owned), (!replaced.is_empty()).then_some(replaced));
    let note = MergeNote { absorbed: absorbed.0, reason: reason.into(), at_ms, taken, replaced, by };
    puts.retain(|put| survivor.1.get(&put.key) != put.value.as_ref());
    puts.push(Put::set(MergeNote::key_of(id), note.to_value()));
    let points = vec![Put::set("merged_into", survivor.0.to_string())];
    Ok([MergeChange { household: survivor.0, puts }, MergeChange { household: absorbed.0, puts: points }])
}

/// A chosen text; an empty one clears the field.
fn text(value: &str) -> Value {
    if value.is_empty() { Value::Null } else { Value::from(value) }
}

/// Everything of a person, also of one who was here during an earlier merge that was taken back: what the
/// survivor still has of them is marked as removed and out of date.
fn take_person(prefix: &str, survivor: &Fields, absorbed: &Fields, at_ms: TimeMs) -> Vec<Put> {
    let presence = format!("{prefix}presence");
    let mut puts: Vec<Put> = under(absorbed, prefix)
        .filter(|(_, value)| **value != Value::Null)
        .map(|(key, value)| Put { key: key.clone(), value: Some(value.clone()) })
        .collect();
    let was_here = survivor.get(&presence).and_then(Value::as_text) == Some("removed");
    if was_here && !absorbed.contains_key(&presence) {
        puts.push(Put { key: presence, value: Some(Value::Int(at_ms)) });
    }
    let outdated = under(survivor, prefix).filter(|(key, _)| !puts.iter().any(|put| put.key == **key));
    let outdated: Vec<Put> = outdated.map(|(key, _)| Put::delete(key.clone())).collect();
    puts.extend(outdated);
    puts
}

/// The changes that take a merge back. What was taken over and not edited since leaves the survivor;
/// what became of people since goes back to the absorbed household with them.
pub fn plan_unmerge(
    id: DecisionId,
    note: &MergeNote,
    survivor: (HouseholdId, &Fields),
    absorbed: (HouseholdId, &Fields),
) -> [MergeChange; 2] {
    let mut leave = vec![Put { key: MergeNote::undone_key_of(id), value: Some(Value::Bool(true)) }];
    let mut back = vec![Put { key: "merged_into".into(), value: None }];
    let taken: BTreeMap<&str, &str> = note.taken.iter().map(|(key, value)| (&**key, &**value)).collect();
    // A chosen field goes back to what it was, unless somebody edited it since.
    let is_untouched =
        |one: &&Replaced| survivor.1.get(&one.key).map_or("".into(), Value::show) == one.became;
    leave.extend(note.replaced.iter().flatten().filter(is_untouched).map(|one| match &one.was {
        Some(was) => Put::set(one.key.clone(), was.clone()),
        None => Put::delete(one.key.clone()),
    }));
    let mut residents = BTreeSet::new();
    for (key, value) in &taken {
        match resident_prefix(key) {
            Some(prefix) => drop(residents.insert(prefix)),
            // An edited field of the household itself stays: the edit was made for the survivor.
            None if survivor.1.get(*key).is_some_and(|now| now.show() != **value) => {}
            None => leave.push(Put::delete(*key)),
        }
    }
    for prefix in residents {
        let edited = under(survivor.1, &prefix)
            .filter(|(key, now)| taken.get(key.as_str()).is_none_or(|value| *value != now.show()))
            .filter(|(key, now)| absorbed.1.get(*key) != Some(*now));
        back.extend(edited.map(|(key, now)| Put { key: key.clone(), value: Some(now.clone()) }));
        let cleared = taken.keys().filter(|key| key.starts_with(&prefix) && !survivor.1.contains_key(**key));
        let cleared = cleared.filter(|key| absorbed.1.contains_key(**key));
        back.extend(cleared.map(|key| Put::delete(*key)));
        leave.push(Put::set(format!("{prefix}presence"), "removed"));
    }
    [MergeChange { household: survivor.0, puts: leave }, MergeChange { household: absorbed.0, puts: back }]
}

/// What an edit made under the absorbed household's id means for its survivor. An edit of a person
/// whom the survivor already had under another id goes to that person.
pub fn follow_late_edit(
    changed: &[(String, Option<Value>)],
    absorbed: &Fields,
    survivor: &Fields,
) -> Vec<Put> {
    let edits = changed.iter().filter(|(key, _)| is_taken_over(key));
    let mut puts: Vec<Put> =
        edits.clone().map(|(key, value)| Put { key: key.clone(), value: value.clone() }).collect();
    let prefixes: BTreeSet<String> = edits.filter_map(|(key, _)| resident_prefix(key)).collect();
    for prefix in prefixes.iter().filter(|prefix| under(survivor, prefix).next().is_none()) {
        match twin_of(prefix, changed, absorbed, survivor) {
            Some(twin) => puts.iter_mut().filter(|put| put.key.starts_with(prefix)).for_each(|put| {
                put.key = put.key.replacen(prefix, &twin, 1);
            }),
            // Somebody the survivor has never heard of arrives whole.
            None => {
                let rest = under(absorbed, prefix).filter(|(key, _)| !changed.iter().any(|c| c.0 == **key));
                puts.extend(rest.map(|(key, value)| Put { key: key.clone(), value: Some(value.clone()) }));
            }
        }
    }
    puts.retain(|put| survivor.get(&put.key) != put.value.as_ref());
    puts
}

/// The same person in the survivor under another id. Where the edit corrects a name or a birth date, the
/// other of the two must match, and nobody else may match it.
fn twin_of(
    prefix: &str,
    changed: &[(String, Option<Value>)],
    absorbed: &Fields,
    survivor: &Fields,
) -> Option<String> {
    let of_absorbed = people(absorbed);
    let (_, (name, birth)) = of_absorbed.iter().find(|(own, _)| own == prefix)?;
    let wrote = |field: &str| changed.iter().any(|(key, _)| *key == format!("{prefix}{field}"));
    let (any_name, any_birth) = (wrote("name") && !birth.is_empty(), wrote("birth"));
    if any_name && any_birth {
        return None;
    }
    let mut matching = people(survivor).into_iter().filter(|(own, (known, born))| {
        (any_name || known == name)
            && (any_birth || born == birth)
            && !of_absorbed.iter().any(|(other, _)| other == own)
    });
    let (twin, _) = matching.next()?;
    matching.next().is_none().then_some(twin)
}

fn under<'a>(fields: &'a Fields, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    fields.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix))
}

fn is_free(survivor: &Fields, key: &str) -> bool {
    survivor.get(key).is_none_or(|value| *value == Value::Null)
}

fn resident_prefix(key: &str) -> Option<String> {
    let id = key.strip_prefix("r/")?.split('/').next()?;
    Some(format!("r/{id}/"))
}

/// Key prefix, and name with birth month, of everyone in a household.
fn people(fields: &Fields) -> Vec<(String, (String, String))> {
    let briefs = kinds::residents(fields).into_iter();
    briefs
        .filter_map(|(id, resident)| {
            let month: String = resident.birth.unwrap_or_default().chars().take(7).collect();
            Some((kinds::resident_key(id), (resident.name?, month)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
    }

    fn apply(to: &mut Fields, change: &MergeChange) {
        for put in &change.puts {
            match &put.value {
                Some(value) => to.insert(put.key.clone(), value.clone()),
                None => to.remove(&put.key),
            };
        }
    }

    #[test]
    fn a_merge_and_its_undoing_leave_both_as_they_were() {
        let (a, b) = (HouseholdId([1; 16]), HouseholdId([2; 16]));
        let id = DecisionId([9; 8]);
        let survivor = fields(&[
            ("room", "501"),
            ("contact_phone", "138"),
            ("r/0000000000002/name", "张伟"),
            ("r/0000000000002/birth", "1987-03-05"),
        ]);
        let absorbed = fields(&[
            ("room", "五零一"),
            ("contact_phone", "139"),
            ("note", "狗"),
            ("r/0000000000004/name", "张伟"),
            ("r/0000000000004/birth", "1987-03"),
            ("r/0000000000006/name", "李娜"),
            ("r/0000000000006/birth", "1990-01-01"),
        ]);
        let word = MergeWord { reason: "同一户", by: None, at_ms: 5 };
        let none = Choices::new();
        let [to_a, to_b] = plan_merge(id, (a, &survivor), (b, &absorbed), &none, &word).unwrap();
        let (mut one, mut two) = (survivor.clone(), absorbed.clone());
        apply(&mut one, &to_a);
        apply(&mut two, &to_b);
        assert_eq!(one.get("note"), Some(&"狗".into()), "an empty field is filled");
        assert_eq!(one.get("contact_phone"), Some(&"138".into()), "a filled one is kept");
        assert_eq!(kinds::residents(&one).len(), 2, "the same person is not taken twice");
        assert_eq!(two.get("merged_into"), Some(&a.to_string().into()));

        let (_, note, _) = MergeNote::read_all(&one).remove(0);
        one.insert("r/0000000000006/phone".into(), "137".into());
        one.insert("r/0000000000006/name".into(), "李娜娜".into());
        let [to_a, to_b] = plan_unmerge(id, &note, (a, &one), (b, &two));
        apply(&mut one, &to_a);
        apply(&mut two, &to_b);
        assert_eq!(one.get("note"), None);
        assert_eq!(kinds::residents(&one).len(), 1);
        assert_eq!(kinds::residents(&two).len(), 2);
        assert_eq!(two.get("r/0000000000006/name"), Some(&"李娜娜".into()), "an edit goes home with her");
        assert_eq!(two.get("merged_into"), None);
    }

    #[test]
    fn a_consent_that_was_taken_back_stays_taken_back_through_a_merge_and_its_undoing() {
        use crate::ids::{ConsentId, ResidentId};
        use crate::kinds::{Consent, Manner, Purpose, consent_key, consents, may_share};
        let (a, b) = (HouseholdId([1; 16]), HouseholdId([2; 16]));
        let (own, other) = (ResidentId([1; 8]), ResidentId([2; 8]));
        let home = |who: ResidentId, given| {
            let (purpose, how) = (Purpose::Publish, Manner::Spoken);
            let (worker, notice, after) = (None, None, Vec::new());
            let said = Consent { at_ms: 1, skew_ms: None, purpose, given, how, worker, notice, after };
            let mut home = fields(&[]);
            home.insert(format!("{}name", kinds::resident_key(who)), "张伟".into());
            home.insert(consent_key(who, ConsentId(who.0)), said.to_value());
            home
        };
        let (survivor, absorbed) = (home(own, true), home(other, false));
        assert!(may_share(&survivor, own, Purpose::Publish));
        let word = MergeWord { reason: "同一户", by: None, at_ms: 5 };
        let id = DecisionId([9; 8]);
        let [to_a, to_b] = plan_merge(id, (a, &survivor), (b, &absorbed), &Choices::new(), &word).unwrap();
        let (mut one, mut two) = (survivor, absorbed);
        apply(&mut one, &to_a);
        apply(&mut two, &to_b);
        assert_eq!(consents(&one, own).len(), 2);
        assert!(!may_share(&one, own, Purpose::Publish), "they are one person, who said no");
        let (_, note, _) = MergeNote::read_all(&one).remove(0);
        let [to_a, _] = plan_unmerge(id, &note, (a, &one), (b, &two));
        apply(&mut one, &to_a);
        assert_eq!(kinds::residents(&one).len(), 1, "nobody leaves with it");
        assert!(!may_share(&one, own, Purpose::Publish));
    }

    #[test]
    fn a_late_edit_follows_but_a_place_does_not() {
        let survivor = fields(&[("contact_phone", "138")]);
        let changed =
            [("contact_phone".to_owned(), Some("139".into())), ("room".to_owned(), Some("502".into()))];
        assert_eq!(follow_late_edit(&changed, &Fields::new(), &survivor), [Put::set("contact_phone", "139")]);
    }
}
