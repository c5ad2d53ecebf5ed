//! One week in a community: three workers, phones mostly offline, one office.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{COMMUNITY, Folder, Phone, Relay, ids, program, strings, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

const SEED: u64 = 7;

#[test]
fn one_week_in_the_estate() {
    let mut estate = Estate::with_messy_rosters();
    different_fields_of_one_household_both_survive(&estate);
    two_numbers_for_one_household_wait_for_the_office(&estate);
    a_household_entered_twice_becomes_one_and_two_again(&estate);
    a_colleague_carries_what_a_phone_cannot_send(&estate);
    everything_is_still_there_after_a_restart(&mut estate);
}

/// Nobody has to do anything: both edits are there, on every phone and in the office.
fn different_fields_of_one_household_both_survive(estate: &Estate) {
    let Estate { relay, chen, li, .. } = estate;
    let home = &estate.homes[0];
    chen.edit(home, "contact_phone", "13900001111");
    li.edit(home, "tags", "+独居");
    assert_eq!((chen.unsent(), li.unsent()), (1, 1), "saved on the phones, without a connection");
    estate.everyone_syncs();
    for phone in estate.phones() {
        let card = phone.card(home);
        assert_eq!(text(&card, "contact_phone"), "13900001111", "on {}'s phone", phone.worker());
        assert!(strings(&card, "tags").contains(&"独居".to_owned()), "on {}'s phone: {card}", phone.worker());
        assert_eq!(card["conflicts"], serde_json::json!([]), "on {}'s phone", phone.worker());
    }
    let known = relay.household(home);
    assert_eq!(text(&known, "contact_phone"), "13900001111");
    assert!(strings(&known, "tags").contains(&"独居".to_owned()), "{known}");
    assert!(relay.office(&["conflicts", "--status", "open"]).is_empty());
}

/// Both are kept with who and when, the office chooses, everyone agrees, and whoever was not followed is
/// told why.
fn two_numbers_for_one_household_wait_for_the_office(estate: &Estate) {
    let Estate { relay, chen, li, wang, .. } = estate;
    let home = &estate.homes[1];
    let before = text(&chen.card(home), "contact_phone");
    chen.edit(home, "contact_phone", "13900002222");
    li.edit(home, "contact_phone", "13900003333");
    estate.everyone_syncs();

    let open = relay.office(&["conflicts", "--status", "open"]);
    assert_eq!(open.len(), 1, "{open:?}");
    let conflict = &open[0];
    assert_eq!(text(conflict, "household"), *home);
    let values = conflict["values"].as_array().expect("values");
    let sides: BTreeSet<(String, String)> =
        values.iter().map(|value| (text(value, "value"), text(value, "author"))).collect();
    let expected = [("13900002222", "陈静"), ("13900003333", "李强")];
    assert_eq!(sides, expected.map(|(value, author)| (value.to_owned(), author.to_owned())).into());
    for value in values {
        assert!(value["at"].is_string() && value["received_at"].is_string(), "both times: {value}");
    }
    for phone in estate.phones() {
        let shown = phone.say(&["conflicts"]);
        assert_eq!(shown.len(), 1, "on {}'s phone: {shown:?}", phone.worker());
        assert_eq!(shown[0]["versions"].as_array().map(Vec::len), Some(2), "on {}'s phone", phone.worker());
    }

    let chosen = values.iter().find(|value| value["value"] == "13900003333").expect("li's value");
    let (id, choice) = (text(conflict, "id"), chosen["choice"].to_string());
    relay.office(&["resolve", &id, "--choose", &choice, "--reason", "已打电话核实"]);
    estate.everyone_syncs();
    for phone in estate.phones() {
        let card = phone.card(home);
        assert_eq!(text(&card, "contact_phone"), "13900003333", "on {}'s phone", phone.worker());
        assert_eq!(card["conflicts"], serde_json::json!([]), "on {}'s phone", phone.worker());
    }

    let told = chen.one(&["notices"]);
    assert_eq!(
        ["kept", "mine", "reason"].map(|key| text(&told, key)),
        ["13900003333", "13900002222", "已打电话核实"]
    );
    assert!(li.say(&["notices"]).is_empty() && wang.say(&["notices"]).is_empty());

    let known = relay.household(home);
    let numbers = history_of(&known, "contact_phone");
    let written: Vec<&str> = numbers.iter().map(|(value, _)| value.as_str()).collect();
    for value in [before.as_str(), "13900002222", "13900003333"] {
        assert!(written.contains(&value), "history has {value}: {numbers:?}");
    }
    assert_eq!(numbers.last().map(|(_, author)| author.as_str()), Some("社区办公室"), "{numbers:?}");
    let resolved = relay.office(&["conflicts", "--status", "resolved"]);
    assert_eq!(resolved.iter().map(|one| text(one, "reason")).collect::<Vec<_>>(), ["已打电话核实"]);
    let again = relay.office_refuses(&["resolve", &id, "--choose", "1", "--reason", "再来一次"]);
    assert_eq!(again.code, "conflict.already_resolved");
}

