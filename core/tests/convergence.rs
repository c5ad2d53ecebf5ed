//! However changes travel, everybody who has them all has the same document.
//!
//! A failing case is shrunk and its seed kept in `convergence.proptest-regressions`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failure here is a failed test")]

#[path = "support/replica.rs"]
mod replica;

use linli_core::doc::{Applied, ApplyError, ChangeBytes, Document};
use linli_core::ids::{ResidentId, VisitId};
use linli_core::kinds::{DocKind, Outcome, VisitEntry, resident_key, visit_key};
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::record::{Put, Value};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use replica::Replica;
use std::collections::{BTreeMap, VecDeque};

/// One person's edit of one document, after hearing a part of what the others did.
#[derive(Clone, Debug)]
struct Step {
    author: usize,
    doc: usize,
    field: u8,
    value: u8,
    /// How many of the changes not heard of yet arrive first, in this order.
    hears: Vec<prop::sample::Index>,
}

const REGRESSIONS: &str = "tests/convergence.proptest-regressions";
const AUTHORS: usize = 3;
const KINDS: [DocKind; 3] = [DocKind::Household, DocKind::Visits, DocKind::Canvass];

fn step() -> impl Strategy<Value = Step> {
    let hears = prop::collection::vec(any::<prop::sample::Index>(), 0..4);
    (0..AUTHORS, 0..KINDS.len(), 0..8u8, 0..4u8, hears).prop_map(|(author, doc, field, value, hears)| Step {
        author,
        doc,
        field,
        value,
        hears,
    })
}

fn put_for(kind: DocKind, field: u8, value: u8) -> Put {
    let person = resident_key(ResidentId([field % 2; 8]));
    let text = format!("值{value}");
    match (kind, field) {
        (DocKind::Household, 0) => Put::set("contact_phone", text),
        (DocKind::Household, 1) => Put::set("note", text),
        (DocKind::Household, 2) => Put::delete("note"),
        (DocKind::Household, 3) => Put { key: format!("tags/{value}"), value: Some(Value::Bool(true)) },
        (DocKind::Household, 4) => Put::delete(format!("tags/{value}")),
        (DocKind::Household, 5) => Put::set(format!("{person}name"), text),
        (DocKind::Household, 6) => Put::set(format!("{person}presence"), "removed"),
        (DocKind::Household, _) => {
            Put { key: format!("{person}presence"), value: Some(Value::Int(value.into())) }
        }
        (DocKind::Visits, 0) => Put::set("household", "080g2081040g2081040g208104"),
        (DocKind::Visits, 1) => Put::set("period", "2026Q4"),
        (DocKind::Visits, 2) => Put::set(format!("{}/outcome", visit_key(VisitId([value; 8]))), "moved"),
        (DocKind::Visits, _) => {
            let entry = VisitEntry::new(i64::from(field), Outcome::Done);
            Put { key: visit_key(VisitId([value; 8])), value: Some(entry.to_value()) }
        }
        _ => Put::set("state", ["planned", "open", "closed", "closed"][usize::from(value)]),
    }
}

/// What one person has and still lacks.
struct Person {
    copies: Vec<Replica>,
    unheard: Vec<(usize, ChangeBytes)>,
    held: Vec<(usize, ChangeBytes)>,
}

impl Person {
    fn take(&mut self, doc: usize, change: &ChangeBytes) {
        self.held.push((doc, change.clone()));
        loop {
            let before = self.held.len();
            let copies = &mut self.copies;
            self.held.retain(|(doc, change)| {
                let applied = copies[*doc].doc.apply(change);
                assert!(matches!(
                    applied,
                    Ok(Applied::New(_) | Applied::Known) | Err(ApplyError::Missing(_))
                ));
                applied.is_err()
            });
            if self.held.len() == before {
                return;
            }
        }
    }
}

fn live(steps: &[Step]) -> Vec<Person> {
    let person = |author: usize| Person {
        copies: KINDS.iter().map(|kind| Replica::new(&format!("{author}"), *kind)).collect(),
        unheard: Vec::new(),
        held: Vec::new(),
    };
    let mut people: Vec<Person> = (0..AUTHORS).map(person).collect();
    for (time, step) in (0..).zip(steps) {
        let who = &mut people[step.author];
        for index in &step.hears {
            if !who.unheard.is_empty() {
                let (doc, change) = who.unheard.remove(index.index(who.unheard.len()));
                who.take(doc, &change);
            }
        }
        who.copies[step.doc].clock_ms = time;
        let put = put_for(KINDS[step.doc], step.field, step.value);
        let Some(change) = who.copies[step.doc].edit(&[put]) else { continue };
        for (other, person) in people.iter_mut().enumerate() {
            if other != step.author {
                person.unheard.push((step.doc, change.clone()));
            }
        }
    }
    people
}

/// Everything arrives at last: in an order of its own for each, and some of it twice.
fn hear_the_rest(people: &mut [Person], order: &[prop::sample::Index]) {
    for (offset, person) in people.iter_mut().enumerate() {
        let mut rest = std::mem::take(&mut person.unheard);
        let mut order: VecDeque<_> =
            order.iter().cycle().skip(offset * 7).take(rest.len()).copied().collect();
        while !rest.is_empty() {
            let index = order.pop_front().map_or(0, |index| index.index(rest.len()));
            let (doc, change) = rest.swap_remove(index);
            person.take(doc, &change);
            person.take(doc, &change);
        }
        assert!(person.held.is_empty(), "everything found its turn");
    }
}

/// What every replica must agree on, down to the bytes of rows.
fn told(doc: &mut Document) -> (String, Vec<u8>, Option<Vec<u8>>) {
    let fields = doc.fields();
    let words = format!("{:?} {fields:?} {:?} {:?}", doc.heads(), doc.conflicts(), doc.history());
    (words, HouseholdRow::of(doc).to_bytes(), SheetRow::of(&fields).map(|row| row.to_bytes()))
}

/// A document does not remember the order in which it heard things once its changes are put in one order.
fn canonical(doc: &mut Document) -> Vec<u8> {
    let mut auto = automerge::AutoCommit::load(&doc.save()).unwrap();
    let mut waiting: BTreeMap<_, _> =
        auto.get_changes(&[]).into_iter().map(|change| (change.hash(), change)).collect();
    let mut fresh = Document::new(doc.kind());
    while !waiting.is_empty() {
        let ready = |change: &automerge::Change| change.deps().iter().all(|dep| !waiting.contains_key(dep));
        let next = waiting.iter().find(|(_, change)| ready(change)).map(|(hash, _)| *hash).unwrap();
        let change = waiting.remove(&next).unwrap();
        fresh.apply(&ChangeBytes(change.raw_bytes().to_vec())).unwrap();
    }
    fresh.save()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 120,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn everybody_ends_with_the_same(
        steps in prop::collection::vec(step(), 1..40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let mut people = live(&steps);
        hear_the_rest(&mut people, &order);
        let (first, others) = people.split_first_mut().unwrap();
        for (doc, kind) in KINDS.iter().enumerate() {
            let wanted = told(&mut first.copies[doc].doc);
            let bytes = canonical(&mut first.copies[doc].doc);
            let mut again = Document::load(*kind, &first.copies[doc].doc.save()).unwrap();
            prop_assert_eq!(&told(&mut again), &wanted, "saving and loading changes nothing");
            for other in others.iter_mut() {
                prop_assert_eq!(&told(&mut other.copies[doc].doc), &wanted);
                prop_assert_eq!(&canonical(&mut other.copies[doc].doc), &bytes);
            }
        }
    }
}
