//! Two phones at once: nobody's work overwrites anybody's.

use crate::phone::{Office, Phone};
use crate::relay::{NOW_MS, Relay};
use linli_core::kinds::Outcome;
use linli_core::time::quarter_of;
use linli_engine::{NewResident, NewVisit, SyncEvent};
use std::sync::atomic::Ordering;

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn different_fields_both_survive() {
    let relay = Relay::start().await;
    let home = Office::new(&relay).household("501");
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    wang.edit_household(home, "contact_phone", "13800000001").await.unwrap();
    li.edit_household(home, "note", "门口有狗").await.unwrap();
    li.edit_household(home, "tags", "+高龄").await.unwrap();
    wang.edit_household(home, "tags", "+独居").await.unwrap();
    wang.sync().await;
    li.sync().await;
    wang.sync().await;
    for phone in [&wang, &li] {
        let card = phone.household(home, false).await.unwrap();
        assert_eq!(card.fields.contact_phone.as_deref(), Some("13800000001"));
        assert_eq!(card.fields.note.as_deref(), Some("门口有狗"));
        assert_eq!(card.fields.tags.len(), 2);
        assert!(card.conflicts.is_empty());
    }
}

#[tokio::test]
async fn the_same_field_keeps_both_values_with_authors_and_times() {
    let relay = Relay::start().await;
    let home = Office::new(&relay).household("501");
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    let by_wang = wang.edit_household(home, "contact_phone", "13800000001").await.unwrap().saved_at;
    let by_li = li.edit_household(home, "contact_phone", "13900000002").await.unwrap().saved_at;
    wang.sync().await;
    li.sync().await;
    wang.sync().await;
    let mut shown = Vec::new();
    for (phone, own) in [(&wang, "13800000001"), (&li, "13900000002")] {
        let conflicts = phone.conflicts().await.unwrap();
        assert_eq!(conflicts.len(), 1);
        assert_eq!((conflicts[0].household, conflicts[0].field.as_str()), (home, "contact_phone"));
        let mut seen: Vec<_> = conflicts[0]
            .versions
            .iter()
            .map(|version| (version.value.as_str(), version.author.as_deref().unwrap(), version.at))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [("13800000001", "王芳", by_wang), ("13900000002", "李强", by_li)]);
        assert!(conflicts[0].versions.iter().all(|version| version.mine == (version.value == own)));
        shown.push((conflicts[0].id, conflicts[0].shown.clone()));
    }
    assert_eq!(shown[0], shown[1], "both phones name and show the conflict alike");
}

#[tokio::test]
async fn two_visits_of_one_household_in_one_quarter_are_two_visits() {
    let relay = Relay::start().await;
    let home = Office::new(&relay).household("501");
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    wang.visit(home, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    li.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.sync().await;
    li.sync().await;
    wang.sync().await;
    for phone in [&wang, &li] {
        let visits = phone.household(home, false).await.unwrap().visits;
        let authors: Vec<_> = visits.iter().map(|visit| visit.author.as_deref().unwrap()).collect();
        assert_eq!(authors.len(), 2);
        assert!(authors.contains(&"王芳") && authors.contains(&"李强"));
    }
}

#[tokio::test]
async fn an_edit_beats_a_concurrent_removal() {
    let relay = Relay::start().await;
    let home = Office::new(&relay).household("501");
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    let who = NewResident { name: "张伟".into(), ..NewResident::default() };
    let who = wang.add_resident(home, &who).await.unwrap().id;
    wang.sync().await;
    li.sync().await;
    wang.edit_resident(home, who, "presence", "removed").await.unwrap();
    assert!(wang.household(home, false).await.unwrap().residents.is_empty());
    li.edit_resident(home, who, "phone", "13700000003").await.unwrap();
    wang.sync().await;
    li.sync().await;
    wang.sync().await;
    for phone in [&wang, &li] {
        let residents = phone.household(home, false).await.unwrap().residents;
        assert_eq!(residents[0].fields.phone.as_deref(), Some("13700000003"));
    }
}

#[tokio::test]
async fn a_clock_that_is_400_days_off_loses_nothing_and_is_noticed() {
    for offset_ms in [-400 * DAY_MS, 400 * DAY_MS] {
        let relay = Relay::start().await;
        let home = Office::new(&relay).household("501");
        let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
        wang.env.now_ms.fetch_add(offset_ms, Ordering::Relaxed);
        wang.sync().await;
        let skew = wang.status().await.unwrap().clock_skew_ms.unwrap();
        assert!((skew + offset_ms).abs() < 1000, "the phone learns its error: {skew}");
        let saved = wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
        assert_eq!(saved.period, quarter_of(NOW_MS), "the visit belongs to the quarter it was made in");
        wang.edit_household(home, "note", "狗").await.unwrap();
        wang.sync().await;
        li.sync().await;
        li.edit_household(home, "note", "猫").await.unwrap();
        li.sync().await;
        wang.sync().await;
        let card = wang.household(home, false).await.unwrap();
        assert_eq!(card.fields.note.as_deref(), Some("猫"), "who edits last, seeing the other, wins");
        assert!(card.visits[0].clock_was_off);
        assert!((card.visits[0].at - NOW_MS).abs() < 1000);
    }
}

#[tokio::test]
async fn a_live_connection_carries_work_both_ways_at_once() {
    let relay = Relay::start().await;
    let home = Office::new(&relay).household("501");
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    let (heard, mut hear) = tokio::sync::mpsc::unbounded_channel();
    let mut tell = move |event: SyncEvent| {
        let _ = heard.send(event);
    };
    let story = async {
        while !matches!(hear.recv().await.unwrap(), SyncEvent::CaughtUp(_)) {}
        wang.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
        while !matches!(hear.recv().await.unwrap(), SyncEvent::Sent { records: 1 }) {}
        li.edit_household(home, "note", "狗").await.unwrap();
        li.sync().await;
        while !matches!(hear.recv().await.unwrap(), SyncEvent::Received { changes: 1 }) {}
    };
    tokio::select! {
        ended = wang.sync_watch(&mut tell) => panic!("{ended:?}"),
        () = story => {}
    }
    let card = wang.household(home, false).await.unwrap();
    assert_eq!(card.fields.note.as_deref(), Some("狗"));
    assert!(!card.unsent);
}
