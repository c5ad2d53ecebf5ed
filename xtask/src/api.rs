//! Listings of what an app can reach, so that a change of it is seen.
//!
//! `bindings/<language>/api.txt` is kept; each language's step compares it with what was compiled.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Set for the listings of Kotlin and Python, which their own tests compare.
pub(crate) const ACCEPT_VARIABLE: &str = "LINLI_ACCEPT_API";

/// Compares a listing with the kept one, or keeps it.
pub(crate) fn compare(kept: &Path, listing: &str, accept: bool) -> anyhow::Result<()> {
    if accept {
        return std::fs::write(kept, listing).with_context(|| format!("cannot write {}", kept.display()));
    }
    let before = std::fs::read_to_string(kept).unwrap_or_default();
    if before == listing {
        return Ok(());
    }
    bail!(
        "the API is not the one of {}:\n{}\napps that use it may break; if that is meant, run \
         `cargo xtask bindings --accept-api` and commit the listings",
        kept.display(),
        differences(&before, listing)
    )
}

/// Lines that went with a minus, lines that came with a plus, each below its type.
fn differences(before: &str, after: &str) -> String {
    let (before, after) = (with_type(before), with_type(after));
    let mut lines: Vec<(&(String, String), char)> = Vec::new();
    lines.extend(before.iter().filter(|line| !after.contains(line)).map(|line| (line, '-')));
    lines.extend(after.iter().filter(|line| !before.contains(line)).map(|line| (line, '+')));
    lines.sort_by(|a, b| a.0.0.cmp(&b.0.0));
    lines
        .iter()
        .map(|((of, line), sign)| format!("{sign} {of}: {}", line.trim()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Each line with the line that is not indented above it.
fn with_type(listing: &str) -> Vec<(String, String)> {
    let mut of = String::new();
    let mut lines = Vec::new();
    for line in listing.lines() {
        if !line.starts_with(' ') {
            line.clone_into(&mut of);
        }
        lines.push((of.clone(), line.to_owned()));
    }
    lines
}

/// The listing of a Swift module from its symbol graph: types by name, below each its members.
pub(crate) fn of_swift(graph: &str) -> anyhow::Result<String> {
    let graph: Value = serde_json::from_str(graph).context("the symbol graph is not JSON")?;
    let list = |key: &str| graph.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut names = BTreeMap::new();
    let mut lines = BTreeMap::new();
    for symbol in list("symbols") {
        let path: Vec<&str> = symbol
            .get("pathComponents")
            .and_then(Value::as_array)
            .map(|parts| parts.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let Some(name) = path.first().filter(|name| !is_plumbing(name)) else { continue };
        let fragments = symbol.get("declarationFragments").and_then(Value::as_array);
        let spelling =
            |part: &Value| part.get("spelling").and_then(Value::as_str).unwrap_or_default().to_owned();
        let declared: String = fragments.map(|all| all.iter().map(spelling).collect()).unwrap_or_default();
        names.insert(text(symbol, "/identifier/precise"), path.join("."));
        // A type stands before its members, whatever they are called; overloads differ in what is declared.
        let indent = "  ".repeat(path.len() - 1);
        lines.insert((name.to_string(), path.join("."), declared.clone()), format!("{indent}{declared}"));
    }
    for relation in list("relationships").iter().filter(|one| text(one, "/kind") == "conformsTo") {
        let (source, target) = (text(relation, "/source"), text(relation, "/target"));
        let Some(path) = names.get(&source) else { continue };
        let target = names.get(&target).cloned().unwrap_or_else(|| text(relation, "/targetFallback"));
        let indent = "  ".repeat(path.split('.').count());
        let first = path.split('.').next().unwrap_or_default().to_owned();
        // A space sorts before every member's point.
        lines.insert((first, format!("{path} "), target.clone()), format!("{indent}: {target}"));
    }
    Ok(lines.into_values().map(|line| line + "\n").collect())
}

/// What the generator must make public for itself, and no app calls.
fn is_plumbing(name: &str) -> bool {
    ["FfiConverter", "uniffi", "Uniffi", "RustBuffer", "ForeignBytes"]
        .iter()
        .any(|start| name.starts_with(start))
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(declared: &str) -> String {
        let symbol = |id: &str, path: &[&str], declared: &str| {
            serde_json::json!({
                "identifier": {"precise": id},
                "pathComponents": path,
                "declarationFragments": [{"spelling": declared}],
            })
        };
        let symbols = [
            symbol("b", &["Phone", "sync()"], declared),
            symbol("a", &["Phone"], "class Phone"),
            symbol("c", &["FfiConverterTypePhone"], "struct FfiConverterTypePhone"),
        ];
        let sendable = serde_json::json!({
            "kind": "conformsTo", "source": "a", "target": "s", "targetFallback": "Swift.Sendable",
        });
        serde_json::json!({"symbols": symbols, "relationships": [sendable]}).to_string()
    }

    #[test]
    fn a_listing_has_types_members_and_conformances_without_plumbing() -> anyhow::Result<()> {
        let listing = of_swift(&graph("func sync() async throws"))?;
        assert_eq!(listing, "class Phone\n  : Swift.Sendable\n  func sync() async throws\n");
        Ok(())
    }

    #[test]
    fn a_change_is_shown_with_its_type() -> anyhow::Result<()> {
        let (before, after) =
            (of_swift(&graph("func sync() async"))?, of_swift(&graph("func sync() throws"))?);
        let shown = differences(&before, &after);
        assert_eq!(shown, "- class Phone: func sync() async\n+ class Phone: func sync() throws");
        Ok(())
    }
}
