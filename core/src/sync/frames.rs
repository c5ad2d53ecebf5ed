//! The wire format: one CBOR frame per binary websocket message.
//!
//! Frames are arrays whose first element is the frame's number; fields have numbers too, so that a newer
//! peer may add some. Version 1's bytes are kept under `core/tests/wire` and must always be readable.

mod wanted;

use crate::bounded::up_to;
use crate::error::Lang;
pub use crate::identity::ActorDevice;
use crate::identity::{ChainEnd, PublicKey, Signature, SignedGrants, SignedHead};
use crate::ids::{DeviceId, DocId, Hash, SpaceId};
use crate::kinds::DocKind;
use crate::time::TimeMs;
use minicbor::decode::{self, Decoder};
pub use wanted::{WANTED_CHANGES_MAX, Wanted};

/// The only version so far.
pub const VERSION: u32 = 1;

/// The largest frame either side accepts. Pages are cut at [`PAGE_BYTES_GOAL`]; one batch of the largest
/// change allowed fits with room to spare.
pub const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What the contents of a page are filled up to before compression: large enough to compress well,
/// small enough that a broken connection repeats little and a phone holds little.
pub const PAGE_BYTES_GOAL: usize = 1024 * 1024;

/// The most that a page may inflate to: a page filled to its goal plus one largest batch.
pub const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most spaces that a phone may follow: every grid of a district, and those of the worker besides.
pub const GRANTS_MAX: usize = 10_000;

/// Most people that a phone is told of: everybody who ever held a phone in a district.
pub const PEOPLE_MAX: usize = 50_000;

/// Compressed contents of a page or push.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Packed {
    /// How [`Packed::bytes`] are compressed.
    #[n(0)]
    pub codec: Codec,
    /// The compressed bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// A compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Codec {
    /// None.
    #[n(0)]
    Plain,
    /// One zstd frame.
    #[n(1)]
    Zstd,
}

