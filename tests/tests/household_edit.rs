//! A household as the office sees and changes it: who wrote what, the whole history, edits that overwrite nobody.
#![expect(clippy::expect_used, clippy::panic, reason = "a story that cannot go on must stop")]

use linli_tests::{Answer, Browser, GRID, Phone, Relay, Roster, strings, text};
use serde_json::{Value, json};

/// A household, a phone that knows it, and somebody at the desk.
struct Desk {
    relay: Relay,
    phone: Phone,
    home: String,
    admin: Browser,
}

impl Desk {
    fn new() -> Desk {
        let relay = Relay::start();
        relay.import(&Roster::of(&["王伟", "李娜"]).write(&relay.file(""), "名册", Roster::csv()));
        let phone = relay.phone_of("陈静", &[GRID.to_owned()]);
        let home = relay.find("王伟");
        let admin = relay.first_admin();
        Desk { relay, phone, home, admin }
    }

    fn look(&mut self) -> Value {
        let answer = self.admin.get(&format!("/v1/households/{}?visits=5", self.home));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    fn patch(&mut self, body: Value) -> Answer {
        self.admin.ask("PATCH", &format!("/v1/households/{}", self.home), Some(&body))
    }

    fn history(&mut self, field: &str) -> Vec<Value> {
        let answer = self.admin.get(&format!("/v1/households/{}/history?field={field}", self.home));
        answer.json().as_array().expect("writes").clone()
    }
}

fn field<'a>(household: &'a Value, key: &str) -> &'a Value {
    let own = household["fields"].as_array().into_iter().flatten();
    let people = household["people"].as_array().into_iter().flatten();
    let theirs = people.flat_map(|person| person["fields"].as_array().into_iter().flatten());
    let found = own.chain(theirs).find(|field| field["key"] == key);
    found.unwrap_or_else(|| panic!("there is no field {key}"))
}

#[test]
fn an_edit_from_an_old_state_makes_a_conflict_and_overwrites_nobody() {
    let mut desk = Desk::new();
    let seen = desk.look();
    desk.phone.edit(&desk.home, "contact_phone", "13900001111");
    desk.phone.edit(&desk.home, "note", "晚上在家");
    desk.phone.sync();
    desk.relay.settle();

    let edit =
        json!({"base": seen["heads"], "puts": {"contact_phone": "13900002222"}, "tags": {"add": ["独居"]}});
    let done = desk.patch(edit).json();
    assert_eq!((&done["changed"], &done["conflicts"]), (&json!(true), &json!(["contact_phone"])), "{done}");

    let now = desk.look();
    let both: Vec<String> = strings(field(&now, "contact_phone"), "conflict");
    assert_eq!(both.len(), 2, "{now}");
    assert!(["13900001111", "13900002222"].iter().all(|value| both.contains(&(*value).to_owned())));
    assert_eq!(text(field(&now, "note"), "value"), "晚上在家", "another field is nobody's conflict");
    assert_eq!(field(&now, "tags")["values"], json!(["独居"]));
    let open = desk.relay.office(&["conflicts", "--status", "open"]);
    assert_eq!(open.len(), 1, "{open:?}");

    let writes = desk.history("contact_phone");
    let told: Vec<_> =
        writes.iter().map(|write| ["value", "author", "state"].map(|key| text(write, key))).collect();
    assert!(told.contains(&["13900001111", "陈静", "conflict"].map(str::to_owned)), "{told:?}");
    let mine = format!("社区办公室 · {}", Browser::ADMIN);
    assert!(told.contains(&["13900002222".to_owned(), mine, "conflict".to_owned()]), "{told:?}");
    assert!(told.contains(&["13800000001", "社区办公室", "replaced"].map(str::to_owned)), "{told:?}");
    assert!(writes.iter().all(|write| write["at"].is_string() && write["received_at"].is_string()));

    // Whoever knows of both values decides at the merge desk, with a reason.
    let again = desk.patch(json!({"base": now["heads"], "puts": {"contact_phone": "13900003333"}}));
    assert_eq!((again.status, again.code().as_str()), (422, "field.in_conflict"), "{again:?}");
    let (id, values) = (text(&open[0], "id"), open[0]["values"].as_array().expect("values"));
    let choice = values.iter().find(|value| value["value"] == "13900002222").expect("the desk's value");
    desk.relay.office(&["resolve", &id, "--choose", &choice["choice"].to_string(), "--reason", "已核实"]);
    let writes = desk.history("contact_phone");
    let lost = writes.iter().find(|write| write["value"] == "13900001111").expect("the phone's value");
    assert_eq!(["state", "reason"].map(|key| text(lost, key)), ["not_kept", "已核实"]);
    desk.phone.sync();
    assert_eq!(text(&desk.phone.card(&desk.home), "contact_phone"), "13900002222");
}

