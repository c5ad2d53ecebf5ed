//! The relay as a process: started, stopped politely, and at the end become.

use super::program::{Program, arg, text};
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running relay. Dropping it kills it, so that a story that breaks leaves nothing behind.
pub(crate) struct Relay {
    process: Child,
    pub(crate) address: String,
    pub(crate) url: String,
    pub(crate) token_file: PathBuf,
}

impl Relay {
    /// Starts one and waits until it listens.
    pub(crate) fn start(linli: &Program, data: &Path, listen: &str, log: &Path) -> anyhow::Result<Relay> {
        let log_file = File::options().create(true).append(true).open(log)?;
        let mut command = linli.command(&["serve", "--data", arg(data)?, "--listen", listen, "--json"]);
        let mut process = command.stdout(Stdio::piped()).stderr(log_file).spawn()?;
        let out = process.stdout.take().context("the relay has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let hello: Value = serde_json::from_str(&line).with_context(|| {
            let _ = process.kill();
            format!("the relay did not start; {} says why", log.display())
        })?;
        Ok(Relay {
            process,
            address: text(&hello, "listening").to_owned(),
            url: text(&hello, "url").to_owned(),
            token_file: PathBuf::from(text(&hello, "admin_token_file")),
        })
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        // The shell's own `kill`: a bare Debian has no such program, and std cannot send this signal.
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.process.id())).status()?;
        ensure!(asked.success() && self.process.wait()?.success(), "the relay did not stop cleanly");
        Ok(())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Becomes the relay: this process is replaced, so that Ctrl-C and signals reach it alone. Returns only
/// when that fails.
pub(crate) fn become_relay(linli: &Program, data: &Path, listen: &str) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;
    let mut command = linli.command(&["serve", "--data", arg(data)?, "--listen", listen]);
    Err(command.env("LINLI_LOG", "warn").exec().into())
}
