//! The community that is measured: 11,500 households, 12 visits each, every visit a change of its own, made
//! and signed by one worker's phone and handed in over a connection like any other.

use crate::measure::{Report, seconds};
use linli_core::doc::{Author, Document};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, HouseholdId, SpaceId, VisitId};
use linli_core::kinds::{DocKind, Outcome, VisitEntry, grid_space, visit_key, visits_doc};
use linli_core::record::Put;
use linli_roster::sample::{Profile, generate};
use linli_tests::{COMMUNITY, Relay, program, text};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;

/// How much.
pub(crate) struct Scale {
    /// Households; the sample has 11,500 at full scale.
    pub(crate) profile: &'static str,
    /// Visits to each.
    pub(crate) visits: usize,
    /// Residents of the roster whose import is measured on its own.
    residents: u32,
}

impl Scale {
    /// `--small` is for trying the benchmark itself.
    pub(crate) fn from_args() -> Scale {
        let small = std::env::args().any(|arg| arg == "--small");
        let (profile, residents) = if small { ("estate", 500) } else { ("large-community", 50_000) };
        Scale { profile, visits: 12, residents }
    }
}

/// A running relay with everything in it.
pub(crate) struct Community {
    pub(crate) relay: Relay,
    pub(crate) grids: Vec<String>,
    /// Households by grid.
    pub(crate) households: Vec<(HouseholdId, String)>,
}

/// A roster of 50,000 residents becomes households on an empty relay, until lists show them.
pub(crate) fn import_a_district(scale: &Scale, report: &mut Report) {
    let relay = Relay::start();
    let sample = generate(Profile::Residents(scale.residents), 1, false).expect("a sample");
    for (name, bytes) in &sample.files {
        let file = relay.file(name);
        std::fs::write(&file, bytes).expect("the roster is written");
        let started = Instant::now();
        relay.import(&file);
        report.goal(
            format!("import of {} residents", scale.residents),
            seconds(started.elapsed()),
            "s",
            20.0,
        );
    }
}

pub(crate) async fn prepare(scale: &Scale, report: &mut Report) -> Community {
    let relay = Relay::start();
    let folder = relay.file("roster");
    program(&["sample", "--profile", scale.profile, "--seed", "1", "--out", &folder.to_string_lossy()]);
    let started = Instant::now();
    for file in std::fs::read_dir(&folder).expect("the sample's folder") {
        let file = file.expect("a file of the sample").path();
        if file.extension().is_some_and(|end| end != "json") {
            relay.import(&file);
        }
    }
    let households: Vec<(HouseholdId, String)> = relay
        .office(&["households"])
        .iter()
        .map(|line| (text(line, "id").parse().expect("an id"), text(line, "grid")))
        .collect();
    report.note(format!("import of {} households", households.len()), seconds(started.elapsed()), "s");
    let grids = relay.grids();
    let community = Community { relay, grids, households };
    let started = Instant::now();
    hand_in_visits(&community, scale.visits).await;
    community.wait_until_applied();
    let visits = community.households.len() * scale.visits;
    report.note(format!("{visits} visits made, handed in and applied"), seconds(started.elapsed()), "s");
    community
}

impl Community {
    /// Enrols a key as another phone of a worker for every grid.
    pub(crate) async fn enrol(&self, worker: &str, key: &DeviceKey) {
        let mut args = vec!["workers", "add", worker, "--grid"];
        args.extend(self.grids.iter().map(String::as_str));
        self.relay.office(&args);
        self.let_in(worker, key).await;
    }

    /// One more phone of a worker who is known.
    pub(crate) async fn let_in(&self, worker: &str, key: &DeviceKey) {
        let code = text(&self.relay.office_one(&["enrol-code", "--worker", worker]), "code");
        let public: String = key.public().0.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = json!({"code": code, "public_key": public, "app": "bench"});
        let request = linli_tests::http::client().post(format!("{}/v1/enrol", self.relay.url())).json(&body);
        let answer = request.send().await.expect("the relay answers");
        assert!(answer.status().is_success(), "the bench's phone is enrolled");
    }

    /// Waits, by asking, until read models show everything and snapshots are there.
    pub(crate) fn wait_until_applied(&self) {
        loop {
            let status = self.relay.office_one(&["status"]);
            if status.get("durable") == status.get("applied") {
                return;
            }
        }
    }
}

async fn hand_in_visits(community: &Community, visits: usize) {
    let key = DeviceKey::from_seed(&[7; 32]);
    community.enrol("基准", &key).await;
    let mut by_grid: BTreeMap<SpaceId, Vec<HouseholdId>> = BTreeMap::new();
    for (household, grid) in &community.households {
        by_grid.entry(grid_space(COMMUNITY, grid)).or_default().push(*household);
    }
    let mut sealer = Sealer { key: &key, policy: 1, now_ms: 1_795_000_000_000, end: ChainEnd::start_of(1) };
    let mut batches = Vec::new();
    for (space, households) in by_grid {
        for some in households.chunks(40) {
            let entries = some.iter().flat_map(|household| visits_of(*household, visits)).collect();
            batches.push(sealer.seal(space, entries));
        }
    }
    crate::phones::push(community, &key, &batches).await;
}

/// A household's visits, each a change of its own with a 40-character note, by a few launches of the app.
fn visits_of(household: HouseholdId, visits: usize) -> Vec<Entry> {
    let period = "2026Q4";
    let doc = visits_doc(household, period);
    let mut document = Document::new(DocKind::Visits);
    (0..visits)
        .map(|turn| {
            let at_ms = 1_790_000_000_000 + i64::try_from(turn).unwrap_or(0) * 86_400_000;
            let actor = Actor::derive(&[b"launch", &turn.to_be_bytes()]);
            let id = VisitId::derive(&[&household.0, &turn.to_be_bytes()]);
            let mut entry = VisitEntry::new(at_ms, Outcome::Done);
            entry.at_home = Some(2);
            entry.note = Some(note(&household, turn));
            let mut puts = vec![Put::set(visit_key(id), entry.to_value())];
            if turn == 0 {
                puts.push(Put::set("household", household.to_string()));
                puts.push(Put::set("period", period));
            }
            let change = document.edit(&Author::now(actor, at_ms), &puts).expect("a visit is a change");
            Entry { doc, kind: DocKind::Visits, generation: 0, payload: Payload::Change(change.0) }
        })
        .collect()
}

/// Forty characters of words as people write them at a door, different for every visit.
fn note(household: &HouseholdId, turn: usize) -> String {
    const WORDS: [&str; 24] = [
        "老人", "身体", "良好", "独自", "在家", "子女", "外出", "务工", "需要", "药品", "水管", "漏水",
        "楼道", "堆物", "已经", "提醒", "用电", "安全", "情绪", "稳定", "没有", "异常", "下次", "再访",
    ];
    let hash = linli_core::ids::digest(&[b"note", &household.0, &turn.to_be_bytes()]);
    hash.iter()
        .take(20)
        .map(|byte| WORDS.get(usize::from(*byte) % WORDS.len()).copied().unwrap_or(""))
        .collect()
}

/// How many batches travel in one push.
pub(crate) fn pushes(batches: &[Batch]) -> impl Iterator<Item = &[Batch]> {
    batches.chunks(4)
}
