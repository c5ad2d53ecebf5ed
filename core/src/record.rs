//! What a kind of record is: its fields, and for each field how it merges, who may see it, how long it
//! lives and what it is called. One declaration per kind ([`crate::kinds`]) is the single source for
//! documents, validation, conflicts, history, read models and exports.
//!
//! Knows nothing of Automerge, storage or the network.

mod macros;
mod spec;
mod value;

pub use macros::{FromFields, read_set, read_value};
pub(crate) use macros::{only, record, shorter};
pub use spec::{FieldSpec, FieldType, KindSpec, Merge, Privacy, Retention};
pub use value::{FieldError, Fields, Put, Value};

/// Whether a field holds nothing; such fields are left out of JSON.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
