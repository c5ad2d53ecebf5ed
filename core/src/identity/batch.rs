//! A batch: the changes of one session in one space, signed once.
//!
//! The signature covers a header; the header covers the entries by a digest of their digests. So a
//! payload can be erased later and the chain of headers still verifies. Each header names the hash of
//! its predecessor, which makes gaps, forks and cloned phones visible.

use super::forget::Forget;
use super::keys::{DeviceKey, KeyError, PublicKey, Signature, Signer};
use crate::bounded::up_to;
use crate::error::Coded;
use crate::ids::{Actor, DeviceId, DocId, Hash, SpaceId};
use crate::kinds::DocKind;
use crate::time::TimeMs;
use minicbor::decode::{self, Decoder};
use sha2::{Digest, Sha256};

const PURPOSE: &str = "batch/1";

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Header {
    /// The only space the entries are for.
    #[n(1)]
    pub space: SpaceId,
    /// Who signs.
    #[n(2)]
    pub device: DeviceId,
    /// Starts again when a phone notices that it was restored from a backup.
    #[n(3)]
    pub epoch: u32,
    /// 1, 2, 3 … within the epoch.
    #[n(4)]
    pub number: u64,
    /// Hash of the previous batch of the epoch; zero for the first.
    #[n(5)]
    pub previous: Hash,
    /// The newest policy that the signer had seen.
    #[n(6)]
    pub policy: u64,
    /// When it was sealed, by the signer's clock.
    #[n(7)]
    pub sealed_at_ms: TimeMs,
    /// How many entries.
    #[n(8)]
    pub count: u32,
    /// SHA-256 over the entries' digests.
    #[n(9)]
    pub entries: Hash,
    /// Whose work the office adds here, after a person looked at it. Only the office may say so.
    #[n(10)]
    pub origin: Option<Origin>,
}

/// A batch that waited for a person and was accepted: the office writes its entries into the log once more,
/// in a new place of the order, and says whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Origin {
    /// Who signed it.
    #[n(1)]
    pub device: DeviceId,
    /// Its hash; the log has it with its signature.
    #[n(2)]
    pub batch: Hash,
    /// When the relay received it.
    #[n(3)]
    pub received_ms: TimeMs,
    /// Relay time minus its author's, then.
    #[n(4)]
    pub skew_ms: i64,
}

impl Header {
    /// Whose changes these are, when whoever signed them may speak for others.
    pub fn author(&self) -> DeviceId {
        self.origin.map_or(self.device, |origin| origin.device)
    }
}

/// One change to one document.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Entry {
    /// The document.
    #[n(0)]
    pub doc: DocId,
    /// What it is about.
    #[n(1)]
    pub kind: DocKind,
    /// Raised when the document is erased; older generations are refused from then on.
    #[n(2)]
    pub generation: u32,
    /// The change itself.
    #[n(3)]
    pub payload: Payload,
}

/// A payload, or what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Payload {
    /// An uncompressed Automerge change chunk.
    #[n(0)]
    Change(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// Erased; only its hash remains, so that the signature can still be checked.
    #[n(1)]
    Erased(#[n(0)] Hash),
    /// The document goes to another space. Only the office may say so.
    #[n(2)]
    Moved {
        /// Where it goes.
        #[n(0)]
        to: SpaceId,
        /// Its how-manieth move this is.
        #[n(1)]
        nth: u32,
    },
    /// The document has come here from another space. Only the office may say so. Written again when the
    /// document's old space brings something more.
    #[n(3)]
    Placed(#[n(0)] Arrival),
    /// Everything of the document in generations before the entry's is destroyed. Only the office may say so.
    #[n(4)]
    Forget(#[n(0)] Forget),
}

/// A document that came from another space, as a whole: who follows only its new space has nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Arrival {
    /// Its how-manieth move this was.
    #[n(1)]
    pub nth: u32,
    /// Uncompressed Automerge document.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub document: Vec<u8>,
    /// The devices behind its actors, who have signed nothing in the new space.
    #[cbor(n(3), decode_with = "read_actors")]
    pub actors: Vec<ActorDevice>,
}

/// Which device an Automerge actor belongs to.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct ActorDevice {
    /// The actor.
    #[n(0)]
    pub actor: Actor,
    /// The device that first signed a batch with it.
    #[n(1)]
    pub device: DeviceId,
}

/// A signed batch as it travels and as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Batch {
    /// The header's exact bytes: what was signed is never encoded again.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// Over the header's bytes.
    #[n(1)]
    pub signature: Signature,
    /// In the order they were made.
    #[cbor(n(2), decode_with = "read_entries")]
    pub entries: Vec<Entry>,
}

/// Why a batch is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes are not a batch.
    #[error("the batch cannot be read")]
    Malformed,
    /// More entries than [`Batch::ENTRIES_MAX`] or a payload over [`Batch::PAYLOAD_BYTES_MAX`].
    #[error("the batch is too large")]
    TooLarge,
    /// The entries are not those that were signed.
    #[error("the entries do not match the signed header")]
    Altered,
    /// The signature does not match the key.
    #[error("the batch's signature does not match its device's key")]
    Signature(#[from] KeyError),
}

