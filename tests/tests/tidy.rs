//! Tidiness that no compiler checks: who may depend on whom, what a file may hold, what the documents claim.
//!
//! A rule is a function from a file's path and text to what is wrong with it. Every rule is first shown a
//! planted violation: a rule that finds nothing there would find nothing anywhere.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file with its path from the root, `/` between parts.
struct File {
    path: String,
    text: String,
}

/// What is wrong with a file; nothing when it is tidy.
type Rule = fn(path: &str, text: &str) -> Option<String>;

/// More lines than this have more than one subject.
const LINES_MAX: usize = 500;

/// The documents that people read first.
const DOCUMENTS: [&str; 4] = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// Who may depend on whom. The whole-system tests may depend on all and are not listed.
const MAY_DEPEND: [(&str, &[&str]); 13] = [
    ("linli-core", &[]),
    ("linli-arguments", &["linli-core"]),
    ("linli-roster", &["linli-core"]),
    ("linli-lock", &[]),
    ("linli-storage", &["linli-core", "linli-lock"]),
    ("linli-server", &["linli-arguments", "linli-core", "linli-roster", "linli-storage"]),
    ("linli-engine", &["linli-core", "linli-lock"]),
    ("linli-mobile", &["linli-core", "linli-engine"]),
    ("linli-web", &["linli-core", "linli-engine"]),
    ("linli-bindgen", &[]),
    ("linli-webgen", &[]),
    ("linli-phone", &["linli-arguments", "linli-core", "linli-engine"]),
    ("xtask", &[]),
];

/// What the core may name as a dependency: formats, codes and Automerge. Nothing that waits, tells the time,
/// draws lots, opens a socket or a file, or speaks to a foreign language. Tests of the core may draw lots.
const CORE_MAY_USE: [&str; 11] = [
    "automerge",
    "ed25519-dalek",
    "flate2",
    "minicbor",
    "p256",
    "pinyin",
    "serde",
    "serde_json",
    "sha2",
    "similar",
    "thiserror",
];

/// What must not come into the core through somebody else either.
const NEVER_BELOW_CORE: [&str; 12] = [
    "async-std",
    "chrono",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "openssl-sys",
    "reqwest",
    "socket2",
    "sqlx-core",
    "tokio",
    "uniffi",
    "zstd-sys",
];

#[test]
fn files_are_short() {
    let rule: Rule = |path, text| {
        let lines = text.lines().count();
        (path.ends_with(".rs") && lines > LINES_MAX)
            .then(|| format!("{lines} lines; the bound is {LINES_MAX}"))
    };
    planted(rule, "core/src/a.rs", &"x\n".repeat(LINES_MAX + 1));
    holds_everywhere(rule);
}

#[test]
fn modules_are_named_by_their_file() {
    let rule: Rule = |path, _| {
        path.ends_with("/mod.rs").then(|| "name the file after what is in it: foo.rs beside foo/".to_owned())
    };
    planted(rule, "core/src/doc/mod.rs", "");
    holds_everywhere(rule);
}

#[test]
fn nothing_is_left_unfinished() {
    // In pieces, so that this file does not break its own rule.
    const MARKERS: [&str; 7] = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
    ];
    let rule: Rule = |_, text| first_line(text, |line| MARKERS.iter().any(|marker| has_word(line, marker)));
    for marker in MARKERS {
        planted(rule, "core/src/a.rs", &format!("fn a() {{\n    // {marker} later\n}}\n"));
    }
    holds_everywhere(rule);
}

#[test]
fn no_test_is_skipped() {
    let rule: Rule = |path, text| {
        let skipped = |line: &str| line.trim_start().starts_with(concat!("#[ign", "ore"));
        path.ends_with(".rs").then(|| first_line(text, skipped)).flatten()
    };
    planted(rule, "core/src/a.rs", concat!("#[test]\n#[ign", "ore = \"slow\"]\nfn a() {}\n"));
    holds_everywhere(rule);
}

#[test]
fn tests_wait_for_something_not_for_time() {
    const SLEEPS: [&str; 2] = [concat!("thread::sl", "eep"), concat!("time::sl", "eep")];
    let rule: Rule = |path, text| {
        let tests = test_part(path, text)?;
        first_line(tests, |line| SLEEPS.iter().any(|sleep| line.contains(sleep)))
    };
    for sleep in SLEEPS {
        planted(rule, "tests/tests/a.rs", &format!("fn a() {{ {sleep}(SECOND) }}"));
        planted(rule, "core/src/doc/tests.rs", &format!("fn a() {{ {sleep}(SECOND) }}"));
        planted(rule, "server/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ fn a() {{ {sleep}(S) }} }}"));
    }
    let in_program = format!("async fn pause() {{ {}(PAUSE).await }}", SLEEPS[1]);
    assert_eq!(rule("bindings/engine/src/sync.rs", &in_program), None, "programs may pause");
    holds_everywhere(rule);
}

