//! How a phone gets in, how long it stays in, and what becomes of a key that two phones have.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a story that cannot go on must stop")]

use linli_core::identity::DeviceKey;
use linli_tests::{Answer, Phone, Relay, Roster, Web, copy_data, lost, text};
use serde_json::{Value, json};
use std::sync::Barrier;

const WORKER: &str = "陈静";

fn relay_with_doors() -> Relay {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    relay
}

fn code_for(relay: &Relay) -> String {
    relay.office(&["workers", "add", WORKER, "--grid", &relay.grids()[0]]);
    text(&relay.office_one(&["enrol-code", "--worker", WORKER]), "code")
}

/// A phone at an address of its own on this machine.
fn from_address(relay: &Relay, last: u8) -> Web {
    Web::from_address(relay.url(), [127, 0, 1, last].into())
}

fn enrol(web: &Web, code: &str, seed: u8) -> Answer {
    let key: String =
        DeviceKey::from_seed(&[seed; 32]).public().0.iter().map(|b| format!("{b:02x}")).collect();
    web.ask("POST", "/v1/enrol", "zh", Some(json!({"code": code, "public_key": key}).to_string().as_bytes()))
}

fn device_of(relay: &Relay, worker: &str) -> Value {
    let devices = relay.office(&["devices"]);
    devices.into_iter().find(|device| device["name"] == worker).unwrap_or_else(|| panic!("{worker}'s phone"))
}

