//! Buildings go back and forth between grids while phones work, mostly without a connection: whatever the
//! order, nothing recorded is lost and everybody ends with the same.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a story that cannot go on must stop"
)]

use linli_tests::{Dice, GRID, Phone, Relay, Roster, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SECOND: &str = "999999000001002";
const ESTATE: &str = "阳光花园";
const SEED: u64 = 20_261_123;
const TALES: u64 = 4;
const STEPS: u64 = 45;
const DOORS: usize = 3;
/// Households of the measured move: as many as a large grid has.
const MANY: usize = 500;

#[test]
fn whatever_the_order_nothing_is_lost_and_all_agree() {
    for tale in 0..TALES {
        one_tale(Dice::seeded("moving buildings", SEED + tale));
    }
}

fn one_tale(mut dice: Dice) {
    let (mut relay, [a, b, both]) = community(2 * DOORS);
    let phones = [&a, &b, &both];
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in 0..STEPS {
        let phone = phones[usize::try_from(dice.below(3)).expect("small")];
        match dice.below(9) {
            0 => assign(&relay, [GRID, SECOND][usize::from(dice.below(2) == 0)], 1 + dice.below(2)),
            1 if dice.below(4) == 0 => {
                relay.kill();
                relay.start_again();
            }
            1..=3 => drop(phone.sync()),
            what => {
                let homes = phone.households();
                if homes.is_empty() {
                    continue;
                }
                let home = &homes[usize::try_from(dice.below(homes.len() as u64)).expect("small")];
                if what == 4 {
                    phone.edit(home, "note", &format!("第{step}步"));
                } else {
                    said.entry(home.clone()).or_default().insert(phone.visit(home, &format!("第{step}步")));
                }
            }
        }
    }
    // Twice: what the last hands in reaches the first in the second round.
    for _ in 0..3 {
        for phone in phones {
            phone.sync();
            assert_eq!(phone.unsent(), 0);
        }
        relay.wait_for("late work to follow", |web| {
            let status = web.get("/v1/status").json();
            status["applied"] == status["durable"] && status["strays"] == 0
        });
    }
    for (home, visits) in &said {
        let known = relay.household(home);
        assert_eq!(visits_of(&known), *visits, "the record of {home}");
        let grid = text(&known, "grid");
        let held = [&both, if grid == GRID { &a } else { &b }];
        let fresh = relay.phone_of(&format!("新来的{grid}"), &[grid]);
        for phone in held.into_iter().chain([&fresh]) {
            let card = phone.card(home);
            assert_eq!(visits_of(&card), *visits, "{home} on {}'s phone", phone.worker());
            assert_eq!(card["note"], known["note"], "{home} on {}'s phone", phone.worker());
            assert_eq!(card["grid"], known["grid"], "{home} on {}'s phone", phone.worker());
        }
    }
    let in_grid = |grid: &str| linli_tests::ids(&relay.office(&["households", "--grid", grid]));
    assert_eq!((a.households(), b.households()), (in_grid(GRID), in_grid(SECOND)));
    assert_eq!(both.households().len(), 2 * DOORS);
    assert!(relay.office(&["quarantine"]).is_empty());
    relay.verify();
    relay.stop();
}

/// A move of a large grid is one request that an admin waits for.
#[test]
fn five_hundred_households_move_at_once() {
    let (relay, [_, b, both]) = community(2 * MANY);
    for home in both.households().iter().take(20) {
        both.visit(home, "走访");
    }
    both.sync();
    relay.settle();
    let started = std::time::Instant::now();
    assign(&relay, SECOND, 1);
    println!("{MANY} households moved in {} ms", started.elapsed().as_millis());
    let started = std::time::Instant::now();
    b.sync();
    println!("and were on their new worker's phone in {} ms", started.elapsed().as_millis());
    assert_eq!(b.households().len(), MANY);
    let started = std::time::Instant::now();
    both.sync();
    println!("a phone that holds both grids took {} ms", started.elapsed().as_millis());
    assert_eq!(both.households().len(), 2 * MANY);
    relay.verify();
}

/// Two buildings with half of the doors each, and phones of the first grid, the second, and both.
fn community(doors: usize) -> (Relay, [Phone; 3]) {
    let relay = Relay::start();
    let mut roster = Roster::of_doors(doors);
    for (at, home) in roster.homes.iter_mut().enumerate() {
        let (building, room) = (1 + 2 * at / doors, 1001 + at % doors.div_ceil(2));
        home.door = [building.to_string(), "1".into(), room.to_string()];
    }
    relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
    relay.office(&["grids", "add", "第二网格"]);
    let grids = [GRID.to_owned(), SECOND.to_owned()];
    let phones = [
        relay.phone_of("陈静", &grids[..1]),
        relay.phone_of("李强", &grids[1..]),
        relay.phone_of("王芳", &grids),
    ];
    (relay, phones)
}

fn assign(relay: &Relay, grid: &str, building: u64) {
    let body = json!({"places": [{"estate": ESTATE, "building": building.to_string()}]});
    let path = format!("/v1/grids/{grid}/places");
    let answer = relay.web().ask("POST", &path, "zh", Some(body.to_string().as_bytes()));
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn visits_of(card: &Value) -> BTreeSet<String> {
    let visits = card["visits"].as_array().unwrap_or_else(|| panic!("no visits: {card}"));
    linli_tests::ids(visits).into_iter().collect()
}
