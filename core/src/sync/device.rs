//! The phone's end of a connection.
//!
//! Takes frames and answers, gives [`Ask`]s that the driver carries out in order before it hands in the
//! next frame; that order is the flow control. Push and pull run side by side: what a worker recorded
//! never waits for a long download.

use super::frames::{
    Ack, CHALLENGE_PURPOSE, Challenge, Codec, Frame, GetSnapshot, Grant, Hello, Packed, Page, Pull, Refused,
    SnapshotPage, VERSION, Wanted, Welcome, challenge_message,
};
use crate::identity::{ChainEnd, PublicKey, Signature};
use crate::ids::{DeviceId, DocId, SpaceId};
use crate::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// Snapshot pages asked for ahead: hides a mobile network's round trip without holding many pages.
const SNAPSHOT_WINDOW: u32 = 4;

/// Documents of which a relay is given the own changes again on one connection, each once: more than one relay lacks
/// after an accident, and less than a lying one would need to empty a battery.
const AGAIN_DOCS_MAX: usize = 256;

/// Whom a refusal names when the batch itself could not be read.
const NOBODY: DeviceId = DeviceId([0; 16]);

/// How far a space has been fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Nothing yet.
    Empty,
    /// Within a snapshot: taken at `seq`, `page` is the next page needed.
    Snapshot {
        /// The snapshot's sequence number.
        seq: u64,
        /// Next page.
        page: u32,
    },
    /// Everything up to this sequence number is stored.
    At(u64),
}

/// What the driver must do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Send a frame.
    Send(Frame),
    /// Sign this for [`super::frames::PROOF_PURPOSE`] and call [`Device::on_signed`].
    SignProof(Vec<u8>),
    /// Remember what the relay said of us, drop spaces no longer granted, then call
    /// [`Device::on_cursors`].
    StoreWelcome(Welcome, i64),
    /// The relay has more of our chain than we do: we are a restored backup. Start the next epoch and
    /// seal unsent work again.
    StartEpoch(u32),
    /// Seal what waits, read up to a page of unsent batches and call [`Device::on_outbox`].
    ReadOutbox,
    /// Remember that a chain is durable up to here, within this epoch: batches of other epochs that still
    /// wait are not settled by it.
    StoreAck(Ack),
    /// Remember that a batch was not taken; unsent work stays.
    StoreRefused(Refused),
    /// Store the batches of a page and the cursor, in one transaction.
    StorePage(Page),
    /// Store the documents of a snapshot page and the cursor, in one transaction.
    StoreSnapshot(SnapshotPage),
    /// The relay lacks these changes: hand in again what we wrote in their document if one of them is ours, then call
    /// [`Device::on_work`].
    HandInAgain(Wanted),
    /// Everything granted is here and everything recorded is durable at the relay.
    CaughtUp,
    /// The connection cannot go on.
    Failed {
        /// Stable code.
        code: String,
        /// For people.
        text: String,
    },
}

/// What a phone says of itself when it greets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// How much waits to be handed in, for the office to see.
    pub unsent: Option<u64>,
    /// Where its chain stands.
    pub chain: Option<ChainEnd>,
    /// Version of the newest statement of its grants.
    pub seen: Option<u64>,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Greeting,
    Proving,
    Running,
    Closed,
}

/// What is asked for in one space.
#[derive(Debug)]
struct Following {
    cursor: Cursor,
    head: Option<u64>,
    pages_asked: u32,
}

/// The phone's state on one connection.
pub struct Device {
    device: DeviceId,
    relay: PublicKey,
    said_at_ms: TimeMs,
    phase: Phase,
    following: BTreeMap<SpaceId, Following>,
    pushing: Option<(DeviceId, u32, u64)>,
    outbox_empty: bool,
    told_caught_up: bool,
    /// Documents that the relay has asked for.
    asked_for: BTreeSet<DocId>,
}

impl Device {
    /// Starts a connection: the first ask sends the greeting.
    pub fn connect(
        device: DeviceId,
        relay: PublicKey,
        app: String,
        english: bool,
        now_ms: TimeMs,
        status: Status,
    ) -> (Device, Vec<Ask>) {
        let Status { unsent, chain, seen } = status;
        let hello = Hello {
            version: VERSION,
            app,
            device,
            now_ms,
            english,
            unsent,
            chain,
            seen,
            answers: Some(true),
        };
        let machine = Device {
            device,
            relay,
            said_at_ms: now_ms,
            phase: Phase::Greeting,
            following: BTreeMap::new(),
            pushing: None,
            outbox_empty: false,
            told_caught_up: false,
            asked_for: BTreeSet::new(),
        };
        (machine, vec![Ask::Send(Frame::Hello(hello))])
    }

