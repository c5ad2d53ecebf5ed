//! `cargo xtask bench`: builds for use and runs the benchmarks against real processes.

use crate::cargo::Workspace;
use anyhow::ensure;
use std::process::ExitCode;

/// Runs the bench binary of the whole-system tests.
pub(crate) fn run(args: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    ensure!(workspace.has_binary("linli-tests", "bench"), "there are no benchmarks here yet");
    workspace.build_release()?;
    let mut bench = workspace.cargo(&["run", "--release", "--quiet", "-p", "linli-tests", "--bin", "bench"]);
    bench.arg("--").args(args);
    ensure!(bench.status()?.success(), "a benchmark failed; its output is above");
    Ok(ExitCode::SUCCESS)
}
