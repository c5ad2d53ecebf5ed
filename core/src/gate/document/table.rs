//! The inside of a document chunk: actors, heads, a table of changes and a table of operations.
//!
//! Owns the bounds and relations between the columns: equal numbers of rows, references that point somewhere,
//! values that fit their bytes, nothing that is not flat. Columns may be deflated; they are inflated one at a
//! time, against one allowance for the whole document. Does not rebuild changes: that is Automerge's work,
//! and the hashes then tell whether it came to the same result as the writer.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;

use flate2::bufread::DeflateDecoder;

use crate::gate::bytes::Cursor;
use crate::gate::change::{Actor, check_key, read_actor};
use crate::gate::columns::{ColumnHead, Deltas, Rows, Rule, Spelling, all_false, read_table, text};
use crate::gate::{
    DEPS_MAX, DOCUMENT_ACTORS_MAX, DOCUMENT_BYTES_MAX, DOCUMENT_CHANGES_MAX, DOCUMENT_DEPS_MAX,
    DOCUMENT_OPS_MAX, GateError, MESSAGE_BYTES_MAX, OP_COUNTER_MAX, TIME_MS_MAX, values,
};

/// Columns that Automerge knows: nine for changes, sixteen for operations.
const COLUMNS_MAX: u64 = 16;

/// How the table of changes is read. A document is only bounded in absolute numbers, not by its bytes: thousands
/// of honest changes at even intervals take a handful of bytes.
const CHANGE_RULE: Rule = Rule { rows_max: DOCUMENT_CHANGES_MAX, spelling: Spelling::Any };

/// How the table of operations is read.
const OP_RULE: Rule = Rule { rows_max: DOCUMENT_OPS_MAX, spelling: Spelling::Any };

/// How references between changes are read.
const DEP_RULE: Rule = Rule { rows_max: DOCUMENT_DEPS_MAX, spelling: Spelling::Any };

/// Checks a document's content; its heads, ascending.
pub(super) fn check(body: &[u8]) -> Result<Vec<[u8; 32]>, GateError> {
    let mut cursor = Cursor::new(body, "a document");
    let actors = read_actors(&mut cursor)?;
    let heads = read_heads(&mut cursor)?;
    let change_heads = read_table(&mut cursor, COLUMNS_MAX)?;
    let op_heads = read_table(&mut cursor, COLUMNS_MAX)?;
    let mut allowance = DOCUMENT_BYTES_MAX;
    let changes = Columns::inflate(&mut cursor, &change_heads, &mut allowance)?;
    let ops = Columns::inflate(&mut cursor, &op_heads, &mut allowance)?;
    let Told { changes: rows, ops: told } = check_changes(&changes, actors, &heads)?;
    if check_ops(&ops, actors)? != told {
        return Err(GateError::Columns { what: "number of operations" });
    }
    for _ in &heads {
        if cursor.unsigned()? >= rows {
            return Err(GateError::Columns { what: "index of a head" });
        }
    }
    cursor.finish()?;
    Ok(heads)
}

fn read_actors(cursor: &mut Cursor<'_>) -> Result<u64, GateError> {
    let count = cursor.count("actors of the document", DOCUMENT_ACTORS_MAX)?;
    let mut before: Option<Actor> = None;
    for _ in 0..count {
        let actor = read_actor(cursor)?;
        if before.is_some_and(|before| before >= actor) {
            return Err(GateError::Columns { what: "order of actors" });
        }
        before = Some(actor);
    }
    Ok(count)
}

fn read_heads(cursor: &mut Cursor<'_>) -> Result<Vec<[u8; 32]>, GateError> {
    let mut heads: Vec<[u8; 32]> = Vec::new();
    for _ in 0..cursor.count("heads of the document", DEPS_MAX)? {
        let head = cursor.array::<32>()?;
        if heads.last().is_some_and(|before| *before >= head) {
            return Err(GateError::Columns { what: "order of heads" });
        }
        heads.push(head);
    }
    Ok(heads)
}

