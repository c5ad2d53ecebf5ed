//! `cargo xtask bindings`: the phone engine as a library, with its Kotlin, Swift and Python, and their stories.
//!
//! Generated code goes below the target folder and is never committed.

use crate::cargo::Workspace;
use crate::{api, apt, swift};
use anyhow::{Context as _, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Languages, as the generator and the folders call them.
const LANGUAGES: [&str; 3] = ["kotlin", "swift", "python"];
/// The library, as the platform names it.
const LIBRARY: &str = if cfg!(target_os = "macos") { "liblinli_mobile.dylib" } else { "liblinli_mobile.so" };

/// Builds the library and writes what each language needs; keeps the listings of their APIs when told to.
pub(crate) fn build(workspace: &Workspace, accept_api: bool) -> anyhow::Result<()> {
    let built = workspace.cargo(&["build", "--workspace", "--bins", "--lib"]).status()?.success();
    ensure!(built, "the build failed; cargo says why above");
    generate(workspace)?;
    swift::assemble(workspace)?;
    if accept_api {
        run(pytest(workspace, "bindings/python/tests/test_api.py")?.env(api::ACCEPT_VARIABLE, "1"))?;
        run(kotlin(workspace)?.arg("-Dtest=ApiTest").env(api::ACCEPT_VARIABLE, "1"))?;
        swift::compare_api(workspace, true)?;
    }
    Ok(())
}

/// Writes what each language needs, from the library that was built last.
pub(crate) fn generate(workspace: &Workspace) -> anyhow::Result<()> {
    let built = workspace.target.join("debug");
    let library = built.join(LIBRARY);
    for language in LANGUAGES {
        let out = folder(workspace, language);
        let mut generator = Command::new(built.join("linli-bindgen"));
        generator
            .arg("generate")
            .arg(&library)
            .args(["--language", language, "--no-format", "--out-dir"])
            .arg(&out);
        // The generator asks cargo for the crates' names of things.
        let made = generator.current_dir(&workspace.root).status().context("cannot run the generator")?;
        ensure!(
            made.success(),
            "the {language} of the phone engine was not written; the generator says why above"
        );
    }
    let beside = folder(workspace, "python").join(LIBRARY);
    std::fs::copy(&library, &beside).with_context(|| format!("cannot write {}", beside.display()))?;
    Ok(())
}

/// Where a language's generated code lies.
pub(crate) fn folder(workspace: &Workspace, language: &str) -> PathBuf {
    workspace.target.join("bindings").join(language)
}

/// The Python story and API.
pub(crate) fn python(workspace: &Workspace) -> anyhow::Result<Command> {
    pytest(workspace, "bindings/python/tests")
}

/// Some of the Python tests, in an environment of their own.
fn pytest(workspace: &Workspace, tests: &str) -> anyhow::Result<Command> {
    let environment = folder(workspace, "python-environment");
    let python = environment.join("bin/python3");
    let wanted = workspace.root.join("bindings/python/requirements.txt");
    if !environment.join("ready").exists() {
        make_environment(&environment)?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&wanted))?;
        std::fs::write(environment.join("ready"), "")?;
    }
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", tests]);
    pytest.current_dir(&workspace.root).env("PYTHONPATH", folder(workspace, "python"));
    pytest.env("PYTHONDONTWRITEBYTECODE", "1").env("LINLI_BIN_DIR", workspace.target.join("debug"));
    Ok(pytest)
}

fn make_environment(environment: &Path) -> anyhow::Result<()> {
    let make = || Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment).status();
    if make().is_ok_and(|made| made.success()) {
        return Ok(());
    }
    // Debian's Python comes without it.
    apt::install(&["python3", "python3-venv"], "install Python 3.10 or newer with its venv module")?;
    ensure!(make()?.success(), "python3 -m venv failed; it says why above");
    Ok(())
}

/// The Kotlin story on the JVM.
pub(crate) fn kotlin(workspace: &Workspace) -> anyhow::Result<Command> {
    if Command::new("mvn").arg("--version").output().is_err() {
        apt::install(&["maven"], "install Maven 3.8 or newer and a JDK of at least 17")?;
    }
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--no-transfer-progress", "--quiet", "test"]);
    maven.arg(format!("-Dlinli.generated={}", folder(workspace, "kotlin").display()));
    maven.arg(format!("-Dlinli.library={}", workspace.target.join("debug").display()));
    maven.env("LINLI_BIN_DIR", workspace.target.join("debug"));
    maven.current_dir(workspace.root.join("bindings/kotlin"));
    Ok(maven)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    ensure!(command.status().with_context(|| format!("cannot run {shown}"))?.success(), "{shown} failed");
    Ok(())
}