#[test]
fn only_documents_and_the_gate_know_automerge() {
    const NAME: &str = concat!("automerge", "::");
    let rule: Rule = |path, text| {
        // Tests of the core forge bytes that our own writers never make.
        let knows = ["core/src/doc", "core/src/gate", "core/tests/", "core/examples/"];
        let outside = path.ends_with(".rs") && !knows.iter().any(|start| path.starts_with(start));
        outside.then(|| first_line(text, |line| line.contains(NAME))).flatten()
    };
    planted(rule, "core/src/kinds/visit.rs", &format!("use {NAME}AutoCommit;"));
    planted(rule, "server/src/state.rs", &format!("use {NAME}AutoCommit;"));
    holds_everywhere(rule);
}

#[test]
fn the_core_reaches_for_nothing() {
    const OUTSIDE: [&str; 8] = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::time::",
        "async fn",
        ".await",
    ];
    let rule: Rule = |path, text| {
        let inside = path.starts_with("core/src/");
        inside.then(|| first_line(text, |line| OUTSIDE.iter().any(|name| line.contains(name)))).flatten()
    };
    for name in OUTSIDE {
        planted(rule, "core/src/doc.rs", &format!("fn a() {{ {name} }}"));
    }
    holds_everywhere(rule);
}

#[test]
fn no_file_names_somebodys_machine() {
    const PLACES: [&str; 5] = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Use", "rs/"),
        concat!("/wo", "rk/"),
        concat!("/tm", "p/"),
    ];
    let rule: Rule = |_, text| {
        // A place on a machine starts a word; `core/` before it makes it a folder of ours.
        let goes_on = |before: char| before.is_alphanumeric() || "._-~*}".contains(before);
        let named =
            |line: &str, place: &str| line.match_indices(place).any(|(at, _)| !line[..at].ends_with(goes_on));
        first_line(text, |line| PLACES.iter().any(|place| named(line, place)))
    };
    for place in PLACES {
        planted(rule, "README.md", &format!("see `{place}wang/linli`"));
    }
    holds_everywhere(rule);
}

#[test]
fn documents_name_files_that_exist() {
    let rule: Rule = |path, text| {
        if !DOCUMENTS.contains(&path) {
            return None;
        }
        let missing: Vec<String> =
            named_paths(text).into_iter().filter(|named| !root().join(named).exists()).collect();
        (!missing.is_empty()).then(|| format!("does not exist: {}", missing.join(", ")))
    };
    planted(rule, "README.md", "the log is in `server/storage/src/lag.rs`");
    planted(rule, "README.md", "see [the code map](ARCHITECTURES.md#invariants)");
    assert_eq!(rule("README.md", "keys `r/<id>/name`, route `/v1/status`, `linli serve`"), None);
    for document in DOCUMENTS {
        assert!(root().join(document).exists(), "{document} is missing");
    }
    holds_everywhere(rule);
}

#[test]
fn both_readmes_show_the_same_commands() {
    let differ = |a: &str, b: &str| {
        let (a, b) = (commands(a), commands(b));
        a.symmetric_difference(&b).cloned().collect::<Vec<String>>()
    };
    let planted = differ("```sh\nlinli grids --json\n```", "```sh\nlinli grids   # 网格\n```");
    assert_eq!(planted.len(), 2, "the rule missed a planted violation");
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("a readme");
    assert_eq!(differ(&read("README.md"), &read("README.zh-CN.md")), Vec::<String>::new());
}

#[test]
fn dependencies_point_down() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_DEPEND.into_iter().collect();
    let wrong = |metadata: &Value| {
        let may = |from: &str, to: &str| allowed.get(from).is_some_and(|list| list.contains(&to));
        let ours = |name: &str| name.starts_with("linli-") || name == "xtask";
        let mut edges = edges(metadata);
        edges.retain(|(from, to, _)| from != "linli-tests" && ours(to) && !may(from, to));
        edges.iter().map(|(from, to, _)| format!("{from} must not depend on {to}")).collect::<Vec<_>>()
    };
    let planted = serde_json::json!({"packages": [
        {"name": "linli-core", "dependencies": [{"name": "linli-storage", "kind": "dev"}]},
        {"name": "linli-new", "dependencies": [{"name": "linli-core", "kind": null}]},
    ]});
    assert_eq!(wrong(&planted).len(), 2, "the rule missed a planted violation");
    assert_eq!(wrong(&metadata()), Vec::<String>::new());
}

