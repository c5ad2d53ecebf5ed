//! Which phones the office lets in, and what becomes of the work of those that it stops.
#![expect(clippy::expect_used, clippy::panic, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Relay, Roster, copy_data, lost, text, visits_at};
use serde_json::{Value, json};

fn relay_with_doors() -> Relay {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    relay
}

/// A phone enrolled from a browser gets nothing before somebody has compared what it shows with what the
/// office shows; then everything, without doing anything.
#[test]
fn a_phone_waits_until_somebody_has_compared_its_fingerprint() {
    let relay = relay_with_doors();
    let grids = relay.grids();
    relay.office(&["workers", "add", "陈静", "--grid", &grids[0]]);
    let mut admin = relay.first_admin();
    let wanted = json!({"worker": "陈静"});
    assert_eq!(admin.post("/v1/enrol-codes", wanted.clone()).code(), "auth.confirm");
    admin.confirm();
    let code = admin.post("/v1/enrol-codes", wanted).json();
    assert_eq!(code["must_confirm"], true);

    let phone = Phone::new("陈静");
    let enrolled = phone.one(&["enrol", code["payload"].as_str().expect("what the QR code says")]);
    assert_eq!(enrolled["must_confirm"], true);
    assert_eq!(enrolled["relay_fingerprint"], code["relay_fingerprint"]);
    let watching = phone.watch();
    let told = watching.events.until(|event| event["event"] == "told");
    assert_eq!(told["code"], "sync.waiting");
    let seen = only_device(&relay);
    assert_eq!((text(&seen, "status"), &seen["connected"]), ("waiting".into(), &json!(true)));
    let status = phone.one(&["status"]);
    assert_eq!(status["fingerprint"], seen["fingerprint"], "the same text here and there");
    assert_eq!(status["told"]["code"], "sync.waiting");
    assert_eq!(status["households"], 0);
    let report = phone.one(&["sync"]);
    assert_eq!((&report["caught_up"], &report["told"]["code"]), (&json!(false), &json!("sync.waiting")));

    let id = text(&seen, "id");
    let confirmed = admin.post(&format!("/v1/devices/{id}/confirm"), json!({}));
    assert_eq!(confirmed.json()["status"], "active");
    assert_eq!(admin.post(&format!("/v1/devices/{id}/confirm"), json!({})).code(), "device.standing");
    watching.caught_up();
    let status = phone.one(&["status"]);
    assert_eq!((&status["households"], &status["told"]), (&json!(5), &Value::Null));
    // The token's holder gives codes that need nobody's confirmation.
    relay.phone_of("李强", &grids);
    relay.verify();
}

/// A code for another relay enrols nobody, whatever answers at its address.
#[test]
fn a_phone_enrols_with_nobody_but_the_relay_that_the_code_names() {
    let relay = relay_with_doors();
    relay.office(&["workers", "add", "陈静", "--grid", &relay.grids()[0]]);
    let code = relay.office_one(&["enrol-code", "--worker", "陈静"]);
    let genuine = text(&code, "payload");
    let forged = genuine.replace(&text(&code, "relay_fingerprint"), "0000-0000-0000-0000");
    let phone = Phone::new("陈静");
    assert_eq!(phone.refuses(&["enrol", &forged]).code, "phone.false_relay");
    assert_eq!(phone.refuses(&["enrol", "http://"]).code, "phone.invitation");
    assert_eq!(phone.one(&["status"])["enrolled"], false);
}

/// Codes for a print sheet work for longer, so their phones must be confirmed whatever the setting says.
#[test]
fn a_sheet_of_codes_is_all_or_nothing_and_always_confirmed() {
    let relay = relay_with_doors();
    let grids = relay.grids();
    for worker in ["陈静", "李强"] {
        relay.office(&["workers", "add", worker, "--grid", &grids[0]]);
    }
    let mut admin = relay.first_admin();
    let settings = admin.ask("PUT", "/v1/settings/phones", Some(&json!({"confirm": false})));
    assert_eq!(settings.json()["confirm"], false);
    admin.confirm();
    let sheet = |workers: &[&str], hours: u32| json!({"workers": workers, "hours": hours});
    let ask = |admin: &mut linli_tests::Browser, body| admin.post("/v1/enrol-codes/bulk", body);
    assert_eq!(ask(&mut admin, sheet(&["陈静", "没有此人"], 24)).code(), "record.not_found");
    assert_eq!(ask(&mut admin, sheet(&["陈静"], 73)).code(), "enrol.bad_hours");
    assert_eq!(ask(&mut admin, sheet(&[], 24)).code(), "enrol.bad_count");
    let cards = ask(&mut admin, sheet(&["陈静", "李强", "陈静"], 72)).json();
    let cards = cards.as_array().expect("cards");
    assert_eq!(cards.iter().map(|card| text(card, "name")).collect::<Vec<_>>(), ["陈静", "李强"]);
    assert!(cards.iter().all(|card| card["must_confirm"] == true));
    let single = admin.post("/v1/enrol-codes", json!({"worker": "陈静"})).json();
    assert_eq!(single["must_confirm"], false, "the setting holds for codes that are used at once");
}

