//! kill -9 at any moment: no visit that was acknowledged, and none that was "saved", is ever missing.

use linli_tests::{
    BusyPhone, Dice, Folder, Relay, Roster, copy_data, lose_one_batch, lost, problems_in, visits_at,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const SEED: u64 = 20_261_122;
const KILLS: u64 = 200;
/// A kill comes at any moment within this time after new work has begun.
const MOMENT_MS: u64 = 100;
/// New visits between two kills.
const VISITS: u32 = 12;
const DOORS: usize = 40;

/// Every search below looks with the same eyes; these must see one lost batch among all that is well.
#[test]
fn a_lost_acknowledgement_would_be_noticed() {
    let (mut relay, phone) = relay_and_phone("检查员");
    let mut busy = BusyPhone::start(phone.store());
    let mut saved = Vec::new();
    for _ in 0..6 {
        busy.save(VISITS);
        saved.extend(busy.all_saved());
        busy.sync();
        assert!(busy.sync_ended(), "the relay is there");
    }
    assert!(lost(&saved, &relay).is_empty());
    relay.stop();
    assert!(problems_in(relay.data()).is_empty());

    let folder = Folder::new();
    let copy = folder.join("copy");
    copy_data(relay.data(), &copy);
    lose_one_batch(&copy);
    assert!(!problems_in(&copy).is_empty(), "verify notices");
    let liar = Relay::start_on_copy(&copy);
    assert!(!lost(&saved, &liar).is_empty(), "the search for lost visits notices");
}

#[test]
fn a_relay_killed_two_hundred_times_loses_nothing() {
    let (mut relay, phone) = relay_and_phone("陈静");
    let mut dice = Dice::seeded("killing the relay", SEED);
    let mut busy = BusyPhone::start(phone.store());
    let mut acknowledged_before = 0;
    for round in 0..KILLS {
        busy.save(VISITS);
        busy.sync();
        busy.listen_until(Instant::now() + Duration::from_micros(dice.below(MOMENT_MS * 1000)));
        relay.kill();
        busy.all_saved();
        busy.sync_ended();
        relay.start_again();
        if round % 20 == 0 {
            let acknowledged = busy.acknowledged();
            let missing = lost(acknowledged, &relay);
            assert!(missing.is_empty(), "seed {SEED}, kill {round}: acknowledged and lost: {missing:?}");
            assert!(acknowledged.len() >= acknowledged_before);
            acknowledged_before = acknowledged.len();
        }
    }
    busy.sync();
    assert!(busy.sync_ended(), "a relay that runs takes everything");
    let missing = lost(busy.saved(), &relay);
    assert!(missing.is_empty(), "seed {SEED}: saved and lost: {missing:?}");
    assert_eq!(busy.saved().len() as u64, KILLS * u64::from(VISITS));
    assert_eq!(visits_at(&relay).len(), busy.saved().len(), "nothing is there twice");
    relay.verify();
    relay.stop();
    relay.verify();
}

#[test]
fn a_phone_killed_two_hundred_times_loses_nothing() {
    let (mut relay, phone) = relay_and_phone("李强");
    let mut dice = Dice::seeded("killing a phone", SEED);
    let mut saved = Vec::new();
    for _ in 0..KILLS {
        let mut busy = BusyPhone::start(phone.store());
        busy.save(VISITS);
        busy.sync();
        busy.listen_until(Instant::now() + Duration::from_micros(dice.below(MOMENT_MS * 1000)));
        saved.extend(busy.kill());
    }
    phone.sync();
    assert_eq!(phone.unsent(), 0);
    let missing = lost(&saved, &relay);
    assert!(missing.is_empty(), "seed {SEED}: saved and lost: {missing:?}");
    println!("{} visits were saved before the kills", saved.len());
    assert!(saved.len() as u64 > KILLS, "the phone must have been killed at work");

    // A visit is there as a whole or not at all, and the same on both sides.
    let at_relay: BTreeSet<String> = visits_at(&relay).into_iter().collect();
    let on_phone: BTreeSet<String> = phone
        .households()
        .iter()
        .flat_map(|home| {
            let card = phone.card(home);
            linli_tests::ids(card["visits"].as_array().expect("visits"))
        })
        .collect();
    assert_eq!(at_relay, on_phone);
    relay.verify();
    relay.stop();
    relay.verify();
}

fn relay_and_phone(worker: &str) -> (Relay, linli_tests::Phone) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(DOORS).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of(worker, &relay.grids());
    (relay, phone)
}
