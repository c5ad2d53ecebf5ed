//! The phone engine in Swift: its package put together, its API, its story.
//!
//! With Swift installed that one is used; on a Debian without it, one in a folder of its own.

use crate::api;
use crate::bindings::folder;
use crate::cargo::Workspace;
use crate::debian::{Debian, STABLE};
use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What Swift's compiler wants on a bare Debian: itself, and what it and the engine link with.
const PACKAGES: [&str; 4] = ["swiftlang", "libc6-dev", "libstdc++-14-dev", "libssl3t64"];
/// Debian's package does not tell the linker where its libraries are.
const SET_UP: &str = "echo /usr/libexec/swift/lib/swift/linux > /etc/ld.so.conf.d/swift.conf && ldconfig";
/// Where Debian keeps what is not on the path.
const DEBIAN_TOOLS: &str = "/usr/libexec/swift/bin";
/// Where the package has the screens of the iOS app, which only a Mac can compile.
const APP: &str = "App";
/// Folders of ours, and where the package has them.
const KEPT: [(&str, &str); 5] = [
    ("bindings/swift/Sources", "Sources"),
    ("bindings/swift/Tests", "Tests"),
    ("mobile-demo/ios/Plain", "Sources/LinliAppPlain"),
    ("mobile-demo/ios/PlainTests", "Tests/LinliAppPlainTests"),
    ("mobile-demo/ios/Linli", APP),
];
/// What uniffi writes, and where the package has it.
const GENERATED: [(&str, &str); 3] = [
    ("LinliEngine.swift", "Sources/Linli/LinliEngine.swift"),
    ("LinliEngineFFI.h", "Sources/LinliEngineFFI/LinliEngineFFI.h"),
    ("LinliEngineFFI.modulemap", "Sources/LinliEngineFFI/module.modulemap"),
];

/// Somewhere to run Swift's programs, on the package below the target folder.
struct Swift<'a> {
    workspace: &'a Workspace,
    package: PathBuf,
    debian: Option<Debian>,
}

/// Puts together the package that people build: manifest, wrapper, generated code.
pub(crate) fn assemble(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let package = folder(workspace, "swift-package");
    let (mut files, mut there) = (BTreeMap::new(), BTreeMap::new());
    for (kept, place) in KEPT {
        read_all(&workspace.root.join(kept), Path::new(place), &mut files)?;
    }
    for (written, place) in GENERATED {
        files.insert(place.into(), std::fs::read(folder(workspace, "swift").join(written))?);
    }
    let manifest = std::fs::read(workspace.root.join("bindings/swift/Package.swift"))?;
    files.insert("Package.swift".into(), manifest);
    for part in ["Sources", "Tests", APP] {
        read_all(&package.join(part), Path::new(part), &mut there)?;
    }
    for gone in there.keys().filter(|path| !files.contains_key(*path)) {
        std::fs::remove_file(package.join(gone))?;
    }
    // What is as it was keeps its time, so that Swift does not compile it again.
    for (path, text) in &files {
        let place = package.join(path);
        if std::fs::read(&place).ok().as_ref() != Some(text) {
            place.parent().map(std::fs::create_dir_all).transpose()?;
            std::fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))?;
        }
    }
    Ok(package)
}

/// Compares the package's API with the kept listing, then leaves the story to be run.
pub(crate) fn story(workspace: &Workspace) -> anyhow::Result<Command> {
    let swift = Swift::ready(workspace)?;
    swift.parse_app()?;
    swift.compare_api(false)?;
    let mut story = swift.package_manager("test")?;
    story.arg("--skip-build");
    Ok(story)
}

/// Writes or compares the listing of the API.
pub(crate) fn compare_api(workspace: &Workspace, accept: bool) -> anyhow::Result<()> {
    Swift::ready(workspace)?.compare_api(accept)
}

