//! Which bytes a text file is written in, and back. Never guesses in silence: damaged text is an error.

use encoding_rs::{GB18030, UTF_16LE};

use super::{CsvEncoding, TableError};

const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
const UTF16LE_MARK: &[u8] = &[0xff, 0xfe];

/// Characters from here on take three bytes or more in UTF-8; every Chinese character is among them.
const CJK_AND_BEYOND: u32 = 0x800;

/// GBK text read as UTF-8 has almost no valid three-byte characters; UTF-8 with a damaged byte is full of them.
const UTF8_CHARS_PER_FAULT_MIN: usize = 4;

/// The text of a file and what it was written in.
pub(super) fn decode(bytes: &[u8]) -> Result<(CsvEncoding, String), TableError> {
    if let Some(rest) = bytes.strip_prefix(UTF8_MARK) {
        return Ok((CsvEncoding::Utf8Bom, utf8(rest)?));
    }
    if let Some(rest) = bytes.strip_prefix(UTF16LE_MARK) {
        let (text, had_errors) = UTF_16LE.decode_without_bom_handling(rest);
        return plain(CsvEncoding::Utf16Le, text.into_owned(), had_errors);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !is_gbk_in_disguise(text)
    {
        return plain(CsvEncoding::Utf8, text.to_owned(), false);
    }
    if looks_like_utf8(bytes) {
        return utf8(bytes).map(|text| (CsvEncoding::Utf8, text));
    }
    let (text, had_errors) = GB18030.decode_without_bom_handling(bytes);
    plain(CsvEncoding::Gb18030, text.into_owned(), had_errors)
}

/// The bytes of a text. Every character exists in each of the encodings.
pub(super) fn encode(text: &str, encoding: CsvEncoding) -> Vec<u8> {
    match encoding {
        CsvEncoding::Utf8 => text.as_bytes().to_vec(),
        CsvEncoding::Utf8Bom => [UTF8_MARK, text.as_bytes()].concat(),
        CsvEncoding::Gb18030 => GB18030.encode(text).0.into_owned(),
        CsvEncoding::Utf16Le => {
            UTF16LE_MARK.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<String, TableError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => plain(CsvEncoding::Utf8, text.to_owned(), false).map(|(_, text)| text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            Err(TableError::UnknownEncoding { line: good.iter().filter(|byte| **byte == b'\n').count() + 1 })
        }
    }
}

fn looks_like_utf8(bytes: &[u8]) -> bool {
    let mut chars = 0usize;
    let mut faults = 0usize;
    for chunk in bytes.utf8_chunks() {
        chars += chunk.valid().chars().filter(|c| u32::from(*c) >= CJK_AND_BEYOND).count();
        faults += usize::from(!chunk.invalid().is_empty());
    }
    chars >= faults * UTF8_CHARS_PER_FAULT_MIN && chars > 0
}

/// Short GBK text can be valid UTF-8 by chance (头,尾 is). It then reads as Greek or Arabic
/// letters, and never as Chinese ones.
fn is_gbk_in_disguise(text: &str) -> bool {
    !text.is_ascii() && !text.contains(|c: char| u32::from(c) >= CJK_AND_BEYOND)
}

/// Text is text when it decodes and has no control characters; anything else is a picture or a program.
fn plain(encoding: CsvEncoding, text: String, had_errors: bool) -> Result<(CsvEncoding, String), TableError> {
    let is_binary = text.contains(|c: char| {
        c.is_control()
            && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}' | '\u{80}'..='\u{9f}')
    });
    if is_binary {
        return Err(TableError::NotASpreadsheet);
    }
    if had_errors {
        let good = text.split('\u{fffd}').next().unwrap_or("");
        return Err(TableError::UnknownEncoding { line: good.matches('\n').count() + 1 });
    }
    Ok((encoding, text))
}
