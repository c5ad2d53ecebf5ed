//! What a refusal must be like, whoever refuses.

use crate::Refusal;

impl Refusal {
    /// Stops unless the same refusal in Chinese and English has one code, the expected one where the story
    /// knows it, and a sentence in each language.
    pub fn check(what: &str, code: &str, zh: &Refusal, en: &Refusal) {
        let what: String = what.chars().take(90).collect();
        println!("{what}: {} {}", zh.code, zh.text);
        assert_eq!(zh.code, en.code, "{what}");
        let is_code = |ch: char| ch.is_ascii_lowercase() || ch == '.' || ch == '_';
        assert!(!zh.code.is_empty() && zh.code.chars().all(is_code), "{what}: a stable code: {zh:?}");
        assert!(code.is_empty() || zh.code == code, "{what}: {zh:?}");
        assert!(zh.text.chars().any(is_chinese), "{what}: Chinese: {zh:?}");
        assert!(is_english(&en.text) && en.text != zh.text, "{what}: English: {en:?}");
    }
}

/// Names that were typed stay as typed; the sentence around them is English.
fn is_english(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.is_ascii()).count();
    words >= 2 && !text.ends_with(['。', '，'])
}

fn is_chinese(ch: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&ch)
}
