//! `cargo xtask app`: the engine as WebAssembly and the field app around it, which the relay's build then puts into
//! the binary.

use crate::cargo::Workspace;
use crate::{apt, console};
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";
/// Its own folder: other features and other machine code than everything else.
const TARGET_FOLDER: &str = "web";
/// What the engine is made of.
const ENGINE_SOURCES: [&str; 4] = ["core/src", "bindings/engine", "bindings/web", "Cargo.lock"];
/// Where the app imports it from.
const PACKAGE: &str = "mobile-demo/web/src/phone/pkg";
const SCREENS: &str = "mobile-demo/web";

/// Builds what is older than what it is built from.
pub(crate) fn build_if_stale(workspace: &Workspace) -> anyhow::Result<()> {
    let root = &workspace.root;
    let wasm = console::modified(&root.join(PACKAGE).join("linli_web_bg.wasm"));
    let newest = ENGINE_SOURCES.iter().filter_map(|path| console::newest(&root.join(path))).max();
    if wasm.is_none_or(|built| newest.is_some_and(|newest| newest > built)) {
        engine(workspace)?;
    }
    console::build_npm_if_stale(&root.join(SCREENS))
}

/// The engine as WebAssembly, with its JavaScript.
fn engine(workspace: &Workspace) -> anyhow::Result<()> {
    require_target()?;
    require_clang()?;
    let target = workspace.target.join(TARGET_FOLDER);
    let mut build =
        workspace.cargo(&["build", "--package", "linli-web", "--profile", "web", "--target", TARGET]);
    build.env("CARGO_TARGET_DIR", &target);
    build.env("CC_wasm32_unknown_unknown", "clang").env("AR_wasm32_unknown_unknown", "llvm-ar");
    // SQLite's shim is written in the C of 2023, which older clangs must be told.
    build.env("CFLAGS_wasm32_unknown_unknown", "-std=gnu2x");
    run(&mut build)?;
    let wasm = target.join(TARGET).join("web/linli_web.wasm");
    let mut write = workspace.cargo(&["run", "--quiet", "--package", "linli-webgen", "--"]);
    run(write.arg(wasm).arg(workspace.root.join(PACKAGE)))
}

/// Rust's own library for WebAssembly.
fn require_target() -> anyhow::Result<()> {
    let folder = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let folder = String::from_utf8(folder.context("cannot run rustc")?.stdout)?;
    if Path::new(folder.trim()).exists() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    let added = added.with_context(|| format!("rustc has no {TARGET}, and there is no rustup to add it"))?;
    ensure!(added.success(), "rustup target add {TARGET} failed; it says why above");
    Ok(())
}

/// SQLite and zstd are C.
fn require_clang() -> anyhow::Result<()> {
    let targets = Command::new("clang").arg("--print-targets").stderr(Stdio::null()).output();
    let knows = targets.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("wasm32"));
    let archiver = Command::new("llvm-ar").arg("--version").output().is_ok();
    if knows && archiver {
        return Ok(());
    }
    apt::install(&["clang", "llvm"], "install a clang that knows wasm32, and llvm-ar beside it")
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let done = command.status().with_context(|| format!("cannot run {shown}"))?;
    ensure!(done.success(), "the engine for browsers was not built; it says why above");
    Ok(())
}
