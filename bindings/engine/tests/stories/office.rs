//! What the office decides, as it arrives on phones.

use crate::phone::{Office, Phone};
use crate::relay::{NOW_MS, Relay};
use crate::search;
use linli_core::duplicates::{Choices, MergeWord, plan_merge};
use linli_core::ids::DecisionId;
use linli_core::kinds::{Decision, LostValue, Outcome};
use linli_core::record::Put;
use linli_engine::NewVisit;

#[tokio::test]
async fn a_merged_household_is_followed_to_its_survivor() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let (kept, gone) = (office.household("501"), office.household("五零一"));
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(gone, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    wang.sync().await;

    let (survivor, absorbed) = (office.doc(kept).fields(), office.doc(gone).fields());
    let id = DecisionId([9; 8]);
    let word = MergeWord { reason: "同一户", by: None, at_ms: NOW_MS };
    let planned = plan_merge(id, (kept, &survivor), (gone, &absorbed), &Choices::new(), &word);
    for change in planned.unwrap() {
        office.write(change.household, &change.puts);
    }
    wang.sync().await;
    assert_eq!(wang.status().await.unwrap().households, 1);
    assert_eq!(wang.only_household().await, kept);
    assert!(wang.households(&search("五零一")).await.unwrap().iter().all(|item| item.id == kept));

    let saved = wang.visit(gone, NewVisit::new(Outcome::Done)).await.unwrap();
    assert_eq!(saved.household, kept);
    assert_eq!(wang.edit_household(gone, "note", "狗").await.unwrap().household, kept);
    let card = wang.household(gone, false).await.unwrap();
    assert_eq!((card.id, card.asked), (kept, Some(gone)));
    assert_eq!(card.visits.len(), 2, "visits under the old id are shown with the survivor");
    assert_eq!(card.fields.note.as_deref(), Some("狗"));
}

#[tokio::test]
async fn a_worker_is_told_whose_value_the_office_kept_and_why() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    let (mut wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    wang.edit_household(home, "contact_phone", "13800000001").await.unwrap();
    li.edit_household(home, "contact_phone", "13900000002").await.unwrap();
    wang.sync().await;
    li.sync().await;
    office.catch_up();
    let conflict = office.doc(home).conflict_at("contact_phone".into()).unwrap();
    let of_wang = conflict.versions.iter().find(|version| version.value.show() == "13800000001").unwrap();
    let decision = Decision {
        key: "contact_phone".into(),
        kept: "13900000002".into(),
        lost: vec![LostValue { value: "13800000001".into(), actor: of_wang.actor }],
        reason: "电话核实过".into(),
        at_ms: NOW_MS,
        by: None,
    };
    let id = DecisionId([3; 8]);
    office.write(
        home,
        &[Put::set("contact_phone", "13900000002"), Put::set(Decision::key_of(id), decision.to_value())],
    );
    wang.restart().await;
    let report = wang.sync().await;
    assert_eq!(report.notices, 1);
    let notices = wang.notices().await.unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].id, notices[0].household), (id, home));
    assert_eq!((notices[0].kept.as_str(), notices[0].mine.as_str()), ("13900000002", "13800000001"));
    assert_eq!((notices[0].reason.as_str(), notices[0].label.as_str()), ("电话核实过", "联系电话"));
    assert_eq!(wang.status().await.unwrap().notices, 1);
    wang.mark_notice_seen(id).await.unwrap();
    assert_eq!(wang.status().await.unwrap().notices, 0);
    li.sync().await;
    assert!(li.notices().await.unwrap().is_empty(), "whose value was kept is not bothered");
    assert!(wang.conflicts().await.unwrap().is_empty() && li.conflicts().await.unwrap().is_empty());

    office.take_back(home, id, "打错了电话");
    assert_eq!(wang.sync().await.notices, 1, "who was told is told again");
    let notices = wang.notices().await.unwrap();
    assert_eq!(notices.len(), 2);
    let news = notices.iter().find(|notice| notice.undone).unwrap();
    assert_eq!((news.mine.as_str(), news.reason.as_str()), ("13800000001", "打错了电话"));
    li.sync().await;
    assert!(li.notices().await.unwrap().is_empty());
    let again = wang.conflicts().await.unwrap();
    let authors: Vec<_> =
        again[0].versions.iter().map(|version| (version.value.as_str(), version.mine)).collect();
    assert!(
        authors.contains(&("13800000001", true)) && authors.contains(&("13900000002", false)),
        "{authors:?}"
    );
}
