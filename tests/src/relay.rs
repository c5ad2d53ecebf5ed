//! The relay as a process of its own, and the office's command line against it.

use crate::browser::Browser;
use crate::events::Listener;
use crate::folder::Folder;
use crate::lines::{Lines, PATIENCE};
use crate::phone::Phone;
use crate::program::{Refusal, command, refused, said};
use crate::web::Web;
use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The community of every story.
pub const COMMUNITY: &str = "样例社区";

/// Whether a relay shows its metrics.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Metrics {
    /// On a port of its own.
    On,
    /// Not at all.
    Off,
}

/// A relay.
pub struct Relay {
    folder: Folder,
    data: PathBuf,
    metrics: Metrics,
    running: Option<Child>,
    listening: String,
    metrics_listening: Option<String>,
    setup_url: Option<String>,
    clock_offset_days: i64,
    /// Beyond what every relay is started with.
    args: Vec<String>,
    /// How much it says of itself; less when nobody decided.
    log_level: Option<&'static str>,
    /// The only authority that the office's command line believes.
    authority: Option<PathBuf>,
}

impl Relay {
    /// Starts on an empty folder and any free port.
    pub fn start() -> Relay {
        Relay::start_with(Metrics::Off)
    }

    /// The same, with or without metrics.
    pub fn start_with(metrics: Metrics) -> Relay {
        let folder = Folder::new();
        let data = folder.join("relay");
        Relay::start_on(folder, data, metrics)
    }

    /// Starts on an empty folder with more arguments, as `linli serve` takes them.
    pub fn start_with_args(args: &[&str]) -> Relay {
        let folder = Folder::new();
        let data = folder.join("relay");
        Relay::start_as(folder, data, Metrics::Off, args)
    }

    /// The same on a folder that is locked with a key file of its own.
    pub fn start_locked() -> Relay {
        let folder = Folder::new();
        let key = folder.join("relay.key");
        let file = key.to_str().expect("a path");
        crate::program::program(&["key", "new", file]);
        let data = folder.join("relay");
        Relay::start_as(folder.clone(), data, Metrics::Off, &["--key-file", file])
    }

    /// The same, speaking TLS with a certificate that an authority of the test's own made; both files are beside
    /// the relay's data, see [`Relay::file`].
    pub fn start_with_tls() -> Relay {
        let folder = Folder::new();
        let files = ["authority.pem", "certificate.pem", "key.pem"].map(|name| folder.join(name));
        crate::http::write_certificate(&files);
        let [authority, certificate, key] = files;
        let path = |path: &Path| path.to_str().expect("a path").to_owned();
        let data = folder.join("relay");
        let args = ["--tls-cert", &path(&certificate), "--tls-key", &path(&key), "--haste", "5"];
        let mut relay = Relay::start_as(folder, data, Metrics::Off, &args);
        relay.authority = Some(authority);
        relay
    }

    /// Starts on the data of another relay, as found there.
    pub fn start_on_copy(data: &Path) -> Relay {
        let folder = Folder::new();
        let copy = folder.join("relay");
        copy_data(data, &copy);
        Relay::start_on(folder, copy, Metrics::Off)
    }

    /// The same with the folder's key file.
    pub fn start_on_copy_with_key(data: &Path, key: &Path) -> Relay {
        let folder = Folder::new();
        let copy = folder.join("relay");
        copy_data(data, &copy);
        Relay::start_as(folder, copy, Metrics::Off, &["--key-file", key.to_str().expect("a path")])
    }

    fn start_on(folder: Folder, data: PathBuf, metrics: Metrics) -> Relay {
        Relay::start_as(folder, data, metrics, &[])
    }

    fn start_as(folder: Folder, data: PathBuf, metrics: Metrics, args: &[&str]) -> Relay {
        let listening = "127.0.0.1:0".to_owned();
        let mut relay = Relay {
            folder,
            data,
            metrics,
            running: None,
            listening,
            metrics_listening: None,
            setup_url: None,
            clock_offset_days: 0,
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            log_level: None,
            authority: None,
        };
        relay.start_again();
        relay
    }