/// A phone that is suspended in the middle of its work hands that in; nothing counts before somebody has
/// looked, nothing is lost, and nothing new reaches the phone.
#[test]
fn a_suspended_phones_work_waits_for_a_person_and_is_not_lost() {
    let relay = relay_with_doors();
    let grids = relay.grids();
    let [chen, li] = ["陈静", "李强"].map(|worker| relay.phone_of(worker, &grids));
    let home = chen.households().first().expect("a household").clone();
    let watching = chen.watch();
    watching.caught_up();
    let id = text(&device_of(&relay, "陈静"), "id");
    let suspended = relay.office_one(&["devices", "suspend", &id, "--reason", "手机丢失"]);
    assert_eq!(
        (text(&suspended, "status"), text(&suspended, "reason")),
        ("suspended".into(), "手机丢失".into())
    );
    let ended = watching.events.until(|event| event["event"] == "offline");
    assert_eq!(ended["code"], "sync.suspended", "told at once, in words: {ended}");
    drop(watching);

    let visit = chen.visit(&home, "暂停期间");
    let news = li.visit(&home, "新情况");
    li.sync();
    let report = chen.one(&["sync"]);
    assert_eq!((&report["sent"], &report["told"]["code"]), (&json!(1), &json!("sync.suspended")));
    assert_eq!(chen.unsent(), 0, "what it recorded is durable at the relay");
    assert_eq!(report["received"], 0, "it gets nothing new");
    relay.settle();
    assert_eq!(
        lost(std::slice::from_ref(&visit), &relay),
        std::slice::from_ref(&visit),
        "it does not count yet"
    );

    let waiting = relay.office(&["review"]);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let batch = &waiting[0];
    assert_eq!((text(batch, "cause"), text(batch, "name")), ("suspended".into(), "陈静".into()));
    assert_eq!((text(batch, "grid"), &batch["records"]), (grids[0].clone(), &json!(1)));
    let number = batch["id"].to_string();
    let shown = relay.office_one(&["review", "show", &number]);
    assert_eq!(text(&shown["entries"][0], "household"), home);
    assert_eq!(shown["entries"][0]["writes"][0]["value"], "暂停期间");
    assert_eq!(device_of(&relay, "陈静")["review"], 1);

    relay.office_one(&["review", "accept", &number, "--reason", "本人已说明"]);
    assert_eq!(relay.office_refuses(&["review", "reject", &number, "--reason", "x"]).code, "review.decided");
    assert!(lost(&[visit.clone(), news], &relay).is_empty());
    assert_eq!(visits_at(&relay).len(), 2);
    li.sync();
    let seen = li.card(&home);
    let accepted =
        seen["visits"].as_array().expect("visits").iter().find(|known| known["id"] == visit.as_str());
    assert_eq!(text(accepted.expect("chen's visit"), "author"), "陈静", "as its author's, not the office's");
    let rows = relay.household(&home)["visits"].to_string();
    assert!(rows.contains("陈静"), "{rows}");

    relay.office_one(&["devices", "resume", &id, "--reason", "已找到"]);
    chen.sync();
    assert_eq!(chen.households().len(), 5);
    let after = chen.visit(&home, "恢复以后");
    chen.sync();
    assert!(lost(&[after], &relay).is_empty(), "nobody has to look at what follows");
    relay.office_one(&["devices", "revoke", &id, "--reason", "离职"]);
    assert_eq!(relay.office_refuses(&["devices", "resume", &id, "--reason", "x"]).code, "device.standing");
    relay.verify();
}

/// A worker's phone dies with unsent work that a colleague carries, and comes back from a backup that knows
/// nothing of it: both lives of the phone hand in their work, and a person decides over the one that the
/// chain has no place for.
#[test]
fn what_a_colleague_carries_of_a_restored_phones_other_life_waits_for_a_person() {
    let relay = relay_with_doors();
    let grids = relay.grids();
    let [chen, li] = ["陈静", "李强"].map(|worker| relay.phone_of(worker, &grids));
    let home = chen.households().first().expect("a household").clone();
    let (backup, letter) = (chen.file("backup"), chen.file("letter"));
    let mut visits = vec![chen.visit(&home, "一")];
    chen.sync();
    copy_data(chen.store(), &backup);
    // The other life: one batch that reaches the relay, and one that only a file has.
    visits.push(chen.visit(&home, "二"));
    chen.sync();
    visits.push(chen.visit(&home, "三"));
    chen.say(&["unsent", "export", letter.to_str().expect("a path")]);
    std::fs::remove_dir_all(chen.store()).expect("the phone is gone");
    copy_data(&backup, chen.store());
    visits.push(chen.visit(&home, "四"));
    chen.sync();
    li.say(&["unsent", "import", letter.to_str().expect("a path")]);
    li.sync();
    assert_eq!(li.one(&["status"])["carried"], 0, "the relay has it");
    relay.settle();
    assert_eq!(lost(&visits, &relay), [visits[2].clone()]);
    let waiting = relay.office(&["review"]);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(text(&waiting[0], "cause"), "parted");
    relay.verify();
    relay.office_one(&["review", "accept", &waiting[0]["id"].to_string(), "--reason", "手机更换"]);
    assert!(lost(&visits, &relay).is_empty());
    assert_eq!(visits_at(&relay).len(), visits.len());
    chen.visit(&home, "五");
    chen.sync();
    relay.verify();
}

fn only_device(relay: &Relay) -> Value {
    let devices = relay.office(&["devices"]);
    assert_eq!(devices.len(), 1, "{devices:?}");
    devices.into_iter().next().expect("a phone")
}

fn device_of(relay: &Relay, worker: &str) -> Value {
    let devices = relay.office(&["devices"]);
    devices.into_iter().find(|device| device["name"] == worker).unwrap_or_else(|| panic!("{worker}'s phone"))
}
