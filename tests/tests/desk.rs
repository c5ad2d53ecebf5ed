//! The merge desk as programs see it: what it shows, who may decide, and that everything can be taken back.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{Browser, GRID, Phone, Relay, Roster, Web, strings, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A relay with ten doors of one grid, and two workers whose phones know them all.
struct Desk {
    relay: Relay,
    chen: Phone,
    li: Phone,
    homes: Vec<String>,
}

impl Desk {
    fn new() -> Desk {
        let relay = Relay::start();
        relay.import(&Roster::of_doors(10).write(relay.data(), "名册", Roster::csv()));
        let grids = relay.grids();
        let [chen, li] = ["陈静", "李强"].map(|worker| relay.phone_of(worker, &grids));
        let homes = chen.households();
        assert_eq!(homes.len(), 10);
        Desk { relay, chen, li, homes }
    }

    /// Both write the same field without having seen each other; the conflict's id.
    fn clash(&self, home: usize, field: &str, values: [&str; 2]) -> String {
        let home = &self.homes[home];
        self.chen.edit(home, field, values[0]);
        self.li.edit(home, field, values[1]);
        self.everyone_syncs();
        let open = self.relay.office(&["conflicts", "--status", "open"]);
        let found = open.iter().find(|one| text(one, "household") == *home && text(one, "field") == field);
        text(found.unwrap_or_else(|| panic!("no conflict: {open:?}")), "id")
    }

    fn everyone_syncs(&self) {
        for _ in 0..2 {
            self.chen.sync();
            self.li.sync();
            self.relay.settle();
        }
    }

    fn conflict(&self, id: &str) -> Value {
        self.relay.web().get(&format!("/v1/conflicts/{id}")).json()["conflict"].clone()
    }
}

fn post(web: &Web, path: &str, body: &Value) -> (u16, Value) {
    let answer = web.ask("POST", path, "zh", Some(body.to_string().as_bytes()));
    (answer.status, answer.json())
}

/// The choice, from 1, of a value.
fn choice_of(conflict: &Value, value: &str) -> u64 {
    let values = conflict["values"].as_array().expect("values");
    let found = values.iter().find(|one| one["value"] == value).unwrap_or_else(|| panic!("{conflict}"));
    found["choice"].as_u64().expect("a number")
}

#[test]
fn everything_needed_to_decide_comes_at_once_and_a_page_at_a_time() {
    let desk = Desk::new();
    let (relay, web) = (&desk.relay, desk.relay.web());
    let phone = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    let note = desk.clash(1, "note", ["有狗", "有狗,晚上来"]);
    let found = desk.conflict(&phone);
    for (key, value) in [
        ("status", "open"),
        ("kind", "household"),
        ("field", "contact_phone"),
        ("label_zh", "联系电话"),
        ("label_en", "Contact phone"),
        ("merge", "ask"),
        ("grid", GRID),
        ("household", desk.homes[0].as_str()),
    ] {
        assert_eq!(text(&found, key), value, "{found}");
    }
    assert!(text(&found, "address").contains("阳光花园"), "{found}");
    assert_eq!((&found["trivial"], &found["input"]["kind"]), (&json!(false), &json!("phone")));
    let newest = choice_of(&found, "13900002222");
    assert_eq!(found["proposal"], json!({"choice": newest, "reason": "newest"}));
    for value in found["values"].as_array().expect("values") {
        assert_eq!((text(value, "source").as_str(), &value["clock_wrong"]), ("phone", &json!(false)));
        assert!(value["at"].is_string() && value["received_at"].is_string(), "{value}");
    }
    let simple = desk.conflict(&note);
    assert_eq!(
        (&simple["trivial"], text(&simple["proposal"], "reason")),
        (&json!(true), "more_complete".into())
    );

    let around = web.get(&format!("/v1/conflicts/{phone}")).json()["around"].clone();
    let around: BTreeSet<String> =
        around.as_array().expect("fields").iter().map(|field| text(field, "key")).collect();
    assert!(around.contains("room") && around.contains("contact_phone"), "{around:?}");

    for (query, expected) in [
        ("", BTreeSet::from([&phone, &note])),
        ("trivial=true", BTreeSet::from([&note])),
        ("field=contact_phone", BTreeSet::from([&phone])),
        ("kind=visit", BTreeSet::new()),
        ("kind=household", BTreeSet::from([&phone, &note])),
        ("grid=999999000001002", BTreeSet::new()),
        ("status=resolved", BTreeSet::new()),
    ] {
        let page = web.get(&format!("/v1/conflicts?{query}")).json();
        let ids: Vec<String> = linli_tests::ids(page["items"].as_array().expect("items"));
        assert_eq!(ids.iter().collect::<BTreeSet<_>>(), expected, "{query}");
    }
    let first = web.get("/v1/conflicts?limit=1").json();
    let second = web.get(&format!("/v1/conflicts?limit=1&cursor={}", text(&first, "next"))).json();
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        [text(&first["items"][0], "id"), text(&second["items"][0], "id")],
        [note, phone.clone()],
        "newest first"
    );
    assert_eq!(web.get("/v1/conflicts?cursor=x").status, 422);
    let counts = web.get("/v1/desk").json();
    let of_phone =
        counts["conflicts"].as_array().expect("counts").iter().find(|row| row["field"] == "contact_phone");
    assert_eq!(of_phone.expect("a count")["count"], 1);
    relay.verify();
}

