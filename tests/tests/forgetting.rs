//! What must be forgotten is gone: from the relay's files to the last byte, from every phone at its next contact, and
//! no phone or backup that was away brings any of it back.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_core::identity::{PublicKey, Signature};
use linli_tests::{
    COMMUNITY, GRID, Phone, Relay, Roster, camera_photo, copy_data, percent_encoded, text, traces,
};
use serde_json::{Value, json};
use std::path::Path;

/// Enough doors for the relay to take a snapshot of the grid.
const DOORS: usize = 210;
const NAME: &str = "欧阳青鸾";
const NEIGHBOUR: &str = "慕容邻";
const NUMBER: &str = "13977665544";
/// What is written of the household at one time or another, by one phone or another.
const WORDS: [&str; 6] =
    [NAME, NUMBER, "门口的猫叫豆包", "青鸾说水管漏水", "青鸾家的灯不亮", "青鸾昨天不在家"];

struct Story {
    relay: Relay,
    chen: Phone,
    wang: Phone,
    door: String,
    neighbour: String,
}

impl Story {
    fn begin() -> Story {
        let relay = Relay::start();
        let mut roster = Roster::of_doors(DOORS);
        let home = &mut roster.homes[0];
        (home.name, home.phone, home.note) = (NAME.into(), NUMBER.into(), WORDS[2].into());
        roster.homes[1].name = NEIGHBOUR.into();
        let file = roster.write(&relay.file(""), "名册", Roster::csv());
        relay.import(&file);
        let [chen, wang] = ["陈静", "王小明"].map(|name| relay.phone_of(name, &[GRID.to_owned()]));
        let (door, neighbour) = (relay.find(NAME), relay.find(NEIGHBOUR));
        Story { relay, chen, wang, door, neighbour }
    }

    /// Everything that leaves copies: visits, a photo, an issue, an uploaded file, a ledger kept daily, an overwritten
    /// note, a draft of nobody's.
    fn live(&self) {
        let Story { relay, chen, door, .. } = self;
        let photo = relay.file("door.jpg");
        camera_photo(&photo, 20_000);
        let photo = photo.to_str().expect("a path");
        chen.one(&["visit", door, "--outcome", "done", "--note", WORDS[3], "--photo", photo]);
        chen.one(&["issue", "property", WORDS[4], "--household", door]);
        chen.edit(door, "note", "已经不养猫");
        chen.sync();
        relay.settle();
        let path = format!("/v1/imports?file_name=a.csv&community={}", percent_encoded(COMMUNITY));
        let roster = std::fs::read(relay.file("名册.csv")).expect("the roster");
        assert_eq!(relay.web().ask("POST", &path, "zh", Some(&roster)).status, 200);
        let definition =
            json!({"base": "resident", "columns": ["name", "phone"], "filters": [], "groups": []});
        let mut admin = relay.first_admin();
        let body = json!({"name": "全部", "shared": true, "daily": true, "definition": definition});
        let kept = admin.post("/v1/ledgers", body);
        assert_eq!(kept.status, 200, "{kept:?}");
    }

    fn erase(&self, what: &str, id: &str) -> Value {
        self.relay.office_one(&["erase", what, id, "--reason", "request", "--yes"])
    }

    fn receipt(&self, done: &Value) -> Value {
        let shown = self.relay.office_one(&["erasures", &text(done, "id")]);
        let (said, signature) = (text(&shown, "receipt"), Signature(unhex(&text(&shown, "signature"))));
        let key = PublicKey(unhex(&text(&shown, "key")));
        key.verify("erasure-receipt/1", said.as_bytes(), &signature).expect("signed by the office");
        assert!(key.verify("erasure-receipt/1", format!("{said} ").as_bytes(), &signature).is_err());
        for word in WORDS {
            assert!(!said.contains(word), "a receipt names nobody: {said}");
        }
        serde_json::from_str(&said).expect("the receipt")
    }

    fn outstanding(&self, done: &Value) -> usize {
        self.receipt(done)["phones_outstanding"].as_array().map_or(0, Vec::len)
    }
}

