//! What has an end ends: records that were kept long enough, what was asked for an occasion, emergencies, complaints.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_core::time::date_of;
use linli_tests::{GRID, Phone, Relay, Roster, camera_photo, copy_data, text, traces};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const NAME: &str = "欧阳青鸾";
const NEIGHBOUR: &str = "慕容邻";
const DAY_MS: i64 = 24 * 3600 * 1000;

/// A day, so many days from today.
fn day(from_now: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    date_of(i64::try_from(now).expect("a time") + from_now * DAY_MS).to_string()
}

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
        relay.import(&Roster::of(&[NAME, NEIGHBOUR]).write(&relay.file(""), "名册", Roster::csv()));
        let [chen, wang] = ["陈静", "王小明"].map(|name| relay.phone_of(name, &[GRID.to_owned()]));
        let (door, neighbour) = (relay.find(NAME), relay.find(NEIGHBOUR));
        Story { relay, chen, wang, door, neighbour }
    }

    /// Both phones hand in and take in.
    fn sync(&self) {
        for phone in [&self.chen, &self.wang, &self.chen] {
            phone.sync();
        }
        self.relay.settle();
    }

    /// The relay's clock goes on to so many days from today; phones make contact on the way.
    fn move_to(&mut self, days: &[i64]) {
        for days in days {
            self.relay.stop();
            self.relay.set_clock_ahead_by_days(*days);
            self.relay.start_again();
            self.sync();
        }
    }

    fn tell_of(&self, who: &str, field: &str, value: &str) {
        self.tell_from(&self.chen, who, field, value);
    }

    fn tell_from(&self, phone: &Phone, who: &str, field: &str, value: &str) {
        let home = if who == NAME { &self.door } else { &self.neighbour };
        let resident = text(&self.relay.household(home)["residents"][0], "id");
        phone.say(&["edit-resident", home, &resident, field, value]);
    }

    fn due(&self, more: &[&str]) -> Value {
        self.relay.office_one(&[&["retention", "run"], more].concat())
    }

    fn receipt(&self, done: &Value) -> Value {
        let shown = self.relay.office_one(&["erasures", &text(done, "id")]);
        serde_json::from_str(&text(&shown, "receipt")).expect("a receipt")
    }
}

fn none_in(folder: &Path, words: &[&str]) {
    assert_eq!(traces(folder, words), Vec::<String>::new());
}

#[test]
fn visits_and_occasions_end_when_their_time_is_over_and_come_back_with_nobody() {
    const OLD: [&str; 3] = ["青鸾说水管漏水", "旅居某某镇", "回湖北黄石老家"];
    const NEW: [&str; 4] = ["两年后又来看她", "回河北承德过年", "她的狗叫豆包", "从山西大同来"];
    let mut story = Story::begin();
    let photo = story.relay.file("door.jpg");
    camera_photo(&photo, 20_000);
    let photo = photo.to_str().expect("a path");
    story.chen.one(&["visit", &story.door, "--outcome", "done", "--note", OLD[0], "--photo", photo]);
    story.tell_of(NAME, "travel_place", OLD[1]);
    story.tell_of(NAME, "travel_on", &day(-10));
    story.tell_of(NEIGHBOUR, "away_to", OLD[2]);
    story.tell_of(NEIGHBOUR, "away_to", NEW[1]);
    story.tell_of(NEIGHBOUR, "back_on", &day(10));
    story.chen.edit(&story.door, "note", NEW[2]);
    story.sync();
    let classes = story.relay.office(&["retention"]);
    assert_eq!(classes.len(), 5, "{classes:?}");
    let visits = classes.iter().find(|class| class["kinds"] == json!(["visits", "photo"]));
    assert_eq!(
        visits.map(|class| text(class, "en")),
        Some("two years after the visit".into()),
        "{classes:?}"
    );
    let nothing = story.due(&[]);
    assert_eq!((&nothing["destroyed"], &nothing["rewritten"]), (&json!({}), &json!({})), "{nothing}");

    // Two months later what an emergency asked is over; the neighbour has been back for more than a month as well.
    story.move_to(&[70]);
    let would = story.due(&[]);
    assert_eq!((&would["rewritten"], &would["id"]), (&json!({"household": 2}), &Value::Null), "{would}");
    assert!(!traces(story.relay.data(), &[OLD[1]]).is_empty(), "asking destroys nothing");
    // Wang does not know it yet and edits the same household.
    story.wang.edit(&story.door, "contact_phone", "13900001111");
    story.tell_from(&story.wang, NEIGHBOUR, "arrived_from", NEW[3]);
    let done = story.due(&["--yes"]);
    assert_eq!((&done["cleared"], &done["finished"]), (&json!(4), &json!(true)), "{done}");
    assert_eq!(story.receipt(&done)["reason"], "retention");
    story.sync();
    let home = story.relay.household(&story.door);
    assert_eq!(
        (text(&home, "note"), text(&home, "contact_phone")),
        (NEW[2].into(), "13900001111".into()),
        "{home}"
    );
    assert!(story.due(&[])["rewritten"] == json!({}), "once");
    let resident = &story.relay.household(&story.neighbour)["residents"][0];
    assert_eq!(text(resident, "arrived_from"), NEW[3], "of another occasion nothing is lost: {resident}");
    for phone in [&story.chen, &story.wang] {
        none_in(phone.store(), &[OLD[1], OLD[2], NEW[1]]);
    }

    story.move_to(&[120, 270, 420, 570, 720]);
    story.chen.visit(&story.neighbour, NEW[0]);
    story.sync();
    assert_eq!(story.due(&[])["destroyed"], json!({}), "two years are not over");
    story.relay.stop();
    let backup = story.relay.file("backup");
    copy_data(story.relay.data(), &backup);
    story.relay.start_again();
    story.move_to(&[732]);
    let done = story.due(&["--yes"]);
    assert_eq!(done["destroyed"], json!({"visits": 1, "photo": 1}), "the newer visit stays: {done}");
    story.sync();
    let receipt = story.receipt(&done);
    assert_eq!(receipt["phones_outstanding"], json!([]), "{receipt}");
    assert!(story.chen.card(&story.door)["visits"].as_array().expect("visits").is_empty());
    assert_eq!(text(&story.chen.card(&story.neighbour)["visits"][0], "note"), NEW[0]);
    story.relay.verify();
    story.relay.stop();
    for folder in [story.relay.data(), story.chen.store(), story.wang.store()] {
        none_in(folder, &OLD);
    }

    // An older backup is put back; the book stays.
    for name in ["log.db", "model.db", "office.db"] {
        for journal in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(story.relay.data().join(format!("{name}{journal}")));
        }
    }
    let book = std::fs::read(story.relay.data().join("erasures.jsonl")).expect("the book");
    copy_data(&backup, story.relay.data());
    std::fs::write(story.relay.data().join("erasures.jsonl"), book).expect("the book is kept");
    story.relay.start_again();
    story.sync();
    assert_eq!(story.relay.find(NEIGHBOUR), story.neighbour, "the rest is as it was");
    story.relay.stop();
    none_in(story.relay.data(), &OLD);
    story.relay.verify();
}

