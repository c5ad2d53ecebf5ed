//! The relay's end of one connection.
//!
//! Takes frames and the storage's answers, gives [`Ask`]s. Holds nothing that another connection needs.
//! What a batch must satisfy before it is stored is decided in [`judge`].

use super::frames::{
    Ack, Bye, CHALLENGE_PURPOSE, Challenge, Frame, GetSnapshot, Grant, Hello, PROOF_PURPOSE, Packed, Page,
    Person, Pull, Refused, SnapshotPage, VERSION, Wanted, Welcome, challenge_message,
};
pub use super::refusal::SyncError;
use super::standing::{Cause, Standing};
use crate::access::phones::{Answer, Deed, Place, phone_may};
use crate::error::{Coded, Lang};
use crate::identity::{
    Batch, BatchError, ChainEnd, DeviceKey, Header, PublicKey, Signature, SignedGrants, SignedHead,
};
use crate::ids::{DeviceId, Hash, SpaceId};
use crate::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// How often a phone is asked within [`WANTED_WITHIN_MS`] for what the relay lacks. What is left out is asked for at the
/// phone's next contact.
const WANTED_MAX: u32 = 8;
/// See [`WANTED_MAX`].
const WANTED_WITHIN_MS: i64 = 60_000;

/// What the driver must do, in order.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a handful at a time, done at once")]
pub enum Ask {
    /// Send a frame.
    Send(Frame),
    /// Look a device up and call [`Session::on_device`].
    FindDevice(DeviceId),
    /// Unpack the batches, store them, call [`Session::on_stored`] once they are durable.
    Store(Packed),
    /// Read the log of a space after a sequence number, at most a page, and call [`Session::on_feed`].
    ReadFeed {
        /// The space.
        space: SpaceId,
        /// After this number.
        after: u64,
    },
    /// Look whether changes of this space are lacking and call [`Session::on_wanted`] for each document's.
    FindWanted(SpaceId),
    /// Read a page of a snapshot and call [`Session::on_snapshot`].
    ReadSnapshot(GetSnapshot),
    /// The device has proven who it is; its clock is off by so much.
    Arrived {
        /// Application and version it told.
        app: String,
        /// Relay time minus phone time.
        skew_ms: i64,
        /// How much it says waits to be handed in.
        unsent: Option<u64>,
    },
    /// Send what was asked and close.
    Close,
}

/// What the relay knows of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDevice {
    /// Its key.
    pub key: PublicKey,
    /// How the office stands to it.
    pub standing: Standing,
    /// What it may follow.
    pub grants: Vec<Grant>,
    /// Spaces that it may write to no more, but could until lately: what was recorded then is taken in.
    pub hand_in: BTreeSet<SpaceId>,
    /// Where its chain stands.
    pub chain: Option<ChainEnd>,
    /// Names of those whose edits it will see.
    pub people: Vec<Person>,
    /// Newest policy.
    pub policy: u64,
    /// The community.
    pub community: String,
    /// What it may follow, signed for it.
    pub signed: Option<SignedGrants>,
}

impl KnownDevice {
    /// How a space stands to it.
    pub fn place(&self, space: SpaceId) -> Place {
        match self.grants.iter().find(|grant| grant.space == space) {
            Some(grant) if grant.write => Place::Own,
            _ if self.hand_in.contains(&space) => Place::Former,
            Some(_) => Place::Shared,
            None => Place::Elsewhere,
        }
    }
}

/// What became of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Durable, now or already before.
    Durable {
        /// Whose chain.
        device: DeviceId,
        /// How far it is durable in the batch's own epoch: for a batch that the log had, that batch.
        end: ChainEnd,
    },
    /// Not taken.
    Refused(Refused),
    /// What follows is of a second life of this phone: two phones use its key.
    Copied {
        /// Whose key.
        device: DeviceId,
    },
}

/// What may be done with a batch whose device is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Store it, pass it on, apply it.
    Accept(Header),
    /// Store it, but a person must look before it is applied.
    Review(Header, Cause),
    /// The log has it.
    Known(Header),
}

