//! Rows that follow from each other: what the audit and the log have in common.
//!
//! Each row is sealed under a secret of the office, so that whoever can write the file but has not the key cannot
//! continue a chain that was rewritten. Against somebody who has the key as well, heads that phones keep are held
//! beside it: [`ChainHead`]s that were true once.

use crate::StoreError;
use crate::error::damaged;
use hmac::{Hmac, KeyInit, Mac};
use linli_core::identity::{ChainHead, DeviceKey};
use linli_core::ids::{Hash, digest};
use sha2::Sha256;

/// Rows read at a time while a chain is walked.
pub(crate) const CHUNK: i64 = 2_000;

/// What rows are sealed under.
#[derive(Clone)]
pub(crate) struct ChainKey([u8; 32]);

impl ChainKey {
    /// The office's secret for one chain.
    pub(crate) fn of(office: &DeviceKey, chain: &str) -> ChainKey {
        ChainKey(office.secret_for(chain))
    }

    /// HMAC-SHA-256 over parts, of which no two lists collide.
    pub(crate) fn seal(&self, parts: &[&[u8]]) -> Result<Hash, StoreError> {
        // Any length of key is taken; the error cannot happen.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| damaged("key"))?;
        mac.update(&digest(parts));
        Ok(Hash(mac.finalize().into_bytes().into()))
    }
}

/// Whether a chain is as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainStatus {
    /// Rows there are.
    pub rows: i64,
    /// Hash of the newest, to be compared with a copy kept elsewhere.
    pub head: Hash,
    /// The first row that was altered or is missing. Where only a head kept elsewhere tells: the first that it may be.
    pub first_bad: Option<i64>,
}

/// A walk along a chain, from its first row.
pub(crate) struct Walk {
    expected: i64,
    prev: Hash,
    /// A row before the first.
    stray: Option<i64>,
    first_bad: Option<i64>,
    /// By number, those still ahead last.
    anchors: Vec<ChainHead>,
    /// Up to here all is as an anchor says.
    witnessed: i64,
}

impl Walk {
    pub(crate) fn beside(anchors: &[ChainHead]) -> Walk {
        let mut anchors = anchors.to_vec();
        anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.number));
        while anchors.pop_if(|anchor| anchor.number == 0).is_some() {}
        Walk { expected: 1, prev: Hash::ZERO, stray: None, first_bad: None, anchors, witnessed: 0 }
    }

    /// Takes the next row; `hash` gives what stands for it if it fits what stands for the one before. Whether to go
    /// on: behind a row that does not fit nothing can be said.
    pub(crate) fn step(&mut self, id: i64, hash: impl FnOnce(Hash) -> Option<Hash>) -> bool {
        if id < 1 {
            self.stray = Some(self.stray.unwrap_or(id));
            return true;
        }
        // A number that is left out is a row that is missing.
        let fits = if id == self.expected { hash(self.prev) } else { None };
        let Some(hash) = fits else {
            self.first_bad = Some(self.expected);
            return false;
        };
        while let Some(anchor) = self.anchors.pop_if(|anchor| anchor.number == id.unsigned_abs()) {
            if anchor.hash != hash {
                self.first_bad = Some(self.witnessed + 1);
                return false;
            }
            self.witnessed = id;
        }
        self.prev = hash;
        self.expected += 1;
        true
    }

    /// The walk has come to the end; `head` is where the chain says that it ends.
    pub(crate) fn end(self, head: (i64, Hash)) -> Option<i64> {
        if self.first_bad.is_some() {
            return self.first_bad;
        }
        let last = self.expected - 1;
        if !self.anchors.is_empty() {
            return Some(self.expected);
        }
        if head != (last, self.prev) {
            return Some(if head.0 > last { self.expected } else { last.max(1) });
        }
        self.stray
    }
}