#[test]
fn complaints_go_one_by_one_and_when_their_time_is_over() {
    const SAID: [&str; 4] = ["青鸾嫌登记太慢", "管理员字太小", "她还在等答复", "已经答复很久"];
    let mut story = Story::begin();
    let mut admin = story.relay.first_admin();
    story.chen.one(&["complain", SAID[0]]);
    story.chen.one(&["complain", SAID[2]]);
    assert_eq!(admin.post("/v1/complaints", json!({"text": SAID[1]})).status, 200);
    assert_eq!(admin.post("/v1/complaints", json!({"text": SAID[3]})).status, 200);
    story.sync();
    let id = |said: &str| {
        let all = story.relay.web().get("/v1/complaints").json();
        let found = all.as_array().into_iter().flatten().find(|one| one["text"] == said).cloned();
        found.map(|one| text(&one, "id"))
    };
    let [phones, typed, _, old] = SAID.map(|said| id(said).expect("a complaint"));
    for one in [&phones, &typed, &old] {
        assert_eq!(admin.post(&format!("/v1/complaints/{one}/answer"), json!({"text": "好的"})).status, 200);
    }
    story.sync();
    for one in [&phones, &typed] {
        let would = story.relay.office_one(&["erase", "complaint", one, "--reason", "request"]);
        assert_eq!(would["destroyed"], json!({"complaint": 1}), "{would}");
        story.relay.office_one(&["erase", "complaint", one, "--reason", "request", "--yes"]);
        let refused =
            story.relay.office_refuses(&["erase", "complaint", one, "--reason", "request", "--yes"]);
        assert_eq!(refused.code, "record.not_found", "once");
    }
    story.sync();
    assert_eq!((id(SAID[0]), id(SAID[1])), (None, None));
    none_in(story.chen.store(), &SAID[..1]);
    story.move_to(&[150, 300, 450, 600, 732]);
    let done = story.due(&["--yes"]);
    assert_eq!(done["destroyed"], json!({"complaint": 1}), "one waits for an answer: {done}");
    story.relay.stop();
    none_in(story.relay.data(), &[SAID[0], SAID[1], SAID[3]]);
    assert!(!traces(story.relay.data(), &SAID[2..3]).is_empty(), "the search finds what is there");
    // A start does again what the book says and finds nothing to do.
    story.relay.start_again();
    story.relay.verify();
}

