//! The desk's proposals: whatever order values come in, the same one is proposed, and what is called trivial
//! loses nothing.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use linli_core::kinds::{DocKind, Household, Resident};
use linli_core::proposal::{Candidate, Proposal, ProposalReason, Source, is_trivial, propose};
use linli_core::record::{FieldSpec, Value};
use proptest::prelude::*;

/// A value with its time, source and author.
type Said = (String, i64, Source, u8);

fn field(key: &str) -> &'static FieldSpec {
    Household::SPEC.field(key).or_else(|| Resident::SPEC.field(key)).unwrap()
}

fn ask(key: &str, said: &[Said]) -> Option<(String, ProposalReason)> {
    let values: Vec<Value> = said.iter().map(|one| Value::from(one.0.as_str())).collect();
    let authors: Vec<[u8; 1]> = said.iter().map(|one| [one.3]).collect();
    let candidates: Vec<Candidate<'_>> = said
        .iter()
        .zip(values.iter().zip(&authors))
        .map(|(one, (value, author))| Candidate { value, at_ms: one.1, source: one.2, author })
        .collect();
    let Proposal { index, reason } = propose(Some(field(key)), &candidates)?;
    Some((said.get(index).unwrap().0.clone(), reason))
}

fn trivial(key: &str, texts: &[&str]) -> bool {
    let values: Vec<Value> = texts.iter().map(|text| Value::from(*text)).collect();
    is_trivial(Some(field(key)), &values.iter().collect::<Vec<_>>())
}

fn by_people(texts: &[&str]) -> Vec<Said> {
    let said = texts.iter().zip(1u8..);
    said.map(|(text, number)| ((*text).to_owned(), i64::from(number), Source::Person, number)).collect()
}

#[test]
fn each_reason_has_its_case() {
    let cases: [(&str, Vec<Said>, &str, ProposalReason); 6] = [
        (
            "contact_phone",
            by_people(&["13800000001", "+86 138-0000-0001"]),
            "+86 138-0000-0001",
            ProposalReason::OnlyFormatDiffers,
        ),
        (
            "contact_phone",
            by_people(&["13800000001", "13800000001", "13900000002"]),
            "13800000001",
            ProposalReason::TwoAgree,
        ),
        ("note", by_people(&["有狗,门铃坏了", "有狗"]), "有狗,门铃坏了", ProposalReason::MoreComplete),
        ("birth", by_people(&["1987-03-05", "1987-03"]), "1987-03-05", ProposalReason::MoreComplete),
        (
            "name",
            vec![("张伟".into(), 1, Source::Person, 1), ("张玮".into(), 2, Source::Roster, 2)],
            "张伟",
            ProposalReason::RosterVsPerson,
        ),
        ("room", by_people(&["501", "502"]), "502", ProposalReason::Newest),
    ];
    for (key, said, value, reason) in cases {
        assert_eq!(ask(key, &said), Some((value.to_owned(), reason)), "{key}: {said:?}");
    }
}

#[test]
fn one_author_does_not_confirm_himself_and_a_tie_proposes_nothing() {
    let again = |text: &str, at| (text.to_owned(), at, Source::Person, 1);
    let said =
        [again("13800000001", 1), again("138 0000 0001", 2), ("13900000002".into(), 3, Source::Person, 2)];
    assert_eq!(ask("contact_phone", &said), Some(("13900000002".into(), ProposalReason::Newest)));
    let tie: Vec<Said> = by_people(&["501", "502"]).into_iter().map(|one| (one.0, 7, one.2, one.3)).collect();
    assert_eq!(ask("room", &tie), None);
    assert_eq!(ask("room", &by_people(&["501"])), None);
    assert_eq!(ask("room", &[]), None);
}

