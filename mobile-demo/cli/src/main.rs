//! linli-phone: the phone engine behind a command line, for scripts, tests and load.
//!
//! Owns arguments, output and exit codes. What a command does is the engine's.

mod args;
mod output;
mod run;

use args::Args;
use clap::Parser;
use linli_engine::{EngineError, Lang};
use std::process::ExitCode;

/// Moves the phone's clock, for tests of wrong clocks.
const CLOCK_OFFSET_VARIABLE: &str = "LINLI_CLOCK_OFFSET_MS";

/// What the shell gets when a command did not do what was asked.
const EXIT_FAILED: u8 = 1;

/// What it gets for arguments that make no sense; the same as clap's own.
const EXIT_ARGUMENTS: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return wrong_arguments(&error),
    };
    let (lang, json) = (language(args.lang.as_deref()), args.json);
    match run::run(args, lang, clock_offset_ms()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error, lang, json);
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// Help and version are answers; anything else is told as an object when `--json` was among the words.
fn wrong_arguments(error: &clap::Error) -> ExitCode {
    let json = std::env::args().any(|word| word == "--json");
    if !error.use_stderr() || !json {
        error.exit();
    }
    let object = serde_json::json!({ "error": { "code": "phone.arguments", "text": error.to_string() } });
    eprintln!("{object}");
    ExitCode::from(EXIT_ARGUMENTS)
}

/// `--lang`, then the locale of the shell. A locale that names no language (`C`, `POSIX`) is Chinese.
fn language(asked: Option<&str>) -> Lang {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let of_shell = || variables.iter().filter_map(|name| std::env::var(name).ok()).find(|v| !v.is_empty());
    Lang::from_tag(&asked.map(str::to_owned).or_else(of_shell).unwrap_or_default())
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