/// A hundred people press Enter at the same time: one of them decides, the others learn who did and what.
#[test]
fn a_hundred_at_once_decide_a_conflict_once() {
    let desk = Desk::new();
    let id = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    let web = desk.relay.web();
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let ask = |number: usize| {
            let (web, id) = (&web, &id);
            let body = json!({"choose": number % 2 + 1, "reason": format!("第 {number} 人")});
            scope.spawn(move || post(web, &format!("/v1/conflicts/{id}/resolution"), &body))
        };
        let asked: Vec<_> = (0..100).map(ask).collect();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 200);
    assert_eq!((won.len(), lost.len()), (1, 99));
    let kept = text(&won[0].1, "kept");
    let decided = desk.conflict(&id);
    assert_eq!((text(&decided, "status").as_str(), text(&decided, "chosen")), ("resolved", kept.clone()));
    for (status, problem) in &lost {
        assert_eq!((*status, text(problem, "code").as_str()), (409, "conflict.already_resolved"));
        let told = text(problem, "text");
        for part in [kept.as_str(), "命令行", &text(&decided, "reason")] {
            assert!(told.contains(part), "{part} is missing: {told}");
        }
    }
    let known = desk.relay.household(&desk.homes[0]);
    let history = known["history"].as_array().expect("a history");
    let by_office = |write: &&Value| write["key"] == "contact_phone" && write["author"] == "社区办公室";
    // The import and the one decision.
    assert_eq!(history.iter().filter(by_office).count(), 2, "nothing but one decision was written");
    desk.relay.verify();
}

