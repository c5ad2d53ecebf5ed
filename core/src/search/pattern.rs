//! One piece of text, matched against a field in every way people shorten or mistype it.
//!
//! Owns the bit-parallel matcher: bit `p` of a state is set when the first `p` characters of the pattern are
//! used up. A glyph moves a bit by as many characters as one of its spellings takes. Must not know of scores
//! across fields.

use super::glyphs::{Glyph, GlyphInfo, Glyphs, fold};
use super::hit::{Class, Form};
use super::readings::{SYLLABLE_LETTERS_MAX, initial_letters, readings};
use std::ops::Range;

/// Fewest letters in which a typo is forgiven; fewer would find half the community.
const TYPO_LETTERS_MIN: usize = 4;
/// Fewest Chinese characters in which a wrong one is forgiven.
const TYPO_HANZI_MIN: usize = 3;
/// Fewest characters of a pattern in which homophones are looked for.
const HOMOPHONE_CHARS_MIN: usize = 2;

/// Which bits may move on by 0, 1, 2 … pattern characters.
type Moves = [u64; SYLLABLE_LETTERS_MAX + 1];
/// The same with one mistake, which may add a letter.
type TypoMoves = [u64; SYLLABLE_LETTERS_MAX + 2];

/// A pattern made ready for one index.
#[derive(Clone, Debug)]
pub(super) struct TextPattern {
    chars: Vec<char>,
    has_letters: bool,
    typos_allowed: bool,
    /// By glyph: which of `rows`. Most characters cannot be part of a match and share row 0, so what a scan
    /// touches stays in the processor's nearest cache.
    row_of: Vec<u16>,
    rows: Vec<Row>,
    /// By glyph: which of `typo_rows`; filled only once a search for typos was asked for.
    typo_row_of: Vec<u16>,
    typo_rows: Vec<TypoMoves>,
}

/// What one character can be in a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    /// The written character and full pinyin.
    strict: Moves,
    /// First letters only.
    initials: Moves,
    /// Every writing without a mistake.
    plain: Moves,
    /// Written, or sounding the same.
    alike: Moves,
    /// All of these.
    any: Moves,
}

#[derive(Clone, Copy, Debug, Default)]
struct SyllableMoves {
    full: Moves,
    initial: Moves,
    unfinished: Moves,
}

/// How a pattern matched a field: first found is best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextFound {
    pub(super) class: Class,
    pub(super) form: Form,
    pub(super) whole: bool,
}

impl TextPattern {
    /// Compiles a pattern for the characters an index holds now. `None` when nothing but punctuation is left.
    pub(super) fn compile(text: &str, glyphs: &Glyphs) -> Option<TextPattern> {
        let chars: Vec<char> =
            text.chars().map(fold).filter(|c| c.is_alphanumeric()).take(super::QUERY_CHARS_MAX).collect();
        if chars.is_empty() {
            return None;
        }
        let letters = chars.iter().filter(|c| c.is_ascii_lowercase()).count();
        let hanzi = chars.iter().filter(|c| is_hanzi(**c)).count();
        let mut pattern = TextPattern {
            has_letters: letters > 0,
            typos_allowed: letters >= TYPO_LETTERS_MIN || hanzi >= TYPO_HANZI_MIN,
            chars,
            row_of: Vec::with_capacity(glyphs.infos().len()),
            rows: vec![Row::default()],
            typo_row_of: Vec::new(),
            typo_rows: Vec::new(),
        };
        let syllables = match pattern.has_letters {
            true => glyphs.syllables().iter().map(|syllable| pattern.syllable_moves(syllable)).collect(),
            false => Vec::new(),
        };
        pattern.fill(glyphs, &syllables);
        Some(pattern)
    }