#[test]
fn the_core_depends_on_formats_and_codes_alone() {
    let wrong = |metadata: &Value| {
        let direct = edges(metadata).into_iter().filter(|(from, _, dev)| from == "linli-core" && !dev);
        direct.map(|(_, to, _)| to).filter(|to| !CORE_MAY_USE.contains(&to.as_str())).collect::<Vec<_>>()
    };
    let planted = serde_json::json!({"packages": [
        {"name": "linli-core", "dependencies": [{"name": "tokio", "kind": null}]},
    ]});
    assert_eq!(wrong(&planted), ["tokio"], "the rule missed a planted violation");
    assert_eq!(wrong(&metadata()), Vec::<String>::new());

    let below = |tree: &str| {
        let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        NEVER_BELOW_CORE.into_iter().filter(|name| names.contains(name)).collect::<Vec<_>>()
    };
    assert_eq!(below("automerge v0.12.0\nsqlx-core v0.9.0\ntokio v1.0.0\n"), ["sqlx-core", "tokio"]);
    let tree = ["tree", "-p", "linli-core", "-e", "normal", "--prefix", "none", "--offline", "--locked"];
    assert_eq!(below(&cargo(&tree)), Vec::<&str>::new());
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let rule: Rule = |path, text| {
        (path.ends_with("/Cargo.toml") && !text.contains("[lints]\nworkspace = true"))
            .then(|| "add [lints] workspace = true".to_owned())
    };
    planted(rule, "core/Cargo.toml", "[package]\nname = \"linli-core\"\n");
    holds_everywhere(rule);
}

/// A rule must find what is planted for it.
fn planted(rule: Rule, path: &str, text: &str) {
    assert!(rule(path, text).is_some(), "the rule missed a planted violation in {path}:\n{text}");
}

fn holds_everywhere(rule: Rule) {
    let files = files();
    assert!(files.len() > 100, "only {} files were found", files.len());
    let told = |file: &File| Some(format!("{}: {}", file.path, rule(&file.path, &file.text)?));
    let wrong: Vec<String> = files.iter().filter_map(told).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The first line that is wrong, with its number.
fn first_line(text: &str, wrong: impl Fn(&str) -> bool) -> Option<String> {
    let (index, line) = text.lines().enumerate().find(|(_, line)| wrong(line))?;
    Some(format!("line {}: {}", index + 1, line.trim()))
}

/// Whether a marker stands alone: a longer word holds none.
fn has_word(line: &str, marker: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    line.match_indices(marker).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + marker.len()..].chars().next());
        !part_of_word(before) && (marker.ends_with('(') || !part_of_word(after))
    })
}

/// The part of a file that is test code. Benchmarks pace their load and may pause.
fn test_part<'a>(path: &str, text: &'a str) -> Option<&'a str> {
    if !path.ends_with(".rs") || path.starts_with("tests/src/bin/") {
        return None;
    }
    let whole = path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs");
    if whole { Some(text) } else { text.find("#[cfg(test)]").map(|at| &text[at..]) }
}

/// Paths that a document names: link targets, and words between backticks that look like a path. Commands in
/// fenced blocks are left alone.
fn named_paths(text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for prose in text.split("```").step_by(2) {
        named.extend(
            prose.split('`').skip(1).step_by(2).filter(|word| looks_like_path(word)).map(str::to_owned),
        );
        for link in prose.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                named.insert(target.to_owned());
            }
        }
    }
    named
}

fn looks_like_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let endings = [".rs", ".md", ".toml", ".svg", ".sql"];
    plain && !word.starts_with('/') && (word.contains('/') || endings.iter().any(|end| word.ends_with(end)))
}

/// Lines of fenced blocks without their comments.
fn commands(text: &str) -> BTreeSet<String> {
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Who names whom as a dependency, and whether for tests only.
fn edges(metadata: &Value) -> Vec<(String, String, bool)> {
    let list =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut edges = Vec::new();
    for package in list(metadata, "packages") {
        for dependency in list(&package, "dependencies") {
            edges.push((
                text(&package, "name"),
                text(&dependency, "name"),
                text(&dependency, "kind") == "dev",
            ));
        }
    }
    edges
}

fn metadata() -> Value {
    let out = cargo(&["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"]);
    serde_json::from_str(&out).expect("cargo metadata is JSON")
}

fn cargo(args: &[&str]) -> String {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let out = Command::new(program).args(args).current_dir(root()).output().expect("cargo runs");
    assert!(out.status.success(), "cargo {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("cargo prints UTF-8")
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("this crate lies in the workspace").to_owned()
}

/// Every text file of the repository, build output left out.
fn files() -> Vec<File> {
    let mut files = Vec::new();
    collect(&root(), &root(), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // `.git` is a file in a linked worktree; the last three belong to the console and its stories.
        if ["target", ".git", ".cache", "node_modules", "dist", "test-results"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let from_root = path.strip_prefix(root).expect("below the root");
            files.push(File { path: from_root.to_string_lossy().replace('\\', "/"), text });
        }
    }
}
