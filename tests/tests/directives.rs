//! What the office tells every worker: issued, read offline, replaced, and told to households.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{COMMUNITY, Phone, Relay, Roster, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Read offline and receipted with both times; then replaced: the phone shows the new one and what changed.
#[test]
fn a_directive_is_read_offline_and_replaced_by_the_next_version() {
    let (relay, chen) = relay_with_a_phone();
    let first = issue(&relay, &["--title", "领取口罩", "--text", "每户限领口罩5只"]);
    assert_eq!((text(&first, "state"), &first["version"]), ("current".into(), &json!(1)));
    assert!(chen.say(&["directives"]).is_empty(), "not synchronised yet");
    chen.sync();
    let shown = only(chen.say(&["directives"]));
    assert_eq!((text(&shown, "id"), text(&shown, "text")), (text(&first, "id"), "每户限领口罩5只".into()));
    assert_eq!((text(&shown, "issued_by"), &shown["read_at"]), ("社区办公室".into(), &Value::Null));
    let id = text(&first, "id");
    assert_eq!(chen.one(&["acknowledge", &id])["changed"], true);
    assert_eq!(chen.one(&["acknowledge", &id])["changed"], false, "once is enough");
    assert_eq!(chen.unsent(), 1, "saved on the phone, without a connection");
    assert_eq!(receipt_of(&relay, &id, "陈静")["read_at"], Value::Null);
    chen.sync();
    relay.settle();
    let receipt = receipt_of(&relay, &id, "陈静");
    assert!(receipt["read_at"].is_string() && receipt["received_at"].is_string(), "both times: {receipt}");

    let second = issue(&relay, &["--title", "领取口罩", "--text", "每户限领口罩10只", "--supersedes", &id]);
    assert_eq!(second["version"], 2);
    assert_eq!(state_of(&relay, &id), "superseded");
    let fork = ["directives", "issue", "--title", "x", "--text", "x", "--supersedes", &id];
    assert_eq!(relay.office_refuses(&fork).code, "directive.superseded");
    chen.sync();
    let shown = only(chen.say(&["directives"]));
    assert_eq!(text(&shown, "id"), text(&second, "id"), "only the current one");
    let changes = shown["changes"].as_array().expect("what changed");
    let of = |fate: &str| -> String {
        let pieces = changes.iter().filter(|piece| piece["fate"] == fate);
        pieces.map(|piece| text(piece, "text")).collect()
    };
    assert_eq!((of("removed"), of("added")), ("5".into(), "10".into()));
    assert_eq!(text(&chen.one(&["directive", &id]), "text"), "每户限领口罩5只", "the old one is kept");

    assert_eq!(chen.refuses(&["directive", "00000000000000000000000000"]).code, "phone.no_directive");
    relay.verify();
}

/// An announced version leaves the one before it in force; one that was taken back leaves no gap either.
#[test]
fn announced_and_mistaken_versions_leave_no_gap() {
    let (relay, chen) = relay_with_a_phone();
    let version = |words: &str, more: &[&str]| {
        let issued = issue(&relay, &[&["--title", "领取口罩", "--text", words], more].concat());
        (text(&issued, "id"), issued["version"].as_i64(), text(&issued, "state"))
    };
    let (first, ..) = version("每户限领口罩5只", &[]);
    let (second, ..) = version("每户限领口罩10只", &["--supersedes", &first]);
    let later = (now_ms() + DAY_MS).to_string();
    let (third, number, state) = version("停止发放", &["--supersedes", &second, "--from-ms", &later]);
    assert_eq!((number, state.as_str()), (Some(3), "scheduled"));
    assert_eq!(state_of(&relay, &second), "current", "until the announced one begins");
    chen.sync();
    assert_eq!(text(&only(chen.say(&["directives"])), "id"), second);

    let withdraw = |id: &str| relay.office_one(&["directives", "withdraw", id, "--reason", "数量有误"]);
    withdraw(&second);
    chen.sync();
    assert_eq!(text(&only(chen.say(&["directives"])), "id"), first, "a mistake brings back what it replaced");
    assert_eq!(text(&chen.one(&["directive", &second]), "withdrawn"), "数量有误");
    let refused = |before: &str| {
        relay
            .office_refuses(&["directives", "issue", "--title", "x", "--text", "x", "--supersedes", before])
            .code
    };
    assert_eq!(refused(&second), "directive.withdrawn");
    assert_eq!(refused(&first), "directive.superseded", "the announced version still comes");
    assert!(
        relay.office(&["directives"]).iter().all(|one| one["state"] != "draft"),
        "nobody asked for drafts"
    );
    withdraw(&third);
    let (fourth, number, _) = version("每户限领口罩8只", &["--supersedes", &first]);
    assert_eq!(number, Some(4), "counted on from those that were taken back");
    assert_eq!(state_of(&relay, &first), "superseded");
    withdraw(&fourth);
    withdraw(&first);
    chen.sync();
    assert!(chen.say(&["directives"]).is_empty());
    relay.verify();
}

