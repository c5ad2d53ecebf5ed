//! What the gate reads of a document without Automerge, column by column, as `gate_form.rs` does of a change.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "gate_support/lab.rs"]
mod lab;
#[path = "gate_support/raw.rs"]
mod raw;

use lab::signed;
use linli_core::gate::{self, GateError};
use raw::RawDocument;
use std::io::Read as _;

type Read = Result<(), GateError>;

fn read(document: &RawDocument) -> Read {
    gate::document_heads(&document.bytes()).map(drop)
}

fn with_change(number: u32, bytes: &[u8]) -> Read {
    read(&RawDocument::default().with_change(number, bytes))
}

fn with_op(number: u32, bytes: &[u8]) -> Read {
    read(&RawDocument::default().with_op(number, bytes))
}

fn columns(what: &'static str) -> Read {
    Err(GateError::Columns { what })
}

fn out_of_range(what: &'static str) -> Read {
    Err(GateError::OutOfRange { what })
}

fn trailing(what: &'static str) -> Read {
    Err(GateError::Trailing { what, bytes: 1 })
}

/// Two changes of one actor, the second after the first, each setting `a`.
fn two() -> RawDocument {
    let document = RawDocument { head_indexes: vec![1], ..RawDocument::default() };
    let document = document.with_change(0x01, &[2, 0]).with_change(0x03, &[2, 1]).with_change(0x13, &[2, 1]);
    let document = document.with_change(0x23, &[2, 0]).with_change(0x40, &[0x7e, 0, 1]);
    let document = document.with_change(0x43, &[0x7f, 0]).with_change(0x56, &[2, 7]);
    let document = document.with_op(0x15, &[2, 1, b'a']).with_op(0x21, &[2, 0]).with_op(0x23, &[2, 1]);
    let document = document.with_op(0x34, &[2]).with_op(0x42, &[2, 1]).with_op(0x56, &[2, 0]);
    document.with_op(0x80, &[0x7e, 1, 0]).with_op(0x81, &[0x7f, 0]).with_op(0x83, &[0x7f, 2])
}

/// The changes of a document, one after the other, each of one operation, by actors in turn.
fn long(changes: usize, actors: usize) -> RawDocument {
    let names = (0..actors).map(|actor| [&[1; 8][..], &(actor as u64).to_be_bytes()].concat());
    let mut document = RawDocument { actors: names.collect(), ..RawDocument::default() };
    let run = |rows: usize, value: u8| {
        let mut run = signed(rows as i64);
        run.push(value);
        run
    };
    // The first stands alone, because a run of one is none.
    let first_then = |first: u8, rows: usize, value: u8| [vec![0x7f, first], run(rows, value)].concat();
    let mut by = signed(-(changes as i64));
    (0..changes).for_each(|change| lab::leb(&mut by, (change % actors) as u64));
    document = document.with_change(0x01, &by).with_change(0x03, &run(changes, 1));
    document = document.with_change(0x13, &run(changes, 1)).with_change(0x23, &run(changes, 0));
    document = document.with_change(0x40, &first_then(0, changes - 1, 1));
    document.with_change(0x43, &first_then(0, changes - 2, 1)).with_change(0x56, &run(changes, 7))
}

/// A delta column of one row.
fn one(value: i64) -> Vec<u8> {
    [vec![0x7f], signed(value)].concat()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = flate2::read::DeflateEncoder::new(bytes, flate2::Compression::best());
    encoder.read_to_end(&mut out).unwrap();
    out
}

#[test]
fn what_the_others_are_made_from_is_well_formed() {
    assert_eq!(gate::document_heads(&RawDocument::default().bytes()), Ok(vec![[9; 32]]));
    assert_eq!(read(&two()), Ok(()));
}

