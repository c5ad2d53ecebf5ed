//! `cargo xtask mutants`: changes the gate, access and identity in one place at a time and looks whether a test of the
//! core notices. Every change that none notices has its reason in `docs/mutants.md`; one without is an error.
//!
//! Not part of `cargo xtask test`: some eight hundred changes take hours.

use crate::audit::{find_or_install, path};
use crate::cargo::Workspace;
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::{Command, ExitCode};

/// What is changed.
const FILES: [&str; 6] = [
    "core/src/gate.rs",
    "core/src/gate/**",
    "core/src/access.rs",
    "core/src/access/**",
    "core/src/identity.rs",
    "core/src/identity/**",
];
/// The tests that look: those of the core itself, without the ones that take seconds for something else.
const TESTS: [&str; 7] = [
    "--lib",
    "--test=gate",
    "--test=gate_form",
    "--test=gate_document",
    "--test=words",
    "--test=wire",
    "--test=hostile_frames",
];
const LEFT_OUT: [&str; 2] = ["everybody_is_found_by_what_is_known_of_them", "mutants_keep_every_promise"];
/// A change that makes a test wait longer than this makes it wait for ever.
const SECONDS_MAX: u64 = 60;
/// Where the reasons are.
const REASONS: &str = "docs/mutants.md";

/// Arguments of the mutation tests.
#[derive(clap::Args)]
pub(crate) struct MutantsArgs {
    /// 同时进行几个 / how many at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// 只做其中一份,如 1/8(从 0 数起)/ one part of them only, as 1/8, counted from 0
    #[arg(long)]
    shard: Option<String>,
}

pub(crate) fn run(args: &MutantsArgs) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    let tool = find_or_install(&workspace, "cargo-mutants")?;
    let out = workspace.target.join("mutants");
    let mut command = Command::new(tool);
    command.args(["mutants", "--package=linli-core", "--no-shuffle", "--cap-lints=true"]);
    command.args(["--jobs", &args.jobs.to_string(), "--timeout", &SECONDS_MAX.to_string()]);
    command.args(["--output", path(&out)?]);
    command.args(FILES.iter().flat_map(|file| ["--file", file]));
    command.args(args.shard.iter().flat_map(|shard| ["--shard", shard]));
    command.arg("--").args(TESTS).arg("--");
    command.args(LEFT_OUT.iter().flat_map(|test| ["--skip", test]));
    command.current_dir(&workspace.root).env("CARGO_PROFILE_DEV_DEBUG", "none");
    command.status().context("cannot run cargo-mutants")?;
    judge(&workspace.root.join(REASONS), &out.join("mutants.out"))
}

/// Compares what survived with what has a reason.
fn judge(reasons: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let read = |file: &Path| {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
    };
    let caught = read(&out.join("caught.txt"))?.lines().count();
    ensure!(caught > 0, "nothing was caught: cargo-mutants says why above");
    let mut reasoned: Vec<String> = read(reasons)?.lines().filter_map(named).collect();
    let survivors = read(&out.join("missed.txt"))?;
    let mut without = Vec::new();
    for survivor in survivors.lines().map(without_place) {
        match reasoned.iter().position(|known| *known == survivor) {
            Some(known) => drop(reasoned.swap_remove(known)),
            None => without.push(survivor),
        }
    }
    ensure!(
        without.is_empty(),
        "no test notices these changes and {REASONS} gives no reason:\n{}",
        without.join("\n")
    );
    println!("\n✓ {caught} changes noticed, {} not, each with its reason", survivors.lines().count());
    Ok(ExitCode::SUCCESS)
}

/// A change's name without the place, which moves with every line above it.
fn without_place(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let file = parts.next().unwrap_or_default();
    format!("{file}:{}", parts.nth(2).unwrap_or_default())
}

/// The change that a row of the table of reasons is about: its first cell, between backticks.
fn named(row: &str) -> Option<String> {
    let cell = row.strip_prefix("|`")?;
    cell.split_once("`|").map(|(name, _)| name.replace("\\|", "|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_known_by_what_it_does_wherever_it_stands() {
        let told = without_place("core/src/gate.rs:12:3: replace || with && in parse");
        assert_eq!(told, "core/src/gate.rs: replace || with && in parse");
        assert_eq!(named("|`core/src/gate.rs: replace \\|\\| with && in parse`|why|"), Some(told));
        assert_eq!(named("|Change|Why|"), None);
    }
}
