//! What the relay says of itself names nobody, however much it is asked to say.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_core::identity::{Entry, Payload};
use linli_core::ids::DocId;
use linli_core::kinds::DocKind;
use linli_tests::{Forger, GRID, RawSocket, Relay, Roster, percent_encoded};
use serde_json::json;

const NAME: &str = "欧阳青鸾";
const NUMBER: &str = "13977665544";
/// Names and numbers where the relay meets them: rosters good and bad, visits, issues, edits that clash, searches,
/// accounts, bytes that nobody can read.
const WORDS: [&str; 9] = [
    NAME,
    NUMBER,
    "慕容邻",
    "13800009999",
    "青鸾说水管漏水",
    "青鸾家的灯不亮",
    "钟离办事员",
    "轩辕乱写",
    "夏侯没有户",
];

/// As text, as in an address, and as a program writes out bytes.
fn spellings(word: &str) -> [String; 4] {
    let encoded = percent_encoded(word);
    [word.to_owned(), encoded.to_lowercase(), encoded, word.escape_default().to_string()]
}

fn import(relay: &Relay) {
    let mut roster = Roster::of_doors(5);
    let home = &mut roster.homes[0];
    (home.name, home.phone) = (NAME.into(), NUMBER.into());
    relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
    let bad = relay.file("坏名册.csv");
    std::fs::write(
        &bad,
        "网格编码,小区,楼栋,单元,房号,姓名,联系电话\n不是网格,阳光花园,1,1,101,夏侯没有户,1\n",
    )
    .expect("a roster");
    let said = relay.command(&["import", "roster", bad.to_str().expect("a path"), "--community", "样例社区"]);
    let _ = { said }.output().expect("linli runs");
}

fn work(relay: &Relay, door: &str) {
    let grids = [GRID.to_owned()];
    let [chen, wang] = ["陈静", "王小明"].map(|name| relay.phone_of(name, &grids));
    chen.one(&["visit", door, "--outcome", "done", "--note", WORDS[4]]);
    chen.one(&["issue", "property", WORDS[5], "--household", door]);
    chen.edit(door, "contact_phone", NUMBER);
    wang.edit(door, "contact_phone", WORDS[3]);
    chen.sync();
    wang.sync();
    relay.settle();
}

fn harm(relay: &Relay) {
    let mut forger = Forger::enrol(relay, "赵六", &relay.grids(), 66);
    let mut wire = forger.connect();
    let space = wire.space_of(GRID);
    let payload = Payload::Change(WORDS[7].repeat(9).into_bytes());
    let entry = Entry { doc: DocId([7; 16]), kind: DocKind::Household, generation: 0, payload };
    let batch = forger.seal(space, vec![entry]);
    wire.push_durably(std::slice::from_ref(&batch));
    let mut altered = forger.seal(space, batch.entries.clone());
    altered.entries[0].payload = Payload::Change(WORDS[7].into());
    wire.refusal_of(&[altered]);
    RawSocket::upgrade(relay.address()).send_binary(WORDS[7].as_bytes());
    let mut clear = RawSocket::connect(relay.address());
    clear.send_raw(format!("GET /{} HTTP/9\r\nHost: {}\r\n\r\n", WORDS[7], WORDS[7]).as_bytes());
    relay.settle();
}

fn ask(relay: &Relay, door: &str) {
    let name = percent_encoded(NAME);
    for path in [
        format!("/v1/households?search={name}"),
        format!("/v1/households/{name}"),
        format!("/{name}"),
        format!("/v1/visits?household={name}"),
    ] {
        relay.web().get(&path);
        relay.web().stranger().get(&path);
    }
    assert!(relay.web().search(&name).body.contains(NAME), "the household is found");
    relay.web().stranger().search(&name);
    let wrong = json!({"name": WORDS[6], "password": "青鸾说水管漏水"}).to_string();
    relay.web().stranger().ask("POST", "/v1/session", "zh", Some(wrong.as_bytes()));
    relay.web().ask("POST", "/v1/merges", "zh", Some(format!("{{\"{NAME}\": ").as_bytes()));
    let subject = relay.file("subject.json");
    relay.office(&["subject", door, "--out", subject.to_str().expect("a path")]);
    relay.office(&["erase", "household", door, "--reason", "request", "--yes"]);
}

#[test]
fn the_relays_log_names_nobody() {
    let mut relay = Relay::start();
    relay.stop();
    relay.set_log_level("debug");
    relay.start_again();
    import(&relay);
    let door = relay.find(NAME);
    work(&relay, &door);
    harm(&relay);
    ask(&relay, &door);
    relay.stop();
    let log = relay.log();
    assert!(log.contains("DEBUG"), "it says much: {log}");
    println!("{} lines", log.lines().count());
    for word in WORDS {
        for spelt in spellings(word) {
            let line = log.lines().find(|line| line.contains(&spelt));
            assert_eq!(line, None, "{word} is in the log");
        }
    }
}
