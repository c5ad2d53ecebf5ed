//! A relay in memory: the core's own state machine over maps, behind a real websocket.
//!
//! It can be told to misbehave, which is the point of having it.

use futures_util::{SinkExt, StreamExt};
use linli_core::doc::{ChangeBytes, Document};
use linli_core::error::Coded;
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, GrantStatement, Payload, PublicKey, Sealer};
use linli_core::ids::{Actor, DeviceId, DocId, Hash, SpaceId};
use linli_core::kinds::{DocKind, community_space, grid_space};
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::sync::frames::{
    ActorDevice, Codec, FeedItem, Frame, GetSnapshot, Grant, Packed, Page, Person, Refused, SnapshotBody,
    SnapshotDoc, SnapshotPage,
};
use linli_core::sync::relay::{Ask, KnownDevice, Session, Stored, Verdict, judge};
use linli_core::sync::standing::Standing;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

pub(crate) const COMMUNITY: &str = "阳光社区";
pub(crate) const GRID: &str = "110105001001001";
pub(crate) const NOW_MS: i64 = 1_795_000_000_000;

/// Batches of one page: small, so that every story crosses pages.
const PAGE_ITEMS: usize = 3;

/// How the relay misbehaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Sends every page twice.
    pub(crate) repeat_pages: bool,
    /// Acknowledges pushed batches and forgets them.
    pub(crate) ack_before_write: bool,
    /// Stores pushed batches and hangs up instead of acknowledging, so many times.
    pub(crate) lose_acks: u32,
    /// Hangs up after so many snapshot pages, once.
    pub(crate) hang_up_after_snapshot_pages: Option<u32>,
    /// Hangs up instead of sending a page of the log, so many times.
    pub(crate) hang_up_before_pages: u32,
}

#[derive(Default)]
pub(crate) struct State {
    devices: BTreeMap<DeviceId, KnownDevice>,
    log: BTreeMap<SpaceId, Vec<FeedItem>>,
    hashes: BTreeMap<(DeviceId, u32, u64), Hash>,
    snapshots: BTreeMap<SpaceId, (u64, Vec<SnapshotBody>)>,
    pub(crate) faults: Faults,
    pub(crate) snapshot_pages_sent: u32,
    pub(crate) batches_pushed: usize,
}

#[derive(Clone)]
pub(crate) struct Relay {
    key: Arc<DeviceKey>,
    state: Arc<Mutex<State>>,
    grown: watch::Sender<u64>,
    pub(crate) url: String,
}

pub(crate) fn space() -> SpaceId {
    grid_space(COMMUNITY, GRID)
}

