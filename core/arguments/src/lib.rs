//! The arguments of both command lines: read, or refused with a code and a sentence in the caller's
//! language. clap speaks only English.
//!
//! Knows no command.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use linli_core::error::{Coded, Lang};
use std::fmt;
use std::process::ExitCode;

/// What the shell gets for arguments that make no sense; the same as clap's own.
const EXIT_ARGUMENTS: u8 = 2;

/// Reads the process' arguments. Help and version are printed, as is what is wrong; then there is an exit
/// code instead.
///
/// # Errors
/// The exit code, when there is nothing to run.
pub fn parse<A: clap::Parser>() -> Result<A, ExitCode> {
    let error = match A::try_parse() {
        Ok(args) => return Ok(args),
        Err(error) => error,
    };
    if !error.use_stderr() {
        // A reader that has gone away ends the output, not the command.
        let _ = error.print();
        return Err(ExitCode::SUCCESS);
    }
    let words: Vec<String> = std::env::args().collect();
    let wrong = Wrong::of(&error);
    let text = wrong.text(language(asked_language(&words)));
    if words.iter().any(|word| word == "--json") {
        eprintln!("{}", serde_json::json!({ "error": { "code": wrong.code(), "text": text } }));
    } else {
        eprintln!("{}: {text}", wrong.code());
    }
    Err(ExitCode::from(EXIT_ARGUMENTS))
}

/// The language of the caller: as asked, else `LINLI_LANG`, else the shell's locale. Chinese unless told
/// otherwise.
pub fn language(asked: Option<&str>) -> Lang {
    let variables = ["LINLI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];
    let of_shell = || variables.iter().filter_map(|name| std::env::var(name).ok()).find(|v| !v.is_empty());
    Lang::from_tag(&asked.map(str::to_owned).or_else(of_shell).unwrap_or_default())
}

/// `--lang` as written, although the rest was not understood.
fn asked_language(words: &[String]) -> Option<&str> {
    let mut words = words.iter();
    words
        .find_map(|word| match word.strip_prefix("--lang")?.strip_prefix('=') {
            Some(tag) => Some(Some(tag)),
            None => (word == "--lang").then_some(None),
        })?
        .or_else(|| words.next().map(String::as_str))
}

/// What is wrong with the arguments.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    NoSuchCommand { given: String, near: String },
    NoSuchArgument { given: String, near: String },
    BadValue { of: String, given: String, allowed: String },
    NoValue { of: String },
    Missing { what: String },
    Together { given: String, other: String },
    NoCommand { allowed: String },
    Other { detail: String },
}

impl Wrong {
    fn of(error: &clap::Error) -> Wrong {
        let said = |kind| error.get(kind).map(words).unwrap_or_default();
        match error.kind() {
            ErrorKind::InvalidSubcommand => Wrong::NoSuchCommand {
                given: said(ContextKind::InvalidSubcommand),
                near: said(ContextKind::SuggestedSubcommand),
            },
            ErrorKind::UnknownArgument => Wrong::NoSuchArgument {
                given: said(ContextKind::InvalidArg),
                near: said(ContextKind::SuggestedArg),
            },
            ErrorKind::InvalidValue if said(ContextKind::InvalidValue).is_empty() => {
                Wrong::NoValue { of: said(ContextKind::InvalidArg) }
            }
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => Wrong::BadValue {
                of: said(ContextKind::InvalidArg),
                given: said(ContextKind::InvalidValue),
                allowed: said(ContextKind::ValidValue),
            },
            ErrorKind::MissingRequiredArgument => Wrong::Missing { what: said(ContextKind::InvalidArg) },
            ErrorKind::ArgumentConflict => {
                Wrong::Together { given: said(ContextKind::InvalidArg), other: said(ContextKind::PriorArg) }
            }
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Wrong::NoCommand { allowed: said(ContextKind::ValidSubcommand) }
            }
            _ => Wrong::Other { detail: error.kind().to_string() },
        }
    }
}

