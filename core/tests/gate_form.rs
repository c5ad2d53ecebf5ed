//! What the gate reads of a change and a document without Automerge: each bound met and passed by one, each spelling
//! that nobody writes, each pair of columns that do not fit together.

#[path = "gate_support/lab.rs"]
mod lab;
#[path = "gate_support/raw.rs"]
mod raw;

use lab::signed;
use linli_core::gate::{self, GateError, Looks};
use raw::{RawChange, RawDocument};

/// Operation counters end below this.
const COUNTER_END: u64 = 2_147_483_647;

fn read(change: &RawChange) -> Result<(), GateError> {
    gate::inspect_change(&change.bytes()).map(drop)
}

fn not_canonical(what: &'static str) -> Result<(), GateError> {
    Err(GateError::NotCanonical { what })
}

fn out_of_range(what: &'static str) -> Result<(), GateError> {
    Err(GateError::OutOfRange { what })
}

fn columns(what: &'static str) -> Result<(), GateError> {
    Err(GateError::Columns { what })
}

fn not_flat(what: &'static str) -> Result<(), GateError> {
    Err(GateError::NotFlat { what })
}

/// An operation that replaces one value of another actor.
fn replacing() -> RawChange {
    let change = RawChange { start_op: 2, others: vec![vec![2; 16]], ..RawChange::default() };
    change.with(0x70, &[0x7f, 1]).with(0x71, &[0x7f, 1]).with(0x73, &[0x7f, 1])
}

/// Two operations, on `a` and on `b`.
fn two() -> RawChange {
    let change = RawChange::default().with(0x15, &[0x7e, 1, b'a', 1, b'b']).with(0x34, &[2]);
    change.with(0x42, &[2, 1]).with(0x56, &[2, 0x14]).with(0x57, &[5, 6]).with(0x70, &[2, 0])
}

#[test]
fn what_the_others_are_made_from_is_a_change_that_automerge_takes() {
    for change in [RawChange::default(), two(), replacing()] {
        gate::admit_change(&change.bytes()).unwrap();
    }
    gate::document_heads(&RawDocument::default().bytes()).unwrap();
}

#[test]
fn the_beginning_tells_what_bytes_are_and_whose() {
    let change = RawChange::default();
    assert_eq!(gate::looks_like(&change.bytes()), Some(Looks::Change));
    assert_eq!(gate::looks_like(&RawDocument::default().bytes()), Some(Looks::Document));
    assert_eq!(gate::looks_like(&change.bytes()[..6]), Some(Looks::Change), "cut off before it says");
    assert_eq!(gate::looks_like(b"a frame"), None);
    assert_eq!(gate::claimed_actor(&change.bytes()), Some([1; 16]));
    let deps = |count: u8| RawChange { deps: (0..count).map(|dep| [dep; 32]).collect(), ..change.clone() };
    assert_eq!(gate::claimed_actor(&deps(64).bytes()), Some([1; 16]));
    assert_eq!(gate::claimed_actor(&deps(65).bytes()), None);
    assert_eq!(gate::claimed_actor(&change.bytes()[..12]), None);
}

#[test]
fn numbers_of_a_change_stay_within_what_automerge_can_count() {
    let seq = |seq| read(&RawChange { seq, ..RawChange::default() });
    assert_eq!(seq(0), out_of_range("the number of a change"));
    assert_eq!(seq(COUNTER_END), Ok(()));
    assert_eq!(seq(COUNTER_END + 1), out_of_range("the number of a change"));
    let start_op = |start_op| read(&RawChange { start_op, ..RawChange::default() });
    assert_eq!(start_op(0), out_of_range("the first operation"));
    assert_eq!(start_op(COUNTER_END - 1), Ok(()));
    assert_eq!(start_op(COUNTER_END), out_of_range("the last operation"));
    assert_eq!(start_op(COUNTER_END + 1), out_of_range("the first operation"));
    let time = |time| read(&RawChange { time: signed(time), ..RawChange::default() });
    for end in [1_i64 << 53, -1 << 53] {
        assert_eq!(time(end), Ok(()));
        assert_eq!(time(end + end.signum()), out_of_range("the time of a change"));
    }
}