#[test]
fn only_what_loses_nothing_is_trivial() {
    for (key, texts) in [
        ("contact_phone", &["13800000001", "138 0000 0001", "+8613800000001"][..]),
        ("contact_phone", &["0312-1234567", "1234567"]),
        ("estate", &["阳光花园A区", "阳光花园 a区"]),
        ("note", &["有狗", "有狗。"]),
        ("note", &["有狗", "门口有狗,晚上来"]),
        ("birth", &["1987-03", "1987-03-05"]),
    ] {
        assert!(trivial(key, texts), "{key}: {texts:?}");
    }
    for (key, texts) in [
        ("contact_phone", &["13800000001", "1380000000"][..]),
        ("contact_phone", &["13800000001", ""]),
        ("room", &["501", "1501"]),
        ("name", &["李娜", "李娜娜"]),
        ("birth", &["1987-03", "1987-04-05"]),
        ("note", &["有狗", ""]),
        ("note", &["。", ","]),
        ("gender", &["male", "female"]),
    ] {
        assert!(!trivial(key, texts), "{key}: {texts:?}");
    }
    assert!(!is_trivial(None, &[&Value::from("a"), &Value::from("A")]), "a field of a newer version");
}

fn any_key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["contact_phone", "note", "room", "name", "birth", "estate"])
}

fn any_said() -> impl Strategy<Value = Said> {
    let texts = prop_oneof![
        "[0-9]{1,12}",
        "[a-cA-C1-3 .,-]{0,6}",
        "[有狗门铃坏了,。 ]{0,5}",
        "198[0-9]-0[1-9](-0[1-9])?"
    ];
    (texts, 0i64..6, prop::sample::select(vec![Source::Roster, Source::Person]), 0u8..4)
}

proptest! {
    #[test]
    fn the_order_of_the_values_does_not_matter(key in any_key(), said in prop::collection::vec(any_said(), 0..6), turn in 0usize..6) {
        let mut turned = said.clone();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        let mut reversed = said.clone();
        reversed.reverse();
        let answer = ask(key, &said);
        // Values that say the same may be proposed in either form when they are of one moment.
        let plain = |answer: &Option<(String, ProposalReason)>| answer.as_ref().map(|(_, reason)| *reason);
        for other in [ask(key, &turned), ask(key, &reversed)] {
            prop_assert_eq!(plain(&other), plain(&answer));
            if answer.as_ref().is_some_and(|(_, reason)| *reason != ProposalReason::MoreComplete) {
                prop_assert_eq!(&other, &answer);
            }
        }
    }

    #[test]
    fn a_proposal_is_one_of_the_values_and_what_is_trivial_in_form_always_agrees(key in any_key(), said in prop::collection::vec(any_said(), 0..6)) {
        let texts: Vec<&str> = said.iter().map(|one| one.0.as_str()).collect();
        if let Some((value, reason)) = ask(key, &said) {
            prop_assert!(said.iter().any(|one| one.0 == value));
            if reason == ProposalReason::OnlyFormatDiffers {
                prop_assert!(trivial(key, &texts));
            }
        }
    }

    /// Nothing that a trivial difference would drop has a character that the proposal lacks.
    #[test]
    fn what_is_trivial_keeps_every_digit(key in any_key(), said in prop::collection::vec(any_said(), 2..5)) {
        let texts: Vec<&str> = said.iter().map(|one| one.0.as_str()).collect();
        if let (true, Some((value, _))) = (trivial(key, &texts), ask(key, &said)) {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let kept = digits(&value);
            let widest = texts.iter().map(|text| digits(text)).max_by_key(String::len).unwrap_or_default();
            let code = |text: &str| text.strip_prefix("86").unwrap_or(text).to_owned();
            prop_assert!(kept.contains(&code(&widest)) || code(&kept).contains(&code(&widest)), "{texts:?} gave {value}");
        }
    }
}

#[test]
fn every_field_that_asks_takes_any_value() {
    for kind in DocKind::ALL {
        for field in kind.spec().fields {
            let values =
                [Value::Null, Value::Bool(true), Value::Int(3), Value::from("三"), Value::Bytes(vec![1])];
            let candidates: Vec<Candidate<'_>> = values
                .iter()
                .map(|value| Candidate { value, at_ms: 1, source: Source::Person, author: b"a" })
                .collect();
            let _ = (
                propose(Some(field), &candidates),
                is_trivial(Some(field), &values.iter().collect::<Vec<_>>()),
            );
        }
    }
}
