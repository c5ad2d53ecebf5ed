//! A sample must be what it says it is, or every test on top of it proves nothing.

use super::people::id_check;
use super::*;
use crate::table::{Cell, CsvEncoding, Format, Workbook};
use linli_core::address::Address;
use std::collections::{BTreeMap, BTreeSet};

const SEED: u64 = 20_260_101;

fn sample(profile: Profile, messy: bool) -> Sample {
    generate(profile, SEED, messy).expect("samples can be written")
}

fn books(sample: &Sample) -> Vec<(&str, Workbook)> {
    let read = |(name, bytes): &'_ (String, Vec<u8>)| Workbook::read(bytes, name).expect("readable");
    sample.files.iter().map(|file| (file.0.as_str(), read(file))).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for messy in [false, true] {
        let first = sample(Profile::Estate, messy);
        assert!(first == sample(Profile::Estate, messy));
        assert!(first != generate(Profile::Estate, SEED + 1, messy).expect("writable"));
    }
}

#[test]
fn profiles_have_the_figures_of_their_sources() {
    let figures = |profile| {
        let expected = sample(profile, false).expected;
        (expected.households, expected.residents, expected.grids.len())
    };
    assert_eq!(figures(Profile::LargeCommunity), (11_500, 31_200, 33));
    assert_eq!(figures(Profile::WeakCommunity), (760, 2_036, 12));
    assert_eq!(figures(Profile::Estate), (600, 1_620, 10));
    assert_eq!(figures(Profile::Residents(1_000)).1, 1_000);
}

#[test]
fn a_district_is_a_file_for_each_community() {
    let district = sample(Profile::District, false);
    assert_eq!((district.files.len(), district.expected.households), (10, 20_000));
    let codes: BTreeSet<&str> = district.expected.grids.iter().map(|grid| grid.code.as_str()).collect();
    assert_eq!(codes.len(), district.expected.grids.len());
    assert!(codes.iter().all(|code| code.len() == 15));
}

#[test]
fn a_tidy_file_holds_every_resident_once_and_every_home_by_one_address() {
    let sample = sample(Profile::Estate, false);
    let books = books(&sample);
    let rows = &books[0].1.sheets[0].rows;
    assert_eq!(rows.len(), sample.expected.residents + 1);
    let mut homes = BTreeSet::new();
    let mut people = BTreeSet::new();
    for row in &rows[1..] {
        let text = |at: usize| row[at].to_string();
        let address = Address::from_parts(&text(2), &text(3), &text(4), &text(5)).expect("an address");
        assert_eq!(address.key(), format!("{}/{}/{}/{}", text(2), text(3), text(4), text(5)));
        assert!(people.insert((address.key(), text(6))), "{row:?}");
        homes.insert(address.key());
    }
    assert_eq!(homes.len(), sample.expected.households);
}

#[test]
fn messy_files_come_in_every_shape_an_office_has() {
    let sample = sample(Profile::LargeCommunity, true);
    let formats: Vec<Format> = books(&sample).iter().map(|(_, book)| book.format).collect();
    let csv =
        |encoding| move |format: &&Format| matches!(format, Format::Csv(style) if style.encoding == encoding);
    assert_eq!(formats.len(), 5);
    assert_eq!(formats.iter().filter(csv(CsvEncoding::Utf8Bom)).count(), 1);
    assert_eq!(formats.iter().filter(csv(CsvEncoding::Gb18030)).count(), 1);
    assert!(formats.contains(&Format::Xlsx) && formats.contains(&Format::Xls));
}

#[test]
fn messy_files_hold_every_home_of_the_community_and_no_other() {
    let sample = sample(Profile::WeakCommunity, true);
    let mut homes = BTreeMap::new();
    let mut unreadable = 0;
    for (name, book) in books(&sample) {
        let rows = &book.sheets[0].rows;
        let header = rows.iter().position(|row| row[0].to_string().contains("网格")).expect("a header");
        let columns: Vec<String> = rows[header].iter().map(Cell::to_string).collect();
        let whole = columns.iter().position(|title| title.contains("住址"));
        let body = rows[header + 1..].iter().filter(|row| row.get(2).is_some_and(|cell| !cell.is_blank()));
        for row in body {
            let text = |at: usize| row.get(at).map(Cell::to_string).unwrap_or_default();
            let read = match whole {
                Some(at) => Address::parse(&text(at)),
                None => Address::from_parts(&text(1), &text(2), &text(3), &text(4)),
            };
            match read {
                Ok(address) => drop(homes.insert(address.key(), name)),
                Err(_) => unreadable += 1,
            }
        }
    }
    assert_eq!(homes.len(), sample.expected.households);
    let without_room = |bad: &&BadRow| bad.reason == BadReason::AddressWithoutRoom;
    assert_eq!(unreadable, sample.expected.bad_rows.iter().filter(without_room).count());
}

#[test]
fn mistakes_are_where_they_are_said_to_be() {
    let sample = sample(Profile::LargeCommunity, true);
    let books: BTreeMap<&str, Workbook> = books(&sample).into_iter().collect();
    let expected = &sample.expected;
    for bad in &expected.bad_rows {
        let sheet = &books[bad.file.as_str()].sheets[0];
        let row: Vec<String> = sheet.rows[bad.row - sheet.first_row].iter().map(Cell::to_string).collect();
        let text = row.join("|");
        match bad.reason {
            BadReason::BadPhone => assert!(row.iter().any(|cell| cell == "1380001"), "{text}"),
            BadReason::ImpossibleBirthDate => assert!(row.iter().any(|cell| cell == "1985-02-30"), "{text}"),
            BadReason::AddressWithoutRoom => assert!(text.contains('某'), "{text}"),
            BadReason::BadIdChecksum => {
                let id = row.iter().find(|cell| cell.len() == 18).expect("an identity number");
                assert_ne!(id.chars().next_back(), Some(id_check(&id[..17])));
            }
        }
    }
    let reasons: BTreeSet<BadReason> = expected.bad_rows.iter().map(|bad| bad.reason).collect();
    assert_eq!(reasons.len(), 4);
    let twins = expected.near_duplicates.len();
    assert!((30..90).contains(&twins), "{twins} of 11,500 homes");
    assert!((5..60).contains(&expected.typed_twice.len()), "{}", expected.typed_twice.len());
    assert_eq!(expected.households, 11_500 + twins);
    assert!(expected.to_json().contains("\"bad_phone\""));
}
