//! Ledgers: views over what was typed at doors, what they said on a day, and what leaves the system with them.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{Browser, Dice, GRID, Phone, Relay, Roster, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_ledger_says_what_a_filter_of_the_export_says() {
    let relay = Relay::start();
    let phone = busy_community(&relay, 40);
    let merged = phone.households();
    relay.office(&["merge", &merged[3], &merged[4], "--reason", "同一户"]);
    relay.settle();
    let web = relay.web();
    let exports: BTreeMap<&str, Vec<Value>> =
        [("household", "households"), ("resident", "residents"), ("visit", "visits")]
            .map(|(base, what)| (base, lines(&web.get(&format!("/v1/exports/{what}?format=json")).body)))
            .into();

    let mut dice = Dice::seeded("conditions", 20_261_122);
    let mut found_some = 0;
    for _ in 0..120 {
        let (base, condition) = roll(&mut dice);
        let definition = json!({"base": base, "columns": columns(base), "filters": condition});
        let said = all_rows(&relay, &definition);
        let said: Vec<String> = said.iter().map(|row| text(row, "id")).collect();
        let wanted: Vec<String> = exports[base]
            .iter()
            .filter(|record| condition.as_array().expect("conditions").iter().all(|one| holds(record, one)))
            .map(|record| text(record, "id"))
            .collect();
        if base == "household" {
            assert_eq!(said, wanted, "{condition}: the order of doors is the export's");
        }
        assert_eq!(sorted(&said), sorted(&wanted), "{base} {condition}");
        found_some += usize::from(!said.is_empty() && said.len() < exports[base].len());
    }
    assert!(found_some > 40, "most conditions tell rows apart: {found_some}");
}

