//! What the dearest admissible documents and changes cost: processor time of this thread, whoever else is busy.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failure here is a failed test")]

#[path = "gate_support/lab.rs"]
mod lab;
#[path = "gate_support/worst.rs"]
mod worst;

use linli_core::doc::{ChangeBytes, Document};
use linli_core::gate::{self, ADMISSIBLE_CPU_MS_MAX, CHANGE_LOOKS_MAX, CHANGE_OPS_MAX, DEPS_MAX, GateError};
use linli_core::kinds::DocKind;
use worst::Worst;

/// Tests are built without optimisation and the bound is for a built relay: so many times slower they may be.
const UNOPTIMISED: u64 = 4;

/// Processor time of this thread so far, in microseconds. Linux says it to a few milliseconds.
fn cpu_us() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000
}

/// Does it, says what it cost, and requires that this stays within the bound.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let before = cpu_us();
    let done = work();
    let ms = (cpu_us() - before) / 1_000;
    println!("{what}: {ms} ms");
    assert!(ms < ADMISSIBLE_CPU_MS_MAX * UNOPTIMISED, "{what} took {ms} ms");
    done
}

fn stays_within_the_bound(worst: Worst) {
    let Worst { name, mut doc, changes } = worst;
    let saved = timed(&format!("{name}: saving"), || gate::seal_document(&mut doc).unwrap());
    timed(&format!("{name}: loading {} bytes", saved.len()), || gate::admit_document(&saved).unwrap());
    let mut document =
        timed(&format!("{name}: opening"), || Document::load(DocKind::Household, &saved).unwrap());
    timed(&format!("{name}: reading fields"), || document.fields().len());
    timed(&format!("{name}: reading conflicts"), || document.conflicts().len());
    timed(&format!("{name}: reading history"), || document.history().len());
    for (which, change) in changes {
        let bytes = ChangeBytes(change);
        let mut copy = Document::load(DocKind::Household, &saved).unwrap();
        let what = format!("{name}: a change of {} bytes {which}", bytes.0.len());
        timed(&what, || copy.apply(&bytes).unwrap());
    }
}

#[test]
fn many_changes_cost_no_more_than_the_bound() {
    stays_within_the_bound(worst::many_changes());
}

#[test]
fn many_keys_cost_no_more_than_the_bound() {
    stays_within_the_bound(worst::many_keys());
}

#[test]
fn many_actors_cost_no_more_than_the_bound() {
    stays_within_the_bound(worst::many_actors());
}

#[test]
fn many_heads_cost_no_more_than_the_bound() {
    stays_within_the_bound(worst::many_heads());
}

#[test]
fn many_branches_cost_no_more_than_the_bound() {
    stays_within_the_bound(worst::many_branches(CHANGE_LOOKS_MAX));
    // Were more let in, each operation would have to be looked up along every branch.
    let Worst { changes, .. } = worst::many_branches(CHANGE_OPS_MAX * DEPS_MAX);
    let refused = gate::inspect_change(&changes[0].1).unwrap_err();
    assert!(matches!(refused, GateError::TooMany { max: CHANGE_LOOKS_MAX, .. }), "{refused}");
}
