//! A relay's data folder tells nothing to whoever does not have its key file; and nothing is lost on the way to a lock,
//! to a backup and back.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{
    BusyPhone, COMMUNITY, Dice, Folder, GRID, Phone, Refusal, Relay, Roster, binary, copy_data, lost,
    plain_state, program, program_refuses, raw_traces, text,
};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SEED: u64 = 20_261_123;
const NAME: &str = "欧阳青鸾";
/// Of the roster: a name, a note in Latin letters, a number. Of a visit. Of a roster that was uploaded and not imported.
const WORDS: [&str; 5] = [NAME, "ouyangqingluan", "13977665544", "青鸾说水管漏水", "慕容白石"];
/// Visits that a phone hands in while the relay is killed.
const VISITS: u32 = 30;
/// Starts that are killed while they lock a folder, and looks at the folder until then.
const KILLS: u64 = 12;
const LOOKS: u64 = 2_000;
/// Starts that are refused one after the other: one in twenty-five crashed while it ended, before its connections were
/// waited for.
const ENDINGS: usize = 100;

/// A relay at work with a phone, and a roster that nobody has imported yet.
struct Story {
    relay: Relay,
    phone: Phone,
    door: String,
    upload: String,
}

impl Story {
    fn live(relay: Relay) -> Story {
        let mut roster = Roster::of_doors(20);
        let home = &mut roster.homes[0];
        (home.name, home.note, home.phone) = (NAME.into(), WORDS[1].into(), WORDS[2].into());
        relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
        let phone = relay.phone_of("陈静", &[GRID.to_owned()]);
        let door = relay.find(NAME);
        phone.visit(&door, WORDS[3]);
        phone.sync();
        relay.settle();
        let later = Roster::of(&[WORDS[4]]).write(&relay.file(""), "下一份", Roster::csv());
        let bytes = std::fs::read(later).expect("the roster");
        let community: String = COMMUNITY.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/v1/imports?file_name=a.csv&community={community}");
        let upload = text(&relay.web().ask("POST", &path, "zh", Some(&bytes)).json(), "id");
        Story { relay, phone, door, upload }
    }

    /// Stopped; what it said before, to be compared.
    fn stopped(mut self) -> (Story, Vec<String>) {
        let state = plain_state(&self.relay);
        self.relay.stop();
        (self, state)
    }

    /// The roster that was uploaded before can still be imported.
    fn upload_is_there(&self) {
        let job = format!("/v1/imports/{}", self.upload);
        let begun = self.relay.web().ask("POST", &format!("{job}/start"), "zh", Some(b"{}"));
        assert_eq!(begun.status, 202, "{begun:?}");
        self.relay.wait_for("the roster to be imported", |web| web.get(&job).json()["state"] == "imported");
        self.relay.find(WORDS[4]);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

fn new_key(folder: &Folder, name: &str) -> PathBuf {
    let file = folder.join(name);
    program(&["key", "new", path(&file)]);
    file
}

/// The key of a backup.
fn backup_key(folder: &Folder) -> PathBuf {
    let file = folder.join("backup.key");
    std::fs::write(&file, [7; 32]).expect("a key file");
    file
}

fn verify(data: &Path, key: Option<&Path>) {
    let mut args = vec!["verify", "--data", path(data)];
    args.extend(key.into_iter().flat_map(|key| ["--key-file", path(key)]));
    let report = program(&args).pop().expect("a report");
    assert_eq!(report["clean"], true, "{report}");
}

/// A port on which no relay can listen: one that is not refused before ends there, and the test goes on.
fn taken_port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    (listener, address)
}

/// Starts a program and kills it some moments after it was so; false if the program ended before that.
fn killed_when(args: &[&str], is_so: impl Fn() -> bool, mut moments: u64) -> bool {
    let mut program = Command::new(binary("linli"));
    program.env_clear().args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = program.spawn().expect("linli starts");
    while child.try_wait().expect("its state").is_none() {
        if is_so() {
            if moments == 0 {
                child.kill().expect("linli can be killed");
                child.wait().expect("linli is gone");
                return true;
            }
            moments -= 1;
        }
    }
    false
}

fn is_there(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|file| file.len() > 0)
}

/// Whether a database lies in the clear.
fn is_open(database: &Path) -> bool {
    std::fs::read(database).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3"))
}

/// Every file of a folder, but for those that only say who is using it.
fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let named = files.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
    let kept = named.filter(|(name, _)| !name.contains("lock"));
    kept.map(|(name, path)| (name, std::fs::read(path).expect("a file"))).collect()
}

