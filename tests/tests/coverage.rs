//! Which doors have been knocked on: the numbers, the building chart, and hearing of changes while looking.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{COMMUNITY, Dice, GRID, Home, Listener, Phone, Relay, Roster, copy_data, text};
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// As exports say them.
const IN_CHINESE: [&str; 5] = ["已走访", "无人应答", "已搬走", "拒访", "需再访"];
const OUTCOMES: [&str; 5] = ["done", "no_answer", "moved", "refused", "revisit"];

/// Two buildings with floors and a shop, and a phone for them.
fn estate() -> (Relay, Phone) {
    let relay = Relay::start();
    let doors = [
        ("1", "1", "101"),
        ("1", "1", "102"),
        ("1", "1", "201"),
        ("1", "2", "1203"),
        ("1", "2", "1204"),
        ("2", "1", "501"),
        ("2", "1", "502"),
        ("10", "1", "101"),
    ];
    let home = |(index, (building, unit, room)): (usize, (&str, &str, &str))| Home {
        door: [building.into(), unit.into(), room.into()],
        name: ["王伟", "李娜", "张敏", "刘静", "陈强", "杨磊", "赵军", "黄洋"][index].into(),
        phone: format!("1380000{index:04}"),
        note: String::new(),
    };
    let roster = Roster { homes: doors.into_iter().enumerate().map(home).collect() };
    relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &[GRID.to_owned()]);
    (relay, phone)
}

fn visit(phone: &Phone, household: &str, outcome: &str, campaign: Option<&str>) {
    let mut args = vec!["visit", household, "--outcome", outcome];
    args.extend(campaign.iter().flat_map(|name| ["--campaign", name]));
    phone.one(&args);
}

