//! The relay: a log that survives restarts, and the sessions that do not.

use super::shelf::Shelf;
use super::world::{Dice, Fault};
use linli_core::doc::Document;
use linli_core::error::{Coded, Lang};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Header, PublicKey};
use linli_core::ids::{DeviceId, Hash, SpaceId};
use linli_core::sync::frames::{
    Codec, FeedItem, Frame, GetSnapshot, Grant, Packed, Page, Refused, SnapshotBody, SnapshotDoc,
    SnapshotPage, decode_whole,
};
use linli_core::sync::relay::{Ask, KnownDevice, Session, Stored, SyncError, Verdict, judge};
use linli_core::sync::standing::Standing;
use std::collections::{BTreeMap, VecDeque};

/// Small, so that a short run has many pages.
const PAGE_BATCHES: usize = 3;
const SNAPSHOT_PAGE_DOCS: usize = 1;
const SNAPSHOT_FROM: u64 = 4;

pub(crate) type Link = u64;

/// What a call makes the network do.
#[derive(Default)]
pub(crate) struct Out {
    pub(crate) frames: Vec<(Link, Vec<u8>)>,
    pub(crate) closed: Vec<Link>,
}

pub(crate) struct Office {
    pub(crate) key: DeviceKey,
    pub(crate) fault: Fault,
    pub(crate) phones: BTreeMap<DeviceId, PublicKey>,
    pub(crate) spaces: Vec<SpaceId>,
    pub(crate) log: BTreeMap<SpaceId, Vec<Batch>>,
    numbers: BTreeMap<(DeviceId, u32, u64), Hash>,
    pub(crate) shelf: Shelf,
    snapshots: BTreeMap<SpaceId, (u64, Vec<SnapshotBody>)>,
    sessions: BTreeMap<Link, Session>,
}

impl Office {
    pub(crate) fn new(spaces: Vec<SpaceId>, fault: Fault) -> Office {
        Office {
            key: DeviceKey::from_seed(&[200; 32]),
            fault,
            phones: BTreeMap::new(),
            log: spaces.iter().map(|space| (*space, Vec::new())).collect(),
            spaces,
            numbers: BTreeMap::new(),
            shelf: Shelf::default(),
            snapshots: BTreeMap::new(),
            sessions: BTreeMap::new(),
        }
    }

    pub(crate) fn accept(&mut self, link: Link) {
        let nonce = Hash::of(&link.to_be_bytes()).0;
        self.sessions.insert(link, Session::new(self.key.public(), nonce));
    }

    pub(crate) fn drop_link(&mut self, link: Link) {
        self.sessions.remove(&link);
    }

    /// Sessions are gone; documents are made again from the log and must be the same.
    pub(crate) fn restart(&mut self) {
        self.sessions.clear();
        let mut again = Shelf::default();
        for (space, log) in &self.log {
            for (seq, batch) in (1..).zip(log) {
                again.take_batch(*space, seq, batch, self.fault);
            }
        }
        assert_eq!(again.told(), self.shelf.told(), "documents are caches of the log");
        self.shelf = again;
    }

    pub(crate) fn head(&self, space: SpaceId) -> u64 {
        self.log.get(&space).map_or(0, Vec::len) as u64
    }

    /// Whether the log holds exactly this batch.
    pub(crate) fn has(&self, key: (DeviceId, u32, u64), hash: Hash) -> bool {
        let kept = |log: &Vec<Batch>| log.iter().any(|batch| batch.hash() == hash);
        self.numbers.get(&key) == Some(&hash) && self.log.values().any(kept)
    }

    pub(crate) fn on_bytes(&mut self, link: Link, bytes: &[u8], now_ms: i64, dice: &mut Dice) -> Out {
        let mut out = Out::default();
        let Some(session) = self.sessions.get_mut(&link) else { return out };
        let asks = match Frame::from_bytes(bytes) {
            Ok(frame) => session.on_frame(frame, now_ms, &self.key),
            Err(_) => session.refuse(SyncError::OutOfTurn),
        };
        let before: Vec<u64> = self.spaces.iter().map(|space| self.head(*space)).collect();
        self.carry_out(link, asks, now_ms, dice, &mut out);
        for (space, before) in self.spaces.clone().into_iter().zip(before) {
            let head = self.head(space);
            if head > before {
                for other in self.sessions.keys().copied().collect::<Vec<_>>() {
                    let asks = self.sessions.get_mut(&other).map(|session| session.on_advanced(space, head));
                    self.carry_out(other, asks.unwrap_or_default(), now_ms, dice, &mut out);
                }
            }
        }
        out
    }

