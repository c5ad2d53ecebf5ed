//! A backup of a relay at work holds all that was acknowledged before it; a relay restored from it gets back from
//! the phones what it lost; and no byte of the file can be changed, cut off or read without its key.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_tests::{BusyPhone, Dice, Phone, Relay, Roster, lost, traces, visits_at};
use std::path::{Path, PathBuf};

const SEED: u64 = 20_261_123;
/// Bit flips and cuts tried as whole restores; each starts a process.
const DAMAGES: u64 = 24;
const NOTE: &str = "备份前的走访记录";

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

fn key_file(relay: &Relay, name: &str, byte: u8) -> PathBuf {
    let path = relay.file(name);
    std::fs::write(&path, [byte; 32]).expect("a key file");
    path
}

fn back_up(relay: &Relay, key: &Path, name: &str) -> PathBuf {
    let file = relay.file(name);
    relay.office_one(&["backup", text(&file), "--data", text(relay.data()), "--key-file", text(key)]);
    file
}

fn relay_and_phones() -> (Relay, Phone, Phone) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(20).write(&relay.file(""), "名册", Roster::csv()));
    let (one, two) = (relay.phone_of("陈静", &relay.grids()), relay.phone_of("李强", &relay.grids()));
    (relay, one, two)
}

#[test]
fn what_was_erased_after_the_backup_is_erased_again() {
    let (mut relay, one, _) = relay_and_phones();
    let home = one.households().first().expect("a household").clone();
    one.visit(&home, NOTE);
    one.sync();
    relay.settle();
    let key = key_file(&relay, "backup.key", 7);
    let file = back_up(&relay, &key, "linli.backup");
    relay.office_one(&["erase", "household", &home, "--reason", "request", "--yes"]);
    relay.stop();
    let book = relay.file("erasures.jsonl");
    std::fs::copy(relay.data().join("erasures.jsonl"), &book).expect("a book of erasures");
    std::fs::remove_dir_all(relay.data()).expect("the relay's disk is gone");
    let restore =
        ["restore", text(&file), "--into", text(relay.data()), "--key-file", text(&key), "--erasures"];
    let wrong = relay.office_refuses(&[&restore[..], &[text(&relay.file("名册.csv"))]].concat());
    assert_eq!(wrong.code, "backup.not_a_book");
    assert!(!relay.data().exists(), "nothing is left half restored");
    relay.office_one(&[&restore[..], &[text(&book)]].concat());
    assert!(!traces(relay.data(), &[NOTE]).is_empty(), "the backup had it, or this test shows nothing");
    relay.start_again();
    relay.settle();
    assert_eq!(relay.office_refuses(&["household", &home]).code, "record.not_found");
    relay.stop();
    assert_eq!(traces(relay.data(), &[NOTE]), Vec::<String>::new());
    relay.verify();
}

#[test]
fn a_restored_relay_has_what_was_acknowledged_and_gets_back_the_rest() {
    let (mut relay, one, two) = relay_and_phones();
    let homes = one.households();
    let home = homes.first().expect("a household");
    let before = vec![one.visit(home, NOTE)];
    one.sync();
    let mut busy = BusyPhone::start(two.store());
    busy.save(30);
    busy.sync();
    let key = key_file(&relay, "backup.key", 7);
    let file = back_up(&relay, &key, "linli.backup");
    busy.all_saved();
    assert!(busy.sync_ended(), "a backup holds nobody up");
    let mut all = [before.clone(), busy.saved().to_vec()].concat();
    drop(busy);
    assert!(!relay.data().join("backup-copies").exists(), "no copy in the clear is left");

    let after = vec![one.visit(home, "备份后的走访记录"), one.visit(home, "又一次")];
    one.sync();
    two.sync();
    all.extend(after.clone());
    all.push(two.visit(home, "还没有上传的"));
    relay.kill();
    std::fs::remove_dir_all(relay.data()).expect("the relay's disk is gone");
    let restored =
        relay.office_one(&["restore", text(&file), "--into", text(relay.data()), "--key-file", text(&key)]);
    assert_eq!(restored["clean"], true, "{restored}");
    relay.start_again();
    relay.settle();
    assert!(lost(&before, &relay).is_empty(), "what was acknowledged before the backup is there");
    assert_eq!(lost(&after, &relay), after, "what came later is not, or this test shows nothing");

    one.sync();
    two.sync();
    relay.settle();
    let missing = lost(&all, &relay);
    assert!(missing.is_empty(), "phones handed in again what the relay lost, but for {missing:?}");
    assert_eq!(visits_at(&relay).len(), all.len(), "nothing is there twice");
    all.push(two.visit(home, "恢复后的走访"));
    two.sync();
    one.sync();
    let on_phone = one.card(home).to_string();
    assert!(on_phone.contains("恢复后的走访"), "a phone that was ahead of the log hears what is new in it");
    relay.verify();
}

#[test]
fn a_backup_opens_whole_and_with_its_key_or_not_at_all() {
    let (relay, one, _) = relay_and_phones();
    one.visit(one.households().first().expect("a household"), NOTE);
    one.sync();
    let (key, other) = (key_file(&relay, "backup.key", 7), key_file(&relay, "other.key", 8));
    let file = back_up(&relay, &key, "linli.backup");
    let bytes = std::fs::read(&file).expect("the backup");
    for planted in [NOTE, "陈静", "SQLite format 3"] {
        assert!(
            !bytes.windows(planted.len()).any(|found| found == planted.as_bytes()),
            "{planted} is readable"
        );
    }
    let folder = relay.file("restored");
    let refused = |file: &Path, key: &Path, into: &Path| {
        relay.office_refuses(&["restore", text(file), "--into", text(into), "--key-file", text(key)]).code
    };
    assert_eq!(refused(&file, &other, &folder), "backup.altered_or_wrong_key");
    assert_eq!(refused(&file, &key, relay.data()), "backup.not_empty");
    assert_eq!(refused(&key, &key, &folder), "backup.not_a_backup");
    let again = ["backup", text(&file), "--data", text(relay.data()), "--key-file", text(&key)];
    assert_eq!(relay.office_refuses(&again).code, "backup.exists");

    let mut dice = Dice::seeded("damaging a backup", SEED);
    let damaged = relay.file("damaged.backup");
    for round in 0..DAMAGES {
        let mut copy = bytes.clone();
        let place = usize::try_from(dice.below(bytes.len() as u64)).expect("a place");
        if round % 2 == 0 {
            copy[place] ^= 1 << dice.below(8);
        } else {
            copy.truncate(place);
        }
        std::fs::write(&damaged, copy).expect("the damaged copy");
        let code = refused(&damaged, &key, &folder);
        assert!(code.starts_with("backup."), "seed {SEED}, round {round}, byte {place}: {code}");
        assert!(!folder.exists(), "nothing half restored is left");
        assert!(!relay.file("restored.half-restored").exists(), "nor beside it");
    }
    let restored = ["restore", text(&file), "--into", text(&folder), "--key-file", text(&key)];
    assert_eq!(relay.office_one(&restored)["clean"], true, "the undamaged file is taken");
}
