//! What the office's books say at the end of the day, without what differs between two runs: ids and times.

use crate::ledger::{strings, text};
use crate::relay::Relay;
use serde_json::{Map, Value, json};

const EXPECTED: &str = include_str!("../../day/expected.json");

/// The books that every day ends with.
pub fn expected() -> Value {
    serde_json::from_str(EXPECTED).expect("the expected books are JSON")
}

/// Every household in the order of the doors, and every issue.
pub fn books(relay: &Relay) -> Value {
    relay.settle();
    let web = relay.web();
    let list = relay.office(&["households"]);
    let card = |item: &Value| household(&web.get(&format!("/v1/households/{}", text(item, "id"))).json());
    let mut issues: Vec<Value> = relay.office(&["issues"]).iter().map(|one| only(one, &ISSUE)).collect();
    issues.sort_by_key(Value::to_string);
    json!({"households": list.iter().map(card).collect::<Vec<_>>(), "issues": issues})
}

const ISSUE: [&str; 6] = ["category", "state", "address", "place", "text", "reporter"];
const VISIT: [&str; 6] = ["outcome", "at_home", "temperature", "needs", "note", "author"];

fn household(card: &Value) -> Value {
    let mut visits: Vec<Value> = array(card, "visits").iter().map(|visit| only(visit, &VISIT)).collect();
    visits.sort_by_key(Value::to_string);
    let mut residents: Vec<Value> = array(card, "people").iter().map(fields).collect();
    residents.sort_by_key(Value::to_string);
    let mut conflicts: Vec<Value> = array(card, "conflicts").iter().map(conflict).collect();
    conflicts.sort_by_key(Value::to_string);
    let mut card = json!({"address": card["address"], "fields": fields(card), "residents": residents});
    for (key, list) in [("visits", visits), ("conflicts", conflicts)] {
        if !list.is_empty() {
            card[key] = json!(list);
        }
    }
    card
}

/// The fields that say something. Which of several values is shown until somebody chooses depends on ids, so all of
/// them stand there.
fn fields(of: &Value) -> Value {
    let mut said = Map::new();
    for field in array(of, "fields") {
        let mut disputed =
            field["conflict"].as_array().map(|_| strings(field, "conflict")).unwrap_or_default();
        disputed.sort_unstable();
        let value = match (disputed.is_empty(), field["values"].as_array()) {
            (false, _) => json!(disputed),
            (true, Some(words)) => json!(words),
            (true, None) => field["value"].clone(),
        };
        if value != "" {
            said.insert(text(field, "field"), value);
        }
    }
    Value::Object(said)
}

fn conflict(of: &Value) -> Value {
    let mut values: Vec<Value> = array(of, "values").iter().map(value_of).collect();
    values.sort_by_key(Value::to_string);
    let mut plain = only(of, &["resident", "field", "status"]);
    plain["values"] = json!(values);
    plain
}

/// When somebody last said that a resident is there is a number: a time.
fn value_of(version: &Value) -> Value {
    only(version, if version["value"].is_number() { &["author"] } else { &["value", "author"] })
}

fn only(of: &Value, keys: &[&str]) -> Value {
    let found = keys.iter().filter_map(|key| Some(((*key).to_owned(), of.get(*key)?.clone())));
    Value::Object(found.filter(|(_, value)| !value.is_null()).collect())
}

fn array<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map_or(&[], Vec::as_slice)
}

/// What differs, door by door.
pub(super) fn differences(found: &Value, expected: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    for part in ["households", "issues"] {
        let (ours, theirs) = (array(found, part), array(expected, part));
        let name = |one: &Value| (one["address"].clone(), one["text"].clone());
        for one in ours.iter().filter(|one| !theirs.contains(one)) {
            let kept = theirs.iter().find(|kept| name(kept) == name(one)).unwrap_or(&Value::Null);
            differences.push(format!("the office has {one}, expected was {kept}"));
        }
        let lost = theirs.iter().filter(|kept| !ours.iter().any(|one| name(one) == name(kept)));
        differences.extend(lost.map(|kept| format!("the office lacks {kept}")));
        if ours.len() != theirs.len() {
            differences.push(format!("{} {part}, expected were {}", ours.len(), theirs.len()));
        }
    }
    differences
}
