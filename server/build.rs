//! Puts the built console and field app into the binary: every file of their `dist` folders, with its `.br` where the
//! build made one. Instead of one that was not built, a page that says how to build it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    let unbuilt = |name: &str| here.join("src").join("site").join(name);
    let console = site("CONSOLE", &here.join("console").join("dist"), &unbuilt("unbuilt.html"))?;
    let app = here.join("..").join("mobile-demo").join("web").join("dist");
    let app = site("APP", &app, &unbuilt("unbuilt-app.html"))?;
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("sites.rs"), console + &app)
}

/// Two constants: the page, and the other files.
fn site(name: &str, dist: &Path, unbuilt: &Path) -> std::io::Result<String> {
    // Cargo compiles everything anew each time when it is told to watch something that is not there.
    std::fs::create_dir_all(dist)?;
    let dist = dist.canonicalize()?;
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let index = dist.join("index.html");
    let index = if index.exists() { index } else { unbuilt.to_owned() };
    let mut code =
        format!("const {name}_INDEX: &str = include_str!({index:?});\nconst {name}_FILES: &[File] = &[\n");
    for file in &files {
        let path = file.strip_prefix(&dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        if path == "index.html" || path.ends_with(".br") {
            continue;
        }
        let compressed = PathBuf::from(format!("{}.br", file.display()));
        let compressed =
            if compressed.exists() { format!("Some(include_bytes!({compressed:?}))") } else { "None".into() };
        let _ = writeln!(
            code,
            "    File {{ path: {:?}, bytes: include_bytes!({file:?}), compressed: {compressed} }},",
            format!("/{path}")
        );
    }
    code.push_str("];\n");
    Ok(code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