#[test]
fn what_a_phone_noted_offline_stands_in_the_three_ledgers() {
    let relay = Relay::start();
    relay.import(&Roster::of(&["王秀英", "李国强", "张丽华", "刘洋"]).write(
        &relay.file(""),
        "名册",
        Roster::csv(),
    ));
    let phone = relay.phone_of("陈静", &relay.grids());
    let set = |who: &str, field: &str, value: &str| {
        let (household, resident) = resident(&relay, who);
        phone.say(&["edit-resident", &household, &resident, field, value]);
    };
    set("王秀英", "away_to", "湖北黄石");
    set("王秀英", "away_from", &day(-2));
    set("李国强", "away_from", &day(-20));
    set("李国强", "back_on", &day(-1));
    set("张丽华", "arrived_from", "河北承德");
    set("张丽华", "arrived_on", &day(-3));
    set("刘洋", "travel_place", "某地");
    set("刘洋", "travel_on", &day(-5));
    let (household, of_wang) = resident(&relay, "王秀英");
    let refused = phone.refuses(&["edit-resident", &household, &of_wang, "back_on", "2026-13-01"]);
    assert!(refused.text.contains("2026-02-14"), "{refused:?}");
    assert!(rows(&relay, "/v1/ledgers/away/rows").is_empty(), "nothing was sent yet");
    phone.sync();
    relay.settle();
    for (ledger, names) in [("away", ["王秀英"]), ("arrivals", ["张丽华"]), ("travel", ["刘洋"])] {
        let page = relay.web().get(&format!("/v1/ledgers/{ledger}/rows")).json();
        assert_eq!(column(&page, "name"), names, "{ledger}: {page}");
        assert_eq!(page["groups"], json!([{"values": [GRID], "count": 1}]), "{ledger}");
    }
    let travel = relay.web().get("/v1/ledgers/travel/rows").json();
    let sensitive: Vec<String> = travel["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter(|column| column["sensitive"] == true)
        .map(|column| text(column, "key"))
        .collect();
    assert_eq!(sensitive, ["travel_place", "travel_on"]);
    let fields = relay.web().get("/v1/ledgers/fields?base=resident").json();
    let field = fields.as_array().expect("fields").iter().find(|field| field["key"] == "travel_place");
    assert!(text(field.expect("the field"), "purpose_zh").contains("突发事件"));
}

#[test]
fn a_day_stays_as_it_was_and_days_are_compared() {
    let mut relay = Relay::start();
    relay.import(&Roster::of(&["王秀英", "李国强", "张丽华"]).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let [wang, li, zhang] = ["王秀英", "李国强", "张丽华"].map(|name| relay.find(name));
    phone.edit(&wang, "tags", "+独居");
    phone.edit(&li, "tags", "+独居");
    phone.sync();
    relay.settle();
    let mut admin = relay.first_admin();
    let definition = json!({
        "base": "household", "columns": ["address", "contact_phone", "tags"],
        "filters": [{"fields": ["tags"], "op": "is", "values": ["独居"]}], "groups": ["grid"],
    });
    let kept = admin.post(
        "/v1/ledgers",
        json!({"name": "独居户", "shared": true, "daily": true, "definition": definition}),
    );
    assert_eq!(kept.status, 200, "{kept:?}");
    let id = text(&kept.json(), "id");
    let path = format!("/v1/ledgers/{id}");
    let days = relay.web().get(&format!("{path}/snapshots")).json();
    let first = text(&days[0], "day");
    assert_eq!((days.as_array().map(Vec::len), days[0]["rows"].as_i64()), (Some(1), Some(2)), "at once");
    let before = relay.web().get(&format!("{path}/snapshots/{first}")).json();

    phone.edit(&zhang, "tags", "+独居");
    phone.edit(&wang, "tags", "-独居");
    phone.edit(&li, "contact_phone", "13912345678");
    phone.sync();
    relay.settle();
    assert_eq!(
        relay.web().get(&format!("{path}/snapshots/{first}")).json()["rows"],
        before["rows"],
        "a day stays"
    );
    let compared = relay.web().get(&format!("{path}/difference?from={first}&to=now")).json();
    let of = |list: &str| {
        compared[list].as_array().expect("rows").iter().map(|row| text(row, "id")).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("added"), of("removed"), of("changed")),
        (vec![zhang.clone()], vec![wang], vec![li]),
        "{compared}"
    );
    assert_eq!(compared["changed"][0]["after"][1], "13912345678");

    // The relay did not run at midnight: the day's result is made when it starts.
    relay.stop();
    relay.set_clock_ahead_by_days(1);
    relay.start_again();
    relay.wait_for("the next day's result", |web| {
        web.get(&format!("{path}/snapshots")).json().as_array().is_some_and(|days| days.len() == 2)
    });
    let days = relay.web().get(&format!("{path}/snapshots")).json();
    let second = text(&days[0], "day");
    assert!(second > first, "{days}");
    let between = relay.web().get(&format!("{path}/difference?from={first}&to={second}")).json();
    assert_eq!(
        ["added", "removed", "changed", "columns"].map(|list| between[list].clone()),
        ["added", "removed", "changed", "columns"].map(|list| compared[list].clone())
    );

    // Other columns from now on: the days keep theirs.
    let other = json!({"definition": {"base": "household", "columns": ["address", "note"]}});
    assert_eq!(relay.web().ask("PATCH", &path, "zh", Some(other.to_string().as_bytes())).status, 200);
    assert_eq!(relay.web().get(&format!("{path}/snapshots/{first}")).json()["columns"], before["columns"]);
    let compared = relay.web().get(&format!("{path}/difference?from={second}&to=now")).json();
    assert_eq!(
        (&compared["columns_changed"], compared["columns"].as_array().map(Vec::len)),
        (&json!(true), Some(1))
    );

    let gone = relay.web().ask("DELETE", &format!("{path}/snapshots/{first}"), "zh", None);
    assert_eq!(gone.status, 200);
    assert_eq!(relay.web().get(&format!("{path}/snapshots/{first}")).code(), "record.not_found");
    relay.stop();
    relay.set_clock_ahead_by_days(40);
    relay.start_again();
    relay.wait_for("old days to be erased", |web| {
        let days = web.get(&format!("{path}/snapshots")).json();
        days.as_array().is_some_and(|days| days.len() == 1) && text(&days[0], "day") > second
    });
}

#[test]
fn files_hold_what_the_page_shows_and_no_formula() {
    let relay = Relay::start();
    relay.import(&Roster::of(&["=cmd", "李国强"]).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let household = relay.find("李国强");
    let (_, who) = resident(&relay, "李国强");
    phone.edit(&household, "note", "=HYPERLINK(\"http://x\")");
    phone.say(&["edit-resident", &household, &who, "travel_place", "某地"]);
    phone.say(&["edit-resident", &household, &who, "gender", "male"]);
    phone.sync();
    relay.settle();
    let mut admin = relay.first_admin();
    let columns = ["name", "gender", "household.note", "travel_place"];
    let definition = json!({"base": "resident", "columns": columns});
    let id = text(&admin.post("/v1/ledgers", json!({"name": "全部", "definition": definition})).json(), "id");
    let path = format!("/v1/ledgers/{id}/export?format=csv");
    assert_eq!(admin.get(&path).code(), "auth.confirm");
    admin.confirm();
    let csv = admin.get(&path);
    assert_eq!(csv.status, 200, "{csv:?}");
    assert!(csv.header("content-disposition").contains("ledger-20"), "{csv:?}");
    let mut file: Vec<&str> = csv.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(file.remove(0), "姓名,性别,户备注", "sensitive columns only when asked for");
    assert!(file.iter().any(|line| line.starts_with("'=cmd,")), "{file:?}");
    assert!(file.iter().any(|line| line.contains("李国强,男,\"'=HYPERLINK")), "{file:?}");
    let all = admin.get(&format!("{path}&sensitive=true"));
    assert!(all.body.contains("重点旅居地") && all.body.contains("某地"), "{all:?}");
    let json = admin.get(&format!("/v1/ledgers/{id}/export?format=json&sensitive=true"));
    let page = admin.get(&format!("/v1/ledgers/{id}/rows")).json();
    let shown: Vec<Vec<Value>> = page["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["cells"].as_array().expect("cells").clone())
        .collect();
    let filed: Vec<Vec<Value>> = lines(&json.body)
        .iter()
        .map(|record| columns.iter().map(|key| record[*key].clone()).collect())
        .collect();
    assert_eq!(filed, shown, "a file has the page's rows in the page's order");
    let print = admin.get(&format!("/v1/ledgers/{id}/print")).json();
    assert_eq!(
        (text(&print, "printed_by").as_str(), print["rows"].as_array().map(Vec::len)),
        (Browser::ADMIN, Some(2))
    );
    assert_eq!(print["columns"].as_array().map(Vec::len), Some(3));
    let deeds = admin.get("/v1/audit?action=export").json();
    let details: Vec<(Value, Value)> = deeds["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|deed| (deed["detail"]["format"].clone(), deed["detail"]["rows"].clone()))
        .collect();
    assert_eq!(details[0], (json!("print"), json!(2)));
    assert_eq!(details[1], (json!("jsonl"), json!(2)));
    assert!(
        deeds["items"].as_array().expect("rows").iter().all(|deed| deed["subject"] == json!(id)),
        "{deeds}"
    );
}

#[test]
fn whose_a_ledger_is_and_what_is_written_down() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut office = admin.colleague("李", "office");
    let mut reader = admin.colleague("赵", "readonly");
    let definition = json!({"base": "visit", "columns": ["at", "author"], "groups": ["outcome"]});
    let new = |name: &str, shared: bool| json!({"name": name, "shared": shared, "definition": definition});
    assert_eq!(reader.post("/v1/ledgers", new("走访", true)).code(), "auth.role");
    let own = text(&office.post("/v1/ledgers", new("自己看", false)).json(), "id");
    let shared = text(&office.post("/v1/ledgers", new("大家看", true)).json(), "id");
    let names = |browser: &mut Browser| -> Vec<String> {
        let list = browser.get("/v1/ledgers").json();
        list.as_array().expect("ledgers").iter().map(|ledger| text(ledger, "name_zh")).collect()
    };
    assert_eq!(names(&mut office).len(), 5);
    assert_eq!(names(&mut reader).iter().filter(|name| *name == "自己看").count(), 0);
    assert_eq!(reader.get(&format!("/v1/ledgers/{own}/rows")).status, 404);
    assert_eq!(reader.get(&format!("/v1/ledgers/{shared}/rows")).status, 200);
    let change = json!({"name": "改名"});
    assert_eq!(admin.ask("PATCH", &format!("/v1/ledgers/{own}"), Some(&change)).status, 404);
    assert_eq!(admin.ask("PATCH", &format!("/v1/ledgers/{shared}"), Some(&change)).status, 200);
    let mut second = admin.colleague("钱", "office");
    assert_eq!(second.ask("DELETE", &format!("/v1/ledgers/{shared}"), None).code(), "ledger.not_owner");
    assert_eq!(office.ask("PATCH", "/v1/ledgers/away", Some(&change)).code(), "ledger.template");
    for (body, code) in [
        (json!({"name": " ", "definition": definition}), "ledger.bad_name"),
        (
            json!({"name": "排名", "definition": {"base": "visit", "columns": ["at"], "groups": ["author"]}}),
            "ledger.bad_definition",
        ),
        (
            json!({"name": "没有", "definition": {"base": "visit", "columns": ["nothing"]}}),
            "ledger.bad_definition",
        ),
    ] {
        assert_eq!(office.post("/v1/ledgers", body).code(), code);
    }
    assert_eq!(reader.get(&format!("/v1/ledgers/{shared}/rows?cursor=nowhere")).code(), "ledger.bad_cursor");
    let before = admin.get("/v1/audit?limit=1").json()["items"][0]["id"].clone();
    assert_eq!(reader.post("/v1/ledgers/preview", json!({"definition": definition})).status, 200);
    assert_eq!(
        admin.get("/v1/audit?limit=1").json()["items"][0]["id"],
        before,
        "looking is not written down"
    );
    assert_eq!(office.ask("DELETE", &format!("/v1/ledgers/{own}"), None).status, 200);
    assert_eq!(office.get(&format!("/v1/ledgers/{own}")).status, 404);
    let deed = admin.get("/v1/audit?action=views&limit=1").json();
    assert_eq!(text(&deed["items"][0], "subject"), own);
}

/// A community in which something was noted nearly everywhere.
fn busy_community(relay: &Relay, doors: usize) -> Phone {
    relay.import(&Roster::of_doors(doors).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    for (index, id) in phone.households().iter().enumerate() {
        if index % 3 == 0 {
            phone.edit(id, "tags", if index % 2 == 0 { "+独居" } else { "+高龄" });
        }
        if index % 4 == 1 {
            phone.edit(id, "note", &format!("第{index}户 Note"));
        }
        if index % 5 != 0 {
            let outcome = ["done", "no_answer", "revisit"][index % 3];
            phone.say(&[
                "visit",
                id,
                "--outcome",
                outcome,
                "--need",
                if index % 2 == 0 { "修灯" } else { "看病" },
            ]);
        }
    }
    phone.sync();
    relay.settle();
    phone
}

fn columns(base: &str) -> Value {
    match base {
        "household" => json!(["address", "visits", "last_outcome"]),
        "resident" => json!(["name", "household.grid"]),
        _ => json!(["at", "outcome", "household.address"]),
    }
}

/// Fields, each with values to try.
type Pool<'a> = &'a [(&'a str, &'a [&'a str])];

/// One or two conditions on the fields of one kind.
fn roll(dice: &mut Dice) -> (&'static str, Value) {
    let pools: [(&str, Pool<'static>); 3] = [
        (
            "household",
            &[
                ("tags", &["独居", "高龄"]),
                ("note", &["note", "第1", "9户"]),
                ("visits", &["0", "1"]),
                ("residents", &["1", "2"]),
                ("room", &["101", "107"]),
                ("contact_phone", &["13800000007"]),
            ],
        ),
        ("resident", &[("name", &["王", "李芳", "伟"]), ("phone", &["1380"]), ("relation", &["户主"])]),
        ("visit", &[("outcome", &["done", "no_answer"]), ("needs", &["修灯", "看病"]), ("period", &["Q"])]),
    ];
    let (base, pool) = *dice.pick(&pools);
    let mut conditions = vec![];
    for _ in 0..=dice.below(2) {
        let (field, values) = *dice.pick(pool);
        let value = *dice.pick(values);
        let ops: &[&str] = match field {
            "visits" | "residents" => &["is", "is_not", "from", "to"],
            _ => &["is", "is_not", "contains", "known", "unknown"],
        };
        let op = *dice.pick(ops);
        let values = if ["known", "unknown"].contains(&op) { json!([]) } else { json!([value]) };
        let or_empty = dice.below(4) == 0;
        conditions.push(json!({"fields": [field], "op": op, "values": values, "or_empty": or_empty}));
    }
    (base, json!(conditions))
}

/// The same condition said of an exported record, as plainly as can be.
fn holds(record: &Value, condition: &Value) -> bool {
    let field = condition["fields"][0].as_str().expect("a field").to_owned();
    let value = condition["values"][0].as_str().unwrap_or_default();
    let words: Vec<String> = match &record[&field] {
        Value::Null => vec![],
        Value::Number(number) => vec![number.to_string()],
        other if ["tags", "needs"].contains(&field.as_str()) => {
            other.as_str().unwrap_or_default().split('、').map(str::to_owned).collect()
        }
        other => vec![other.as_str().unwrap_or_default().to_owned()],
    };
    let words: Vec<String> = words.into_iter().map(|word| unsaid(&word)).collect();
    let op = condition["op"].as_str().unwrap_or_default();
    if words.is_empty() {
        return ["unknown", "is_not"].contains(&op) || condition["or_empty"] == true;
    }
    let number = |word: &String| word.parse::<i64>().expect("a number");
    match op {
        "known" => true,
        "unknown" => false,
        "is" => words.iter().any(|word| word == value),
        "is_not" => words.iter().all(|word| word != value),
        "contains" => words.iter().any(|word| word.to_lowercase().contains(&value.to_lowercase())),
        "from" => words.iter().any(|word| number(word) >= number(&value.to_owned())),
        "to" => words.iter().any(|word| number(word) <= number(&value.to_owned())),
        other => panic!("no such condition: {other}"),
    }
}

/// Exports say outcomes in Chinese.
fn unsaid(word: &str) -> String {
    match word {
        "已走访" => "done",
        "无人应答" => "no_answer",
        "需再访" => "revisit",
        other => other,
    }
    .to_owned()
}

/// Every row of a ledger that is kept for this, read in small pages.
fn all_rows(relay: &Relay, definition: &Value) -> Vec<Value> {
    let web = relay.web();
    let body = json!({"name": "试", "definition": definition}).to_string();
    let kept = web.ask("POST", "/v1/ledgers", "zh", Some(body.as_bytes()));
    assert_eq!(kept.status, 200, "{definition}: {kept:?}");
    let path = format!("/v1/ledgers/{}", text(&kept.json(), "id"));
    let (mut all, mut cursor) = (vec![], String::new());
    loop {
        let page = web.get(&format!("{path}/rows?limit=7{cursor}")).json();
        all.extend(page["rows"].as_array().expect("rows").iter().cloned());
        let Some(next) = page["next"].as_str() else {
            assert_eq!(page["total"].as_u64(), Some(all.len() as u64), "{page}");
            assert_eq!(web.ask("DELETE", &path, "zh", None).status, 200);
            return all;
        };
        cursor = format!("&cursor={next}");
    }
}

fn rows(relay: &Relay, path: &str) -> Vec<Value> {
    relay.web().get(path).json()["rows"].as_array().expect("rows").clone()
}

/// One column of a page.
fn column(page: &Value, key: &str) -> Vec<String> {
    let columns = page["columns"].as_array().expect("columns");
    let at = columns.iter().position(|column| column["key"] == key).expect("the column");
    let rows = page["rows"].as_array().expect("rows").iter();
    rows.map(|row| row["cells"][at].as_str().unwrap_or_default().to_owned()).collect()
}

/// Household and resident of a name.
fn resident(relay: &Relay, name: &str) -> (String, String) {
    let id = relay.find(name);
    let household = relay.household(&id);
    (id, text(&household["residents"][0], "id"))
}

/// A day so far from today, in Beijing.
fn day(days: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let at = i64::try_from(now.as_millis()).expect("a time") + days * 86_400_000;
    linli_core::time::show(at)[..10].to_owned()
}

fn lines(body: &str) -> Vec<Value> {
    body.lines().map(|line| serde_json::from_str(line).expect("JSON a line")).collect()
}

fn sorted(ids: &[String]) -> BTreeSet<&String> {
    ids.iter().collect()
}
