//! An office hands in its files; the import finds every home and person in them, once, and every mistake.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use linli_roster::import::{BadReason as Refusal, ImportOptions, Roster, RosterHousehold, read_roster};
use linli_roster::sample::{BadReason, Profile, Sample, generate};
use std::collections::{BTreeMap, BTreeSet};

const SEED: u64 = 7;

struct Imported {
    homes: BTreeMap<String, RosterHousehold>,
    files: BTreeMap<String, Roster>,
}

fn import(sample: &Sample) -> Imported {
    let mut imported = Imported { homes: BTreeMap::new(), files: BTreeMap::new() };
    for (name, bytes) in &sample.files {
        let roster = read_roster(bytes, name, &ImportOptions::default()).expect("a roster");
        for home in &roster.households {
            let again = imported.homes.insert(home.address.to_string(), home.clone());
            assert!(again.is_none(), "seed {SEED}: {name} repeats {}", home.address);
        }
        imported.files.insert(name.clone(), roster);
    }
    imported
}

fn check(profile: Profile, messy: bool) -> (Sample, Imported) {
    let sample = generate(profile, SEED, messy).expect("samples can be written");
    let imported = import(&sample);
    let expected = &sample.expected;
    let people: usize = imported.homes.values().map(|home| home.residents.len()).sum();
    let bad: BTreeSet<(&str, usize)> = imported
        .files
        .iter()
        .flat_map(|(name, roster)| roster.bad_rows.iter().map(|bad| (name.as_str(), bad.row)))
        .collect();
    let planted: BTreeSet<(&str, usize)> =
        expected.bad_rows.iter().map(|bad| (bad.file.as_str(), bad.row)).collect();
    assert_eq!(bad, planted, "{profile:?} seed {SEED}");
    assert_eq!(
        (imported.homes.len(), people),
        (expected.households, expected.residents),
        "{profile:?} seed {SEED}"
    );
    let mut grids: BTreeMap<&str, usize> = BTreeMap::new();
    for home in imported.homes.values() {
        *grids.entry(home.grid.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let planned: BTreeMap<&str, usize> =
        expected.grids.iter().map(|grid| (grid.code.as_str(), grid.households)).collect();
    assert_eq!(grids, planned, "{profile:?} seed {SEED}");
    (sample, imported)
}

#[test]
fn tidy_files_are_imported_whole() {
    for profile in [Profile::Estate, Profile::WeakCommunity] {
        check(profile, false);
    }
}

#[test]
fn messy_files_of_a_weak_community_give_the_same_homes() {
    check(Profile::WeakCommunity, true);
    check(Profile::Estate, true);
}

#[test]
fn messy_files_of_a_large_community_give_the_same_homes() {
    let (sample, imported) = check(Profile::LargeCommunity, true);
    for twin in &sample.expected.near_duplicates {
        let names = |address: &str| -> Vec<&str> {
            imported.homes[address].residents.iter().map(|person| person.name.as_str()).collect()
        };
        assert_eq!(names(&twin.first), twin.names);
        assert_eq!(names(&twin.second), twin.names);
    }
    for twice in &sample.expected.typed_twice {
        let home = &imported.homes[&twice.address];
        assert!(home.rows.len() > 1, "{twice:?}");
    }
}

#[test]
fn bad_rows_are_refused_for_what_is_wrong_with_them() {
    let (sample, imported) = check(Profile::LargeCommunity, true);
    for planted in &sample.expected.bad_rows {
        let refused = imported.files[&planted.file].bad_rows.iter().find(|bad| bad.row == planted.row);
        let problems = &refused.expect("refused").problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        let fits = match planted.reason {
            BadReason::BadPhone => matches!(problems[0].reason, Refusal::PhoneUnclear),
            BadReason::ImpossibleBirthDate => matches!(problems[0].reason, Refusal::BirthImpossible),
            BadReason::AddressWithoutRoom => matches!(problems[0].reason, Refusal::AddressUnclear),
            BadReason::BadIdChecksum => matches!(problems[0].reason, Refusal::NationalIdChecksum),
        };
        assert!(fits, "{planted:?} {problems:?}");
    }
}
