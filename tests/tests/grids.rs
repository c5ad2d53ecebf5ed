//! The office draws its grids anew while workers are out: who is responsible changes, nothing is lost.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{GRID, Phone, Relay, Roster, strings, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The grid that is drawn in the story: the next free number after [`GRID`].
const SECOND: &str = "999999000001002";
const ESTATE: &str = "阳光花园";
/// Doors of a building: enough for a snapshot to be taken of its grid.
const DOORS: usize = 130;

#[test]
fn a_building_goes_to_another_grid_while_its_worker_is_out() {
    let mut town = Town::with_two_buildings(6);
    let home = town.in_building("2", 0);
    let other = town.in_building("2", 1);
    let third = town.in_building("2", 2);
    let stays = town.in_building("1", 0);
    town.chen.visit(&home, "上季度之前");
    town.everyone_syncs();

    // Chen goes out without a connection; the office draws the line anew.
    town.chen.visit(&home, "路上走访");
    town.chen.visit(&other, "本季第一次");
    town.chen.edit(&home, "contact_phone", "13900001111");
    town.chen.edit(&stays, "note", "有狗");
    let planned = town.assign(SECOND, "2", true);
    assert_eq!(planned["households"], 6);
    assert_eq!(planned["moves"], json!([{"from": GRID, "to": SECOND, "households": 6}]));
    let before = town.relay.office(&["households", "--grid", GRID]).len();
    assert_eq!(before, 12, "a dry run moves nothing");
    let moved = town.assign(SECOND, "2", false);
    assert_eq!((&moved["moves"], &moved["grids"]), (&planned["moves"], &planned["grids"]));
    town.relay.kill();
    town.relay.start_again();
    town.relay.settle();
    assert_eq!(town.in_grid(SECOND).len(), 6, "what the office was told is durable");
    assert_eq!(town.again("2", false)["households"], 0, "moving again moves nothing");

    // Li, who now has the building, changes the same field; then Chen comes back.
    town.li.sync();
    assert_eq!(town.li.households().len(), 6);
    town.li.edit(&home, "contact_phone", "13900002222");
    town.li.sync();
    town.chen.sync();
    assert_eq!(town.chen.unsent(), 0);
    town.everything_follows();
    town.li.sync();

    let card = town.li.card(&home);
    assert_eq!(notes(&card), ["上季度之前", "路上走访"], "{card}");
    assert_eq!(notes(&town.li.card(&other)), ["本季第一次"]);
    let conflicts = town.li.say(&["conflicts"]);
    assert_eq!(conflicts.len(), 1, "two numbers are a visible conflict: {conflicts:?}");
    let open = town.relay.office(&["conflicts", "--status", "open"]);
    let sides: BTreeSet<String> =
        open[0]["values"].as_array().expect("values").iter().map(|value| text(value, "author")).collect();
    assert_eq!(sides, ["陈静", "李强"].map(str::to_owned).into());
    assert_eq!(text(&town.relay.household(&home), "grid"), SECOND);
    assert_eq!(notes(&town.relay.household(&home)), ["上季度之前", "路上走访"]);
    assert_eq!(town.chen.households(), town.in_grid(GRID));
    assert!(!town.chen.households().contains(&home), "least data");
    assert!(town.chen.refuses(&["household", &home]).code.starts_with("phone."));
    assert_eq!(town.li.households(), town.in_grid(SECOND));
    town.fresh_phones_agree();

    // Back again, while Li is out and Chen has let go of everything there.
    town.li.visit(&third, "李强走访");
    town.li.edit(&third, "note", "换了门锁");
    town.assign(GRID, "2", false);
    town.li.sync();
    town.everything_follows();
    town.everyone_syncs();
    assert_eq!(town.chen.households(), town.in_grid(GRID));
    assert_eq!(town.chen.households().len(), 12);
    assert!(town.li.households().is_empty());
    assert_eq!(notes(&town.chen.card(&third)), ["李强走访"]);
    assert_eq!(text(&town.chen.card(&third), "note"), "换了门锁");
    assert_eq!(notes(&town.chen.card(&home)), ["上季度之前", "路上走访"]);
    town.chen.edit(&home, "tags", "+独居");
    town.chen.sync();
    town.relay.settle();
    assert!(strings(&town.relay.household(&home), "tags").contains(&"独居".to_owned()));
    town.fresh_phones_agree();
    assert!(town.relay.office(&["quarantine"]).is_empty(), "nothing was put aside");
    town.relay.verify();
    town.relay.stop();
    town.relay.verify();
}

