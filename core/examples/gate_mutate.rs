//! Spoils changes and documents for a long time and checks what the gate promises about each.
//!
//! `cargo run --release --example gate_mutate -- MUTANTS [SEED]`
//!
//! Each mutant has its own seed, printed with a failure: run again with that seed and one mutant. Prints how
//! often each verdict was reached. Panics of Automerge are silenced, because most mutants that get as far as
//! Automerge's own encoder make it panic.

#[path = "../tests/gate_support/lab.rs"]
mod lab;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let mutants = args.next().and_then(Result::ok).unwrap_or(100_000);
    let seed = args.next().and_then(Result::ok).unwrap_or(1);
    let bench = lab::Bench::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut broken = 0_u64;
    std::panic::set_hook(Box::new(|_| {}));
    for seed in seed..seed + mutants {
        let verdict = catch_unwind(AssertUnwindSafe(|| bench.trial(seed))).unwrap_or_else(|panic| {
            broken += 1;
            let why = panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "?".into());
            println!("seed {seed}: BROKEN PROMISE: {why}");
            "broken promise".into()
        });
        *counts.entry(verdict).or_default() += 1;
    }
    for (verdict, count) in &counts {
        println!("{count:>10}  {verdict}");
    }
    println!("{mutants} mutants from seed {seed}, {broken} broken promises");
    std::process::exit(i32::from(broken > 0));
}