/// Two workers enter a new household while offline. The office joins the two; an edit made later under the
/// id that is no more reaches the one that stays; and it can all be taken back.
fn a_household_entered_twice_becomes_one_and_two_again(estate: &Estate) {
    let Estate { relay, chen, li, grid, .. } = estate;
    let stays = chen.add_household(grid, "幸福里8号楼1单元101室", &["--contact-phone", "13900004444"]);
    let goes = li.add_household(grid, "幸福里8栋1单元101", &["--contact-phone", "13900004444"]);
    chen.say(&["add-resident", &stays, "--name", "赵铁柱", "--birth", "1950-01"]);
    li.say(&["add-resident", &goes, "--name", "赵铁柱", "--birth", "1950-01"]);
    estate.everyone_syncs();
    let duplicates = relay.office(&["duplicates"]);
    let pair = |pair: &&Value| {
        let members = pair["households"].as_array().map(|list| ids(list)).unwrap_or_default();
        members.contains(&stays) && members.contains(&goes)
    };
    let found = duplicates.iter().find(pair).unwrap_or_else(|| panic!("not listed: {duplicates:?}"));
    assert!(strings(found, "reasons").contains(&"same_address".to_owned()), "{found}");

    // Li's phone does not know of the merge when he writes the note.
    let merged = relay.office_one(&["merge", &stays, &goes, "--reason", "同一户登记了两次"]);
    li.edit(&goes, "note", "门铃坏了");
    li.sync();
    relay.wait_for("the late edit to follow", |web| {
        web.get(&format!("/v1/households/{stays}")).json()["note"] == "门铃坏了"
    });
    estate.everyone_syncs();
    for phone in estate.phones() {
        let card = phone.card(&goes);
        assert_eq!([text(&card, "id"), text(&card, "note")], [stays.clone(), "门铃坏了".to_owned()]);
        assert!(!phone.households().contains(&goes), "on {}'s phone", phone.worker());
    }
    assert!(!relay.office(&["duplicates"]).iter().any(|listed| pair(&listed)));

    relay.office(&["unmerge", &text(&merged, "id"), "--reason", "原来是两户"]);
    estate.everyone_syncs();
    for phone in estate.phones() {
        let here = phone.households();
        assert!(here.contains(&stays) && here.contains(&goes), "on {}'s phone", phone.worker());
        assert_eq!(text(&phone.card(&goes), "contact_phone"), "13900004444");
    }
}

