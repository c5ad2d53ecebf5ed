//! A copy of what lies on a disk tells nothing to whoever does not have its key.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{GRID, Phone, Relay, Roster, camera_photo, raw_traces, traces};

const NAME: &str = "欧阳青鸾";
const NUMBER: &str = "13977665544";
/// Of the roster, a visit, an issue, a note, and one that was written and never sent.
const WORDS: [&str; 6] =
    [NAME, NUMBER, "青鸾说水管漏水", "青鸾家的灯不亮", "门口的猫叫豆包", "青鸾还没有说完"];

struct Story {
    relay: Relay,
    phone: Phone,
    door: String,
}

impl Story {
    /// A day's work, some of it handed in.
    fn live() -> Story {
        let relay = Relay::start();
        let mut roster = Roster::of_doors(5);
        let home = &mut roster.homes[0];
        (home.name, home.phone) = (NAME.into(), NUMBER.into());
        relay.import(&roster.write(&relay.file(""), "名册", Roster::csv()));
        let phone = relay.phone_of("陈静", &[GRID.to_owned()]);
        let door = relay.find(NAME);
        let photo = relay.file("door.jpg");
        camera_photo(&photo, 20_000);
        let photo = photo.to_str().expect("a path");
        phone.one(&["visit", &door, "--outcome", "done", "--note", WORDS[2], "--photo", photo]);
        phone.one(&["issue", "property", WORDS[3], "--household", &door]);
        phone.edit(&door, "note", WORDS[4]);
        phone.sync();
        phone.visit(&door, WORDS[5]);
        Story { relay, phone, door }
    }
}

#[test]
fn a_phones_files_tell_nothing_without_its_key() {
    let Story { relay, phone, door } = Story::live();
    let store = phone.store();
    let tells_nothing = || {
        assert_eq!(raw_traces(store, &WORDS), Vec::<String>::new());
        let with_key = traces(store, &WORDS);
        for word in WORDS {
            assert!(with_key.iter().any(|line| line.contains(word)), "{word} is there for who has the key");
        }
    };
    tells_nothing();
    // As a phone that is killed leaves them: what was just saved is in the journal.
    let connected = phone.watch();
    phone.edit(&door, "contact_phone", "13600001111");
    let journal = store.join("phone.db-wal");
    assert!(std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0));
    tells_nothing();
    drop(connected);
    assert!(journal.exists(), "nobody closed it");
    tells_nothing();

    let (key, aside) = (store.join("phone.key"), relay.file("phone.key"));
    std::fs::rename(&key, &aside).expect("the key is taken away");
    assert_eq!(phone.refuses(&["status"]).code, "phone.key_lost");
    std::fs::write(&key, [7; 32]).expect("another key");
    let refused = phone.refuses(&["household", &door]);
    assert_eq!(refused.code, "phone.store_locked");
    assert!(refused.text.contains("没有删除"), "{refused:?}");
    std::fs::rename(&aside, &key).expect("the key comes back");
    phone.sync();
    assert_eq!(phone.unsent(), 0);
    relay.verify();
}

#[test]
fn a_phones_key_may_be_kept_elsewhere() {
    let Story { relay, phone, door } = Story::live();
    let (key, elsewhere) = (phone.store().join("phone.key"), relay.file("stick.key"));
    std::fs::rename(&key, &elsewhere).expect("the key is moved");
    let status = |args: &[&str]| {
        let said = phone.command(args).env("LINLI_PHONE_KEY", &elsewhere).output().expect("linli-phone runs");
        (said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned())
    };
    let (opened, card) = status(&["household", &door]);
    assert!(opened && card.contains(NAME), "{card}");
    assert_eq!(raw_traces(phone.store(), &WORDS), Vec::<String>::new());
    let other = relay.file("other");
    let second = std::process::Command::new(linli_tests::binary("linli-phone"))
        .args(["--json", "--store", other.to_str().expect("a path"), "status"])
        .env("LINLI_PHONE_KEY", &elsewhere)
        .output()
        .expect("linli-phone runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("phone.key_taken"), "one key is never written over another: {said}");
    assert!(status(&["status"]).0);
}
