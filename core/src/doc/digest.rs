//! Whether two stores hold the same documents of a space, told by a number and a short code.

use super::{ApplyError, Document};
use crate::gate;
use crate::ids::{DocId, Hash, encode_base32};
use sha2::{Digest as _, Sha256};

/// Of which the code shows this many bits' worth: two phones of one office never agree by chance.
const CODE_BYTES: usize = 10;

/// What a store holds of one space. Two stores that give the same hold the same documents with the same history:
/// a document's heads name everything ever written to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How many documents.
    pub documents: u64,
    /// Four groups of four characters that two people compare aloud.
    pub code: String,
}

/// Makes a [`Digest`] of documents, one by one.
#[derive(Clone, Default)]
pub struct Digesting {
    hasher: Sha256,
    documents: u64,
}

impl Digesting {
    /// Takes in a document by its stored bytes. Documents are given in the order of their ids.
    ///
    /// # Errors
    /// [`ApplyError::Refused`] when the bytes are not a document's.
    pub fn add(&mut self, id: DocId, bytes: &[u8]) -> Result<(), ApplyError> {
        let heads = Document::stored_heads(bytes)?;
        self.documents += 1;
        self.hasher.update(id.0);
        self.hasher.update((heads.len() as u64).to_be_bytes());
        heads.iter().for_each(|head| self.hasher.update(head.0));
        Ok(())
    }

    /// What all of them give.
    pub fn end(self) -> Digest {
        let hash = self.hasher.finalize();
        let text = encode_base32(hash.as_slice().get(..CODE_BYTES).unwrap_or_default());
        let groups: Vec<&str> = (0..4).filter_map(|group| text.get(group * 4..group * 4 + 4)).collect();
        Digest { documents: self.documents, code: groups.join("-") }
    }
}

impl Document {
    /// The heads that stored bytes name, in order. Opening the document would cost far more; whoever stored
    /// it had it open.
    ///
    /// # Errors
    /// [`ApplyError::Refused`].
    pub fn stored_heads(bytes: &[u8]) -> Result<Vec<Hash>, ApplyError> {
        Ok(gate::document_heads(bytes)?.into_iter().map(Hash).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::Author;
    use crate::ids::Actor;
    use crate::kinds::DocKind;
    use crate::record::{Put, Value};

    fn wrote(document: &mut Document, actor: u8, value: &str) -> crate::doc::ChangeBytes {
        let put = Put { key: "note".into(), value: Some(Value::Text(value.into())) };
        document.edit(&Author::now(Actor([actor; 16]), 0), &[put]).expect("a change")
    }

    fn digest(documents: &mut [(DocId, &mut Document)]) -> Digest {
        let mut digesting = Digesting::default();
        for (id, document) in documents {
            digesting.add(*id, &document.save()).expect("a document");
        }
        digesting.end()
    }

    #[test]
    fn the_heads_named_by_the_bytes_are_the_documents() {
        let mut one = Document::new(DocKind::Household);
        let first = wrote(&mut one, 1, "a");
        let mut other = Document::new(DocKind::Household);
        other.apply(&first).expect("it fits");
        wrote(&mut one, 1, "b");
        let late = wrote(&mut other, 2, "c");
        one.apply(&late).expect("it fits");
        assert_eq!(one.heads().len(), 2);
        assert_eq!(Document::stored_heads(&one.save()).expect("a document"), one.heads());
        assert!(Document::stored_heads(&[]).is_err());
        assert!(Document::stored_heads(&late.0).is_err());
    }

    #[test]
    fn stores_agree_when_they_hold_the_same_and_only_then() {
        let (a, b) = (DocId([1; 16]), DocId([2; 16]));
        let mut one = Document::new(DocKind::Household);
        let first = wrote(&mut one, 1, "a");
        let mut same = Document::new(DocKind::Household);
        same.apply(&first).expect("it fits");
        let agreed = digest(&mut [(a, &mut one)]);
        assert_eq!(digest(&mut [(a, &mut same)]), agreed);
        assert_eq!((agreed.documents, agreed.code.len()), (1, 19));
        assert_ne!(digest(&mut [(b, &mut same)]), agreed, "another document");
        wrote(&mut same, 2, "b");
        wrote(&mut same, 2, "a");
        assert_ne!(digest(&mut [(a, &mut same)]), agreed, "the same value in the end, another history");
        let more = digest(&mut [(a, &mut one), (b, &mut same)]);
        assert_ne!(more.code, agreed.code);
    }
}