/// The phone learns within one exchange that the building left and came back, and lets go of it in between:
/// what it has just handed in must come back too.
#[test]
fn a_building_that_came_back_before_its_worker_did() {
    let town = Town::with_two_buildings(3);
    let home = town.in_building("2", 0);
    town.chen.edit(&home, "note", "陈静写的");
    town.chen.visit(&home, "路上走访");
    town.assign(SECOND, "2", false);
    town.assign(GRID, "2", false);
    town.chen.sync();
    town.everything_follows();
    town.chen.sync();
    assert_eq!(text(&town.chen.card(&home), "note"), "陈静写的");
    assert_eq!(notes(&town.chen.card(&home)), ["路上走访"]);
    town.fresh_phones_agree();
    town.relay.verify();
}

/// With snapshots instead of the log alone, and a phone that holds both grids.
#[test]
fn phones_that_start_from_snapshots_agree_after_a_move() {
    let town = Town::with_two_buildings(DOORS);
    let both = town.relay.phone_of("王芳", &[GRID.to_owned(), SECOND.to_owned()]);
    let home = town.in_building("2", 7);
    both.visit(&home, "王芳走访");
    town.chen.edit(&home, "note", "陈静写的");
    town.assign(SECOND, "2", false);
    both.sync();
    town.chen.sync();
    town.everything_follows();
    both.sync();
    town.everyone_syncs();
    for phone in [&both, &town.li] {
        assert_eq!(notes(&phone.card(&home)), ["王芳走访"], "on {}'s phone", phone.worker());
        assert_eq!(text(&phone.card(&home), "note"), "陈静写的", "on {}'s phone", phone.worker());
    }
    assert_eq!(both.households().len(), 2 * DOORS);
    town.fresh_phones_agree();
    both.visit(&home, "又一次");
    both.sync();
    town.li.sync();
    assert_eq!(notes(&town.li.card(&home)), ["又一次", "王芳走访"]);
    assert!(town.relay.office(&["quarantine"]).is_empty());
    town.relay.verify();
}

/// A worker's grids change: the phone follows, and lets go only of what it has handed in.
#[test]
fn a_workers_appointments_decide_what_the_phone_holds() {
    let town = Town::with_two_buildings(3);
    town.assign(SECOND, "2", false);
    town.everyone_syncs();
    let home = town.in_building("1", 0);
    let live = town.li.watch();
    live.caught_up();

    // Chen's appointment ended yesterday, Li's begins today; Chen is out with work that is not handed in.
    town.chen.visit(&home, "最后一次");
    let chen = town.worker("陈静");
    let first = &chen["appointments"][0];
    assert_eq!((text(first, "grid"), &first["in_force"]), (GRID.to_owned(), &json!(true)));
    let path = format!("/v1/workers/{}/appointments/{}", text(&chen, "id"), text(first, "id"));
    let refused = town.patch(&path, &json!({"to": "2020-01-01"}));
    assert_eq!(text(&refused, "code"), "appointment.ends_before_it_begins");
    let yesterday = linli_core::time::date_of(now_ms() - 24 * 3600 * 1000).to_string();
    let ended = town.patch(&path, &json!({"from": "2020-01-01", "to": yesterday}));
    assert_eq!(ended["grids"], json!([]), "{ended}");
    let li = town.worker("李强");
    let appointed = town
        .post(&format!("/v1/workers/{}/appointments", text(&li, "id")), &json!({"grid": GRID, "head": true}));
    assert_eq!(appointed["worker"]["grids"], json!([GRID, SECOND]));
    live.received();
    live.caught_up();
    drop(live);
    town.li.sync();
    assert_eq!(town.li.households().len(), 6, "a connected phone learns of it at once");

    town.chen.sync();
    assert_eq!(town.chen.unsent(), 0);
    assert!(town.chen.households().is_empty(), "handed in, then let go");
    town.relay.settle();
    assert_eq!(town.relay.status()["review"], 0, "late work is taken in");
    town.li.sync();
    assert_eq!(notes(&town.li.card(&home)), ["最后一次"]);
    let grids = town.relay.web().get("/v1/grids").json();
    let first = &grids[0];
    assert_eq!(text(first, "code"), GRID);
    assert_eq!(first["workers"].as_array().map(Vec::len), Some(1), "{first}");
    assert_eq!(
        (text(&first["workers"][0], "name"), &first["workers"][0]["head"]),
        ("李强".into(), &json!(true))
    );
    assert_eq!((&first["size"], &first["reached"]), (&json!("under"), &json!(1)));
    let past = town.worker("陈静");
    let past = &past["appointments"][0];
    assert_eq!(
        (text(past, "from"), text(past, "to")),
        ("2020-01-01".into(), yesterday),
        "who was responsible is read back"
    );
    town.relay.verify();
}

