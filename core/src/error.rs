//! How an error reaches a person: a stable code, and a sentence in their language.
//!
//! Every error enum of every crate implements [`Coded`]. `Display` is the English sentence.

/// The two languages linli speaks. Chinese is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Reads a locale name (`zh_CN.UTF-8`, `en-GB`) or an Accept-Language header; anything unknown is Chinese.
    pub fn from_tag(tag: &str) -> Lang {
        let first = tag.split(',').next().unwrap_or("").trim();
        if first.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("en")) { Lang::En } else { Lang::Zh }
    }
}

/// An error that can be shown to a person and handled by a program.
pub trait Coded: std::error::Error {
    /// Stable, lowercase, dotted code (`roster.no_header`). Never reworded once released.
    fn code(&self) -> &'static str;
    /// The Chinese sentence: what, where, and what to do.
    fn zh(&self) -> String;
    /// The sentence in the language asked for.
    fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.to_string(),
        }
    }
}
