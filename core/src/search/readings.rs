//! How a Chinese character may be read, as plain pinyin letters.
//!
//! Owns the choice of readings. Must not know of queries or households.

use pinyin::ToPinyinMulti;

/// Longest pinyin syllable: zhuang, chuang, shuang.
pub(super) const SYLLABLE_LETTERS_MAX: usize = 6;

/// Every reading of a character, without tones, each once: a clerk types 曾 as zeng, a dictionary starts at ceng.
///
/// ü is written v as input methods want it, u as many people do, and yu as passports do (GB/T 28039).
/// A Latin letter reads as itself.
pub(super) fn readings(c: char) -> Vec<String> {
    if c.is_ascii_lowercase() {
        return vec![c.to_string()];
    }
    let mut all: Vec<String> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain) {
        let spellings = if reading.contains('ü') { &["v", "u", "yu"][..] } else { &["ü"][..] };
        for spelling in spellings {
            let text = reading.replace('ü', spelling);
            let plain = text.bytes().all(|b| b.is_ascii_lowercase()) && text.len() <= SYLLABLE_LETTERS_MAX;
            if plain && !all.contains(&text) {
                all.push(text);
            }
        }
    }
    all
}

/// How many letters the initial of a syllable has: people shorten 张 to z and to zh.
pub(super) fn initial_letters(syllable: &str) -> usize {
    if ["zh", "ch", "sh"].iter().any(|initial| syllable.starts_with(initial)) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_with_their_own_reading_are_known() {
        let surnames = [
            ('曾', "zeng"),
            ('单', "shan"),
            ('解', "xie"),
            ('仇', "qiu"),
            ('查', "zha"),
            ('区', "ou"),
            ('翟', "zhai"),
            ('盖', "ge"),
            ('乐', "yue"),
            ('朴', "piao"),
            ('缪', "miao"),
            ('覃', "qin"),
            ('覃', "tan"),
            ('尉', "yu"),
            ('俟', "qi"),
            ('万', "mo"),
            ('种', "chong"),
            ('员', "yun"),
            ('任', "ren"),
            ('洗', "xian"),
            ('冼', "xian"),
            ('繁', "po"),
            ('折', "she"),
            ('宓', "mi"),
            ('吕', "lv"),
            ('吕', "lu"),
            ('吕', "lyu"),
            ('逄', "pang"),
            ('褚', "chu"),
            ('晟', "sheng"),
        ];
        for (surname, reading) in surnames {
            assert!(readings(surname).iter().any(|r| r == reading), "{surname} {reading}");
        }
    }
}