#[test]
fn grids_have_codes_names_and_other_codes() {
    let town = Town::with_two_buildings(2);
    let again = town.post("/v1/grids", &json!({"code": SECOND, "name": "又一个"}));
    assert_eq!(text(&again, "code"), "grid.code_taken");
    let wrong = town.post("/v1/grids", &json!({"code": "12345", "name": "短"}));
    assert_eq!(text(&wrong, "code"), "grid.code_malformed");
    let known = town.patch(&format!("/v1/grids/{SECOND}"), &json!({"name": "东片", "aliases": ["旧 02-号"]}));
    assert_eq!((text(&known, "name"), strings(&known, "aliases")), ("东片".into(), vec!["旧02号".into()]));
    let by_alias =
        town.post("/v1/grids/旧02号/places", &json!({"places": [{"estate": ESTATE, "building": "2号楼"}]}));
    assert_eq!(by_alias["moves"], json!([{"from": GRID, "to": SECOND, "households": 2}]));
    let nobody =
        town.post(&format!("/v1/grids/{SECOND}/places"), &json!({"places": [{"estate": "没有的小区"}]}));
    assert_eq!(text(&nobody, "code"), "record.not_found");
    let places = town.relay.web().get("/v1/places").json();
    let estate = &places["estates"][0];
    assert_eq!((text(estate, "name"), &estate["households"]), (ESTATE.into(), &json!(4)));
    assert_eq!(estate["buildings"][1]["units"][0]["grids"], json!({SECOND: 2}));
}

#[test]
fn grids_and_their_places_come_from_a_list() {
    let town = Town::with_two_buildings(3);
    let list = format!(
        "网格一览,,,,\n网格编码,网格名称,小区,楼栋,单元\n{SECOND},东片,{ESTATE},2号楼,\nWG-02,第二网格,,,\n,第三网格,{ESTATE},1,1\n123,没见过,,,\n{SECOND},东片,没有的小区,9,\n,,{ESTATE},3,\n"
    );
    let file = town.relay.file("网格.csv");
    std::fs::write(&file, list).expect("the list");
    let path = file.to_str().expect("a path");
    let planned = town.relay.office_one(&["grids", "import", path, "--dry-run"]);
    let before = town.relay.web().get("/v1/grids").json();
    assert_eq!(town.in_grid(GRID).len(), 6, "a dry run changes nothing: {before}");
    assert_eq!(before.as_array().map(Vec::len), Some(2));
    let done = town.relay.office_one(&["grids", "import", path]);
    for key in ["added", "renamed", "aliases", "moves", "grids", "bad_rows"] {
        assert_eq!(done[key], planned[key], "{key} as planned");
    }
    let third = "999999000001003";
    assert_eq!((&done["added"], &done["renamed"]), (&json!([third]), &json!([SECOND])));
    let bad: Vec<(i64, String, String)> = done["bad_rows"]
        .as_array()
        .expect("bad rows")
        .iter()
        .map(|bad| (bad["row"].as_i64().expect("a row"), text(bad, "column"), text(bad, "code")))
        .collect();
    let named = |row, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
    let expected = [
        named(6, "A", "grid.code_malformed"),
        named(7, "D", "grids.nobody_there"),
        named(8, "A", "grids.no_grid"),
    ];
    assert_eq!(bad, expected);
    assert_eq!((town.in_grid(SECOND).len(), town.in_grid(third).len(), town.in_grid(GRID).len()), (3, 3, 0));
    let known = town.relay.web().get("/v1/grids").json();
    assert_eq!(
        (text(&known[1], "name"), strings(&known[1], "aliases")),
        ("东片".into(), vec!["wg02".into()])
    );
    let renamed = town.relay.office_one(&["grids", "rename", "WG-02", "东片一"]);
    assert_eq!(text(&renamed, "code"), SECOND);
    let moved =
        town.relay.office_one(&["grids", "assign", GRID, &format!("{ESTATE}/1"), &format!("{ESTATE}/2/1")]);
    assert_eq!(moved["households"], 6);
    let again = town.relay.office_one(&["grids", "import", path]);
    assert_eq!((&again["added"], &again["households"]), (&json!([]), &json!(6)));
    let worker = town.relay.office_one(&[
        "workers",
        "appoint",
        "陈静",
        "--grid",
        "WG-02",
        "--from",
        "2020-01-01",
        "--head",
    ]);
    let ended =
        town.relay.office_one(&["workers", "end", "陈静", &text(&worker, "id"), "--to", "2020-12-31"]);
    assert_eq!(strings(&ended, "grids"), [GRID]);
    town.relay.verify();
}