/// The values come back under their authors' names, on every phone; whoever was told is told again; and it can
/// be decided again, also after everything was made again from the log.
#[test]
fn a_decision_is_taken_back_and_everybody_hears_of_it() {
    let mut desk = Desk::new();
    let mut admin = desk.relay.first_admin();
    let id = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    let home = desk.homes[0].clone();
    let before = desk.conflict(&id);
    let choice = choice_of(&before, "13900002222");
    let path = format!("/v1/conflicts/{id}");
    let done = admin.post(&format!("{path}/resolution"), json!({"choose": choice, "reason": "电话核实"}));
    assert_eq!(done.status, 200, "{done:?}");
    let resolved = desk.conflict(&id);
    assert_eq!(text(&resolved["ended_by"], "by"), Browser::ADMIN);
    desk.everyone_syncs();
    assert_eq!(text(&desk.chen.one(&["notices"]), "kept"), "13900002222");

    desk.relay.office(&["undo", &id, "--reason", "打错了电话"]);
    desk.everyone_syncs();
    let again = desk.conflict(&id);
    assert_eq!(text(&again, "status"), "open");
    assert_eq!(again["values"], before["values"], "the same values, authors and times");
    assert_eq!(text(&again["reopened"], "reason"), "打错了电话");
    for phone in [&desk.chen, &desk.li] {
        let shown = phone.one(&["conflicts"]);
        let authors: BTreeSet<(String, String)> = shown["versions"]
            .as_array()
            .expect("versions")
            .iter()
            .map(|version| (text(version, "value"), text(version, "author")))
            .collect();
        let expected = [("13900001111", "陈静"), ("13900002222", "李强")];
        assert_eq!(authors, expected.map(|(value, who)| (value.to_owned(), who.to_owned())).into());
    }
    let news = desk.chen.say(&["notices"]);
    let undone = news.iter().find(|notice| notice["undone"] == true).expect("the worker is told again");
    assert_eq!([text(undone, "mine"), text(undone, "reason")], ["13900001111", "打错了电话"]);
    assert!(desk.li.say(&["notices"]).is_empty(), "who lost nothing is not bothered");
    assert_eq!(desk.relay.office_refuses(&["undo", &id, "--reason", "再来"]).code, "conflict.not_resolved");

    desk.relay.verify();
    desk.relay.stop();
    std::fs::remove_file(desk.relay.data().join("model.db")).expect("the cache is gone");
    desk.relay.start_again();
    desk.relay.settle();
    assert_eq!(desk.conflict(&id), again, "made again from the log");
    desk.relay.office(&["resolve", &id, "--value", "13700003333", "--reason", "上门核实"]);
    desk.everyone_syncs();
    for phone in [&desk.chen, &desk.li] {
        assert_eq!(text(&phone.card(&home), "contact_phone"), "13700003333");
        let told = phone.say(&["notices"]);
        assert!(told.iter().any(|notice| notice["reason"] == "上门核实"), "{told:?}");
    }
    desk.relay.verify();
}

/// What a worker writes after the decision is not lost by taking the decision back.
#[test]
fn what_was_written_since_a_decision_joins_the_values() {
    let desk = Desk::new();
    let id = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    desk.relay.office(&["resolve", &id, "--choose", "1", "--reason", "核实"]);
    desk.everyone_syncs();
    desk.chen.edit(&desk.homes[0], "contact_phone", "13600009999");
    desk.everyone_syncs();
    desk.relay.office(&["undo", &id, "--reason", "重新核实"]);
    let again = desk.conflict(&id);
    let values: BTreeSet<String> =
        again["values"].as_array().expect("values").iter().map(|value| text(value, "value")).collect();
    assert_eq!(values, ["13600009999", "13900001111", "13900002222"].map(str::to_owned).into());
    desk.relay.verify();
}

#[test]
fn a_claim_keeps_two_admins_apart_until_one_takes_over_knowingly() {
    let desk = Desk::new();
    let mut wang = desk.relay.first_admin();
    let mut zhao = wang.colleague("赵干事", "office");
    let mut guest = wang.colleague("参观者", "readonly");
    let id = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    let path = format!("/v1/conflicts/{id}");
    let claim = format!("{path}/claim");
    let resolution = format!("{path}/resolution");
    assert_eq!(guest.post(&claim, json!({})).code(), "auth.role");
    assert_eq!(wang.post(&claim, json!({})).json()["mine"], true);
    assert_eq!(wang.post(&claim, json!({})).status, 200, "renewed");
    let refused = zhao.post(&claim, json!({}));
    assert_eq!((refused.status, refused.code().as_str()), (409, "desk.claimed"));
    assert!(refused.body.contains(Browser::ADMIN), "{refused:?}");
    let listed = zhao.get("/v1/conflicts").json()["items"][0]["claim"].clone();
    assert_eq!((text(&listed, "name").as_str(), &listed["mine"]), (Browser::ADMIN, &json!(false)));
    let hasty = zhao.post(&resolution, json!({"choose": 1, "reason": "核实"}));
    assert_eq!(hasty.code(), "desk.claimed");
    let by_program = desk.relay.office_refuses(&["resolve", &id, "--choose", "1", "--reason", "核实"]);
    assert_eq!(by_program.code, "desk.claimed");
    let many = zhao.post("/v1/conflicts/resolve-proposed", json!({"ids": [id], "reason": "核实"})).json();
    assert_eq!(text(&many[0]["problem"], "code"), "desk.claimed");

    assert_eq!(zhao.post(&claim, json!({"take_over": true})).json()["mine"], true);
    assert_eq!(wang.post(&resolution, json!({"choose": 1, "reason": "核实"})).code(), "desk.claimed");
    assert_eq!(zhao.post(&resolution, json!({"choose": 2, "reason": "已核实"})).status, 200);
    let late = wang.post(&resolution, json!({"choose": 1, "reason": "核实"}));
    assert_eq!((late.status, late.code().as_str()), (409, "conflict.already_resolved"));
    assert!(late.body.contains("赵干事") && late.body.contains("已核实"), "{late:?}");
    assert_eq!(desk.conflict(&id)["claim"], Value::Null, "nothing is left to claim");

    let open = desk.clash(1, "contact_phone", ["13900003333", "13900004444"]);
    let claim = format!("/v1/conflicts/{open}/claim");
    wang.post(&claim, json!({}));
    assert_eq!(wang.ask("DELETE", &claim, None).status, 200);
    assert_eq!(zhao.post(&claim, json!({})).status, 200, "let go of");
}

