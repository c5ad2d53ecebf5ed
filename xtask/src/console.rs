//! `cargo xtask console`: builds the office console, which the relay's build then puts into the binary.

use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// Builds it when there is a console here, and when what is built is older than what it is built from.
pub(crate) fn build_if_stale(root: &Path) -> anyhow::Result<()> {
    let console = root.join("server/console");
    if !console.join("package.json").exists() {
        return Ok(());
    }
    let built = modified(&console.join("dist/index.html"));
    if built.is_some_and(|built| newest(&console).is_some_and(|newest| newest <= built)) {
        return Ok(());
    }
    build(root)
}

/// Builds it.
pub(crate) fn build(root: &Path) -> anyhow::Result<()> {
    let console = root.join("server/console");
    ensure!(console.join("package.json").exists(), "there is no console in {}", console.display());
    install(&console)?;
    npm(&console, &["run", "build"])
}

/// Installs what a folder's lock file says, unless that was done.
pub(crate) fn install(folder: &Path) -> anyhow::Result<()> {
    // npm writes this file when it has installed what the lock file says.
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    if installed.is_none_or(|at| modified(&folder.join("package-lock.json")).is_none_or(|lock| lock > at)) {
        npm(folder, &["ci", "--no-audit", "--no-fund"])?;
    }
    Ok(())
}

fn npm(folder: &Path, args: &[&str]) -> anyhow::Result<()> {
    println!("==> npm {} ({})", args.join(" "), folder.display());
    let status = Command::new("npm").args(args).current_dir(folder).status();
    let status = status.context("cannot run npm; the console needs Node.js 20 or newer, with npm")?;
    ensure!(status.success(), "npm {} failed; it says why above", args.join(" "));
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// When anything that the console is built from last changed.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let sources = entries.filter(|path| !path.ends_with("dist") && !path.ends_with("node_modules"));
    sources.filter_map(|path| if path.is_dir() { newest(&path) } else { modified(&path) }).max()
}