impl Coded for BatchError {
    fn code(&self) -> &'static str {
        match self {
            BatchError::Malformed => "batch.malformed",
            BatchError::TooLarge => "batch.too_large",
            BatchError::Altered => "batch.altered",
            BatchError::Signature(_) => "batch.signature",
        }
    }

    fn zh(&self) -> String {
        match self {
            BatchError::Malformed => "这批数据读不出来,请重新同步或重新导出文件".into(),
            BatchError::TooLarge => "这批数据太大,请更新应用后再同步".into(),
            BatchError::Altered => "这批数据与签名不符,可能被改动过;请从原手机重新导出".into(),
            BatchError::Signature(_) => "这批数据的签名不对;请从原手机重新导出".into(),
        }
    }
}

impl Entry {
    /// Hash of the payload, also when it is erased.
    pub fn payload_hash(&self) -> Hash {
        match &self.payload {
            Payload::Change(bytes) => Hash::of(bytes),
            Payload::Erased(hash) => *hash,
            // Their whole encoding, which no change can have: it does not begin like a chunk.
            Payload::Moved { .. } | Payload::Placed(_) | Payload::Forget(_) => {
                Hash::of(&minicbor::to_vec(&self.payload).unwrap_or_default())
            }
        }
    }

    /// About how many bytes the entry adds to a batch.
    pub fn bytes(&self) -> usize {
        match &self.payload {
            Payload::Change(bytes) => bytes.len(),
            Payload::Placed(arrival) => arrival.document.len() + arrival.actors.len() * ActorDevice::BYTES,
            Payload::Forget(forget) => forget.bytes(),
            Payload::Erased(_) | Payload::Moved { .. } => 0,
        }
    }

    /// Whether the payload says something of the document's contents, and leaves only its hash when the
    /// document is destroyed.
    pub fn has_contents(&self) -> bool {
        match &self.payload {
            Payload::Change(_) | Payload::Placed(_) => true,
            Payload::Forget(forget) => forget.anew.is_some(),
            Payload::Erased(_) | Payload::Moved { .. } => false,
        }
    }

    /// Leaves nothing of the payload but its hash.
    pub fn erase(&mut self) {
        self.payload = Payload::Erased(self.payload_hash());
    }

    fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.doc.0);
        hasher.update(self.kind.number().to_be_bytes());
        hasher.update(self.generation.to_be_bytes());
        hasher.update(self.payload_hash().0);
        hasher.finalize().into()
    }
}

impl ActorDevice {
    /// Two ids of 16 bytes and what CBOR puts around them.
    pub(super) const BYTES: usize = 36;
}

fn read_entries<'b, C>(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Vec<Entry>, decode::Error> {
    up_to(decoder, context, Batch::ENTRIES_MAX)
}

fn read_actors<'b, C>(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Vec<ActorDevice>, decode::Error> {
    up_to(decoder, context, Batch::PLACED_ACTORS_MAX)
}

fn entries_digest(entries: &[Entry]) -> Hash {
    let mut hasher = Sha256::new();
    entries.iter().for_each(|entry| hasher.update(entry.digest()));
    Hash(hasher.finalize().into())
}

impl Batch {
    /// A long offline day of the busiest worker, ten times over.
    pub const ENTRIES_MAX: usize = 5_000;
    /// The gate's limit for one change: the longest note with every field filled is a tenth of it.
    pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
    /// The largest document that can be moved, with its actors: forty times a household with 365 visits. A
    /// batch that holds one more than its goal still fits a frame.
    pub const PLACED_BYTES_MAX: usize = 2 * 1024 * 1024;
    /// The gate's limit for the actors of a document.
    pub const PLACED_ACTORS_MAX: usize = 4_096;
    /// A batch is cut before it grows over this: it must fit a frame and be sent again cheaply after a
    /// broken connection.
    pub const BYTES_GOAL: usize = 256 * 1024;