/// A phone that gets no connection gives its work to a colleague's; the work keeps its author, and arrives
/// once however often it is sent.
fn a_colleague_carries_what_a_phone_cannot_send(estate: &Estate) {
    let Estate { relay, chen, wang, .. } = estate;
    let home = &estate.homes[2];
    let visits = [chen.visit(home, "第一次"), chen.visit(home, "第二次")];
    let file = chen.file("unsent.linli");
    let path = file.to_str().expect("a path");
    let exported = chen.one(&["unsent", "export", path]);
    assert_eq!(exported["records"], 2);
    assert_eq!(wang.one(&["unsent", "import", path])["records"], 2);
    wang.sync();
    relay.settle();
    let known = relay.household(home);
    let carried: Vec<(String, String)> = known["visits"]
        .as_array()
        .expect("visits")
        .iter()
        .map(|visit| (text(visit, "id"), text(visit, "author")))
        .collect();
    let expected: BTreeSet<_> = visits.iter().map(|id| (id.clone(), "陈静".to_owned())).collect();
    assert_eq!(carried.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(carried.len(), 2);

    assert_eq!(chen.unsent(), 2, "chen's phone cannot know yet");
    chen.sync();
    assert_eq!(chen.unsent(), 0);
    // The same file once more: the relay has it all, and says so.
    wang.say(&["unsent", "import", path]);
    wang.sync();
    assert_eq!(wang.one(&["status"])["carried"], 0);
    relay.settle();
    assert_eq!(relay.household(home)["visits"].as_array().map(Vec::len), Some(2));
}

fn everything_is_still_there_after_a_restart(estate: &mut Estate) {
    let relay = &mut estate.relay;
    relay.verify();
    let before = (relay.status(), linli_tests::plain_state(relay));
    relay.stop();
    let stopped = relay.verify();
    relay.start_again();
    assert_eq!((relay.status(), linli_tests::plain_state(relay)), before);
    assert_eq!(relay.verify(), stopped);
    estate.everyone_syncs();
    for phone in estate.phones() {
        assert_eq!(phone.sync()["received"], 0, "{}'s phone has everything", phone.worker());
    }
}

/// The office, three workers of the first grid, and some of its households.
struct Estate {
    relay: Relay,
    grid: String,
    homes: Vec<String>,
    chen: Phone,
    li: Phone,
    wang: Phone,
}

impl Estate {
    fn with_messy_rosters() -> Estate {
        println!("estate sample: seed {SEED}");
        let (relay, samples) = (Relay::start(), Folder::new());
        let out = samples.path().to_str().expect("a path");
        let seed = SEED.to_string();
        let made = program(&["sample", "--profile", "estate", "--seed", &seed, "--messy", "--out", out]);
        let files: Vec<PathBuf> = made.iter().map(|file| text(file, "file").into()).collect();
        for file in &files {
            relay.import(file);
        }
        let expected = std::fs::read_to_string(samples.join("expected.json")).expect("what must be found");
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        let status = relay.status();
        assert_eq!(
            (&status["households"], &status["residents"]),
            (&expected["households"], &expected["residents"]),
            "the import of {} files into {COMMUNITY}",
            files.len()
        );
        let grid = relay.grids().first().expect("a grid").clone();
        let own = [grid.clone()];
        let [chen, li, wang] = ["陈静", "李强", "王芳"].map(|worker| relay.phone_of(worker, &own));
        let homes = chen.households();
        assert_eq!(homes.len() as u64, expected["grids"][0]["households"], "a phone holds its own grid");
        Estate { relay, grid, homes, chen, li, wang }
    }

    fn phones(&self) -> [&Phone; 3] {
        [&self.chen, &self.li, &self.wang]
    }

    /// Twice: what the last one hands in reaches the first one in the second round.
    fn everyone_syncs(&self) {
        for _ in 0..2 {
            for phone in self.phones() {
                phone.sync();
            }
            self.relay.settle();
        }
    }
}

/// Everything ever written to a field: value and author, oldest first.
fn history_of(household: &Value, key: &str) -> Vec<(String, String)> {
    let history = household["history"].as_array().expect("a history");
    let writes = history.iter().filter(|write| write["key"] == key);
    writes
        .map(|write| (write["value"].as_str().unwrap_or_default().to_owned(), text(write, "author")))
        .collect()
}