#[test]
fn lists_of_a_change_are_bounded_and_have_one_order() {
    let deps = |deps| read(&RawChange { deps, ..RawChange::default() });
    assert_eq!(deps((0..64).map(|dep| [dep; 32]).collect()), Ok(()));
    let too_many = GateError::TooMany { what: "dependencies", found: 65, max: 64 };
    assert_eq!(deps((0..65).map(|dep| [dep; 32]).collect()), Err(too_many));
    assert_eq!(deps(vec![[7; 32], [8; 32], [7; 32]]), not_canonical("dependencies"));
    let message = |message| read(&RawChange { message, ..RawChange::default() });
    assert_eq!(message(vec![b'm'; 256]), Ok(()));
    assert!(matches!(message(vec![b'm'; 257]), Err(GateError::TooLarge { bytes: 257, bytes_max: 256, .. })));
    assert_eq!(message(vec![0xff]), out_of_range("text that is not UTF-8"));
    for length in [0, 15, 17] {
        let change = RawChange { actor: vec![1; length], ..RawChange::default() };
        assert_eq!(read(&change), out_of_range("the length of an actor id"));
    }
}

#[test]
fn other_actors_are_named_once_in_order_and_each_for_a_reason() {
    let others = |others| read(&RawChange { others, ..replacing() });
    assert_eq!(others(vec![vec![1; 16]]), not_canonical("actors"), "the change's own");
    assert_eq!(others(vec![vec![2; 16], vec![3; 16]]), not_canonical("actors"), "nothing of it is replaced");
    let number = |number: u64| [&[3; 8][..], &number.to_be_bytes()].concat();
    // As many as there may be, of which nothing is replaced; one more is not even looked at.
    assert_eq!(others((0..256).map(number).collect()), not_canonical("actors"));
    let too_many = GateError::TooMany { what: "actors", found: 257, max: 256 };
    assert_eq!(others((0..257).map(number).collect()), Err(too_many));
    let both = |others| {
        let change = RawChange { start_op: 2, others, ..RawChange::default() };
        read(&change.with(0x70, &[0x7f, 2]).with(0x71, &[0x7e, 1, 2]).with(0x73, &[0x7e, 1, 0]))
    };
    assert_eq!(both(vec![vec![2; 16], vec![3; 16]]), Ok(()));
    assert_eq!(both(vec![vec![3; 16], vec![2; 16]]), not_canonical("actors"));
    assert_eq!(both(vec![vec![2; 16], vec![2; 16]]), not_canonical("actors"));
}

#[test]
fn what_is_replaced_is_older_named_once_and_in_order() {
    let pred = |bytes: &[u8]| read(&replacing().with(0x73, bytes));
    assert_eq!(pred(&[0x7f, 0]), not_canonical("predecessors"), "no operation has number 0");
    assert_eq!(pred(&[0x7f, 2]), out_of_range("the predecessor counter column"), "itself");
    let actor = |bytes: &[u8]| read(&replacing().with(0x71, bytes));
    assert_eq!(actor(&[0x7f, 2]), Err(GateError::UnknownActor));
    let twice = |counters: &[u8]| {
        let change = RawChange { start_op: 4, ..replacing() };
        read(&change.with(0x70, &[0x7f, 2]).with(0x71, &[2, 1]).with(0x73, counters))
    };
    assert_eq!(twice(&[0x7e, 1, 2]), Ok(()));
    assert_eq!(twice(&[0x7e, 3, 0]), not_canonical("predecessors"));
    assert_eq!(twice(&[0x7e, 3, 0x7f]), not_canonical("predecessors"));
    // The second operation may replace what the first has written, and nothing later.
    let own = |counter: u8| {
        let change = two().with(0x15, &[2, 1, b'a']).with(0x70, &[0x7e, 0, 1]);
        read(&change.with(0x71, &[0x7f, 0]).with(0x73, &[0x7f, counter]))
    };
    assert_eq!(own(1), Ok(()));
    assert_eq!(own(2), out_of_range("the predecessor counter column"));
}

#[test]
fn a_deletion_has_no_value_and_says_what_it_deletes() {
    let delete = |change: RawChange| change.with(0x42, &[0x7f, 3]).with(0x56, &[0x7f, 0]).with(0x57, &[]);
    assert_eq!(read(&delete(replacing())), Ok(()));
    assert_eq!(read(&delete(replacing()).with(0x56, &[0x7f, 1])), not_canonical("the value of a deletion"));
    assert_eq!(read(&delete(RawChange::default())), Err(GateError::Overwrites { op: 0 }));
    let second = two().with(0x42, &[0x7e, 1, 3]).with(0x56, &[0x7e, 0x14, 0]).with(0x57, &[5]);
    assert_eq!(read(&second), Err(GateError::Overwrites { op: 1 }));
}