fn subject(relay: &Relay, id: &str) -> String {
    let file = relay.file("subject.json");
    relay.office(&["subject", id, "--out", file.to_str().expect("a path")]);
    std::fs::read_to_string(file).expect("the file")
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}

fn none_in(folder: &Path, words: &[&str]) {
    assert_eq!(traces(folder, words), Vec::<String>::new());
}

#[test]
fn an_erased_household_is_gone_everywhere_and_an_old_phone_brings_nothing_back() {
    let mut story = Story::begin();
    story.live();
    // Wang is in a basement from here on, and works.
    story.wang.visit(&story.door, WORDS[5]);
    story.wang.edit(&story.neighbour, "note", "邻居有新电话");
    let Story { relay, chen, wang, door, neighbour } = &story;

    let would = relay.office_one(&["erase", "household", door, "--reason", "request"]);
    let kinds = json!({"household": 1, "visits": 1, "issue": 1, "photo": 1});
    assert_eq!((&would["destroyed"], &would["id"], &would["phones"]), (&kinds, &Value::Null, &json!(2)));
    assert_eq!(relay.find(NAME), *door, "asking destroys nothing");
    let searched = traces(relay.data(), &WORDS);
    for (file, word) in [("log.db", WORDS[2]), ("office.db, compressed", NAME), ("imports", NAME)] {
        let found = searched.iter().any(|line| line.contains(file) && line.contains(word));
        assert!(found || file == "office.db, compressed", "the search finds what is there: {file} {word}");
    }
    assert!(!traces(chen.store(), &WORDS[..3]).is_empty(), "and on a phone");

    let done = story.erase("household", door);
    assert_eq!((&done["destroyed"], &done["finished"]), (&kinds, &json!(true)), "{done}");
    assert!(relay.office(&["households", "--search", NAME]).is_empty());
    assert_eq!(relay.office_refuses(&["household", door]).code, "record.not_found");
    assert!(relay.office(&["issues"]).is_empty());
    assert_eq!(story.outstanding(&done), 2);
    chen.sync();
    assert!(!chen.households().contains(door));
    assert!(chen.say(&["households", "--search", NAME]).is_empty());
    none_in(chen.store(), &WORDS);
    assert_eq!(story.outstanding(&done), 1, "Chen's phone has let go");

    assert!(!traces(wang.store(), &WORDS).is_empty());
    wang.sync();
    assert_eq!(wang.unsent(), 0, "what it recorded is acknowledged");
    none_in(wang.store(), &WORDS);
    assert_eq!(story.outstanding(&done), 0);
    let receipt = story.receipt(&done);
    assert_eq!(receipt["payloads_refused_later"], json!(1), "{receipt}");
    relay.settle();
    assert_eq!(relay.household(neighbour)["note"], "邻居有新电话", "work on others counts");
    assert!(relay.office(&["quarantine"]).is_empty());
    relay.verify();

    // Somebody else moves in behind the same door; a phone that joins now sees what all see.
    let mut roster = Roster::of(&["司马新来"]);
    roster.homes[0].phone = "13900001111".into();
    relay.import(&roster.write(&relay.file(""), "新名册", Roster::csv()));
    assert_eq!(relay.find("司马新来"), *door, "one door, one id");
    let zhao = relay.phone_of("赵敏", &[GRID.to_owned()]);
    chen.sync();
    chen.visit(door, "新住户在家");
    chen.sync();
    zhao.visit(door, "又来一次");
    for phone in [&zhao, wang, chen] {
        phone.sync();
        assert_eq!(phone.households().len(), DOORS);
    }
    relay.settle();
    let visits = chen.card(door)["visits"].as_array().map_or(0, Vec::len);
    assert_eq!(visits, 2, "{}", chen.card(door));
    assert!(relay.office(&["quarantine"]).is_empty());
    none_in(zhao.store(), &WORDS);
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &WORDS);
}

