//! The phone under test, by whatever it is driven.
//!
//! A step is an object with `do`; the answer is an object with what was asked. `visit`, `edit`, `add_household`,
//! `add_resident`, `edit_resident`, `issue`, `import` and `enrol` answer with anything (`add_household` with the
//! `id`, when known), `sync` with `caught_up`, `unsent` with `unsent`, `export` with `records`, `notices` with
//! `notices` (`kept`, `mine`, `reason`), `digests` with `digests` (`space`, `documents`, `code`).

use crate::ledger::text;
use crate::lines::Lines;
use crate::phone::Phone;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::{BufRead as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A phone that does what it is told.
pub trait Driven {
    /// Does a step, which must succeed.
    fn ask(&mut self, step: &Value) -> Value;
    /// Is killed without a word, and opened again.
    fn kill(&mut self);
    /// Gets a network, or loses it. A phone that connects only when it is told to needs none of this.
    fn connect(&mut self, _online: bool) {}
}

/// `linli-phone`: a process for each step.
pub struct CommandLine(Phone);

impl CommandLine {
    /// A phone that nobody has enrolled.
    pub fn new(worker: &str) -> CommandLine {
        CommandLine(Phone::new(worker))
    }
}

impl Driven for CommandLine {
    fn ask(&mut self, step: &Value) -> Value {
        let words = words(step);
        let mut said = self.0.say(&words.iter().map(String::as_str).collect::<Vec<_>>());
        match step["do"].as_str() {
            Some("digests") => json!({"digests": said}),
            Some("notices") => {
                let told =
                    |one: &Value| json!({"kept": one["kept"], "mine": one["mine"], "reason": one["reason"]});
                json!({"notices": said.iter().map(told).collect::<Vec<_>>()})
            }
            _ => said.pop().expect("an answer"),
        }
    }

    /// Whatever the last step saved, a phone that was about to hand it in is killed at that.
    fn kill(&mut self) {
        let watching = self.0.watch();
        watching.events.next();
        drop(watching);
    }
}

/// What `linli-phone` calls a step.
pub(super) fn words(step: &Value) -> Vec<String> {
    let of = |key: &str| text(step, key);
    let mut words = match of("do").as_str() {
        "enrol" => vec!["enrol".into(), of("url"), of("code")],
        "unsent" => vec!["status".into()],
        "visit" => vec!["visit".into(), of("household")],
        "edit" => vec!["edit".into(), of("household"), of("field"), of("typed")],
        "edit_resident" => {
            vec!["edit-resident".into(), of("household"), of("resident"), of("field"), of("typed")]
        }
        "add_household" => vec!["add-household".into(), "--force".into()],
        "add_resident" => vec!["add-resident".into(), of("household")],
        "issue" => vec!["issue".into(), of("category"), of("text")],
        way @ ("export" | "import") => vec!["unsent".into(), way.into(), of("file")],
        word => vec![word.into()],
    };
    let options: &[&str] = match words.first().map(String::as_str) {
        Some("visit") => &["outcome", "at_home", "needs", "note"],
        Some("add-household") => &["grid", "address", "contact_phone", "note"],
        Some("add-resident") => &["name", "relation", "gender", "birth", "phone"],
        Some("issue") => &["household", "place"],
        _ => &[],
    };
    for option in options {
        let name =
            if *option == "needs" { "--need".to_owned() } else { format!("--{}", option.replace('_', "-")) };
        let values = match &step[*option] {
            Value::Null => Vec::new(),
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        for value in values {
            words.push(name.clone());
            words.push(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    words
}

/// A program that opens the phone in the folder that is its last argument, reads a step a line and answers with a
/// line.
pub struct Spawned {
    command: Vec<OsString>,
    running: Option<(Child, ChildStdin, Lines)>,
}

impl Spawned {
    /// Starts it. `command` is the program with its arguments, the store among them.
    pub fn start(command: Vec<OsString>) -> Spawned {
        let mut phone = Spawned { command, running: None };
        phone.open();
        phone
    }

    fn open(&mut self) {
        let (program, args) = self.command.split_first().expect("a program");
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let orders = child.stdin.take().expect("its input");
        let answers = Lines::of("the phone under test", child.stdout.take().expect("its output"));
        self.running = Some((child, orders, answers));
    }

    fn end(&mut self) {
        if let Some((mut child, ..)) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Driven for Spawned {
    fn ask(&mut self, step: &Value) -> Value {
        let (_, orders, answers) = self.running.as_mut().expect("a running phone");
        writeln!(orders, "{step}").expect("the phone under test listens");
        let answer = answers.next();
        assert!(answer["error"].is_null(), "{step}: {answer}");
        answer
    }

    fn kill(&mut self) {
        self.end();
        self.open();
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        self.end();
    }
}

/// Whoever started this program drives the phone itself: steps go to standard output, answers come on standard
/// input. `kill`, `offline` and `online` are steps as well.
pub struct Attached;

impl Driven for Attached {
    fn ask(&mut self, step: &Value) -> Value {
        println!("{step}");
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).expect("an answer");
        assert!(read > 0, "nobody answers to {step}");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(answer["error"].is_null(), "{step}: {answer}");
        answer
    }

    fn kill(&mut self) {
        self.ask(&json!({"do": "kill"}));
    }

    fn connect(&mut self, online: bool) {
        self.ask(&json!({"do": if online { "online" } else { "offline" }}));
    }
}
