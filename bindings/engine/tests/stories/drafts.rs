//! What is being typed when a phone dies, and what is asked for twice because an answer was lost.

use crate::new_household;
use crate::phone::{Office, Phone};
use crate::relay::Relay;
use linli_core::error::Coded;
use linli_core::ids::{HouseholdId, ResidentId, VisitId};
use linli_core::kinds::Outcome;
use linli_engine::{NewHousehold, NewResident, NewVisit};
use std::sync::atomic::Ordering;

const FORM: &str = "visit/501";
/// From one quarter into the next.
const QUARTER_MS: i64 = 92 * 86_400_000;

#[tokio::test]
async fn what_was_typed_survives_a_kill_until_it_is_saved_or_thrown_away() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    let mut wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    assert_eq!(wang.draft(FORM).await.unwrap(), None);
    for typed in ["{\"note\":\"狗\"}", "{\"note\":\"狗很\"}", "{\"note\":\"狗很凶\"}"] {
        wang.save_draft(FORM, 3, typed).await.unwrap();
    }
    wang.save_draft("resident/501", 1, "{}").await.unwrap();
    wang.restart().await;
    let draft = wang.draft(FORM).await.unwrap().unwrap();
    assert_eq!((&*draft.text, draft.form), ("{\"note\":\"狗很凶\"}", 3));
    let keys: Vec<String> = wang.drafts().await.unwrap().into_iter().map(|draft| draft.key).collect();
    assert_eq!(keys, ["resident/501", FORM], "the newest first");

    let hot =
        NewVisit { draft: Some(FORM.into()), temperature: Some("99".into()), ..NewVisit::new(Outcome::Done) };
    assert_eq!(wang.visit(home, hot.clone()).await.unwrap_err().code(), "phone.temperature");
    assert!(wang.draft(FORM).await.unwrap().is_some(), "what could not be saved is still being typed");
    wang.visit(home, NewVisit { temperature: None, ..hot }).await.unwrap();
    assert_eq!(wang.draft(FORM).await.unwrap(), None);
    assert!(wang.drop_draft("resident/501").await.unwrap());
    assert!(!wang.drop_draft("resident/501").await.unwrap());
    assert!(wang.drafts().await.unwrap().is_empty());
    assert_eq!(wang.status().await.unwrap().unsent, 1, "drafts are no records");

    wang.save_draft(FORM, 3, "一").await.unwrap();
    wang.enrol_offline(&relay.url, relay.public(), crate::relay::COMMUNITY, "李强").await.unwrap_err();
    wang.sync().await;
    wang.enrol_offline(&relay.url, relay.public(), crate::relay::COMMUNITY, "李强").await.unwrap();
    assert!(
        wang.drafts().await.unwrap().is_empty(),
        "what somebody else typed is not for a new worker's eyes"
    );
}

#[tokio::test]
async fn drafts_have_bounds_and_one_too_many_replaces_none() {
    let relay = Relay::start().await;
    let wang = Phone::of("王芳", &relay).await;
    let code = |error: linli_engine::EngineError| error.code();
    let save = async |key: &str, text: &str| wang.save_draft(key, 1, text).await.map_err(code);
    assert_eq!(save(" ", "一").await, Err("phone.draft_key"));
    assert_eq!(save(&"长".repeat(121), "一").await, Err("phone.draft_key"));
    save(FORM, &"x".repeat(64 * 1024)).await.unwrap();
    assert_eq!(save(FORM, &"x".repeat(64 * 1024 + 1)).await, Err("phone.draft_too_large"));
    assert_eq!(wang.drafts().await.unwrap()[0].bytes, 64 * 1024, "what was kept is still there");
    for number in 1..200 {
        save(&number.to_string(), "一").await.unwrap();
    }
    assert_eq!(save("200", "一").await, Err("phone.too_many_drafts"));
    save("199", "二").await.unwrap();
}

#[tokio::test]
async fn saving_again_with_the_same_id_adds_nothing() {
    let relay = Relay::start().await;
    let mut wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let home = HouseholdId([5; 16]);
    let new = NewHousehold { id: Some(home), ..new_household("阳光花园3号楼2单元501室") };
    let added = wang.add_household(&new).await.unwrap();
    let who = NewResident { id: Some(ResidentId([6; 8])), name: "张伟".into(), ..NewResident::default() };
    let resident = wang.add_resident(home, &who).await.unwrap();
    let visit =
        NewVisit { id: Some(VisitId([7; 8])), draft: Some(FORM.into()), ..NewVisit::new(Outcome::Refused) };
    let visited = wang.visit(home, visit.clone()).await.unwrap();

    // The answers were lost: the phone was killed, the quarter ended, and the form kept what was typed.
    wang.restart().await;
    wang.env.now_ms.fetch_add(QUARTER_MS, Ordering::Relaxed);
    wang.save_draft(FORM, 1, "{}").await.unwrap();
    let again = wang.add_household(&new).await.unwrap();
    assert_eq!((again.id, again.address, again.saved_at), (added.id, added.address, added.saved_at));
    assert!(again.duplicates.is_empty(), "it is not its own duplicate");
    assert_eq!(wang.add_resident(home, &who).await.unwrap().saved_at, resident.saved_at);
    let again = wang.visit(home, NewVisit { outcome: Outcome::Done, ..visit.clone() }).await.unwrap();
    assert_eq!((again.id, again.outcome), (visited.id, Outcome::Refused), "what was said first");
    assert_eq!((again.period, again.saved_at), (visited.period, visited.saved_at));
    assert_eq!(wang.draft(FORM).await.unwrap(), None);
    let card = wang.household(home, false).await.unwrap();
    assert_eq!((card.visits.len(), card.residents.len()), (1, 1));
    assert_eq!(wang.status().await.unwrap().unsent, 3);

    // An id that something else has already is no way to write into it.
    let other = wang.add_household(&new_household("3-2-502")).await.unwrap().id;
    for taken in [other, HouseholdId::NOWHERE] {
        let new = NewHousehold { id: Some(taken), ..new_household("3-2-503") };
        assert_eq!(wang.add_household(&new).await.unwrap_err().code(), "phone.id_taken");
    }
    let known = wang.add_resident(other, &NewResident { id: None, ..who.clone() }).await.unwrap().id;
    let who = NewResident { id: Some(known), ..who };
    assert_eq!(wang.add_resident(other, &who).await.unwrap_err().code(), "phone.id_taken");
}
