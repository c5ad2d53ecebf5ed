//! What a running program says, line by line, without waiting longer than a deadline.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Nothing in a test takes longer than this on the slowest machine; whoever waits longer is stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The lines of a program's output, each a JSON object.
pub struct Lines {
    what: String,
    lines: Receiver<String>,
}

impl Lines {
    /// Reads on a thread of its own, so that a deadline can end the waiting.
    pub fn of(what: impl Into<String>, output: impl Read + Send + 'static) -> Lines {
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { return };
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Lines { what: what.into(), lines }
    }

    /// The next line.
    pub fn next(&self) -> Value {
        self.before(Instant::now() + PATIENCE).unwrap_or_else(|| panic!("{} said nothing in time", self.what))
    }

    /// The next line, if it comes before the deadline. A program that has ended says nothing more.
    pub fn before(&self, deadline: Instant) -> Option<Value> {
        let wait = deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(wait) {
            Ok(line) => Some(parse(&line)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("{} has ended", self.what),
        }
    }

    /// The first line that is as wanted; those before it are dropped.
    pub fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = self.before(deadline);
            let line = line.unwrap_or_else(|| panic!("{} did not say what was waited for", self.what));
            if wanted(&line) {
                return line;
            }
        }
    }

    /// Everything said until the program ended.
    pub fn rest(self) -> Vec<Value> {
        // A line cut in the middle by a kill was never said.
        self.lines.iter().filter_map(|line| serde_json::from_str(&line).ok()).collect()
    }
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("not a JSON line ({error}): {line}"))
}