    fn fill(&mut self, glyphs: &Glyphs, syllables: &[SyllableMoves]) {
        let sounds = self.sounds(glyphs);
        for info in glyphs.infos() {
            let readings = glyphs.readings(info);
            let (written, sounds_like) = self.written_moves(info, &sounds, readings);
            let mut row = Row { strict: written, alike: written, ..Row::default() };
            set(&mut row.alike, 1, sounds_like);
            if info.silent {
                row.initials = written;
            }
            row.plain = written;
            for moves in readings.iter().filter_map(|id| syllables.get(usize::from(*id))) {
                merge(&mut row.strict, &moves.full);
                merge(&mut row.initials, &moves.initial);
                [&moves.full, &moves.initial, &moves.unfinished]
                    .iter()
                    .for_each(|more| merge(&mut row.plain, more));
            }
            row.any = row.plain;
            merge(&mut row.any, &row.alike);
            let code = if row == Row::default() { 0 } else { push(&mut self.rows, row) };
            self.row_of.push(code);
        }
    }

    /// Per pattern character: the syllables a Chinese character may sound like.
    fn sounds(&self, glyphs: &Glyphs) -> Vec<Vec<u16>> {
        let sound = |c: &char| match is_hanzi(*c) && self.chars.len() >= HOMOPHONE_CHARS_MIN {
            true => readings(*c).iter().filter_map(|syllable| glyphs.syllable_id(syllable)).collect(),
            false => Vec::new(),
        };
        self.chars.iter().map(sound).collect()
    }

    /// Moves over the character itself, and (second) where a character sounds the same.
    fn written_moves(&self, info: &GlyphInfo, sounds: &[Vec<u16>], readings: &[u16]) -> (Moves, u64) {
        let mut moves = Moves::default();
        if info.silent {
            set(&mut moves, 0, u64::MAX);
            return (moves, 0);
        }
        let mut alike = 0;
        for ((at, c), sound) in self.chars.iter().enumerate().zip(sounds) {
            if *c == info.fold {
                set(&mut moves, 1, 1 << at);
            } else if sound.iter().any(|syllable| readings.contains(syllable)) {
                alike |= 1 << at;
            }
        }
        (moves, alike)
    }

    fn syllable_moves(&self, syllable: &str) -> SyllableMoves {
        let mut moves = SyllableMoves::default();
        let letters = syllable.len();
        for at in 0..self.chars.len() {
            let common = self.common_letters(at, syllable);
            if common == letters {
                set(&mut moves.full, letters, 1 << at);
            } else if common > 0 && at + common == self.chars.len() {
                set(&mut moves.unfinished, common, 1 << at);
            }
            if common >= 1 {
                set(&mut moves.initial, 1, 1 << at);
            }
            if common >= 2 && initial_letters(syllable) == 2 {
                set(&mut moves.initial, 2, 1 << at);
            }
        }
        moves
    }

    /// How many letters of the syllable the pattern has from `at` on.
    fn common_letters(&self, at: usize, syllable: &str) -> usize {
        let pattern = self.chars.iter().skip(at);
        pattern.zip(syllable.chars()).take_while(|(a, b)| **a == *b).count()
    }

    /// True when a mistake can be forgiven in this pattern at all.
    pub(super) fn typos_allowed(&self) -> bool {
        self.typos_allowed
    }

    /// Prepares forgiving one mistake. Kept apart because most searches find enough without.
    pub(super) fn prepare_typos(&mut self, glyphs: &Glyphs) {
        if !self.typos_allowed || !self.typo_rows.is_empty() {
            return;
        }
        let per_syllable: Vec<TypoMoves> =
            glyphs.syllables().iter().map(|syllable| self.syllable_typos(syllable)).collect();
        let mut wrong_hanzi = TypoMoves::default();
        set(&mut wrong_hanzi, 1, self.positions(is_hanzi));
        self.typo_rows = vec![TypoMoves::default(), wrong_hanzi];
        for info in glyphs.infos() {
            let mut moves = if is_hanzi(info.fold) { wrong_hanzi } else { TypoMoves::default() };
            let all = glyphs.readings(info).iter().filter_map(|id| per_syllable.get(usize::from(*id)));
            all.for_each(|more| merge(&mut moves, more));
            let code = match () {
                () if moves == TypoMoves::default() => 0,
                () if moves == wrong_hanzi => 1,
                () => push(&mut self.typo_rows, moves),
            };
            self.typo_row_of.push(code);
        }
    }