    fn carry_out(&mut self, link: Link, asks: Vec<Ask>, now_ms: i64, dice: &mut Dice, out: &mut Out) {
        let mut queue = VecDeque::from(asks);
        while let Some(ask) = queue.pop_front() {
            match ask {
                Ask::Send(frame) => out.frames.push((link, frame.to_bytes())),
                Ask::Close => {
                    self.sessions.remove(&link);
                    out.closed.push(link);
                }
                other => queue.extend(self.answer(link, other, now_ms, dice)),
            }
        }
    }

    fn answer(&mut self, link: Link, ask: Ask, now_ms: i64, dice: &mut Dice) -> Vec<Ask> {
        match ask {
            Ask::FindDevice(device) => {
                let known = self.known(device);
                self.session(link, |session| session.on_device(known, now_ms))
            }
            Ask::Store(packed) => {
                let batches: Vec<Batch> = decode_whole(&packed.bytes).unwrap_or_default();
                let stored = batches.iter().map(|batch| self.store(batch, dice)).collect();
                self.session(link, |session| session.on_stored(stored))
            }
            Ask::ReadFeed { space, after } => {
                let page = self.feed(link, space, after);
                self.session(link, |session| session.on_feed(page))
            }
            Ask::ReadSnapshot(get) => {
                let page = self.snapshot(&get, dice);
                self.session(link, |session| session.on_snapshot(page))
            }
            Ask::Send(_) | Ask::Close | Ask::Arrived { .. } | Ask::FindWanted(_) => Vec::new(),
        }
    }

    fn session(&mut self, link: Link, call: impl FnOnce(&mut Session) -> Vec<Ask>) -> Vec<Ask> {
        self.sessions.get_mut(&link).map(call).unwrap_or_default()
    }

    fn known(&self, device: DeviceId) -> Option<KnownDevice> {
        let grant = |space: &SpaceId| Grant { space: *space, name: space.to_string(), write: true };
        Some(KnownDevice {
            key: self.phones.get(&device)?.clone(),
            standing: Standing::Active,
            grants: self.spaces.iter().map(grant).collect(),
            hand_in: std::collections::BTreeSet::new(),
            chain: self.chain(device),
            people: Vec::new(),
            policy: 1,
            community: "阳光社区".into(),
            signed: None,
        })
    }

    fn chain(&self, device: DeviceId) -> Option<ChainEnd> {
        let all = (device, 0, 0)..=(device, u32::MAX, u64::MAX);
        let (&(_, epoch, number), &hash) = self.numbers.range(all).next_back()?;
        Some(ChainEnd { epoch, number, hash })
    }

    fn store(&mut self, batch: &Batch, dice: &mut Dice) -> Stored {
        let header = batch.claims().unwrap();
        let key = (header.device, header.epoch, header.number);
        let known = self.known(header.device).unwrap();
        let verdict = judge(batch, &known, self.numbers.get(&key).copied(), false);
        let end = ChainEnd { epoch: header.epoch, number: header.number, hash: batch.hash() };
        let durable = Stored::Durable { device: header.device, end };
        match verdict {
            Ok(Verdict::Known(_)) => durable,
            Ok(_) if self.fault == Fault::AckWithoutStoring && dice.chance(10) => durable,
            Ok(_) => self.insert(&header, batch, durable),
            Err(error) if self.fault == Fault::SkipSignature && error.code() == "batch.altered" => {
                self.insert(&header, batch, durable)
            }
            Err(error) => refused(&header, error.as_ref(), known.chain),
        }
    }

