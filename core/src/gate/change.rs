//! The inside of a change chunk: who, when, building on what, and its operations.
//!
//! Owns the rule that a change is flat and spelled the way Automerge spells it. Knows nothing of the document
//! the change is for; what an operation claims to replace is read here and judged in `apply`.

use std::ops::Range;

use super::bytes::Cursor;
use super::chunk::{self, Chunk};
use super::columns::{ColumnHead, Deltas, Rows, Rule, Spelling, all_false, read_table, text};
use super::{
    ACTOR_BYTES, CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_LOOKS_MAX, CHANGE_OPS_MAX, CHANGE_PREDS_MAX,
    ChangeFacts, DEPS_MAX, GateError, KEY_BYTES_MAX, MESSAGE_BYTES_MAX, OP_COUNTER_MAX, TIME_MS_MAX, values,
};

/// An actor id as it stands in a chunk.
pub(super) type Actor = [u8; ACTOR_BYTES];

/// Columns of Automerge's change format; the flat ones are seven.
const COLUMNS_MAX: u64 = 14;

/// Action codes of Automerge's storage format.
const ACTION_SET: u64 = 1;
const ACTION_DELETE: u64 = 3;

/// A change that passed every check that needs no document.
pub(super) struct Parsed<'a> {
    pub(super) facts: ChangeFacts,
    pub(super) actor: Actor,
    /// The other actors, ascending; [`Pred::actor`] 1 is the first of them.
    pub(super) others: Vec<Actor>,
    pub(super) ops: Vec<Op<'a>>,
    preds: Vec<Pred>,
}

/// One operation: sets or deletes the value of a key.
pub(super) struct Op<'a> {
    pub(super) key: &'a str,
    pub(super) delete: bool,
    preds: Range<usize>,
}

/// A value that an operation replaces, named by the operation that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pred {
    pub(super) counter: u64,
    /// 0 is the change's own actor.
    pub(super) actor: usize,
}

impl Parsed<'_> {
    /// What `op` claims to replace.
    pub(super) fn preds(&self, op: &Op<'_>) -> &[Pred] {
        self.preds.get(op.preds.clone()).unwrap_or_default()
    }

    /// The actor a [`Pred`] refers to.
    pub(super) fn actor_of(&self, pred: Pred) -> Option<&Actor> {
        match pred.actor.checked_sub(1) {
            None => Some(&self.actor),
            Some(other) => self.others.get(other),
        }
    }
}

/// Reads a whole change chunk.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed<'_>, GateError> {
    let chunk = chunk::open(bytes, chunk::CHANGE, "a change", CHANGE_BYTES_MAX)?;
    let mut cursor = Cursor::new(chunk.body, "a change");
    let (mut facts, actor) = read_head(&mut cursor, &chunk)?;
    let others = read_others(&mut cursor, &actor)?;
    let columns = OpColumns::split(&mut cursor)?;
    // What Automerge calls extra bytes is refused with everything else that may follow the columns.
    cursor.finish()?;
    let (ops, preds) = columns.read(facts.start_op, &actor, &others)?;
    facts.ops = ops.len() as u64;
    let looks = facts.ops * facts.deps.len() as u64;
    if looks > CHANGE_LOOKS_MAX {
        let what = "operations times dependencies of a change";
        return Err(GateError::TooMany { what, found: looks, max: CHANGE_LOOKS_MAX });
    }
    facts.other_actors = others.len();
    Ok(Parsed { facts, actor, others, ops, preds })
}

/// The actor of a change, from what stands before it.
pub(super) fn claimed_actor(bytes: &[u8]) -> Option<Actor> {
    let mut cursor = Cursor::new(bytes, "a change");
    let _envelope = cursor.array::<{ chunk::BEFORE_LENGTH }>().ok()?;
    let _length = cursor.unsigned().ok()?;
    let deps = cursor.count("dependencies", DEPS_MAX).ok()?;
    cursor.take(deps * 32).ok()?;
    read_actor(&mut cursor).ok()
}