#[test]
fn an_edit_of_what_was_looked_at_reaches_every_phone() {
    let mut desk = Desk::new();
    let seen = desk.look();
    let person = text(&seen["people"][0], "id");
    let (birth, tags) = (format!("r/{person}/birth"), format!("r/{person}/tags"));
    let edit = json!({
        "base": seen["heads"],
        "puts": {"note": "请打电话", birth.clone(): "1950-01"},
        "sets": {tags.clone(): {"add": ["党员"]}},
    });
    let done = desk.patch(edit).json();
    assert_eq!((&done["changed"], &done["conflicts"]), (&json!(true), &json!([])), "{done}");
    let added = desk.admin.post(
        &format!("/v1/households/{}/residents", desk.home),
        json!({"name": "<script>alert(1)</script>", "phone": "13900004444"}),
    );
    assert_eq!(added.status, 200, "{added:?}");
    let now = desk.look();
    assert_eq!(text(field(&now, &birth), "value"), "1950-01");
    assert_eq!(field(&now, &tags)["values"], json!(["党员"]));
    let changed = &field(&now, "note")["changed"];
    assert_eq!(text(changed, "author"), format!("社区办公室 · {}", Browser::ADMIN));
    desk.phone.sync();
    let card = desk.phone.card(&desk.home);
    assert_eq!(text(&card, "note"), "请打电话");
    let names: Vec<&str> = card["residents"]
        .as_array()
        .expect("residents")
        .iter()
        .filter_map(|resident| resident["name"].as_str())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // Taken off the household.
    let gone = format!("r/{person}/presence");
    let done = desk.patch(json!({"base": now["heads"], "puts": {gone: "removed"}})).json();
    assert_eq!(done["changed"], true);
    assert_eq!(desk.look()["people"].as_array().map(Vec::len), Some(1));
    // The same again is no change.
    let same = desk.look();
    let done = desk.patch(json!({"base": same["heads"], "puts": {"note": "请打电话"}})).json();
    assert_eq!(done["changed"], false);
    assert_eq!(desk.look()["heads"], same["heads"]);
    // The command line does the same.
    desk.relay.office_one(&["edit", &desk.home, "tags", "+高龄"]);
    assert_eq!(field(&desk.look(), "tags")["values"], json!(["高龄"]));
    desk.relay.verify();
}

#[test]
fn what_is_wrong_is_said_of_each_field() {
    let mut desk = Desk::new();
    let seen = desk.look();
    let edit = json!({"base": seen["heads"], "puts": {"contact_phone": "12", "grid": "1", "height": "2"}, "tags": {"add": ["a/b"]}});
    let refused = desk.patch(edit);
    assert_eq!(refused.status, 422, "{refused:?}");
    let fields: Vec<(String, String)> = refused.json()["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| (text(field, "key"), text(field, "code")))
        .collect();
    let expected = [
        ("contact_phone", "field.wrong_value"),
        ("grid", "field.not_here"),
        ("height", "field.unknown"),
        ("tags", "field.wrong_value"),
    ];
    assert_eq!(fields, expected.map(|(key, code)| (key.to_owned(), code.to_owned())));
    assert_eq!(desk.look()["heads"], seen["heads"], "nothing was changed");
    for base in [json!([]), json!(["00"]), json!(["ab".repeat(32)])] {
        let refused = desk.patch(json!({"base": base, "puts": {"note": "x"}}));
        assert_eq!((refused.status, refused.code().as_str()), (409, "household.unknown_base"));
    }
    let stranger = format!("r/{}/phone", "0".repeat(26));
    let refused = desk.patch(json!({"base": seen["heads"], "puts": {stranger.clone(): "13900001111"}}));
    assert_eq!(text(&refused.json()["fields"][0], "key"), stranger);
    let nowhere = desk.admin.post("/v1/households", json!({"grid": "000", "address": "在哪里"}));
    let keys: Vec<String> =
        nowhere.json()["fields"].as_array().expect("fields").iter().map(|field| text(field, "key")).collect();
    assert_eq!(keys, ["grid", "address"]);
    let nameless = desk.admin.post(&format!("/v1/households/{}/residents", desk.home), json!({"name": " "}));
    assert_eq!(text(&nameless.json()["fields"][0], "key"), "name");
}

#[test]
fn a_household_is_added_with_a_word_about_what_it_may_be() {
    let mut desk = Desk::new();
    let new = json!({"grid": GRID, "address": "阳光花园1号楼1单元101", "contact_phone": "13800000001", "tags": ["独居"]});
    let added = desk.admin.post("/v1/households", new);
    assert_eq!(added.status, 200, "{added:?}");
    let added = added.json();
    assert_eq!(added["duplicates"], json!([desk.home]), "it stands there already");
    desk.phone.sync();
    assert!(desk.phone.households().contains(&text(&added, "id")));
    // What was merged away is changed where it went.
    let other = text(&added, "id");
    desk.relay.office(&["merge", &other, &desk.home, "--reason", "同一户"]);
    let seen = desk.look();
    assert_eq!(text(&seen, "merged_into"), other);
    let refused = desk.patch(json!({"base": seen["heads"], "puts": {"note": "x"}}));
    assert_eq!((refused.status, refused.code().as_str()), (409, "household.merged"));
}

#[test]
fn visits_come_newest_first_page_by_page_and_needs_are_gathered() {
    let mut desk = Desk::new();
    for turn in 0..5 {
        let note = format!("第{turn}次");
        desk.phone.one(&[
            "visit",
            &desk.home,
            "--outcome",
            "done",
            "--note",
            &note,
            "--need",
            &format!("修灯{turn}"),
        ]);
    }
    desk.phone.sync();
    desk.relay.settle();
    let path = format!("/v1/households/{}/visits", desk.home);
    let page = |desk: &mut Desk, query: &str| -> Vec<String> {
        let answer = desk.admin.get(&format!("{path}?{query}")).json();
        answer.as_array().expect("visits").iter().map(|visit| text(visit, "note")).collect()
    };
    assert_eq!(page(&mut desk, "limit=2"), ["第4次", "第3次"]);
    assert_eq!(page(&mut desk, "limit=2&offset=4"), ["第0次"]);
    let seen = desk.look();
    assert_eq!(seen["visits_total"], 5);
    assert_eq!(text(&seen["needs"][0], "need"), "修灯4");
    assert_eq!(text(&seen["needs"][0], "author"), "陈静");
}
