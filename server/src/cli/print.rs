//! Results on standard output: JSON for programs, short lines for people.

use serde_json::Value;

/// Prints a list: one object a line, or what `line` makes of each.
pub(crate) fn list(value: &Value, json: bool, line: impl Fn(&Value) -> String) {
    for item in value.as_array().into_iter().flatten() {
        one(item, json, &line);
    }
}

/// Prints one object.
pub(crate) fn one(value: &Value, json: bool, line: impl Fn(&Value) -> String) {
    let text = if json { value.to_string() } else { line(value) };
    // A reader that has gone away (`| head`) ends the output, not the command.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), format!("{text}\n").as_bytes());
}

/// A text field, empty when absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// A number field.
pub(crate) fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or(0)
}

/// The words of a list field.
pub(crate) fn words(value: &Value, key: &str) -> String {
    let items = value.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).collect::<Vec<_>>().join("、")
}