#[test]
fn a_restored_backup_forgets_again_before_it_serves_anybody() {
    let mut story = Story::begin();
    story.live();
    story.relay.stop();
    let backup = story.relay.file("backup");
    copy_data(story.relay.data(), &backup);
    story.relay.start_again();
    let done = story.erase("household", &story.door);
    story.chen.sync();
    story.relay.stop();
    let book = story.relay.data().join("erasures.jsonl");
    assert!(book.is_file());
    none_in(story.relay.data(), &WORDS);
    let kept = std::fs::read(&book).expect("the book");
    // Whoever restores overwrites the databases and leaves the book.
    for name in ["log.db", "model.db", "office.db"] {
        for journal in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(story.relay.data().join(format!("{name}{journal}")));
        }
    }
    copy_data(&backup, story.relay.data());
    assert_eq!(std::fs::read(&book).expect("the book"), kept);
    assert!(!traces(story.relay.data(), &WORDS).is_empty(), "the backup brings it back to the disk");
    story.relay.start_again();
    assert!(story.relay.office(&["households", "--search", NAME]).is_empty());
    assert_eq!(story.receipt(&done)["payloads_refused_later"], json!(0));
    story.chen.sync();
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &WORDS);
    none_in(story.chen.store(), &WORDS);
}

#[test]
fn a_relay_killed_in_the_middle_of_an_erasure_finishes_it() {
    let mut story = Story::begin();
    story.live();
    let mut command = story.relay.command(&["erase", "household", &story.door, "--reason", "moved", "--yes"]);
    let mut asking = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    let book = story.relay.data().join("erasures.jsonl");
    let begun = || std::fs::metadata(&book).is_ok_and(|book| book.len() > 0);
    while !begun() {
        assert!(asking.try_wait().expect("its end").is_none() || begun(), "the erasure began");
    }
    story.relay.kill();
    let _ = asking.wait();
    story.relay.start_again();
    let erasures = story.relay.office(&["erasures"]);
    assert_eq!(erasures.len(), 1, "{erasures:?}");
    assert!(erasures[0]["finished_at"].is_string(), "{erasures:?}");
    assert!(story.relay.office(&["households", "--search", NAME]).is_empty());
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &WORDS);
}

#[test]
fn an_erased_person_is_gone_and_the_rest_of_the_household_is_as_it_was() {
    let mut story = Story::begin();
    let Story { relay, chen, wang, door, .. } = &story;
    let added = chen.one(&["add-resident", door, "--name", "欧阳小满", "--phone", "13911112222"]);
    let child = text(&added, "id");
    chen.visit(door, "欧阳青鸾说水管漏水");
    chen.visit(door, "楼道干净");
    chen.edit(door, "note", "欧阳青鸾怕狗");
    chen.sync();
    wang.sync();
    let residents = relay.household(door)["residents"].clone();
    let person = residents.as_array().into_iter().flatten().find(|one| text(one, "name") == NAME);
    let person = text(person.expect("the person"), "id");
    // Without a connection: one edit of each.
    wang.one(&["edit-resident", door, &child, "phone", "13933334444"]);
    wang.one(&["edit-resident", door, &person, "phone", "13955556666"]);
    wang.edit(door, "tags", "+独居");

    let held = subject(relay, &person);
    for word in [NAME, NUMBER, "欧阳青鸾说水管漏水", "欧阳青鸾怕狗"] {
        assert!(held.contains(word), "a person may read everything that is held: {word}");
    }
    for word in ["欧阳小满", "13911112222", "楼道干净"] {
        assert!(!held.contains(word), "and nothing of somebody else: {word}");
    }
    assert!(subject(relay, door).contains("楼道干净"));
    let done = story.erase("person", &person);
    assert_eq!(
        (&done["rewritten"], &done["notes_left"]),
        (&json!({"household": 1, "visits": 1}), &json!(1)),
        "{done}"
    );
    let gone = [NAME, NUMBER, "13955556666", "青鸾"];
    for phone in [chen, wang] {
        phone.sync();
        none_in(phone.store(), &gone);
        assert_eq!(phone.unsent(), 0);
    }
    assert_eq!(story.outstanding(&done), 0);
    relay.settle();
    let home = relay.household(door);
    let left: Vec<_> = home["residents"].as_array().into_iter().flatten().collect();
    assert_eq!(left.len(), 1, "{home}");
    assert_eq!((text(left[0], "id"), text(left[0], "phone")), (child.clone(), "13933334444".into()));
    assert_eq!((&home["note"], &home["contact_phone"]), (&Value::Null, &Value::Null), "{home}");
    assert_eq!(home["tags"], json!(["独居"]));
    chen.sync();
    for phone in [chen, wang] {
        let card = phone.card(door);
        let visits = card["visits"].as_array().into_iter().flatten();
        let notes: Vec<_> = visits.map(|visit| visit["note"].as_str()).collect();
        assert!(notes.len() == 2 && notes.contains(&Some("楼道干净")), "{card}");
    }
    assert_eq!(chen.households().len(), DOORS);
    relay.verify();
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &gone);
}