    /// Takes a frame from the relay.
    pub fn on_frame(&mut self, frame: Frame) -> Vec<Ask> {
        match (&self.phase, frame) {
            (Phase::Closed, _) => Vec::new(),
            (_, Frame::Bye(bye)) => self.fail(bye.code, bye.text),
            (Phase::Greeting, Frame::Challenge(challenge)) => self.on_challenge(&challenge),
            (Phase::Proving, Frame::Welcome(welcome)) => self.on_welcome(welcome),
            (Phase::Running, Frame::Ack(ack)) => self.on_ack(ack),
            (Phase::Running, Frame::Refused(refused)) => self.on_refused(refused),
            (Phase::Running, Frame::Page(page)) => self.on_page(page),
            (Phase::Running, Frame::SnapshotPage(page)) => self.on_snapshot(page),
            (Phase::Running, Frame::Wanted(wanted)) => self.on_wanted(wanted),
            _ => self.fail("sync.unexpected_frame".into(), "the relay sent a frame out of turn".into()),
        }
    }

    fn fail(&mut self, code: String, text: String) -> Vec<Ask> {
        self.phase = Phase::Closed;
        vec![Ask::Failed { code, text }]
    }

    fn on_challenge(&mut self, challenge: &Challenge) -> Vec<Ask> {
        let message = challenge_message(&challenge.nonce, &self.relay, self.device);
        let genuine = challenge.relay == self.relay
            && self.relay.verify(CHALLENGE_PURPOSE, &message, &challenge.signature).is_ok();
        if !genuine {
            return self
                .fail("sync.false_relay".into(), "this is not the relay the phone was enrolled with".into());
        }
        self.phase = Phase::Proving;
        vec![Ask::SignProof(message)]
    }

    /// Takes the signature that [`Ask::SignProof`] asked for.
    pub fn on_signed(&mut self, signature: Signature) -> Vec<Ask> {
        vec![Ask::Send(Frame::Proof(signature))]
    }

    fn on_welcome(&mut self, welcome: Welcome) -> Vec<Ask> {
        self.phase = Phase::Running;
        let skew_ms = welcome.now_ms.saturating_sub(self.said_at_ms);
        vec![Ask::StoreWelcome(welcome, skew_ms)]
    }

    /// Takes the cursors of the granted spaces and our own chain's end, after the welcome was stored.
    pub fn on_cursors(
        &mut self,
        grants: &[Grant],
        cursors: &BTreeMap<SpaceId, Cursor>,
        own: ChainEnd,
        relays: Option<ChainEnd>,
    ) -> Vec<Ask> {
        let mut asks = Vec::new();
        let parted = |known: &ChainEnd| {
            let (theirs, ours) = ((known.epoch, known.number), (own.epoch, own.number));
            theirs > ours || (theirs == ours && known.hash != own.hash)
        };
        if let Some(known) = relays.filter(parted) {
            asks.push(Ask::StartEpoch(known.epoch.saturating_add(1)));
        }
        asks.push(Ask::ReadOutbox);
        for grant in grants {
            let cursor = cursors.get(&grant.space).copied().unwrap_or(Cursor::Empty);
            self.following.insert(grant.space, Following { cursor, head: None, pages_asked: 0 });
            asks.push(Ask::Send(first_request(grant.space, cursor)));
        }
        asks
    }

    /// Takes unsent batches; `last` names the last of them, `None` when there are none.
    pub fn on_outbox(&mut self, batches: Packed, last: Option<(DeviceId, u32, u64)>) -> Vec<Ask> {
        self.outbox_empty = last.is_none();
        self.pushing = last;
        match last {
            Some(_) => vec![Ask::Send(Frame::Push(batches))],
            None => self.maybe_caught_up(),
        }
    }

    /// New work was recorded, or a live connection should look at the outbox again.
    pub fn on_work(&mut self) -> Vec<Ask> {
        if self.phase != Phase::Running || self.pushing.is_some() {
            return Vec::new();
        }
        self.told_caught_up = false;
        vec![Ask::ReadOutbox]
    }

    fn on_ack(&mut self, ack: Ack) -> Vec<Ask> {
        let pushed =
            self.pushing.filter(|(device, epoch, _)| (*device, *epoch) == (ack.device, ack.end.epoch));
        // The relay's chain may have gone on in an epoch that is not ours (a copied phone): that settles
        // nothing of what is sent from here.
        if pushed.is_none() && ack.device == self.device {
            return Vec::new();
        }
        let done = pushed.is_some_and(|(_, _, number)| number <= ack.end.number);
        let mut asks = vec![Ask::StoreAck(ack)];
        if done {
            self.pushing = None;
            asks.push(Ask::ReadOutbox);
        }
        asks
    }

