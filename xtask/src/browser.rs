//! The browser that stories are played in: Debian's Chromium, installed when it is missing.

use anyhow::{Context as _, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names another browser than Debian's.
const VARIABLE: &str = "LINLI_CHROMIUM";
const DEBIAN: &str = "/usr/bin/chromium";
/// The browser, and a Chinese font: without one every screenshot is a page of boxes.
const PACKAGES: [&str; 2] = ["chromium", "fonts-wqy-microhei"];

/// Where the browser is.
pub(crate) fn find_or_install() -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        ensure!(named.exists(), "{VARIABLE} names {}, which is not there", named.display());
        return Ok(named);
    }
    if !Path::new(DEBIAN).exists() || !has_chinese_font() {
        println!("==> apt-get install {}", PACKAGES.join(" "));
        apt(&["update", "-q"])?;
        apt(&[&["install", "-q", "-y", "--no-install-recommends"], PACKAGES.as_slice()].concat())?;
    }
    Ok(DEBIAN.into())
}

fn has_chinese_font() -> bool {
    let listed = Command::new("fc-list").arg(":lang=zh").output();
    listed.is_ok_and(|listed| !listed.stdout.is_empty())
}

fn apt(args: &[&str]) -> anyhow::Result<()> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
    if !is_root {
        command.args(["-n", "apt-get"]);
    }
    let status = command.args(args).env("DEBIAN_FRONTEND", "noninteractive").status();
    let help = format!("install {} by hand, or name a browser in {VARIABLE}", PACKAGES.join(" and "));
    let status = status.with_context(|| format!("cannot run apt-get; {help}"))?;
    ensure!(status.success(), "apt-get {} failed; {help}", args.join(" "));
    Ok(())
}