/// A frame in either direction.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Frame {
    /// Phone: who I say I am.
    #[n(1)]
    Hello(#[n(0)] Hello),
    /// Relay: prove it.
    #[n(2)]
    Challenge(#[n(0)] Challenge),
    /// Phone: a signature over the challenge.
    #[n(3)]
    Proof(#[n(0)] Signature),
    /// Relay: what you may follow, and where your chain stands.
    #[n(4)]
    Welcome(#[n(0)] Welcome),
    /// Phone: batches, own or carried for a colleague.
    #[n(5)]
    Push(#[n(0)] Packed),
    /// Relay: durable up to here.
    #[n(6)]
    Ack(#[n(0)] Ack),
    /// Relay: a batch that was not taken, and why.
    #[n(7)]
    Refused(#[n(0)] Refused),
    /// Phone: send what is new in a space, and keep sending.
    #[n(8)]
    Pull(#[n(0)] Pull),
    /// Relay: batches of a space in order.
    #[n(9)]
    Page(#[n(0)] Page),
    /// Phone: send a page of a space's snapshot.
    #[n(10)]
    GetSnapshot(#[n(0)] GetSnapshot),
    /// Relay: that page.
    #[n(11)]
    SnapshotPage(#[n(0)] SnapshotPage),
    /// Either: the connection ends, and why.
    #[n(13)]
    Bye(#[n(0)] Bye),
    /// Relay: changes that it lacks. Only to phones that said they know this frame ([`Hello::answers`]).
    #[n(14)]
    Wanted(#[n(0)] Wanted),
}

/// Who the phone says it is.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Hello {
    /// Newest version spoken.
    #[n(1)]
    pub version: u32,
    /// Application and version, for the office's list of phones.
    #[n(2)]
    pub app: String,
    /// The phone.
    #[n(3)]
    pub device: DeviceId,
    /// The phone's clock, from which the relay tells its error.
    #[n(4)]
    pub now_ms: TimeMs,
    /// Whether texts should be English.
    #[n(5)]
    pub english: bool,
    /// How many records the relay does not have yet, for the office's list of phones.
    #[n(6)]
    pub unsent: Option<u64>,
    /// Where its own chain stands, by which the relay notices a second phone with the same key.
    #[n(7)]
    pub chain: Option<ChainEnd>,
    /// Version of the newest [`crate::identity::GrantStatement`] that it has taken.
    #[n(8)]
    pub seen: Option<u64>,
    /// Whether it knows [`Frame::Wanted`]; phones from before do not say.
    #[n(9)]
    pub answers: Option<bool>,
}

impl Hello {
    /// The language of texts for this phone.
    pub fn lang(&self) -> Lang {
        if self.english { Lang::En } else { Lang::Zh }
    }
}

/// What the phone must sign.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Challenge {
    /// Random, used once.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: Vec<u8>,
    /// The relay's key; the phone knows it from enrolment.
    #[n(2)]
    pub relay: PublicKey,
    /// Over the nonce and the device: proves that the relay is the one enrolled with.
    #[n(3)]
    pub signature: Signature,
}

/// What a phone may follow.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Grant {
    /// The space.
    #[n(1)]
    pub space: SpaceId,
    /// What people call it: a grid's code or the community's name.
    #[n(2)]
    pub name: String,
    /// Whether the phone may write to it.
    #[n(3)]
    pub write: bool,
}

/// Somebody whose edits the phone will see.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Person {
    /// The phone or office.
    #[n(1)]
    pub device: DeviceId,
    /// Who holds it.
    #[n(2)]
    pub name: String,
}

/// The connection stands.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Welcome {
    /// The relay's clock.
    #[n(1)]
    pub now_ms: TimeMs,
    /// The newest policy.
    #[n(2)]
    pub policy: u64,
    /// What the phone may follow.
    #[cbor(n(3), decode_with = "read_grants")]
    pub grants: Vec<Grant>,
    /// Where the relay's copy of the phone's chain stands; a phone that is behind was restored.
    #[n(4)]
    pub chain: Option<ChainEnd>,
    /// Names for the devices whose edits the phone will see.
    #[cbor(n(5), decode_with = "read_people")]
    pub people: Vec<Person>,
    /// The community, for derived ids.
    #[n(6)]
    pub community: String,
    /// Why nothing is granted: what the worker must be told of the phone's standing.
    #[n(7)]
    pub told: Option<Bye>,
    /// What the phone may follow, signed: when it is here, it counts and `grants` does not.
    #[n(8)]
    pub signed: Option<SignedGrants>,
    /// Which life of the relay's log this is: another one after it was restored from a backup.
    #[n(9)]
    pub lineage: Option<Hash>,
    /// Where the relay's chains end, signed: what the phone keeps for whoever verifies the relay one day.
    #[n(10)]
    pub head: Option<SignedHead>,
}

pub(crate) fn read_grants<'b, C>(
    decoder: &mut Decoder<'b>,
    context: &mut C,
) -> Result<Vec<Grant>, decode::Error> {
    up_to(decoder, context, GRANTS_MAX)
}

fn read_people<'b, C>(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Vec<Person>, decode::Error> {
    up_to(decoder, context, PEOPLE_MAX)
}

/// Everything of one epoch of a device's chain up to this batch is committed and synced.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Ack {
    /// Whose chain.
    #[n(1)]
    pub device: DeviceId,
    /// How far.
    #[n(2)]
    pub end: ChainEnd,
}

/// A batch was not taken.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Refused {
    /// Whose batch.
    #[n(1)]
    pub device: DeviceId,
    /// Its epoch, as claimed.
    #[n(2)]
    pub epoch: u32,
    /// Its number, as claimed.
    #[n(3)]
    pub number: u64,
    /// Stable code.
    #[n(4)]
    pub code: String,
    /// For people, in their language.
    #[n(5)]
    pub text: String,
    /// Where the chain stands, when the phone should go on from there.
    #[n(6)]
    pub chain: Option<ChainEnd>,
}

/// Send what is new.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Pull {
    /// In this space.
    #[n(1)]
    pub space: SpaceId,
    /// After this sequence number.
    #[n(2)]
    pub after: u64,
}

/// Batches of a space.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Page {
    /// The space.
    #[n(1)]
    pub space: SpaceId,
    /// The cursor this page continues from.
    #[n(2)]
    pub after: u64,
    /// The cursor once it is stored.
    #[n(3)]
    pub upto: u64,
    /// The newest sequence number of the space; more pages follow until it is reached.
    #[n(4)]
    pub head: u64,
    /// A CBOR array of [`FeedItem`].
    #[n(5)]
    pub items: Packed,
}

/// One batch as the relay's log has it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct FeedItem {
    /// Its number in the space.
    #[n(1)]
    pub seq: u64,
    /// When the relay received it.
    #[n(2)]
    pub received_ms: TimeMs,
    /// The batch.
    #[n(3)]
    pub batch: crate::identity::Batch,
}

