//! Listings that are kept, so that whoever reviews a change sees what it changes.

use std::path::PathBuf;

/// Stops unless the lines are those of a file in `tests/access`; `LINLI_ACCEPT_ACCESS=1` writes it anew.
pub fn kept_listing(name: &str, lines: &[String]) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("access").join(name);
    let now = lines.join("\n") + "\n";
    if std::env::var_os("LINLI_ACCEPT_ACCESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, &now).expect("the listing");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let kept: Vec<&str> = kept.lines().collect();
    let gone: Vec<&&str> = kept.iter().filter(|line| !lines.iter().any(|now| now == **line)).collect();
    let new: Vec<&String> = lines.iter().filter(|line| !kept.contains(&line.as_str())).collect();
    assert!(
        gone.is_empty() && new.is_empty() && kept.len() == lines.len(),
        "{name} says otherwise; if this is meant, run with LINLI_ACCEPT_ACCESS=1. Gone: {gone:#?} New: {new:#?}"
    );
}
