//! Photos (照片): what words do not say. One document each, written once, in the space of the worker who took it:
//! colleagues' phones never get it, the office does.
//!
//! Nothing but the picture is kept. Cameras write where and when a picture was taken, and by which phone, into the same
//! file; [`plain_jpeg`] takes that out before anything is stored or sent, so that a photo is no track.

use crate::error::Coded;
use crate::ids::{DocId, PhotoId};
use crate::record::{FieldType, Fields, Merge, Put, Value, record};

record! {
    /// A photo (照片).
    pub struct Photo = "photo" ("照片", "Photo") kept VisitRecord {
        /// Id of the household it was taken at, if it was at one.
        household: Option<String> = FieldType::Line, Merge::Auto, Internal, "户编号", "Household id";
        /// When, by the phone's clock.
        taken_ms: Option<i64> = FieldType::Int, Merge::Auto, Internal, "拍摄时间", "Taken";
    }
}

/// What is in one key: the gate lets no longer value through.
const PART_BYTES: usize = 16 * 1024;
/// A part more would not fit into a change with the rest.
const PARTS_MAX: usize = 3;
/// More pixels than this to a side are more than a screen shows.
const SIDE_PIXELS_MAX: u16 = 4096;

/// A file that is no photo that can be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// Not a JPEG, or a damaged one.
    #[error("this file is not a JPEG picture, or it is damaged; take the photo again or choose another one")]
    NotJpeg,
    /// It must be made smaller first.
    #[error("this photo has {bytes} bytes and a photo may have {max}; make it smaller and try again")]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// [`Photo::BYTES_MAX`].
        max: usize,
    },
    /// It must have fewer pixels.
    #[error("this photo has more than {SIDE_PIXELS_MAX} pixels to a side; make it smaller and try again")]
    TooManyPixels,
}

impl Coded for PhotoError {
    fn code(&self) -> &'static str {
        match self {
            PhotoError::NotJpeg => "photo.not_jpeg",
            PhotoError::TooLarge { .. } => "photo.too_large",
            PhotoError::TooManyPixels => "photo.too_many_pixels",
        }
    }

    fn zh(&self) -> String {
        match self {
            PhotoError::NotJpeg => "这不是 JPEG 照片,或者文件已损坏;请重拍或换一张".into(),
            PhotoError::TooLarge { bytes, max } => {
                format!("照片有 {bytes} 字节,最多 {max} 字节;请缩小后再试")
            }
            PhotoError::TooManyPixels => format!("照片的边长超过 {SIDE_PIXELS_MAX} 像素;请缩小后再试"),
        }
    }
}

impl Photo {
    /// A picture of 1,024 by 768 pixels in fair quality.
    pub const BYTES_MAX: usize = PARTS_MAX * PART_BYTES;

    /// Everything to be written for a picture that [`plain_jpeg`] has given.
    pub fn puts_with(&self, jpeg: &[u8]) -> Vec<Put> {
        let part = |(number, bytes): (usize, &[u8])| Put::set(part_key(number), Value::Bytes(bytes.to_vec()));
        let mut puts = self.puts("");
        puts.extend(jpeg.chunks(PART_BYTES).take(PARTS_MAX).enumerate().map(part));
        puts
    }
}

impl From<PhotoId> for DocId {
    fn from(id: PhotoId) -> DocId {
        DocId(id.0)
    }
}

fn part_key(number: usize) -> String {
    format!("p/{number}")
}

/// The picture in a photo's document: cleaned again, as whoever wrote it may have been anybody's program.
///
/// # Errors
/// [`PhotoError`] when there is none.
pub fn photo_jpeg(fields: &Fields) -> Result<Vec<u8>, PhotoError> {
    let mut jpeg = Vec::new();
    for number in 0..PARTS_MAX {
        match fields.get(&part_key(number)) {
            Some(Value::Bytes(part)) => jpeg.extend_from_slice(part),
            Some(_) => return Err(PhotoError::NotJpeg),
            None => break,
        }
    }
    plain_jpeg(&jpeg)
}