/// Receipts are of workers: two phones of one count once, whoever comes later gets what is in force, and what
/// was said by a phone that is revoked afterwards stays.
#[test]
fn receipts_are_of_workers_whatever_phones_they_have() {
    let (relay, chen) = relay_with_a_phone();
    let tablet = enrol(&relay, "陈静");
    let id = text(&issue(&relay, &["--title", "停水", "--text", "周五停水"]), "id");
    for phone in [&chen, &tablet] {
        phone.sync();
        assert_eq!(phone.one(&["acknowledge", &id])["changed"], true, "neither knows of the other");
    }
    chen.sync();
    tablet.sync();
    relay.settle();
    let found = relay.office_one(&["directives", "receipts", &id]);
    assert_eq!(found["workers"].as_array().map(Vec::len), Some(1), "{found}");
    let first = receipt_of(&relay, &id, "陈静");
    assert!(first["read_at"].is_string() && first["has_phone"] == true, "{first}");

    let grid = relay.grids()[0].clone();
    relay.office(&["workers", "add", "李强", "--grid", &grid]);
    let receipt = receipt_of(&relay, &id, "李强");
    assert_eq!((&receipt["has_phone"], &receipt["read_at"]), (&json!(false), &Value::Null));
    let li = enrol(&relay, "李强");
    let shown = only(li.say(&["directives"]));
    assert_eq!(
        (text(&shown, "id"), &shown["read_at"]),
        (id.clone(), &Value::Null),
        "a colleague's is not his"
    );
    assert_eq!(receipt_of(&relay, &id, "李强")["has_phone"], true);

    for device in relay.office(&["devices"]).iter().filter(|device| device["name"] == "陈静") {
        relay.office_one(&["devices", "revoke", &text(device, "id"), "--reason", "离职"]);
    }
    let later = text(&issue(&relay, &["--title", "来水", "--text", "周六来水"]), "id");
    chen.say(&["sync"]);
    assert_eq!(
        chen.refuses(&["directive", &later]).code,
        "phone.no_directive",
        "a revoked phone gets nothing"
    );
    let receipt = receipt_of(&relay, &id, "陈静");
    assert_eq!((&receipt["read_at"], &receipt["has_phone"]), (&first["read_at"], &json!(false)));
    relay.verify();
}

/// A visit says that the household was told; the office sees how many of each grid were reached, and how.
#[test]
fn households_are_told_on_visits_and_counted_by_grid() {
    let (relay, chen) = relay_with_a_phone();
    let id = text(&issue(&relay, &["--title", "停水", "--text", "周五停水"]), "id");
    chen.sync();
    let homes = chen.households();
    let visit = |home: &str, told: &str| chen.one(&["visit", home, "--outcome", "done", "--told", told]);
    visit(&homes[0], &id);
    visit(&homes[0], &id);
    visit(&homes[1], &format!("{id}:call"));
    let wrong = ["visit", &homes[2], "--outcome", "done", "--told", "喊话"];
    assert_eq!(chen.refuses(&wrong).code, "phone.told");
    chen.sync();
    relay.settle();
    let reach = relay.office_one(&["directives", "receipts", &id]);
    let grid = &reach["grids"][0];
    let counts = ["households", "reached", "visit", "call", "paper"].map(|key| grid[key].as_i64());
    assert_eq!(counts, [Some(5), Some(2), Some(1), Some(1), Some(0)], "{grid}");
    let path = format!("/v1/directives/{id}/untold?grid={}", text(grid, "grid"));
    let untold = relay.web().get(&path).json();
    let ids = untold.as_array().expect("households").iter().map(|home| text(home, "id"));
    assert_eq!(ids.collect::<BTreeSet<_>>(), homes[2..].iter().cloned().collect::<BTreeSet<_>>());
    assert!(text(&untold[0], "address").contains('室'), "{untold}");
    relay.verify();
}

