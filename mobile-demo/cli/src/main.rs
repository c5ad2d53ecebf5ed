//! linli-phone: the phone engine behind a command line, for scripts, tests and load.
//!
//! Owns arguments, output and exit codes. What a command does is the engine's.

mod args;
mod output;
mod run;

use args::Args;
use clap::{CommandFactory, FromArgMatches};
use linli_engine::{EngineError, Lang};
use std::process::ExitCode;

/// Moves the phone's clock, for tests of wrong clocks.
const CLOCK_OFFSET_VARIABLE: &str = "LINLI_CLOCK_OFFSET_MS";

/// What the shell gets when a command did not do what was asked; 2 is clap's, for wrong arguments.
const EXIT_FAILED: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    let matches = Args::command().get_matches();
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
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