impl Relay {
    pub(crate) async fn start() -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = Arc::new(DeviceKey::from_seed(&[200; 32]));
        let relay = Relay { key, state: Arc::default(), grown: watch::channel(0).0, url };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let connection = serving.clone();
                tokio::spawn(async move { connection.serve(socket).await });
            }
        });
        relay
    }

    pub(crate) fn public(&self) -> PublicKey {
        self.key.public()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets a device in, as one worker's phone or as the office.
    pub(crate) fn admit(&self, key: &PublicKey, name: &str) {
        let mut state = self.state();
        let grants = vec![
            Grant { space: space(), name: GRID.into(), write: true },
            Grant { space: community_space(COMMUNITY), name: COMMUNITY.into(), write: false },
        ];
        let device = KnownDevice {
            key: key.clone(),
            standing: Standing::Active,
            grants,
            hand_in: std::collections::BTreeSet::new(),
            chain: None,
            people: Vec::new(),
            policy: 1,
            community: COMMUNITY.into(),
            signed: None,
        };
        state.devices.insert(key.device(), device);
        let person = Person { device: key.device(), name: name.into() };
        let mut people: Vec<Person> =
            state.devices.values().flat_map(|known| known.people.clone()).chain([person]).collect();
        people.sort_by_key(|person| person.device);
        people.dedup_by_key(|person| person.device);
        state.devices.values_mut().for_each(|known| known.people = people.clone());
    }

    /// What a device may follow from its next connection on.
    pub(crate) fn set_grants(&self, device: DeviceId, grants: Vec<Grant>) {
        self.state().devices.get_mut(&device).unwrap().grants = grants;
    }

    /// Puts a batch into the log as if it had been pushed.
    pub(crate) fn store(&self, batch: Batch) -> Stored {
        let mut state = self.state();
        let outcome = state.store(batch);
        drop(state);
        self.grown.send_modify(|times| *times += 1);
        outcome
    }

    /// Puts what the office itself wrote into the log.
    pub(crate) fn store_as_office(&self, space: SpaceId, entry: Entry) {
        self.admit(&self.public(), "社区办公室");
        self.set_grants(self.key.device(), vec![Grant { space, name: String::new(), write: true }]);
        let mut sealer =
            Sealer { key: self.key.as_ref(), policy: 0, now_ms: NOW_MS, end: ChainEnd::start_of(1) };
        self.store(sealer.seal(space, vec![entry]));
    }

    /// Every change in the log of the grid.
    pub(crate) fn changes(&self) -> Vec<(DocId, DocKind, Vec<u8>)> {
        let state = self.state();
        let items = state.log.get(&space()).into_iter().flatten();
        let entries = items.flat_map(|item| item.batch.entries.clone());
        let change = |entry: Entry| match entry.payload {
            Payload::Change(bytes) => Some((entry.doc, entry.kind, bytes)),
            _ => None,
        };
        entries.filter_map(change).collect()
    }

    /// Turns the order of the last batches around, as no honest log would have it.
    pub(crate) fn swap_last_batches(&self) {
        let mut state = self.state();
        let items = state.log.get_mut(&space()).unwrap();
        let last = items.len() - 1;
        let (a, b) = (items[last - 1].batch.clone(), items[last].batch.clone());
        items[last - 1].batch = b;
        items[last].batch = a;
    }

    /// Compacts the grid's log into a snapshot with so many documents a page.
    pub(crate) fn take_snapshot(&self, docs_per_page: usize) {
        let mut docs: BTreeMap<DocId, Document> = BTreeMap::new();
        for (id, kind, bytes) in self.changes() {
            docs.entry(id).or_insert_with(|| Document::new(kind)).apply(&ChangeBytes(bytes)).unwrap();
        }
        let mut all: Vec<SnapshotDoc> = docs.into_iter().map(|(id, doc)| snapshot_doc(id, doc)).collect();
        all.sort_by_key(|doc| doc.kind);
        let mut state = self.state();
        let actors = state.actors();
        let mut bodies: Vec<SnapshotBody> = all
            .chunks(docs_per_page)
            .map(|docs| SnapshotBody { docs: docs.to_vec(), actors: Vec::new(), left: None, forgotten: None })
            .collect();
        bodies[0].actors = actors;
        let seq = state.log.get(&space()).map_or(0, |items| items.len() as u64);
        state.snapshots.insert(space(), (seq, bodies));
    }

    /// A document of the snapshot becomes what its first bytes promise and its last do not keep; its row stays.
    pub(crate) fn spoil_in_snapshot(&self, doc: DocId) {
        let mut state = self.state();
        let (_, bodies) = state.snapshots.get_mut(&space()).unwrap();
        let docs = bodies.iter_mut().flat_map(|body| &mut body.docs);
        let spoilt = docs.filter(|found| found.doc == doc).map(|found| {
            let middle = found.bytes.len() / 2;
            found.bytes[middle] ^= 0x55;
        });
        assert_eq!(spoilt.count(), 1);
    }

    /// What a device is told from its next connection on, as a signed statement.
    pub(crate) fn tell(&self, device: DeviceId, version: u64, grants: Vec<Grant>) {
        let statement = GrantStatement { device, version, grants, given_ms: NOW_MS, until_ms: NOW_MS + 1 };
        self.state().devices.get_mut(&device).unwrap().signed = Some(statement.sign(&self.key));
    }

    async fn serve(self, socket: TcpStream) {
        let Ok(mut socket) = tokio_tungstenite::accept_async(socket).await else { return };
        let mut session = Session::new(self.key.public(), [7; 32]);
        let mut grown = self.grown.subscribe();
        loop {
            let asks = tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        let frame = Frame::from_bytes(&bytes).unwrap();
                        session.on_frame(frame, NOW_MS, &self.key)
                    }
                    Some(Ok(_)) => Vec::new(),
                    _ => return,
                },
                _ = grown.changed() => {
                    let head = self.state().log.get(&space()).map_or(0, |items| items.len() as u64);
                    session.on_advanced(space(), head)
                }
            };
            if !self.carry_out(&mut session, &mut socket, asks).await {
                return;
            }
        }
    }

    async fn carry_out(
        &self,
        session: &mut Session,
        socket: &mut WebSocketStream<TcpStream>,
        asks: Vec<Ask>,
    ) -> bool {
        let mut queue: VecDeque<Ask> = asks.into();
        while let Some(ask) = queue.pop_front() {
            let more = match ask {
                Ask::Send(frame) => {
                    let twice = self.state().faults.repeat_pages
                        && matches!(frame, Frame::Page(_) | Frame::SnapshotPage(_) | Frame::Ack(_));
                    for _ in 0..=usize::from(twice) {
                        if socket.send(Message::binary(frame.to_bytes())).await.is_err() {
                            return false;
                        }
                    }
                    Vec::new()
                }
                Ask::FindDevice(id) => {
                    let found = self.state().devices.get(&id).cloned();
                    session.on_device(found, NOW_MS)
                }
                Ask::Store(packed) => match self.push(&packed) {
                    Some(outcomes) => session.on_stored(outcomes),
                    None => return false,
                },
                Ask::ReadFeed { .. } if self.state().faults.hang_up_before_pages > 0 => {
                    self.state().faults.hang_up_before_pages -= 1;
                    return false;
                }
                Ask::ReadFeed { space, after } => session.on_feed(self.state().page(space, after)),
                Ask::ReadSnapshot(get) => match self.state().snapshot(&get) {
                    Some(page) => session.on_snapshot(page),
                    None => return false,
                },
                Ask::Arrived { .. } | Ask::FindWanted(_) => Vec::new(),
                Ask::Close => return false,
            };
            queue.extend(more);
        }
        true
    }

    /// `None`: hang up without an answer.
    fn push(&self, packed: &Packed) -> Option<Vec<Stored>> {
        let plain = zstd::bulk::decompress(&packed.bytes, 8 << 20).unwrap();
        let batches: Vec<Batch> = minicbor::decode(&plain).unwrap();
        let mut state = self.state();
        state.batches_pushed += batches.len();
        if state.faults.ack_before_write {
            let ack = |batch: &Batch| {
                let header = batch.claims().unwrap();
                let end = ChainEnd { epoch: header.epoch, number: header.number, hash: batch.hash() };
                Stored::Durable { device: header.device, end }
            };
            return Some(batches.iter().map(ack).collect());
        }
        let outcomes = batches.into_iter().map(|batch| state.store(batch)).collect();
        if state.faults.lose_acks > 0 {
            state.faults.lose_acks -= 1;
            return None;
        }
        drop(state);
        self.grown.send_modify(|times| *times += 1);
        Some(outcomes)
    }
}