#[test]
fn an_emergency_ends_with_everything_that_was_asked_because_of_it() {
    const SAID: [&str; 5] =
        ["青鸾发烧三十八度", "邻居从某某镇回来", "某某镇", "搬来的人咳嗽", "又去了某某县"];
    const KEPT: &str = "平时走访说的话";
    let mut story = Story::begin();
    let Story { relay, chen, wang, door, neighbour } = &story;
    let opened = relay.office_one(&["emergency", "open", "某某疫情", "--basis", "市指挥部一号令"]);
    assert_eq!(relay.office_refuses(&["emergency", "open", "某某疫情"]).code, "emergency.taken");
    let unknown = relay.office_refuses(&["campaign", "open", "无主排查", "--emergency", "没有的"]);
    assert_eq!(unknown.code, "emergency.not_found");
    for name in ["第一轮排查", "第二轮排查"] {
        relay.office_one(&["campaign", "open", name, "--emergency", "某某疫情"]);
    }
    story.sync();
    let photo = relay.file("door.jpg");
    camera_photo(&photo, 20_000);
    let photo = photo.to_str().expect("a path");
    let visit = |phone: &Phone, home: &str, campaign: &str, note: &str| {
        phone.one(&[
            "visit",
            home,
            "--outcome",
            "done",
            "--campaign",
            campaign,
            "--note",
            note,
            "--photo",
            photo,
        ]);
    };
    visit(chen, door, "第一轮排查", SAID[0]);
    visit(chen, neighbour, "第二轮排查", SAID[1]);
    story.tell_of(NEIGHBOUR, "travel_place", SAID[2]);
    chen.visit(door, KEPT);
    story.sync();
    // Wang is in a basement from here on: another answer, and somebody who has moved in.
    visit(wang, door, "第二轮排查", SAID[1]);
    let newcomer = wang.add_household(GRID, "阳光花园9号楼9单元901", &[]);
    visit(wang, &newcomer, "第一轮排查", SAID[3]);
    story.tell_from(wang, NEIGHBOUR, "travel_place", SAID[4]);

    let would = relay.office_one(&["emergency", "close", "某某疫情"]);
    let counts = json!({"visits": 2, "photo": 2});
    assert_eq!((&would["destroyed"], &would["rewritten"]), (&counts, &json!({"household": 1})), "{would}");
    assert_eq!(text(&relay.office(&["emergencies"])[0], "state"), "open", "asking closes nothing");
    let done = relay.office_one(&["emergency", "close", "某某疫情", "--yes"]);
    assert_eq!((&done["destroyed"], &done["finished"]), (&counts, &json!(true)), "{done}");
    let listed = &relay.office(&["emergencies"])[0];
    assert_eq!((text(listed, "state"), &listed["erasure"]), ("closed".into(), &done["id"]), "{listed}");
    assert_eq!(text(listed, "id"), text(&opened, "id"));
    let closed =
        relay.office_refuses(&["campaign", "open", "第三轮排查", "--emergency", &text(&opened, "id")]);
    assert_eq!(closed.code, "emergency.closed");
    assert_eq!(story.receipt(&done)["phones_outstanding"].as_array().map(Vec::len), Some(2));

    story.sync();
    assert_eq!(wang.unsent(), 0, "what it recorded is acknowledged");
    // For a door that nobody knew of something has come. The relay finds it by itself, at the latest at its next start.
    story.relay.stop();
    story.relay.start_again();
    story.sync();
    assert!(story.relay.find("901") == newcomer, "the door itself stays");
    assert_eq!(text(&story.chen.card(&story.door)["visits"][0], "note"), KEPT);
    story.relay.stop();
    for folder in [story.relay.data(), story.chen.store(), story.wang.store()] {
        none_in(folder, &SAID);
        assert!(!traces(folder, &[KEPT]).is_empty(), "the search finds what is there");
    }
    story.relay.verify();
}

#[test]
fn a_relay_killed_while_it_closes_an_emergency_finishes_it() {
    const SAID: &str = "青鸾发烧三十八度";
    let mut story = Story::begin();
    story.relay.office_one(&["emergency", "open", "某某疫情"]);
    story.relay.office_one(&["campaign", "open", "第一轮排查", "--emergency", "某某疫情"]);
    story.sync();
    story.chen.one(&["visit", &story.door, "--outcome", "done", "--campaign", "第一轮排查", "--note", SAID]);
    story.sync();
    let mut command = story.relay.command(&["emergency", "close", "某某疫情", "--yes"]);
    let quiet = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut asking = quiet.spawn().expect("it runs");
    let is_closed = || text(&story.relay.office(&["emergencies"])[0], "state") == "closed";
    while !is_closed() {
        assert!(asking.try_wait().expect("its end").is_none() || is_closed(), "the closing began");
    }
    story.relay.kill();
    let _ = asking.wait();
    story.relay.start_again();
    assert!(story.relay.office(&["emergencies"])[0]["erasure"].is_string(), "it was destroyed at the start");
    story.sync();
    story.relay.stop();
    for folder in [story.relay.data(), story.chen.store()] {
        none_in(folder, &[SAID]);
    }
    story.relay.verify();
}

#[test]
fn what_is_held_about_somebody_is_a_page_to_print() {
    let story = Story::begin();
    story.chen.edit(&story.door, "note", "<b>门口有台阶</b>");
    story.chen.visit(&story.door, "她要送药");
    story.sync();
    let page = story.relay.file("subject.html");
    story.relay.office(&["subject", &story.door, "--out", page.to_str().expect("a path")]);
    let page = std::fs::read_to_string(&page).expect("the page");
    for said in
        ["个人信息查阅", NAME, "&lt;b&gt;门口有台阶", "她要送药", "陈静", "在本社区居住期间", "走访后两年"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<b>") && !page.contains("<script"), "{page}");
}
