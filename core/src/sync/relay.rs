//! The relay's end of one connection.
//!
//! Takes frames and the storage's answers, gives [`Ask`]s. Holds nothing that another connection needs.
//! What a batch must satisfy before it is stored is decided in [`judge`].

use super::frames::{
    Ack, Bye, CHALLENGE_PURPOSE, Challenge, Frame, GetSnapshot, Grant, Hello, PROOF_PURPOSE, Packed, Page,
    Person, Pull, Refused, SnapshotPage, VERSION, Welcome, challenge_message,
};
use crate::error::{Coded, Lang};
use crate::identity::{Batch, BatchError, ChainEnd, DeviceKey, Header, PublicKey, Signature};
use crate::ids::{DeviceId, SpaceId};
use crate::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// What the driver must do, in order.
#[derive(Clone, Debug, PartialEq)]
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
    /// Read a page of a snapshot and call [`Session::on_snapshot`].
    ReadSnapshot(GetSnapshot),
    /// The device has proven who it is; its clock is off by so much.
    Arrived {
        /// Application and version it told.
        app: String,
        /// Relay time minus phone time.
        skew_ms: i64,
    },
    /// Send what was asked and close.
    Close,
}

/// What the relay knows of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDevice {
    /// Its key.
    pub key: PublicKey,
    /// Whether it may connect.
    pub active: bool,
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
}

/// Code of the end of a connection whose grants have changed; the phone connects again at once.
pub const REGRANTED: &str = "sync.regranted";

/// Why a connection or a batch is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// A newer or older protocol.
    #[error("this version of the app cannot talk to this relay; update the app, nothing is lost")]
    Version,
    /// Never enrolled here, or the proof does not match.
    #[error("this phone is not enrolled here; ask the office for an enrolment code")]
    UnknownDevice,
    /// Suspended or revoked.
    #[error("this phone has been suspended; ask the office, unsent work can still be exported")]
    Suspended,
    /// A frame that makes no sense now.
    #[error("the phone sent a frame out of turn")]
    OutOfTurn,
    /// A space that is not granted.
    #[error("this phone may not read this space")]
    NotGranted,
    /// The office has changed what this phone may follow.
    #[error("the office has changed this phone's grids; it connects again by itself")]
    Regranted,
    /// A batch is missing before this one.
    #[error("a batch before this one is missing; send from where the relay stands")]
    Gap,
    /// Two different batches with the same number: a cloned or restored phone.
    #[error("another batch with this number exists; the phone may have been copied")]
    Fork,
    /// The relay could not store it now.
    #[error("the relay cannot store now; try again later")]
    Unavailable,
}

impl Coded for SyncError {
    fn code(&self) -> &'static str {
        match self {
            SyncError::Version => "sync.version",
            SyncError::UnknownDevice => "sync.unknown_device",
            SyncError::Suspended => "sync.suspended",
            SyncError::OutOfTurn => "sync.unexpected_frame",
            SyncError::NotGranted => "sync.not_granted",
            SyncError::Regranted => REGRANTED,
            SyncError::Gap => "batch.gap",
            SyncError::Fork => "batch.fork",
            SyncError::Unavailable => "relay.retry_later",
        }
    }

    fn zh(&self) -> String {
        match self {
            SyncError::Version => "应用版本与社区服务器不匹配,请更新应用;已记录的内容不会丢失",
            SyncError::UnknownDevice => "这部手机还没有在本社区登记,请向社区要一个登记码",
            SyncError::Suspended => "这部手机已被停用,请联系社区;未上传的内容仍可导出",
            SyncError::OutOfTurn => "手机发送的数据顺序不对,请重新同步",
            SyncError::NotGranted => "这部手机没有该网格的权限,请联系社区",
            SyncError::Regranted => "社区调整了这部手机的网格,正在重新连接",
            SyncError::Gap => "前面还有一批数据没有收到,将从缺少处重新上传",
            SyncError::Fork => "同一编号出现了两批不同的数据,手机可能被复制过,请联系社区",
            SyncError::Unavailable => "服务器暂时无法保存,请稍后再试;内容仍在手机上",
        }
        .into()
    }
}