#[test]
fn what_a_campaign_was_answered_goes_when_its_purpose_is_met() {
    const CAMPAIGN: &str = "发热排查";
    let mut story = Story::begin();
    let Story { relay, chen, wang, door, neighbour } = &story;
    relay.office(&["campaign", "open", CAMPAIGN]);
    chen.sync();
    wang.sync();
    let ask = |phone: &Phone, home: &str, note: &str| {
        phone.one(&["visit", home, "--outcome", "done", "--campaign", CAMPAIGN, "--note", note]);
    };
    ask(chen, door, "体温三十八度二");
    chen.visit(door, "平常走访");
    chen.sync();
    // Wang asks at a door where nobody has asked yet, and is away while the office ends it.
    ask(wang, neighbour, "昨夜咳嗽不止");
    let refused = relay.office_refuses(&["erase", "campaign", CAMPAIGN, "--reason", "purpose", "--yes"]);
    assert_eq!(refused.code, "erase.campaign_open");
    relay.office(&["campaign", "close", CAMPAIGN]);
    let done = relay.office_one(&["erase", "campaign", CAMPAIGN, "--reason", "purpose", "--yes"]);
    assert_eq!((&done["destroyed"], &done["finished"]), (&json!({"visits": 1}), &json!(true)), "{done}");
    let words = ["体温三十八度二", "昨夜咳嗽不止"];
    for phone in [chen, wang] {
        phone.sync();
        none_in(phone.store(), &words);
        assert_eq!(phone.unsent(), 0);
    }
    assert_eq!(story.outstanding(&done), 0);
    relay.settle();
    let visits = relay.household(door)["visits"].clone();
    assert_eq!(visits.as_array().map(Vec::len), Some(1), "other visits stay: {visits}");
    assert!(relay.office(&["quarantine"]).is_empty());
    relay.verify();
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &words);
}

#[test]
fn who_was_forgotten_first_does_not_come_back_when_somebody_else_of_the_household_is_forgotten() {
    const FIRST: [&str; 2] = ["司马先走", "13911112222"];
    const SECOND: [&str; 2] = ["夏侯后走", "13933334444"];
    let mut story = Story::begin();
    let Story { relay, chen, wang, door, .. } = &story;
    let add = |[name, phone]: [&str; 2]| {
        text(&chen.one(&["add-resident", door, "--name", name, "--phone", phone]), "id")
    };
    let (first, second) = (add(FIRST), add(SECOND));
    chen.sync();
    wang.sync();
    // Chen's phone wrote all of it, and is away while both are forgotten, one after the other.
    chen.edit(door, "note", "门口有台阶");
    story.erase("person", &first);
    let done = story.erase("person", &second);
    for phone in [chen, wang, chen] {
        phone.sync();
        assert_eq!(phone.unsent(), 0);
    }
    relay.settle();
    let home = relay.household(door);
    assert_eq!(
        (home["residents"].as_array().map(Vec::len), text(&home, "note")),
        (Some(1), "门口有台阶".into()),
        "{home}"
    );
    assert_eq!(story.outstanding(&done), 0);
    let gone = [FIRST, SECOND].concat();
    for phone in [chen, wang] {
        none_in(phone.store(), &gone);
    }
    relay.verify();
    story.relay.stop();
    story.relay.verify();
    none_in(story.relay.data(), &gone);
}
