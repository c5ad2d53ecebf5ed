//! `record!`: declares a kind once and derives its struct, its description and the mapping between.

use super::value::{Fields, Value};
use std::collections::BTreeSet;

/// A Rust type that one field can be read into and written from.
pub trait FromFields: Sized {
    /// Reads the field under `path`; a missing or ill-typed value is the default.
    fn read(fields: &Fields, path: &str) -> Self;
    /// Adds what must be put so that a document without the field holds this value.
    fn write(&self, path: &str, puts: &mut Vec<super::Put>);
}

impl FromFields for Option<String> {
    fn read(fields: &Fields, path: &str) -> Self {
        read_value(fields, path).and_then(|value| value.as_text().map(str::to_owned))
    }
    fn write(&self, path: &str, puts: &mut Vec<super::Put>) {
        puts.extend(self.as_deref().map(|text| super::Put::set(path, text)));
    }
}

impl FromFields for Option<i64> {
    fn read(fields: &Fields, path: &str) -> Self {
        read_value(fields, path).and_then(Value::as_int)
    }
    fn write(&self, path: &str, puts: &mut Vec<super::Put>) {
        puts.extend(self.map(|number| super::Put { key: path.into(), value: Some(Value::Int(number)) }));
    }
}

impl FromFields for BTreeSet<String> {
    fn read(fields: &Fields, path: &str) -> Self {
        read_set(fields, path)
    }
    fn write(&self, path: &str, puts: &mut Vec<super::Put>) {
        puts.extend(
            self.iter()
                .map(|item| super::Put { key: format!("{path}/{item}"), value: Some(Value::Bool(true)) }),
        );
    }
}

/// The value under a key.
pub fn read_value<'a>(fields: &'a Fields, key: &str) -> Option<&'a Value> {
    fields.get(key).filter(|value| **value != Value::Null)
}

/// The members of the set under a key.
pub fn read_set(fields: &Fields, key: &str) -> BTreeSet<String> {
    let prefix = format!("{key}/");
    let members = fields.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
    members
        .filter(|(_, value)| **value == Value::Bool(true))
        .filter_map(|(key, _)| key.strip_prefix(&prefix).map(str::to_owned))
        .collect()
}

/// At most one purpose, as `record!` finds it.
pub(crate) const fn only(purpose: &[(&'static str, &'static str)]) -> Option<(&'static str, &'static str)> {
    match purpose.first() {
        Some(purpose) => Some(*purpose),
        None => None,
    }
}

/// At most one retention, as `record!` finds it.
pub(crate) const fn shorter(kept: &[super::Retention]) -> Option<super::Retention> {
    match kept.first() {
        Some(kept) => Some(*kept),
        None => None,
    }
}

/// Declares a kind of record. One line a field: rust type, field type, merge policy, privacy, labels; and where
/// the field is asked for something of its own, what for and how long it is kept.
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident = $key:literal ($zh:literal, $en:literal) kept $retention:ident {
            $(
                $(#[$field_doc:meta])*
                $field:ident: $rust:ty = $ty:expr, $merge:expr, $privacy:ident, $field_zh:literal, $field_en:literal
                    $(for $why_zh:literal, $why_en:literal kept $kept:ident)?;
            )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "crate::record::is_default")]
                pub $field: $rust,
            )*
        }

        impl $name {
            /// The kind's description: fields, merge policies, privacy classes, labels.
            pub const SPEC: $crate::record::KindSpec = $crate::record::KindSpec {
                name: $key,
                zh: $zh,
                en: $en,
                retention: $crate::record::Retention::$retention,
                fields: &[$($crate::record::FieldSpec {
                    key: stringify!($field),
                    zh: $field_zh,
                    en: $field_en,
                    ty: $ty,
                    merge: $merge,
                    privacy: $crate::record::Privacy::$privacy,
                    purpose: $crate::record::only(&[$(($why_zh, $why_en))?]),
                    kept: $crate::record::shorter(&[$($crate::record::Retention::$kept)?]),
                }),*],
            };

            /// Reads the record whose keys start with `prefix` (empty for a document's own subject).
            pub fn read(fields: &$crate::record::Fields, prefix: &str) -> Self {
                use $crate::record::FromFields;
                $name { $($field: FromFields::read(fields, &format!("{prefix}{}", stringify!($field)))),* }
            }

            /// What must be put so that a new record holds these values; empty fields cost nothing.
            pub fn puts(&self, prefix: &str) -> Vec<$crate::record::Put> {
                use $crate::record::FromFields;
                let mut puts = Vec::new();
                $(self.$field.write(&format!("{prefix}{}", stringify!($field)), &mut puts);)*
                puts
            }
        }
    };
}
pub(crate) use record;
