//! What a locked database says to whoever has its key: every page as it lies on the disk, free ones and the journal's
//! included.

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use linli_core::ids::Hash;
use std::path::Path;

/// How SQLite's files begin that nobody locked.
pub(crate) const OPEN: &[u8] = b"SQLite format 3\0";
/// SQLite's page, and SQLCipher's part of it: what it began with at random, and what authenticates it.
const PAGE: usize = 4096;
const RESERVED: usize = 80;
/// A journal and each of its pages begin with so many bytes that are not locked.
const JOURNAL_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// In place of the first page's first bytes.
const SALT: usize = 16;

/// The key of a phone's store, if its secret lies beside it.
pub(crate) fn phone_key(folder: &Path) -> Option<[u8; 32]> {
    let secret = std::fs::read(folder.join("phone.key")).ok()?;
    Some(Hash::of(&[&b"linli/store/1\0"[..], &secret].concat()).0)
}

/// The bytes of a database or of its journal without their lock.
pub(crate) fn unlocked(file: &Path, bytes: &[u8], key: &[u8; 32]) -> Vec<u8> {
    let journal = file.extension().is_some_and(|extension| extension.to_string_lossy().ends_with("-wal"));
    let (head, between) = if journal { (JOURNAL_HEAD, FRAME_HEAD) } else { (0, 0) };
    let pages = bytes.get(head..).unwrap_or_default().chunks_exact(between + PAGE);
    let mut all = Vec::with_capacity(bytes.len());
    for (number, page) in pages.enumerate() {
        // In a journal the number of the page is the frame's first word.
        let first = page.first_chunk().map(|number| u32::from_be_bytes(*number)) == Some(1);
        let skip = if (journal && first) || (!journal && number == 0) { SALT } else { 0 };
        all.extend(page_of(page.get(between..).unwrap_or_default(), skip, key));
    }
    all
}

fn page_of(page: &[u8], skip: usize, key: &[u8; 32]) -> Vec<u8> {
    let (locked, reserved) = page.split_at(PAGE - RESERVED);
    let start: &[u8; 16] = reserved.first_chunk().expect("what the page began with");
    let mut content = locked.get(skip..).unwrap_or_default().to_vec();
    let aes = cbc::Decryptor::<aes::Aes256>::new(key.into(), start.into());
    let length = content.len();
    aes.decrypt_padded::<aes::cipher::block_padding::NoPadding>(&mut content).expect("whole blocks");
    content.truncate(length);
    content
}
