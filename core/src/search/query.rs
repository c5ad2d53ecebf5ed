//! What a person typed, as the several things it may mean.
//!
//! Owns splitting a query and combining terms. Must not know how records are stored or ordered.

use super::digits::DigitPattern;
use super::glyphs::{Glyph, Glyphs, fold};
use super::hit::{Class, Field, Form, Match, Rank};
use super::pattern::{TextFound, TextPattern};
use super::place::{self, Parts, Place, PlaceText};
use super::record::{Record, fields};
use super::{QUERY_CHARS_MAX, QUERY_TERMS_MAX};

/// Longest number that is looked for in estates, tags and notes (中山路188号院, 1954年).
const WORD_DIGITS_MAX: usize = 4;

/// What a pass over the households looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Matches without a mistake.
    Plain,
    /// Those, and matches with one.
    Forgiving,
    /// Matches with a mistake, in households known not to match without.
    TyposOnly,
}

/// A query made ready: readings of the whole, each a list of terms that must all match.
#[derive(Clone, Debug)]
pub(super) struct Query {
    readings: Vec<Vec<Term>>,
}

/// One term: ways to understand it, each a list of needs that must all match.
#[derive(Clone, Debug)]
struct Term {
    ways: Vec<Vec<Need>>,
}

#[derive(Clone, Debug)]
enum Need {
    Text(TextPattern),
    Digits(DigitPattern),
    Place(Place),
}

impl Query {
    /// `None` when nothing in the text can be searched for.
    pub(super) fn compile(text: &str, glyphs: &Glyphs) -> Option<Query> {
        let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
        let words: Vec<String> =
            text.split(is_separator).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let terms: Vec<Term> = grouped(&words)
            .into_iter()
            .take(QUERY_TERMS_MAX)
            .map(|words| Term::compile(words, glyphs))
            .filter(|term| !term.ways.is_empty())
            .collect();
        let mut readings = Vec::new();
        if words.len() > 1
            && let Some(place) = place::read(&text)
        {
            readings.push(vec![Term { ways: vec![place_needs(place, glyphs)] }]);
        }
        if words.len() > 1
            && let Some(phone) = written_phone(&text)
        {
            readings.push(vec![Term { ways: vec![vec![phone]] }]);
        }
        if !terms.is_empty() {
            readings.push(terms);
        }
        (!readings.is_empty()).then_some(Query { readings })
    }

    /// Makes [`Query::rank`] ready to forgive; false when nothing in the query can be forgiven.
    pub(super) fn prepare_typos(&mut self, glyphs: &Glyphs) -> bool {
        let mut possible = false;
        let needs = self.readings.iter_mut().flatten().flat_map(|term| &mut term.ways).flatten();
        for need in needs {
            possible |= need.typos_allowed();
            if let Need::Text(pattern) = need {
                pattern.prepare_typos(glyphs);
            }
        }
        possible
    }

