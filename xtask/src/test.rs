//! `cargo xtask test`: everything CI does, cheapest first.

use crate::cargo::Workspace;
use crate::{app, bindings, browser, console, swift};
use anyhow::{Context as _, bail, ensure};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// A step of CI.
struct Step {
    what: &'static str,
    program: Program,
    args: &'static [&'static str],
    /// What to do when it fails, beyond reading its output.
    remedy: &'static str,
}

/// Who does a step.
enum Program {
    Cargo,
    /// cargo with warnings of rustdoc as errors.
    Rustdoc,
    /// npm in a folder.
    Npm(&'static str),
    /// Whatever this makes.
    Made(fn(&Workspace) -> anyhow::Result<Command>),
}

const CONSOLE: Program = Program::Npm("server/console");
const APP: Program = Program::Npm("mobile-demo/web");
const APP_STORIES: Program = Program::Npm("tests/app");
const STORIES: Program = Program::Npm("tests/console");
const NPM_REMEDY: &str = "it says above what is wrong; `npm run fix` in its folder mends what is only style";

/// Whole-system tests start the binaries from the target folder, so those are built before the tests run;
/// the console's check needs the description of the API that they speak.
const STEPS: [Step; 18] = [
    Step {
        what: "format",
        program: Program::Cargo,
        args: &["fmt", "--all", "--check"],
        remedy: "run cargo fmt --all",
    },
    Step {
        what: "clippy",
        program: Program::Cargo,
        args: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        remedy: "mend what clippy names; an exception needs #[expect(.., reason)]",
    },
    Step {
        what: "binaries",
        program: Program::Cargo,
        args: &["build", "--workspace", "--bins", "--lib"],
        remedy: "mend what the compiler names",
    },
    Step { what: "console's API", program: CONSOLE, args: &["run", "api"], remedy: NPM_REMEDY },
    Step { what: "console's check", program: CONSOLE, args: &["run", "check"], remedy: NPM_REMEDY },
    Step { what: "console's texts", program: CONSOLE, args: &["test"], remedy: NPM_REMEDY },
    Step { what: "app's check", program: APP, args: &["run", "check"], remedy: NPM_REMEDY },
    Step { what: "app's texts", program: APP, args: &["test"], remedy: NPM_REMEDY },
    Step { what: "stories' check", program: STORIES, args: &["run", "check"], remedy: NPM_REMEDY },
    Step { what: "app stories' check", program: APP_STORIES, args: &["run", "check"], remedy: NPM_REMEDY },
    Step {
        what: "tests",
        program: Program::Cargo,
        args: &["test", "--workspace"],
        remedy: "CONTRIBUTING.md says how to run one test and how to repeat a seed",
    },
    Step {
        what: "phone engine's languages",
        program: Program::Cargo,
        args: &["xtask", "bindings"],
        remedy: "the generator says above what it cannot write",
    },
    Step {
        what: "story in Python",
        program: Program::Made(bindings::python),
        args: &[],
        remedy: "bindings/python/README.md says how the module is used",
    },
    Step {
        what: "story in Kotlin",
        program: Program::Made(bindings::kotlin),
        args: &[],
        remedy: "Maven says above what failed",
    },
    Step {
        what: "story in Swift",
        program: Program::Made(swift::story),
        args: &[],
        remedy: "Swift says above what failed; bindings/swift/README.md says where it comes from",
    },
    Step {
        what: "stories in a browser",
        program: STORIES,
        args: &["test"],
        remedy: "screenshots of what failed are in tests/console/test-results",
    },
    Step {
        what: "app's stories in a browser",
        program: APP_STORIES,
        args: &["test"],
        remedy: "screenshots of what failed are in tests/app/test-results",
    },
    Step {
        what: "docs",
        program: Program::Rustdoc,
        args: &["doc", "--workspace", "--no-deps"],
        remedy: "mend the comments that rustdoc names",
    },
];

/// Runs the steps from the one with this number on; the first that fails ends it.
pub(crate) fn run(from: usize) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    require_component(&workspace, "fmt", "rustfmt", "rustfmt")?;
    require_component(&workspace, "clippy", "clippy", "rust-clippy")?;
    let started = Instant::now();
    console::build_if_stale(&workspace.root)?;
    app::build_if_stale(&workspace)?;
    console::install(&workspace.root.join("tests/console"))?;
    console::install(&workspace.root.join("tests/app"))?;
    let chromium = browser::find_or_install()?;
    for (number, step) in STEPS.iter().enumerate().skip(from.saturating_sub(1)) {
        let title = format!("{}/{} {}", number + 1, STEPS.len(), step.what);
        let mut command = step.command(&workspace).with_context(|| format!("{title}: {}", step.remedy))?;
        command.env("LINLI_CHROMIUM", &chromium).env("LINLI_BIN_DIR", workspace.target.join("debug"));
        println!("==> {title}: {}", step.args.join(" "));
        let began = Instant::now();
        let ok = command.status().with_context(|| format!("cannot run {title}"))?.success();
        let seconds = began.elapsed().as_secs_f32();
        if !ok {
            bail!("{title} failed after {seconds:.1} s: {}", step.remedy);
        }
        println!("==> {title}: ok, {seconds:.1} s");
    }
    let which = if from > 1 { format!("steps from {from} on") } else { format!("all {} steps", STEPS.len()) };
    println!("✓ {which} passed in {:.0} s", started.elapsed().as_secs_f32());
    Ok(ExitCode::SUCCESS)
}

impl Step {
    fn command(&self, workspace: &Workspace) -> anyhow::Result<Command> {
        Ok(match self.program {
            Program::Cargo => workspace.cargo(self.args),
            Program::Rustdoc => {
                let mut cargo = workspace.cargo(self.args);
                cargo.env("RUSTDOCFLAGS", "-D warnings");
                cargo
            }
            Program::Npm(folder) => {
                let mut npm = Command::new("npm");
                npm.args(self.args).current_dir(workspace.root.join(folder));
                npm
            }
            Program::Made(make) => make(workspace)?,
        })
    }
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