#[test]
fn every_column_of_a_change_has_a_row_for_each_operation_and_no_more() {
    let spoilt = |number, bytes: &[u8]| read(&RawChange::default().with(number, bytes));
    assert_eq!(spoilt(0x15, &[2, 1, b'a']), columns("the key column"));
    assert_eq!(spoilt(0x15, &[]), columns("the key column"));
    assert_eq!(spoilt(0x15, &[0, 1]), columns("the key column"), "a row without a key");
    assert_eq!(spoilt(0x34, &[2]), columns("the insert column"));
    assert!(matches!(
        spoilt(0x34, &[1, 1]),
        Err(GateError::Trailing { what: "the insert column", bytes: 1 })
    ));
    assert_eq!(spoilt(0x56, &[2, 0x14]), columns("the value column"));
    assert!(matches!(spoilt(0x57, &[5, 5]), Err(GateError::Trailing { what: "the values", bytes: 1 })));
    assert_eq!(spoilt(0x70, &[2, 0]), columns("the predecessor count column"));
    assert_eq!(spoilt(0x71, &[0x7f, 0]), columns("the predecessor actor column"));
    assert_eq!(spoilt(0x73, &[0x7f, 1]), columns("the predecessor counter column"));
    assert_eq!(spoilt(0x42, &[]), out_of_range("a change without operations"));
    let tail = RawChange { tail: vec![0], ..RawChange::default() };
    assert!(matches!(read(&tail), Err(GateError::Trailing { what: "a change", bytes: 1 })));
    // Eleven bytes stand in the columns, so eleven rows at most can say anything.
    let rows = |rows: u8| spoilt(0x42, &[rows, 1]);
    assert_eq!(rows(11), columns("the key column"));
    assert_eq!(rows(12), Err(GateError::TooMany { what: "the action column", found: 12, max: 11 }));
}

/// So many operations, each setting `a` to 5.
fn many(ops: usize) -> RawChange {
    let run = |value: &[u8]| [&signed(ops as i64)[..], value].concat();
    let mut inserts = Vec::new();
    lab::leb(&mut inserts, ops as u64);
    let change = RawChange::default().with(0x15, &run(&[1, b'a'])).with(0x34, &inserts);
    let change = change.with(0x42, &run(&[1])).with(0x56, &run(&[0x14]));
    change.with(0x57, &vec![5; ops]).with(0x70, &run(&[0]))
}

#[test]
fn a_change_has_as_many_operations_and_looks_back_as_often_as_may_be() {
    assert_eq!(read(&many(4_096)), Ok(()));
    let too_many = GateError::TooMany { what: "the action column", found: 4_097, max: 4_096 };
    assert_eq!(read(&many(4_097)), Err(too_many));
    let deps = |ops| read(&RawChange { deps: (0..64).map(|dep| [dep; 32]).collect(), ..many(ops) });
    assert_eq!(deps(512), Ok(()));
    let what = "operations times dependencies of a change";
    assert_eq!(deps(513), Err(GateError::TooMany { what, found: 513 * 64, max: 32_768 }));
    let replaced = |count: i64| {
        let mut counts = vec![0x7f];
        lab::leb(&mut counts, count.unsigned_abs());
        let change = RawChange { start_op: 9_000, ..RawChange::default() }.with(0x70, &counts);
        let run = |value| [&signed(count)[..], &[value]].concat();
        read(&change.with(0x71, &run(0)).with(0x73, &run(1)))
    };
    assert_eq!(replaced(8_192), Ok(()));
    let what = "the predecessor actor column";
    assert_eq!(replaced(8_193), Err(GateError::TooMany { what, found: 8_193, max: 8_192 }));
}

#[test]
fn what_is_not_flat_is_named_by_its_column_and_its_action() {
    let column = |number| read(&RawChange::default().with(number, &[0x7f, 0]));
    assert_eq!(column(0x01), not_flat("an operation inside a nested object"));
    assert_eq!(column(0x11), not_flat("an operation on a list"));
    assert_eq!(column(0x94), not_flat("a text mark"));
    assert_eq!(column(0xa5), not_flat("a text mark"));
    assert_eq!(column(0x65), columns("an unknown column"));
    let deflated = RawChange::default().with(0x42, &[]).with(0x4a, &[0x7f, 1]);
    assert_eq!(read(&deflated), columns("a deflated column in a change"));
    let action = |action| read(&RawChange::default().with(0x42, &[0x7f, action]));
    for make in [0, 2, 4, 6] {
        assert_eq!(action(make), not_flat("a nested object"));
    }
    assert_eq!(action(5), not_flat("an increment"));
    assert_eq!(action(7), not_flat("a text mark"));
    assert_eq!(action(8), not_flat("an unknown action"));
    assert_eq!(read(&RawChange::default().with(0x42, &[0, 1])), not_flat("an unknown action"));
}

