//! Two households become one, people go on editing both, and the merge is taken back.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

#[path = "support/replica.rs"]
mod replica;

use linli_core::doc::Applied;
use linli_core::duplicates::{
    Choices, MergeChange, MergeWord, Side, differences, follow_late_edit, plan_merge, plan_unmerge,
};
use linli_core::ids::{DecisionId, HouseholdId, ResidentId};
use linli_core::kinds::{DocKind, MergeNote, resident_key, residents};
use linli_core::model::HouseholdRow;
use linli_core::record::{Put, Value};
use replica::{Replica, meet};

const SURVIVOR: HouseholdId = HouseholdId([1; 16]);
const ABSORBED: HouseholdId = HouseholdId([2; 16]);

/// The office's copies of two households that are one.
struct Office {
    survivor: Replica,
    absorbed: Replica,
}

fn person(id: u8, name: &str, birth: &str) -> Vec<Put> {
    let key = resident_key(ResidentId([id; 8]));
    vec![Put::set(format!("{key}name"), name), Put::set(format!("{key}birth"), birth)]
}

fn presence(id: u8, value: Value) -> Put {
    Put { key: format!("{}presence", resident_key(ResidentId([id; 8]))), value: Some(value) }
}

impl Office {
    fn new() -> Office {
        let mut survivor = Replica::new("社区", DocKind::Household);
        survivor.edit(&[Put::set("room", "501"), Put::set("contact_phone", "138")]);
        survivor.edit(&person(1, "张伟", "1987-03-05"));
        let mut absorbed = Replica::new("社区", DocKind::Household);
        absorbed.edit(&[Put::set("room", "五零一"), Put::set("note", "有狗")]);
        absorbed.edit(&[Put { key: "tags/独居".into(), value: Some(Value::Bool(true)) }]);
        absorbed.edit(&person(2, "张伟", "1987-03"));
        absorbed.edit(&person(3, "李娜", "1990-01-01"));
        Office { survivor, absorbed }
    }

    fn carry_out(&mut self, changes: &[MergeChange]) {
        for change in changes {
            let doc = if change.household == SURVIVOR { &mut self.survivor } else { &mut self.absorbed };
            doc.edit(&change.puts);
        }
    }

    fn merge(&mut self, id: DecisionId) {
        self.merge_choosing(id, &Choices::new());
    }

    fn merge_choosing(&mut self, id: DecisionId, choices: &Choices) {
        let (survivor, absorbed) = (self.survivor.doc.fields(), self.absorbed.doc.fields());
        let word = MergeWord { reason: "同一户", by: None, at_ms: 5 };
        let changes = plan_merge(id, (SURVIVOR, &survivor), (ABSORBED, &absorbed), choices, &word);
        self.carry_out(&changes.unwrap());
    }

    fn unmerge(&mut self, id: DecisionId) {
        let (survivor, absorbed) = (self.survivor.doc.fields(), self.absorbed.doc.fields());
        let notes = MergeNote::read_all(&survivor);
        let (_, note, undone) = notes.into_iter().find(|(found, ..)| *found == id).unwrap();
        assert!(!undone);
        self.carry_out(&plan_unmerge(id, &note, (SURVIVOR, &survivor), (ABSORBED, &absorbed)));
    }

    /// A phone that had not heard of the merge hands in an edit of the absorbed household.
    fn late_edit(&mut self, phone: &mut Replica, puts: &[Put]) {
        let change = phone.edit(puts).unwrap();
        let Applied::New(info) = self.absorbed.doc.apply(&change).unwrap() else { panic!("it is new") };
        let follow = follow_late_edit(&info.writes, &self.absorbed.doc.fields(), &self.survivor.doc.fields());
        self.survivor.edit(&follow);
    }
}

fn names(household: &Replica) -> Vec<String> {
    let people = residents(&household.doc.fields()).into_iter();
    people.map(|(_, resident)| resident.name.unwrap_or_default()).collect()
}

fn phone_with(household: &mut Replica) -> Replica {
    let mut phone = Replica::new("陈敏", DocKind::Household);
    meet(&mut phone, household);
    phone
}