/// The columns of one table, inflated, by specification.
struct Columns<'a>(Vec<(u32, Cow<'a, [u8]>)>);

impl<'a> Columns<'a> {
    fn inflate(
        cursor: &mut Cursor<'a>,
        heads: &[ColumnHead],
        allowance: &mut u64,
    ) -> Result<Columns<'a>, GateError> {
        let mut columns = Vec::new();
        for head in heads {
            let stored = cursor.take(head.len)?;
            let bytes = if head.deflated { inflate(stored, *allowance)?.into() } else { Cow::from(stored) };
            let left = allowance.checked_sub(bytes.len() as u64);
            *allowance = left.ok_or_else(inflates_too_far)?;
            columns.push((head.spec, bytes));
        }
        Ok(Columns(columns))
    }

    fn get(&self, spec: u32) -> &[u8] {
        self.0.iter().find(|(found, _)| *found == spec).map_or(&[], |(_, bytes)| bytes)
    }

    /// Fails on the first column whose specification `place` does not accept.
    fn all(&self, place: fn(u32) -> Result<(), GateError>) -> Result<(), GateError> {
        self.0.iter().try_for_each(|(spec, _)| place(*spec))
    }
}

/// Inflates at most `max` bytes. Runs twice, once only counting, so that memory is reserved exactly once and
/// only for what is allowed.
fn inflate(stored: &[u8], max: u64) -> Result<Vec<u8>, GateError> {
    let mut block = [0_u8; 8192];
    let mut decoder = DeflateDecoder::new(stored);
    let mut len = 0_u64;
    loop {
        let read = decoder.read(&mut block).map_err(|_| GateError::Columns { what: "a deflated column" })?;
        len += read as u64;
        if len > max {
            return Err(inflates_too_far());
        }
        if read == 0 {
            break;
        }
    }
    if decoder.total_in() != stored.len() as u64 {
        return Err(GateError::Trailing { what: "a deflated column", bytes: 0 });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    DeflateDecoder::new(stored)
        .take(len)
        .read_to_end(&mut bytes)
        .map_err(|_| GateError::Columns { what: "a deflated column" })?;
    Ok(bytes)
}

fn inflates_too_far() -> GateError {
    let bytes_max = DOCUMENT_BYTES_MAX;
    GateError::TooLarge { what: "the inflated document", bytes: bytes_max, bytes_max }
}

/// What the table of changes says about itself.
struct Told {
    changes: u64,
    ops: u64,
}

/// Checks the table of changes.
///
/// A change has as many operations as its last one is ahead of its dependencies. Automerge reserves memory by
/// that number before it looks for the operations, so it is worked out and bounded here.
fn check_changes(columns: &Columns<'_>, actors: u64, heads: &[[u8; 32]]) -> Result<Told, GateError> {
    columns.all(|spec| match spec {
        0x01 | 0x03 | 0x13 | 0x23 | 0x35 | 0x40 | 0x43 | 0x56 => Ok(()),
        0x57 => Err(GateError::Columns { what: "extra bytes of a change" }),
        _ => Err(GateError::Columns { what: "an unknown column" }),
    })?;
    let by = Rows::new(columns.get(0x01), "the actor column", CHANGE_RULE, Cursor::unsigned);
    let mut seqs = Deltas::new(columns.get(0x03), "the number column", CHANGE_RULE);
    let mut max_ops = Deltas::new(columns.get(0x13), "the last operation column", CHANGE_RULE);
    let mut times = Deltas::new(columns.get(0x23), "the time column", CHANGE_RULE);
    let mut dep_counts =
        Rows::new(columns.get(0x40), "the dependency count column", CHANGE_RULE, Cursor::unsigned);
    let mut deps = Deltas::new(columns.get(0x43), "the dependency column", DEP_RULE);
    let mut last_ops: Vec<u64> = Vec::new();
    let mut ops = 0_u64;
    // Automerge removes actors that wrote nothing, and panics when it holds nothing of them.
    let mut idle: BTreeSet<u64> = (0..actors).collect();
    for actor in by {
        let rows = last_ops.len() as u64;
        let actor = actor?.filter(|actor| *actor < actors).ok_or(GateError::UnknownActor)?;
        idle.remove(&actor);
        seqs.want(OP_COUNTER_MAX.cast_signed())?;
        let last_op = max_ops.want(OP_COUNTER_MAX.cast_signed())?;
        times.want_signed(TIME_MS_MAX)?;
        let count = dep_counts.want()?;
        if count > DEPS_MAX {
            return Err(GateError::TooMany { what: "dependencies", found: count, max: DEPS_MAX });
        }
        let mut before = 0;
        for _ in 0..count {
            // Only changes further up: Automerge follows these references without looking.
            let dep = deps.want(rows.cast_signed() - 1)?;
            let at_dep = usize::try_from(dep).ok().and_then(|dep| last_ops.get(dep));
            before = before.max(at_dep.copied().unwrap_or(0));
        }
        ops += last_op.saturating_sub(before);
        if last_op <= before {
            return Err(GateError::OutOfRange { what: "a change without operations" });
        }
        if ops > DOCUMENT_OPS_MAX {
            let (what, max) = ("operations of the document", DOCUMENT_OPS_MAX);
            return Err(GateError::TooMany { what, found: ops, max });
        }
        last_ops.push(last_op);
    }
    let rows = last_ops.len() as u64;
    seqs.finish()?;
    max_ops.finish()?;
    times.finish()?;
    dep_counts.finish()?;
    deps.finish()?;
    check_messages(columns.get(0x35), rows)?;
    check_no_extras(columns.get(0x56), rows)?;
    if !idle.is_empty() {
        return Err(GateError::Columns { what: "actors" });
    }
    if heads.len() as u64 > rows || (rows > 0 && heads.is_empty()) {
        return Err(GateError::Columns { what: "heads" });
    }
    Ok(Told { changes: rows, ops })
}

/// The message column may be left out when no change has one.
fn check_messages(column: &[u8], rows: u64) -> Result<(), GateError> {
    let mut count = 0;
    for message in Rows::new(column, "the message column", CHANGE_RULE, text) {
        let bytes = message?.map_or(0, |message| message.len() as u64);
        if bytes > MESSAGE_BYTES_MAX {
            return Err(GateError::TooLarge { what: "a message", bytes, bytes_max: MESSAGE_BYTES_MAX });
        }
        count += 1;
    }
    if count == rows || count == 0 { Ok(()) } else { Err(GateError::Columns { what: "the message column" }) }
}

/// Every change says that its extra bytes are a byte string of length 0.
fn check_no_extras(column: &[u8], rows: u64) -> Result<(), GateError> {
    const NO_BYTES: u64 = 7;
    let mut count = 0;
    for meta in Rows::new(column, "the extra column", CHANGE_RULE, Cursor::unsigned) {
        if meta? != Some(NO_BYTES) {
            return Err(GateError::Columns { what: "extra bytes of a change" });
        }
        count += 1;
    }
    if count == rows { Ok(()) } else { Err(GateError::Columns { what: "the extra column" }) }
}

/// Checks the table of operations; how many there are, with the deletions that are no rows.
fn check_ops(columns: &Columns<'_>, actors: u64) -> Result<u64, GateError> {
    columns.all(|spec| match spec {
        0x15 | 0x21 | 0x23 | 0x34 | 0x42 | 0x56 | 0x57 | 0x80 | 0x81 | 0x83 => Ok(()),
        0x01 | 0x02 => Err(GateError::NotFlat { what: "an operation inside a nested object" }),
        0x11 | 0x13 => Err(GateError::NotFlat { what: "an operation on a list" }),
        0x94 | 0xa5 => Err(GateError::NotFlat { what: "a text mark" }),
        _ => Err(GateError::Columns { what: "an unknown column" }),
    })?;
    let actions = Rows::new(columns.get(0x42), "the action column", OP_RULE, Cursor::unsigned);
    let mut keys = Rows::new(columns.get(0x15), "the key column", OP_RULE, text);
    let mut by = Rows::new(columns.get(0x21), "the actor column", OP_RULE, Cursor::unsigned);
    let mut counters = Deltas::new(columns.get(0x23), "the counter column", OP_RULE);
    let mut metas = Rows::new(columns.get(0x56), "the value column", OP_RULE, Cursor::unsigned);
    let mut raw = Cursor::new(columns.get(0x57), "the values");
    let mut successors = Successors::new(columns, actors);
    let mut names: Vec<Name<'_>> = Vec::new();
    let mut rows = 0_u64;
    for action in actions {
        if action? != Some(1) {
            return Err(GateError::NotFlat { what: "an operation that does not set a scalar" });
        }
        let key = check_key(keys.want()?)?;
        values::check(metas.want()?, &mut raw)?;
        let counter = counters.want(OP_COUNTER_MAX.cast_signed())?;
        let actor = by.want()?;
        if actor >= actors {
            return Err(GateError::UnknownActor);
        }
        let name = Name { actor, counter, key, row: true };
        names.push(name);
        successors.read(name, &mut names)?;
        rows += 1;
    }
    let distinct = check_distinct(names)?;
    if rows > 0 || !columns.get(0x34).is_empty() {
        all_false(columns.get(0x34), "the insert column", rows)?;
    }
    keys.finish()?;
    metas.finish()?;
    raw.finish()?;
    counters.finish()?;
    by.finish()?;
    successors.finish()?;
    Ok(distinct)
}

/// An operation, as a row of the table or as what replaced a row. Deletions only exist as the latter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    actor: u64,
    counter: u64,
    key: &'a str,
    row: bool,
}

