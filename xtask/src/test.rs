//! `cargo xtask test`: everything CI does, cheapest first.

use crate::cargo::Workspace;
use crate::console;
use anyhow::{bail, ensure};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A step of CI.
struct Step {
    what: &'static str,
    args: &'static [&'static str],
    env: Option<(&'static str, &'static str)>,
    /// What to do when it fails, beyond reading its output.
    remedy: &'static str,
}

/// Whole-system tests start the binaries from the target folder, so those are built before the tests run.
const STEPS: [Step; 5] = [
    Step { what: "format", args: &["fmt", "--all", "--check"], env: None, remedy: "run cargo fmt --all" },
    Step {
        what: "clippy",
        args: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        env: None,
        remedy: "mend what clippy names; an exception needs #[expect(.., reason)]",
    },
    Step {
        what: "binaries",
        args: &["build", "--workspace", "--bins"],
        env: None,
        remedy: "mend what the compiler names",
    },
    Step {
        what: "tests",
        args: &["test", "--workspace"],
        env: None,
        remedy: "CONTRIBUTING.md says how to run one test and how to repeat a seed",
    },
    Step {
        what: "docs",
        args: &["doc", "--workspace", "--no-deps"],
        env: Some(("RUSTDOCFLAGS", "-D warnings")),
        remedy: "mend the comments that rustdoc names",
    },
];

/// Runs all steps; the first that fails ends it.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    require_component(&workspace, "fmt", "rustfmt", "rustfmt")?;
    require_component(&workspace, "clippy", "clippy", "rust-clippy")?;
    let started = Instant::now();
    console::build_if_stale(&workspace.root)?;
    for (number, step) in STEPS.iter().enumerate() {
        let title = format!("{}/{} {}", number + 1, STEPS.len(), step.what);
        println!("==> {title}: cargo {}", step.args.join(" "));
        let began = Instant::now();
        let mut cargo = workspace.cargo(step.args);
        cargo.envs(step.env);
        let ok = cargo.status()?.success();
        let seconds = began.elapsed().as_secs_f32();
        if !ok {
            bail!("{title} failed after {seconds:.1} s: {}", step.remedy);
        }
        println!("==> {title}: ok, {seconds:.1} s");
    }
    println!("✓ all {} steps passed in {:.0} s", STEPS.len(), started.elapsed().as_secs_f32());
    Ok(ExitCode::SUCCESS)
}

/// A missing component otherwise shows as "no such command", which helps nobody.
fn require_component(
    workspace: &Workspace,
    subcommand: &str,
    component: &str,
    package: &str,
) -> anyhow::Result<()> {
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = quiet(&mut workspace.cargo(&[subcommand, "--version"]))?.success();
    ensure!(
        there,
        "cargo {subcommand} is not installed. Install it with `rustup component add {component}`, or, where \
         Rust came from Debian, `apt-get install {package}`"
    );
    Ok(())
}
