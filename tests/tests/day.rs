//! A worker's day on the phone, and what the office sees of it: what is due, what is saved once, what is wrong.

use linli_tests::{GRID, Phone, Relay, Roster, text};
use serde_json::{Value, json};

/// An id that nobody else makes.
const VISIT: &str = "7s0000000000g";
const HOUSEHOLD: &str = "7s00000000000000000000000g";
const RESIDENT: &str = "7s0000000000m";
const ISSUE: &str = "7s00000000000000000000000m";

fn relay_with_a_phone() -> (Relay, Phone) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(6).write(&relay.file(""), "名册", Roster::csv()));
    let chen = relay.phone_of("陈静", &[GRID.to_owned()]);
    (relay, chen)
}

/// What phone and office say of a whole estate must be the same, or one of them counts wrong.
#[test]
fn the_phone_counts_what_is_due_as_the_office_does() {
    let (relay, chen) = relay_with_a_phone();
    let today = chen.one(&["today"]);
    assert_eq!((&today["tally"]["households"], &today["tally"]["due"]), (&json!(6), &json!(6)), "{today}");
    let doors: Vec<String> =
        today["doors"].as_array().expect("doors").iter().map(|d| text(d, "id")).collect();
    for (door, outcome) in doors.iter().zip(["done", "no_answer", "refused", "revisit"]) {
        chen.one(&["visit", door, "--outcome", outcome]);
    }
    let today = chen.one(&["today"]);
    let left: Vec<String> = today["doors"].as_array().expect("doors").iter().map(|d| text(d, "id")).collect();
    assert_eq!(left, [doors[1].clone(), doors[3].clone(), doors[4].clone(), doors[5].clone()]);
    assert_eq!(today["unsent"], 4);
    assert_eq!(chen.one(&["today", "--only", "unsent", "--limit", "3"])["next_offset"], 3);

    chen.sync();
    relay.settle();
    let covered = relay.web().get(&format!("/v1/coverage?campaign={}", text(&today, "period"))).json();
    for (of_phone, of_office) in
        [("households", "households"), ("reached", "reached"), ("untried", "never"), ("revisit", "revisit")]
    {
        assert_eq!(today["tally"][of_phone], covered["total"][of_office], "{of_phone}");
    }
    for building in today["buildings"].as_array().expect("buildings") {
        let (estate, number) = (text(building, "estate"), text(building, "building"));
        let chart = chen.one(&["chart", "--estate", &estate, "--building", &number]);
        let cells = chart["cells"].as_array().expect("cells");
        assert_eq!(json!(cells.len()), building["tally"]["households"], "{estate} {number}");
        let path = format!("/v1/coverage/cells?estate={estate}&building={number}");
        let shown = relay.web().get(&path).json();
        let known: Vec<&Value> = shown["cells"].as_array().expect("cells").iter().collect();
        for cell in cells {
            let same = known.iter().find(|known| known["id"] == cell["id"]).expect("the same door");
            assert_eq!(cell["outcome"], same.get("outcome").cloned().unwrap_or(Value::Null), "{cell}");
            assert_eq!(cell["floor"], same.get("floor").cloned().unwrap_or(Value::Null), "{cell}");
        }
    }
    relay.verify();
}

