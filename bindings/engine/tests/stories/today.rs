//! A worker's day: what is due, building by building.

use crate::phone::{Office, Phone};
use crate::relay::{GRID, NOW_MS, Relay};
use linli_core::duplicates::{Choices, MergeWord, plan_merge};
use linli_core::ids::DecisionId;
use linli_core::kinds::Outcome;
use linli_core::record::Put;
use linli_engine::{NewVisit, Tally, TodayFilter, TodayOnly, TodayView};
use std::sync::atomic::Ordering;

/// A quarter of a year and some days.
const NEXT_QUARTER_MS: i64 = 100 * 86_400_000;

fn only(only: TodayOnly) -> TodayFilter {
    TodayFilter { only, ..TodayFilter::default() }
}

fn rooms(view: &TodayView) -> Vec<&str> {
    view.doors.iter().map(|door| door.room.as_str()).collect()
}

#[tokio::test]
async fn what_is_due_goes_down_as_doors_are_reached_and_comes_back_next_quarter() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let [first, second, third, last] = ["201", "101", "1001", "102"].map(|room| office.household(room));
    let elsewhere = office.household("商铺");
    office.write(elsewhere, &[Put::set("building", "10"), Put::set("unit", "")]);
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;

    let today = wang.today(&TodayFilter::default()).await.unwrap();
    assert_eq!(rooms(&today), ["101", "102", "201", "1001", "商铺"], "as one walks by the doors");
    assert_eq!(today.tally, Tally { households: 5, due: 5, untried: 5, ..Tally::default() });
    let buildings: Vec<_> = today.buildings.iter().map(|one| (&*one.building, one.units.len())).collect();
    assert_eq!(buildings, [("3", 1), ("10", 1)], "building 3 stands before building 10");

    wang.visit(first, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.visit(second, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    wang.visit(third, NewVisit::new(Outcome::Revisit)).await.unwrap();
    wang.visit(last, NewVisit::new(Outcome::Refused)).await.unwrap();
    let today = wang.today(&TodayFilter::default()).await.unwrap();
    assert_eq!(rooms(&today), ["101", "1001", "商铺"]);
    let tally =
        Tally { households: 5, reached: 2, due: 3, no_answer: 1, revisit: 1, untried: 1, conflicts: 0 };
    assert_eq!((today.tally, today.unsent), (tally, 4));
    assert_eq!(today.doors[0].outcome, Some(Outcome::NoAnswer));
    assert_eq!(today.doors[1].floor, Some(10));
    assert_eq!(today.buildings[0].units[0].tally.reached, 2);

    let chart =
        TodayFilter {
            estate: Some("阳光花园".into()), building: Some("3".into()), ..TodayFilter::default()
        };
    let chart = wang.building_chart(&chart).await.unwrap();
    let cells: Vec<_> = chart.cells.iter().map(|cell| (&*cell.room, cell.floor, cell.due)).collect();
    assert_eq!(
        cells,
        [("101", Some(1), true), ("102", Some(1), false), ("201", Some(2), false), ("1001", Some(10), true)]
    );
    assert!(!chart.cut && chart.cells.iter().all(|cell| cell.unsent && !cell.conflict));

    let campaign = TodayFilter { campaign: Some("人口排查".into()), ..TodayFilter::default() };
    assert_eq!(wang.today(&campaign).await.unwrap().tally.untried, 5, "a campaign starts from nothing");
    wang.env.now_ms.fetch_add(NEXT_QUARTER_MS, Ordering::Relaxed);
    let today = wang.today(&TodayFilter::default()).await.unwrap();
    assert_eq!((today.tally.due, today.tally.untried), (5, 5));
    assert_eq!(rooms(&wang.today(&only(TodayOnly::Never)).await.unwrap()), ["101", "1001", "商铺"]);
}

#[tokio::test]
async fn a_worker_finds_the_doors_that_matter_now() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let [one, two, three] = ["101", "102", "103"].map(|room| office.household(room));
    let (wang, li) = (Phone::of("王芳", &relay).await, Phone::of("李强", &relay).await);
    wang.sync().await;
    li.sync().await;
    wang.edit_household(one, "tags", "+独居").await.unwrap();
    wang.edit_household(two, "tags", "+独居老人").await.unwrap();
    wang.edit_household(three, "contact_phone", "13800000001").await.unwrap();
    wang.sync().await;
    li.edit_household(three, "contact_phone", "13800000002").await.unwrap();
    li.sync().await;
    wang.sync().await;
    wang.visit(two, NewVisit::new(Outcome::NoAnswer)).await.unwrap();

    let tagged = TodayFilter { tag: Some("独居".into()), ..TodayFilter::default() };
    assert_eq!(rooms(&wang.today(&tagged).await.unwrap()), ["101"], "a tag and not the beginning of one");
    for (filter, found) in [
        (TodayOnly::Revisit, &["102"][..]),
        (TodayOnly::Unsent, &["102"]),
        (TodayOnly::Conflict, &["103"]),
        (TodayOnly::All, &["101", "102", "103"]),
    ] {
        assert_eq!(rooms(&wang.today(&only(filter)).await.unwrap()), found, "{}", filter.word());
    }
    let place = |grid: &str| TodayFilter { grid: Some(grid.into()), ..TodayFilter::default() };
    assert_eq!(wang.today(&place(GRID)).await.unwrap().tally.households, 3);
    assert_eq!(wang.today(&place("9")).await.unwrap().tally.households, 0);

    let page = TodayFilter { limit: Some(2), ..only(TodayOnly::All) };
    let first = wang.today(&page).await.unwrap();
    assert_eq!((rooms(&first), first.next_offset), (vec!["101", "102"], Some(2)));
    let second = wang.today(&TodayFilter { offset: first.next_offset, ..page }).await.unwrap();
    assert_eq!((rooms(&second), second.next_offset), (vec!["103"], None));
}

#[tokio::test]
async fn a_visit_under_a_merged_household_counts_for_its_survivor() {
    let relay = Relay::start().await;
    let mut office = Office::new(&relay);
    let (kept, gone) = (office.household("501"), office.household("五零一"));
    let wang = Phone::of("王芳", &relay).await;
    wang.sync().await;
    wang.visit(kept, NewVisit::new(Outcome::NoAnswer)).await.unwrap();
    wang.visit(gone, NewVisit::new(Outcome::Done)).await.unwrap();
    wang.sync().await;
    let (survivor, absorbed) = (office.doc(kept).fields(), office.doc(gone).fields());
    let word = MergeWord { reason: "同一户", by: None, at_ms: NOW_MS };
    let planned =
        plan_merge(DecisionId([9; 8]), (kept, &survivor), (gone, &absorbed), &Choices::new(), &word);
    for change in planned.unwrap() {
        office.write(change.household, &change.puts);
    }
    wang.sync().await;
    let today = wang.today(&only(TodayOnly::All)).await.unwrap();
    assert_eq!((today.tally.households, today.tally.reached), (1, 1));
    assert_eq!((today.doors[0].item.id, today.doors[0].outcome), (kept, Some(Outcome::Done)));
}
