//! Running the project's programs as a shell would, with nothing of the caller's environment.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A program of this workspace, found beside the running test.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let folders = test.ancestors().skip(1).take(3);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not built: run `cargo build --workspace --bins` first"))
}

/// A program with no settings but those given: no language, proxy or token of whoever runs the tests.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(binary(name));
    command.env_clear();
    command
}

/// Runs `linli` where no relay is needed, which must succeed.
pub fn program(args: &[&str]) -> Vec<Value> {
    said(command("linli").args(args).arg("--json"))
}

/// Runs `linli` where no relay is needed, which must be refused.
pub fn program_refuses(args: &[&str]) -> Refusal {
    refused(command("linli").args(args).arg("--json"))
}

/// A command that said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code; empty when the arguments themselves were wrong.
    pub code: String,
    /// The sentence.
    pub text: String,
}

/// What a successful program printed: a JSON object a line.
pub(crate) fn said(command: &mut Command) -> Vec<Value> {
    let output = run(command);
    assert!(output.status.success(), "{}: {}", shown(command), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{}: not JSON: {line}", shown(command)))
        })
        .collect()
}

/// Why a program refused. It must have failed, and said nothing on standard output.
pub(crate) fn refused(command: &mut Command) -> Refusal {
    let output = run(command);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{} succeeded", shown(command));
    assert!(output.stdout.is_empty(), "{} printed a result and failed: {error}", shown(command));
    assert!(!error.contains("panicked"), "{}: {error}", shown(command));
    let body: Value =
        error.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    match body.get("error") {
        Some(body) => Refusal {
            code: body["code"].as_str().unwrap_or_default().to_owned(),
            text: body["text"].as_str().unwrap_or_default().to_owned(),
        },
        None => Refusal { code: String::new(), text: error },
    }
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{}: {error}", shown(command)))
}

fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy());
    words.fold(name.into_owned(), |line, word| format!("{line} {word}"))
}
