//! Reading answers, and what two systems must agree on.

use crate::relay::Relay;
use serde_json::Value;

/// Ids of a list.
pub fn ids(list: &[Value]) -> Vec<String> {
    list.iter().map(|item| text(item, "id")).collect()
}

/// A text field, which must be there.
pub fn text(object: &Value, key: &str) -> String {
    object[key].as_str().unwrap_or_else(|| panic!("no text {key:?} in {object}")).to_owned()
}

/// The words of a list field.
pub fn strings(object: &Value, key: &str) -> Vec<String> {
    let items = object[key].as_array().unwrap_or_else(|| panic!("no list {key:?} in {object}"));
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Everything the office would export, without what differs between two runs of the same story: the ids
/// that phones make up, and times.
pub fn plain_state(relay: &Relay) -> Vec<String> {
    relay.settle();
    let mut rows = Vec::new();
    for what in ["households", "residents", "visits"] {
        let file = relay.file(&format!("state-{what}.json"));
        relay.office(&["export", what, "--format", "json", "--out", file.to_str().unwrap_or_default()]);
        let export = std::fs::read_to_string(&file).expect("the export");
        let mut lines: Vec<String> = export.lines().map(|line| format!("{what} {}", plain(line))).collect();
        lines.sort_unstable();
        rows.extend(lines);
    }
    rows
}

fn plain(line: &str) -> Value {
    let mut row: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    let fields = row.as_object_mut().expect("an object a line");
    fields.retain(|key, _| !["id", "at", "received_at", "last_visit_at"].contains(&key.as_str()));
    row
}
