//! Calling `linli` and `linli-phone` as a script would: arguments in, JSON lines out.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A binary with the options that every call of it has.
pub(crate) struct Program {
    path: PathBuf,
    options: Vec<String>,
}

impl Program {
    pub(crate) fn new(path: PathBuf, options: &[&str]) -> Program {
        Program { path, options: options.iter().map(|option| (*option).to_owned()).collect() }
    }

    /// The command, not yet started. Settings of the caller's shell must not change the story.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.options).args(args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LINLI_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Every line it prints.
    pub(crate) fn lines(&self, args: &[&str]) -> anyhow::Result<Vec<Value>> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let call = format!("{name} {}", args.join(" "));
        let out = self.command(args).output().with_context(|| format!("cannot run {call}"))?;
        if !out.status.success() {
            bail!("{call}: {}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        }
        let text = String::from_utf8_lossy(&out.stdout);
        let values = text.lines().map(serde_json::from_str);
        values.collect::<Result<_, _>>().with_context(|| format!("{call} printed no JSON:\n{text}"))
    }

    /// The only line it prints.
    pub(crate) fn one(&self, args: &[&str]) -> anyhow::Result<Value> {
        let lines = self.lines(args)?;
        lines.into_iter().next().with_context(|| format!("nothing printed by {}", args.join(" ")))
    }
}

/// A text field, empty when absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// A number field, 0 when absent.
pub(crate) fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or(0)
}

/// A list field, empty when absent.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A path as an argument.
pub(crate) fn arg(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}