#[test]
fn the_trivial_ones_are_taken_together_and_each_is_answered() {
    let desk = Desk::new();
    let web = desk.relay.web();
    let note = desk.clash(0, "note", ["有狗", "有狗,晚上来"]);
    let phone = desk.clash(0, "contact_phone", ["13900001111", "+8613900001111"]);
    let other = desk.clash(1, "note", ["门铃坏", "门铃坏了"]);
    let decided = desk.clash(2, "note", ["甲", "甲乙"]);
    desk.relay.office(&["resolve", &decided, "--choose", "1", "--reason", "核实"]);
    let preview = choice_of(&desk.conflict(&other), "门铃坏");
    let path = "/v1/conflicts/resolve-proposed";
    let wanted = json!({"ids": [note, phone, other, decided, note], "reason": "只差格式", "expected": {&other: preview}});
    let (status, answers) = post(&web, path, &wanted);
    assert_eq!(status, 200, "{answers}");
    let answers = answers.as_array().expect("answers");
    let told: Vec<(String, Value, Value)> = answers
        .iter()
        .map(|one| (text(one, "id"), one["kept"].clone(), one["problem"]["code"].clone()))
        .collect();
    assert_eq!(told.len(), 4, "named twice is asked once");
    assert_eq!(told[0], (note, json!("有狗,晚上来"), Value::Null));
    assert_eq!(told[1].2, Value::Null);
    assert_eq!(told[2], (other, Value::Null, json!("conflict.other_proposal")));
    assert_eq!(told[3], (decided, Value::Null, json!("conflict.already_resolved")));
    assert_eq!(text(&desk.relay.household(&desk.homes[0]), "note"), "有狗,晚上来");
    assert_eq!(post(&web, path, &json!({"ids": [], "reason": "x"})).0, 422);
    let many: Vec<&str> = vec!["0000000000000"; 201];
    assert_eq!(text(&post(&web, path, &json!({"ids": many, "reason": "x"})).1, "code"), "conflict.too_many");
    desk.relay.verify();
}

#[test]
fn somebody_who_has_not_seen_every_value_does_not_decide() {
    let desk = Desk::new();
    let id = desk.clash(0, "contact_phone", ["13900001111", "13900002222"]);
    let path = format!("/v1/conflicts/{id}/resolution");
    let (status, told) = post(&desk.relay.web(), &path, &json!({"choose": 1, "seen": 1, "reason": "核实"}));
    assert_eq!((status, text(&told, "code").as_str()), (409, "conflict.grown"));
    assert_eq!(post(&desk.relay.web(), &path, &json!({"choose": 1, "seen": 2, "reason": "核实"})).0, 200);
}