#[test]
fn actors_and_heads_are_bounded_and_in_order() {
    let actors = |actors| read(&RawDocument { actors, ..RawDocument::default() });
    assert_eq!(actors(vec![vec![2; 16], vec![1; 16]]), columns("order of actors"));
    assert_eq!(actors(vec![vec![1; 16], vec![1; 16]]), columns("order of actors"));
    assert_eq!(actors(vec![vec![1; 16], vec![2; 16]]), columns("actors"), "the second wrote nothing");
    assert_eq!(actors(vec![vec![1; 15]]), out_of_range("the length of an actor id"));
    let heads = |heads: Vec<[u8; 32]>| {
        let head_indexes = vec![0; heads.len()];
        read(&RawDocument { heads, head_indexes, ..RawDocument::default() })
    };
    assert_eq!(heads(vec![[9; 32], [8; 32]]), columns("order of heads"));
    assert_eq!(heads(vec![[9; 32], [9; 32]]), columns("order of heads"));
    assert_eq!(heads(vec![[8; 32], [9; 32]]), columns("heads"), "more than there are changes");
    assert_eq!(heads(vec![]), columns("heads"), "none, and a change");
    assert_eq!(heads((0..64).map(|head| [head; 32]).collect()), columns("heads"));
    let too_many = GateError::TooMany { what: "heads of the document", found: 65, max: 64 };
    assert_eq!(heads((0..65).map(|head| [head; 32]).collect()), Err(too_many));
    assert_eq!(
        read(&RawDocument { head_indexes: vec![1], ..RawDocument::default() }),
        columns("index of a head")
    );
    assert_eq!(read(&RawDocument { tail: vec![0], ..RawDocument::default() }), trailing("a document"));
}

#[test]
fn a_document_without_changes_is_one() {
    let nothing = RawDocument {
        actors: vec![],
        heads: vec![],
        changes: vec![],
        ops: vec![],
        head_indexes: vec![],
        tail: vec![],
    };
    assert_eq!(read(&nothing), Ok(()));
    assert_eq!(read(&nothing.with_op(0x34, &[1])), columns("the insert column"));
}

#[test]
fn there_are_as_many_actors_and_changes_as_may_be() {
    let told = |document: &RawDocument| read(document).unwrap_err();
    let many = |what, found, max| GateError::TooMany { what, found, max };
    // All of the form that may be, but for the operations that they claim.
    let fits = GateError::Columns { what: "number of operations" };
    assert_eq!(told(&long(8_000, 4_096)), fits);
    assert_eq!(told(&long(8_001, 1)), many("the actor column", 8_001, 8_000));
    assert_eq!(told(&long(4_097, 4_097)), many("actors of the document", 4_097, 4_096));
}

#[test]
fn every_column_of_changes_has_a_row_for_each() {
    assert_eq!(with_change(0x01, &[0x7f, 1]), Err(GateError::UnknownActor));
    assert_eq!(with_change(0x01, &[0, 1]), Err(GateError::UnknownActor));
    assert_eq!(with_change(0x03, &[2, 1]), columns("the number column"));
    assert_eq!(with_change(0x13, &[2, 1]), columns("the last operation column"));
    assert_eq!(with_change(0x23, &[2, 0]), columns("the time column"));
    assert_eq!(with_change(0x40, &[2, 0]), columns("the dependency count column"));
    assert_eq!(with_change(0x43, &[0x7f, 0]), columns("the dependency column"));
    assert_eq!(with_change(0x56, &[2, 7]), columns("the extra column"));
    assert_eq!(with_change(0x56, &[]), columns("the extra column"));
    assert_eq!(with_change(0x56, &[0x7f, 0x17]), columns("extra bytes of a change"));
    assert_eq!(with_change(0x57, &[1]), columns("extra bytes of a change"));
    assert_eq!(with_change(0x65, &[1]), columns("an unknown column"));
}

