//! A fresh phone: snapshots, their interruption, and what comes after them.

use crate::phone::{Office, Phone};
use crate::relay::{GRID, Relay, space};
use crate::search;
use linli_core::kinds::Outcome;
use linli_core::record::Put;
use linli_core::sync::frames::Grant;
use linli_engine::NewVisit;

/// Ten households, a visit to each, and a snapshot of three documents a page.
async fn community() -> (Relay, Office, Vec<linli_core::ids::HouseholdId>) {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let homes: Vec<_> = (501..511).map(|room| office.household(&room.to_string())).collect();
    let li = Phone::of("李强", &relay).await;
    li.sync().await;
    for home in &homes {
        li.visit(*home, NewVisit::new(Outcome::Done)).await.unwrap();
    }
    li.sync().await;
    relay.take_snapshot(3);
    (relay, office, homes)
}

#[tokio::test]
async fn a_snapshot_and_its_tail_give_everything() {
    let (relay, mut office, homes) = community().await;
    office.write(homes[0], &[Put::set("note", "快照之后")]);
    let wang = Phone::of("王芳", &relay).await;
    let report = wang.sync().await;
    assert_eq!(report.snapshot_pages, 7);
    assert_eq!(report.skipped, 0);
    assert_eq!(wang.status().await.unwrap().households, 10);
    assert_eq!(wang.households(&search("快照之后")).await.unwrap()[0].id, homes[0]);
    for home in homes {
        let card = wang.household(home, false).await.unwrap();
        assert_eq!(card.visits[0].author.as_deref(), Some("李强"));
    }
    let again = wang.sync().await;
    assert_eq!((again.received, again.sent, again.snapshot_pages), (0, 0, 0));
}

#[tokio::test]
async fn a_download_that_breaks_goes_on_where_it_stopped() {
    let (relay, _, _) = community().await;
    relay.state().faults.hang_up_after_snapshot_pages = Some(3);
    let mut wang = Phone::of("王芳", &relay).await;
    assert_eq!(wang.sync_once().await.unwrap_err().shown_code(), "phone.offline");
    let some = wang.status().await.unwrap().households;
    assert!(some > 0 && some < 10, "{some} households after three pages");
    wang.restart().await;
    let sent_before = relay.state().snapshot_pages_sent;
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().households, 10);
    assert!(relay.state().snapshot_pages_sent - sent_before <= 7 - 2, "stored pages are not sent again");
}

#[tokio::test]
async fn a_community_without_a_snapshot_is_not_here_before_its_log_is() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    office.household("501");
    let wang = Phone::of("王芳", &relay).await;
    relay.state().faults.hang_up_before_pages = 1;
    assert_eq!(wang.sync_once().await.unwrap_err().shown_code(), "phone.offline");
    let states = || async {
        let status = wang.status().await.unwrap();
        let states: Vec<_> = status.spaces.iter().map(|space| space.state).collect();
        (states, status.households)
    };
    let (before, households) = states().await;
    assert!(!before.is_empty() && !before.contains(&"live"), "{before:?}");
    assert_eq!(households, 0);
    wang.sync().await;
    let (after, households) = states().await;
    assert!(after.iter().all(|state| *state == "live"), "{after:?}");
    assert_eq!(households, 1);
}

#[tokio::test]
async fn work_done_before_the_first_download_ends_is_not_replaced_by_it() {
    let (relay, _, homes) = community().await;
    relay.state().faults.hang_up_after_snapshot_pages = Some(4);
    let wang = Phone::of("王芳", &relay).await;
    assert!(wang.sync_once().await.is_err());
    let here = wang.households(&Default::default()).await.unwrap()[0].id;
    wang.edit_household(here, "note", "离线写的").await.unwrap();
    // A newer snapshot is taken meanwhile: the download begins again, over what is here.
    relay.take_snapshot(2);
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().households, homes.len() as u64);
    let card = wang.household(here, false).await.unwrap();
    assert_eq!(card.fields.note.as_deref(), Some("离线写的"));
    assert_eq!(card.visits.len(), 1);
    wang.edit_household(here, "note", "再写一次").await.unwrap();
    wang.sync().await;
    let li = Phone::of("赵六", &relay).await;
    li.sync().await;
    let card = li.household(here, false).await.unwrap();
    assert_eq!(card.fields.note.as_deref(), Some("再写一次"));
    assert!(card.conflicts.is_empty());
}

#[tokio::test]
async fn a_grid_taken_away_leaves_the_phone_but_not_its_unsent_work() {
    let (relay, _, homes) = community().await;
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(homes[0], NewVisit::new(Outcome::Refused)).await.unwrap();
    relay.set_grants(wang.device(), Vec::new());
    let report = wang.sync().await;
    assert_eq!(report.sent, 1, "what was recorded still reaches the office");
    wang.sync().await;
    let status = wang.status().await.unwrap();
    assert_eq!((status.households, status.unsent, status.spaces.len()), (0, 0, 0));
}

/// A relay that lies in one document of its snapshot: the phone notices when it opens it, puts that one away, and
/// takes in everything else, before it and after it.
#[tokio::test]
async fn one_bad_document_of_a_false_snapshot_stops_nothing() {
    let (relay, mut office, homes) = community().await;
    relay.spoil_in_snapshot(homes[2].into());
    let wang = Phone::of("王芳", &relay).await;
    assert_eq!(wang.sync().await.snapshot_pages, 7);
    office.write(homes[2], &[Put::set("note", "坏的")]);
    office.write(homes[3], &[Put::set("note", "好的")]);
    let report = wang.sync().await;
    assert_eq!(report.skipped, 1, "it is counted");
    let card = wang.household(homes[3], false).await.unwrap();
    assert_eq!(card.fields.note.as_deref(), Some("好的"));
    assert_eq!(wang.status().await.unwrap().households, 9, "the bad one is in no list");
    assert!(wang.household(homes[2], false).await.is_err());
    wang.visit(homes[3], NewVisit::new(Outcome::Done)).await.unwrap();
    assert_eq!(wang.sync().await.sent, 1);
}

/// The office takes a grid away; somebody plays the answer from before.
#[tokio::test]
async fn an_old_answer_gives_nothing_back() {
    let (relay, _, homes) = community().await;
    let wang = Phone::of("王芳", &relay).await;
    let grant = vec![Grant { space: space(), name: GRID.into(), write: true }];
    relay.tell(wang.device(), 4, grant.clone());
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().households, homes.len() as u64);
    relay.tell(wang.device(), 5, Vec::new());
    wang.sync().await;
    assert_eq!(
        wang.status().await.unwrap().households,
        0,
        "the signed statement counts, not what is beside it"
    );
    for version in [4, 5] {
        relay.tell(wang.device(), version, grant.clone());
        assert_eq!(wang.sync_once().await.unwrap_err().shown_code(), "grant.outdated", "{version}");
        assert_eq!(wang.status().await.unwrap().households, 0);
    }
    relay.tell(wang.device(), 6, grant);
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().households, homes.len() as u64);
}