#[test]
fn a_merge_fills_gaps_keeps_what_is_there_and_points_both_ways() {
    let mut office = Office::new();
    office.merge(DecisionId([1; 8]));
    let row = HouseholdRow::of(&mut office.survivor.doc);
    assert_eq!((row.contact_phone.as_str(), row.note.as_str()), ("138", "有狗"));
    assert!(row.tags.contains("独居"));
    assert_eq!(row.place[3], "501", "a home stays where it is");
    assert_eq!(row.absorbed, [ABSORBED]);
    assert_eq!(names(&office.survivor), ["张伟", "李娜"]);
    assert_eq!(HouseholdRow::of(&mut office.absorbed.doc).merged_into, Some(SURVIVOR));
}

#[test]
fn taking_a_merge_back_returns_people_with_all_that_was_learnt_of_them() {
    let mut office = Office::new();
    office.merge(DecisionId([1; 8]));
    let key = resident_key(ResidentId([3; 8]));
    office.survivor.edit(&[Put::set(format!("{key}phone"), "137"), Put::set(format!("{key}name"), "李娜娜")]);
    office.survivor.edit(&[Put { key: format!("{key}tags/党员"), value: Some(Value::Bool(true)) }]);
    office.unmerge(DecisionId([1; 8]));
    assert_eq!(names(&office.survivor), ["张伟"]);
    assert_eq!(names(&office.absorbed), ["张伟", "李娜娜"]);
    let people = residents(&office.absorbed.doc.fields());
    assert_eq!(people[1].1.phone.as_deref(), Some("137"), "a field that was empty before goes home too");
    assert!(people[1].1.tags.contains("党员"));
    let row = HouseholdRow::of(&mut office.survivor.doc);
    assert!(row.absorbed.is_empty() && row.tags.is_empty() && row.note.is_empty());
    assert_eq!(HouseholdRow::of(&mut office.absorbed.doc).merged_into, None);
}

#[test]
fn somebody_who_left_while_merged_has_left_after_it_too() {
    let mut office = Office::new();
    office.merge(DecisionId([1; 8]));
    office.survivor.edit(&[presence(3, "removed".into())]);
    office.unmerge(DecisionId([1; 8]));
    assert_eq!(names(&office.absorbed), ["张伟"]);
}

#[test]
fn merging_again_after_taking_it_back_loses_nobody() {
    let mut office = Office::new();
    for round in 1..4u8 {
        office.merge(DecisionId([round; 8]));
        assert_eq!(names(&office.survivor), ["张伟", "李娜"], "round {round}");
        assert_eq!(HouseholdRow::of(&mut office.survivor.doc).absorbed, [ABSORBED]);
        office.unmerge(DecisionId([round; 8]));
        assert_eq!(names(&office.survivor), ["张伟"], "round {round}");
        assert_eq!(names(&office.absorbed), ["张伟", "李娜"], "round {round}");
        assert!(office.survivor.doc.conflicts().is_empty() && office.absorbed.doc.conflicts().is_empty());
    }
}

#[test]
fn a_late_edit_follows_to_the_survivor_and_to_the_same_person_there() {
    let mut office = Office::new();
    let mut phone = phone_with(&mut office.absorbed);
    office.merge(DecisionId([1; 8]));
    let zhang = resident_key(ResidentId([2; 8]));
    office.late_edit(&mut phone, &[Put::set("contact_phone", "139"), Put::set("room", "502")]);
    office.late_edit(&mut phone, &[Put::set(format!("{zhang}phone"), "136")]);
    let row = HouseholdRow::of(&mut office.survivor.doc);
    assert_eq!((row.contact_phone.as_str(), row.place[3].as_str()), ("139", "501"));
    assert_eq!(row.people[0].phone, "136", "known there under another id");
    assert_eq!(row.people.len(), 2);
}

#[test]
fn a_late_correction_of_a_name_does_not_make_a_second_person() {
    let mut office = Office::new();
    let mut phone = phone_with(&mut office.absorbed);
    office.merge(DecisionId([1; 8]));
    let zhang = resident_key(ResidentId([2; 8]));
    office.late_edit(&mut phone, &[Put::set(format!("{zhang}name"), "张炜")]);
    assert_eq!(names(&office.survivor), ["张炜", "李娜"]);
}