#[test]
fn of_a_hundred_phones_with_one_code_one_gets_in() {
    const TRIES: u8 = 100;
    let relay = relay_with_doors();
    let code = code_for(&relay);
    let start = Barrier::new(TRIES.into());
    let codes: Vec<String> = std::thread::scope(|scope| {
        let tries: Vec<_> = (1..=TRIES)
            .map(|number| {
                let (relay, code, start) = (&relay, &code, &start);
                scope.spawn(move || {
                    let web = from_address(relay, number);
                    start.wait();
                    let answer = enrol(&web, code, number);
                    if answer.status == 200 { "in".to_owned() } else { answer.code() }
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    let count = |word: &str| codes.iter().filter(|code| *code == word).count();
    assert_eq!((count("in"), count("enrol.bad_code")), (1, usize::from(TRIES) - 1), "{codes:?}");
    assert_eq!(relay.office(&["devices"]).len(), 1);
}

#[test]
fn guessing_codes_is_locked_out_and_harms_nobody_else() {
    let relay = relay_with_doors();
    let code = code_for(&relay);
    let guesser = from_address(&relay, 1);
    let guesses: Vec<String> =
        (0..25).map(|guess| enrol(&guesser, &format!("aaaa-bbbb-cccc-{guess:04}"), 1).code()).collect();
    assert!(guesses[..20].iter().all(|code| code == "enrol.bad_code"), "{guesses:?}");
    assert!(guesses[20..].iter().any(|code| code == "auth.throttled"), "{guesses:?}");
    let refused = enrol(&guesser, &code, 1);
    assert_eq!((refused.status, refused.code().as_str()), (429, "auth.throttled"), "even the right one");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(enrol(&from_address(&relay, 2), &code, 2).status, 200);
    assert_eq!(enrol(&from_address(&relay, 2), &code, 2).code(), "enrol.bad_code", "once");
}

#[test]
fn a_code_ends_with_its_quarter_of_an_hour() {
    let mut relay = relay_with_doors();
    let code = code_for(&relay);
    relay.stop();
    relay.set_clock_ahead_by_days(1);
    relay.start_again();
    assert_eq!(enrol(&relay.web().stranger(), &code, 1).code(), "enrol.bad_code");
    let code = text(&relay.office_one(&["enrol-code", "--worker", WORKER]), "code");
    assert_eq!(enrol(&relay.web().stranger(), &code, 1).status, 200, "a new one does");
}

/// Half a year without contact ends reading, not handing in; contact within the second half renews.
#[test]
fn an_enrolment_is_renewed_by_contact_and_running_out_loses_no_visit() {
    let mut relay = relay_with_doors();
    let grids = relay.grids();
    let [seen, drawer] = [WORKER, "李强"].map(|worker| relay.phone_of(worker, &grids));
    let home = drawer.households().first().expect("a household").clone();
    let mut move_clock = |days| {
        relay.stop();
        relay.set_clock_ahead_by_days(days);
        relay.start_again();
    };
    move_clock(100);
    seen.sync();
    move_clock(200);
    seen.sync();
    let late = drawer.visit(&home, "半年没有连接");
    let report = drawer.one(&["sync"]);
    assert_eq!((&report["sent"], &report["told"]["code"]), (&json!(1), &json!("sync.expired")));
    assert_eq!(drawer.unsent(), 0);
    relay.settle();
    assert!(lost(std::slice::from_ref(&late), &relay).is_empty(), "it counts, without a review");
    assert_eq!(relay.status()["review"], 0);
    assert!(drawer.households().is_empty(), "what was handed in is not kept on it");
    assert_eq!(text(&device_of(&relay, "李强"), "status"), "expired");
    assert_eq!(text(&device_of(&relay, WORKER), "status"), "active");
    let code = relay.office_one(&["enrol-code", "--worker", "李强"]);
    drawer.say(&["enrol", &relay.url(), &text(&code, "code")]);
    drawer.sync();
    assert_eq!(drawer.households().len(), 5);
    relay.verify();
}

/// A phone's store is copied and both go on. The relay cannot know which of them is the worker's: from the moment
/// at which both have shown themselves neither reads, and everything that either records is kept for a person.
#[test]
fn a_copied_phone_is_noticed_and_both_stop_without_losing_anything() {
    let relay = relay_with_doors();
    let grids = relay.grids();
    let phone = relay.phone_of(WORKER, &grids);
    let home = phone.households().first().expect("a household").clone();
    let mut counted = vec![phone.visit(&home, "复制之前")];
    phone.sync();
    let copy = Phone::new(WORKER);
    copy_data(phone.store(), copy.store());
    counted.push(phone.visit(&home, "原机一"));
    phone.sync();
    // A restored backup would do the same, so nothing is said yet.
    counted.push(copy.visit(&home, "复制机一"));
    copy.sync();
    assert_eq!(text(&device_of(&relay, WORKER), "status"), "active");

    let mut kept = vec![phone.visit(&home, "原机二")];
    let told = phone.one(&["sync"]);
    assert_eq!(told["told"]["code"], "sync.suspended", "{told}");
    let device = device_of(&relay, WORKER);
    assert_eq!(text(&device, "status"), "suspended");
    assert!(text(&device, "reason").contains("复制"), "{device}");
    kept.push(copy.visit(&home, "复制机二"));
    assert_eq!(copy.one(&["sync"])["told"]["code"], "sync.suspended");
    assert_eq!((phone.unsent(), copy.unsent()), (0, 0), "both have handed in everything");
    relay.settle();
    assert!(lost(&counted, &relay).is_empty());
    assert_eq!(lost(&kept, &relay), kept, "what came after waits");
    let waiting = relay.office(&["review"]);
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    relay.verify();
    for batch in waiting {
        relay.office_one(&["review", "accept", &batch["id"].to_string(), "--reason", "核对过"]);
    }
    assert!(lost(&kept, &relay).is_empty());

    // Only the worker's own goes on.
    relay.office_one(&["devices", "resume", &text(&device, "id"), "--reason", "复制机已收回"]);
    phone.sync();
    counted.push(phone.visit(&home, "以后"));
    phone.sync();
    assert!(lost(&counted, &relay).is_empty());
    assert_eq!(text(&device_of(&relay, WORKER), "status"), "active");
    relay.verify();
}

/// Both are connected: the one that goes on under the older epoch shows that there are two.
#[test]
fn two_copies_that_are_connected_at_once_are_noticed_by_what_they_hand_in() {
    let relay = relay_with_doors();
    let phone = relay.phone_of(WORKER, &relay.grids());
    let home = phone.households().first().expect("a household").clone();
    phone.visit(&home, "复制之前");
    phone.sync();
    let copy = Phone::new(WORKER);
    copy_data(phone.store(), copy.store());
    let staying = phone.watch();
    staying.caught_up();
    phone.visit(&home, "原机一");
    staying.events.until(|event| event["event"] == "sent");
    copy.visit(&home, "复制机一");
    copy.sync();
    phone.visit(&home, "原机二");
    let ended = staying.events.until(|event| event["event"] == "offline");
    assert_eq!(ended["code"], "sync.suspended", "{ended}");
    relay.settle();
    assert_eq!(text(&device_of(&relay, WORKER), "status"), "suspended");
    assert!(!relay.office(&["review"]).is_empty(), "kept for a person");
    relay.verify();
}

/// Of two decisions at the same time the one that takes away stands, whichever came first.
#[test]
fn letting_in_and_revoking_at_once_always_ends_in_revoked() {
    const PHONES: u8 = 6;
    let relay = relay_with_doors();
    code_for(&relay);
    for seed in 1..=PHONES {
        let code = text(&relay.office_one(&["enrol-code", "--worker", WORKER]), "code");
        let id = text(&enrol(&relay.web().stranger(), &code, seed).json(), "device");
        let (start, web) = (Barrier::new(2), relay.web());
        let deed = |deed: &str| {
            start.wait();
            let body = json!({"reason": "同时"}).to_string();
            web.ask("POST", &format!("/v1/devices/{id}/{deed}"), "zh", Some(body.as_bytes())).status
        };
        relay.office_one(&["devices", "suspend", &id, "--reason", "先停"]);
        let (resumed, revoked) = std::thread::scope(|scope| {
            let other = scope.spawn(|| deed("resume"));
            let revoked = deed("revoke");
            (other.join().expect("an answer"), revoked)
        });
        assert_eq!(revoked, 200, "resume: {resumed}");
        let devices = relay.office(&["devices"]);
        let now = devices.iter().find(|device| text(device, "id") == id).expect("the phone");
        assert_eq!(text(now, "status"), "revoked");
    }
}
