//! What fuzzers found, and what they start from, replayed through the same functions: no bytes make a panic.
//!
//! CONTRIBUTING.md says how to look for more.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

#[expect(unreachable_pub, reason = "the crate of the fuzz targets exports them")]
#[path = "../../core/fuzz/src/entries.rs"]
mod entries;

use std::path::{Path, PathBuf};

/// Kept files stay few and small, so that replaying them is cheap.
const FILES_MAX: usize = 200;
const BYTES_MAX: u64 = 1 << 20;

fn kept(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("what is kept for the target")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    files
}

#[test]
fn nothing_that_was_kept_makes_any_reader_panic() {
    let (mut files, mut size) = (0, 0);
    for (target, enter) in entries::ALL {
        let kept = kept(target);
        assert!(!kept.is_empty(), "{target} has something to start from");
        for file in kept {
            println!("{}", file.display());
            let bytes = std::fs::read(&file).expect("its bytes");
            enter(&bytes);
            files += 1;
            size += bytes.len() as u64;
        }
    }
    assert!(files <= FILES_MAX && size <= BYTES_MAX, "{files} files of {size} bytes: too many to keep");
}