#[test]
fn a_late_newcomer_arrives_whole() {
    let mut office = Office::new();
    let mut phone = phone_with(&mut office.absorbed);
    office.merge(DecisionId([1; 8]));
    office.late_edit(&mut phone, &person(4, "李小宝", "2024-06-01"));
    assert_eq!(names(&office.survivor), ["张伟", "李娜", "李小宝"]);
}

#[test]
fn a_late_choice_between_versions_follows_as_a_value() {
    let mut office = Office::new();
    let mut chen = phone_with(&mut office.absorbed);
    let mut zhou = Replica::new("周强", DocKind::Household);
    meet(&mut zhou, &mut office.absorbed);
    chen.set("note", "有猫");
    zhou.set("note", "有两只狗");
    meet(&mut chen, &mut zhou);
    meet(&mut chen, &mut office.absorbed);
    office.merge(DecisionId([1; 8]));
    let shown = chen.shows("note");
    office.late_edit(&mut chen, &[Put::set("note", shown.as_str())]);
    assert_eq!(office.survivor.shows("note"), shown);
}

#[test]
fn a_chosen_value_stands_after_the_merge_and_goes_back_with_it() {
    let mut office = Office::new();
    office.absorbed.edit(&[Put::set("contact_phone", "139")]);
    let before = office.survivor.doc.fields();
    let found = differences(&before, &office.absorbed.doc.fields());
    let (zhang, twin) = (resident_key(ResidentId([1; 8])), resident_key(ResidentId([2; 8])));
    let keys: Vec<(&str, Side)> = found.iter().map(|one| (one.key.as_str(), one.kept)).collect();
    let birth = format!("{zhang}birth");
    assert_eq!(
        keys,
        [("room", Side::A), ("contact_phone", Side::A), ("note", Side::B), (birth.as_str(), Side::A)]
    );
    assert_eq!(found.last().unwrap().other, format!("{twin}birth"));

    let choices: Choices = [
        ("contact_phone".to_owned(), Side::B),
        ("room".to_owned(), Side::A),
        ("note".to_owned(), Side::A),
        (birth.clone(), Side::B),
    ]
    .into();
    office.merge_choosing(DecisionId([1; 8]), &choices);
    let merged = office.survivor.doc.fields();
    let text = |key: &str| merged.get(key).map(Value::show).unwrap_or_default();
    assert_eq!(
        [text("contact_phone"), text("room"), text("note"), text(&birth)],
        ["139", "501", "", "1987-03"]
    );
    assert_eq!(residents(&merged).len(), 2);

    office.unmerge(DecisionId([1; 8]));
    let after = office.survivor.doc.fields();
    for key in ["contact_phone", "room", birth.as_str()] {
        assert_eq!(after.get(key), before.get(key), "{key} is what it was");
    }
    assert!(after.get("note").is_none_or(|note| *note == Value::Null));
}

#[test]
fn a_chosen_value_that_was_edited_since_stays_when_the_merge_is_taken_back() {
    let mut office = Office::new();
    office.absorbed.edit(&[Put::set("contact_phone", "139")]);
    office.merge_choosing(DecisionId([1; 8]), &[("contact_phone".to_owned(), Side::B)].into());
    office.survivor.edit(&[Put::set("contact_phone", "137")]);
    office.unmerge(DecisionId([1; 8]));
    assert_eq!(office.survivor.doc.fields().get("contact_phone"), Some(&"137".into()));
}

#[test]
fn only_a_field_that_differs_can_be_chosen() {
    let office = Office::new();
    let (survivor, absorbed) = (office.survivor.doc.fields(), office.absorbed.doc.fields());
    let word = MergeWord { reason: "同一户", by: None, at_ms: 5 };
    for key in ["grid", "tags/独居", "merged_into", "r/什么/phone", "unit"] {
        let choices: Choices = [(key.to_owned(), Side::B)].into();
        let sides = ((SURVIVOR, &survivor), (ABSORBED, &absorbed));
        let planned = plan_merge(DecisionId([1; 8]), sides.0, sides.1, &choices, &word);
        assert!(planned.is_err(), "{key}");
    }
}
