//! Ledgers (台账): saved views over households, residents and visits. What a person typed once is looked at from
//! many sides and never typed again.
//!
//! Owns what may be asked of the records and how it is answered. Must not know requests or who asks.

pub(crate) mod books;
pub(crate) mod column;
pub(crate) mod daily;
pub(crate) mod definition;
pub(crate) mod evaluate;
pub(crate) mod fields;
pub(crate) mod result;
pub(crate) mod shelf;
pub(crate) mod templates;
