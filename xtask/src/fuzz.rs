//! `cargo xtask fuzz`: looks for bytes that break a reader, one target after the other.
//!
//! Not part of `cargo xtask test`, which replays what was found: looking takes as long as one lets it, and a nightly
//! compiler, because the sanitizer and the coverage counters that lead a fuzzer are no part of a stable one.

use crate::audit::{find_or_install, path};
use crate::cargo::Workspace;
use anyhow::{Context as _, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Longest bytes tried: the readers' own bounds are larger, but what is new is found in what is short.
const BYTES_MAX: usize = 16_384;
/// Largest file that is kept: the corpus stays small enough to be replayed with every test.
const KEPT_BYTES_MAX: u64 = 4_096;
/// Files kept of each target, the smallest first.
const KEPT_FILES_MAX: usize = 24;

/// Arguments of the fuzzer.
#[derive(clap::Args)]
pub(crate) struct FuzzArgs {
    /// 目标,不写则逐个全部 / targets; all of them when none is named
    targets: Vec<String>,
    /// 每个目标多少秒 / seconds for each target
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// 不再寻找,只把已找到的最小一组留进 corpus / look for nothing, keep the smallest set of what was found
    #[arg(long)]
    keep: bool,
}

/// Runs every target that is asked for, also after one has found something.
pub(crate) fn run(args: &FuzzArgs) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    let folder = workspace.root.join("core/fuzz");
    let known = targets(&folder)?;
    if let Some(strange) = args.targets.iter().find(|target| !known.contains(target)) {
        bail!("there is no target {strange}; there are: {}", known.join(", "));
    }
    require_nightly()?;
    let tool = find_or_install(&workspace, "cargo-fuzz")?;
    let chosen = if args.targets.is_empty() { &known } else { &args.targets };
    let mut broken = Vec::new();
    for target in chosen {
        let whole = if args.keep {
            keep(&tool, &folder, target)?
        } else {
            look(&tool, &folder, target, args.seconds)?
        };
        if !whole {
            broken.push(target.as_str());
        }
    }
    ensure!(
        broken.is_empty(),
        "bytes were found that break {}: they are in core/fuzz/artifacts; CONTRIBUTING.md says what to do with them",
        broken.join(", ")
    );
    println!("\n✓ {} held", chosen.join(", "));
    Ok(ExitCode::SUCCESS)
}

/// The targets, each a file.
fn targets(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in std::fs::read_dir(folder.join("targets"))? {
        let file = entry?.path();
        targets.extend(file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    targets.sort();
    Ok(targets)
}

/// Fuzzes one target from what is kept and what was found before; whether nothing broke.
fn look(tool: &Path, folder: &Path, target: &str, seconds: u64) -> anyhow::Result<bool> {
    let found = found(folder, target)?;
    let corpus = folder.join("corpus").join(target);
    let limits = [format!("-max_total_time={seconds}"), format!("-max_len={BYTES_MAX}")];
    println!("==> {target}: {seconds} s");
    let mut command = fuzz(tool, folder, "run", target);
    command.args([path(&found)?, path(&corpus)?, "--", "-print_final_stats=1"]).args(limits);
    Ok(command.status().context("cannot run cargo-fuzz")?.success())
}

/// Adds to what is kept the smallest of the files that reach something which what is kept does not.
fn keep(tool: &Path, folder: &Path, target: &str) -> anyhow::Result<bool> {
    let (found, corpus) = (found(folder, target)?, folder.join("corpus").join(target));
    let merged = folder.join("found").join(format!("{target}.least"));
    if merged.exists() {
        std::fs::remove_dir_all(&merged)?;
    }
    std::fs::create_dir_all(&merged)?;
    for entry in std::fs::read_dir(&corpus)? {
        let file = entry?;
        std::fs::copy(file.path(), merged.join(file.file_name()))?;
    }
    let mut command = fuzz(tool, folder, "run", target);
    command.args([path(&merged)?, path(&found)?, "--", "-merge=1"]);
    if !command.status().context("cannot run cargo-fuzz")?.success() {
        return Ok(false);
    }
    let mut new: Vec<(u64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(&merged)? {
        let file = entry?;
        let bytes = file.metadata()?.len();
        if bytes <= KEPT_BYTES_MAX && !corpus.join(file.file_name()).exists() {
            new.push((bytes, file.path()));
        }
    }
    new.sort();
    for (_, file) in new.iter().take(KEPT_FILES_MAX) {
        let name = file.file_name().context("a file has a name")?;
        std::fs::copy(file, corpus.join(name))?;
    }
    println!("==> {target}: {} of {} new files kept", new.len().min(KEPT_FILES_MAX), new.len());
    Ok(true)
}

fn found(folder: &Path, target: &str) -> anyhow::Result<PathBuf> {
    let found = folder.join("found").join(target);
    std::fs::create_dir_all(&found)?;
    Ok(found)
}

/// A command of cargo-fuzz with the nightly compiler, whichever runs us.
fn fuzz(tool: &Path, folder: &Path, what: &str, target: &str) -> Command {
    let mut command = Command::new(tool);
    command.args(["fuzz", what, "--fuzz-dir"]).arg(folder).arg(target);
    command.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO");
    command
}

fn require_nightly() -> anyhow::Result<()> {
    let here = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let here = here.context("fuzzing needs rustup and its nightly compiler; see rustup.rs")?;
    if here.success() {
        return Ok(());
    }
    println!("==> installing the nightly compiler, once");
    let done =
        Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]).status()?;
    ensure!(done.success(), "the nightly compiler could not be installed; rustup says why above");
    Ok(())
}