#[test]
fn numbers_of_a_document_stay_within_their_bounds() {
    let end = 2_147_483_647;
    assert_eq!(with_change(0x03, &one(end)), Ok(()));
    assert_eq!(with_change(0x03, &one(end + 1)), out_of_range("the number column"));
    assert_eq!(with_change(0x03, &one(-1)), out_of_range("the number column"));
    for end in [1_i64 << 53, -1 << 53] {
        assert_eq!(with_change(0x23, &one(end)), Ok(()));
        assert_eq!(with_change(0x23, &one(end + end.signum())), out_of_range("the time column"));
    }
    assert_eq!(with_change(0x13, &one(0)), out_of_range("a change without operations"));
    assert_eq!(with_change(0x13, &one(24_000)), columns("number of operations"));
    let too_many = GateError::TooMany { what: "operations of the document", found: 24_001, max: 24_000 };
    assert_eq!(with_change(0x13, &one(24_001)), Err(too_many));
    assert_eq!(with_op(0x23, &one(end)), Ok(()));
    assert_eq!(with_op(0x23, &one(end + 1)), out_of_range("the counter column"));
}

#[test]
fn a_change_builds_on_changes_further_up_and_goes_on_from_their_last_operation() {
    let dep = |row: u8| read(&two().with_change(0x43, &[0x7f, row]));
    assert_eq!(dep(0), Ok(()));
    assert_eq!(dep(1), out_of_range("the dependency column"), "itself");
    assert_eq!(read(&two().with_change(0x13, &[0x7e, 1, 0])), out_of_range("a change without operations"));
    let count = |count: u8| with_change(0x40, &[0x7f, count]);
    assert_eq!(count(64), columns("the dependency column"));
    assert_eq!(count(65), Err(GateError::TooMany { what: "dependencies", found: 65, max: 64 }));
    // Of several it is the furthest that counts.
    let both = two().with_change(0x40, &[0x7e, 0, 2]).with_change(0x43, &[2, 0]);
    assert_eq!(read(&both), Ok(()));
}

#[test]
fn messages_are_short_and_all_or_none() {
    let message = |length: usize| {
        let mut column = vec![0x7f];
        lab::leb(&mut column, length as u64);
        column.extend(vec![b'm'; length]);
        with_change(0x35, &column)
    };
    assert_eq!(message(256), Ok(()));
    assert_eq!(message(257), Err(GateError::TooLarge { what: "a message", bytes: 257, bytes_max: 256 }));
    assert_eq!(with_change(0x35, &[0, 1]), Ok(()));
    assert_eq!(with_change(0x35, &[0, 2]), columns("the message column"));
    assert_eq!(read(&two().with_change(0x35, &[0, 1])), columns("the message column"));
}

#[test]
fn every_column_of_operations_has_a_row_for_each() {
    assert_eq!(with_op(0x15, &[2, 1, b'a']), columns("the key column"));
    assert_eq!(with_op(0x21, &[2, 0]), columns("the actor column"));
    assert_eq!(with_op(0x21, &[0x7f, 1]), Err(GateError::UnknownActor));
    assert_eq!(with_op(0x23, &[2, 1]), columns("the counter column"));
    assert_eq!(with_op(0x34, &[2]), columns("the insert column"));
    assert_eq!(with_op(0x34, &[]), Err(GateError::Truncated { what: "the insert column" }));
    assert_eq!(with_op(0x56, &[2, 0]), columns("the value column"));
    assert_eq!(with_op(0x57, &[1]), trailing("the values"));
    assert_eq!(with_op(0x80, &[2, 0]), columns("the successor count column"));
    assert_eq!(with_op(0x81, &[0x7f, 0]), columns("the successor actor column"));
    assert_eq!(with_op(0x83, &[0x7f, 1]), columns("the successor counter column"));
    let too_many = GateError::TooMany { what: "the action column", found: 24_001, max: 24_000 };
    assert_eq!(with_op(0x42, &[0xc1, 0xbb, 0x01, 1]), Err(too_many));
}

