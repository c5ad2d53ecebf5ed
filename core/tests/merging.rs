//! What becomes of a household when several people edit it without having seen each other.
//!
//! Each test is a story of named phones and the office, told through [`Document`]'s public door.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "support/replica.rs"]
mod replica;

use linli_core::doc::{Applied, ApplyError};
use linli_core::gate;
use linli_core::ids::{HouseholdId, ResidentId, VisitId};
use linli_core::kinds::{
    DocKind, Outcome, VisitEntry, VisitSheet, resident_key, residents, visit_key, visits, visits_doc,
};
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::record::{Put, Value};
use replica::{Replica, all_meet, clear, meet};

/// Two phones that know the same household.
fn two_phones() -> (Replica, Replica) {
    let mut chen = Replica::new("陈敏", DocKind::Household);
    let mut zhou = Replica::new("周强", DocKind::Household);
    chen.edit(&[Put::set("room", "501"), Put::set("contact_phone", "13800000000")]);
    meet(&mut chen, &mut zhou);
    (chen, zhou)
}

#[test]
fn different_fields_both_survive_and_nobody_is_asked() {
    let (mut chen, mut zhou) = two_phones();
    chen.set("contact_phone", "13900000000");
    zhou.set("note", "有狗");
    meet(&mut chen, &mut zhou);
    for phone in [&mut chen, &mut zhou] {
        assert_eq!(phone.shows("contact_phone"), "13900000000");
        assert_eq!(phone.shows("note"), "有狗");
        assert!(phone.doc.conflicts().is_empty());
    }
}

#[test]
fn the_same_field_keeps_both_values_with_who_and_when() {
    let (mut chen, mut zhou) = two_phones();
    chen.clock_ms = 1_700_000_000_000;
    zhou.clock_ms = 5;
    chen.set("contact_phone", "13911111111");
    zhou.set("contact_phone", "13922222222");
    meet(&mut chen, &mut zhou);
    for phone in [&mut chen, &mut zhou] {
        let conflicts = phone.doc.conflicts();
        assert_eq!(conflicts.len(), 1);
        let conflict = &conflicts[0];
        assert_eq!(conflict.key, "contact_phone");
        assert!(conflict.asks());
        let told: Vec<_> = conflict.versions.iter().map(|v| (v.value.show(), v.at_ms)).collect();
        assert!(told.contains(&("13911111111".into(), 1_700_000_000_000)), "{told:?}");
        assert!(told.contains(&("13922222222".into(), 5)), "{told:?}");
        assert!(conflict.versions.iter().any(|version| conflict.shown == version.value));
        assert_eq!(HouseholdRow::of(&mut phone.doc).open_conflicts, 1);
    }
    let actors: Vec<_> = chen.doc.versions("contact_phone").into_iter().map(|v| v.actor).collect();
    assert!(actors.contains(&chen.actor) && actors.contains(&zhou.actor));
    assert_eq!(chen.doc.fields(), zhou.doc.fields());
}

#[test]
fn the_same_value_twice_is_no_conflict() {
    let (mut chen, mut zhou) = two_phones();
    chen.set("contact_phone", "13911111111");
    zhou.set("contact_phone", "13911111111");
    meet(&mut chen, &mut zhou);
    assert_eq!(chen.doc.versions("contact_phone").len(), 2);
    assert!(chen.doc.conflicts().is_empty());
    assert_eq!(HouseholdRow::of(&mut zhou.doc).open_conflicts, 0);
}

