//! Changes and documents written column by column, so that a test can change one of them alone.

#![allow(dead_code, reason = "each program that includes this file uses a part of it")]

use crate::lab::{leb, seal};

/// Number of a column, and its bytes.
pub(crate) type Column = (u32, Vec<u8>);

/// Puts bytes in a column's place, in order; none take it away.
fn set(columns: &mut Vec<Column>, number: u32, bytes: &[u8]) {
    columns.retain(|(known, _)| *known != number);
    if !bytes.is_empty() {
        columns.push((number, bytes.to_vec()));
        columns.sort_by_key(|(number, _)| *number);
    }
}

fn table(columns: &[Column]) -> Vec<u8> {
    let mut bytes = Vec::new();
    leb(&mut bytes, columns.len() as u64);
    for (number, column) in columns {
        leb(&mut bytes, u64::from(*number));
        leb(&mut bytes, column.len() as u64);
    }
    bytes
}

fn data(columns: &[Column]) -> Vec<u8> {
    columns.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
}

/// A change: as it stands, one that sets `a` to 5.
#[derive(Clone)]
pub(crate) struct RawChange {
    pub(crate) deps: Vec<[u8; 32]>,
    pub(crate) actor: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    /// Signed LEB128.
    pub(crate) time: Vec<u8>,
    pub(crate) message: Vec<u8>,
    pub(crate) others: Vec<Vec<u8>>,
    pub(crate) columns: Vec<Column>,
    pub(crate) tail: Vec<u8>,
}

impl Default for RawChange {
    fn default() -> RawChange {
        RawChange {
            deps: Vec::new(),
            actor: vec![1; 16],
            seq: 1,
            start_op: 1,
            time: vec![0],
            message: Vec::new(),
            others: Vec::new(),
            columns: vec![
                (0x15, vec![0x7f, 1, b'a']),
                (0x34, vec![1]),
                (0x42, vec![0x7f, 1]),
                (0x56, vec![0x7f, 0x14]),
                (0x57, vec![5]),
                (0x70, vec![0x7f, 0]),
            ],
            tail: Vec::new(),
        }
    }
}

impl RawChange {
    /// The same with other bytes in one column.
    pub(crate) fn with(mut self, number: u32, bytes: &[u8]) -> RawChange {
        set(&mut self.columns, number, bytes);
        self
    }

    /// Its chunk, sealed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        leb(&mut body, self.deps.len() as u64);
        self.deps.iter().for_each(|dep| body.extend(dep));
        leb(&mut body, self.actor.len() as u64);
        body.extend(&self.actor);
        leb(&mut body, self.seq);
        leb(&mut body, self.start_op);
        body.extend(&self.time);
        leb(&mut body, self.message.len() as u64);
        body.extend(&self.message);
        leb(&mut body, self.others.len() as u64);
        for other in &self.others {
            leb(&mut body, other.len() as u64);
            body.extend(other);
        }
        seal(1, &[body, table(&self.columns), data(&self.columns), self.tail.clone()].concat())
    }
}

/// A document: as it stands, one change of one actor that sets `a` to null.
#[derive(Clone)]
pub(crate) struct RawDocument {
    pub(crate) actors: Vec<Vec<u8>>,
    pub(crate) heads: Vec<[u8; 32]>,
    pub(crate) changes: Vec<Column>,
    pub(crate) ops: Vec<Column>,
    pub(crate) head_indexes: Vec<u64>,
    pub(crate) tail: Vec<u8>,
}

impl Default for RawDocument {
    fn default() -> RawDocument {
        RawDocument {
            actors: vec![vec![1; 16]],
            heads: vec![[9; 32]],
            changes: vec![
                (0x01, vec![0x7f, 0]),
                (0x03, vec![0x7f, 1]),
                (0x13, vec![0x7f, 1]),
                (0x23, vec![0x7f, 0]),
                (0x40, vec![0x7f, 0]),
                (0x56, vec![0x7f, 7]),
            ],
            ops: vec![
                (0x15, vec![0x7f, 1, b'a']),
                (0x21, vec![0x7f, 0]),
                (0x23, vec![0x7f, 1]),
                (0x34, vec![1]),
                (0x42, vec![0x7f, 1]),
                (0x56, vec![0x7f, 0]),
                (0x80, vec![0x7f, 0]),
            ],
            head_indexes: vec![0],
            tail: Vec::new(),
        }
    }
}

impl RawDocument {
    /// The same with other bytes in one column of its changes.
    pub(crate) fn with_change(mut self, number: u32, bytes: &[u8]) -> RawDocument {
        set(&mut self.changes, number, bytes);
        self
    }

    /// The same with other bytes in one column of its operations.
    pub(crate) fn with_op(mut self, number: u32, bytes: &[u8]) -> RawDocument {
        set(&mut self.ops, number, bytes);
        self
    }

    /// Its chunk, sealed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        leb(&mut body, self.actors.len() as u64);
        for actor in &self.actors {
            leb(&mut body, actor.len() as u64);
            body.extend(actor);
        }
        leb(&mut body, self.heads.len() as u64);
        self.heads.iter().for_each(|head| body.extend(head));
        body.extend([table(&self.changes), table(&self.ops), data(&self.changes), data(&self.ops)].concat());
        self.head_indexes.iter().for_each(|index| leb(&mut body, *index));
        seal(0, &[body, self.tail.clone()].concat())
    }
}
