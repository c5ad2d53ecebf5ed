//! Phones, a relay and a network under one clock and one seed.
//!
//! A run has two parts: trouble, in which people work while connections break, frames repeat, phones and
//! the relay restart; then peace, in which everybody must end with the same and nothing acknowledged
//! missing, within a bounded number of steps.

use super::office::{Link, Office, Out};
use super::phone::{Disk, Phone};
use linli_core::ids::{Actor, DocId, Hash, HouseholdId, ResidentId, SpaceId, VisitId, digest};
use linli_core::kinds::{DocKind, Outcome, VisitEntry, VisitSheet, resident_key, visit_key, visits_doc};
use linli_core::record::{Put, Value};
use linli_core::sync::device::Cursor;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;

const TROUBLE_STEPS: usize = 220;
/// A peaceful run needs some hundreds; a run that never ends is a livelock.
const PEACE_STEPS_MAX: usize = 20_000;
const DAY_MS: i64 = 86_400_000;

/// A mistake planted to see that the test finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The relay says durable without storing.
    AckWithoutStoring,
    /// The relay takes a batch whose payload a carrier altered.
    SkipSignature,
    /// A change that came too early is thrown away.
    DropHeldChange,
    /// The cursor is durable before what it stands for.
    CursorBeforeStoring,
    /// The relay never sends a phone its own batches.
    NeverReturnOwn,
    /// A snapshot's number covers changes that are not in it.
    SnapshotForgetsHeld,
}

pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end.max(1) as u64).unwrap()
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn actor(&mut self) -> Actor {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Actor(bytes)
    }
}

/// A write that must still be visible at the end.
struct Owed {
    phone: usize,
    /// Counts the saves of the run.
    serial: i64,
    change: Hash,
    doc: DocId,
    key: String,
}

/// Something on its way.
struct Flight {
    link: Link,
    to_relay: bool,
    bytes: Vec<u8>,
}

pub(crate) struct World {
    pub(crate) dice: Dice,
    now_ms: i64,
    order: u64,
    office: Office,
    phones: Vec<Phone>,
    backups: BTreeMap<usize, (Disk, i64)>,
    /// Who is at the phone's end of a connection.
    links: BTreeMap<Link, usize>,
    /// By arrival; frames of one direction of one connection keep their order.
    sky: BTreeMap<(i64, u64), Flight>,
    last_arrival: BTreeMap<(Link, bool), i64>,
    owed: Vec<Owed>,
    serial: i64,
    trouble: bool,
    /// Carriers read what they carry; otherwise phones may be restored from backups. Not both: what is
    /// built on work that a restored phone forgot can never be applied by others.
    carriers_read: bool,
    trace: [u8; 32],
}

impl World {
    pub(crate) fn new(seed: u64, fault: Fault) -> World {
        let spaces: Vec<SpaceId> = (1..=2).map(|number| SpaceId([number; 16])).collect();
        let mut office = Office::new(spaces, fault);
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let mut phones: Vec<Phone> =
            (1..=4).map(|number| Phone::new(number, office.key.public(), fault)).collect();
        for phone in &mut phones {
            office.phones.insert(phone.device(), phone.key.public());
            phone.clock_error_ms = (dice.below(801) as i64 - 400) * DAY_MS;
            phone.actor = dice.actor();
        }
        World {
            dice,
            now_ms: 1_790_000_000_000,
            order: 0,
            office,
            phones,
            backups: BTreeMap::new(),
            links: BTreeMap::new(),
            sky: BTreeMap::new(),
            last_arrival: BTreeMap::new(),
            owed: Vec::new(),
            serial: 0,
            trouble: true,
            carriers_read: seed.is_multiple_of(2),
            trace: [0; 32],
        }
    }

    /// The whole run; gives the hash of everything that happened.
    pub(crate) fn run(mut self) -> [u8; 32] {
        for _ in 0..TROUBLE_STEPS {
            if self.dice.chance(2) { self.something_happens() } else { self.something_arrives() }
        }
        self.trouble = false;
        for phone in &mut self.phones {
            phone.seal(self.now_ms);
        }
        for steps in 0.. {
            assert!(steps < PEACE_STEPS_MAX, "no end: livelock");
            for index in 0..self.phones.len() {
                self.connect(index);
            }
            if self.sky.is_empty() {
                break;
            }
            self.something_arrives();
        }
        self.check_the_end();
        self.trace
    }

    fn note(&mut self, parts: &[&[u8]]) {
        let parts = [&[self.trace.as_slice()], parts].concat();
        self.trace = digest(&parts);
    }