    fn insert(&mut self, header: &Header, batch: &Batch, durable: Stored) -> Stored {
        self.numbers.insert((header.device, header.epoch, header.number), batch.hash());
        let log = self.log.get_mut(&header.space).unwrap();
        log.push(batch.clone());
        let seq = log.len() as u64;
        self.shelf.take_batch(header.space, seq, batch, self.fault);
        durable
    }

    fn feed(&self, link: Link, space: SpaceId, after: u64) -> Page {
        let log = self.log.get(&space).unwrap();
        let session = self.sessions.get(&link).unwrap();
        let rows = (1u64..).zip(log).skip(usize::try_from(after).unwrap()).take(PAGE_BATCHES);
        let skips = |header: &Header| match self.fault {
            Fault::NeverReturnOwn => session.device() == Some(header.device),
            _ => session.may_skip(header.device, header.epoch, header.number),
        };
        let upto = rows.clone().last().map_or(after, |(seq, _)| seq);
        let items: Vec<FeedItem> = rows
            .filter(|(_, batch)| !skips(&batch.claims().unwrap()))
            .map(|(seq, batch)| FeedItem { seq, received_ms: 0, batch: batch.clone() })
            .collect();
        Page { space, after, upto, head: self.head(space).max(upto), items: plain(&items) }
    }

    fn snapshot(&mut self, get: &GetSnapshot, dice: &mut Dice) -> SnapshotPage {
        let space = get.space;
        // Now and then a newer snapshot is taken under the feet of whoever is fetching the old one.
        if !self.snapshots.contains_key(&space) || dice.chance(4) {
            let taken = self.take_snapshot(space);
            // In the protocol 0 names no snapshot: the log alone is as quick.
            if taken.0 >= SNAPSHOT_FROM {
                self.snapshots.insert(space, taken);
            }
        }
        let Some((seq, bodies)) = self.snapshots.get(&space) else {
            let body = plain(&SnapshotBody::default());
            return SnapshotPage { space, seq: 0, page: 0, pages: 0, bytes_total: 0, body };
        };
        let wanted = if get.seq == 0 || get.seq == *seq { get.page as usize } else { 0 };
        let page = if wanted < bodies.len() { wanted } else { 0 };
        SnapshotPage {
            space,
            seq: *seq,
            page: u32::try_from(page).unwrap(),
            pages: u32::try_from(bodies.len()).unwrap(),
            bytes_total: 1,
            body: plain(&bodies[page]),
        }
    }

    /// The documents as they are, numbered so that the tail of the log brings every change that still
    /// waits here for another.
    fn take_snapshot(&mut self, space: SpaceId) -> (u64, Vec<SnapshotBody>) {
        let waiting = self.shelf.held.iter().filter(|held| held.0 == space).map(|held| held.1 - 1);
        let seq = waiting.min().filter(|_| self.fault != Fault::SnapshotForgetsHeld);
        let seq = seq.unwrap_or(self.head(space));
        let of_space = self.shelf.docs.iter_mut().filter(|(_, shelved)| shelved.space == space);
        let docs: Vec<SnapshotDoc> = of_space
            .map(|(id, shelved)| SnapshotDoc {
                doc: *id,
                kind: shelved.doc.kind(),
                generation: 0,
                bytes: shelved.doc.save(),
                row: Vec::new(),
                nth: None,
            })
            .collect();
        let bodies = docs.chunks(SNAPSHOT_PAGE_DOCS).map(|docs| {
            docs.iter().for_each(|doc| drop(Document::load(doc.kind, &doc.bytes).unwrap()));
            SnapshotBody { docs: docs.to_vec(), actors: Vec::new(), left: None, forgotten: None }
        });
        (seq, bodies.collect())
    }
}

fn refused(header: &Header, error: &dyn Coded, chain: Option<ChainEnd>) -> Stored {
    Stored::Refused(Refused {
        device: header.device,
        epoch: header.epoch,
        number: header.number,
        code: error.code().into(),
        text: error.text(Lang::Zh),
        chain,
    })
}

pub(crate) fn plain<T: minicbor::Encode<()>>(value: &T) -> Packed {
    Packed { codec: Codec::Plain, bytes: minicbor::to_vec(value).unwrap() }
}