    /// Starts after a stop or kill, on the same data and the same port.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "the relay runs already");
        let log = File::options().create(true).append(true).open(self.folder.join("relay.log"));
        let mut command = command("linli");
        command.args(["serve", "--json", "--listen", &self.listening, "--data"]).arg(&self.data);
        command.args(&self.args);
        if self.metrics == Metrics::On {
            command.args(["--metrics-listen", "127.0.0.1:0"]);
        }
        command.envs(self.log_level.map(|level| ("LINLI_LOG", level)));
        command.env("LINLI_CLOCK_OFFSET_MS", (self.clock_offset_days * 24 * 3600 * 1000).to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.expect("the relay's log"));
        let mut child = command.spawn().expect("the relay starts");
        let lines = Lines::of("the relay", child.stdout.take().expect("its output"));
        let first = lines.next();
        self.listening = first["listening"].as_str().expect("where it listens").to_owned();
        self.metrics_listening = first["metrics"].as_str().map(str::to_owned);
        self.setup_url = first["setup_url"].as_str().map(str::to_owned);
        self.running = Some(child);
    }

    /// From its next start on the relay says so much of itself.
    pub fn set_log_level(&mut self, level: &'static str) {
        self.log_level = Some(level);
    }

    /// From its next start on the relay has a key file.
    pub fn set_key_file(&mut self, file: &Path) {
        self.args.extend(["--key-file".to_owned(), file.to_str().expect("a path").to_owned()]);
    }

    /// What locks its data, if anything does.
    pub fn key_file(&self) -> Option<&Path> {
        self.args.iter().skip_while(|arg| *arg != "--key-file").nth(1).map(Path::new)
    }

    /// From its next start on the relay's clock is so many days ahead.
    pub fn set_clock_ahead_by_days(&mut self, days: i64) {
        self.clock_offset_days = days;
    }

    /// Asks the relay to stop and waits until it has.
    pub fn stop(&mut self) {
        let mut child = self.running.take().expect("a running relay");
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(told.expect("kill").success(), "the relay could not be told to stop");
        let ended = child.wait().expect("the relay ends");
        assert!(ended.success(), "the relay ended with {ended}: {}", self.log());
    }

    /// Kills the relay as a power cut would.
    pub fn kill(&mut self) {
        let mut child = self.running.take().expect("a running relay");
        child.kill().expect("the relay can be killed");
        child.wait().expect("the relay is gone");
    }

    /// The process id, for looking at its memory.
    pub fn process(&self) -> u32 {
        self.running.as_ref().expect("a running relay").id()
    }

    /// What somebody with the data could do, or what time does. The relay may run.
    pub fn sql(&self, database: &str, statement: &str) {
        crate::database::change(&self.data.join(database), statement);
    }

    /// Everything the relay logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("relay.log")).unwrap_or_default()
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.listening
    }

    /// Host and port of the metrics.
    pub fn metrics_address(&self) -> &str {
        self.metrics_listening.as_deref().expect("the relay says where its metrics are")
    }

    /// Where phones and the office reach it.
    pub fn url(&self) -> String {
        let encrypted = self.args.iter().any(|arg| arg == "--tls-cert");
        format!("http{}://{}", if encrypted { "s" } else { "" }, self.listening)
    }

    /// The code that makes the first account, as said at start; nothing once there is one.
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_url.as_deref().and_then(|url| url.split_once("/#/setup?code=")).map(|(_, code)| code)
    }

    /// A browser on somebody's desk; nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(self.url())
    }

    /// A browser in which the first account was just made: an admin's.
    pub fn first_admin(&self) -> Browser {
        let mut browser = self.browser();
        let code = self.setup_code().expect("a relay without accounts");
        let answer = browser.set_up(code, COMMUNITY);
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }

    /// Its data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A file in the test's folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The API, with the token.
    pub fn web(&self) -> Web {
        let token = std::fs::read_to_string(self.data.join("admin-token")).expect("the token");
        let web = Web::new(self.url(), Some(token.trim().to_owned()));
        match &self.authority {
            Some(authority) => web.believing(authority),
            None => web,
        }
    }

    /// A page that hears what happens, from now on or after an id.
    pub fn listen(&self, after: Option<i64>) -> Listener {
        let token = std::fs::read_to_string(self.data.join("admin-token")).expect("the token");
        Listener::open(&self.url(), token.trim(), after)
    }

    /// The office's command line, about to run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = command("linli");
        command.args(args).args(["--json", "--url", &self.url(), "--token-file"]);
        command.arg(self.data.join("admin-token"));
        if let Some(authority) = &self.authority {
            command.arg("--ca-file").arg(authority);
        }
        command
    }

    /// Runs a command of the office, which must succeed.
    pub fn office(&self, args: &[&str]) -> Vec<Value> {
        said(&mut self.command(args))
    }

    /// Runs a command of the office that answers with one object.
    pub fn office_one(&self, args: &[&str]) -> Value {
        let mut said = self.office(args);
        assert_eq!(said.len(), 1, "one answer to {args:?}: {said:?}");
        said.remove(0)
    }

    /// Runs a command of the office, which must be refused.
    pub fn office_refuses(&self, args: &[&str]) -> Refusal {
        refused(&mut self.command(args))
    }

    /// Imports a roster.
    pub fn import(&self, file: &Path) -> Value {
        let file = file.to_str().expect("a readable path");
        self.office_one(&["import", "roster", file, "--community", COMMUNITY])
    }

    /// Codes of the grids, in order.
    pub fn grids(&self) -> Vec<String> {
        let grids = self.office(&["grids"]);
        grids.iter().filter_map(|grid| grid["code"].as_str()).map(str::to_owned).collect()
    }

    /// A worker with these grids and a phone that is enrolled and has synchronised.
    pub fn phone_of(&self, worker: &str, grids: &[String]) -> Phone {
        let phone = self.new_phone_of(worker, grids, &self.url());
        phone.sync();
        phone
    }

    /// A worker with a phone that is enrolled through an address of its own and has nothing yet.
    pub fn new_phone_of(&self, worker: &str, grids: &[String], url: &str) -> Phone {
        let mut args = vec!["workers", "add", worker, "--grid"];
        args.extend(grids.iter().map(String::as_str));
        self.office(&args);
        let code = self.office_one(&["enrol-code", "--worker", worker]);
        let phone = Phone::new(worker);
        phone.say(&["enrol", url, code["code"].as_str().expect("a code")]);
        phone
    }

    /// A household with everything the office knows of it.
    pub fn household(&self, id: &str) -> Value {
        self.office_one(&["household", id, "--history"])
    }

    /// The only household that a search finds.
    pub fn find(&self, query: &str) -> String {
        let found = self.office(&["households", "--search", query]);
        assert_eq!(found.len(), 1, "one household for {query:?}: {found:?}");
        found.iter().find_map(|household| household["id"].as_str()).expect("its id").to_owned()
    }

    /// Counts.
    pub fn status(&self) -> Value {
        self.office_one(&["status"])
    }

    /// Waits until lists show everything that is durable.
    pub fn settle(&self) {
        self.wait_for("lists to show what is durable", |web| {
            let status = web.get("/v1/status").json();
            status["applied"] == status["durable"]
        });
    }

    /// Asks until it is so. Every question is answered from what is durable then, so nothing is slept over.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Web) -> bool) {
        let (web, deadline) = (self.web(), Instant::now() + PATIENCE);
        while !is_so(&web) {
            assert!(Instant::now() < deadline, "waited too long for {what}: {}", self.log());
        }
    }

    /// `linli verify` on the data, whether the relay runs or not; it must find nothing wrong.
    pub fn verify(&self) -> Value {
        let key = self.key_file().map(|file| ("LINLI_KEY_FILE", file));
        let mut found = said(verification(&self.data).envs(key));
        let report = found.pop().expect("a report");
        assert_eq!(report["clean"], true, "{report}");
        report
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What `linli verify` finds wrong with a data folder.
pub fn problems_in(data: &Path) -> Vec<String> {
    problems_beside(data, &[])
}

/// The same beside heads that phones kept.
pub fn problems_beside(data: &Path, anchors: &[&Path]) -> Vec<String> {
    let mut verification = verification(data);
    for file in anchors {
        verification.arg("--anchor").arg(file);
    }
    let output = verification.output().expect("verify runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value =
        text.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    assert_eq!(report["clean"] == true, output.status.success(), "the exit code says whether it is clean");
    let problems = report["problems"].as_array().cloned().unwrap_or_default();
    problems.iter().filter_map(|problem| problem.as_str().map(str::to_owned)).collect()
}

fn verification(data: &Path) -> Command {
    let mut command = command("linli");
    command.args(["verify", "--json", "--data"]).arg(data);
    command
}

/// Copies the data of a stopped relay.
pub fn copy_data(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder for the copy");
    for entry in std::fs::read_dir(from).expect("the relay's data") {
        let entry = entry.expect("a file");
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}