impl Swift<'_> {
    fn ready(workspace: &Workspace) -> anyhow::Result<Swift<'_>> {
        let package = assemble(workspace)?;
        std::fs::create_dir_all(folder(workspace, "swift-home"))?;
        let installed = Command::new("swift").arg("--version").output().is_ok_and(|out| out.status.success());
        let debian = if installed {
            None
        } else {
            ensure!(cfg!(target_os = "linux"), "there is no Swift: install Xcode's command line tools");
            let made = Debian::with("swift-2", STABLE, &PACKAGES, SET_UP);
            Some(made.context("there is no Swift here, and none could be put into a folder; install Swift 6 so that `swift` is found")?)
        };
        Ok(Swift { workspace, package, debian })
    }

    fn compare_api(&self, accept: bool) -> anyhow::Result<()> {
        let mut build = self.package_manager("build")?;
        ensure!(build.arg("--build-tests").status()?.success(), "Swift says above what it cannot compile");
        let symbols = folder(self.workspace, "swift-symbols");
        std::fs::create_dir_all(&symbols)?;
        let modules = self.build_folder().join("debug/Modules");
        let ffi = self.package.join("Sources/LinliEngineFFI");
        let mut extract = self.command("swift-symbolgraph-extract")?;
        extract.args([
            "-module-name",
            "Linli",
            "-minimum-access-level",
            "public",
            "-skip-synthesized-members",
        ]);
        extract.arg("-target").arg(self.target()?);
        extract.arg("-I").arg(modules).arg("-I").arg(ffi).arg("-output-dir").arg(&symbols);
        ensure!(extract.status()?.success(), "swift-symbolgraph-extract says above what went wrong");
        let listing = api::of_swift(&std::fs::read_to_string(symbols.join("Linli.symbols.json"))?)?;
        api::compare(&self.workspace.root.join("bindings/swift/api.txt"), &listing, accept)
    }

    /// Reads the iOS app's screens without knowing what they use: there is no SwiftUI but on a Mac.
    fn parse_app(&self) -> anyhow::Result<()> {
        let mut files = BTreeMap::new();
        read_all(&self.package.join(APP), &self.package.join(APP), &mut files)?;
        let sources = files.keys().filter(|path| path.extension().is_some_and(|end| end == "swift"));
        let parsed = self.command("swiftc")?.arg("-parse").args(sources).status()?;
        ensure!(parsed.success(), "Swift says above what of mobile-demo/ios is not Swift");
        Ok(())
    }

    /// The platform that this Swift compiles for.
    fn target(&self) -> anyhow::Result<String> {
        let out = self.command("swift")?.arg("-print-target-info").output().context("cannot run swift")?;
        let info: serde_json::Value = serde_json::from_slice(&out.stdout)?;
        let triple = info.pointer("/target/triple").and_then(serde_json::Value::as_str);
        Ok(triple.context("swift does not say what it compiles for")?.to_owned())
    }

    /// `swift build` or `swift test` on the package, linked with the library that cargo built.
    fn package_manager(&self, what: &str) -> anyhow::Result<Command> {
        let library = self.workspace.target.join("debug");
        let mut command = self.command("swift")?;
        command.arg(what).arg("--package-path").arg(&self.package);
        command.arg("--scratch-path").arg(self.build_folder());
        for option in ["-L", "-rpath"] {
            command.args(["-Xlinker", option, "-Xlinker"]).arg(&library);
        }
        Ok(command)
    }

    fn command(&self, program: &str) -> anyhow::Result<Command> {
        let home = folder(self.workspace, "swift-home");
        let binaries = self.workspace.target.join("debug");
        let Some(debian) = &self.debian else {
            let mut command = Command::new(program);
            command.env("LINLI_BIN_DIR", binaries);
            return Ok(command);
        };
        let mut command = debian.command(&[&self.workspace.target])?;
        command.arg(format!("HOME={0}", home.display())).arg(format!("TMPDIR={}", home.display()));
        command.arg(format!("LINLI_BIN_DIR={}", binaries.display()));
        command.arg(format!("{DEBIAN_TOOLS}/{program}"));
        Ok(command)
    }

    fn build_folder(&self) -> PathBuf {
        folder(self.workspace, "swift-build")
    }
}

/// Every file below a folder, by its path below `place`. A folder that is not there has none.
fn read_all(at: &Path, place: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(at) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let (path, place) = (entry.path(), place.join(entry.file_name()));
        if path.is_dir() {
            read_all(&path, &place, files)?;
        } else {
            files.insert(place, std::fs::read(&path)?);
        }
    }
    Ok(())
}