impl Coded for Wrong {
    fn code(&self) -> &'static str {
        match self {
            Wrong::NoSuchCommand { .. } => "arguments.no_such_command",
            Wrong::NoSuchArgument { .. } => "arguments.no_such_argument",
            Wrong::BadValue { .. } => "arguments.bad_value",
            Wrong::NoValue { .. } => "arguments.no_value",
            Wrong::Missing { .. } => "arguments.missing",
            Wrong::Together { .. } => "arguments.not_together",
            Wrong::NoCommand { .. } => "arguments.no_command",
            Wrong::Other { .. } => "arguments.malformed",
        }
    }

    fn zh(&self) -> String {
        let help = "用 --help 查看全部用法";
        match self {
            Wrong::NoSuchCommand { given, near } => format!("没有“{given}”这个命令{};{help}", or_zh(near)),
            Wrong::NoSuchArgument { given, near } => format!("不认识参数“{given}”{};{help}", or_zh(near)),
            Wrong::BadValue { of, given, allowed } if allowed.is_empty() => {
                format!("{of} 的值“{given}”读不懂;{help}")
            }
            Wrong::BadValue { of, given, allowed } => {
                format!("{of} 的值“{given}”不可用,可用的有:{allowed}")
            }
            Wrong::NoValue { of } => format!("{of} 后面缺少值;{help}"),
            Wrong::Missing { what } => format!("缺少参数:{what};{help}"),
            Wrong::Together { given, other } => format!("{given} 不能和 {other} 一起用;{help}"),
            Wrong::NoCommand { allowed } if allowed.is_empty() => format!("请写明要做什么;{help}"),
            Wrong::NoCommand { allowed } => format!("请写明要做什么,可用的命令有:{allowed}"),
            Wrong::Other { .. } => format!("参数读不懂;{help}"),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = "see --help";
        match self {
            Wrong::NoSuchCommand { given, near } => {
                write!(f, "there is no command \"{given}\"{}; {help}", or_en(near))
            }
            Wrong::NoSuchArgument { given, near } => {
                write!(f, "the argument \"{given}\" is unknown{}; {help}", or_en(near))
            }
            Wrong::BadValue { of, given, allowed } if allowed.is_empty() => {
                write!(f, "the value \"{given}\" of {of} is not understood; {help}")
            }
            Wrong::BadValue { of, given, allowed } => {
                write!(f, "the value \"{given}\" of {of} is not one of: {allowed}")
            }
            Wrong::NoValue { of } => write!(f, "{of} needs a value; {help}"),
            Wrong::Missing { what } => write!(f, "missing: {what}; {help}"),
            Wrong::Together { given, other } => write!(f, "{given} cannot be used with {other}; {help}"),
            Wrong::NoCommand { allowed } if allowed.is_empty() => write!(f, "say what to do; {help}"),
            Wrong::NoCommand { allowed } => write!(f, "say what to do, one of: {allowed}"),
            Wrong::Other { detail } => write!(f, "the arguments are not understood ({detail}); {help}"),
        }
    }
}

impl std::error::Error for Wrong {}

fn or_zh(near: &str) -> String {
    if near.is_empty() { String::new() } else { format!(",是不是 {near}?") }
}

fn or_en(near: &str) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {near}?") }
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Wrong, asked_language};
    use clap::{Parser, Subcommand, ValueEnum};
    use linli_core::error::Coded as _;

    #[derive(Parser, Debug)]
    struct Args {
        #[arg(long)]
        count: Option<u32>,
        #[arg(long, conflicts_with = "count")]
        all: bool,
        #[command(subcommand)]
        command: Command,
    }

    #[derive(Subcommand, Debug)]
    enum Command {
        Visit {
            id: String,
            #[arg(long)]
            outcome: Outcome,
        },
    }

    #[derive(Clone, Debug, ValueEnum)]
    enum Outcome {
        Done,
        Moved,
    }

    fn refusal(words: &[&str]) -> Wrong {
        match Args::try_parse_from([&["test"], words].concat()) {
            Ok(args) => panic!("understood: {args:?}"),
            Err(error) => Wrong::of(&error),
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_both_languages() {
        let cases: [(&[&str], &str, &str, &str); 8] = [
            (&["vist"], "arguments.no_such_command", "vist", "visit"),
            (&["--cout", "3"], "arguments.no_such_argument", "--cout", "--count"),
            (
                &["--count", "many", "visit", "a", "--outcome", "done"],
                "arguments.bad_value",
                "many",
                "--count",
            ),
            (&["visit", "a", "--outcome", "gone"], "arguments.bad_value", "gone", "done, moved"),
            (&["visit", "a", "--outcome"], "arguments.no_value", "--outcome", ""),
            (&["visit", "a"], "arguments.missing", "--outcome", ""),
            (
                &["--all", "--count", "1", "visit", "a", "--outcome", "done"],
                "arguments.not_together",
                "--all",
                "--count",
            ),
            (&[], "arguments.no_command", "", ""),
        ];
        for (words, code, one, other) in cases {
            let wrong = refusal(words);
            assert_eq!(wrong.code(), code, "{words:?}: {wrong:?}");
            for text in [wrong.zh(), wrong.to_string()] {
                assert!(text.contains(one) && text.contains(other), "{words:?}: {text}");
            }
            assert!(wrong.zh().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
        }
    }

    #[test]
    fn the_language_is_found_although_the_rest_is_not_understood() {
        let asked = |words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            asked_language(&words).map(str::to_owned)
        };
        assert_eq!(asked("x --bad --lang en"), Some("en".into()));
        assert_eq!(asked("x --lang=zh --bad"), Some("zh".into()));
        assert_eq!(asked("x --lang"), None);
        assert_eq!(asked("x --language en"), None);
    }
}
