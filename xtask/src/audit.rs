//! `cargo xtask audit`: licences, sources and known holes of everything that is linked in.
//!
//! Not part of `cargo xtask test`: the list of known holes is fetched from outside, and installing the tools takes
//! longer than the tests.

use crate::cargo::Workspace;
use anyhow::{Context as _, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The two tools, and what each looks at.
const DENY: &str = "cargo-deny";
const AUDIT: &str = "cargo-audit";

/// Arguments of the audit.
#[derive(clap::Args)]
pub(crate) struct AuditArgs {
    /// 已有的漏洞库目录(不联网)/ folder of an advisory database that is here already: nothing is fetched
    #[arg(long, value_name = "DIR")]
    database: Option<PathBuf>,
}

/// Runs both tools; each that is missing is installed into the target folder first.
pub(crate) fn run(args: &AuditArgs) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    let deny = find_or_install(&workspace, DENY)?;
    let audit = find_or_install(&workspace, AUDIT)?;
    step(
        &workspace,
        &deny,
        &["--workspace", "check", "bans", "licenses", "sources"],
        "deny.toml says what may be linked in",
    )?;
    let lock = workspace.root.join("Cargo.lock");
    // Unsound and yanked crates count as well; one that only nobody keeps any more is told and let through.
    let mut words = vec!["audit", "--deny", "unsound", "--deny", "yanked", "--file", path(&lock)?];
    if let Some(database) = &args.database {
        words.extend(["--no-fetch", "--stale", "--db", path(database)?]);
    }
    let remedy = "either it names a hole above (change the version of what has it), or the advisory database of \
                  rustsec.org could not be fetched: then nothing was checked. Where it cannot be reached, give a \
                  copy with --database DIR";
    step(&workspace, &audit, &words, remedy)?;
    println!("\n✓ bans, licences, sources and advisories are clean");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("the path is not UTF-8")
}

fn step(workspace: &Workspace, tool: &Path, args: &[&str], remedy: &str) -> anyhow::Result<()> {
    println!("==> {} {}", tool.display(), args.join(" "));
    let status = Command::new(tool).args(args).current_dir(&workspace.root).status();
    let status = status.with_context(|| format!("cannot run {}", tool.display()))?;
    ensure!(status.success(), "{} is not content: {remedy}", tool.display());
    Ok(())
}

/// Whichever is on the path; else the one in the target folder, installed when it is not there.
pub(crate) fn find_or_install(workspace: &Workspace, tool: &str) -> anyhow::Result<PathBuf> {
    if Command::new(tool).arg("--version").output().is_ok_and(|out| out.status.success()) {
        return Ok(tool.into());
    }
    let root = workspace.target.join("tools");
    let installed = root.join("bin").join(tool);
    if !installed.exists() {
        println!("==> installing {tool}, once");
        let done = workspace.cargo(&["install", "--locked", "--root", path(&root)?, tool]).status()?;
        ensure!(done.success(), "{tool} could not be installed; cargo says why above");
    }
    Ok(installed)
}
