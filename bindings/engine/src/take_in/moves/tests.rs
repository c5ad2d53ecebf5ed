//! Whatever a phone follows and in whichever order pages come, a moved household ends in one place, whole.

use super::*;
use crate::store::meta::{self, Profile};
use crate::store::{docs, rows};
use crate::{Engine, Options, SystemEnv};
use linli_core::doc::{Author, ChangeBytes, Document};
use linli_core::identity::{ActorDevice, Batch, ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, HouseholdId};
use linli_core::kinds::Household;
use linli_core::record::Put;
use linli_core::sync::frames::{
    Codec, FeedItem, Grant, LeftDoc, PAGE_BYTES_GOAL, Packed, Page, SnapshotBody, SnapshotPage,
};

const SPACES: [SpaceId; 2] = [SpaceId([1; 16]), SpaceId([2; 16])];
const ROUNDS: u64 = 40;
const STEPS: usize = 14;

/// A small generator of even quality; the seed is in every failure's text.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn office() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

fn home() -> DocId {
    HouseholdId([3; 16]).into()
}

/// The office's side: a household, where it is, and both spaces' logs.
struct World {
    doc: Document,
    at: Placement,
    logs: [Vec<Batch>; 2],
    /// Changes that came where the household no longer was, to be brought on.
    writes: u8,
}

impl World {
    fn new() -> World {
        let at = Placement::made_in(SPACES[0]);
        let mut world =
            World { doc: Document::new(DocKind::Household), at, logs: [Vec::new(), Vec::new()], writes: 0 };
        let record =
            Household { estate: Some("阳光花园".into()), grid: Some("1".into()), ..Household::default() };
        let change = world.write(&record.puts(""));
        world.log(SPACES[0], Payload::Change(change.0));
        world
    }

    fn write(&mut self, puts: &[Put]) -> ChangeBytes {
        self.writes += 1;
        self.doc.edit(&Author::now(Actor([self.writes; 16]), i64::from(self.writes)), puts).unwrap()
    }

    fn log(&mut self, space: SpaceId, payload: Payload) {
        let entry = Entry { doc: home(), kind: DocKind::Household, generation: 0, payload };
        let key = office();
        let mut sealer = Sealer { key: &key, policy: 0, now_ms: 1, end: ChainEnd::start_of(1) };
        let batch = sealer.seal(space, vec![entry]);
        let at = SPACES.iter().position(|one| *one == space).unwrap();
        self.logs[at].push(batch);
    }

    fn place(&mut self) {
        let actors = self.doc.actors().into_iter();
        let actors = actors.map(|actor| ActorDevice { actor, device: office().device() }).collect();
        let arrival = Arrival { nth: self.at.nth, document: self.doc.save(), actors };
        self.log(self.at.space, Payload::Placed(arrival));
    }

    fn step(&mut self, dice: &mut Dice) {
        let other = SPACES[usize::from(self.at.space == SPACES[0])];
        let note = Put::set("note", format!("第{}次", self.writes));
        match dice.below(4) {
            0 => {
                let from = self.at.space;
                self.at = self.at.moved_to(other);
                self.log(from, Payload::Moved { to: other, nth: self.at.nth });
                self.place();
            }
            // Somebody was offline: it comes where the household was, and the office brings it on.
            1 if self.at.nth > 0 => {
                let change = self.write(&[note]);
                self.log(other, Payload::Change(change.0));
                self.place();
            }
            _ => {
                let change = self.write(&[note]);
                self.log(self.at.space, Payload::Change(change.0));
            }
        }
    }
}

fn pages(batches: &[Batch], space: SpaceId) -> Vec<Page> {
    assert!(batches.len() < PAGE_BYTES_GOAL);
    let page = |(at, batch): (usize, &Batch)| {
        let items = vec![FeedItem { seq: at as u64 + 1, received_ms: 1, batch: batch.clone() }];
        let items = Packed { codec: Codec::Plain, bytes: minicbor::to_vec(items).unwrap() };
        Page { space, after: at as u64, upto: at as u64 + 1, head: batches.len() as u64, items }
    };
    batches.iter().enumerate().map(page).collect()
}

async fn phone(name: &str, granted: &[SpaceId]) -> (Engine, std::path::PathBuf) {
    let dir = std::env::temp_dir().join(format!("linli-moves-{}-{name}", std::process::id()));
    let engine = Engine::open(&dir, Box::new(SystemEnv::default()), Options::default()).await.unwrap();
    let mut conn = engine.store.lock().await;
    let profile = Profile {
        relay_url: "http://x".into(),
        relay_key: office().public(),
        community: "社区".into(),
        worker: "w".into(),
        worker_name: "w".into(),
    };
    meta::set_profile(&mut conn, &profile).await.unwrap();
    let grants: Vec<Grant> =
        granted.iter().map(|space| Grant { space: *space, name: "网格".into(), write: true }).collect();
    spaces::set_grants(&mut conn, &grants).await.unwrap();
    drop(conn);
    (engine, dir)
}