/// A script, or an app that was killed before it heard the answer, may say everything again.
#[test]
fn what_is_said_twice_reaches_the_office_once() {
    let (relay, chen) = relay_with_a_phone();
    let add =
        ["add-household", "--grid", GRID, "--address", "新苑9号楼1单元101室", "--household-id", HOUSEHOLD];
    let live = ["add-resident", HOUSEHOLD, "--name", "周婷", "--resident-id", RESIDENT];
    let visit = ["visit", HOUSEHOLD, "--outcome", "done", "--note", "新来的", "--visit-id", VISIT];
    let tell = ["issue", "property", "楼道灯不亮", "--household", HOUSEHOLD, "--issue-id", ISSUE];
    for args in [&add[..], &live, &visit, &tell] {
        let first = chen.one(args);
        assert_eq!(chen.one(args), first, "{args:?}");
    }
    assert_eq!(chen.unsent(), 4);
    chen.sync();
    assert_eq!(chen.one(&visit)["id"], VISIT, "also when it is uploaded");
    assert_eq!(chen.unsent(), 0);
    relay.settle();
    let card = relay.household(HOUSEHOLD);
    assert_eq!(card["visits"].as_array().map(Vec::len), Some(1), "{card}");
    assert_eq!(card["residents"].as_array().map(Vec::len), Some(1), "{card}");
    assert_eq!(relay.office(&["issues"]).len(), 1);
    let other = chen.one(&["add-household", "--grid", GRID, "--address", "新苑9号楼1单元102室"]);
    let again = ["add-household", "--grid", GRID, "--address", "新苑9号楼1单元103室", "--household-id"];
    let taken = text(&other, "id");
    assert_eq!(chen.refuses(&[&again[..], &[&taken]].concat()).code, "phone.id_taken");
    relay.verify();
}

/// Offline on the phone, in the office's list with both times, on a colleague's phone, and in no other grid's.
#[test]
fn issues_are_listed_by_where_and_what_they_are() {
    let (relay, chen) = relay_with_a_phone();
    let li = relay.phone_of("李强", &[GRID.to_owned()]);
    let home = text(&chen.one(&["today", "--limit", "1"])["doors"][0], "id");
    chen.one(&["issue", "security", "夜里有人打架", "--place", "南门"]);
    chen.one(&["issue", "sanitation", "垃圾满溢", "--place", "3号楼前", "--subtype", "垃圾"]);
    chen.one(&["issue", "property", "水管漏水", "--household", &home, "--visibility", "handlers"]);
    assert_eq!(chen.refuses(&["issue", "property", " ", "--place", "南门"]).code, "phone.issue_text");
    assert_eq!(chen.say(&["issues", "--mine"]).len(), 3);
    assert!(relay.office(&["issues"]).is_empty(), "not handed in yet");
    chen.sync();
    relay.settle();

    let found = relay.office(&["issues"]);
    let texts: Vec<String> = found.iter().map(|issue| text(issue, "text")).collect();
    assert_eq!(texts.len(), 3);
    let leak = found.iter().find(|issue| issue["category"] == "property").expect("the leak");
    assert_eq!((text(leak, "reporter"), text(leak, "household")), ("陈静".into(), home.clone()));
    assert_eq!((text(leak, "grid"), text(leak, "visibility")), (GRID.into(), "handlers".into()));
    assert_eq!((text(leak, "state_zh"), text(leak, "category_zh")), ("已上报".into(), "物业".into()));
    assert!(!text(leak, "address").is_empty() && leak["received_at"].is_string(), "{leak}");
    for (args, count) in [
        (["--category", "sanitation"], 1),
        (["--state", "reported"], 3),
        (["--state", "closed"], 0),
        (["--grid", GRID], 3),
        (["--grid", "999999999999999"], 0),
        (["--household", &home], 1),
    ] {
        assert_eq!(relay.office(&[&["issues"], &args[..]].concat()).len(), count, "{args:?}");
    }
    assert_eq!(relay.office_refuses(&["issues", "--state", "weather"]).code, "issue.bad_word");

    let mut paged = Vec::new();
    let mut path = "/v1/issues?limit=1".to_owned();
    for _ in 0..3 {
        let page = relay.web().get(&path).json();
        paged.push(text(&page["items"][0], "text"));
        path = format!("/v1/issues?limit=1&cursor={}", page["next"].as_str().unwrap_or_default());
    }
    assert_eq!(paged, texts, "page by page as all at once");
    assert_eq!(relay.web().stranger().get("/v1/issues").status, 401);

    li.sync();
    assert_eq!(li.say(&["issues"]).len(), 3);
    assert!(li.say(&["issues", "--mine"]).is_empty());
    let late = relay.phone_of("王芳", &[GRID.to_owned()]);
    assert_eq!(late.say(&["issues"]).len(), 3, "also for a phone that begins with a snapshot");
    relay.verify();
}
