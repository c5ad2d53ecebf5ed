//! A phone: a disk that survives restarts, and a connection that does not.

use super::office::{Link, plain};
use super::shelf::{Shelf, Shelved};
use super::world::{Dice, Fault};
use linli_core::doc::{Author, Document};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, Payload, PublicKey, Sealer};
use linli_core::ids::{Actor, DeviceId, DocId, Hash, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::record::Put;
use linli_core::sync::device::{Ask, Cursor, Device, Status, nothing_packed};
use linli_core::sync::frames::{
    Ack, FeedItem, Frame, PROOF_PURPOSE, Page, Refused, SnapshotBody, SnapshotPage, Welcome, decode_whole,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Small, so that a short run has many pushes.
const PUSH_BATCHES: usize = 2;

type Waiting = BTreeMap<(DeviceId, u32, u64), Batch>;

/// Everything durable. Cloning it is a backup.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) shelf: Shelf,
    pub(crate) cursors: BTreeMap<SpaceId, Cursor>,
    pending: Vec<(SpaceId, Entry)>,
    /// Sealed and not acknowledged, own and carried.
    pub(crate) waiting: Waiting,
    chain: ChainEnd,
}

pub(crate) struct Phone {
    pub(crate) key: DeviceKey,
    pub(crate) relay: PublicKey,
    pub(crate) fault: Fault,
    pub(crate) disk: Disk,
    pub(crate) actor: Actor,
    pub(crate) clock_error_ms: i64,
    pub(crate) link: Option<(Link, Device)>,
    pub(crate) caught_up: bool,
    pushing: bool,
    restarted: bool,
    refused: BTreeSet<DeviceId>,
    /// What the relay said is durable: hash by number.
    pub(crate) acked: BTreeMap<(DeviceId, u32, u64), Batch>,
}

impl Phone {
    pub(crate) fn new(seed: u8, relay: PublicKey, fault: Fault) -> Phone {
        let disk = Disk {
            shelf: Shelf::default(),
            cursors: BTreeMap::new(),
            pending: Vec::new(),
            waiting: Waiting::new(),
            chain: ChainEnd::start_of(1),
        };
        Phone {
            key: DeviceKey::from_seed(&[seed; 32]),
            relay,
            fault,
            disk,
            actor: Actor([seed; 16]),
            clock_error_ms: 0,
            link: None,
            caught_up: false,
            pushing: false,
            restarted: false,
            refused: BTreeSet::new(),
            acked: BTreeMap::new(),
        }
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.key.device()
    }

    /// The application starts again: a new actor, no connection, the same disk.
    pub(crate) fn relaunch(&mut self, dice: &mut Dice) {
        self.link = None;
        self.actor = dice.actor();
    }

    /// Saves an edit; gives the hash of the change when there was something to change.
    pub(crate) fn save(
        &mut self,
        place: (SpaceId, DocId, DocKind),
        puts: &[Put],
        now_ms: i64,
    ) -> Option<Hash> {
        let (space, id, kind) = place;
        let fresh = || Shelved { space, doc: Document::new(kind) };
        let doc = &mut self.disk.shelf.docs.entry(id).or_insert_with(fresh).doc;
        let change = doc.edit(&Author::now(self.actor, now_ms + self.clock_error_ms), puts)?;
        let hash = Hash::of(&change.0);
        let entry = Entry { doc: id, kind, generation: 0, payload: Payload::Change(change.0) };
        self.disk.pending.push((space, entry));
        self.caught_up = false;
        Some(hash)
    }

    /// Seals what was saved, one batch for each space in turn.
    pub(crate) fn seal(&mut self, now_ms: i64) {
        let device = self.device();
        let disk = &mut self.disk;
        let mut sealer = Sealer { key: &self.key, policy: 1, now_ms, end: disk.chain };
        while let Some(space) = disk.pending.first().map(|(space, _)| *space) {
            let (taken, left) = std::mem::take(&mut disk.pending).into_iter().partition(|p| p.0 == space);
            disk.pending = left;
            let entries = Vec::into_iter(taken).map(|(_, entry): (SpaceId, Entry)| entry).collect();
            let batch = sealer.seal(space, entries);
            disk.waiting.insert((device, sealer.end.epoch, sealer.end.number), batch);
        }
        disk.chain = sealer.end;
    }

    fn start_epoch(&mut self, epoch: u32, now_ms: i64) {
        if self.disk.chain.epoch >= epoch {
            return;
        }
        let own = self.device();
        let (mine, others): (Waiting, Waiting) =
            std::mem::take(&mut self.disk.waiting).into_iter().partition(|(key, _)| key.0 == own);
        self.disk.waiting = others;
        let mut sealer = Sealer { key: &self.key, policy: 1, now_ms, end: ChainEnd::start_of(epoch) };
        for batch in mine.into_values() {
            let batch = sealer.seal(batch.claims().unwrap().space, batch.entries);
            self.disk.waiting.insert((own, epoch, sealer.end.number), batch);
        }
        self.disk.chain = sealer.end;
    }

    pub(crate) fn connect(&mut self, link: Link, now_ms: i64) -> Vec<Vec<u8>> {
        let clock = now_ms + self.clock_error_ms;
        let (machine, asks) = Device::connect(
            self.device(),
            self.relay.clone(),
            "sim/1".into(),
            false,
            clock,
            Status::default(),
        );
        self.link = Some((link, machine));
        (self.caught_up, self.pushing, self.restarted) = (false, false, false);
        self.refused.clear();
        self.carry_out(asks, now_ms)
    }

    pub(crate) fn on_bytes(&mut self, bytes: &[u8], now_ms: i64) -> Vec<Vec<u8>> {
        let frame = Frame::from_bytes(bytes).unwrap();
        let asks = self.machine(|machine| machine.on_frame(frame));
        self.carry_out(asks, now_ms)
    }

    /// Something was saved: a live connection looks at once.
    pub(crate) fn on_work(&mut self, now_ms: i64) -> Vec<Vec<u8>> {
        let asks = self.machine(Device::on_work);
        self.carry_out(asks, now_ms)
    }

    fn machine(&mut self, call: impl FnOnce(&mut Device) -> Vec<Ask>) -> Vec<Ask> {
        self.link.as_mut().map(|(_, machine)| call(machine)).unwrap_or_default()
    }

    fn carry_out(&mut self, asks: Vec<Ask>, now_ms: i64) -> Vec<Vec<u8>> {
        let mut queue = VecDeque::from(asks);
        let mut frames = Vec::new();
        while let Some(ask) = queue.pop_front() {
            if let Ask::Send(frame) = &ask {
                frames.push(frame.to_bytes());
            }
            let more = self.one(ask, now_ms);
            more.into_iter().rev().for_each(|ask| queue.push_front(ask));
        }
        frames
    }

    fn one(&mut self, ask: Ask, now_ms: i64) -> Vec<Ask> {
        match ask {
            Ask::SignProof(message) => {
                let signature = self.key.sign(PROOF_PURPOSE, &message);
                return self.machine(|machine| machine.on_signed(signature));
            }
            Ask::StoreWelcome(welcome, _) => return self.store_welcome(&welcome, now_ms),
            Ask::StartEpoch(epoch) => self.start_epoch(epoch, now_ms),
            Ask::ReadOutbox => return self.read_outbox(now_ms),
            Ask::StoreAck(ack) => self.settle(&ack),
            Ask::StoreRefused(refused) => return self.store_refused(&refused, now_ms),
            Ask::StorePage(page) => self.store_page(&page),
            Ask::StoreSnapshot(page) => self.store_snapshot(&page),
            Ask::CaughtUp => self.caught_up |= !self.pushing,
            Ask::Failed { .. } => self.link = None,
            Ask::Send(_) | Ask::HandInAgain(_) => {}
        }
        Vec::new()
    }

    fn store_welcome(&mut self, welcome: &Welcome, now_ms: i64) -> Vec<Ask> {
        self.seal(now_ms);
        let own = self.device();
        let mut parted = None;
        if let Some(end) = welcome.chain {
            match self.disk.waiting.get(&(own, end.epoch, end.number)).map(Batch::hash) {
                Some(hash) if hash == end.hash => self.settle(&Ack { device: own, end }),
                Some(_) => parted = Some(Ask::StartEpoch(end.epoch + 1)),
                None => {}
            }
        }
        let (cursors, chain) = (self.disk.cursors.clone(), self.disk.chain);
        let asks =
            self.machine(|machine| machine.on_cursors(&welcome.grants, &cursors, chain, welcome.chain));
        parted.into_iter().chain(asks).collect()
    }

    fn read_outbox(&mut self, now_ms: i64) -> Vec<Ask> {
        self.seal(now_ms);
        let own = self.device();
        let keys = || self.disk.waiting.keys().filter(|key| !self.refused.contains(&key.0));
        let first = keys().find(|key| key.0 == own).or_else(|| keys().next()).map(|key| key.0);
        let chosen: Vec<_> = keys().filter(|key| Some(key.0) == first).take(PUSH_BATCHES).copied().collect();
        self.pushing = !chosen.is_empty();
        let last = chosen.last().copied();
        if last.is_none() {
            return self.machine(|machine| machine.on_outbox(nothing_packed(), None));
        }
        let batches: Vec<&Batch> = chosen.iter().filter_map(|key| self.disk.waiting.get(key)).collect();
        let packed = plain(&batches);
        self.machine(|machine| machine.on_outbox(packed, last))
    }

    /// Settles the batch that an acknowledgement names and those that its chain leads back to, but not one
    /// that only happens to have a smaller number.
    fn settle(&mut self, ack: &Ack) {
        let (mut number, mut hash) = (ack.end.number, ack.end.hash);
        while let Some(batch) = self.disk.waiting.get(&(ack.device, ack.end.epoch, number)) {
            if batch.hash() != hash {
                return;
            }
            let key = (ack.device, ack.end.epoch, number);
            let batch = self.disk.waiting.remove(&key).unwrap();
            (number, hash) = (number - 1, batch.claims().unwrap().previous);
            self.acked.insert(key, batch);
        }
    }

    fn store_refused(&mut self, refused: &Refused, now_ms: i64) -> Vec<Ask> {
        let ours = refused.device == self.device();
        if ours && refused.epoch < self.disk.chain.epoch {
            return Vec::new();
        }
        self.pushing = false;
        let parted = ["batch.gap", "batch.fork"].contains(&refused.code.as_str());
        if ours && !self.restarted && parted {
            self.restarted = true;
            let known = refused.chain.map_or(refused.epoch, |end| end.epoch.max(refused.epoch));
            self.start_epoch(known + 1, now_ms);
        } else {
            self.refused.insert(refused.device);
        }
        self.machine(Device::on_work)
    }

    fn store_page(&mut self, page: &Page) {
        let items: Vec<FeedItem> = decode_whole(&page.items.bytes).unwrap();
        let lost = self.fault == Fault::CursorBeforeStoring && page.upto.is_multiple_of(5);
        for item in items.iter().filter(|_| !lost) {
            self.disk.shelf.take_batch(page.space, item.seq, &item.batch, self.fault);
        }
        self.disk.cursors.insert(page.space, Cursor::At(page.upto));
    }

    fn store_snapshot(&mut self, page: &SnapshotPage) {
        let body: SnapshotBody = decode_whole(&page.body.bytes).unwrap();
        for came in body.docs {
            let mut doc = Document::load(came.kind, &came.bytes).unwrap();
            let fresh = || Shelved { space: page.space, doc: Document::new(came.kind) };
            self.disk.shelf.docs.entry(came.doc).or_insert_with(fresh).doc.merge(&mut doc).unwrap();
            self.disk.shelf.retry(came.doc);
        }
        let next = page.page + 1;
        let done = next >= page.pages;
        let cursor = if done { Cursor::At(page.seq) } else { Cursor::Snapshot { seq: page.seq, page: next } };
        self.disk.cursors.insert(page.space, cursor);
    }

    /// Takes on what another phone has not sent yet.
    pub(crate) fn carry(&mut self, batches: &Waiting, apply: bool) {
        let own = self.device();
        for (key, batch) in batches.iter().filter(|(key, _)| key.0 != own) {
            if apply {
                let space = batch.claims().unwrap().space;
                self.disk.shelf.take_batch(space, 0, batch, self.fault);
            }
            self.disk.waiting.entry(*key).or_insert_with(|| batch.clone());
        }
        self.caught_up = false;
    }
}
