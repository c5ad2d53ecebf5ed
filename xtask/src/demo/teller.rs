//! Telling the story: sentences in one of two languages, and expectations with ✓ or ✗.

use std::time::{Duration, Instant};

/// Language of the story.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// As the binaries take it.
    pub(crate) fn word(self) -> &'static str {
        self.pick("zh", "en")
    }

    fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// Prints, and counts what held.
pub(crate) struct Teller {
    pub(crate) lang: Lang,
    started: Instant,
    chapters: u32,
    held: u32,
    failed: u32,
}

impl Teller {
    pub(crate) fn new(lang: Lang) -> Teller {
        Teller { lang, started: Instant::now(), chapters: 0, held: 0, failed: 0 }
    }

    /// A heading, with the time since the start.
    pub(crate) fn chapter(&mut self, zh: &str, en: &str) {
        self.chapters += 1;
        let seconds = self.started.elapsed().as_secs_f32();
        println!("\n■ {}. {}  [{seconds:.1} s]", self.chapters, self.lang.pick(zh, en));
    }

    /// A sentence.
    pub(crate) fn say(&self, zh: impl AsRef<str>, en: impl AsRef<str>) {
        println!("  {}", self.lang.pick(zh.as_ref(), en.as_ref()));
    }

    /// Something that must be so. The story goes on either way: what follows helps to see why.
    pub(crate) fn check(&mut self, holds: bool, zh: impl AsRef<str>, en: impl AsRef<str>) {
        if holds {
            self.held += 1;
        } else {
            self.failed += 1;
        }
        println!("  {} {}", if holds { "✓" } else { "✗" }, self.lang.pick(zh.as_ref(), en.as_ref()));
    }

    /// The last line. True when everything held.
    pub(crate) fn end(&self) -> bool {
        let (held, failed, seconds) = (self.held, self.failed, self.started.elapsed().as_secs_f32());
        println!();
        if failed == 0 {
            self.say(
                format!("✓ {held} 项全部成立,共 {seconds:.1} 秒"),
                format!("✓ all {held} expectations held, {seconds:.1} s"),
            );
        } else {
            self.say(
                format!("✗ {failed} 项不成立({held} 项成立),共 {seconds:.1} 秒"),
                format!("✗ {failed} expectations did not hold ({held} did), {seconds:.1} s"),
            );
        }
        failed == 0
    }
}

/// Milliseconds since.
pub(crate) fn ms(since: Instant) -> u128 {
    since.elapsed().max(Duration::from_millis(1)).as_millis()
}