    fn positions(&self, wanted: impl Fn(char) -> bool) -> u64 {
        self.chars.iter().enumerate().filter(|(_, c)| wanted(**c)).fold(0, |bits, (at, _)| bits | 1 << at)
    }

    fn syllable_typos(&self, syllable: &str) -> TypoMoves {
        let mut moves = TypoMoves::default();
        if !self.has_letters {
            return moves;
        }
        let syllable: Vec<char> = syllable.chars().collect();
        for at in 0..self.chars.len() {
            for length in syllable.len().saturating_sub(1)..=syllable.len() + 1 {
                let Some(typed) = self.chars.get(at..at + length) else { break };
                if typed.iter().all(char::is_ascii_lowercase) && one_mistake(&syllable, typed) {
                    set(&mut moves, length, 1 << at);
                }
            }
        }
        moves
    }

    /// How well the pattern matches a field, without forgiving a typo.
    #[inline]
    pub(super) fn find(&self, field: &[Glyph]) -> Option<TextFound> {
        self.touches(field).then(|| self.classify(field))?
    }

    #[inline]
    fn row(&self, glyph: Glyph) -> Option<&Row> {
        match self.row_of.get(usize::from(glyph)) {
            None | Some(0) => None,
            Some(row) => self.rows.get(usize::from(*row)),
        }
    }

    /// The fast no: can any alignment, however loose, use the whole pattern up?
    #[inline]
    fn touches(&self, field: &[Glyph]) -> bool {
        self.inside(field, |row| &row.any)
    }

    fn accept(&self) -> u64 {
        1 << self.chars.len()
    }

    fn classify(&self, field: &[Glyph]) -> Option<TextFound> {
        let full = if self.has_letters { Form::Pinyin } else { Form::Written };
        let found = |class, form, whole| Some(TextFound { class, form, whole });
        if let Some(whole) = self.anchored(field, |row| &row.strict) {
            return found(if whole { Class::Exact } else { Class::Prefix }, full, whole);
        }
        if self.has_letters {
            if self.anchored(field, |row| &row.initials) == Some(true) {
                return found(Class::Exact, Form::Initials, true);
            }
            if let Some(whole) = self.anchored(field, |row| &row.plain) {
                return found(Class::Prefix, Form::Mixed, whole);
            }
        }
        if self.inside(field, |row| &row.strict) {
            return found(Class::Infix, full, false);
        }
        if self.has_letters && self.inside(field, |row| &row.plain) {
            return found(Class::Infix, Form::Mixed, false);
        }
        if let Some(whole) = self.anchored(field, |row| &row.alike) {
            return found(Class::Homophone, Form::Written, whole);
        }
        self.inside(field, |row| &row.alike).then_some(())?;
        found(Class::Homophone, Form::Mixed, false)
    }

    /// From the field's start: `Some(true)` when the field is used up as well.
    #[inline]
    fn anchored(&self, field: &[Glyph], moves: impl Fn(&Row) -> &Moves) -> Option<bool> {
        let mut states = 1;
        let mut prefix = false;
        for glyph in field {
            states = self.row(*glyph).map_or(0, |row| step(states, moves(row)));
            if states == 0 {
                break;
            }
            prefix |= states & self.accept() != 0;
        }
        let whole = states & self.accept() != 0;
        (prefix || whole).then_some(whole)
    }

    #[inline]
    fn inside(&self, field: &[Glyph], moves: impl Fn(&Row) -> &Moves) -> bool {
        let mut states = 0;
        field.iter().any(|glyph| {
            states = self.row(*glyph).map_or(0, |row| step(states | 1, moves(row)));
            states & self.accept() != 0
        })
    }

    /// True when the pattern is in the field just as written. For free text, where pinyin would find anything.
    pub(super) fn written_in(&self, field: &[Glyph], glyphs: &Glyphs) -> bool {
        match self.has_letters {
            true => self.letters_in(field, glyphs),
            false => self.inside(field, |row| &row.strict),
        }
    }

