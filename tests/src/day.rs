//! One scripted day for a phone of any make: the office, a colleague, clashes, kills, work carried in a file.
//!
//! The script (`tests/day/script.json`) says who does what in which order. This module plays the office and the
//! colleague, and tells the phone under test what to do, a step at a time ([`Driven`]). At the end everybody holds
//! the same documents, by their heads, and the office's books say what `tests/day/expected.json` says, whatever
//! language the phone was driven in.

mod books;
mod driven;

pub use books::{books, expected};
pub use driven::{Attached, CommandLine, Driven, Spawned};

use crate::ledger::text;
use crate::phone::Phone;
use crate::relay::Relay;
use crate::roster::{GRID, Roster};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Whose phone is under test.
pub const WORKER: &str = "孙丽";
/// Who does the same grid, always with `linli-phone`.
const COLLEAGUE: &str = "郑凯";
/// Doors in the roster: 1-1-101 and on.
const DOORS: usize = 60;

const SCRIPT: &str = include_str!("../day/script.json");

/// A door of the script.
struct Door {
    /// Unknown until somebody whom we can ask has it.
    id: Option<String>,
    /// As people look for it on a screen: a name, or an address where nobody is known to live.
    search: String,
    /// The resident of the roster.
    resident: Option<String>,
}

/// The day, while it goes on.
pub struct Day {
    /// The office.
    pub relay: Relay,
    /// The other phone.
    pub colleague: Phone,
    doors: BTreeMap<String, Door>,
}

/// Plays the whole script.
pub fn live(phone: &mut dyn Driven) -> Day {
    live_with(phone, |_| true)
}

/// Plays those steps of the script that are wanted: a day with something missing must be seen to be another one.
pub fn live_with(phone: &mut dyn Driven, wanted: impl Fn(&Value) -> bool) -> Day {
    let mut day = Day::begin(phone);
    for step in script().iter().filter(|step| wanted(step)) {
        match text(step, "who").as_str() {
            "office" => day.at_the_office(step),
            "colleague" => day.by_the_colleague(step),
            "phone" => day.on_the_phone(phone, step),
            other => panic!("{other} has no part in the day"),
        }
    }
    day
}

/// The steps, in order.
pub fn script() -> Vec<Value> {
    let script: Value = serde_json::from_str(SCRIPT).expect("the script is JSON");
    script.as_array().expect("a list of steps").clone()
}

impl Day {
    fn begin(phone: &mut dyn Driven) -> Day {
        let relay = Relay::start();
        relay.import(&Roster::of_doors(DOORS).write(&relay.file(""), "名册", Roster::csv()));
        let colleague = relay.phone_of(COLLEAGUE, &[GRID.to_owned()]);
        relay.office(&["workers", "add", WORKER, "--grid", GRID]);
        let code = text(&relay.office_one(&["enrol-code", "--worker", WORKER]), "code");
        let fingerprint = phone.ask(&json!({"do": "enrol", "url": relay.url(), "code": code}));
        assert!(fingerprint.is_object(), "the phone is enrolled: {fingerprint}");
        phone.ask(&json!({"do": "sync"}));
        let doors = colleague.households().into_iter().map(|id| {
            let card = colleague.card(&id);
            let resident = &card["residents"][0];
            let door =
                Door { search: text(resident, "name"), resident: Some(text(resident, "id")), id: Some(id) };
            let (_, room) = text(&card, "address")
                .rsplit_once("单元")
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .expect("a room");
            (room.trim_end_matches('室').to_owned(), door)
        });
        let doors: BTreeMap<String, Door> = doors.collect();
        assert_eq!(doors.len(), DOORS);
        Day { relay, colleague, doors }
    }

    fn at_the_office(&mut self, step: &Value) {
        match text(step, "do").as_str() {
            // As a power cut does it: nobody is told.
            "cut" => self.relay.kill(),
            "mend" => self.relay.start_again(),
            "resolve" => self.resolve(step),
            other => panic!("the office cannot {other}"),
        }
    }

    fn resolve(&self, step: &Value) {
        self.relay.settle();
        let home = self.door(step).id.clone().expect("a household that the office has");
        let open = self.relay.office(&["conflicts", "--status", "open"]);
        let about = |one: &&Value| one["household"] == home.as_str() && one["field"] == step["field"];
        let conflict = open.iter().find(about).unwrap_or_else(|| panic!("no conflict for {step}: {open:?}"));
        let values = conflict["values"].as_array().expect("values");
        let kept = values.iter().find(|value| value["value"] == step["keep"]).expect("the value to keep");
        let (conflict, choice) = (text(conflict, "id"), kept["choice"].to_string());
        self.relay.office_one(&[
            "resolve",
            &conflict,
            "--choose",
            &choice,
            "--reason",
            &text(step, "reason"),
        ]);
    }