    fn on_refused(&mut self, refused: Refused) -> Vec<Ask> {
        // A push that holds several bad batches is refused several times; by the second time something
        // newer may be on its way, and the late word must not be taken for its answer.
        let answers = self.pushing.is_some_and(|(device, epoch, number)| {
            refused.device == NOBODY
                || (refused.device == device && refused.epoch == epoch && refused.number <= number)
        });
        if answers {
            // What was refused stays on the phone, is shown to the worker and can be exported; sending it
            // again on this connection would be refused again.
            self.pushing = None;
            self.outbox_empty = true;
        }
        let mut asks = vec![Ask::StoreRefused(refused)];
        asks.extend(self.maybe_caught_up());
        asks
    }

    fn on_wanted(&mut self, wanted: Wanted) -> Vec<Ask> {
        let room = self.asked_for.len() < AGAIN_DOCS_MAX;
        if room && self.asked_for.insert(wanted.doc) { vec![Ask::HandInAgain(wanted)] } else { Vec::new() }
    }

    fn on_page(&mut self, page: Page) -> Vec<Ask> {
        let Some(following) = self.following.get_mut(&page.space) else { return Vec::new() };
        let Cursor::At(at) = following.cursor else { return Vec::new() };
        // A repeated page ends where we are or before; storing it again would move the cursor back. One
        // that starts before and ends after us was cut elsewhere the first time; it brings what is new.
        if page.after > at || page.upto < at {
            return Vec::new();
        }
        following.cursor = Cursor::At(page.upto);
        following.head = Some(page.head.max(following.head.unwrap_or(0)));
        let mut asks = Vec::new();
        if page.upto > at {
            self.told_caught_up &= page.upto != page.head;
            asks.push(Ask::StorePage(page));
        }
        asks.extend(self.maybe_caught_up());
        asks
    }

    fn on_snapshot(&mut self, page: SnapshotPage) -> Vec<Ask> {
        let Some(following) = self.following.get_mut(&page.space) else { return Vec::new() };
        let wanted = match following.cursor {
            Cursor::Empty => 0,
            // The relay took a newer snapshot meanwhile: start on that one, and ask for its pages anew.
            Cursor::Snapshot { seq, .. } if page.seq != seq && page.page == 0 => {
                following.pages_asked = 0;
                0
            }
            Cursor::Snapshot { seq, .. } if page.seq != seq => return Vec::new(),
            Cursor::Snapshot { page, .. } => page,
            Cursor::At(_) => return Vec::new(),
        };
        if page.page != wanted {
            return Vec::new();
        }
        let (space, seq, pages, next) = (page.space, page.seq, page.pages, page.page.saturating_add(1));
        let mut asks = vec![Ask::StoreSnapshot(page)];
        if next >= pages {
            following.cursor = Cursor::At(seq);
            asks.push(Ask::Send(Frame::Pull(Pull { space, after: seq })));
            return asks;
        }
        following.cursor = Cursor::Snapshot { seq, page: next };
        following.pages_asked = following.pages_asked.max(next);
        while following.pages_asked < pages.min(next.saturating_add(SNAPSHOT_WINDOW)) {
            let page = following.pages_asked;
            asks.push(Ask::Send(Frame::GetSnapshot(GetSnapshot { space, seq, page })));
            following.pages_asked += 1;
        }
        asks
    }

    fn maybe_caught_up(&mut self) -> Vec<Ask> {
        let here = |f: &Following| matches!((f.cursor, f.head), (Cursor::At(at), Some(head)) if at >= head);
        let done = self.outbox_empty && self.pushing.is_none() && self.following.values().all(here);
        if !done || self.told_caught_up {
            return Vec::new();
        }
        self.told_caught_up = true;
        vec![Ask::CaughtUp]
    }
}

fn first_request(space: SpaceId, cursor: Cursor) -> Frame {
    match cursor {
        Cursor::Empty => Frame::GetSnapshot(GetSnapshot { space, seq: 0, page: 0 }),
        Cursor::Snapshot { seq, page } => Frame::GetSnapshot(GetSnapshot { space, seq, page }),
        Cursor::At(after) => Frame::Pull(Pull { space, after }),
    }
}

/// An empty push or page.
pub fn nothing_packed() -> Packed {
    Packed { codec: Codec::Plain, bytes: vec![0x80] }
}
