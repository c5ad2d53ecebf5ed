//! The value of a field, and a record as plain keys and values.

use std::collections::BTreeMap;

/// What a field holds. Documents are flat: a value is always one scalar.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Cleared.
    Null,
    /// Yes or no; members of sets are `true`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// A record written once, in canonical CBOR.
    Bytes(Vec<u8>),
}

impl Value {
    /// A line fits on a phone's screen twice over.
    pub const LINE_CHARS_MAX: usize = 100;
    /// The longest note people write at a door; keeps a change far below the gate's limit.
    pub const NOTE_CHARS_MAX: usize = 2000;
    /// A tag is a word or two.
    pub const ITEM_CHARS_MAX: usize = 20;

    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// As a person reads it.
    pub fn show(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Bytes(bytes) => format!("({} B)", bytes.len()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

/// A document's keys and their values after each field's merge policy was applied.
pub type Fields = BTreeMap<String, Value>;

/// One wish to change a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// Key in the document.
    pub key: String,
    /// New value; `None` deletes the key (leaving a set).
    pub value: Option<Value>,
}

impl Put {
    /// Sets a key.
    pub fn set(key: impl Into<String>, value: impl Into<Value>) -> Put {
        Put { key: key.into(), value: Some(value.into()) }
    }

    /// Deletes a key.
    pub fn delete(key: impl Into<String>) -> Put {
        Put { key: key.into(), value: None }
    }
}

/// Why a field does not take a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// No such field.
    #[error("there is no field {field:?}; there are: {known}")]
    Unknown {
        /// What was asked for.
        field: String,
        /// What exists.
        known: String,
    },
    /// The text does not fit the field's type.
    #[error("{text:?} does not fit {field}: {why}")]
    Wrong {
        /// The field's key.
        field: &'static str,
        /// The field's Chinese label.
        field_zh: &'static str,
        /// The text, cut to 40 characters.
        text: String,
        /// What would be right.
        why: &'static str,
        /// The same in Chinese.
        why_zh: &'static str,
    },
    /// Not one of the words.
    #[error("{text:?} does not fit {field}: one of {words}")]
    NotAChoice {
        /// The field's key.
        field: &'static str,
        /// The field's Chinese label.
        field_zh: &'static str,
        /// The text, cut to 40 characters.
        text: String,
        /// The words that are known.
        words: String,
    },
}

impl crate::error::Coded for FieldError {
    fn code(&self) -> &'static str {
        match self {
            FieldError::Unknown { .. } => "field.unknown",
            FieldError::Wrong { .. } => "field.wrong_value",
            FieldError::NotAChoice { .. } => "field.not_a_choice",
        }
    }

    fn zh(&self) -> String {
        match self {
            FieldError::Unknown { field, known } => format!("没有“{field}”这个字段,可用的有:{known}"),
            FieldError::Wrong { field_zh, text, why_zh, .. } => {
                format!("“{field_zh}”不能填“{text}”:{why_zh}")
            }
            FieldError::NotAChoice { field_zh, text, words, .. } => {
                format!("“{field_zh}”不能填“{text}”,可选:{words}")
            }
        }
    }
}