    fn something_happens(&mut self) {
        self.now_ms += self.dice.below(5_000) as i64;
        let index = self.dice.below(self.phones.len());
        let what = self.dice.below(40);
        self.note(&[b"happens", &[u8::try_from(index).unwrap(), u8::try_from(what).unwrap()]]);
        match what {
            0..=17 => self.save(index),
            18..=27 => self.connect(index),
            28..=29 => self.hang_up(index),
            30 => {
                self.hang_up(index);
                self.phones[index].relaunch(&mut self.dice);
            }
            31 => self.phones[index].clock_error_ms = (self.dice.below(801) as i64 - 400) * DAY_MS,
            32 => {
                self.office.restart();
                self.links.keys().copied().collect::<Vec<_>>().into_iter().for_each(|link| self.cut(link));
            }
            33 | 34 => drop(self.backups.insert(index, (self.phones[index].disk.clone(), self.serial))),
            35 | 36 if !self.carriers_read => self.restore(index),
            37 => self.hand_over(index, true),
            _ => self.hand_over(index, false),
        }
    }

    fn save(&mut self, index: usize) {
        let home = HouseholdId([u8::try_from(self.dice.below(4) + 1).unwrap(); 16]);
        let space = self.office.spaces[usize::from(home.0[0] % 2)];
        self.serial += 1;
        let registry = (space, DocId::from(home), DocKind::Household);
        let own = format!("{}phone", resident_key(ResidentId([u8::try_from(index).unwrap(); 8])));
        let (place, key, puts) = match self.dice.below(6) {
            0 | 1 => {
                let key = visit_key(VisitId(self.serial.to_be_bytes()));
                let place = (space, visits_doc(home, "2026Q4"), DocKind::Visits);
                let sheet = VisitSheet { household: Some(home.to_string()), period: Some("2026Q4".into()) };
                let mut puts = sheet.puts("");
                let entry = VisitEntry::new(self.serial, Outcome::Done);
                puts.push(Put { key: key.clone(), value: Some(entry.to_value()) });
                (place, Some(key), puts)
            }
            2 | 3 => (registry, Some(own.clone()), vec![int(&own, self.serial)]),
            4 => (registry, None, vec![int("contact_phone", self.dice.below(3) as i64)]),
            _ if self.dice.chance(2) => (registry, None, vec![Put::delete("tags/独居")]),
            _ => (registry, None, vec![Put { key: "tags/独居".into(), value: Some(Value::Bool(true)) }]),
        };
        let Some(change) = self.phones[index].save(place, &puts, self.now_ms) else { return };
        if let Some(key) = key {
            self.owed.push(Owed { phone: index, serial: self.serial, change, doc: place.1, key });
        }
        let frames = self.phones[index].on_work(self.now_ms);
        self.send(index, frames);
    }

    fn connect(&mut self, index: usize) {
        if self.phones[index].link.is_some() {
            return;
        }
        self.order += 1;
        let link = self.order;
        self.office.accept(link);
        self.links.insert(link, index);
        let frames = self.phones[index].connect(link, self.now_ms);
        self.send(index, frames);
    }

    fn hang_up(&mut self, index: usize) {
        if let Some((link, _)) = &self.phones[index].link {
            self.cut(*link);
        }
    }

    /// The connection is gone with everything in flight.
    fn cut(&mut self, link: Link) {
        self.office.drop_link(link);
        self.sky.retain(|_, flight| flight.link != link);
        let Some(index) = self.links.remove(&link) else { return };
        self.phones[index].link.take_if(|(own, _)| *own == link);
    }

    fn restore(&mut self, index: usize) {
        let Some((disk, serial)) = self.backups.get(&index).cloned() else { return };
        self.hang_up(index);
        let phone = &mut self.phones[index];
        phone.disk = disk;
        phone.relaunch(&mut self.dice);
        let acked: Vec<Hash> =
            phone.acked.values().flat_map(|b| &b.entries).map(|e| e.payload_hash()).collect();
        self.owed.retain(|o| o.phone != index || o.serial <= serial || acked.contains(&o.change));
    }