/// The picture without anything that a camera wrote beside it: place, time, device, comments, previews, a second
/// picture behind the first.
///
/// # Errors
/// [`PhotoError`].
pub fn plain_jpeg(bytes: &[u8]) -> Result<Vec<u8>, PhotoError> {
    let mut rest = bytes.strip_prefix(&[0xff, START]).ok_or(PhotoError::NotJpeg)?;
    let mut plain = vec![0xff, START];
    let mut framed = false;
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == END {
            break;
        }
        let (body, after) = segment(after)?;
        framed = framed || is_frame(marker, body)?;
        if is_kept(marker, body) {
            plain.extend_from_slice(&[0xff, marker]);
            // The length that was read; `segment` has made sure that it fits.
            plain.extend_from_slice(&u16::try_from(body.len() + 2).unwrap_or(2).to_be_bytes());
            plain.extend_from_slice(body);
        }
        rest = after;
        if marker == SCAN {
            let pixels = scan_bytes(rest);
            let (scan, after) = rest.split_at_checked(pixels).ok_or(PhotoError::NotJpeg)?;
            plain.extend_from_slice(scan);
            rest = after;
        }
    }
    if !framed {
        return Err(PhotoError::NotJpeg);
    }
    plain.extend_from_slice(&[0xff, END]);
    let max = Photo::BYTES_MAX;
    if plain.len() > max { Err(PhotoError::TooLarge { bytes: plain.len(), max }) } else { Ok(plain) }
}

// Second bytes of JPEG's markers (ITU-T T.81, table B.1).
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
/// Where JFIF says what the pixels' proportions are.
const APP0: u8 = 0xe0;
/// Where Adobe's programs say how colours are to be read: without it they come out wrong.
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;

/// A marker, which may have any number of 0xff before it, and what follows it.
fn next_marker(bytes: &[u8]) -> Result<(u8, &[u8]), PhotoError> {
    let rest = bytes.strip_prefix(&[0xff]).ok_or(PhotoError::NotJpeg)?;
    let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
    match rest.get(fill..).and_then(<[u8]>::split_first) {
        // Restarts, and markers that stand alone, have no business between segments.
        Some((0 | 0x01 | 0xd0..=START, _)) | None => Err(PhotoError::NotJpeg),
        Some((marker, after)) => Ok((*marker, after)),
    }
}

/// What a segment holds, and what follows it.
fn segment(bytes: &[u8]) -> Result<(&[u8], &[u8]), PhotoError> {
    let (length, rest) = bytes.split_first_chunk::<2>().ok_or(PhotoError::NotJpeg)?;
    let body = usize::from(u16::from_be_bytes(*length)).checked_sub(2).ok_or(PhotoError::NotJpeg)?;
    rest.split_at_checked(body).ok_or(PhotoError::NotJpeg)
}

/// Whether a segment says how large the picture is.
fn is_frame(marker: u8, body: &[u8]) -> Result<bool, PhotoError> {
    // Tables and an extension that nothing uses have numbers among those of frames.
    if !matches!(marker, 0xc0..=0xcf) || matches!(marker, 0xc4 | 0xc8 | 0xcc) {
        return Ok(false);
    }
    let &[_, h1, h2, w1, w2, ..] = body else { return Err(PhotoError::NotJpeg) };
    let sides = [u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2])];
    if sides.contains(&0) {
        return Err(PhotoError::NotJpeg);
    }
    if sides.iter().any(|side| *side > SIDE_PIXELS_MAX) { Err(PhotoError::TooManyPixels) } else { Ok(true) }
}

/// Whether the picture needs a segment to be shown.
fn is_kept(marker: u8, body: &[u8]) -> bool {
    match marker {
        APP0 => body.starts_with(b"JFIF\0"),
        APP14 => body.starts_with(b"Adobe"),
        COMMENT | APP0..=APP15 => false,
        _ => true,
    }
}