/// Entered at the same door by two phones; the office finds that they are two, and then that they are one.
#[test]
fn two_that_are_not_one_stay_two_until_somebody_says_otherwise() {
    let mut desk = Desk::new();
    let mut admin = desk.relay.first_admin();
    let a = desk.chen.add_household(GRID, "幸福里8号楼1单元101室", &["--contact-phone", "13900004444"]);
    let b = desk.li.add_household(GRID, "幸福里8栋1单元101", &["--contact-phone", "13900005555"]);
    desk.everyone_syncs();
    let listed = |relay: &Relay| relay.office(&["duplicates"]).len();
    assert_eq!(listed(&desk.relay), 1);
    let pair = admin.get(&format!("/v1/duplicates/{a}/{b}")).json();
    assert_eq!(strings(&pair, "reasons"), ["same_address"]);
    let field = |key: &str| {
        let fields = pair["fields"].as_array().expect("fields");
        fields.iter().find(|field| field["key"] == key).cloned().unwrap_or_else(|| panic!("{pair}"))
    };
    let phone = field("contact_phone");
    assert_eq!(
        (&phone["a"], &phone["b"], &phone["choose"], &phone["kept"]),
        (&json!("13900004444"), &json!("13900005555"), &json!(true), &json!("a"))
    );

    let note = desk.relay.office_one(&["dismiss", &b, &a, "--reason", "隔断成两户"]);
    assert_eq!(listed(&desk.relay), 0);
    let again = desk.relay.office_refuses(&["dismiss", &a, &b, "--reason", "再来"]);
    assert_eq!(again.code, "duplicate.dismissed");
    // An edit that makes them more alike does not bring them back, nor does a restart, nor a rebuild.
    desk.li.edit(&b, "contact_phone", "13900004444");
    desk.everyone_syncs();
    assert_eq!(listed(&desk.relay), 0);
    desk.relay.stop();
    std::fs::remove_file(desk.relay.data().join("model.db")).expect("the cache is gone");
    desk.relay.start_again();
    desk.relay.settle();
    assert_eq!(listed(&desk.relay), 0, "remembered in the log");
    desk.relay.verify();
    let dismissed = admin.get("/v1/duplicates/dismissals").json()["items"][0].clone();
    assert_eq!(text(&dismissed, "reason"), "隔断成两户");

    let undo = format!("/v1/duplicates/dismissals/{}/undo", text(&note, "id"));
    assert_eq!(admin.post(&undo, json!({"reason": "拆了隔断"})).status, 200);
    assert_eq!(admin.post(&undo, json!({"reason": "拆了隔断"})).code(), "duplicate.undone");
    assert_eq!(listed(&desk.relay), 1);
    one_household_with_the_values_that_were_chosen(&desk, &mut admin, [&a, &b]);
}

fn one_household_with_the_values_that_were_chosen(desk: &Desk, admin: &mut Browser, [a, b]: [&str; 2]) {
    desk.chen.edit(a, "note", "东户");
    desk.li.edit(b, "note", "西户");
    desk.everyone_syncs();
    let wrong = json!({"survivor": a, "absorbed": b, "reason": "同一户", "fields": {"grid": "b"}});
    assert_eq!(admin.post("/v1/merges", wrong).code(), "merge.no_choice");
    let wanted = json!({"survivor": a, "absorbed": b, "reason": "同一户", "fields": {"note": "b"}});
    let merged = admin.post("/v1/merges", wanted).json();
    assert_eq!(text(&desk.relay.household(a), "note"), "西户");
    desk.everyone_syncs();
    assert_eq!(text(&desk.chen.card(b), "note"), "西户", "on phones too");
    let made = admin.get("/v1/merges").json()["items"][0].clone();
    assert_eq!([text(&made, "by"), text(&made, "reason")], [Browser::ADMIN.to_owned(), "同一户".to_owned()]);
    desk.relay.office(&["unmerge", &text(&merged, "id"), "--reason", "还是两户"]);
    assert_eq!(text(&desk.relay.household(a), "note"), "东户");
    assert_eq!(text(&desk.relay.household(b), "note"), "西户");
    desk.relay.verify();
}