#[test]
fn choosing_either_version_ends_the_conflict_everywhere_as_a_write() {
    for choice in ["13911111111", "13922222222", "13933333333"] {
        let (mut chen, mut zhou) = two_phones();
        let mut office = Replica::new("社区", DocKind::Household);
        chen.set("contact_phone", "13911111111");
        zhou.set("contact_phone", "13922222222");
        all_meet(&mut [&mut chen, &mut zhou, &mut office]);
        let change = office.set("contact_phone", choice).expect("a choice is a change");
        let Ok(Applied::New(info)) = chen.doc.apply(&change) else { panic!("the choice arrives") };
        assert_eq!(info.writes, [("contact_phone".into(), Some(choice.into()))], "told as what it is");
        let admitted = gate::admit_change(&change.0).unwrap().1;
        assert!(admitted.ops <= 2);
        all_meet(&mut [&mut chen, &mut zhou, &mut office]);
        let chooser = office.actor;
        for phone in [&mut chen, &mut zhou, &mut office] {
            assert!(phone.doc.conflicts().is_empty(), "{choice}");
            assert_eq!(phone.shows("contact_phone"), choice);
            assert_eq!(phone.doc.versions("contact_phone").len(), 1);
            let newest = phone.doc.history().pop().unwrap();
            assert_eq!((newest.value, newest.actor), (Some(choice.into()), chooser));
        }
        assert_eq!(office.set("contact_phone", choice), None, "choosing again changes nothing");
    }
}

#[test]
fn a_choice_passes_the_gate_on_another_phone() {
    let (mut chen, mut zhou) = two_phones();
    chen.set("note", "甲");
    zhou.set("note", "乙");
    meet(&mut chen, &mut zhou);
    let shown = chen.shows("note");
    chen.set("note", &shown).unwrap();
    let mut desk = automerge::AutoCommit::load(&zhou.doc.save()).unwrap();
    let changes = automerge::AutoCommit::load(&chen.doc.save()).unwrap().get_changes(&desk.get_heads());
    assert_eq!(gate::apply(&mut desk, &changes).unwrap(), [gate::Outcome::Applied]);
}

#[test]
fn two_choices_made_apart_are_a_new_conflict_not_a_lost_choice() {
    let (mut chen, mut zhou) = two_phones();
    chen.set("note", "甲");
    zhou.set("note", "乙");
    meet(&mut chen, &mut zhou);
    chen.set("note", "甲");
    zhou.set("note", "乙");
    meet(&mut chen, &mut zhou);
    let conflicts = chen.doc.conflicts();
    let values: Vec<String> = conflicts[0].versions.iter().map(|version| version.value.show()).collect();
    assert_eq!(values.len(), 2);
    assert!(values.contains(&"甲".into()) && values.contains(&"乙".into()));
}

#[test]
fn an_added_tag_beats_a_removal_made_apart() {
    let (mut chen, mut zhou) = two_phones();
    chen.edit(&[Put { key: "tags/独居".into(), value: Some(Value::Bool(true)) }]);
    meet(&mut chen, &mut zhou);
    // Chen takes the tag off and on again; Zhou, who saw none of that, takes it off.
    chen.edit(&[clear("tags/独居")]);
    chen.edit(&[
        Put { key: "tags/独居".into(), value: Some(Value::Bool(true)) },
        Put { key: "tags/高龄".into(), value: Some(Value::Bool(true)) },
    ]);
    zhou.edit(&[clear("tags/独居")]);
    meet(&mut chen, &mut zhou);
    for phone in [&mut chen, &mut zhou] {
        let tags = HouseholdRow::of(&mut phone.doc).tags;
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), ["独居", "高龄"]);
        assert!(phone.doc.conflicts().is_empty());
    }
    // A removal that saw the addition stands.
    zhou.edit(&[clear("tags/独居")]);
    meet(&mut chen, &mut zhou);
    assert_eq!(HouseholdRow::of(&mut chen.doc).tags.len(), 1);
}

#[test]
fn a_campaign_only_moves_forward() {
    let mut office = Replica::new("社区", DocKind::Canvass);
    let mut street = Replica::new("街道", DocKind::Canvass);
    office.set("state", "planned");
    meet(&mut office, &mut street);
    street.set("state", "closed");
    // Two writes give the office the larger counter, so Automerge alone would show "open".
    office.set("name", "燃气排查");
    office.set("state", "open");
    meet(&mut office, &mut street);
    for one in [&mut office, &mut street] {
        assert_eq!(one.shows("state"), "closed");
        assert_eq!(one.doc.conflicts()[0].shown, "closed".into());
        assert!(!one.doc.conflicts()[0].asks());
    }
}

