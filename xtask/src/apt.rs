//! Debian's packages, installed when something is missing.

use anyhow::{Context as _, ensure};
use std::process::Command;

/// Where this machine takes Debian from, as its own sources say.
pub(crate) fn mirror() -> anyhow::Result<String> {
    let args = ["indextargets", "--format", "$(ORIGIN) $(SITE)", "Created-By: Packages"];
    let listed = Command::new("apt-get").args(args).output().context("cannot run apt-get")?;
    let listed = String::from_utf8(listed.stdout)?;
    let mut sites = listed.lines().filter_map(|line| line.strip_prefix("Debian "));
    // Security updates come from a place of their own, which has no whole release.
    let site = sites.find(|site| !site.ends_with("-security"));
    Ok(site.context("apt's sources name no mirror of Debian")?.to_owned())
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// Installs packages; `help` says what to do by hand where this does not work.
pub(crate) fn install(packages: &[&str], help: &str) -> anyhow::Result<()> {
    println!("==> apt-get install {}", packages.join(" "));
    run(&["update", "-q"], help)?;
    run(&[&["install", "-q", "-y", "--no-install-recommends"], packages].concat(), help)
}

fn run(args: &[&str], help: &str) -> anyhow::Result<()> {
    let mut command = Command::new(if is_root() { "apt-get" } else { "sudo" });
    if !is_root() {
        command.args(["-n", "apt-get"]);
    }
    let status = command.args(args).env("DEBIAN_FRONTEND", "noninteractive").status();
    let status = status.with_context(|| format!("cannot run apt-get; {help}"))?;
    ensure!(status.success(), "apt-get {} failed; {help}", args.join(" "));
    Ok(())
}