/// What is for other grids does not show; drafts show nowhere; a draft that cannot be issued is still there.
#[test]
fn a_directive_shows_only_where_it_is_meant_to() {
    let (relay, chen) = relay_with_a_phone();
    let grid = relay.grids()[0].clone();
    let mut admin = relay.first_admin();
    let draft = admin.post("/v1/directives", json!({})).json();
    let path = format!("/v1/directives/{}", text(&draft, "id"));
    let refused = admin.post(&format!("{path}/issue"), json!({}));
    assert_eq!(refused.code(), "directive.empty");
    let mut typed = json!({"title": "登记", "text": "请登记", "grids": ["000000000000000"]});
    let patch = |admin: &mut linli_tests::Browser, typed: &Value| admin.ask("PATCH", &path, Some(typed));
    assert_eq!(patch(&mut admin, &typed).code(), "record.not_found");
    typed["grids"] = json!([grid]);
    typed["until_ms"] = json!(1);
    assert_eq!(patch(&mut admin, &typed).status, 200);
    assert_eq!(admin.post(&format!("{path}/issue"), json!({})).code(), "directive.bad_window");
    chen.sync();
    assert!(chen.say(&["directives"]).is_empty(), "drafts show nowhere");
    typed["until_ms"] = Value::Null;
    patch(&mut admin, &typed);
    let issued = admin.post(&format!("{path}/issue"), json!({}));
    assert_eq!((issued.status, text(&issued.json(), "state")), (200, "current".into()));
    assert_eq!(admin.ask("DELETE", &path, None).code(), "record.not_found", "it is no draft any more");
    chen.sync();
    assert_eq!(text(&only(chen.say(&["directives"])), "issued_by"), linli_tests::Browser::ADMIN);
    let audit = admin.get("/v1/audit").body;
    assert!(audit.contains(&text(&draft, "id")) && !audit.contains("请登记"), "ids only");
    assert_eq!(text(&issued.json(), "community"), COMMUNITY);
}

fn relay_with_a_phone() -> (Relay, Phone) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let chen = relay.phone_of("陈静", &relay.grids());
    (relay, chen)
}

/// Another phone of a worker who is there already.
fn enrol(relay: &Relay, worker: &str) -> Phone {
    let code = relay.office_one(&["enrol-code", "--worker", worker]);
    let phone = Phone::new(worker);
    phone.say(&["enrol", &relay.url(), &text(&code, "code")]);
    phone.sync();
    phone
}

fn issue(relay: &Relay, args: &[&str]) -> Value {
    relay.office_one(&[&["directives", "issue"], args].concat())
}

fn only(said: Vec<Value>) -> Value {
    assert_eq!(said.len(), 1, "{said:?}");
    said.into_iter().next().expect("one")
}

fn state_of(relay: &Relay, id: &str) -> String {
    let all = relay.office(&["directives"]);
    all.iter().find(|one| one["id"] == id).map(|one| text(one, "state")).unwrap_or_default()
}

fn receipt_of(relay: &Relay, id: &str, worker: &str) -> Value {
    let found = relay.office_one(&["directives", "receipts", id]);
    let workers = found["workers"].as_array().expect("workers");
    workers.iter().find(|one| one["name"] == worker).unwrap_or_else(|| panic!("{found}")).clone()
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    i64::try_from(since.as_millis()).expect("a year that is near")
}
