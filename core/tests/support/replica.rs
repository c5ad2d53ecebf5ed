//! A document in the hands of one named person, and meetings at which two of them learn from each other.

#![allow(dead_code, reason = "each program that includes this file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use linli_core::doc::{Author, ChangeBytes, Document};
use linli_core::ids::{Actor, Hash};
use linli_core::kinds::DocKind;
use linli_core::record::{Put, Value};

/// One person's copy of a document.
pub(crate) struct Replica {
    /// Whose it is.
    pub(crate) actor: Actor,
    /// What their clock says; it need not be right.
    pub(crate) clock_ms: i64,
    /// The copy.
    pub(crate) doc: Document,
}

impl Replica {
    pub(crate) fn new(name: &str, kind: DocKind) -> Replica {
        Replica {
            actor: Actor::derive(&[name.as_bytes()]),
            clock_ms: 1_790_000_000_000,
            doc: Document::new(kind),
        }
    }

    pub(crate) fn edit(&mut self, puts: &[Put]) -> Option<ChangeBytes> {
        self.doc.edit(&Author::now(self.actor, self.clock_ms), puts)
    }

    /// Writes as somebody who knows only an earlier state.
    pub(crate) fn edit_from(&mut self, base: &[Hash], puts: &[Put]) -> Option<ChangeBytes> {
        let author = Author { base: Some(base.to_vec()), ..Author::now(self.actor, self.clock_ms) };
        self.doc.edit(&author, puts)
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) -> Option<ChangeBytes> {
        self.edit(&[Put::set(key, value)])
    }

    /// What a person reads under a key.
    pub(crate) fn shows(&self, key: &str) -> String {
        self.doc.fields().get(key).map(Value::show).unwrap_or_default()
    }
}

/// Leaves a set.
pub(crate) fn clear(key: &str) -> Put {
    Put::delete(key)
}

/// Both learn what the other knows.
pub(crate) fn meet(one: &mut Replica, other: &mut Replica) {
    one.doc.merge(&mut other.doc).unwrap();
    other.doc.merge(&mut one.doc).unwrap();
}

/// Everybody learns what anybody knows.
pub(crate) fn all_meet(all: &mut [&mut Replica]) {
    for _ in 0..2 {
        for index in 1..all.len() {
            let (left, right) = all.split_at_mut(index);
            if let (Some(one), Some(other)) = (left.last_mut(), right.first_mut()) {
                meet(one, other);
            }
        }
        all.reverse();
    }
}
