//! linli-phone: the phone engine behind a command line, for scripts, tests and load.
//!
//! Owns arguments, output and exit codes. What a command does is the engine's.

mod args;
mod output;
mod rights;
mod run;

use args::Args;
use linli_engine::{EngineError, Lang};
use std::process::ExitCode;

/// Moves the phone's clock, for tests of wrong clocks.
const CLOCK_OFFSET_VARIABLE: &str = "LINLI_CLOCK_OFFSET_MS";

/// What the shell gets when a command did not do what was asked.
const EXIT_FAILED: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match linli_arguments::parse::<Args>() {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    let (lang, json) = (linli_arguments::language(args.lang.as_deref()), args.json);
    match run::run(args, lang, clock_offset_ms()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, lang, json);
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn clock_offset_ms() -> i64 {
    std::env::var(CLOCK_OFFSET_VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn report(error: &EngineError, lang: Lang, json: bool) {
    let (code, text) = (error.shown_code(), error.shown_text(lang));
    if json {
        eprintln!("{}", serde_json::json!({ "error": { "code": code, "text": text } }));
    } else {
        eprintln!("{code}: {text}");
    }
}
