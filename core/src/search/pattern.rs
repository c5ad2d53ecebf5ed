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
    /// By glyph: the written character and full pinyin.
    strict: Vec<Moves>,
    /// By glyph: every way without a mistake, homophones too.
    loose: Vec<Moves>,
    syllables: Vec<SyllableMoves>,
    /// By glyph: homophones only.
    alike: Vec<u64>,
    /// By glyph, only once a search for typos was asked for.
    typos: Vec<TypoMoves>,
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
            strict: Vec::new(),
            loose: Vec::new(),
            syllables: Vec::new(),
            alike: Vec::new(),
            typos: Vec::new(),
        };
        if pattern.has_letters {
            pattern.syllables = glyphs.syllables().iter().map(|s| pattern.syllable_moves(s)).collect();
        }
        pattern.fill(glyphs);
        Some(pattern)
    }

    fn fill(&mut self, glyphs: &Glyphs) {
        let sounds = self.sounds(glyphs);
        for info in glyphs.infos() {
            let (mut strict, alike) = self.written_moves(info, &sounds, glyphs.readings(info));
            let mut loose = strict;
            set(&mut loose, 1, alike);
            for id in glyphs.readings(info) {
                if let Some(moves) = self.syllables.get(usize::from(*id)) {
                    merge(&mut strict, &moves.full);
                    [&moves.full, &moves.initial, &moves.unfinished]
                        .iter()
                        .for_each(|more| merge(&mut loose, more));
                }
            }
            self.strict.push(strict);
            self.loose.push(loose);
            self.alike.push(alike);
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

    /// Prepares forgiving one mistake. Kept apart because most searches find enough without.
    pub(super) fn prepare_typos(&mut self, glyphs: &Glyphs) {
        if !self.typos_allowed || !self.typos.is_empty() {
            return;
        }
        let pinyin = self.has_letters;
        let per_syllable: Vec<TypoMoves> =
            glyphs.syllables().iter().map(|syllable| self.syllable_typos(syllable)).collect();
        let hanzi_at = self.positions(is_hanzi);
        for info in glyphs.infos() {
            let mut moves = TypoMoves::default();
            if is_hanzi(info.fold) {
                set(&mut moves, 1, hanzi_at);
            }
            if pinyin {
                let all = glyphs.readings(info).iter().filter_map(|id| per_syllable.get(usize::from(*id)));
                all.for_each(|more| merge(&mut moves, more));
            }
            self.typos.push(moves);
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
    pub(super) fn find(&self, field: &[Glyph], glyphs: &Glyphs) -> Option<TextFound> {
        self.touches(field).then(|| self.classify(field, glyphs))?
    }

    /// The fast no: can any alignment, however loose, use the whole pattern up?
    #[inline]
    fn touches(&self, field: &[Glyph]) -> bool {
        let accept = self.accept();
        let mut states = 0;
        for glyph in field {
            let Some(moves) = self.loose.get(usize::from(*glyph)) else { return false };
            states = step(states | 1, moves);
            if states & accept != 0 {
                return true;
            }
        }
        false
    }

    fn accept(&self) -> u64 {
        1 << self.chars.len()
    }

    fn classify(&self, field: &[Glyph], glyphs: &Glyphs) -> Option<TextFound> {
        let full = if self.has_letters { Form::Pinyin } else { Form::Written };
        let strict = |glyph| self.strict.get(usize::from(glyph)).copied().unwrap_or_default();
        let initials = |glyph| self.initials(glyph, glyphs);
        let loose = |glyph| self.loose_without_homophones(glyph, glyphs);
        let alike = |glyph| self.with_homophones(glyph);
        let found = |class, form, whole| Some(TextFound { class, form, whole });
        match self.anchored(field, strict) {
            Some(true) => return found(Class::Exact, full, true),
            Some(false) => return found(Class::Prefix, full, false),
            None => {}
        }
        if self.has_letters {
            match (self.anchored(field, initials), self.anchored(field, loose)) {
                (Some(true), _) => return found(Class::Exact, Form::Initials, true),
                (_, Some(whole)) => return found(Class::Prefix, Form::Mixed, whole),
                _ => {}
            }
        }
        if self.inside(field, strict) {
            return found(Class::Infix, full, false);
        }
        if self.has_letters && self.inside(field, loose) {
            return found(Class::Infix, Form::Mixed, false);
        }
        match self.anchored(field, alike) {
            Some(whole) => found(Class::Homophone, Form::Written, whole),
            None => self
                .inside(field, alike)
                .then_some(())
                .and_then(|()| found(Class::Homophone, Form::Mixed, false)),
        }
    }

    fn initials(&self, glyph: Glyph, glyphs: &Glyphs) -> Moves {
        self.syllables_of(glyph, glyphs).fold(self.silent(glyph, glyphs), |mut moves, syllable| {
            merge(&mut moves, &syllable.initial);
            moves
        })
    }

    fn silent(&self, glyph: Glyph, glyphs: &Glyphs) -> Moves {
        let silent = glyphs.info(glyph).is_some_and(|info| info.silent);
        let mut moves = Moves::default();
        set(&mut moves, 0, if silent { u64::MAX } else { 0 });
        moves
    }

    fn loose_without_homophones(&self, glyph: Glyph, glyphs: &Glyphs) -> Moves {
        let strict = self.strict.get(usize::from(glyph)).copied().unwrap_or_default();
        self.syllables_of(glyph, glyphs).fold(strict, |mut moves, syllable| {
            merge(&mut moves, &syllable.initial);
            merge(&mut moves, &syllable.unfinished);
            moves
        })
    }

    fn syllables_of<'a>(
        &'a self,
        glyph: Glyph,
        glyphs: &'a Glyphs,
    ) -> impl Iterator<Item = &'a SyllableMoves> {
        let ids = glyphs.info(glyph).map(|info| glyphs.readings(info)).unwrap_or_default();
        ids.iter().filter_map(|id| self.syllables.get(usize::from(*id)))
    }

    fn with_homophones(&self, glyph: Glyph) -> Moves {
        let mut moves = self.strict.get(usize::from(glyph)).copied().unwrap_or_default();
        set(&mut moves, 1, self.alike.get(usize::from(glyph)).copied().unwrap_or_default());
        moves
    }

    /// From the field's start: `Some(true)` when the field is used up as well.
    fn anchored(&self, field: &[Glyph], moves: impl Fn(Glyph) -> Moves) -> Option<bool> {
        let mut states = 1;
        let mut prefix = false;
        for glyph in field {
            states = step(states, &moves(*glyph));
            if states == 0 {
                break;
            }
            prefix |= states & self.accept() != 0;
        }
        let whole = states & self.accept() != 0;
        (prefix || whole).then_some(whole)
    }

    fn inside(&self, field: &[Glyph], moves: impl Fn(Glyph) -> Moves) -> bool {
        let mut states = 0;
        field.iter().any(|glyph| {
            states = step(states | 1, &moves(*glyph));
            states & self.accept() != 0
        })
    }

    /// True when the pattern is in the field just as written. For free text, where pinyin would find anything.
    pub(super) fn written_in(&self, field: &[Glyph], glyphs: &Glyphs) -> bool {
        !self.has_letters && self.touches(field) && {
            let strict = |glyph| self.strict.get(usize::from(glyph)).copied().unwrap_or_default();
            self.inside(field, strict)
        } || self.has_letters && self.letters_in(field, glyphs)
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
            let strict = self.strict.get(usize::from(*glyph))?;
            let typos = self.typos.get(usize::from(*glyph))?;
            wrong = step(wrong, strict) | step(clean, typos);
            clean = step(clean, strict);
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
    pub(super) fn span(&self, field: &[Glyph], glyphs: &Glyphs, found: TextFound) -> Range<usize> {
        if found.class == Class::Typo {
            return 0..self.typo_end(field).unwrap_or(0);
        }
        if found.whole {
            return 0..field.len();
        }
        let strict = |glyph| self.strict.get(usize::from(glyph)).copied().unwrap_or_default();
        let loose = |glyph| self.loose_without_homophones(glyph, glyphs);
        for start in 0..field.len() {
            let Some(rest) = field.get(start..) else { break };
            let end = match (found.class, found.form) {
                (Class::Homophone, _) => self.first_end(rest, |glyph| self.with_homophones(glyph)),
                (_, Form::Mixed | Form::Initials) => self.first_end(rest, loose),
                _ => self.first_end(rest, strict),
            };
            if let Some(end) = end {
                return start..start + end;
            }
        }
        0..0
    }

    fn first_end(&self, field: &[Glyph], moves: impl Fn(Glyph) -> Moves) -> Option<usize> {
        let mut states = 1;
        let at = field.iter().position(|glyph| {
            states = step(states, &moves(*glyph));
            states & self.accept() != 0
        });
        at.map(|at| at + 1)
    }
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