fn snapshot_doc(id: DocId, mut doc: Document) -> SnapshotDoc {
    let row = match doc.kind() {
        DocKind::Household => HouseholdRow::of(&mut doc).to_bytes(),
        DocKind::Visits => SheetRow::of(&doc.fields()).unwrap().to_bytes(),
        _ => Vec::new(),
    };
    SnapshotDoc { doc: id, kind: doc.kind(), generation: 0, bytes: doc.save(), row, nth: None }
}

fn plain(bytes: &[u8]) -> Packed {
    Packed { codec: Codec::Zstd, bytes: zstd::bulk::compress(bytes, 3).unwrap() }
}

impl State {
    fn store(&mut self, batch: Batch) -> Stored {
        let claims = batch.claims().unwrap();
        let id = (claims.device, claims.epoch, claims.number);
        let device = self.devices.get(&claims.device).unwrap().clone();
        let end = ChainEnd { epoch: claims.epoch, number: claims.number, hash: batch.hash() };
        match judge(&batch, &device, self.hashes.get(&id).copied(), false) {
            Ok(Verdict::Accept(_) | Verdict::Review(..)) => {
                let items = self.log.entry(claims.space).or_default();
                let seq = items.len() as u64 + 1;
                items.push(FeedItem { seq, received_ms: NOW_MS, batch });
                self.hashes.insert(id, end.hash);
                self.devices.get_mut(&claims.device).unwrap().chain = Some(end);
                Stored::Durable { device: claims.device, end }
            }
            Ok(Verdict::Known(_)) => Stored::Durable { device: claims.device, end },
            Err(error) => Stored::Refused(Refused {
                device: claims.device,
                epoch: claims.epoch,
                number: claims.number,
                code: Coded::code(error.as_ref()).into(),
                text: error.zh(),
                chain: device.chain,
            }),
        }
    }

    fn page(&self, space: SpaceId, after: u64) -> Page {
        let items = self.log.get(&space).map(Vec::as_slice).unwrap_or_default();
        let rest = &items[(after as usize).min(items.len())..];
        let some: Vec<FeedItem> = rest.iter().take(PAGE_ITEMS).cloned().collect();
        Page {
            space,
            after,
            upto: after + some.len() as u64,
            head: items.len() as u64,
            items: plain(&minicbor::to_vec(&some).unwrap()),
        }
    }

    fn snapshot(&mut self, get: &GetSnapshot) -> Option<SnapshotPage> {
        let hang_up = self.faults.hang_up_after_snapshot_pages;
        if hang_up.is_some_and(|pages| self.snapshot_pages_sent >= pages) {
            self.faults.hang_up_after_snapshot_pages = None;
            return None;
        }
        let none = (0, Vec::new());
        let (seq, bodies) = self.snapshots.get(&get.space).unwrap_or(&none);
        let body = bodies.get(get.page as usize).cloned().unwrap_or_default();
        self.snapshot_pages_sent += u32::from(!bodies.is_empty());
        Some(SnapshotPage {
            space: get.space,
            seq: *seq,
            page: get.page,
            pages: bodies.len() as u32,
            bytes_total: 0,
            body: plain(&minicbor::to_vec(&body).unwrap()),
        })
    }

    /// Found the slow and sure way: a document of one change has that change's actor in its history.
    fn actors(&self) -> Vec<ActorDevice> {
        let mut docs: BTreeMap<DocId, Document> = BTreeMap::new();
        let mut pairs: BTreeMap<Actor, DeviceId> = BTreeMap::new();
        for item in self.log.values().flatten() {
            let device = item.batch.claims().unwrap().device;
            for entry in &item.batch.entries {
                let Payload::Change(bytes) = &entry.payload else { continue };
                let doc = docs.entry(entry.doc).or_insert_with(|| Document::new(entry.kind));
                doc.apply(&ChangeBytes(bytes.clone())).unwrap();
                for write in doc.history() {
                    pairs.entry(write.actor).or_insert(device);
                }
            }
        }
        pairs.into_iter().map(|(actor, device)| ActorDevice { actor, device }).collect()
    }
}