/// Send a page of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct GetSnapshot {
    /// Of this space.
    #[n(1)]
    pub space: SpaceId,
    /// The snapshot taken at this sequence number; 0 asks for the newest.
    #[n(2)]
    pub seq: u64,
    /// Page number from 0.
    #[n(3)]
    pub page: u32,
}

/// A page of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SnapshotPage {
    /// Of this space.
    #[n(1)]
    pub space: SpaceId,
    /// Taken at this sequence number.
    #[n(2)]
    pub seq: u64,
    /// This page.
    #[n(3)]
    pub page: u32,
    /// How many there are; 0 means that the log alone is shorter.
    #[n(4)]
    pub pages: u32,
    /// Compressed size of all pages, for the progress bar.
    #[n(5)]
    pub bytes_total: u64,
    /// A CBOR [`SnapshotBody`].
    #[n(6)]
    pub body: Packed,
}

/// The contents of a snapshot page.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SnapshotBody {
    /// Documents, households before their visits.
    #[n(1)]
    pub docs: Vec<SnapshotDoc>,
    /// The devices behind the actors in these documents.
    #[n(2)]
    pub actors: Vec<ActorDevice>,
    /// Documents that have left the space. What the log still brings of them is not for whoever starts here.
    #[n(3)]
    pub left: Option<Vec<LeftDoc>>,
    /// Documents that were destroyed. A phone that has one of an earlier generation lets go of it.
    #[n(4)]
    pub forgotten: Option<Vec<ForgottenDoc>>,
}

/// A document that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct ForgottenDoc {
    /// Its id.
    #[n(0)]
    pub doc: DocId,
    /// The generation that may begin since.
    #[n(1)]
    pub generation: u32,
}

/// A document that was moved to another space.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct LeftDoc {
    /// Its id.
    #[n(0)]
    pub doc: DocId,
    /// Where it is.
    #[n(1)]
    pub to: SpaceId,
    /// Its how-manieth move brought it there.
    #[n(2)]
    pub nth: u32,
}

/// One document of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct SnapshotDoc {
    /// Its id.
    #[n(0)]
    pub doc: DocId,
    /// What it is about.
    #[n(1)]
    pub kind: DocKind,
    /// Its generation.
    #[n(2)]
    pub generation: u32,
    /// Uncompressed Automerge document.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// The relay's row for read models ([`crate::model`]), so that a phone need not open thousands of
    /// documents before its first list appears. It is checked when the document is first opened.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub row: Vec<u8>,
    /// Its how-manieth move brought it into this space, if it was ever moved.
    #[n(5)]
    pub nth: Option<u32>,
}

/// The end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Bye {
    /// Stable code.
    #[n(1)]
    pub code: String,
    /// For people, in their language.
    #[n(2)]
    pub text: String,
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Over [`FRAME_BYTES_MAX`].
    #[error("the frame is larger than 4 MiB")]
    TooLarge,
    /// Not a frame of any known version.
    #[error("the frame cannot be read")]
    Malformed,
}

impl crate::error::Coded for FrameError {
    fn code(&self) -> &'static str {
        match self {
            FrameError::TooLarge => "frame.too_large",
            FrameError::Malformed => "frame.malformed",
        }
    }
    fn zh(&self) -> String {
        match self {
            FrameError::TooLarge => "数据帧超过 4 MiB,请更新应用后再同步".into(),
            FrameError::Malformed => "数据帧读不出来,请更新应用后再同步".into(),
        }
    }
}

impl Frame {
    /// As sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads exactly one frame.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Frame, FrameError> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(FrameError::TooLarge);
        }
        decode_whole(bytes)
    }
}

/// Reads one value that must fill the bytes.
///
/// # Errors
/// [`FrameError::Malformed`].
pub fn decode_whole<'b, T: minicbor::Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, FrameError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().map_err(|_| FrameError::Malformed)?;
    if decoder.position() == bytes.len() { Ok(value) } else { Err(FrameError::Malformed) }
}

/// What the phone signs to prove who it is, and the relay to prove who it is.
pub fn challenge_message(nonce: &[u8], relay: &PublicKey, device: DeviceId) -> Vec<u8> {
    [nonce, &relay.0, &device.0].concat()
}

/// Purpose of the phone's signature in [`Frame::Proof`].
pub const PROOF_PURPOSE: &str = "connect/1";
/// Purpose of the relay's signature in [`Challenge`].
pub const CHALLENGE_PURPOSE: &str = "challenge/1";
