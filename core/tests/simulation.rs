//! Whole runs of four phones and a relay under a virtual clock, each made from one seed.
//!
//! `LINLI_SIM_SEEDS=5000` runs more seeds, `LINLI_SIM_SEED=17` one of them. Before the honest runs, mistakes
//! are planted and must be found: a test that finds nothing proves nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure here is a failed test"
)]

mod sim {
    pub(crate) mod office;
    pub(crate) mod phone;
    pub(crate) mod shelf;
    pub(crate) mod world;
}

use sim::world::{Fault, World};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// About ten seconds of one core; nearly all of it is spent on signatures.
const SEEDS: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn run(seed: u64, fault: Fault) -> std::thread::Result<[u8; 32]> {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, fault).run()))
}

#[test]
fn after_any_trouble_everybody_has_the_same_and_nothing_acknowledged_is_gone() {
    let seeds = match number("LINLI_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LINLI_SIM_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        let done = run(seed, Fault::None);
        assert!(done.is_ok(), "seed {seed} failed: LINLI_SIM_SEED={seed} cargo test --test simulation");
    }
}

#[test]
fn planted_mistakes_are_found() {
    for fault in [
        Fault::AckWithoutStoring,
        Fault::SkipSignature,
        Fault::DropHeldChange,
        Fault::CursorBeforeStoring,
        Fault::NeverReturnOwn,
        Fault::SnapshotForgetsHeld,
    ] {
        let found = (0..200).find(|seed| run(*seed, fault).is_err());
        println!("{fault:?} is found by seed {found:?}");
        assert!(found.is_some(), "{fault:?} is not found by 200 seeds");
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in 0..10 {
        assert_eq!(run(seed, Fault::None).ok(), run(seed, Fault::None).ok(), "seed {seed}");
    }
    assert_ne!(run(1, Fault::None).ok(), run(2, Fault::None).ok());
}
