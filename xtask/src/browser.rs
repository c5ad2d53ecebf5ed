//! The browser that stories are played in: Debian's Chromium, installed when it is missing.

use crate::apt;
use anyhow::ensure;
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
        let help = format!("install {} by hand, or name a browser in {VARIABLE}", PACKAGES.join(" and "));
        apt::install(&PACKAGES, &help)?;
    }
    Ok(DEBIAN.into())
}

fn has_chinese_font() -> bool {
    let listed = Command::new("fc-list").arg(":lang=zh").output();
    listed.is_ok_and(|listed| !listed.stdout.is_empty())
}