    /// How well one household matches; `None` when it does not.
    #[inline]
    pub(super) fn rank(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<Rank> {
        self.readings.iter().filter_map(|terms| rank_all(terms, record, glyphs, mode)).max()
    }

    /// What to highlight in a household that matches.
    pub(super) fn matches(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Vec<Match> {
        let best =
            self.readings.iter().filter_map(|terms| Some((rank_all(terms, record, glyphs, mode)?, terms)));
        let Some((_, terms)) = best.max_by_key(|(rank, _)| *rank) else { return Vec::new() };
        let mut all: Vec<Match> = Vec::new();
        for needs in terms.iter().filter_map(|term| term.best_way(record, glyphs, mode)) {
            for found in needs.iter().flat_map(|need| need.matches(record, glyphs, mode)) {
                if !all.contains(&found) {
                    all.push(found);
                }
            }
        }
        all
    }
}

fn rank_all(terms: &[Term], record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<Rank> {
    match terms {
        [term] => term.rank(record, glyphs, mode),
        // That the whole query does not match says nothing of one term of several.
        _ if mode == Mode::TyposOnly => rank_all(terms, record, glyphs, Mode::Forgiving),
        _ => Rank::all(terms.iter().map(|term| term.rank(record, glyphs, mode))),
    }
}

/// Words typed apart that may be one: `zhang wei`, `138 0000 1234`. Others stand alone.
fn grouped(words: &[String]) -> Vec<&[String]> {
    words.chunk_by(|a, b| is_letters(a) && is_letters(b) || is_digits(a) && is_digits(b)).collect()
}

/// +86 138-0000 1234: nothing but digits and what is written between them.
fn written_phone(text: &str) -> Option<Need> {
    let half: String = text.chars().map(fold).collect();
    let is_phone = half.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'));
    if is_phone { DigitPattern::compile(&half).map(Need::Digits) } else { None }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | '。' | '|')
}

fn is_letters(word: &str) -> bool {
    word.chars().map(fold).all(|c| c.is_ascii_lowercase() || c == '\'')
}

fn is_digits(word: &str) -> bool {
    word.chars().map(fold).all(|c| c.is_ascii_digit())
}

impl Term {
    fn compile(words: &[String], glyphs: &Glyphs) -> Term {
        let joined = words.concat();
        let mut ways = single_ways(&joined, glyphs);
        if words.len() > 1 {
            let each =
                words.iter().take(QUERY_TERMS_MAX).filter_map(|word| simple_need(word, glyphs)).collect();
            ways.push(each);
        }
        Term { ways }
    }

    #[inline]
    fn rank(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<Rank> {
        self.ways.iter().filter_map(|needs| way_rank(needs, record, glyphs, mode)).max()
    }

    fn best_way(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<&[Need]> {
        let ranked =
            self.ways.iter().filter_map(|needs| Some((way_rank(needs, record, glyphs, mode)?, needs)));
        ranked.max_by_key(|(rank, _)| *rank).map(|(_, needs)| needs.as_slice())
    }
}

#[inline]
fn way_rank(needs: &[Need], record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<Rank> {
    match needs {
        [need] => need.rank(record, glyphs, mode),
        _ if mode == Mode::TyposOnly => way_rank(needs, record, glyphs, Mode::Forgiving),
        _ => Rank::all(needs.iter().map(|need| need.rank(record, glyphs, mode))),
    }
}

/// The ways to understand text without blanks.
fn single_ways(text: &str, glyphs: &Glyphs) -> Vec<Vec<Need>> {
    let half: String = text.chars().map(fold).collect();
    let mut ways = Vec::new();
    let phone = written_phone(&half);
    // A long number is in no name, tag or estate.
    if (phone.is_none() || half.len() <= WORD_DIGITS_MAX)
        && let Some(pattern) = TextPattern::compile(&half, glyphs)
    {
        ways.push(vec![Need::Text(pattern)]);
    }
    ways.extend(phone.map(|digits| vec![digits]));
    if let Some(place) = place::read(&half)
        && !is_digits(&half)
    {
        ways.push(place_needs(place, glyphs));
    }
    if let Some(parts) = split_before_digits(&half) {
        ways.push(parts.iter().filter_map(|part| simple_need(part, glyphs)).collect());
    }
    ways.retain(|needs| !needs.is_empty());
    ways
}

/// 张伟501: a name, then a room or the tail of a phone number.
fn split_before_digits(text: &str) -> Option<[&str; 2]> {
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_prefix(name)?;
    let plain = name.chars().all(char::is_alphabetic);
    (plain && !name.is_empty() && !digits.is_empty()).then_some([name, digits])
}

fn simple_need(word: &str, glyphs: &Glyphs) -> Option<Need> {
    let half: String = word.chars().map(fold).collect();
    if is_digits(&half) {
        return DigitPattern::compile(&half).map(Need::Digits);
    }
    TextPattern::compile(&half, glyphs).map(Need::Text)
}

fn place_needs(text: PlaceText, glyphs: &Glyphs) -> Vec<Need> {
    let mut needs = vec![Need::Place(text.place)];
    needs.extend([text.before, text.after].iter().filter_map(|rest| simple_need(rest, glyphs)));
    needs
}

impl Need {
    fn typos_allowed(&self) -> bool {
        match self {
            Need::Text(pattern) => pattern.typos_allowed(),
            Need::Digits(digits) => digits.typos_allowed(),
            Need::Place(_) => false,
        }
    }

    #[inline]
    fn rank(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Option<Rank> {
        if let Need::Place(place) = self {
            let asked = mode != Mode::TyposOnly;
            return asked.then(|| place.rank(&Parts::read(record.numbers), glyphs))?;
        }
        let plain = match mode {
            Mode::TyposOnly => None,
            _ => fields(self.half(record))
                .filter_map(|(field, value)| self.field_rank(field, value, glyphs))
                .max(),
        };
        if plain.is_some() || mode == Mode::Plain || !self.typos_allowed() {
            return plain;
        }
        fields(self.half(record)).filter_map(|(field, value)| self.field_typo_rank(field, value)).max()
    }

    /// The half of a household in which this need can be met.
    fn half<'a>(&self, record: Record<'a>) -> &'a [Glyph] {
        match self {
            Need::Text(_) => record.words,
            Need::Digits(_) | Need::Place(_) => record.numbers,
        }
    }

    #[inline]
    fn field_rank(&self, field: Field, value: &[Glyph], glyphs: &Glyphs) -> Option<Rank> {
        match self {
            Need::Text(pattern) => text_found(pattern, field, value, glyphs)
                .map(|found| Rank::new(found.class, found.form, field)),
            Need::Digits(digits) => digits.rank(field, value),
            Need::Place(_) => None,
        }
    }

    #[inline]
    fn field_typo_rank(&self, field: Field, value: &[Glyph]) -> Option<Rank> {
        match self {
            Need::Text(pattern) if matches!(field, Field::Name | Field::Estate) => {
                let whole = pattern.find_typo(value)?;
                let form = if whole { Form::Written } else { Form::Mixed };
                Some(Rank::new(Class::Typo, form, field))
            }
            Need::Digits(digits) => digits.typo_rank(field, value),
            _ => None,
        }
    }

    /// The best place of the household that meets this need.
    fn matches(&self, record: Record<'_>, glyphs: &Glyphs, mode: Mode) -> Vec<Match> {
        if let Need::Place(place) = self {
            let wanted: Vec<Field> = place.fields().collect();
            let parts = fields(record.numbers).filter(|(field, _)| wanted.contains(field));
            let whole = |(field, value): (Field, &[Glyph])| {
                to_match(field, Class::Exact, value, 0..value.len(), glyphs)
            };
            return parts.map(whole).collect();
        }
        let plain = best_field(self.half(record), |field, value| self.field_rank(field, value, glyphs));
        let best = match plain {
            None if mode != Mode::Plain => {
                best_field(self.half(record), |field, value| self.field_typo_rank(field, value))
            }
            plain => plain,
        };
        let Some((rank, field, value)) = best else { return Vec::new() };
        let span = self.span(field, value, rank.class, glyphs);
        vec![to_match(field, rank.class, value, span, glyphs)]
    }

    fn span(&self, field: Field, value: &[Glyph], class: Class, glyphs: &Glyphs) -> std::ops::Range<usize> {
        match self {
            Need::Text(pattern) if class == Class::Typo => {
                pattern.span(value, TextFound { class, form: Form::Mixed, whole: false })
            }
            Need::Text(pattern) => match text_found(pattern, field, value, glyphs) {
                Some(found) => pattern.span(value, found),
                None => 0..0,
            },
            Need::Digits(digits) => digits.span(field, value, class),
            Need::Place(_) => 0..value.len(),
        }
    }
}

/// The field that ranks best, the first among equals.
fn best_field<'a>(
    half: &'a [Glyph],
    rank: impl Fn(Field, &'a [Glyph]) -> Option<Rank>,
) -> Option<(Rank, Field, &'a [Glyph])> {
    let ranked = fields(half).filter_map(|(field, value)| Some((rank(field, value)?, field, value)));
    ranked.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// Which fields text is looked for in, and how freely: in a note only as written, in a tag not in its middle.
#[inline]
fn text_found(pattern: &TextPattern, field: Field, value: &[Glyph], glyphs: &Glyphs) -> Option<TextFound> {
    match field {
        Field::Name | Field::Estate => pattern.find(value),
        Field::Tag => {
            pattern.find(value).filter(|found| found.class > Class::Infix || found.form >= Form::Pinyin)
        }
        Field::Note => pattern.written_in(value, glyphs).then_some(TextFound {
            class: Class::Infix,
            form: Form::Written,
            whole: false,
        }),
        _ => None,
    }
}

fn to_match(
    field: Field,
    class: Class,
    value: &[Glyph],
    span: std::ops::Range<usize>,
    glyphs: &Glyphs,
) -> Match {
    let bytes = |glyph_count: usize| glyphs.text(value.get(..glyph_count).unwrap_or(value)).len();
    Match { field, class, text: glyphs.text(value), range: bytes(span.start)..bytes(span.end) }
}
