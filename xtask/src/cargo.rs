//! Calling cargo, and where it puts things.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The workspace, as cargo sees it.
pub(crate) struct Workspace {
    /// Folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where builds go; not always `target`.
    pub(crate) target: PathBuf,
    metadata: Value,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> anyhow::Result<Workspace> {
        require_libcrypto()?;
        let args = ["metadata", "--no-deps", "--format-version", "1"];
        let out = Command::new(program()).args(args).stderr(Stdio::inherit()).output();
        let out = out.context("cannot run cargo")?;
        ensure!(out.status.success(), "cargo metadata failed; run this inside the repository");
        let metadata: Value = serde_json::from_slice(&out.stdout)?;
        let path = |key: &str| metadata.get(key).and_then(Value::as_str).map(PathBuf::from);
        let root = path("workspace_root").context("cargo metadata names no workspace")?;
        let target = path("target_directory").context("cargo metadata names no target folder")?;
        Ok(Workspace { root, target, metadata })
    }

    /// A cargo command at the root.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(&self.root);
        command
    }

    /// Builds the binaries for use, and says where they are. The whole workspace at once: building some of
    /// its crates alone chooses other features of the libraries and compiles them all again.
    pub(crate) fn build_release(&self) -> anyhow::Result<PathBuf> {
        crate::console::build_if_stale(&self.root)?;
        crate::app::build_if_stale(self)?;
        let args = ["build", "--release", "--workspace", "--bins"];
        ensure!(self.cargo(&args).status()?.success(), "the build failed; cargo says why above");
        Ok(self.target.join("release"))
    }

    /// Whether a package has a binary of this name.
    pub(crate) fn has_binary(&self, package: &str, binary: &str) -> bool {
        let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned();
        let is = |value: &Value, name: &str| value.get("name").and_then(Value::as_str) == Some(name);
        let packages = list(&self.metadata, "packages").unwrap_or_default();
        let package = packages.iter().find(|found| is(found, package));
        let targets = package.and_then(|package| list(package, "targets")).unwrap_or_default();
        let bin = |target: &Value| list(target, "kind").is_some_and(|kinds| kinds.contains(&"bin".into()));
        targets.iter().any(|target| is(target, binary) && bin(target))
    }
}

/// A phone's store is locked with OpenSSL's libcrypto, except on Apple's systems, which have their own.
fn require_libcrypto() -> anyhow::Result<()> {
    let header = "openssl/crypto.h";
    let folders = ["/usr/include", "/usr/local/include"].map(PathBuf::from);
    let elsewhere = std::env::var_os("OPENSSL_DIR").is_some();
    if !cfg!(target_os = "linux") || elsewhere || folders.iter().any(|folder| folder.join(header).exists()) {
        return Ok(());
    }
    crate::apt::install(&["libssl-dev"], "install OpenSSL's headers, or say in OPENSSL_DIR where they are")
}

/// The cargo that runs us, so that a chosen toolchain stays chosen.
fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