/// How long the pixels of a scan are: up to the next marker that is neither a restart nor a pixel of 0xff.
fn scan_bytes(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [0xff, second] if !matches!(second, 0 | 0xff | 0xd0..=0xd7));
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey square of eight pixels with whatever is put after its start.
    fn jpeg(extra: &[u8]) -> Vec<u8> {
        let mut file = vec![0xff, START];
        file.extend_from_slice(extra);
        file.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
        file.extend_from_slice(&[0xff, SCAN, 0, 8, 1, 1, 0, 0, 63, 0]);
        file.extend_from_slice(&[0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56, 0xff, END]);
        file
    }

    fn app(number: u8, text: &[u8]) -> Vec<u8> {
        let mut segment = vec![0xff, 0xe0 + number];
        segment.extend_from_slice(&u16::try_from(text.len() + 2).unwrap().to_be_bytes());
        segment.extend_from_slice(text);
        segment
    }

    #[test]
    fn what_a_camera_wrote_beside_the_picture_is_gone() {
        let kept = [app(0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), app(14, b"Adobe\0d\0\0\0\0\x01")].concat();
        let gone = [app(1, b"Exif\0\0 116.397 39.909"), app(2, b"MPF\0"), app(0, b"JFXX\0"), app(13, b"x")];
        let comment = [&[0xff, COMMENT, 0, 6][..], b"Anna"].concat();
        let whole = jpeg(&[&kept[..], &gone.concat(), &comment].concat());
        assert_eq!(plain_jpeg(&whole), Ok(jpeg(&kept)));
        let followed = [&jpeg(&kept)[..], &jpeg(&gone.concat())].concat();
        assert_eq!(plain_jpeg(&followed), Ok(jpeg(&kept)), "a second picture behind the first");
        assert_eq!(plain_jpeg(&jpeg(&kept)), Ok(jpeg(&kept)), "what is plain stays as it is");
    }

    #[test]
    fn whatever_is_no_picture_is_refused_and_nothing_breaks() {
        let whole = jpeg(&app(0, b"JFIF\0"));
        for end in 0..whole.len() - 1 {
            assert!(plain_jpeg(&whole[..end]).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            for byte in 0..=255 {
                let mut other = whole.clone();
                other[at] = byte;
                if let Ok(plain) = plain_jpeg(&other) {
                    assert_eq!(plain_jpeg(&plain).as_ref(), Ok(&plain));
                }
            }
        }
        assert_eq!(plain_jpeg(b"GIF89a"), Err(PhotoError::NotJpeg));
        let wide = [0xff, 0xc0, 0, 11, 8, 0, 8, 0x20, 0, 1, 1, 0x11, 0];
        assert_eq!(plain_jpeg(&jpeg(&wide)), Err(PhotoError::TooManyPixels));
        let long = jpeg(&[&[0xff, 0xdb][..], &60_000u16.to_be_bytes(), &[7; 59_998]].concat());
        assert!(matches!(plain_jpeg(&long), Err(PhotoError::TooLarge { .. })));
    }

    #[test]
    fn a_picture_comes_out_of_its_document_as_it_went_in() {
        let tables: Vec<u8> = [&[0xff, 0xdb][..], &40_000u16.to_be_bytes(), &[7; 39_998]].concat();
        let picture = plain_jpeg(&jpeg(&tables)).unwrap();
        let photo = Photo { household: Some("x".into()), taken_ms: Some(1) };
        let fields: Fields = photo
            .puts_with(&picture)
            .into_iter()
            .filter_map(|put| put.value.map(|value| (put.key, value)))
            .collect();
        assert_eq!(photo_jpeg(&fields), Ok(picture));
        assert_eq!(Photo::read(&fields, ""), photo);
        assert!(photo_jpeg(&Fields::new()).is_err());
    }
}
