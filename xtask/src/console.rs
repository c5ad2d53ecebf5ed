//! `cargo xtask console`: builds the office console, which the relay's build then puts into the binary.
//! What it does for the console it does for any folder of pages.

use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// Builds it when what is built is older than what it is built from.
pub(crate) fn build_if_stale(root: &Path) -> anyhow::Result<()> {
    build_npm_if_stale(&root.join("server/console"))
}

/// Builds pages in their folder when what is built is older than what they are built from.
pub(crate) fn build_npm_if_stale(folder: &Path) -> anyhow::Result<()> {
    ensure!(folder.join("package.json").exists(), "there are no pages in {}", folder.display());
    let built = modified(&folder.join("dist/index.html"));
    if built.is_some_and(|built| newest(folder).is_some_and(|newest| newest <= built)) {
        return Ok(());
    }
    install(folder)?;
    npm(folder, &["run", "build"])
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

pub(crate) fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// When anything in a folder, or a file, last changed; what is built from it does not count.
pub(crate) fn newest(folder: &Path) -> Option<SystemTime> {
    if folder.is_file() {
        return modified(folder);
    }
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let sources = entries.filter(|path| !path.ends_with("dist") && !path.ends_with("node_modules"));
    sources.filter_map(|path| newest(&path)).max()
}
