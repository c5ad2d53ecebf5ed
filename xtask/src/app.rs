//! `cargo xtask app`: the engine as WebAssembly and the field app around it, which the relay's build then puts into
//! the binary.

use crate::cargo::Workspace;
use crate::debian::{Debian, UNSTABLE};
use crate::{apt, console};
use anyhow::{Context as _, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";
/// Its own folder: other features and other machine code than everything else.
const TARGET_FOLDER: &str = "web";
/// How the engine is built.
const BUILD: [&str; 7] = ["build", "--package", "linli-web", "--profile", "web", "--target", TARGET];
/// SQLite's shim is written in the C of 2023, which older clangs must be told.
const C_VERSION: &str = "-std=gnu2x";
/// Parts of SQLite that are compiled in unless told otherwise, and that no query of the phone's store uses: together
/// 88 kB of what phones download.
const SQLITE_WITHOUT: [&str; 16] = [
    "-USQLITE_ENABLE_API_ARMOR",
    "-USQLITE_ENABLE_BYTECODE_VTAB",
    "-USQLITE_ENABLE_COLUMN_METADATA",
    "-USQLITE_ENABLE_DBPAGE_VTAB",
    "-USQLITE_ENABLE_DBSTAT_VTAB",
    "-USQLITE_ENABLE_FTS5",
    "-USQLITE_ENABLE_MATH_FUNCTIONS",
    "-USQLITE_ENABLE_OFFSET_SQL_FUNC",
    "-USQLITE_ENABLE_PREUPDATE_HOOK",
    "-USQLITE_ENABLE_RTREE",
    "-USQLITE_ENABLE_SESSION",
    "-USQLITE_ENABLE_STMTVTAB",
    "-USQLITE_ENABLE_UNKNOWN_SQL_FUNCTION",
    "-USQLITE_ENABLE_UNLOCK_NOTIFY",
    "-DSQLITE_OMIT_DESERIALIZE",
    "-DSQLITE_OMIT_JSON",
];
/// Everything that the build needs on a bare Debian.
const DEBIAN_PACKAGES: [&str; 8] =
    ["cargo", "rustc", "libstd-rust-dev-wasm32", "clang", "lld", "llvm", "gcc", "libc6-dev"];
/// What the engine is made of.
const ENGINE_SOURCES: [&str; 5] =
    ["core/src", "bindings/engine", "bindings/web", "Cargo.lock", "xtask/src/app.rs"];
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
    let target = workspace.target.join(TARGET_FOLDER);
    let mut build = if has_target()? { here(workspace, &target)? } else { in_debian(workspace, &target)? };
    run(&mut build)?;
    let wasm = target.join(TARGET).join("web/linli_web.wasm");
    let mut write = workspace.cargo(&["run", "--quiet", "--package", "linli-webgen", "--"]);
    run(write.arg(wasm).arg(workspace.root.join(PACKAGE)))
}

/// With this machine's Rust and clang.
fn here(workspace: &Workspace, target: &Path) -> anyhow::Result<Command> {
    require_clang()?;
    let mut build = workspace.cargo(&BUILD);
    build.env("CARGO_TARGET_DIR", target).envs(c_compiler());
    Ok(build)
}

/// What compiles SQLite and zstd.
fn c_compiler() -> [(&'static str, String); 3] {
    let flags = format!("{C_VERSION} {}", SQLITE_WITHOUT.join(" "));
    [
        ("CC_wasm32_unknown_unknown", "clang".into()),
        ("AR_wasm32_unknown_unknown", "llvm-ar".into()),
        ("CFLAGS_wasm32_unknown_unknown", flags),
    ]
}

/// With the Rust of a newer Debian, where this machine's has no library for WebAssembly and nowhere to get it.
fn in_debian(workspace: &Workspace, target: &Path) -> anyhow::Result<Command> {
    run(&mut workspace.cargo(&["fetch", "--locked"]))?;
    let debian = Debian::with("rust-wasm", UNSTABLE, &DEBIAN_PACKAGES, "true")?;
    let named = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = named("CARGO_HOME").or_else(|| Some(named("HOME")?.join(".cargo")));
    let home = home.context("there is no folder of cargo's: neither CARGO_HOME nor HOME is set")?;
    std::fs::create_dir_all(target)?;
    let mut build = debian.command(&[&workspace.root, &home, target])?;
    build.arg("env").arg("-C").arg(&workspace.root);
    build.arg(format!("CARGO_HOME={}", home.display())).arg(format!("CARGO_TARGET_DIR={}", target.display()));
    build.args(c_compiler().map(|(name, value)| format!("{name}={value}")));
    build.arg("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld");
    build.arg("cargo").args(BUILD).arg("--offline");
    Ok(build)
}

/// Whether Rust's own library for WebAssembly is here, or could be fetched.
fn has_target() -> anyhow::Result<bool> {
    let folder = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let folder = String::from_utf8(folder.context("cannot run rustc")?.stdout)?;
    if Path::new(folder.trim()).exists() {
        return Ok(true);
    }
    Ok(Command::new("rustup").args(["target", "add", TARGET]).status().is_ok_and(|added| added.success()))
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