/// What may be done with a batch whose device is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Store it, pass it on, apply it.
    Accept(Header),
    /// Store it, but a person must look before it is applied: the signer had no right to write there.
    Review(Header),
    /// The log has it.
    Known(Header),
}

/// Decides over one batch. `stored` is the hash of the batch that the log has under the same number.
///
/// # Errors
/// [`SyncError`] or [`BatchError`], boxed as what a person is told.
pub fn judge(
    batch: &Batch,
    device: &KnownDevice,
    stored: Option<crate::ids::Hash>,
) -> Result<Verdict, Box<dyn Coded + Send + Sync>> {
    let header = batch.verify(&device.key).map_err(|error: BatchError| Box::new(error) as Box<_>)?;
    let end = device.chain.unwrap_or(ChainEnd::start_of(header.epoch));
    match stored {
        Some(hash) if hash == batch.hash() => return Ok(Verdict::Known(header)),
        Some(_) => return Err(Box::new(SyncError::Fork)),
        None => {}
    }
    if !end.is_continued_by(&header) {
        return Err(Box::new(SyncError::Gap));
    }
    let granted = device.grants.iter().any(|grant| grant.space == header.space && grant.write);
    let may_write = device.active && (granted || device.hand_in.contains(&header.space));
    Ok(if may_write { Verdict::Accept(header) } else { Verdict::Review(header) })
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
        }
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
            (Phase::Running, Frame::Push(batches)) => vec![Ask::Store(batches)],
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
        let bye = Bye { code: error.code().into(), text: error.text(self.lang()) };
        self.close(vec![Ask::Send(Frame::Bye(bye))])
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
        let message = challenge_message(&self.nonce, &self.key, hello.device);
        let proven = device.key.device() == hello.device
            && device.key.verify(PROOF_PURPOSE, &message, &signature).is_ok();
        if !proven {
            return self.refuse(SyncError::UnknownDevice);
        }
        let app = hello.app.clone();
        self.phase = Phase::Running;
        // A suspended phone reads nothing, but may still hand in what it recorded: it goes to review.
        let grants = if device.active { device.grants.clone() } else { Vec::new() };
        let welcome = Welcome {
            now_ms,
            policy: device.policy,
            grants,
            chain: device.chain,
            people: device.people.clone(),
            community: device.community.clone(),
        };
        self.device = Some(device);
        vec![Ask::Arrived { app, skew_ms: self.skew_ms }, Ask::Send(Frame::Welcome(welcome))]
    }

    /// The office has changed what phones may follow. One whose grants are others now connects anew.
    pub fn on_regranted(&mut self, known: Option<&KnownDevice>) -> Vec<Ask> {
        let same = |device: &KnownDevice| {
            known.is_some_and(|known| known.active == device.active && known.grants == device.grants)
        };
        if self.phase != Phase::Running || self.device.as_ref().is_some_and(same) {
            return Vec::new();
        }
        self.refuse(SyncError::Regranted)
    }

    fn may_read(&self, space: SpaceId) -> bool {
        self.device.as_ref().is_some_and(|d| d.active && d.grants.iter().any(|grant| grant.space == space))
    }

    fn on_pull(&mut self, pull: &Pull) -> Vec<Ask> {
        if !self.may_read(pull.space) {
            return self.refuse(SyncError::NotGranted);
        }
        let following = Following { sent: pull.after, reading: true, head: pull.after };
        self.following.insert(pull.space, following);
        vec![Ask::ReadFeed { space: pull.space, after: pull.after }]
    }

    fn on_get_snapshot(&mut self, get: GetSnapshot) -> Vec<Ask> {
        if !self.may_read(get.space) {
            return self.refuse(SyncError::NotGranted);
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
        for outcome in outcomes {
            match outcome {
                Stored::Durable { device, end } => {
                    if self.handed_in.is_none() && self.device() == Some(device) {
                        self.handed_in = Some(end);
                    }
                    let known = ends.entry((device, end.epoch)).or_insert(end);
                    if known.number < end.number {
                        *known = end;
                    }
                }
                Stored::Refused(refused) => asks.push(Ask::Send(Frame::Refused(refused))),
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