/// The coverage as somebody with the exported rows and a pencil would count it.
fn counted(relay: &Relay, campaign: Option<&str>) -> BTreeMap<String, i64> {
    let export = |what: &str, more: &[&str]| -> Vec<Value> {
        let file = relay.file("pencil.json");
        let args = ["export", what, "--format", "json", "--out", file.to_str().expect("a path")];
        relay.office(&[&args, more].concat());
        let text = std::fs::read_to_string(&file).expect("the export");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let mut last: BTreeMap<String, (String, &str)> = BTreeMap::new();
    let more: Vec<&str> = campaign.iter().flat_map(|name| ["--campaign", name]).collect();
    for visit in export("visits", &more) {
        let survivor = relay.household(&text(&visit, "household"));
        let of = survivor["merged_into"].as_str().map_or_else(|| text(&visit, "household"), str::to_owned);
        let said = text(&visit, "outcome");
        let outcome = OUTCOMES.iter().zip(IN_CHINESE).find(|(_, zh)| *zh == said).map(|(word, _)| *word);
        let this = (text(&visit, "at"), outcome.expect("a known outcome"));
        let known = last.entry(of).or_insert_with(|| this.clone());
        if this.0 >= known.0 {
            *known = this;
        }
    }
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for household in export("households", &[]) {
        let outcome = last.get(&text(&household, "id")).map_or("never", |(_, outcome)| *outcome);
        *counts.entry(outcome.to_owned()).or_default() += 1;
        *counts.entry("households".to_owned()).or_default() += 1;
        if ["done", "moved", "refused"].contains(&outcome) {
            *counts.entry("reached".to_owned()).or_default() += 1;
        }
    }
    counts
}

/// The tally of an answer, without zeros.
fn tally(of: &Value) -> BTreeMap<String, i64> {
    let fields = of.as_object().expect("a tally").iter();
    let numbers = fields.map(|(key, value)| (key.clone(), value.as_i64().expect("a number")));
    numbers.filter(|(key, number)| *number != 0 && key != "conflicts").collect()
}

fn sum(parts: &[Value]) -> BTreeMap<String, i64> {
    let mut sum = BTreeMap::new();
    for (key, number) in parts.iter().flat_map(|part| tally(&part["tally"])) {
        *sum.entry(key).or_default() += number;
    }
    sum
}

#[test]
fn the_numbers_are_those_of_the_exported_rows() {
    let (relay, mut phone) = estate();
    let mut dice = Dice::seeded("visits", 11);
    let homes = phone.households();
    for round in 0..20 {
        // A day each: the export has seconds, and which visit is the last must not depend on less.
        phone = phone.with_clock_off_by_days(round - 30);
        let campaign = (round % 3 == 0).then_some("消防排查");
        let (home, outcome): (&String, &&str) = (dice.pick(&homes[..7]), dice.pick(&OUTCOMES));
        visit(&phone, home, outcome, campaign);
    }
    phone.sync();
    check(&relay);
    // Two that were one, with visits to both, and a third that joins them.
    let merge = |survivor: &str, absorbed: &str| {
        relay.office_one(&["merge", survivor, absorbed, "--reason", "同一户"]);
    };
    merge(&homes[1], &homes[0]);
    check(&relay);
    merge(&homes[2], &homes[1]);
    visit(&phone, &homes[1], "refused", None);
    phone.sync();
    let all = relay.web().get("/v1/coverage").json();
    assert_eq!(all["total"]["households"], 6, "two became a part of a third");
    let cells = cells(&relay, "");
    let joined = cells.iter().find(|cell| cell["id"] == homes[2].as_str()).expect("the third's cell");
    let visited: i64 = cells.iter().filter_map(|cell| cell["visits"].as_i64()).sum();
    assert_eq!(visited, 21, "no visit is lost in a merge of a merge");
    assert!(joined["visits"].as_i64() >= Some(1), "{joined}");
    assert_eq!(relay.verify()["clean"], true);
}

fn check(relay: &Relay) {
    relay.settle();
    for campaign in [None, Some("消防排查")] {
        let query = campaign.map_or_else(String::new, |name| format!("?campaign={name}"));
        let coverage = relay.web().get(&format!("/v1/coverage{query}")).json();
        let expected = counted(relay, campaign);
        assert_eq!(tally(&coverage["total"]), expected, "{campaign:?}");
        let estates = coverage["estates"].as_array().expect("estates");
        assert_eq!(estates.len(), 1);
        assert_eq!(text(&estates[0], "community"), COMMUNITY);
        assert_eq!(sum(estates), expected);
        assert_eq!(sum(estates[0]["buildings"].as_array().expect("buildings")), expected);
        assert_eq!(sum(coverage["grids"].as_array().expect("grids")), expected);
    }
    let campaigns = relay.web().get("/v1/campaigns").json();
    let names: BTreeSet<(String, bool)> = campaigns
        .as_array()
        .expect("campaigns")
        .iter()
        .map(|one| (text(one, "campaign"), one["quarter"] == true))
        .collect();
    assert!(names.contains(&("消防排查".to_owned(), false)), "{campaigns}");
    assert_eq!(names.len(), 2, "and the quarter of the routine visits: {campaigns}");
}

fn cells(relay: &Relay, more: &str) -> Vec<Value> {
    let answer = relay.web().get(&format!("/v1/coverage/cells?estate=阳光花园{more}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["cells"].as_array().expect("cells").clone()
}

#[test]
fn every_home_has_its_place_in_the_building_chart() {
    let (relay, phone) = estate();
    // A shop, which no roster's address would be read as.
    let shop = relay.find("陈强");
    relay.office(&["edit", &shop, "room", "底商3"]);
    let place = |cell: &Value| {
        let words = ["building", "unit", "room"].map(|key| text(cell, key));
        (words.join("-"), cell["floor"].as_u64(), cell["door"].as_str().unwrap_or("").to_owned())
    };
    let places: Vec<_> = cells(&relay, "").iter().map(place).collect();
    let expected = [
        ("1-1-201", Some(2), "01"),
        ("1-1-101", Some(1), "01"),
        ("1-1-102", Some(1), "02"),
        ("1-2-1203", Some(12), "03"),
        ("1-2-底商3", None, ""),
        ("2-1-501", Some(5), "01"),
        ("2-1-502", Some(5), "02"),
        ("10-1-101", Some(1), "01"),
    ];
    assert_eq!(places, expected.map(|(home, floor, door)| (home.to_owned(), floor, door.to_owned())));
    phone.edit(&shop, "tags", "+独居");
    visit(&phone, &shop, "done", None);
    phone.sync();
    relay.settle();
    let shops = cells(&relay, "&building=1");
    assert_eq!(shops.len(), 5, "one building");
    assert_eq!(shops[4]["tags"], json!(["独居"]));
    assert_eq!((text(&shops[4], "outcome").as_str(), &shops[4]["visits"]), ("done", &json!(1)));
    assert!(shops[4]["last_visit_ms"].is_i64());
    assert!(cells(&relay, "&campaign=消防排查").iter().all(|cell| cell["visits"] == 0));
    assert!(cells(&relay, "&community=别的社区").is_empty());
    assert!(cells(&relay, &format!("&community={COMMUNITY}&grid={GRID}")).len() == 8);
}

/// A visit that a phone syncs is heard of within two seconds on a page that is open.
#[test]
fn an_open_page_hears_of_a_visit_at_once() {
    let (relay, phone) = estate();
    let home = phone.households()[0].clone();
    let mut page = relay.listen(None);
    let hello = page.hear();
    assert_eq!((text(&hello, "kind").as_str(), &hello["resumed"]), ("hello", &json!(false)));
    visit(&phone, &home, "done", None);
    let before = Instant::now();
    phone.sync();
    let heard = page.until(|news| news["kind"] == "household");
    assert!(before.elapsed() < Duration::from_secs(2), "heard after {:?}", before.elapsed());
    assert_eq!((text(&heard, "id"), text(&heard, "grid")), (home.clone(), GRID.to_owned()));
    // Whoever hears of it finds it.
    let shown = cells(&relay, "").into_iter().find(|cell| cell["id"] == home.as_str()).expect("its cell");
    assert_eq!(text(&shown, "outcome"), "done");
    let other = relay.new_phone_of("李强", &[GRID.to_owned()], &relay.url());
    page.until(|news| news["kind"] == "device");
    other.sync();
    phone.edit(&home, "contact_phone", "13900001111");
    other.edit(&home, "contact_phone", "13900002222");
    phone.sync();
    other.sync();
    let conflict = page.until(|news| news["kind"] == "conflict");
    assert_eq!(text(&conflict, "household"), home);
    let refused = relay.web().stranger().get("/v1/events");
    assert_eq!(refused.status, 401, "{refused:?}");
}

/// While a page has lost its connection, the relay is restarted twice and phones go on: when the page comes
/// back it hears of every household that changed since the last it heard of.
#[test]
fn a_page_that_comes_back_has_missed_nothing() {
    let (mut relay, phone) = estate();
    let homes = phone.households();
    let mut page = relay.listen(None);
    visit(&phone, &homes[0], "done", None);
    phone.sync();
    page.until(|news| news["kind"] == "household");
    let mut last = page.last();
    let mut heard = BTreeSet::new();
    for (round, pair) in homes[1..7].chunks(3).enumerate() {
        visit(&phone, &pair[0], "done", None);
        phone.sync();
        relay.settle();
        if round == 0 {
            relay.stop();
        } else {
            relay.kill();
        }
        visit(&phone, &pair[1], "done", None);
        relay.start_again();
        phone.sync();
        let mut again = relay.listen(last);
        let hello = again.hear();
        assert_eq!((text(&hello, "kind").as_str(), &hello["resumed"]), ("hello", &json!(true)), "{hello}");
        visit(&phone, &pair[2], "done", None);
        phone.sync();
        while !pair.iter().all(|home| heard.contains(home)) {
            let news = again.hear();
            if news["kind"] == "household" {
                heard.insert(text(&news, "id"));
            }
        }
        last = again.last();
    }
    let (rest, _) = finished(&mut relay, last);
    assert!(rest.iter().all(|news| news["kind"] != "household"), "nothing is told twice: {rest:?}");
    relay.start_again();
    let ahead = relay.listen(Some(1_000_000)).hear();
    assert_eq!(ahead["resumed"], false, "an id of another relay's log is no place to go on from");
}

/// A page after an id, until the relay stops: it is told to go and does not hold the relay up.
fn finished(relay: &mut Relay, after: Option<i64>) -> (Vec<Value>, Option<i64>) {
    let page: Listener = relay.listen(after);
    relay.stop();
    page.rest()
}

#[test]
fn lists_of_another_shape_are_made_again_from_the_log() {
    let (mut relay, phone) = estate();
    visit(&phone, &phone.households()[0], "done", None);
    phone.sync();
    relay.settle();
    let before = relay.web().get("/v1/coverage").json();
    relay.stop();
    let old = relay.file("old");
    copy_data(relay.data(), &old);
    // As an older version left it: tables without columns that this one reads.
    alter(
        &old.join("model.db"),
        "DROP TABLE cover; ALTER TABLE household DROP COLUMN record; PRAGMA user_version = 7",
    );
    let again = Relay::start_on_copy(&old);
    again.settle();
    assert_eq!(again.web().get("/v1/coverage").json(), before);
    again.verify();
}

/// Any program can open the file.
fn alter(path: &Path, sql: &'static str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the file opens");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the statements");
        connection.close().await.expect("the file is closed");
    });
}