    fn by_the_colleague(&mut self, step: &Value) {
        let file = step["file"].as_str().map(|name| self.file(name).display().to_string());
        match (text(step, "do").as_str(), file) {
            ("sync", _) => drop(self.colleague.sync()),
            ("export", Some(file)) => drop(self.colleague.one(&["unsent", "export", &file])),
            ("import", Some(file)) => drop(self.colleague.one(&["unsent", "import", &file])),
            _ => drop(
                self.colleague
                    .one(&driven::words(&self.told(step)).iter().map(String::as_str).collect::<Vec<_>>()),
            ),
        }
    }

    fn on_the_phone(&mut self, phone: &mut dyn Driven, step: &Value) {
        let told = self.told(step);
        match text(step, "do").as_str() {
            "kill" => phone.kill(),
            "offline" | "online" => phone.connect(step["do"] == "online"),
            "add_household" => {
                let added = phone.ask(&told);
                let id = added["id"].as_str().map(str::to_owned);
                let search = text(step, "address");
                self.doors.insert(text(step, "door"), Door { id, search, resident: None });
            }
            "unsent" => {
                let said = phone.ask(&told);
                assert_eq!(said["unsent"], step["is"], "after a kill: nothing lost, nothing twice");
            }
            "notices" => {
                assert_eq!(phone.ask(&told)["notices"], step["told"], "what the office decided is told");
            }
            "export" => assert_eq!(phone.ask(&told)["records"], step["records"], "{step}"),
            "sync" => {
                let said = phone.ask(&told);
                assert_eq!(said["caught_up"], true, "{step}: {said}");
            }
            _ => drop(phone.ask(&told)),
        }
    }

    /// The step with what everybody needs to carry it out: ids of the door and its resident, how to look for it,
    /// whole paths.
    fn told(&self, step: &Value) -> Value {
        let mut told = step.clone();
        if step["door"].is_string() && step["do"] != "add_household" {
            let door = self.door(step);
            told["household"] = json!(door.id);
            told["search"] = json!(door.search);
            if step["resident"] == "person" {
                told["resident"] = json!(door.resident);
            }
        }
        if step["do"] == "add_household" {
            told["grid"] = json!(GRID);
        }
        if let Some(name) = step["file"].as_str() {
            told["file"] = json!(self.file(name));
        }
        told
    }

    fn door(&self, step: &Value) -> &Door {
        let door = text(step, "door");
        self.doors.get(&door).unwrap_or_else(|| panic!("nobody knows door {door} yet"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.relay.file(&format!("{name}.linli"))
    }

    /// Everybody holds the same, and the office's books are the ones that are kept. What is not so, in words.
    pub fn differences(&self, phone: &mut dyn Driven) -> Vec<String> {
        self.relay.settle();
        self.relay.verify();
        let office = spaces(&self.relay.office(&["digests"]));
        let mut found = Vec::new();
        for (whose, held) in [
            ("the phone", phone.ask(&json!({"do": "digests"}))["digests"].clone()),
            ("the colleague's phone", json!(self.colleague.say(&["digests"]))),
        ] {
            let held = spaces(held.as_array().unwrap_or_else(|| panic!("{whose} says what it holds")));
            let (_, documents) =
                held.values().max_by_key(|(documents, _)| *documents).expect("a space").clone();
            assert!(
                !documents.is_empty() && held.len() > 1,
                "{whose} has the grid and the community: {held:?}"
            );
            for (space, there) in held {
                let nothing = (0, there.1.clone());
                let here = office.get(&space).cloned().unwrap_or(nothing);
                if here != there {
                    found.push(format!("{whose} holds {there:?} of {space}, the office {here:?}"));
                }
            }
        }
        found.extend(books::differences(&books(&self.relay), &expected()));
        found
    }
}

/// Number of documents and code by space.
fn spaces(digests: &[Value]) -> BTreeMap<String, (u64, String)> {
    let read = |one: &Value| {
        let documents = one["documents"].as_u64().unwrap_or_else(|| panic!("a number in {one}"));
        (text(one, "space"), (documents, text(one, "code")))
    };
    digests.iter().map(read).collect()
}
