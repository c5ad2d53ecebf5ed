//! A phone: the engine behind its command line, with a store of its own.

use crate::folder::Folder;
use crate::lines::Lines;
use crate::program::{Refusal, command, refused, said};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A phone. Nothing it does but [`Phone::sync`] needs a relay.
pub struct Phone {
    folder: Folder,
    store: PathBuf,
    worker: String,
    clock_offset_ms: i64,
    authority: Option<PathBuf>,
}

/// A phone that stays connected, until dropped.
pub struct Watching {
    child: Child,
    /// Its events.
    pub events: Lines,
}

impl Phone {
    /// A phone that nobody has enrolled.
    pub fn new(worker: &str) -> Phone {
        let folder = Folder::new();
        let store = folder.join("phone");
        Phone { folder, store, worker: worker.to_owned(), clock_offset_ms: 0, authority: None }
    }

    /// The same phone with its clock set forward or back.
    pub fn with_clock_off_by_days(mut self, days: i64) -> Phone {
        self.clock_offset_ms = days * 24 * 3600 * 1000;
        self
    }

    /// The same phone, believing only this authority.
    pub fn with_authority(mut self, file: &Path) -> Phone {
        self.authority = Some(file.to_owned());
        self
    }

    /// Whose it is.
    pub fn worker(&self) -> &str {
        &self.worker
    }

    /// Where it keeps its data.
    pub fn store(&self) -> &Path {
        &self.store
    }

    /// A file in the phone's folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The phone's command line, about to run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = command("linli-phone");
        command.arg("--store").arg(&self.store).arg("--json").args(args);
        command.env("LINLI_CLOCK_OFFSET_MS", self.clock_offset_ms.to_string());
        if let Some(authority) = &self.authority {
            command.env("LINLI_CA_FILE", authority);
        }
        command
    }

    /// Does something, which must succeed.
    pub fn say(&self, args: &[&str]) -> Vec<Value> {
        said(&mut self.command(args))
    }

    /// Does something that answers with one object.
    pub fn one(&self, args: &[&str]) -> Value {
        let mut said = self.say(args);
        assert_eq!(said.len(), 1, "one answer to {args:?}: {said:?}");
        said.remove(0)
    }

    /// Does something, which must be refused.
    pub fn refuses(&self, args: &[&str]) -> Refusal {
        refused(&mut self.command(args))
    }

    /// Exchanges everything with the relay.
    pub fn sync(&self) -> Value {
        let report = self.one(&["sync"]);
        assert_eq!(report["caught_up"], true, "{}'s phone: {report}", self.worker);
        report
    }

    /// Stays connected.
    pub fn watch(&self) -> Watching {
        let mut child = self
            .command(&["sync", "--watch"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the phone starts");
        let output = child.stdout.take().expect("its output");
        Watching { child, events: Lines::of(format!("{}'s phone", self.worker), output) }
    }

    /// Changes a field of a household.
    pub fn edit(&self, household: &str, field: &str, value: &str) -> Value {
        self.one(&["edit", household, field, value])
    }

    /// Records a visit; its id.
    pub fn visit(&self, household: &str, note: &str) -> String {
        let saved = self.one(&["visit", household, "--outcome", "done", "--note", note]);
        saved["id"].as_str().expect("a visit's id").to_owned()
    }

    /// Adds a household; its id.
    pub fn add_household(&self, grid: &str, address: &str, more: &[&str]) -> String {
        let args = [&["add-household", "--grid", grid, "--address", address], more].concat();
        self.one(&args)["id"].as_str().expect("a household's id").to_owned()
    }

    /// A household's card.
    pub fn card(&self, household: &str) -> Value {
        self.one(&["household", household, "--history"])
    }

    /// Ids of the households on this phone.
    pub fn households(&self) -> Vec<String> {
        crate::ledger::ids(&self.say(&["households", "--limit", "20000"]))
    }

    /// How much waits to be uploaded.
    pub fn unsent(&self) -> u64 {
        self.one(&["status"])["unsent"].as_u64().expect("a number")
    }
}

impl Watching {
    /// Waits until everything is here and there.
    pub fn caught_up(&self) {
        self.events.until(|event| event["event"] == "caught_up");
    }

    /// Waits until colleagues' changes have arrived.
    pub fn received(&self) {
        self.events.until(|event| event["event"] == "received");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