/// The line is drawn once: who moves in, or is found later, belongs to the grid that has the place.
#[test]
fn a_grid_is_made_of_places_and_new_homes_there_join_it() {
    let town = Town::with_two_buildings(3);
    let places = json!([{"estate": ESTATE, "building": "2"}]);
    let third = "999999000001003";
    let planned = town.post("/v1/grids", &json!({"name": "", "places": places, "dry_run": true}));
    assert_eq!(text(&planned, "code"), third, "{planned}");
    assert_eq!(planned["assigned"]["moves"], json!([{"from": GRID, "to": third, "households": 3}]));
    let known = town.relay.web().get("/v1/grids").json();
    assert_eq!(known.as_array().map(Vec::len), Some(2), "a dry run makes nothing");
    let nobody = json!({"name": "空", "places": [{"estate": "没有的小区"}]});
    assert_eq!(text(&town.post("/v1/grids", &nobody), "code"), "record.not_found");
    let nameless = town.post("/v1/grids", &json!({"name": " ", "places": places}));
    assert_eq!(text(&nameless, "code"), "grid.no_name");
    let made = town.post("/v1/grids", &json!({"name": "第三网格", "places": places}));
    assert_eq!((text(&made, "code"), &made["households"]), (third.to_owned(), &json!(3)), "{made}");
    assert_eq!(made["assigned"]["grids"], planned["assigned"]["grids"]);

    let added = town.post("/v1/households", &json!({"address": format!("{ESTATE}2号楼1单元901")}));
    assert_eq!(text(&added, "grid"), third, "{added}");
    assert_eq!(text(&town.relay.household(&text(&added, "id")), "grid"), third);
    let other = town.post("/v1/households", &json!({"address": format!("{ESTATE}1号楼1单元901")}));
    assert_eq!(text(&other, "grid"), GRID);
    let nowhere = town.post("/v1/households", &json!({"address": "没有的小区9号楼1单元901"}));
    assert_eq!(text(&nowhere["fields"][0], "key"), "grid", "{nowhere}");

    // A roster that says nothing of grids follows the office's line, too.
    let file = town.relay.file("后来.csv");
    let rows = format!("小区,楼栋,单元,房号,姓名\n{ESTATE},2,1,902,赵新\n{ESTATE},1,1,902,钱新\n");
    std::fs::write(&file, rows).expect("the roster");
    town.relay.import(&file);
    assert_eq!((town.in_grid(third).len(), town.in_grid(GRID).len()), (5, 5));
    let worker = json!({"name": "周敏", "grids": [third], "from": "2020-01-01", "to": "2020-12-31"});
    let worker = town.post("/v1/workers", &worker);
    assert_eq!((&worker["grids"], &worker["appointments"][0]["to"]), (&json!([]), &json!("2020-12-31")));
    town.relay.verify();
}

