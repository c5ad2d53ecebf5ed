//! Phones whose clocks are wrong by more than a year: nothing is lost, reordered or refused, and both times
//! are shown.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{Phone, Relay, Roster, strings, text};
use serde_json::Value;

const DAYS: i64 = 400;
const DAY_MS: i64 = 24 * 3600 * 1000;

#[test]
fn a_clock_in_the_past_or_future_changes_neither_order_nor_merging() {
    let relay = Relay::start();
    relay.import(&Roster::of(&["王秀英", "李国强"]).write(&relay.file(""), "名册", Roster::csv()));
    let grids = relay.grids();
    let wrong = |worker: &str, days: i64| {
        let phone = relay.new_phone_of(worker, &grids, &relay.url()).with_clock_off_by_days(days);
        phone.sync();
        phone
    };
    let (past, future, right) = (wrong("慢表", -DAYS), wrong("快表", DAYS), relay.phone_of("准表", &grids));
    let (home, other) = (relay.find("王秀英"), relay.find("李国强"));

    // What was written later, having seen what was written earlier, stands, whatever the clocks say.
    future.edit(&home, "note", "未来写的");
    everyone_syncs(&relay, [&future, &past]);
    past.edit(&home, "note", "后来由慢表写的");
    everyone_syncs(&relay, [&past, &future, &right]);
    for phone in [&past, &future, &right] {
        let card = phone.card(&home);
        assert_eq!(text(&card, "note"), "后来由慢表写的", "on {}'s phone", phone.worker());
        assert_eq!(card["conflicts"], serde_json::json!([]), "on {}'s phone", phone.worker());
    }

    // What was written at the same time, without seeing each other, merges as always.
    past.edit(&other, "tags", "+独居");
    future.edit(&other, "contact_phone", "13900001111");
    let visits = [past.visit(&other, "慢表来过"), future.visit(&other, "快表来过")];
    for _ in 0..2 {
        everyone_syncs(&relay, [&past, &future, &right]);
    }
    for phone in [&past, &future, &right] {
        let card = phone.card(&other);
        assert!(strings(&card, "tags").contains(&"独居".to_owned()), "on {}'s phone: {card}", phone.worker());
        assert_eq!(text(&card, "contact_phone"), "13900001111", "on {}'s phone", phone.worker());
        assert_eq!(card["visits"].as_array().map(Vec::len), Some(2), "on {}'s phone", phone.worker());
    }

    let known = relay.household(&other);
    for (id, days) in visits.iter().zip([-DAYS, DAYS]) {
        let visit = visit_of(&known, id);
        assert_ne!(day(visit, "at"), day(visit, "received_at"), "both times are shown: {visit}");
        assert_eq!(visit["clock_wrong"], true, "{visit}");
        let skew = visit["clock_skew_ms"].as_i64().expect("the skew");
        assert!((skew + days * DAY_MS).abs() < DAY_MS, "relay time minus phone time: {skew}");
        let on_phone = right.card(&other);
        let seen = visit_of(&on_phone, id);
        assert_eq!(seen["clock_was_off"], true, "{seen}");
        assert!((seen["at"].as_i64().expect("a time") - now_of(&right)).abs() < DAY_MS, "corrected: {seen}");
    }
    let devices = relay.office(&["devices"]);
    let flagged: Vec<String> =
        devices.iter().filter(|device| device["clock_wrong"] == true).map(|it| text(it, "name")).collect();
    assert_eq!(flagged.len(), 2, "{devices:?}");
    assert!(!flagged.contains(&"准表".to_owned()));
    relay.verify();
}

fn everyone_syncs<const N: usize>(relay: &Relay, phones: [&Phone; N]) {
    for phone in phones {
        phone.sync();
        relay.settle();
    }
}

fn visit_of<'a>(household: &'a Value, id: &str) -> &'a Value {
    let visits = household["visits"].as_array().expect("visits");
    visits.iter().find(|visit| visit["id"] == id).unwrap_or_else(|| panic!("visit {id} in {household}"))
}

fn day(visit: &Value, key: &str) -> String {
    text(visit, key).chars().take(10).collect()
}

/// The right clock, as the phone with the right clock knows it.
fn now_of(phone: &Phone) -> i64 {
    phone.one(&["status"])["last_sync_ms"].as_i64().expect("a time")
}