#[test]
fn editing_a_resident_beats_a_removal_made_apart_but_not_one_that_saw_it() {
    let key = resident_key(ResidentId([7; 8]));
    let name = Put::set(format!("{key}name"), "李桂英");
    let removal = Put::set(format!("{key}presence"), "removed");
    let edit = |at_ms: i64| {
        let presence = Put { key: format!("{key}presence"), value: Some(Value::Int(at_ms)) };
        [Put::set(format!("{key}phone"), "13800000001"), presence]
    };
    for remover_is_busier in [false, true] {
        let (mut chen, mut zhou) = two_phones();
        chen.edit(std::slice::from_ref(&name));
        meet(&mut chen, &mut zhou);
        if remover_is_busier {
            zhou.set("note", "忙");
        }
        zhou.edit(std::slice::from_ref(&removal));
        chen.edit(&edit(50));
        meet(&mut chen, &mut zhou);
        for phone in [&chen, &zhou] {
            let people = residents(&phone.doc.fields());
            assert_eq!(people.len(), 1, "the edit wins");
            assert_eq!(people[0].1.phone.as_deref(), Some("13800000001"));
        }
        zhou.edit(std::slice::from_ref(&removal)).expect("removing again, seeing the edit, is a change");
        meet(&mut chen, &mut zhou);
        assert!(residents(&chen.doc.fields()).is_empty(), "the removal saw the edit");
        assert!(chen.doc.conflicts().is_empty());
    }
}

#[test]
fn two_phones_start_the_same_visits_document_and_no_visit_is_lost() {
    let home = HouseholdId([3; 16]);
    assert_eq!(visits_doc(home, "2026Q4"), visits_doc(home, "2026Q4"));
    let sheet = VisitSheet { household: Some(home.to_string()), period: Some("2026Q4".into()) };
    let write = |phone: &mut Replica, number: u8, at_ms: i64| {
        let mut puts = sheet.puts("");
        let entry = VisitEntry::new(at_ms, Outcome::Done);
        puts.push(Put { key: visit_key(VisitId([number; 8])), value: Some(entry.to_value()) });
        phone.edit(&puts).expect("a visit is a change");
    };
    let mut chen = Replica::new("陈敏", DocKind::Visits);
    let mut zhou = Replica::new("周强", DocKind::Visits);
    write(&mut chen, 1, 100);
    write(&mut zhou, 2, 300);
    write(&mut chen, 3, 200);
    meet(&mut chen, &mut zhou);
    for phone in [&mut chen, &mut zhou] {
        let fields = phone.doc.fields();
        let times: Vec<i64> = visits(&fields).into_iter().map(|(_, visit)| visit.at_ms).collect();
        assert_eq!(times, [100, 200, 300]);
        assert!(phone.doc.conflicts().is_empty(), "the same household and period written twice agree");
        let row = SheetRow::of(&fields).unwrap();
        assert_eq!((row.household, row.visits, row.last_at_ms), (home, 3, 300));
    }
    assert_eq!(SheetRow::of(&chen.doc.fields()).unwrap().to_bytes(), {
        SheetRow::of(&zhou.doc.fields()).unwrap().to_bytes()
    });
}

#[test]
fn an_amended_visit_keeps_what_was_written_at_the_door() {
    let mut chen = Replica::new("陈敏", DocKind::Visits);
    let key = visit_key(VisitId([1; 8]));
    let entry = VisitEntry { note: Some("没人".into()), ..VisitEntry::new(100, Outcome::NoAnswer) };
    chen.edit(&[Put { key: key.clone(), value: Some(entry.to_value()) }]);
    chen.edit(&[Put::set(format!("{key}/outcome"), "moved"), Put::set(format!("{key}/note"), "已搬走")]);
    let (_, seen) = visits(&chen.doc.fields()).remove(0);
    assert_eq!((seen.outcome, seen.note.as_deref()), (Outcome::Moved, Some("已搬走")));
    assert!(chen.doc.history().iter().any(|write| write.value == Some(entry.to_value())));
}