    /// A colleague takes a copy of what this phone has not sent yet; a dishonest one alters it.
    fn hand_over(&mut self, index: usize, honest: bool) {
        let other = self.dice.below(self.phones.len());
        if other == index {
            return;
        }
        self.phones[index].seal(self.now_ms);
        let own = self.phones[index].device();
        let mut batches = self.phones[index].disk.waiting.clone();
        batches.retain(|key, _| key.0 == own);
        if !honest && self.dice.chance(4) {
            batches
                .values_mut()
                .for_each(|batch| batch.entries.iter_mut().for_each(|entry| entry.generation += 1));
            self.phones[other].carry(&batches, false);
        } else if honest || self.carriers_read {
            self.phones[other].carry(&batches, self.carriers_read);
        }
        let frames = self.phones[other].on_work(self.now_ms);
        self.send(other, frames);
    }

    fn send(&mut self, index: usize, frames: Vec<Vec<u8>>) {
        let Some((link, _)) = &self.phones[index].link else {
            return;
        };
        let link = *link;
        frames.into_iter().for_each(|bytes| self.launch(&Flight { link, to_relay: true, bytes }));
    }

    fn launch(&mut self, flight: &Flight) {
        if !self.links.contains_key(&flight.link) {
            return;
        }
        let copies = if self.trouble && self.dice.chance(40) { 2 } else { 1 };
        for _ in 0..copies {
            self.order += 1;
            let way = (flight.link, flight.to_relay);
            let at = self.now_ms + 20 + self.dice.below(2_000) as i64;
            let at = at.max(self.last_arrival.get(&way).copied().unwrap_or(0));
            self.last_arrival.insert(way, at);
            let flight = Flight { link: flight.link, to_relay: flight.to_relay, bytes: flight.bytes.clone() };
            self.sky.insert((at, self.order), flight);
        }
    }

    fn something_arrives(&mut self) {
        let Some(((at, _), flight)) = self.sky.pop_first() else { return };
        self.now_ms = self.now_ms.max(at);
        self.note(&[b"arrives", &flight.link.to_be_bytes(), &[u8::from(flight.to_relay)], &flight.bytes]);
        if self.trouble && self.dice.chance(60) {
            return self.cut(flight.link);
        }
        if flight.to_relay {
            let out = self.office.on_bytes(flight.link, &flight.bytes, self.now_ms, &mut self.dice);
            return self.deliver(out);
        }
        let Some(&index) = self.links.get(&flight.link) else { return };
        let frames = self.phones[index].on_bytes(&flight.bytes, self.now_ms);
        match self.phones[index].link {
            Some(_) => self.send(index, frames),
            None => self.cut(flight.link),
        }
    }

    fn deliver(&mut self, out: Out) {
        for (link, bytes) in out.frames {
            self.launch(&Flight { link, to_relay: false, bytes });
        }
        // The relay's last words are lost with the connection; the phone sees it closed either way.
        out.closed.into_iter().for_each(|link| self.cut(link));
    }

    fn check_the_end(&mut self) {
        let office = self.office.shelf.told();
        assert!(self.office.shelf.held.is_empty(), "the relay still holds changes");
        for (space, log) in &self.office.log {
            for batch in log {
                let key = &self.office.phones[&batch.claims().unwrap().device];
                batch.verify(key).unwrap_or_else(|error| panic!("in the log of {space}: {error}"));
            }
        }
        for (index, phone) in self.phones.iter_mut().enumerate() {
            assert!(phone.caught_up, "phone {index} never caught up");
            let own = phone.device();
            assert!(phone.disk.waiting.keys().all(|key| key.0 != own), "phone {index} has unsent work");
            for space in &self.office.spaces {
                let head = Some(&Cursor::At(self.office.head(*space)));
                assert_eq!(phone.disk.cursors.get(space), head, "phone {index} is behind");
            }
            for (key, batch) in &phone.acked {
                assert!(self.office.has(*key, batch.hash()), "acknowledged and gone: {key:?}");
            }
            assert_eq!(phone.disk.shelf.told(), office, "phone {index} differs from the office");
        }
        self.check_owed();
    }

    /// Every saved visit is there; of the fields that only one phone writes the newest value is shown or,
    /// where a restored phone had forgotten what it wrote, at least not older.
    fn check_owed(&self) {
        let docs = &self.office.shelf.docs;
        for owed in &self.owed {
            let versions = docs[&owed.doc].doc.versions(&owed.key);
            let newest = versions.iter().filter_map(|version| version.value.as_int()).max();
            let kept = newest.map_or(!versions.is_empty(), |newest| newest >= owed.serial);
            assert!(kept, "what phone {} saved is gone: {}", owed.phone, owed.key);
        }
    }
}

fn int(key: &str, number: i64) -> Put {
    Put { key: key.into(), value: Some(Value::Int(number)) }
}
