//! `cargo xtask bench`: builds for use and runs the benchmarks against real processes, then in a real browser.

use crate::cargo::Workspace;
use crate::{browser, console};
use anyhow::ensure;
use std::process::{Command, ExitCode};

/// Runs the bench binary of the whole-system tests, and the figures of the console and of the field app.
pub(crate) fn run(args: &[String]) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    ensure!(workspace.has_binary("linli-tests", "bench"), "there are no benchmarks here yet");
    let folder = workspace.build_release()?;
    let status = Command::new(folder.join("bench")).args(args).status()?;
    ensure!(status.success(), "a benchmark failed; its output is above");
    let chromium = browser::find_or_install()?;
    for pages in ["tests/console", "tests/app"] {
        let stories = workspace.root.join(pages);
        console::install(&stories)?;
        let mut playwright = Command::new("npx");
        playwright.args(["playwright", "test", "--config", "bench.config.ts"]).current_dir(&stories);
        playwright.env("LINLI_CHROMIUM", &chromium).env("LINLI_BIN_DIR", &folder);
        ensure!(playwright.status()?.success(), "{pages} missed a goal; the figures are above");
    }
    Ok(ExitCode::SUCCESS)
}
