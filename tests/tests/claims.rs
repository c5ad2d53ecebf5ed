//! What the documents on security claim to be shown by a test is shown by one that exists, and no row of their tables
//! is without an answer and a reason.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The documents.
const DOCUMENTS: [&str; 4] = ["SECURITY.md", "docs/asvs.md", "docs/masvs.md", "docs/privacy.md"];
/// Those that answer somebody else's questions, and the answers there are.
const TABLES: [&str; 2] = ["docs/asvs.md", "docs/masvs.md"];
const ANSWERS: [&str; 4] = ["yes", "partly", "no", "n.a."];
/// A name of so many words alone between backticks is a test's.
const WORDS_MIN: usize = 4;
/// Stands for every test of a file, or for the file named before.
const AND_SO_ON: &str = "…";

#[test]
fn every_test_that_is_named_exists() {
    let sources = sources();
    let is_bare = |name: &str| sources.iter().any(|text| has_test(text, name));
    let wrong = |text: &str| -> Vec<String> {
        let mut file = String::new();
        named(text).into_iter().filter(|name| !exists(name, &mut file, &is_bare)).collect()
    };
    let planted = "`gate/nobody_wrote_this`, `core:gate/bombs_do_not_go_off`, `…/nor_this_one_either`, `nowhere/…`, \
                   `no_such_test_is_anywhere`, `console:story-99`, `server/src/lost.rs`, `linli verify`, `__Host-`";
    assert_eq!(wrong(planted).len(), 6, "the rule missed a planted violation: {:?}", wrong(planted));
    for document in DOCUMENTS {
        assert_eq!(wrong(&read(document)), Vec::<String>::new(), "{document} names what is not there");
    }
}

#[test]
fn every_row_has_an_answer_and_a_reason() {
    let wrong = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| line.starts_with('|'));
        let rows = rows.filter(|line| !line.starts_with("|-") && !line.starts_with("|Item|"));
        let good = |line: &str| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
            matches!(cells[..], [item, asks, answer, why]
                if ![item, asks, why].contains(&"") && ANSWERS.contains(&answer))
        };
        rows.filter(|line| !good(line)).map(str::to_owned).collect()
    };
    let planted =
        "|Item|Asks for|Answer|Why|\n|-|-|-|-|\n|1|a|yes|b|\n|2|a|perhaps|b|\n|3|a|no||\n|4|a|no|b|c|\n";
    assert_eq!(wrong(planted).len(), 3, "the rule missed a planted violation");
    for table in TABLES {
        assert_eq!(wrong(&read(table)), Vec::<String>::new(), "{table}");
    }
}

/// What stands between backticks and could be a test, or a file.
fn named(text: &str) -> Vec<String> {
    let words = text.split('`').skip(1).step_by(2).filter(|word| {
        let plain =
            word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-/:.…".contains(c));
        let bare = word.split('_').filter(|part| !part.is_empty()).count() >= WORDS_MIN;
        // An address of the API or of the field app is no file.
        let place = word.contains('/') && !word.starts_with('/');
        plain && (place || bare || word.starts_with("console:"))
    });
    words.map(str::to_owned).collect()
}

/// Whether there is what this names; `file` is the one that was named last.
fn exists(name: &str, file: &mut String, is_bare: &dyn Fn(&str) -> bool) -> bool {
    if let Some(story) = name.strip_prefix("console:") {
        let stories = std::fs::read_dir(root().join("tests/console")).expect("the console's stories");
        let mut names =
            stories.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
        return names.any(|found| found.starts_with(&format!("{story}-")) && found.ends_with(".spec.ts"));
    }
    if root().join(name).exists() {
        return true;
    }
    let Some((place, test)) = name.split_once('/') else { return is_bare(name) };
    if place != AND_SO_ON {
        *file = match place.strip_prefix("core:") {
            Some(of_core) => format!("core/tests/{of_core}.rs"),
            None => format!("tests/tests/{place}.rs"),
        };
    }
    let text = std::fs::read_to_string(root().join(&*file)).unwrap_or_default();
    if test == AND_SO_ON { text.contains("#[test]") } else { has_test(&text, test) }
}

fn has_test(text: &str, name: &str) -> bool {
    let start = format!("fn {name}(");
    // Other attributes may stand between `#[test]` and the function.
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if is_test && line.trim_start_matches("async ").starts_with(&start) {
            return true;
        }
        is_test = line.starts_with('#') && (is_test || line.contains("test]"));
    }
    false
}

/// Every file of Rust that may have tests.
fn sources() -> Vec<String> {
    let mut texts = Vec::new();
    for folder in ["core", "server", "bindings", "tests", "mobile-demo/cli"] {
        collect(&root().join(folder), &mut texts);
    }
    assert!(texts.len() > 100, "only {} files were found", texts.len());
    texts
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    let skipped: BTreeSet<&str> = ["target", "node_modules", "dist", "found", "corpus"].into();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !skipped.contains(name.as_str()) {
            collect(&path, texts);
        } else if name.ends_with(".rs") {
            texts.push(std::fs::read_to_string(&path).expect("a readable file"));
        }
    }
}

fn read(document: &str) -> String {
    std::fs::read_to_string(root().join(document)).expect("a document")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace").to_owned()
}