fn read_head(cursor: &mut Cursor<'_>, chunk: &Chunk<'_>) -> Result<(ChangeFacts, Actor), GateError> {
    let mut deps: Vec<[u8; 32]> = Vec::new();
    for _ in 0..cursor.count("dependencies", DEPS_MAX)? {
        let dep = cursor.array::<32>()?;
        if deps.contains(&dep) {
            return Err(GateError::NotCanonical { what: "dependencies" });
        }
        deps.push(dep);
    }
    let actor = read_actor(cursor)?;
    let seq = cursor.unsigned()?;
    let start_op = cursor.unsigned()?;
    // A first change has no number before it, and every number costs at least one operation.
    if seq == 0 || seq > OP_COUNTER_MAX {
        return Err(GateError::OutOfRange { what: "the number of a change" });
    }
    if start_op == 0 || start_op > OP_COUNTER_MAX {
        return Err(GateError::OutOfRange { what: "the first operation" });
    }
    let time_ms = cursor.signed()?;
    if time_ms.unsigned_abs() > TIME_MS_MAX.unsigned_abs() {
        return Err(GateError::OutOfRange { what: "the time of a change" });
    }
    let message_bytes = cursor.unsigned()?;
    if message_bytes > MESSAGE_BYTES_MAX {
        let bytes_max = MESSAGE_BYTES_MAX;
        return Err(GateError::TooLarge { what: "a message", bytes: message_bytes, bytes_max });
    }
    std::str::from_utf8(cursor.take(message_bytes)?)
        .map_err(|_| GateError::OutOfRange { what: "text that is not UTF-8" })?;
    let hash = chunk.hash;
    let facts =
        ChangeFacts { hash, actor: actor.to_vec(), seq, start_op, ops: 0, deps, time_ms, other_actors: 0 };
    Ok((facts, actor))
}

/// Reads an actor id with its length.
pub(super) fn read_actor(cursor: &mut Cursor<'_>) -> Result<Actor, GateError> {
    if cursor.unsigned()? != ACTOR_BYTES as u64 {
        return Err(GateError::OutOfRange { what: "the length of an actor id" });
    }
    cursor.array()
}

fn read_others(cursor: &mut Cursor<'_>, own: &Actor) -> Result<Vec<Actor>, GateError> {
    let mut others: Vec<Actor> = Vec::new();
    for _ in 0..cursor.count("actors", CHANGE_ACTORS_MAX)? {
        let other = read_actor(cursor)?;
        if other == *own || others.last().is_some_and(|before| *before >= other) {
            return Err(GateError::NotCanonical { what: "actors" });
        }
        others.push(other);
    }
    Ok(others)
}

/// The columns of a flat change.
#[derive(Default)]
struct OpColumns<'a> {
    key: &'a [u8],
    insert: &'a [u8],
    action: &'a [u8],
    value_meta: &'a [u8],
    value: &'a [u8],
    pred_count: &'a [u8],
    pred_actor: &'a [u8],
    pred_counter: &'a [u8],
}

impl<'a> OpColumns<'a> {
    fn split(cursor: &mut Cursor<'a>) -> Result<OpColumns<'a>, GateError> {
        let mut columns = OpColumns::default();
        for ColumnHead { spec, deflated, len } in read_table(cursor, COLUMNS_MAX)? {
            if deflated {
                return Err(GateError::Columns { what: "a deflated column in a change" });
            }
            let bytes = cursor.take(len)?;
            *columns.slot(spec)? = bytes;
        }
        Ok(columns)
    }

    /// Where a column belongs. A specification is the column's id times 16 plus its type.
    fn slot(&mut self, spec: u32) -> Result<&mut &'a [u8], GateError> {
        match spec {
            0x15 => Ok(&mut self.key),
            0x34 => Ok(&mut self.insert),
            0x42 => Ok(&mut self.action),
            0x56 => Ok(&mut self.value_meta),
            0x57 => Ok(&mut self.value),
            0x70 => Ok(&mut self.pred_count),
            0x71 => Ok(&mut self.pred_actor),
            0x73 => Ok(&mut self.pred_counter),
            _ => Err(not_flat(spec)),
        }
    }

    /// An operation that says anything new takes a byte somewhere, so there are never more than bytes; with
    /// that the memory for reading a change is in proportion to its size.
    fn rule(&self, rows_max: u64) -> Rule {
        let columns = [
            self.key,
            self.insert,
            self.action,
            self.value_meta,
            self.value,
            self.pred_count,
            self.pred_actor,
        ];
        let bytes: usize = columns.iter().map(|column| column.len()).sum();
        Rule { rows_max: rows_max.min(bytes as u64), spelling: Spelling::Canonical }
    }