#[test]
fn a_locked_folder_tells_nothing_and_one_in_the_clear_tells_all() {
    let Story { relay, .. } = Story::live(Relay::start());
    for word in WORDS {
        assert!(!raw_traces(relay.data(), &[word]).is_empty(), "{word} is there, or this test shows nothing");
    }

    let Story { mut relay, phone, door, upload } = Story::live(Relay::start_locked());
    let tells_nothing = |relay: &Relay| {
        assert_eq!(raw_traces(relay.data(), &WORDS), Vec::<String>::new());
    };
    tells_nothing(&relay);
    let mut busy = BusyPhone::start(phone.store());
    busy.save(VISITS);
    busy.sync();
    busy.all_saved();
    relay.kill();
    busy.sync_ended();
    let journal = relay.data().join("log.db-wal");
    assert!(std::fs::metadata(journal).is_ok_and(|journal| journal.len() > 0), "as a power cut leaves it");
    tells_nothing(&relay);

    relay.start_again();
    busy.sync();
    assert!(busy.sync_ended());
    assert_eq!(lost(busy.saved(), &relay), Vec::<String>::new());
    drop(busy);
    let story = Story { relay, phone, door, upload };
    story.upload_is_there();
    assert_eq!(story.relay.find(NAME), story.door);
    story.relay.verify();
    tells_nothing(&story.relay);
    let Story { mut relay, .. } = story;
    relay.stop();
    relay.verify();
    tells_nothing(&relay);
}

#[test]
fn what_locks_a_folder_is_in_no_log() {
    let mut relay = Relay::start_locked();
    relay.stop();
    relay.set_log_level("trace");
    relay.start_again();
    relay.import(&Roster::of_doors(3).write(&relay.file(""), "名册", Roster::csv()));
    relay.stop();
    let log = relay.log();
    assert!(log.contains("TRACE"), "it says all it can");
    let key = std::fs::read_to_string(relay.key_file().expect("a locked relay")).expect("the key");
    let key = key.lines().last().expect("the line with the key");
    // SQLCipher's spelling of a key: x'64 digits'.
    let is_key = |part: &str| part.len() >= 64 && part.bytes().take(64).all(|byte| byte.is_ascii_hexdigit());
    assert!(is_key(key) && !log.contains(key));
    assert!(!log.split("x'").skip(1).any(is_key), "the log has the key of a file");
}

#[test]
fn without_its_key_nothing_opens_and_nothing_is_deleted() {
    let folder = Folder::new();
    let other = new_key(&folder, "other.key");
    let (Story { mut relay, .. }, state) = Story::live(Relay::start_locked()).stopped();
    let key = relay.key_file().expect("a locked relay").to_owned();
    let before = bytes_of(relay.data());
    let refused = |args: &[&str], code: &str| {
        let [zh, en] = ["zh", "en"].map(|lang| program_refuses(&[args, &["--lang", lang]].concat()));
        Refusal::check(&args.join(" "), code, &zh, &en);
        zh
    };
    let data = path(relay.data());
    let (copy, backup_key) = (folder.join("linli.backup"), backup_key(&folder));
    let (_listener, taken) = taken_port();
    let serve = ["serve", "--listen", &taken, "--data", data];
    let verify = ["verify", "--data", data];
    let backup = ["backup", path(&copy), "--key-file", path(&backup_key), "--data", data];
    for (args, flag) in [(&serve[..], "--key-file"), (&verify, "--key-file"), (&backup, "--data-key-file")] {
        let said = refused(args, "relay.store_locked");
        assert!(said.text.contains("没有删除"), "{said:?}");
        refused(&[args, &[flag, path(&other)]].concat(), "relay.key_wrong");
        refused(&[args, &[flag, data]].concat(), "key.cannot_read");
        refused(&[args, &[flag, path(&backup_key)]].concat(), "key.malformed");
        let inside = relay.data().join("inside.key");
        std::fs::copy(&key, &inside).expect("a key in the wrong place");
        refused(&[args, &[flag, path(&inside)]].concat(), "key.in_data_folder");
        std::fs::remove_file(&inside).expect("it is taken away");
    }
    let settings = folder.join("linli.toml");
    std::fs::write(&settings, format!("data = {data:?}\nkey_file = {:?}\n", path(&other))).expect("settings");
    refused(&["serve", "--listen", &taken, "--config", path(&settings)], "relay.key_wrong");
    refused(&["key", "new", path(&key)], "key.exists");
    refused(&["key", "new", "/no/such/folder/key"], "key.cannot_write");
    assert!(bytes_of(relay.data()) == before, "not a byte has changed");
    assert!(!copy.exists());

    relay.start_again();
    assert_eq!(plain_state(&relay), state);
}

