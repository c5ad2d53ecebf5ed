//! The office takes a decision back: nothing that anybody wrote is lost, and everybody sees the same again.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "support/replica.rs"]
mod replica;

use linli_core::doc::{Document, FieldConflict, UndoWord};
use linli_core::ids::{Actor, ConflictId, DecisionId};
use linli_core::kinds::{Decision, DocKind, LostValue, UndoNote};
use linli_core::record::{Put, Value};
use proptest::prelude::*;
use replica::{Replica, meet};

const DECISION: DecisionId = DecisionId([7; 8]);
const KEY: &str = "contact_phone";

/// Phones that wrote one number each without having seen each other, and the office that has them all.
fn quarrel(numbers: &[&str]) -> (Vec<Replica>, Replica) {
    let mut office = Replica::new("社区", DocKind::Household);
    office.edit(&[Put::set("room", "501"), Put::set(KEY, "13800000000")]);
    let mut phones = Vec::new();
    for (number, index) in numbers.iter().zip(1i64..) {
        let mut phone = Replica::new(&format!("手机{index}"), DocKind::Household);
        phone.clock_ms += index * 1000;
        phone.doc.merge(&mut office.doc).unwrap();
        phone.set(KEY, number);
        phones.push(phone);
    }
    for phone in &mut phones {
        office.doc.merge(&mut phone.doc).unwrap();
    }
    (phones, office)
}

fn decide(office: &mut Replica, kept: &str) {
    let conflict = office.doc.conflict_at(KEY.into()).unwrap();
    let lost = conflict.versions.iter().filter(|version| version.value != Value::from(kept));
    let decision = Decision {
        key: KEY.into(),
        kept: kept.into(),
        lost: lost.map(|v| LostValue { value: v.value.show(), actor: v.author }).collect(),
        reason: "电话核实".into(),
        at_ms: 5,
        by: None,
    };
    office.edit(&[Put::set(KEY, kept), Put::set(Decision::key_of(DECISION), decision.to_value())]);
    assert!(office.doc.conflict_at(KEY.into()).is_none());
}

fn take_back(office: &mut Document) -> usize {
    let word = UndoWord { conflict: ConflictId([1; 8]), reason: "打错了", by: Some("a1"), at_ms: 9 };
    let mut next = 0u8;
    let writer = || {
        next += 1;
        Actor::derive(&[b"undo", &[next]])
    };
    office.take_back(DECISION, &word, writer).len()
}

/// Value, author and time, as people see them.
fn told(conflict: &FieldConflict) -> Vec<(String, Actor, i64)> {
    let mut told: Vec<_> = conflict.versions.iter().map(|v| (v.value.show(), v.author, v.at_ms)).collect();
    told.sort();
    told
}

#[test]
fn both_values_stand_again_under_their_authors_names() {
    let (mut phones, mut office) = quarrel(&["13900000001", "13900000002"]);
    let before = told(&office.doc.conflict_at(KEY.into()).unwrap());
    for kept in ["13900000001", "13900000002", "13700000003"] {
        let mut copy = Replica { doc: office.doc.clone(), ..Replica::new("社区", DocKind::Household) };
        decide(&mut copy, kept);
        assert_eq!(take_back(&mut copy.doc), 2, "one change a value");
        assert_eq!(told(&copy.doc.conflict_at(KEY.into()).unwrap()), before, "kept {kept}");
        for phone in &mut phones {
            let mut reader = Replica { doc: phone.doc.clone(), ..Replica::new("读", DocKind::Household) };
            meet(&mut reader, &mut copy);
            assert_eq!(told(&reader.doc.conflict_at(KEY.into()).unwrap()), before);
        }
        let notes = UndoNote::read_all(&copy.doc.fields());
        assert_eq!(notes.len(), 1);
        assert_eq!((notes[0].0, notes[0].1.reason.as_str()), (DECISION, "打错了"));
        assert_eq!(Decision::read_all(&copy.doc.fields()).len(), 1, "the decision is still on record");
    }
    decide(&mut office, "13900000001");
}

#[test]
fn what_was_written_since_joins_instead_of_being_overwritten() {
    let (mut phones, mut office) = quarrel(&["13900000001", "13900000002"]);
    decide(&mut office, "13900000001");
    meet(&mut phones[0], &mut office);
    phones[0].set(KEY, "13600000009");
    meet(&mut phones[0], &mut office);
    take_back(&mut office.doc);
    let values: Vec<String> =
        told(&office.doc.conflict_at(KEY.into()).unwrap()).into_iter().map(|(value, ..)| value).collect();
    assert_eq!(values, ["13600000009", "13900000001", "13900000002"]);
}

#[test]
fn a_decision_nobody_made_has_nothing_to_take_back() {
    let (_, mut office) = quarrel(&["13900000001", "13900000002"]);
    assert_eq!(take_back(&mut office.doc), 0);
}

proptest! {
    /// Whoever hears of it in whatever order sees the same values.
    #[test]
    fn everybody_sees_the_same_values_again(count in 2usize..6, keep in 0usize..6, order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let numbers: Vec<String> = (0..count).map(|index| format!("1390000000{index}")).collect();
        let (mut phones, mut office) = quarrel(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
        let before = told(&office.doc.conflict_at(KEY.into()).unwrap());
        decide(&mut office, &numbers[keep % count]);
        prop_assert_eq!(take_back(&mut office.doc), count);
        for index in order.into_iter().filter(|index| *index < count) {
            meet(&mut phones[index], &mut office);
            prop_assert_eq!(&told(&phones[index].doc.conflict_at(KEY.into()).unwrap()), &before);
        }
    }
}
