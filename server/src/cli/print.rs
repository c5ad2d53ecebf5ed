//! Results on standard output, JSON for programs and short lines for people, and files to hand in.

use super::client::{Failure, pick};
use linli_core::error::Lang;
use serde_json::Value;
use std::path::Path;

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

/// One cell that was not taken: where it stands, what is in it and why.
pub(crate) fn bad_cell_line(row: &Value, cell: &Value, lang: Lang) -> String {
    let (sheet, at, column) = (text(row, "sheet"), number(row, "row"), text(cell, "column"));
    let (header, value) = (text(cell, "header"), text(cell, "value"));
    let why = text(cell, pick(lang, "why_zh", "why_en"));
    let zh = format!("{sheet} 第 {at} 行 {column} 列({header})“{value}”:{why}");
    let en = format!("{sheet} row {at} column {column} ({header}) \"{value}\": {why}");
    pick(lang, zh, en)
}

/// A file to hand to the relay: its name without the folder, and its bytes.
pub(crate) fn read_file(path: &Path, lang: Lang) -> Result<(String, Vec<u8>), Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let zh = format!("读不到文件 {}:{error}", path.display());
        let en = format!("cannot read {}: {error}", path.display());
        Failure::new("import.cannot_read", pick(lang, zh, en))
    })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, bytes))
}
