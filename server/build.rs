//! Puts the built console into the binary: every file of `console/dist`, with its `.br` where the build made
//! one. Without a built console, a page that says how to build it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = here.join("console").join("dist");
    // Cargo compiles everything anew each time when it is told to watch something that is not there.
    std::fs::create_dir_all(&dist)?;
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let index = dist.join("index.html");
    let index = if index.exists() { index } else { here.join("src").join("console").join("unbuilt.html") };
    let mut code = format!("const INDEX: &str = include_str!({index:?});\nconst FILES: &[File] = &[\n");
    for file in &files {
        let name = file.strip_prefix(&dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        if name == "index.html" || name.ends_with(".br") {
            continue;
        }
        let compressed = PathBuf::from(format!("{}.br", file.display()));
        let compressed =
            if compressed.exists() { format!("Some(include_bytes!({compressed:?}))") } else { "None".into() };
        let _ = writeln!(
            code,
            "    File {{ path: {:?}, bytes: include_bytes!({file:?}), compressed: {compressed} }},",
            format!("/{name}")
        );
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("console.rs"), code)
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