/// One name is one operation, so it has one key and at most one row; Automerge asserts it. The number of names.
fn check_distinct(mut names: Vec<Name<'_>>) -> Result<u64, GateError> {
    names.sort_unstable();
    let clash = |(one, next): (&Name<'_>, &Name<'_>)| {
        let same = (one.actor, one.counter) == (next.actor, next.counter);
        same && (one.key != next.key || (one.row && next.row))
    };
    if names.iter().zip(names.iter().skip(1)).any(clash) {
        return Err(GateError::Columns { what: "two operations with one name" });
    }
    names.dedup_by_key(|name| (name.actor, name.counter));
    Ok(names.len() as u64)
}

/// The operations that replaced others: as many as there are, and later than what they replace.
struct Successors<'a> {
    counts: Rows<'a, u64>,
    by: Rows<'a, u64>,
    counters: Deltas<'a>,
    actors: u64,
}

impl<'a> Successors<'a> {
    fn new(columns: &'a Columns<'_>, actors: u64) -> Successors<'a> {
        Successors {
            counts: Rows::new(columns.get(0x80), "the successor count column", OP_RULE, Cursor::unsigned),
            by: Rows::new(columns.get(0x81), "the successor actor column", OP_RULE, Cursor::unsigned),
            counters: Deltas::new(columns.get(0x83), "the successor counter column", OP_RULE),
            actors,
        }
    }

    /// Reads what replaced the next row.
    fn read<'k>(&mut self, replaced: Name<'k>, names: &mut Vec<Name<'k>>) -> Result<(), GateError> {
        for _ in 0..self.counts.want()? {
            let actor = self.by.want()?;
            if actor >= self.actors {
                return Err(GateError::UnknownActor);
            }
            let counter = self.counters.want(OP_COUNTER_MAX.cast_signed())?;
            if counter <= replaced.counter {
                return Err(GateError::Columns { what: "order of successors" });
            }
            names.push(Name { actor, counter, key: replaced.key, row: false });
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), GateError> {
        self.counts.finish()?;
        self.by.finish()?;
        self.counters.finish()
    }
}
