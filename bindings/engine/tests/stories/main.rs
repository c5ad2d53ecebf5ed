//! Stories of phones, each from a worker's view, against a relay in memory over a real websocket.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a story that cannot go on has failed, also in its helpers"
)]

mod directives;
mod drafts;
mod faults;
mod first_download;
mod issues;
mod keys;
mod office;
mod phone;
mod relay;
mod today;
mod together;

use linli_core::kinds::Outcome;
use linli_engine::{HouseholdFilter, NewHousehold, NewResident, NewVisit};
use phone::{Office, Phone};
use relay::{GRID, Relay};

pub(crate) fn new_household(address: &str) -> NewHousehold {
    NewHousehold { grid: GRID.into(), address: address.into(), ..NewHousehold::default() }
}

pub(crate) fn search(query: &str) -> HouseholdFilter {
    HouseholdFilter { search: Some(query.into()), ..HouseholdFilter::default() }
}

#[tokio::test]
async fn what_was_saved_survives_a_kill_and_reaches_a_colleague() {
    let relay = Relay::start().await;
    let mut wang = Phone::of("王芳", &relay).await;
    let li = Phone::of("李强", &relay).await;
    wang.sync().await;
    let home = wang.add_household(&new_household("阳光花园3号楼2单元501室")).await.unwrap().id;
    let who = NewResident {
        name: "张伟".into(),
        birth: Some("1987-03-05".into()),
        phone: Some("138-0000-1234".into()),
        ..NewResident::default()
    };
    let who = wang.add_resident(home, &who).await.unwrap().id;
    wang.edit_resident(home, who, "tags", "+党员").await.unwrap();
    wang.edit_household(home, "tags", "+独居").await.unwrap();
    wang.edit_household(home, "contact_phone", "13800001234").await.unwrap();
    let visit = NewVisit { note: Some("狗".into()), at_home: Some(2), ..NewVisit::new(Outcome::Done) };
    let visit = wang.visit(home, visit).await.unwrap();

    wang.restart().await;
    let status = wang.status().await.unwrap();
    assert_eq!((status.unsent, status.households), (6, 1));
    let card = wang.household(home, true).await.unwrap();
    assert!(card.unsent);
    assert_eq!(card.visits[0].id, visit.id);
    assert_eq!(card.residents[0].fields.name.as_deref(), Some("张伟"));
    assert!(card.history.unwrap().len() > 8);

    let report = wang.sync().await;
    assert_eq!(report.sent, 6);
    assert_eq!(wang.status().await.unwrap().unsent, 0);
    assert!(!wang.household(home, false).await.unwrap().unsent);
    li.sync().await;
    for query in ["zw", "张伟", "1234", "独居", "党员", "3-2-501"] {
        let found = li.households(&search(query)).await.unwrap();
        assert_eq!(found.len(), 1, "{query}");
        assert_eq!(found[0].last_visit.unwrap().outcome, Outcome::Done);
    }
    let card = li.household(home, false).await.unwrap();
    assert_eq!(card.visits[0].author.as_deref(), Some("王芳"));
    assert_eq!(card.fields.contact_phone.as_deref(), Some("13800001234"));
}

#[tokio::test]
async fn a_household_entered_twice_is_warned_of_and_added() {
    let relay = Relay::start().await;
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let first = wang.add_household(&new_household("阳光花园3号楼2单元501室")).await.unwrap();
    assert!(first.duplicates.is_empty());
    let again = wang.add_household(&new_household("阳光花园3栋2-501")).await.unwrap();
    assert_eq!(again.duplicates[0].id, first.id);
    assert_eq!(wang.status().await.unwrap().households, 2);
    let elsewhere = new_household("阳光花园3号楼2单元502室");
    assert!(wang.duplicates_for(&elsewhere).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let code = |error: linli_engine::EngineError| error.shown_code().to_owned();
    let edit = async |field, value| code(wang.edit_household(home, field, value).await.unwrap_err());
    assert_eq!(edit("colour", "red").await, "field.unknown");
    assert_eq!(edit("grid", "1").await, "phone.office_field");
    assert_eq!(edit("tags", "-").await, "phone.empty_tag");
    assert_eq!(edit("contact_phone", "12").await, "field.wrong_value");
    let hot = NewVisit { temperature: Some("98.6".into()), ..NewVisit::new(Outcome::Done) };
    assert_eq!(code(wang.visit(home, hot).await.unwrap_err()), "phone.temperature");
    let nowhere = NewHousehold { grid: "9".into(), ..new_household("3-2-501") };
    assert_eq!(code(wang.add_household(&nowhere).await.unwrap_err()), "phone.no_grid");
    assert_eq!(wang.status().await.unwrap().unsent, 0);
    assert!(!wang.edit_household(home, "room", "501").await.unwrap().changed, "it is 501 already");
    assert_eq!(wang.status().await.unwrap().unsent, 0);
}

#[tokio::test]
async fn without_a_connection_everything_but_syncing_works() {
    let relay = Relay::start().await;
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let home = wang.add_household(&new_household("3-2-501")).await.unwrap().id;
    // Port 1 is nobody's: the connection is refused at once.
    let profile = wang.enrol_offline("http://127.0.0.1:1", relay.public(), "x", "王芳").await;
    assert_eq!(profile.unwrap_err().shown_code(), "phone.unsent_work");
    wang.visit(home, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    let far = Phone::of("赵六", &relay).await;
    far.enrol_offline("http://127.0.0.1:1", relay.public(), "x", "赵六").await.unwrap();
    assert_eq!(far.sync_once().await.unwrap_err().shown_code(), "phone.offline");
}