#[test]
fn an_import_from_an_older_state_shows_a_conflict_and_overwrites_nothing() {
    let mut office = Replica::new("社区", DocKind::Household);
    office.edit(&[Put::set("room", "501"), Put::set("contact_phone", "138")]);
    let first_import = office.doc.heads();
    let mut chen = Replica::new("陈敏", DocKind::Household);
    meet(&mut office, &mut chen);
    chen.set("contact_phone", "139");
    meet(&mut office, &mut chen);
    // The list has a third number; whoever typed it had not heard of Chen's.
    let change =
        office.edit_from(&first_import, &[Put::set("contact_phone", "137"), Put::set("room", "501")]);
    let change = change.expect("the import says something new");
    chen.doc.apply(&change).unwrap();
    for one in [&mut office, &mut chen] {
        let conflicts = one.doc.conflicts();
        assert_eq!(conflicts.len(), 1);
        let values: Vec<String> = conflicts[0].versions.iter().map(|version| version.value.show()).collect();
        assert_eq!(values.len(), 2);
        assert!(values.contains(&"137".into()) && values.contains(&"139".into()), "{values:?}");
    }
    // The same list once more says nothing new.
    let second_import = vec![automerge_hash(&change.0)];
    assert_eq!(office.edit_from(&second_import, &[Put::set("contact_phone", "137")]), None);
}

fn automerge_hash(change: &[u8]) -> linli_core::ids::Hash {
    linli_core::ids::Hash(gate::inspect_change(change).unwrap().hash)
}

#[test]
fn an_author_who_went_on_may_still_write_from_an_earlier_state() {
    let mut office = Replica::new("社区", DocKind::Household);
    office.set("note", "一");
    let base = office.doc.heads();
    office.set("note", "二");
    office.edit_from(&base, &[Put::set("note", "三")]).expect("nothing is swallowed");
    office.edit_from(&base, &[Put::set("note", "四")]).expect("nor the next time");
    let values: Vec<String> = office.doc.versions("note").into_iter().map(|v| v.value.show()).collect();
    assert_eq!(values.len(), 3, "{values:?}");
    let mut chen = Replica::new("陈敏", DocKind::Household);
    meet(&mut office, &mut chen);
    assert_eq!(chen.doc.fields(), office.doc.fields());
}

#[test]
fn an_import_from_a_state_nobody_knows_overwrites_nothing() {
    let mut office = Replica::new("社区", DocKind::Household);
    office.set("note", "一");
    let unknown = vec![linli_core::ids::Hash([9; 32])];
    office.edit_from(&unknown, &[Put::set("note", "二")]).expect("nothing is swallowed");
    assert_eq!(office.doc.versions("note").len(), 2);
}

#[test]
fn history_lists_every_write_in_one_order_for_all() {
    let (mut chen, mut zhou) = two_phones();
    chen.set("note", "甲");
    zhou.set("note", "乙");
    zhou.edit(&[Put::delete("contact_phone")]);
    meet(&mut chen, &mut zhou);
    chen.set("note", "丙");
    meet(&mut chen, &mut zhou);
    let told: Vec<(String, Option<String>)> =
        chen.doc.history().into_iter().map(|write| (write.key, write.value.map(|v| v.show()))).collect();
    for wanted in ["甲", "乙", "丙"] {
        assert!(told.contains(&("note".into(), Some(wanted.into()))), "{wanted}");
    }
    assert!(told.contains(&("contact_phone".into(), None)));
    assert_eq!(told.len(), 6);
    assert_eq!(chen.doc.history(), zhou.doc.history());
}

#[test]
fn a_change_that_comes_too_early_is_told_apart_and_taken_later() {
    let mut chen = Replica::new("陈敏", DocKind::Household);
    let first = chen.set("note", "一").unwrap();
    let second = chen.set("note", "二").unwrap();
    let mut zhou = Replica::new("周强", DocKind::Household);
    let before = zhou.doc.save();
    assert!(matches!(zhou.doc.apply(&second), Err(ApplyError::Missing(missing)) if missing.len() == 1));
    assert_eq!(zhou.doc.save(), before);
    zhou.doc.apply(&first).unwrap();
    zhou.doc.apply(&second).unwrap();
    assert_eq!(zhou.doc.apply(&second), Ok(Applied::Known));
    assert_eq!(zhou.shows("note"), "二");
}
