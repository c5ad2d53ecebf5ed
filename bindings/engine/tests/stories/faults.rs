//! What breaks in the field: repeated and lost messages, copies, backups, files carried by hand. And
//! one planted fault, to know that these stories would notice.

use crate::phone::{Office, Phone};
use crate::relay::Relay;
use linli_core::ids::HouseholdId;
use linli_core::kinds::Outcome;
use linli_core::record::Put;
use linli_engine::NewVisit;

async fn one_home() -> (Relay, Office, HouseholdId) {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    (relay, office, home)
}

async fn visits_on(phone: &Phone, home: HouseholdId) -> usize {
    phone.household(home, false).await.unwrap().visits.len()
}

#[tokio::test]
async fn pages_and_acks_that_come_twice_change_nothing() {
    let (relay, mut office, home) = one_home().await;
    for number in 0..10 {
        office.write(home, &[Put::set("note", number.to_string())]);
    }
    relay.state().faults.repeat_pages = true;
    let wang = Phone::of("王芳", &relay).await;
    let report = wang.sync().await;
    assert_eq!(report.received, 11);
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    assert_eq!(wang.sync().await.sent, 1);
    assert_eq!(wang.sync().await.sent, 0);
    assert_eq!(visits_on(&wang, home).await, 1);
    assert_eq!(wang.household(home, false).await.unwrap().fields.note.as_deref(), Some("9"));
}

#[tokio::test]
async fn a_lost_acknowledgement_stores_nothing_twice() {
    let (relay, _, home) = one_home().await;
    let mut wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    relay.state().faults.lose_acks = 1;
    assert_eq!(wang.sync_once().await.unwrap_err().shown_code(), "phone.offline");
    assert_eq!(wang.status().await.unwrap().unsent, 1, "without an acknowledgement it waits");
    wang.restart().await;
    let pushed = relay.state().batches_pushed;
    assert_eq!(wang.sync().await.sent, 1);
    assert_eq!(relay.state().batches_pushed, pushed, "the greeting says that it arrived");
    let li = Phone::of("李强", &relay).await;
    li.sync().await;
    assert_eq!(visits_on(&li, home).await, 1);
}

#[tokio::test]
async fn changes_that_arrive_before_those_they_build_on_wait_for_them() {
    let (relay, mut office, home) = one_home().await;
    office.write(home, &[Put::set("note", "一")]);
    office.write(home, &[Put::set("note", "二")]);
    relay.swap_last_batches();
    let wang = Phone::of("王芳", &relay).await;
    let report = wang.sync().await;
    assert_eq!((report.received, report.skipped), (3, 0));
    assert_eq!(wang.household(home, false).await.unwrap().fields.note.as_deref(), Some("二"));
}

#[tokio::test]
async fn a_colleague_carries_the_work_of_a_phone_that_cannot_connect() {
    let (relay, _, home) = one_home().await;
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.edit_household(home, "note", "狗").await.unwrap();
    let file = wang.folder.0.join("unsent.linli");
    let exported = wang.export_unsent(&file).await.unwrap();
    assert_eq!(exported.records, 2);
    assert_eq!(wang.status().await.unwrap().unsent, 2, "exporting does not mean delivered");
    let imported = li.import_unsent(&file).await.unwrap();
    assert_eq!((imported.records, imported.devices), (2, vec![wang.device()]));
    assert_eq!(li.import_unsent(&file).await.unwrap().new, 0);
    li.visit(home, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    assert_eq!(li.sync().await.sent, 3);
    let status = li.status().await.unwrap();
    assert_eq!((status.unsent, status.carried), (0, 0));
    // What was carried comes back through the log like anybody's work.
    li.sync().await;
    assert_eq!(visits_on(&li, home).await, 2);
    let report = wang.sync().await;
    assert_eq!(report.sent, 2, "the owner learns that it arrived");
    assert_eq!(wang.status().await.unwrap().unsent, 0);
    assert_eq!(visits_on(&wang, home).await, 2);

    std::fs::write(&file, b"something else").unwrap();
    assert_eq!(li.import_unsent(&file).await.unwrap_err().shown_code(), "phone.not_unsent_file");
}

#[tokio::test]
async fn a_phone_restored_from_a_backup_loses_nothing_old_or_new() {
    let (relay, _, home) = one_home().await;
    let mut wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(home, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    wang.sync().await;
    wang.edit_household(home, "note", "备份前").await.unwrap();
    let backup = wang.backup().await;
    wang.visit(home, NewVisit::new(Outcome::Revisit)).await.unwrap();
    wang.sync().await;
    wang.restore(&backup).await;
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.sync().await;
    assert_eq!(visits_on(&wang, home).await, 3);
    let li = Phone::of("李强", &relay).await;
    li.sync().await;
    assert_eq!(visits_on(&li, home).await, 3);
    assert_eq!(li.household(home, false).await.unwrap().fields.note.as_deref(), Some("备份前"));
    assert_eq!(wang.status().await.unwrap().unsent, 0);
}

#[tokio::test]
async fn two_copies_of_one_phone_both_deliver() {
    let (relay, _, home) = one_home().await;
    let mut wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let copy = wang.backup().await;
    wang.visit(home, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    wang.sync().await;
    // The copy has made as many batches as the original: same number, other contents.
    wang.restore(&copy).await;
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().unsent, 0);
    assert_eq!(visits_on(&wang, home).await, 2);
}

/// What the office has of a home after its phone was acknowledged everything and then lost.
async fn acknowledged_but_lost(ack_before_write: bool) -> bool {
    let (relay, _, home) = one_home().await;
    relay.state().faults.ack_before_write = ack_before_write;
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    assert_eq!(wang.sync().await.sent, 1);
    assert_eq!(wang.status().await.unwrap().unsent, 0);
    drop(wang);
    let li = Phone::of("李强", &relay).await;
    li.sync().await;
    visits_on(&li, home).await == 0
}

#[tokio::test]
async fn an_acknowledgement_before_the_write_would_be_noticed() {
    assert!(!acknowledged_but_lost(false).await);
    assert!(acknowledged_but_lost(true).await, "the planted fault was not caught");
}