/// Decides over one batch. `stored` is the hash of a batch that the log has under the same number: this one's
/// if it has this one. `carried`: not its own phone hands it in.
///
/// A phone whose chain has parted from the relay's is told so and seals its work anew. Whoever carries its
/// batches cannot do that, and the phone may be lost: they go to a person.
///
/// # Errors
/// [`SyncError`] or [`BatchError`], boxed as what a person is told.
pub fn judge(
    batch: &Batch,
    device: &KnownDevice,
    stored: Option<crate::ids::Hash>,
    carried: bool,
) -> Result<Verdict, Box<dyn Coded + Send + Sync>> {
    let header = batch.verify(&device.key).map_err(|error: BatchError| Box::new(error) as Box<_>)?;
    if header.origin.is_some() {
        // Only the office speaks for others.
        return Err(Box::new(BatchError::Malformed));
    }
    let end = device.chain.unwrap_or(ChainEnd::start_of(header.epoch));
    match stored {
        Some(hash) if hash == batch.hash() => return Ok(Verdict::Known(header)),
        Some(_) if carried => return Ok(Verdict::Review(header, Cause::Parted)),
        Some(_) => return Err(Box::new(SyncError::Fork)),
        // From the phone itself this means that another life of it goes on under a newer epoch.
        None if header.epoch < end.epoch => return Ok(Verdict::Review(header, Cause::Parted)),
        None => {}
    }
    if !end.is_continued_by(&header) {
        return Err(Box::new(SyncError::Gap));
    }
    match phone_may(device.standing, Deed::Write(device.place(header.space))) {
        Answer::Yes => Ok(Verdict::Accept(header)),
        Answer::Review(cause) => Ok(Verdict::Review(header, cause)),
        Answer::No(error) => Err(Box::new(error)),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Greeting,
    Finding,
    Proving,
    Running,
    Closed,
}

/// A followed space.
#[derive(Clone, Copy, Debug)]
struct Following {
    sent: u64,
    /// A read is under way; its answer will start the next if there is more.
    reading: bool,
    /// The newest number heard of.
    head: u64,
}

/// One connection.
pub struct Session {
    key: PublicKey,
    nonce: Vec<u8>,
    phase: Phase,
    hello: Option<Hello>,
    proof: Option<Signature>,
    device: Option<KnownDevice>,
    following: BTreeMap<SpaceId, Following>,
    handed_in: Option<ChainEnd>,
    /// Documents have come to a space that the phone reads.
    placed: bool,
    skew_ms: i64,
    lineage: Option<Hash>,
    head: Option<SignedHead>,
    /// Since when, and how often since, the phone was asked for what is lacking.
    wanted: (TimeMs, u32),
}

impl Session {
    /// A connection was accepted; `nonce` is 32 random bytes.
    pub fn new(key: PublicKey, nonce: [u8; 32]) -> Session {
        Session {
            key,
            nonce: nonce.to_vec(),
            phase: Phase::Greeting,
            hello: None,
            proof: None,
            device: None,
            following: BTreeMap::new(),
            handed_in: None,
            placed: false,
            skew_ms: 0,
            lineage: None,
            head: None,
            wanted: (0, 0),
        }
    }

    /// Tells the phone which life of the log this is.
    pub fn of_lineage(self, lineage: Hash) -> Session {
        Session { lineage: Some(lineage), ..self }
    }

    /// Where the relay's chains ended after the phone had greeted, for it to keep.
    pub fn tell_head(&mut self, head: SignedHead) {
        self.head = Some(head);
    }

    /// The language for texts to this phone.
    pub fn lang(&self) -> Lang {
        self.hello.as_ref().map_or(Lang::Zh, Hello::lang)
    }

    /// Who is connected, once proven.
    pub fn device(&self) -> Option<DeviceId> {
        (self.phase == Phase::Running).then(|| self.hello.as_ref().map(|hello| hello.device)).flatten()
    }

    /// Who the phone says it is, proven or not.
    pub fn claimed(&self) -> Option<DeviceId> {
        self.hello.as_ref().map(|hello| hello.device)
    }

    /// The spaces that the phone follows now.
    pub fn followed(&self) -> Vec<SpaceId> {
        self.following.keys().copied().collect()
    }

    /// Whether the phone follows a space now.
    pub fn follows(&self, space: SpaceId) -> bool {
        self.following.contains_key(&space)
    }

    /// Whether a page for this phone may leave a batch out because the phone has it: it is its own and was
    /// handed in on this connection. Its older batches must be sent: a phone restored from a backup no
    /// longer has them, and what others built on them would wait forever.
    pub fn may_skip(&self, signer: DeviceId, epoch: u32, number: u64) -> bool {
        let own = self.device() == Some(signer);
        own && !self.placed && self.handed_in.is_some_and(|from| from.epoch == epoch && from.number <= number)
    }

    /// A page brings a document that was placed in its space. The phone may have let go of that document
    /// when it left, and of its own work on it: from here on it is sent that too.
    pub fn on_placed(&mut self) {
        self.placed = true;
    }

    /// Takes a frame from the phone.
    pub fn on_frame(&mut self, frame: Frame, now_ms: TimeMs, relay: &DeviceKey) -> Vec<Ask> {
        match (&self.phase, frame) {
            (Phase::Closed, _) => Vec::new(),
            (Phase::Greeting, Frame::Hello(hello)) => self.on_hello(hello, now_ms, relay),
            (Phase::Finding, Frame::Proof(signature)) => self.on_proof(signature),
            (Phase::Running, Frame::Push(batches)) => self.on_push(batches),
            (Phase::Running, Frame::Pull(pull)) => self.on_pull(&pull),
            (Phase::Running, Frame::GetSnapshot(get)) => self.on_get_snapshot(get),
            (_, Frame::Bye(_)) => self.close(Vec::new()),
            _ => self.refuse(SyncError::OutOfTurn),
        }
    }

    fn close(&mut self, mut asks: Vec<Ask>) -> Vec<Ask> {
        self.phase = Phase::Closed;
        asks.push(Ask::Close);
        asks
    }

    /// Ends the connection with a reason.
    pub fn refuse(&mut self, error: SyncError) -> Vec<Ask> {
        let bye = self.bye(error);
        self.close(vec![Ask::Send(Frame::Bye(bye))])
    }

    fn bye(&self, error: SyncError) -> Bye {
        Bye { code: error.code().into(), text: error.text(self.lang()) }
    }

    fn on_hello(&mut self, hello: Hello, now_ms: TimeMs, relay: &DeviceKey) -> Vec<Ask> {
        let message = challenge_message(&self.nonce, &self.key, hello.device);
        let signature = relay.sign(CHALLENGE_PURPOSE, &message);
        self.skew_ms = now_ms.saturating_sub(hello.now_ms);
        let version = hello.version;
        self.hello = Some(hello);
        if version < VERSION {
            return self.refuse(SyncError::Version);
        }
        self.phase = Phase::Finding;
        let challenge = Challenge { nonce: self.nonce.clone(), relay: self.key.clone(), signature };
        vec![Ask::Send(Frame::Challenge(challenge))]
    }

    fn on_proof(&mut self, signature: Signature) -> Vec<Ask> {
        let Some(hello) = &self.hello else { return self.refuse(SyncError::OutOfTurn) };
        self.phase = Phase::Proving;
        self.proof = Some(signature);
        vec![Ask::FindDevice(hello.device)]
    }

    /// Takes what is known of the device that [`Ask::FindDevice`] named.
    pub fn on_device(&mut self, found: Option<KnownDevice>, now_ms: TimeMs) -> Vec<Ask> {
        let (Some(hello), Some(device), Some(signature)) = (&self.hello, found, self.proof.take()) else {
            return self.refuse(SyncError::UnknownDevice);
        };
        if !self.is_proof_of(hello, &device.key, &signature) {
            return self.refuse(SyncError::UnknownDevice);
        }
        let (app, unsent) = (hello.app.clone(), hello.unsent);
        self.phase = Phase::Running;
        // A suspended phone reads nothing, but may still hand in what it recorded: it goes to review.
        let told = SyncError::of_standing(device.standing).map(|error| self.bye(error));
        let grants = if told.is_none() { device.grants.clone() } else { Vec::new() };
        let welcome = Welcome {
            now_ms,
            policy: device.policy,
            grants,
            chain: device.chain,
            people: device.people.clone(),
            community: device.community.clone(),
            told,
            signed: device.signed.clone(),
            lineage: self.lineage,
            head: self.head.take(),
        };
        self.device = Some(device);
        let arrived = Ask::Arrived { app, skew_ms: self.skew_ms, unsent };
        vec![arrived, Ask::Send(Frame::Welcome(welcome))]
    }

    fn is_proof_of(&self, hello: &Hello, key: &PublicKey, signature: &Signature) -> bool {
        let message = challenge_message(&self.nonce, &self.key, hello.device);
        key.device() == hello.device && key.verify(PROOF_PURPOSE, &message, signature).is_ok()
    }

    /// What the phone said of itself, once its proof is known to be good; before, nothing may come of it.
    pub fn proven(&self, key: &PublicKey) -> Option<&Hello> {
        let (hello, signature) = (self.hello.as_ref()?, self.proof.as_ref()?);
        self.is_proof_of(hello, key, signature).then_some(hello)
    }

    fn may(&self, deed: impl FnOnce(&KnownDevice) -> Deed) -> Result<(), SyncError> {
        let Some(device) = &self.device else { return Err(SyncError::OutOfTurn) };
        match phone_may(device.standing, deed(device)) {
            Answer::Yes => Ok(()),
            Answer::No(error) => Err(error),
            Answer::Review(_) => Err(SyncError::NotGranted),
        }
    }

    /// The office has changed what phones may do or follow. One that this is about connects anew, or is told
    /// why it may not.
    pub fn on_regranted(&mut self, known: Option<&KnownDevice>) -> Vec<Ask> {
        let Some(device) = self.device.as_ref().filter(|_| self.phase == Phase::Running) else {
            return Vec::new();
        };
        let standing = known.map_or(Standing::Revoked, |known| known.standing);
        if standing != device.standing {
            return self.refuse(SyncError::of_standing(standing).unwrap_or(SyncError::Admitted));
        }
        if known.is_some_and(|known| known.grants == device.grants) {
            return Vec::new();
        }
        self.refuse(SyncError::Regranted)
    }

    /// Whoever nobody has confirmed hands in nothing, for others neither: it stays where it is.
    fn on_push(&mut self, batches: Packed) -> Vec<Ask> {
        match self.may(|_| Deed::Push) {
            Ok(()) => vec![Ask::Store(batches)],
            Err(error) => self.refuse(error),
        }
    }

    fn on_pull(&mut self, pull: &Pull) -> Vec<Ask> {
        if let Err(error) = self.may(|device| Deed::Read(device.place(pull.space))) {
            return self.refuse(error);
        }
        let following = Following { sent: pull.after, reading: true, head: pull.after };
        self.following.insert(pull.space, following);
        let read = Ask::ReadFeed { space: pull.space, after: pull.after };
        // Before the page, because a phone that has it all may leave.
        let wanted = self.answers().then_some(Ask::FindWanted(pull.space));
        wanted.into_iter().chain([read]).collect()
    }

    fn answers(&self) -> bool {
        self.hello.as_ref().is_some_and(|hello| hello.answers == Some(true))
    }

    /// The relay lacks changes that others build on, and this phone may have written them: it follows their space, or
    /// signed what waits. Only a phone whose word would count there is asked, and only so often.
    pub fn on_wanted(&mut self, wanted: Wanted, now_ms: TimeMs) -> Vec<Ask> {
        let asks = self.device().is_some() && self.answers();
        if !asks || self.may(|device| Deed::Write(device.place(wanted.space))).is_err() {
            return Vec::new();
        }
        let (since, times) = self.wanted;
        // A clock that was set back begins anew as well.
        let anew = times == 0 || !(since..since.saturating_add(WANTED_WITHIN_MS)).contains(&now_ms);
        self.wanted = if anew { (now_ms, 1) } else { (since, times.saturating_add(1)) };
        if self.wanted.1 > WANTED_MAX { Vec::new() } else { vec![Ask::Send(Frame::Wanted(wanted))] }
    }

    fn on_get_snapshot(&mut self, get: GetSnapshot) -> Vec<Ask> {
        if let Err(error) = self.may(|device| Deed::Read(device.place(get.space))) {
            return self.refuse(error);
        }
        vec![Ask::ReadSnapshot(get)]
    }

    /// Takes a page of the log.
    pub fn on_feed(&mut self, page: Page) -> Vec<Ask> {
        let Some(following) = self.following.get_mut(&page.space) else { return Vec::new() };
        if page.after != following.sent {
            return Vec::new();
        }
        following.sent = page.upto;
        following.head = following.head.max(page.head);
        following.reading = following.sent < following.head;
        let more = following.reading.then_some(Ask::ReadFeed { space: page.space, after: page.upto });
        std::iter::once(Ask::Send(Frame::Page(page))).chain(more).collect()
    }

    /// Takes a page of a snapshot.
    pub fn on_snapshot(&mut self, page: SnapshotPage) -> Vec<Ask> {
        vec![Ask::Send(Frame::SnapshotPage(page))]
    }

    /// Takes what became of pushed batches.
    pub fn on_stored(&mut self, outcomes: Vec<Stored>) -> Vec<Ask> {
        let mut ends: BTreeMap<(DeviceId, u32), ChainEnd> = BTreeMap::new();
        let mut asks = Vec::new();
        // An acknowledgement speaks for all that came before it, so none may follow a refusal.
        let mut broken = BTreeSet::new();
        for outcome in outcomes {
            match outcome {
                Stored::Durable { device, end } if broken.contains(&(device, end.epoch)) => {}
                Stored::Durable { device, end } => {
                    if self.handed_in.is_none() && self.device() == Some(device) {
                        self.handed_in = Some(end);
                    }
                    let known = ends.entry((device, end.epoch)).or_insert(end);
                    if known.number < end.number {
                        *known = end;
                    }
                }
                Stored::Copied { .. } => {}
                Stored::Refused(refused) => {
                    broken.insert((refused.device, refused.epoch));
                    asks.push(Ask::Send(Frame::Refused(refused)));
                }
            }
        }
        let acks = ends.into_iter().map(|((device, _), end)| Ask::Send(Frame::Ack(Ack { device, end })));
        acks.chain(asks).collect()
    }

    /// A space has grown.
    pub fn on_advanced(&mut self, space: SpaceId, head: u64) -> Vec<Ask> {
        let Some(following) = self.following.get_mut(&space) else { return Vec::new() };
        following.head = following.head.max(head);
        if following.reading || following.sent >= following.head {
            return Vec::new();
        }
        following.reading = true;
        vec![Ask::ReadFeed { space, after: following.sent }]
    }
}