/// Two buildings of one grid, a second grid without any, and a worker for each.
struct Town {
    relay: Relay,
    chen: Phone,
    li: Phone,
    fresh: std::cell::Cell<usize>,
}

impl Town {
    fn with_two_buildings(doors: usize) -> Town {
        let relay = Relay::start();
        let mut roster = Roster::of_doors(2 * doors);
        for (at, home) in roster.homes.iter_mut().enumerate() {
            let (building, room) = (1 + at / doors, 101 + at % doors);
            home.door = [building.to_string(), "1".into(), room.to_string()];
        }
        relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
        let chen = relay.phone_of("陈静", &[GRID.to_owned()]);
        let li = Phone::new("李强");
        let town = Town { relay, chen, li, fresh: std::cell::Cell::new(0) };
        let made = town.post("/v1/grids", &json!({"name": "第二网格"}));
        assert_eq!(text(&made, "code"), SECOND, "the next free code: {made}");
        let li = town.relay.phone_of("李强", &[SECOND.to_owned()]);
        Town { li, ..town }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.relay.web().ask("POST", path, "zh", Some(body.to_string().as_bytes())).json()
    }

    fn patch(&self, path: &str, body: &Value) -> Value {
        self.relay.web().ask("PATCH", path, "zh", Some(body.to_string().as_bytes())).json()
    }

    fn assign(&self, grid: &str, building: &str, dry_run: bool) -> Value {
        let places = json!([{"estate": ESTATE, "building": building}]);
        self.post(&format!("/v1/grids/{grid}/places"), &json!({"places": places, "dry_run": dry_run}))
    }

    fn again(&self, building: &str, dry_run: bool) -> Value {
        self.assign(SECOND, building, dry_run)
    }

    fn worker(&self, name: &str) -> Value {
        let workers = self.relay.web().get("/v1/workers").json();
        let found = workers.as_array().expect("workers").iter().find(|worker| worker["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}: {workers}")).clone()
    }

    fn in_grid(&self, grid: &str) -> Vec<String> {
        linli_tests::ids(&self.relay.office(&["households", "--grid", grid]))
    }

    fn in_building(&self, building: &str, nth: usize) -> String {
        self.relay.find(&format!("{ESTATE}{building}号楼1单元{}", 101 + nth))
    }

    fn everyone_syncs(&self) {
        for _ in 0..2 {
            for phone in [&self.chen, &self.li] {
                phone.sync();
            }
            self.relay.settle();
        }
    }

    /// Waits until nothing that came in a former grid still has to be brought on.
    fn everything_follows(&self) {
        self.relay.wait_for("late work to follow", |web| {
            let status = web.get("/v1/status").json();
            status["applied"] == status["durable"] && status["strays"] == 0
        });
    }

    /// New phones of both grids hold exactly what the old ones do.
    fn fresh_phones_agree(&self) {
        for (phone, grid) in [(&self.chen, GRID), (&self.li, SECOND)] {
            let nth = self.fresh.replace(self.fresh.get() + 1);
            let fresh = self.relay.phone_of(&format!("新来的{nth}"), &[grid.to_owned()]);
            assert_eq!(fresh.households(), phone.households(), "in {grid}");
            for home in fresh.households().iter().take(6) {
                assert_eq!(shown(&fresh.card(home)), shown(&phone.card(home)), "in {grid}");
            }
            phone.sync();
        }
    }
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    i64::try_from(since.as_millis()).expect("a time")
}

/// The notes of a household's visits, sorted.
fn notes(card: &Value) -> Vec<String> {
    let visits = card["visits"].as_array().expect("visits");
    let mut notes: Vec<String> = visits.iter().map(|visit| text(visit, "note")).collect();
    notes.sort();
    notes
}

/// A card without what a phone only knows of itself.
fn shown(card: &Value) -> Value {
    let mut card = card.clone();
    let fields = card.as_object_mut().expect("a card");
    fields.retain(|key, _| !["unsent", "last_sync_ms"].contains(&key.as_str()));
    for conflict in card["conflicts"].as_array_mut().into_iter().flatten() {
        for version in conflict["versions"].as_array_mut().into_iter().flatten() {
            version.as_object_mut().expect("a version").remove("mine");
        }
    }
    card
}