#[test]
fn what_is_not_flat_is_named_by_its_column() {
    let not_flat = |number, what| assert_eq!(with_op(number, &[0x7f, 0]), Err(GateError::NotFlat { what }));
    not_flat(0x01, "an operation inside a nested object");
    not_flat(0x02, "an operation inside a nested object");
    not_flat(0x11, "an operation on a list");
    not_flat(0x13, "an operation on a list");
    not_flat(0x94, "a text mark");
    not_flat(0xa5, "a text mark");
    assert_eq!(with_op(0x65, &[0x7f, 0]), columns("an unknown column"));
    let delete = Err(GateError::NotFlat { what: "an operation that does not set a scalar" });
    assert_eq!(with_op(0x42, &[0x7f, 3]), delete);
    assert_eq!(with_op(0x42, &[0, 1]), delete);
}

#[test]
fn what_replaced_an_operation_is_later_and_by_somebody_known() {
    let by = |actor: u8| read(&two().with_op(0x81, &[0x7f, actor]));
    assert_eq!(by(0), Ok(()));
    assert_eq!(by(1), Err(GateError::UnknownActor));
    let counter = |counter: u8| read(&two().with_op(0x83, &[0x7f, counter]));
    assert_eq!(counter(1), columns("order of successors"), "itself");
    // The second operation is nowhere but in its own row, so that three are named where two are told.
    assert_eq!(counter(3), columns("number of operations"));
}

#[test]
fn one_name_is_one_operation_under_one_key() {
    let clash = "two operations with one name";
    assert_eq!(read(&two().with_op(0x23, &[0x7e, 2, 0])), columns("order of successors"));
    let apart = two().with_op(0x80, &[2, 0]).with_op(0x81, &[]).with_op(0x83, &[]);
    assert_eq!(read(&apart), Ok(()));
    assert_eq!(read(&apart.clone().with_op(0x23, &[0x7e, 1, 0])), columns(clash), "two rows");
    let keys = two().with_op(0x15, &[0x7e, 1, b'a', 1, b'b']);
    assert_eq!(read(&keys), columns(clash), "replaced under one key, written under another");
    // Of another actor the same number is another operation.
    let mut others = apart.with_op(0x23, &[0x7e, 1, 0]).with_op(0x21, &[0x7e, 0, 1]);
    others.actors.push(vec![2; 16]);
    others = others.with_change(0x01, &[0x7e, 0, 1]);
    assert_eq!(read(&others), Ok(()));
}

#[test]
fn deflated_columns_are_whole_and_inflate_within_the_bound() {
    let keys = [0x7f, 1, b'a'];
    let column = |bytes: &[u8]| read(&RawDocument::default().with_op(0x15, &[]).with_op(0x1d, bytes));
    assert_eq!(column(&deflated(&keys)), Ok(()));
    assert_eq!(
        column(&[deflated(&keys), vec![0]].concat()),
        Err(GateError::Trailing { what: "a deflated column", bytes: 0 })
    );
    assert_eq!(column(&[0xff, 0xff]), columns("a deflated column"));
    // In the last column, what the others have left of the allowance, to the byte. It is read, and then nobody
    // is named.
    let last = |bytes: usize| {
        let column = deflated(&vec![0x41; bytes]);
        read(&RawDocument::default().with_op(0x80, &[]).with_op(0x88, &column))
    };
    let RawDocument { changes, ops, .. } = RawDocument::default().with_op(0x80, &[]);
    let others: usize = changes.iter().chain(&ops).map(|(_, bytes)| bytes.len()).sum();
    let rest = 8 * 1024 * 1024 - others;
    let too_far =
        Err(GateError::TooLarge { what: "the inflated document", bytes: 8 << 20, bytes_max: 8 << 20 });
    assert_eq!(last(rest), columns("the successor actor column"));
    assert_eq!(last(rest + 1), too_far);
    assert_eq!(last(9 << 20), too_far);
}
