//! A relay that lacks what others build on asks the phones that may have written it, and gets it back.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Relay, Roster, copy_data};
use std::path::Path;

fn relay_and_phones() -> (Relay, Phone, Phone) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let (wang, li) = (relay.phone_of("王芳", &relay.grids()), relay.phone_of("李强", &relay.grids()));
    (relay, wang, li)
}

/// Somebody puts the files back as they were once: to phones that is no other life of the log, so they do not hand in
/// everything again by themselves.
fn put_back(relay: &mut Relay, before: &Path) {
    relay.stop();
    std::fs::remove_dir_all(relay.data()).expect("the newer files are gone");
    copy_data(before, relay.data());
    relay.start_again();
}

/// What the office reads in a field of a household.
fn said(relay: &Relay, home: &str, field: &str) -> String {
    relay.household(home)[field].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_the_relay_lost_comes_back_from_the_phone_that_wrote_it() {
    let (mut relay, wang, li) = relay_and_phones();
    let home = wang.households().first().expect("a household").clone();
    let before = relay.file("before");
    relay.stop();
    copy_data(relay.data(), &before);
    relay.start_again();
    wang.edit(&home, "note", "院里有狗");
    wang.edit(&home, "note", "院里有两条狗");
    wang.sync();
    relay.settle();
    li.sync();
    li.edit(&home, "contact_phone", "13900001111");

    put_back(&mut relay, &before);
    li.sync();
    relay.settle();
    assert_eq!(said(&relay, &home, "note"), "", "it is lost, or this test shows nothing");
    assert_ne!(said(&relay, &home, "contact_phone"), "13900001111", "it waits for what is lost");
    assert_eq!(li.unsent(), 0, "and whoever wrote it need not care");

    // She has nothing new to hand in; she is asked.
    assert_eq!(wang.unsent(), 0);
    wang.sync();
    relay.settle();
    assert_eq!(said(&relay, &home, "note"), "院里有两条狗");
    assert_eq!(said(&relay, &home, "contact_phone"), "13900001111");
    assert!(relay.office(&["quarantine"]).is_empty());
    relay.verify();

    // Who is not lacking anything asks for nothing.
    assert_eq!(wang.sync()["sent"], 0);
}
