//! Characters as 16-bit codes, each with the ways it can be read.
//!
//! Owns the table of distinct characters and syllables. Must not know of households or queries.

use super::readings::readings;
use std::collections::BTreeMap;

/// Code of a character. Digits are 1 to 10, so that phone numbers need no table.
pub(super) type Glyph = u16;

/// Stands for every character beyond the table's size; it matches nothing.
pub(super) const UNKNOWN: Glyph = 0;

/// Characters of Unicode's first plane are found through a flat table; rarer ones through a tree.
const FLAT: usize = 0x1_0000;

/// What is known of one distinct character.
#[derive(Clone, Copy, Debug)]
pub(super) struct GlyphInfo {
    /// As written.
    pub(super) written: char,
    /// As compared: half width, lower case.
    pub(super) fold: char,
    /// Punctuation and blanks, which a query may leave out.
    pub(super) silent: bool,
    first_reading: u32,
    reading_count: u8,
}

/// All characters seen so far. It only grows, up to 65,535 entries.
#[derive(Clone, Debug)]
pub(super) struct Glyphs {
    flat: Vec<Glyph>,
    rare: BTreeMap<char, Glyph>,
    infos: Vec<GlyphInfo>,
    readings: Vec<u16>,
    syllables: Vec<Box<str>>,
    syllable_ids: BTreeMap<Box<str>, u16>,
}

impl Glyphs {
    pub(super) fn new() -> Glyphs {
        let unknown =
            GlyphInfo { written: '\u{fffd}', fold: '\0', silent: false, first_reading: 0, reading_count: 0 };
        let mut glyphs = Glyphs {
            flat: vec![UNKNOWN; FLAT],
            rare: BTreeMap::new(),
            infos: vec![unknown],
            readings: Vec::new(),
            syllables: Vec::new(),
            syllable_ids: BTreeMap::new(),
        };
        for digit in '0'..='9' {
            glyphs.intern(digit);
        }
        glyphs
    }

    /// The code of a character, new if need be.
    pub(super) fn intern(&mut self, c: char) -> Glyph {
        let known = self.code(c);
        if known != UNKNOWN {
            return known;
        }
        let Ok(code) = Glyph::try_from(self.infos.len()) else { return UNKNOWN };
        let folded = fold(c);
        let first_reading = u32::try_from(self.readings.len()).unwrap_or(u32::MAX);
        let ids: Vec<u16> =
            readings(folded).into_iter().map(|syllable| self.intern_syllable(syllable)).collect();
        let reading_count = u8::try_from(ids.len()).unwrap_or(u8::MAX);
        self.readings.extend(ids);
        let silent = !folded.is_alphanumeric();
        self.infos.push(GlyphInfo { written: c, fold: folded, silent, first_reading, reading_count });
        match self.flat.get_mut(c as usize) {
            Some(entry) => *entry = code,
            None => drop(self.rare.insert(c, code)),
        }
        code
    }

    fn code(&self, c: char) -> Glyph {
        match self.flat.get(c as usize) {
            Some(code) => *code,
            None => self.rare.get(&c).copied().unwrap_or(UNKNOWN),
        }
    }

    fn intern_syllable(&mut self, syllable: String) -> u16 {
        let syllable = syllable.into_boxed_str();
        if let Some(id) = self.syllable_ids.get(&syllable) {
            return *id;
        }
        // Chinese has some 420 syllables and Latin 26 letters: this cannot run over.
        let id = u16::try_from(self.syllables.len()).unwrap_or(u16::MAX);
        self.syllables.push(syllable.clone());
        self.syllable_ids.insert(syllable, id);
        id
    }

    /// Every distinct character, in the order of codes.
    pub(super) fn infos(&self) -> &[GlyphInfo] {
        &self.infos
    }

    pub(super) fn info(&self, glyph: Glyph) -> Option<&GlyphInfo> {
        self.infos.get(usize::from(glyph))
    }

    /// The syllables a character can be read as.
    pub(super) fn readings(&self, info: &GlyphInfo) -> &[u16] {
        let first = info.first_reading as usize;
        self.readings.get(first..first + usize::from(info.reading_count)).unwrap_or_default()
    }

    /// Every distinct syllable, in the order of their ids.
    pub(super) fn syllables(&self) -> &[Box<str>] {
        &self.syllables
    }

    pub(super) fn syllable_id(&self, syllable: &str) -> Option<u16> {
        self.syllable_ids.get(syllable).copied()
    }

    /// The written text of a run of glyphs.
    pub(super) fn text(&self, glyphs: &[Glyph]) -> String {
        glyphs.iter().filter_map(|glyph| self.info(*glyph)).map(|info| info.written).collect()
    }

    /// The characters of a run of glyphs as compared.
    pub(super) fn folded<'a>(&'a self, glyphs: &'a [Glyph]) -> impl Iterator<Item = char> + 'a {
        glyphs.iter().filter_map(|glyph| self.info(*glyph)).map(|info| info.fold)
    }

    /// About how many bytes this table holds.
    pub(super) fn bytes(&self) -> usize {
        self.flat.capacity() * size_of::<Glyph>()
            + self.infos.capacity() * size_of::<GlyphInfo>()
            + self.readings.capacity() * size_of::<u16>()
            + self.rare.len() * 16
            + self.syllables.len() * 80
    }
}

/// Brings a character to the form in which it is compared: half width, lower case, ü as v.
pub(super) fn fold(c: char) -> char {
    let half = match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        'ü' | 'Ü' => 'v',
        _ => c,
    };
    half.to_ascii_lowercase()
}

/// The code of a digit, fixed for every table.
pub(super) fn digit_glyph(digit: u8) -> Glyph {
    Glyph::from(digit.saturating_sub(b'0')) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_have_fixed_codes_and_characters_keep_theirs() {
        let mut glyphs = Glyphs::new();
        assert_eq!(glyphs.intern('7'), digit_glyph(b'7'));
        let zhang = glyphs.intern('张');
        assert_eq!(glyphs.intern('𠮷'), zhang + 1);
        assert_eq!(glyphs.intern('张'), zhang);
        assert_eq!(glyphs.text(&[zhang, zhang + 1]), "张𠮷");
    }

    #[test]
    fn a_full_table_answers_with_the_unknown_glyph() {
        let mut glyphs = Glyphs::new();
        let last = (0x100..0x11_0000).filter_map(char::from_u32).map(|c| glyphs.intern(c)).last();
        assert_eq!(last, Some(UNKNOWN));
        assert_eq!(glyphs.infos().len(), 65_536);
    }
}
