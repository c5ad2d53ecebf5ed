//! `cargo xtask bench`: builds for use and runs the benchmarks against real processes.

use crate::cargo::Workspace;
use anyhow::ensure;
use std::process::{Command, ExitCode};

/// Runs the bench binary of the whole-system tests.
pub(crate) fn run(args: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    ensure!(workspace.has_binary("linli-tests", "bench"), "there are no benchmarks here yet");
    let folder = workspace.build_release()?;
    let status = Command::new(folder.join("bench")).args(args).status()?;
    ensure!(status.success(), "a benchmark failed; its output is above");
    Ok(ExitCode::SUCCESS)
}
