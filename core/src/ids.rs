//! Names of things: random or derived 16-byte ids, one newtype each, written as 26 characters.
//!
//! Ids are made where the thing is made (on the phone, from its own randomness), so they never run out
//! offline. Derived ids let two phones that open the same document offline name it alike.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Crockford's base 32, lower case: no i, l, o or u, so a code read aloud in a stairwell is unambiguous.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Text that is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an id: expected {expected} characters of 0-9 and a-z without i, l, o, u")]
pub struct IdError {
    text: String,
    expected: usize,
}

impl crate::error::Coded for IdError {
    fn code(&self) -> &'static str {
        "id.malformed"
    }
    fn zh(&self) -> String {
        format!("“{}”不是编号:应为 {} 位数字和小写字母,请从列表里复制", self.text, self.expected)
    }
}

/// Writes bytes in base 32, most significant bit first.
pub fn encode_base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0u32, 0u32);
    for &byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(symbol(buffer >> bits));
        }
    }
    if bits > 0 {
        out.push(symbol(buffer << (5 - bits)));
    }
    out
}

fn symbol(five_bits: u32) -> char {
    char::from(ALPHABET.get((five_bits & 31) as usize).copied().unwrap_or(b'0'))
}

/// Reads what [`encode_base32`] wrote; capitals and the look-alikes o, i, l are understood.
pub fn decode_base32<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0u8; N];
    let (mut buffer, mut bits, mut filled) = (0u32, 0u32, 0usize);
    for ch in text.bytes() {
        let lower = match ch.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        };
        let value = ALPHABET.iter().position(|&a| a == lower)? as u32;
        buffer = (buffer << 5) | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(filled)? = (buffer >> bits) as u8;
            filled += 1;
            buffer &= (1 << bits) - 1;
        }
    }
    let expected = (N * 8).div_ceil(5);
    (filled == N && text.len() == expected && buffer == 0).then_some(out)
}

/// SHA-256 over parts, each preceded by its length so that no two lists of parts collide.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(with = "minicbor::bytes")] pub [u8; $size]);

        impl $name {
            /// How many characters the id has when written.
            pub const TEXT_LEN: usize = ($size * 8usize).div_ceil(5);

            /// The id that these parts always give: used where two phones must name a thing alike.
            pub fn derive(parts: &[&[u8]]) -> Self {
                let full = digest(&[&[stringify!($name).as_bytes()], parts].concat());
                let mut bytes = [0u8; $size];
                bytes.iter_mut().zip(full).for_each(|(to, from)| *to = from);
                $name(bytes)
            }

            /// Takes exactly the right number of bytes, as stored in a database.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map($name)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode_base32(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode_base32(text.trim()).map($name).ok_or_else(|| IdError {
                    text: text.chars().take(64).collect(),
                    expected: Self::TEXT_LEN,
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id_type!(
    /// A document: one subject, one purpose, one period.
    DocId, 16);
id_type!(
    /// A space: the unit of replication and access (a grid, a community).
    SpaceId, 16);
id_type!(
    /// A household. Its registry document has the same bytes as id.
    HouseholdId, 16);
id_type!(
    /// A resident within a household's registry document.
    ResidentId, 8);
id_type!(
    /// One visit within a household's visits document.
    VisitId, 8);
id_type!(
    /// What a resident agreed to, or does not any more.
    ConsentId, 8);
id_type!(
    /// A grid worker (a person, not a phone).
    WorkerId, 16);
id_type!(
    /// One version of a directive. Its document has the same bytes as id.
    DirectiveId, 16);
id_type!(
    /// An issue. Its document has the same bytes as id.
    IssueId, 16);
id_type!(
    /// A complaint to the operator. Its document has the same bytes as id.
    ComplaintId, 16);
id_type!(
    /// A photo. Its document has the same bytes as id.
    PhotoId, 16);
id_type!(
    /// A phone or an office: whoever holds one signing key.
    DeviceId, 16);
id_type!(
    /// An Automerge actor: random per app launch, never derived from a person or phone.
    Actor, 16);
id_type!(
    /// A conflict as the relay recorded it.
    ConflictId, 8);
id_type!(
    /// A worker's appointment to a grid.
    AppointmentId, 8);
id_type!(
    /// An erasure: what the office had destroyed at one time.
    ErasureId, 16);
id_type!(
    /// A merge of two households, and one decision on a conflict.
    DecisionId, 8);

/// A SHA-256 digest: of a payload, a batch header, an Automerge change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct Hash(#[cbor(with = "minicbor::bytes")] pub [u8; 32]);

impl Hash {
    /// All zero: what the first batch of a chain names as its predecessor.
    pub const ZERO: Hash = Hash([0; 32]);

    /// SHA-256 of one byte string, without a length prefix.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Takes exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }

    /// Reads what [`Display`](fmt::Display) writes: 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Hash> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let digits: Vec<u32> = text.as_bytes().iter().map(digit).collect::<Option<_>>()?;
        let bytes = digits.chunks_exact(2).filter_map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        });
        (digits.len() == 64).then(|| bytes.collect::<Vec<u8>>()).and_then(|bytes| Hash::from_slice(&bytes))
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl HouseholdId {
    /// No household: what a withdrawn one is listed under, so that whoever leaves out merged ones leaves it out.
    pub const NOWHERE: HouseholdId = HouseholdId([0; 16]);
}

impl From<HouseholdId> for DocId {
    fn from(id: HouseholdId) -> DocId {
        DocId(id.0)
    }
}

impl From<DocId> for HouseholdId {
    fn from(id: DocId) -> HouseholdId {
        HouseholdId(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        for seed in 0..200u8 {
            let id = HouseholdId::derive(&[&[seed]]);
            let text = id.to_string();
            assert_eq!(text.len(), HouseholdId::TEXT_LEN);
            assert_eq!(text.parse(), Ok(id));
            assert_eq!(text.to_uppercase().parse(), Ok(id));
        }
    }

    #[test]
    fn a_hash_survives_being_written_and_read() {
        let hash = Hash::of(b"linli");
        assert_eq!(Hash::from_hex(&hash.to_string()), Some(hash));
        assert_eq!(Hash::from_hex(&hash.to_string().to_uppercase()), Some(hash));
        for text in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(66), &"０".repeat(64)] {
            assert_eq!(Hash::from_hex(text), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "0", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "household", "u0000000000000000000000000"] {
            assert!(text.parse::<HouseholdId>().is_err(), "{text}");
        }
    }

    #[test]
    fn derived_ids_differ_by_kind_and_by_part_boundaries() {
        assert_ne!(DocId::derive(&[b"ab", b"c"]), DocId::derive(&[b"a", b"bc"]));
        assert_ne!(DocId::derive(&[b"a"]).0, SpaceId::derive(&[b"a"]).0);
    }
}
