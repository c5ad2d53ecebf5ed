//! Planning a merge, taking it back, and letting late edits follow. Gives changes; makes none.

use crate::ids::{DecisionId, HouseholdId};
use crate::kinds::{self, MergeNote};
use crate::record::{Fields, Put, Value};
use crate::time::TimeMs;
use std::collections::BTreeSet;

/// Changes to one household's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeChange {
    /// Whose document.
    pub household: HouseholdId,
    /// What to put.
    pub puts: Vec<Put>,
}

/// Keys that say where a home is or what it became are not taken over by the survivor.
const STAYS: [&str; 6] = ["grid", "estate", "building", "unit", "room", "merged_into"];

fn is_taken_over(key: &str) -> bool {
    !STAYS.contains(&key) && !key.starts_with("decisions/") && !key.starts_with("merges/")
}

/// The changes that make `absorbed` a part of `survivor`: empty fields are filled, tags joined, people
/// taken over unless somebody of the same name and birth is there.
pub fn plan_merge(
    id: DecisionId,
    survivor: (HouseholdId, &Fields),
    absorbed: (HouseholdId, &Fields),
    reason: &str,
    at_ms: TimeMs,
) -> [MergeChange; 2] {
    let known: BTreeSet<_> = people(survivor.1).into_iter().map(|(_, who)| who).collect();
    let doubles: BTreeSet<String> = people(absorbed.1)
        .into_iter()
        .filter(|(_, who)| known.contains(who))
        .map(|(prefix, _)| prefix)
        .collect();
    let is_double = |key: &str| doubles.iter().any(|prefix| key.starts_with(prefix));
    let wanted = absorbed.1.iter().filter(|(key, value)| {
        is_taken_over(key) && **value != Value::Null && !is_double(key) && is_free(survivor.1, key)
    });
    let taken: Vec<(String, Value)> = wanted.map(|(key, value)| (key.clone(), value.clone())).collect();
    let note = MergeNote {
        absorbed: absorbed.0,
        reason: reason.into(),
        at_ms,
        taken: taken.iter().map(|(key, value)| (key.clone(), value.show())).collect(),
    };
    let mut puts: Vec<Put> = taken.into_iter().map(|(key, value)| Put { key, value: Some(value) }).collect();
    puts.push(Put::set(MergeNote::key_of(id), note.to_value()));
    let points = vec![Put::set("merged_into", survivor.0.to_string())];
    [MergeChange { household: survivor.0, puts }, MergeChange { household: absorbed.0, puts: points }]
}

/// The changes that take a merge back. What was taken over and not edited since leaves the survivor;
/// what was edited since goes back to the absorbed household with the edit.
pub fn plan_unmerge(
    id: DecisionId,
    note: &MergeNote,
    survivor: (HouseholdId, &Fields),
    absorbed: (HouseholdId, &Fields),
) -> [MergeChange; 2] {
    let mut leave = vec![Put { key: MergeNote::undone_key_of(id), value: Some(Value::Bool(true)) }];
    let mut back = vec![Put { key: "merged_into".into(), value: None }];
    let mut residents = BTreeSet::new();
    for (key, taken) in &note.taken {
        let now = survivor.1.get(key);
        let edited = now.is_some_and(|value| value.show() != *taken);
        match resident_prefix(key) {
            Some(prefix) => {
                residents.insert(prefix);
                if edited && absorbed.1.get(key) != now {
                    back.push(Put { key: key.clone(), value: now.cloned() });
                }
            }
            // An edited field of the household itself stays: the edit was made for the survivor.
            None if edited => {}
            None => leave.push(Put { key: key.clone(), value: None }),
        }
    }
    leave.extend(residents.into_iter().map(|prefix| Put::set(format!("{prefix}presence"), "removed")));
    [MergeChange { household: survivor.0, puts: leave }, MergeChange { household: absorbed.0, puts: back }]
}

/// What an edit made under the absorbed household's id means for its survivor. An edit of a person
/// whom the survivor already had under another id goes to that person.
pub fn follow_late_edit(
    changed: &[(String, Option<Value>)],
    absorbed: &Fields,
    survivor: &Fields,
) -> Vec<Put> {
    let of_survivor = people(survivor);
    let twins: Vec<(String, String)> = people(absorbed)
        .into_iter()
        .filter_map(|(prefix, who)| {
            let twin = of_survivor.iter().find(|(own, known)| *known == who && *own != prefix)?;
            Some((prefix, twin.0.clone()))
        })
        .collect();
    let follow = |key: &str| match twins.iter().find(|(prefix, _)| key.starts_with(prefix.as_str())) {
        Some((prefix, twin)) => key.replacen(prefix, twin, 1),
        None => key.to_owned(),
    };
    let edits = changed.iter().filter(|(key, _)| is_taken_over(key));
    edits
        .map(|(key, value)| Put { key: follow(key), value: value.clone() })
        .filter(|put| survivor.get(&put.key) != put.value.as_ref())
        .collect()
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
            ("r/0000000000001/name", "张伟"),
            ("r/0000000000001/birth", "1987-03-05"),
        ]);
        let absorbed = fields(&[
            ("room", "五零一"),
            ("contact_phone", "139"),
            ("note", "狗"),
            ("r/0000000000002/name", "张伟"),
            ("r/0000000000002/birth", "1987-03"),
            ("r/0000000000003/name", "李娜"),
            ("r/0000000000003/birth", "1990-01-01"),
        ]);
        let [to_a, to_b] = plan_merge(id, (a, &survivor), (b, &absorbed), "同一户", 5);
        let (mut one, mut two) = (survivor.clone(), absorbed.clone());
        apply(&mut one, &to_a);
        apply(&mut two, &to_b);
        assert_eq!(one.get("note"), Some(&"狗".into()), "an empty field is filled");
        assert_eq!(one.get("contact_phone"), Some(&"138".into()), "a filled one is kept");
        assert_eq!(kinds::residents(&one).len(), 2, "the same person is not taken twice");
        assert_eq!(two.get("merged_into"), Some(&a.to_string().into()));

        let (_, note, _) = MergeNote::read_all(&one).remove(0);
        one.insert("r/0000000000003/phone".into(), "137".into());
        one.insert("r/0000000000003/name".into(), "李娜娜".into());
        let [to_a, to_b] = plan_unmerge(id, &note, (a, &one), (b, &two));
        apply(&mut one, &to_a);
        apply(&mut two, &to_b);
        assert_eq!(one.get("note"), None);
        assert_eq!(kinds::residents(&one).len(), 1);
        assert_eq!(kinds::residents(&two).len(), 2);
        assert_eq!(two.get("r/0000000000003/name"), Some(&"李娜娜".into()), "an edit goes home with her");
        assert_eq!(two.get("merged_into"), None);
    }

    #[test]
    fn a_late_edit_follows_but_a_place_does_not() {
        let survivor = fields(&[("contact_phone", "138")]);
        let changed =
            [("contact_phone".to_owned(), Some("139".into())), ("room".to_owned(), Some("502".into()))];
        assert_eq!(follow_late_edit(&changed, &Fields::new(), &survivor), [Put::set("contact_phone", "139")]);
    }
}