#[test]
fn keys_are_there_and_short() {
    let key = |length: usize| {
        let mut column = vec![0x7f];
        lab::leb(&mut column, length as u64);
        column.extend(vec![b'k'; length]);
        read(&RawChange::default().with(0x15, &column))
    };
    assert_eq!(key(0), out_of_range("an empty key"));
    assert_eq!(key(128), Ok(()));
    assert_eq!(key(129), Err(GateError::TooLarge { what: "a key", bytes: 129, bytes_max: 128 }));
    assert_eq!(
        read(&RawChange::default().with(0x15, &[0x7f, 1, 0xff])),
        out_of_range("text that is not UTF-8")
    );
}

#[test]
fn values_have_the_bytes_of_their_type() {
    let value = |code: u8, bytes: &[u8]| {
        let mut meta = vec![0x7f];
        lab::leb(&mut meta, ((bytes.len() as u64) << 4) | u64::from(code));
        read(&RawChange::default().with(0x56, &meta).with(0x57, bytes))
    };
    for nothing in 0..3 {
        assert_eq!(value(nothing, &[]), Ok(()));
        assert!(matches!(value(nothing, &[0]), Err(GateError::Trailing { what: "a value", bytes: 1 })));
    }
    for number in [3, 4, 9] {
        assert_eq!(value(number, &[5]), Ok(()));
        assert!(matches!(value(number, &[5, 5]), Err(GateError::Trailing { what: "a value", bytes: 1 })));
        assert_eq!(value(number, &[]), Err(GateError::Truncated { what: "a value" }));
        assert_eq!(value(number, &[0x85, 0]), not_canonical("a value"));
    }
    // The widest there are, signed and not.
    let widest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    assert_eq!(value(3, &widest), Ok(()));
    assert_eq!(value(4, &widest), not_canonical("a value"));
    assert_eq!(value(5, &[0; 8]), Ok(()));
    assert_eq!(value(5, &[0; 7]), Err(GateError::Truncated { what: "a value" }));
    assert!(matches!(value(5, &[0; 9]), Err(GateError::Trailing { what: "a value", bytes: 1 })));
    assert_eq!(value(6, "人".as_bytes()), Ok(()));
    assert_eq!(value(6, &[0xff]), out_of_range("text that is not UTF-8"));
    assert_eq!(value(7, &[0xff]), Ok(()));
    assert_eq!(value(8, &[1]), not_flat("a counter"));
    for unknown in 10..16 {
        assert_eq!(value(unknown, &[]), not_flat("a value of an unknown type"));
    }
    assert_eq!(value(7, &[0; 16 * 1024]), Ok(()));
    let too_large = GateError::TooLarge { what: "a value", bytes: 16 * 1024 + 1, bytes_max: 16 * 1024 };
    assert_eq!(value(7, &[0; 16 * 1024 + 1]), Err(too_large));
}

#[test]
fn a_table_of_columns_is_short_ascending_and_names_no_empty_column() {
    let mut order = RawChange::default();
    order.columns.swap(0, 1);
    assert_eq!(read(&order), columns("order of columns"));
    let mut twice = RawChange::default();
    twice.columns.insert(1, (0x15, vec![0x7f, 1, b'a']));
    assert_eq!(read(&twice), columns("order of columns"));
    let mut empty = RawChange::default();
    empty.columns.push((0x71, Vec::new()));
    assert_eq!(read(&empty), columns("an empty column"));
    let fourteen = (0..14).map(|number| (0x15 + 0x100 * number, vec![0x7f, 1, b'a'])).collect();
    let mut many = RawChange { columns: fourteen, ..RawChange::default() };
    assert_eq!(read(&many), columns("an unknown column"));
    many.columns.push((0xffff, vec![1]));
    assert_eq!(read(&many), Err(GateError::TooMany { what: "columns", found: 15, max: 14 }));
}

#[test]
fn chunks_are_bounded_by_their_kind() {
    let change = |bytes: usize| gate::inspect_change(&vec![1; bytes]).unwrap_err();
    let max = usize::try_from(gate::CHANGE_BYTES_MAX).unwrap();
    assert_eq!(change(max), GateError::NotAChunk);
    assert!(matches!(change(max + 1), GateError::TooLarge { .. }));
    let document = |bytes: usize| gate::admit_document(&vec![1; bytes]).unwrap_err();
    assert_eq!(document(8 * 1024 * 1024), GateError::NotAChunk);
    assert!(matches!(document(8 * 1024 * 1024 + 1), GateError::TooLarge { .. }));
}