#[test]
fn a_program_that_gives_up_ends_well() {
    let folder = Folder::new();
    let (other, backup_key) = (new_key(&folder, "other.key"), backup_key(&folder));
    let mut relay = Relay::start_locked();
    relay.stop();
    let (_listener, taken) = taken_port();
    let (data, key) = (path(relay.data()), relay.key_file().expect("a locked relay").to_owned());
    let serve = ["serve", "--listen", &taken, "--data", data, "--key-file", path(&key)];
    let copy = folder.join("linli.backup");
    let backup = ["backup", path(&copy), "--key-file", path(&backup_key), "--data", data, "--data-key-file"];
    let backup = [&backup[..], &[path(&other)]].concat();
    for ending in 0..ENDINGS {
        let ended = Command::new(binary("linli")).env_clear().args(serve).output().expect("linli runs");
        assert_eq!(ended.status.code(), Some(1), "ending {ending}: {ended:?}");
    }
    assert_eq!(program_refuses(&serve).code, "serve.failed");
    assert_eq!(program_refuses(&backup).code, "relay.key_wrong", "a database refused it");
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let [one, other] = ["one.key", "other.key"].map(|name| new_key(&folder, name));
    let mode = std::fs::metadata(&one).expect("the key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let [one, other] = [one, other].map(|file| std::fs::read_to_string(file).expect("text"));
    assert_ne!(one, other);
    assert!(one.starts_with("linli-key-1\n"), "{one}");
}

#[test]
fn a_folder_that_lay_in_the_clear_is_locked_and_loses_nothing() {
    let folder = Folder::new();
    let key = new_key(&folder, "relay.key");
    let (mut story, state) = Story::live(Relay::start()).stopped();
    // What a check that was killed leaves behind.
    let left = story.relay.data().join("verify");
    std::fs::create_dir(&left).expect("a folder");
    std::fs::write(left.join("model.db"), NAME).expect("what was left");
    assert!(!raw_traces(story.relay.data(), &WORDS).is_empty());

    story.relay.set_key_file(&key);
    story.relay.start_again();
    assert_eq!(raw_traces(story.relay.data(), &WORDS), Vec::<String>::new());
    assert_eq!(plain_state(&story.relay), state);
    story.upload_is_there();
    story.phone.visit(&story.door, "加密之后的走访");
    story.phone.sync();
    story.relay.verify();
    story.relay.stop();
    assert_eq!(
        raw_traces(story.relay.data(), &[&WORDS[..], &["加密之后的走访"]].concat()),
        Vec::<String>::new()
    );
    story.relay.verify();
    let secret = std::fs::read(story.relay.data().join("office.key")).expect("the office's key");
    assert!(secret.len() > 32, "the office's signing key is sealed as well");
    story.relay.start_again();
    story.phone.sync();
    assert!(plain_state(&story.relay).len() > state.len(), "the new visit is there");
}

#[test]
fn a_start_that_was_killed_while_it_locked_has_lost_nothing() {
    let folder = Folder::new();
    let [key, other] = ["relay.key", "other.key"].map(|name| new_key(&folder, name));
    let (Story { relay, .. }, state) = Story::live(Relay::start()).stopped();
    let mut dice = Dice::seeded("killing a relay that locks its folder", SEED);
    let (_listener, taken) = taken_port();
    let mut halves = 0;
    for round in 0..KILLS {
        let copy = folder.join(format!("copy-{round}"));
        copy_data(relay.data(), &copy);
        let name = ["log.db", "model.db", "office.db"][usize::try_from(round % 3).expect("small")];
        let (database, beside) = (copy.join(name), copy.join(format!("{name}.new")));
        let serve = ["serve", "--listen", &taken, "--data", path(&copy), "--key-file"];
        // The first ones at once, the others at any moment afterwards.
        let looks = if round < 3 { 0 } else { dice.below(LOOKS) };
        let begun = || beside.exists() || !is_open(&database);
        assert!(
            killed_when(&[&serve[..], &[path(&key)]].concat(), begun, looks),
            "seed {SEED}, round {round}"
        );
        let half = bytes_of(&copy);
        if !is_open(&copy.join("log.db")) && is_open(&copy.join("office.db")) {
            halves += 1;
            // Neither without a key nor with a second one.
            let refused = program_refuses(&serve[..5]);
            assert_eq!(refused.code, "relay.store_locked", "seed {SEED}, round {round}");
            let refused = program_refuses(&[&serve[..], &[path(&other)]].concat());
            assert_eq!(refused.code, "relay.key_wrong", "seed {SEED}, round {round}");
            assert!(bytes_of(&copy) == half, "seed {SEED}, round {round}: nothing was changed");
        }
        let again = Relay::start_on_copy_with_key(&copy, &key);
        assert_eq!(plain_state(&again), state, "seed {SEED}, round {round}");
        assert_eq!(raw_traces(again.data(), &WORDS), Vec::<String>::new(), "seed {SEED}, round {round}");
        again.verify();
    }
    assert!(halves > 0, "some were killed half-way, or this test shows nothing");
}

#[test]
fn a_backup_is_restored_with_a_lock_or_without() {
    let folder = Folder::new();
    let (key, backup_key) = (new_key(&folder, "new.key"), backup_key(&folder));
    for from_locked in [true, false] {
        let relay = if from_locked { Relay::start_locked() } else { Relay::start() };
        let (story, state) = Story::live(relay).stopped();
        let (relay, file) = (&story.relay, folder.join(format!("{from_locked}.backup")));
        let mut backup =
            vec!["backup", path(&file), "--key-file", path(&backup_key), "--data", path(relay.data())];
        backup.extend(relay.key_file().into_iter().flat_map(|key| ["--data-key-file", path(key)]));
        let copies = relay.data().join("backup-copies");
        assert!(killed_when(&backup, || is_there(&copies.join("log.db")), 0), "killed in the middle");
        assert_eq!(raw_traces(&copies, &WORDS), Vec::<String>::new(), "no copy lies in the clear");
        let unfinished = folder.join(format!("{from_locked}.backup.unfinished"));
        program(&backup);
        assert!(!copies.exists() && !unfinished.exists());
        assert_eq!(raw_traces(folder.path(), &WORDS), Vec::<String>::new());
        for to in [Some(&key), None] {
            let into = folder.join(format!("from-{from_locked}-to-{}", to.is_some()));
            let mut restore =
                vec!["restore", path(&file), "--into", path(&into), "--key-file", path(&backup_key)];
            restore.extend(to.into_iter().flat_map(|key| ["--data-key-file", path(key)]));
            if to.is_some() {
                let half = folder.join(format!("from-{from_locked}-to-true.half-restored"));
                assert!(killed_when(&restore, || is_there(&half.join("log.db")), 0), "killed in the middle");
                assert_eq!(raw_traces(folder.path(), &WORDS), Vec::<String>::new());
                std::fs::remove_dir_all(half).expect("what was left is removed by hand");
            }
            assert_eq!(program(&restore)[0]["clean"], true);
            let words = raw_traces(&into, &WORDS[..4]);
            assert_eq!(words.is_empty(), to.is_some(), "{words:?}");
            verify(&into, to.map(PathBuf::as_path));
            let restored = match to {
                Some(key) => Relay::start_on_copy_with_key(&into, key),
                None => Relay::start_on_copy(&into),
            };
            assert_eq!(
                plain_state(&restored),
                state,
                "from locked: {from_locked}, to locked: {}",
                to.is_some()
            );
            std::fs::remove_dir_all(&into).expect("the next one's grep must not find it");
        }
    }
}

/// `tests/kept/first.backup` was written by the version that knew no locks, of an empty relay, with 32 zero bytes as key.
#[test]
fn a_backup_from_before_there_were_locks_is_still_restored() {
    let folder = Folder::new();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept/first.backup");
    let (key, zeros) = (new_key(&folder, "new.key"), folder.join("zeros.key"));
    std::fs::write(&zeros, [0; 32]).expect("a key file");
    for (to, lock) in [("locked", Some(key.as_path())), ("open", None)] {
        let into = folder.join(to);
        let mut restore = vec!["restore", path(&kept), "--into", path(&into), "--key-file", path(&zeros)];
        restore.extend(lock.into_iter().flat_map(|key| ["--data-key-file", path(key)]));
        assert_eq!(program(&restore)[0]["clean"], true);
        assert_eq!(is_open(&into.join("log.db")), lock.is_none());
        verify(&into, lock);
    }
}