#[tokio::test]
async fn every_order_of_pages_ends_the_same() {
    for seed in 0..ROUNDS {
        let mut dice = Dice(seed + 1);
        let mut world = World::new();
        for _ in 0..STEPS {
            world.step(&mut dice);
        }
        for (follows, granted) in [("both", &SPACES[..]), ("first", &SPACES[..1]), ("second", &SPACES[1..])] {
            let (engine, dir) = phone(&format!("{seed}-{follows}"), granted).await;
            let mut queues: Vec<Vec<Page>> = SPACES
                .iter()
                .zip(&world.logs)
                .filter(|(space, _)| granted.contains(space))
                .map(|(space, log)| pages(log, *space).into_iter().rev().collect())
                .collect();
            while queues.iter().any(|queue| !queue.is_empty()) {
                let turn = dice.below(queues.len());
                let Some(page) = queues[turn].pop() else { continue };
                let again = dice.below(5) == 0;
                engine.store_page(&page).await.unwrap();
                if again {
                    // The connection broke before the cursor was told: the same page once more.
                    engine.store_page(&page).await.unwrap();
                }
            }
            let case = format!("seed {seed}, follows {follows}, {:?}", world.at);
            let mut conn = engine.store.lock().await;
            let here = docs::load(&mut conn, home()).await.unwrap();
            let listed = rows::count(&mut conn).await.unwrap();
            if granted.contains(&world.at.space) {
                let mut stored = here.unwrap_or_else(|| panic!("{case}: missing"));
                assert_eq!(stored.doc.heads(), world.doc.heads(), "{case}");
                assert_eq!((stored.space, listed), (world.at.space, 1), "{case}");
            } else {
                assert!(here.is_none() && listed == 0, "{case}: still here");
            }
            assert_eq!(docs::held(&mut conn, home()).await.unwrap(), [], "{case}: nothing waits for ever");
            drop(conn);
            drop(engine);
            std::fs::remove_dir_all(dir).unwrap();
        }
    }
}

#[tokio::test]
async fn only_the_office_moves_documents() {
    let mut world = World::new();
    let (engine, dir) = phone("hostile", &SPACES[..1]).await;
    let colleague = DeviceKey::from_seed(&[9; 32]);
    let entry = |payload| Entry { doc: home(), kind: DocKind::Household, generation: 0, payload };
    let foreign = Arrival { nth: 9, document: Document::new(DocKind::Household).save(), actors: Vec::new() };
    let entries = vec![entry(Payload::Moved { to: SPACES[1], nth: 8 }), entry(Payload::Placed(foreign))];
    let mut sealer = Sealer { key: &colleague, policy: 0, now_ms: 1, end: ChainEnd::start_of(1) };
    world.logs[0].push(sealer.seal(SPACES[0], entries));
    for page in pages(&world.logs[0], SPACES[0]) {
        engine.store_page(&page).await.unwrap();
    }
    let mut conn = engine.store.lock().await;
    let mut stored = docs::load(&mut conn, home()).await.unwrap().unwrap();
    assert_eq!(stored.doc.heads(), world.doc.heads());
    assert!(!places::any(&mut conn).await.unwrap(), "nothing was believed");
    drop(conn);
    drop(engine);
    std::fs::remove_dir_all(dir).unwrap();
}

/// Somebody's late work still stands in the log behind the snapshot, but not for whoever starts here.
#[tokio::test]
async fn what_left_before_a_snapshot_does_not_come_back() {
    let mut world = World::new();
    let late = world.write(&[Put::set("note", "迟到的")]);
    let (engine, dir) = phone("left", &SPACES[..1]).await;
    let left = vec![LeftDoc { doc: home(), to: SPACES[1], nth: 1 }];
    let body = SnapshotBody { docs: Vec::new(), actors: Vec::new(), left: Some(left), forgotten: None };
    let body = Packed { codec: Codec::Plain, bytes: minicbor::to_vec(body).unwrap() };
    let page = SnapshotPage { space: SPACES[0], seq: 0, page: 0, pages: 1, bytes_total: 0, body };
    engine.store_snapshot(&page).await.unwrap();
    world.logs[0].clear();
    world.log(SPACES[0], Payload::Change(late.0));
    for page in pages(&world.logs[0], SPACES[0]) {
        engine.store_page(&page).await.unwrap();
    }
    let mut conn = engine.store.lock().await;
    assert!(docs::load(&mut conn, home()).await.unwrap().is_none());
    assert_eq!(docs::held(&mut conn, home()).await.unwrap(), [], "nothing waits for ever");
    drop(conn);
    drop(engine);
    std::fs::remove_dir_all(dir).unwrap();
}