    fn read(
        &self,
        start_op: u64,
        actor: &Actor,
        others: &[Actor],
    ) -> Result<(Vec<Op<'a>>, Vec<Pred>), GateError> {
        let rule = self.rule(CHANGE_OPS_MAX);
        let actions = Rows::new(self.action, "the action column", rule, Cursor::unsigned);
        let mut keys = Rows::new(self.key, "the key column", rule, text);
        let mut metas = Rows::new(self.value_meta, "the value column", rule, Cursor::unsigned);
        let mut raw = Cursor::new(self.value, "the values");
        let mut counts = Rows::new(self.pred_count, "the predecessor count column", rule, Cursor::unsigned);
        let mut preds = PredReader::new(self, actor, others);
        let mut ops: Vec<Op<'a>> = Vec::new();
        for action in actions {
            let delete = is_delete(action?)?;
            let key = check_key(keys.want()?)?;
            let meta = metas.want()?;
            if delete && meta != values::NOTHING {
                return Err(GateError::NotCanonical { what: "the value of a deletion" });
            }
            values::check(meta, &mut raw)?;
            let preds = preds.take(counts.want()?, start_op + ops.len() as u64)?;
            if delete && preds.is_empty() {
                // Automerge keeps a deletion only as a mark on what it deletes.
                return Err(GateError::Overwrites { op: ops.len() as u64 });
            }
            ops.push(Op { key, delete, preds });
        }
        let count = ops.len() as u64;
        if count == 0 {
            return Err(GateError::OutOfRange { what: "a change without operations" });
        }
        if start_op + count > OP_COUNTER_MAX {
            return Err(GateError::OutOfRange { what: "the last operation" });
        }
        all_false(self.insert, "the insert column", count)?;
        keys.finish()?;
        metas.finish()?;
        raw.finish()?;
        counts.finish()?;
        Ok((ops, preds.finish()?))
    }
}

/// Names what a column that has no place here belongs to.
fn not_flat(spec: u32) -> GateError {
    match spec >> 4 {
        0 => GateError::NotFlat { what: "an operation inside a nested object" },
        1 => GateError::NotFlat { what: "an operation on a list" },
        9 | 10 => GateError::NotFlat { what: "a text mark" },
        _ => GateError::Columns { what: "an unknown column" },
    }
}

fn is_delete(action: Option<u64>) -> Result<bool, GateError> {
    match action {
        Some(ACTION_SET) => Ok(false),
        Some(ACTION_DELETE) => Ok(true),
        Some(0 | 2 | 4 | 6) => Err(GateError::NotFlat { what: "a nested object" }),
        Some(5) => Err(GateError::NotFlat { what: "an increment" }),
        Some(7) => Err(GateError::NotFlat { what: "a text mark" }),
        _ => Err(GateError::NotFlat { what: "an unknown action" }),
    }
}

/// Checks length and presence of a key.
pub(super) fn check_key(key: &str) -> Result<&str, GateError> {
    let bytes = key.len() as u64;
    if bytes > KEY_BYTES_MAX {
        return Err(GateError::TooLarge { what: "a key", bytes, bytes_max: KEY_BYTES_MAX });
    }
    if key.is_empty() { Err(GateError::OutOfRange { what: "an empty key" }) } else { Ok(key) }
}

/// Collects what operations replace, and whether every other actor is really referred to.
struct PredReader<'a> {
    actors: Rows<'a, u64>,
    counters: Deltas<'a>,
    own: &'a Actor,
    others: &'a [Actor],
    used: Vec<bool>,
    preds: Vec<Pred>,
}

impl<'a> PredReader<'a> {
    fn new(columns: &OpColumns<'a>, own: &'a Actor, others: &'a [Actor]) -> PredReader<'a> {
        let rule = Rule { rows_max: CHANGE_PREDS_MAX, spelling: Spelling::Canonical };
        PredReader {
            actors: Rows::new(columns.pred_actor, "the predecessor actor column", rule, Cursor::unsigned),
            counters: Deltas::new(columns.pred_counter, "the predecessor counter column", rule),
            own,
            others,
            used: vec![false; others.len()],
            preds: Vec::new(),
        }
    }

    /// The next `count` of them, ascending, all older than the operation numbered `before`.
    fn take(&mut self, count: u64, before: u64) -> Result<Range<usize>, GateError> {
        let from = self.preds.len();
        let mut last: Option<(u64, &Actor)> = None;
        for _ in 0..count {
            let actor = usize::try_from(self.actors.want()?).unwrap_or(usize::MAX);
            let counter = self.counters.want(i64::try_from(before).unwrap_or(0) - 1)?;
            let id = self.note(actor)?;
            if counter == 0 || last.is_some_and(|last| last >= (counter, id)) {
                return Err(GateError::NotCanonical { what: "predecessors" });
            }
            last = Some((counter, id));
            self.preds.push(Pred { counter, actor });
        }
        Ok(from..self.preds.len())
    }

    fn note(&mut self, actor: usize) -> Result<&'a Actor, GateError> {
        let Some(other) = actor.checked_sub(1) else { return Ok(self.own) };
        let used = self.used.get_mut(other).ok_or(GateError::UnknownActor)?;
        *used = true;
        self.others.get(other).ok_or(GateError::UnknownActor)
    }

    fn finish(mut self) -> Result<Vec<Pred>, GateError> {
        self.actors.finish()?;
        self.counters.finish()?;
        if self.used.contains(&false) {
            return Err(GateError::NotCanonical { what: "actors" });
        }
        Ok(self.preds)
    }
}
