//! A picture as a camera writes it.

use std::fs;
use std::path::Path;

/// Where it was taken: 116.397 E, 39.909 N.
const PLACE: &[u8] = b"Exif\0\0 GPS 116.397 39.909";

/// Writes a grey square of eight pixels with what a camera writes beside it, and so many bytes of tables; gives the same
/// without the place where it was taken.
pub fn camera_photo(file: &Path, table_bytes: u16) -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).expect("short enough").to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let start = [&[0xff, 0xd8][..], &segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")].concat();
    let rest = [
        segment(0xdb, &vec![7; usize::from(table_bytes)]),
        segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        vec![0x12, 0xff, 0, 0x34, 0xff, 0xd9],
    ]
    .concat();
    fs::write(file, [&start[..], &segment(0xe1, PLACE), &rest].concat()).expect("a photo");
    [start, rest].concat()
}
