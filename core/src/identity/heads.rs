//! Where the relay's chains end, signed: phones keep such statements, so that whoever rewrites or shortens a chain
//! on the relay would have to do it on every phone as well.
//!
//! Knows nothing of how a chain is hashed, how a statement travels or where it is kept.

use super::{DeviceKey, PublicKey, Signature};
use crate::ids::Hash;
use crate::time::TimeMs;

/// Purpose of the relay's signature over a [`HeadStatement`].
const PURPOSE: &str = "head/1";

/// Characters of a statement written as text at most: twice the bytes of one with the longest numbers, rounded up.
const TEXT_MAX: usize = 1_024;

/// Where one chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct ChainHead {
    /// The newest row: 1, 2, 3 …; 0 for a chain that has not begun.
    #[n(1)]
    pub number: u64,
    /// What stands for that row and all before it.
    #[n(2)]
    pub hash: Hash,
}

impl ChainHead {
    /// A chain that has not begun.
    pub const NONE: ChainHead = ChainHead { number: 0, hash: Hash::ZERO };

    /// Whether this cannot have become of a chain that once ended there: it is shorter, or its end is another.
    pub fn contradicts(&self, earlier: &ChainHead) -> bool {
        self.number < earlier.number || (self.number == earlier.number && self.hash != earlier.hash)
    }
}

/// Where the relay's chains end.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct HeadStatement {
    /// Which life of the relay: one that was restored from a backup has another, and may know less.
    #[n(1)]
    pub lineage: Hash,
    /// The audit's.
    #[n(2)]
    pub audit: ChainHead,
    /// The log's, over all spaces.
    #[n(3)]
    pub log: ChainHead,
    /// When this was said, by the relay's clock. Nothing is decided by it.
    #[n(4)]
    pub at_ms: TimeMs,
}

/// A statement with the relay's signature.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SignedHead {
    /// A CBOR [`HeadStatement`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// The relay's.
    #[n(2)]
    pub signature: Signature,
}

impl HeadStatement {
    /// Signs it.
    pub fn sign(&self, relay: &DeviceKey) -> SignedHead {
        let body = minicbor::to_vec(self).unwrap_or_default();
        SignedHead { signature: relay.sign(PURPOSE, &body), body }
    }

    /// Whether this, said after the other, shows that something was rewritten or taken out in between. Of two
    /// lives of a relay nothing follows.
    pub fn contradicts(&self, earlier: &HeadStatement) -> bool {
        self.lineage == earlier.lineage
            && (self.audit.contradicts(&earlier.audit) || self.log.contradicts(&earlier.log))
    }

    /// Whether it says nothing that the other does not say: of statements that agree the newer one is kept.
    pub fn is_within(&self, other: &HeadStatement) -> bool {
        self.audit.number <= other.audit.number && self.log.number <= other.log.number
    }
}

impl SignedHead {
    /// What it says, when the relay has signed it.
    pub fn open(&self, relay: &PublicKey) -> Option<HeadStatement> {
        relay.verify(PURPOSE, &self.body, &self.signature).ok()?;
        crate::sync::frames::decode_whole(&self.body).ok()
    }

    /// As text, for files and letters.
    pub fn to_text(&self) -> String {
        let bytes = minicbor::to_vec(self).unwrap_or_default();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`SignedHead::to_text`] writes. Whether it is true, its signature says.
    pub fn from_text(text: &str) -> Option<SignedHead> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if text.len() > TEXT_MAX || !text.len().is_multiple_of(2) {
            return None;
        }
        let digits: Vec<u8> = text.as_bytes().iter().map(digit).collect::<Option<_>>()?;
        let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
        crate::sync::frames::decode_whole(&pairs.collect::<Vec<u8>>()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(number: u64, hash: u8) -> ChainHead {
        ChainHead { number, hash: Hash([hash; 32]) }
    }

    fn statement(audit: ChainHead, log: ChainHead) -> HeadStatement {
        HeadStatement { lineage: Hash([1; 32]), audit, log, at_ms: 7 }
    }

    #[test]
    fn a_chain_only_grows() {
        let kept = statement(head(5, 5), head(9, 9));
        for (audit, log, wrong) in [
            (head(5, 5), head(9, 9), false),
            (head(6, 6), head(9, 9), false),
            (head(5, 5), head(10, 1), false),
            (head(4, 4), head(9, 9), true),
            (head(5, 6), head(9, 9), true),
            (head(6, 6), head(8, 8), true),
            (head(6, 6), head(9, 8), true),
        ] {
            let said = statement(audit, log);
            assert_eq!(said.contradicts(&kept), wrong, "{said:?}");
            let other_life = HeadStatement { lineage: Hash([2; 32]), ..said };
            assert!(!other_life.contradicts(&kept), "a restored relay may know less");
        }
    }

    #[test]
    fn only_the_relay_says_where_its_chains_end() {
        let (relay, other) = (DeviceKey::from_seed(&[1; 32]), DeviceKey::from_seed(&[2; 32]));
        let said = statement(head(u64::MAX, 5), head(u64::MAX, 9));
        let signed = said.sign(&relay);
        assert_eq!(signed.open(&relay.public()), Some(said.clone()));
        assert_eq!(signed.open(&other.public()), None);
        for place in 0..signed.body.len() {
            let mut altered = signed.clone();
            altered.body[place] ^= 1;
            assert_eq!(altered.open(&relay.public()), None, "byte {place}");
        }
        let elsewhere = SignedHead { signature: relay.sign("grant/1", &signed.body), ..signed.clone() };
        assert_eq!(elsewhere.open(&relay.public()), None, "signed for another purpose");
    }

    #[test]
    fn a_statement_is_within_another_when_both_chains_are() {
        let kept = statement(head(5, 5), head(9, 9));
        for (audit, log, within) in
            [(5, 9, true), (4, 8, true), (6, 9, false), (5, 10, false), (6, 10, false)]
        {
            assert_eq!(statement(head(audit, 1), head(log, 1)).is_within(&kept), within, "{audit} {log}");
        }
    }

    #[test]
    fn a_text_is_read_up_to_its_bound() {
        let of = |bytes: usize| SignedHead { body: vec![7; bytes], signature: Signature(vec![1; 64]) };
        let bytes = (1..TEXT_MAX).find(|bytes| of(*bytes).to_text().len() == TEXT_MAX).unwrap();
        assert_eq!(SignedHead::from_text(&of(bytes).to_text()), Some(of(bytes)));
        assert_eq!(SignedHead::from_text(&of(bytes + 1).to_text()), None);
    }

    #[test]
    fn a_head_survives_being_written_and_read() {
        let signed = statement(head(u64::MAX, 5), head(u64::MAX, 9)).sign(&DeviceKey::from_seed(&[1; 32]));
        let text = signed.to_text();
        assert!(text.len() <= TEXT_MAX, "{}", text.len());
        assert_eq!(SignedHead::from_text(&text), Some(signed));
        for bad in ["", "a", "zz", "十十", "a0", &text[2..], &format!("{text}00"), &"0".repeat(TEXT_MAX + 2)]
        {
            assert_eq!(SignedHead::from_text(bad), None, "{bad}");
        }
    }
}
