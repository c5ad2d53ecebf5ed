//! Debian's packages, installed when something is missing.

use anyhow::{Context as _, ensure};
use std::process::Command;

/// Installs packages; `help` says what to do by hand where this does not work.
pub(crate) fn install(packages: &[&str], help: &str) -> anyhow::Result<()> {
    println!("==> apt-get install {}", packages.join(" "));
    run(&["update", "-q"], help)?;
    run(&[&["install", "-q", "-y", "--no-install-recommends"], packages].concat(), help)
}

fn run(args: &[&str], help: &str) -> anyhow::Result<()> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
    if !is_root {
        command.args(["-n", "apt-get"]);
    }
    let status = command.args(args).env("DEBIAN_FRONTEND", "noninteractive").status();
    let status = status.with_context(|| format!("cannot run apt-get; {help}"))?;
    ensure!(status.success(), "apt-get {} failed; {help}", args.join(" "));
    Ok(())
}