    /// As stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads one batch and nothing after it.
    ///
    /// # Errors
    /// [`BatchError::Malformed`], [`BatchError::TooLarge`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Batch, BatchError> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let batch: Batch = decoder.decode().map_err(|_| BatchError::Malformed)?;
        if decoder.position() != bytes.len() {
            return Err(BatchError::Malformed);
        }
        Ok(batch)
    }

    /// Whether documents come with it from another space.
    pub fn places(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.payload, Payload::Placed(_)))
    }

    /// The header's fields. They are only claims until [`Batch::verify`] has passed.
    ///
    /// # Errors
    /// [`BatchError::Malformed`].
    pub fn claims(&self) -> Result<Header, BatchError> {
        minicbor::decode(&self.header).map_err(|_| BatchError::Malformed)
    }

    /// What the next batch of the chain names as its predecessor.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.header)
    }

    /// Checks limits, entries and signature.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn verify(&self, key: &PublicKey) -> Result<Header, BatchError> {
        let header = self.within_limits()?;
        key.verify(PURPOSE, &self.header, &self.signature)?;
        let signed = key.device() == header.device && self.holds_what(&header);
        if signed { Ok(header) } else { Err(BatchError::Altered) }
    }

    /// Everything that [`Batch::verify`] checks but the signature, for who does not know the signer's key.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn verify_all_but_signature(&self) -> Result<Header, BatchError> {
        let header = self.within_limits()?;
        if self.holds_what(&header) { Ok(header) } else { Err(BatchError::Altered) }
    }

    fn within_limits(&self) -> Result<Header, BatchError> {
        let header = self.claims()?;
        let too_long = |entry: &Entry| match &entry.payload {
            Payload::Change(_) => entry.bytes() > Batch::PAYLOAD_BYTES_MAX,
            Payload::Placed(_) | Payload::Forget(_) => entry.bytes() > Batch::PLACED_BYTES_MAX,
            Payload::Erased(_) | Payload::Moved { .. } => false,
        };
        if self.entries.len() > Batch::ENTRIES_MAX || self.entries.iter().any(too_long) {
            return Err(BatchError::TooLarge);
        }
        Ok(header)
    }

    /// Whether the entries are those that a header speaks of.
    fn holds_what(&self, header: &Header) -> bool {
        let same_count = usize::try_from(header.count).is_ok_and(|count| count == self.entries.len());
        same_count && entries_digest(&self.entries) == header.entries
    }
}

/// Where a device's chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct ChainEnd {
    /// Epoch of the newest batch.
    #[n(0)]
    pub epoch: u32,
    /// Its number; 0 when there is none in the epoch.
    #[n(1)]
    pub number: u64,
    /// Its hash; zero when there is none.
    #[n(2)]
    pub hash: Hash,
}

impl ChainEnd {
    /// Before the first batch of an epoch.
    pub fn start_of(epoch: u32) -> ChainEnd {
        ChainEnd { epoch, number: 0, hash: Hash::ZERO }
    }

    /// Whether a phone that stands here is another life of the one that the relay knows at `known`: a newer
    /// epoch was begun by a phone that did not have `last`, the last batch of this one's epoch, and this one does.
    /// A restored phone alone has less than that.
    pub fn is_of_another_life(&self, known: &ChainEnd, last: Option<u64>) -> bool {
        self.epoch < known.epoch && last.is_some_and(|last| self.number >= last)
    }

    /// Whether a batch with this header continues the chain.
    pub fn is_continued_by(&self, header: &Header) -> bool {
        let next = header.epoch == self.epoch
            && self.number.checked_add(1) == Some(header.number)
            && header.previous == self.hash;
        let new_epoch = header.epoch > self.epoch && header.number == 1 && header.previous == Hash::ZERO;
        next || new_epoch
    }
}

/// Seals entries into batches, one after the other.
pub struct Sealer<'a, K: Signer + ?Sized = DeviceKey> {
    /// Signs.
    pub key: &'a K,
    /// Newest policy seen.
    pub policy: u64,
    /// Now, by the device's clock.
    pub now_ms: TimeMs,
    /// End of the chain; moves with every batch.
    pub end: ChainEnd,
}

impl Sealer<'_> {
    /// Seals the next batch.
    pub fn seal(&mut self, space: SpaceId, entries: Vec<Entry>) -> Batch {
        self.seal_for(None, space, entries)
    }

    /// Seals the next batch with work of somebody else in it.
    pub fn seal_for(&mut self, origin: Option<Origin>, space: SpaceId, entries: Vec<Entry>) -> Batch {
        let header = self.next_header(origin, space, &entries);
        let bytes = minicbor::to_vec(&header).unwrap_or_default();
        let signature = self.key.sign(PURPOSE, &bytes);
        self.close(&header, bytes, signature, entries)
    }
}

impl<K: Signer + ?Sized> Sealer<'_, K> {
    /// Seals the next batch with a key that may say no; then nothing has moved.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub fn try_seal(&mut self, space: SpaceId, entries: Vec<Entry>) -> Result<Batch, KeyError> {
        let header = self.next_header(None, space, &entries);
        let bytes = minicbor::to_vec(&header).unwrap_or_default();
        let signature = self.key.sign(PURPOSE, &bytes)?;
        Ok(self.close(&header, bytes, signature, entries))
    }

    fn next_header(&self, origin: Option<Origin>, space: SpaceId, entries: &[Entry]) -> Header {
        Header {
            space,
            device: self.key.device(),
            epoch: self.end.epoch,
            number: self.end.number + 1,
            previous: self.end.hash,
            policy: self.policy,
            sealed_at_ms: self.now_ms,
            count: u32::try_from(entries.len()).unwrap_or(u32::MAX),
            entries: entries_digest(entries),
            origin,
        }
    }

    fn close(&mut self, header: &Header, bytes: Vec<u8>, signature: Signature, entries: Vec<Entry>) -> Batch {
        self.end = ChainEnd { epoch: header.epoch, number: header.number, hash: Hash::of(&bytes) };
        Batch { header: bytes, signature, entries }
    }
}

#[cfg(test)]
mod tests;
