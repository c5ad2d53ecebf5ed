//! A phone under load in a process of its own, made to be killed.

use crate::lines::{Lines, PATIENCE};
use crate::program::command;
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Instant;

/// A phone that saves and synchronises at the same time, and tells what is done.
pub struct BusyPhone {
    child: Child,
    orders: ChildStdin,
    events: Option<Lines>,
    saved: Vec<String>,
    sent: usize,
    saves_running: u32,
    syncs_running: u32,
    last_sync_worked: bool,
}

impl BusyPhone {
    /// Starts on the store of an enrolled phone.
    pub fn start(store: &Path) -> BusyPhone {
        let mut command = command("linli-busy-phone");
        command.arg(store).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the busy phone starts");
        let orders = child.stdin.take().expect("its input");
        let events = Lines::of("the busy phone", child.stdout.take().expect("its output"));
        assert_eq!(events.next()["event"], "open");
        BusyPhone {
            child,
            orders,
            events: Some(events),
            saved: Vec::new(),
            sent: 0,
            saves_running: 0,
            syncs_running: 0,
            last_sync_worked: false,
        }
    }

    /// Begins to record so many visits.
    pub fn save(&mut self, visits: u32) {
        writeln!(self.orders, "save {visits}").expect("the busy phone listens");
        self.saves_running += 1;
    }

    /// Begins to synchronise.
    pub fn sync(&mut self) {
        writeln!(self.orders, "sync").expect("the busy phone listens");
        self.syncs_running += 1;
    }

    /// Takes in what the phone says until a moment has come.
    pub fn listen_until(&mut self, moment: Instant) {
        while let Some(event) = self.events.as_ref().and_then(|events| events.before(moment)) {
            self.take_in(&event);
        }
    }

    /// Waits until everything that was begun is saved; ids of the visits saved meanwhile.
    pub fn all_saved(&mut self) -> Vec<String> {
        let before = self.saved.len();
        self.wait_while(|phone| phone.saves_running > 0);
        self.saved.iter().skip(before).cloned().collect()
    }

    /// Waits until synchronising has ended; whether the last one reached its end.
    pub fn sync_ended(&mut self) -> bool {
        self.wait_while(|phone| phone.syncs_running > 0);
        self.last_sync_worked
    }

    /// Every visit that was saved, in order.
    pub fn saved(&self) -> &[String] {
        &self.saved
    }

    /// Those that the relay has acknowledged: work goes out in the order in which it was saved.
    pub fn acknowledged(&self) -> &[String] {
        self.saved.get(..self.sent).unwrap_or(&self.saved)
    }

    /// Kills the phone; every visit that it said was saved.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("the busy phone can be killed");
        self.child.wait().expect("the busy phone is gone");
        for event in self.events.take().map(Lines::rest).unwrap_or_default() {
            self.take_in(&event);
        }
        std::mem::take(&mut self.saved)
    }

    fn wait_while(&mut self, going_on: impl Fn(&BusyPhone) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while going_on(self) {
            let event = self.events.as_ref().and_then(|events| events.before(deadline));
            self.take_in(&event.expect("the busy phone goes on in time"));
        }
    }

    fn take_in(&mut self, event: &Value) {
        match event["event"].as_str() {
            Some("saved") => self.saved.extend(event["id"].as_str().map(str::to_owned)),
            Some("all_saved") => self.saves_running -= 1,
            Some("sent") => {
                let records = event["records"].as_u64().expect("a number");
                self.sent += usize::try_from(records).expect("a small number");
            }
            Some("synced") => self.sync_finished(true),
            Some("offline") => self.sync_finished(false),
            _ => {}
        }
    }

    fn sync_finished(&mut self, worked: bool) {
        self.syncs_running -= 1;
        self.last_sync_worked = worked;
    }
}

impl Drop for BusyPhone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
