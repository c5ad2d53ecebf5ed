//! Something is wrong somewhere: reported on one phone, seen on the others of the grid.

use crate::phone::{Office, Phone};
use crate::relay::{GRID, Relay};
use linli_core::error::Coded;
use linli_core::ids::IssueId;
use linli_engine::{EngineError, IssueFilter, NewIssue};

fn issue(category: &str, text: &str) -> NewIssue {
    NewIssue { category: category.into(), text: text.into(), ..NewIssue::default() }
}

#[tokio::test]
async fn an_issue_is_reported_offline_once_and_reaches_a_colleague() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    let (mut wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;

    let at_home = NewIssue { household: Some(home), ..issue("property", "电梯困人") };
    wang.report_issue(&at_home).await.unwrap();
    let id = IssueId([4; 16]);
    wang.save_draft("issue", 1, "{}").await.unwrap();
    let outside = NewIssue {
        id: Some(id),
        draft: Some("issue".into()),
        subtype: Some("垃圾".into()),
        place: Some("3号楼前".into()),
        ..issue("sanitation", "垃圾满溢")
    };
    let first = wang.report_issue(&outside).await.unwrap();
    wang.restart().await;
    let again = wang.report_issue(&outside).await.unwrap();
    assert_eq!((again.id, again.saved_at), (id, first.saved_at));
    assert!(wang.drafts().await.unwrap().is_empty());

    let found = wang.issues(&IssueFilter::default()).await.unwrap();
    assert_eq!(found.len(), 2, "the one reported last comes first");
    assert_eq!(
        (found[0].id, &*found[0].place, &*found[0].grid),
        (id, "3号楼前", GRID),
        "the only grid there is"
    );
    assert_eq!((found[1].household, &*found[1].place), (Some(home), "阳光花园3号楼2单元501室"));
    assert!(found.iter().all(|one| one.mine && one.unsent && one.state == "reported"));
    assert_eq!(wang.today(&Default::default()).await.unwrap().unsent, 0, "an issue is no household");

    wang.sync().await;
    li.sync().await;
    let found = li.issues(&IssueFilter::default()).await.unwrap();
    assert_eq!((found[0].id, &*found[0].category, &*found[0].subtype), (id, "sanitation", "垃圾"));
    assert!(found.iter().all(|one| !one.mine && !one.unsent));
    let at_home = IssueFilter { household: Some(home), ..IssueFilter::default() };
    assert_eq!(li.issues(&at_home).await.unwrap()[0].text, "电梯困人");
    assert!(li.issues(&IssueFilter { mine: true, ..at_home }).await.unwrap().is_empty());
    let second = IssueFilter { offset: Some(1), limit: Some(1), ..IssueFilter::default() };
    assert_eq!(li.issues(&second).await.unwrap()[0].text, "电梯困人");
}

#[tokio::test]
async fn an_issue_says_what_and_where() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let home = office.household("501");
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    let refused =
        async |new: NewIssue| wang.report_issue(&new).await.map_err(|error: EngineError| error.code());
    let place = Some("门口".to_owned());
    assert_eq!(refused(issue("security", "吵架")).await.unwrap_err(), "phone.issue_place");
    let wordless = NewIssue { place: place.clone(), ..issue("security", " ") };
    assert_eq!(refused(wordless).await.unwrap_err(), "phone.issue_text");
    let odd = NewIssue { place: place.clone(), ..issue("weather", "下雨") };
    assert_eq!(refused(odd).await.unwrap_err(), "field.not_a_choice");
    let far = NewIssue { place: place.clone(), grid: Some("9".into()), ..issue("security", "吵架") };
    assert_eq!(refused(far).await.unwrap_err(), "phone.no_grid");
    let shown =
        NewIssue { place: place.clone(), visibility: Some("x".into()), ..issue("security", "吵架") };
    assert_eq!(refused(shown).await.unwrap_err(), "field.not_a_choice");
    let taken = NewIssue { place, id: Some(IssueId(home.0)), ..issue("security", "吵架") };
    assert_eq!(refused(taken).await.unwrap_err(), "phone.id_taken");
    assert_eq!(wang.status().await.unwrap().unsent, 0);
}
