//! The scripted day for a phone driven by another language's tests (`linli_tests::day`).
//!
//! `linli-day PROGRAM ARG…` starts PROGRAM, which reads a step a line on standard input and answers with a line on
//! standard output, and kills it where the script says so. Without a program whoever started this is the phone.
//! Ends with 0 when everybody holds the same documents and the office's books are the expected ones.

use linli_tests::day::{Attached, Driven, Spawned, live};
use std::process::ExitCode;

fn main() -> ExitCode {
    let command: Vec<_> = std::env::args_os().skip(1).collect();
    let mut phone: Box<dyn Driven> =
        if command.is_empty() { Box::new(Attached) } else { Box::new(Spawned::start(command)) };
    let day = live(phone.as_mut());
    let differences = day.differences(phone.as_mut());
    for difference in &differences {
        eprintln!("{difference}");
    }
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
