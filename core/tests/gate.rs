//! The gate against honest documents, the hostile samples and planted faults.

#[path = "gate_support/lab.rs"]
mod lab;

use linli_core::gate;

#[test]
fn honest_changes_pass_one_by_one_and_all_at_once() {
    let mut doc = lab::visit_document();
    let changes = doc.get_changes(&[]);
    let mut step = automerge::AutoCommit::new().with_actor(lab::actor(50));
    for change in &changes {
        let (admitted, facts) = gate::admit_change(change.raw_bytes()).unwrap();
        assert_eq!(facts.hash, change.hash().0);
        assert_eq!(gate::apply(&mut step, &[admitted]).unwrap(), vec![gate::Outcome::Applied]);
    }
    let mut whole = automerge::AutoCommit::new().with_actor(lab::actor(51));
    let outcomes = gate::apply(&mut whole, &changes).unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == gate::Outcome::Applied));
    assert_eq!(lab::content(&whole), lab::content(&doc));
    assert_eq!(lab::content(&step), lab::content(&doc));
    lab::live_on(&mut whole);
}