    fn letters_in(&self, field: &[Glyph], glyphs: &Glyphs) -> bool {
        let wanted = self.chars.len();
        field.windows(wanted).any(|window| glyphs.folded(window).eq(self.chars.iter().copied()))
    }

    /// Forgives one mistake, from the field's start on. `Some(true)` when the whole field was meant.
    #[inline]
    pub(super) fn find_typo(&self, field: &[Glyph]) -> Option<bool> {
        self.typo_end(field).map(|end| end == field.len())
    }

    fn typo_end(&self, field: &[Glyph]) -> Option<usize> {
        let accept = self.accept();
        let (mut clean, mut wrong) = (1, 0);
        let mut end = None;
        for (at, glyph) in field.iter().enumerate() {
            let row = self.row(*glyph);
            let typos = match self.typo_row_of.get(usize::from(*glyph)) {
                None | Some(0) => None,
                Some(row) => self.typo_rows.get(usize::from(*row)),
            };
            let still_wrong = if wrong == 0 { 0 } else { row.map_or(0, |row| step(wrong, &row.strict)) };
            wrong = still_wrong | typos.map_or(0, |typos| step(clean, typos));
            clean = row.map_or(0, |row| step(clean, &row.strict));
            if wrong & accept != 0 {
                end = Some(at + 1);
            }
            if wrong | clean == 0 {
                break;
            }
        }
        end
    }

    /// The glyphs of the field that matched, for highlighting a field already known to match.
    pub(super) fn span(&self, field: &[Glyph], found: TextFound) -> Range<usize> {
        if found.class == Class::Typo {
            return 0..self.typo_end(field).unwrap_or(0);
        }
        if found.whole {
            return 0..field.len();
        }
        let moves = |row: &Row| match (found.class, found.form) {
            (Class::Homophone, _) => row.alike,
            (_, Form::Mixed | Form::Initials) => row.plain,
            _ => row.strict,
        };
        let end = |start: usize| self.first_end(field.get(start..)?, moves).map(|end| start..start + end);
        (0..field.len()).find_map(end).unwrap_or(0..0)
    }

    fn first_end(&self, field: &[Glyph], moves: impl Fn(&Row) -> Moves) -> Option<usize> {
        let mut states = 1;
        let at = field.iter().position(|glyph| {
            states = self.row(*glyph).map_or(0, |row| step(states, &moves(row)));
            states & self.accept() != 0
        });
        at.map(|at| at + 1)
    }
}

/// Appends a row; its number. There are never more rows than glyphs, whose codes have 16 bits.
fn push<T>(rows: &mut Vec<T>, row: T) -> u16 {
    rows.push(row);
    u16::try_from(rows.len() - 1).unwrap_or(0)
}

#[inline]
fn step<const N: usize>(states: u64, moves: &[u64; N]) -> u64 {
    moves.iter().enumerate().fold(0, |next, (length, at)| next | ((states & at) << length))
}

fn set<const N: usize>(moves: &mut [u64; N], length: usize, bits: u64) {
    if let Some(at) = moves.get_mut(length) {
        *at |= bits;
    }
}

fn merge<const N: usize>(moves: &mut [u64; N], more: &[u64; N]) {
    moves.iter_mut().zip(more).for_each(|(at, bits)| *at |= bits);
}

fn is_hanzi(c: char) -> bool {
    c.is_alphabetic() && !c.is_ascii()
}

/// True when `typed` is `meant` with exactly one letter wrong, missing, too many, or two neighbours swapped.
fn one_mistake(meant: &[char], typed: &[char]) -> bool {
    let same = meant.iter().zip(typed).take_while(|(a, b)| a == b).count();
    let (meant, typed) = (meant.get(same..).unwrap_or_default(), typed.get(same..).unwrap_or_default());
    match (meant, typed) {
        ([], []) => false,
        ([_, rest @ ..], typed) if rest == typed => true,
        (meant, [_, rest @ ..]) if rest == meant => true,
        ([_, meant @ ..], [_, typed @ ..]) if meant == typed => true,
        ([a, b, meant @ ..], [c, d, typed @ ..]) => (a, b) == (d, c) && meant == typed,
        _ => false,
    }
}
