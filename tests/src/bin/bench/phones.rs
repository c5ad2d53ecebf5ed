//! What a phone does: first sync, saving, searching, pushing, catching up.

use crate::community::{Community, pushes};
use crate::measure::{Report, kilobytes, megabytes, memory, millis, percentile, seconds};
use crate::meter::Meter;
use linli_core::identity::{Batch, DeviceKey};
use linli_core::ids::HouseholdId;
use linli_core::kinds::Outcome;
use linli_engine::{Engine, HouseholdFilter, NewVisit, Options, SystemEnv};
use linli_tests::{Folder, Lines, text};
use std::process::Stdio;
use std::time::Instant;

/// A fresh phone, as a process of its own behind a counter of bytes, gets everything durably.
pub(crate) async fn fresh_phone(community: &Community, report: &mut Report) {
    for turn in ["first", "second"] {
        let meter = Meter::before(community.relay.address());
        let phone = community.relay.new_phone_of("新手机", &community.grids, &meter.url());
        let received = meter.received();
        let started = Instant::now();
        let mut child = phone
            .command(&["sync", "--watch"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the phone starts");
        let events = Lines::of("the fresh phone", child.stdout.take().expect("its output"));
        events.until(|event| event["event"] == "caught_up");
        let took = started.elapsed();
        let peak = memory(child.id(), "VmHWM");
        let _ = child.kill().and_then(|()| child.wait());
        let bytes = meter.received() - received;
        let what = format!("{turn} fresh phone gets {} households", community.households.len());
        report.goal(format!("{what}: time"), seconds(took), "s", 2.0);
        report.goal(format!("{what}: bytes"), megabytes(bytes), "MB", 20.0);
        report.goal(format!("{what}: peak memory"), megabytes(peak), "MB", 120.0);
    }
}

/// A phone in this process, behind a counter, that has everything.
pub(crate) struct WorkingPhone {
    pub(crate) engine: Engine,
    meter: Meter,
    _folder: Folder,
}

pub(crate) async fn working_phone(community: &Community) -> WorkingPhone {
    let meter = Meter::before(community.relay.address());
    let folder = Folder::new();
    let engine = Engine::open(folder.path(), Box::new(SystemEnv::default()), Options::default())
        .await
        .expect("the phone's store opens");
    let code = text(&community.relay.office_one(&["enrol-code", "--worker", "新手机"]), "code");
    engine.enrol(&meter.url(), &code).await.expect("the phone is enrolled");
    engine.sync_once().await.expect("the phone gets everything");
    WorkingPhone { engine, meter, _folder: folder }
}

async fn visit(phone: &WorkingPhone, household: HouseholdId) {
    let mut visit = NewVisit::new(Outcome::Done);
    visit.at_home = Some(2);
    visit.note = Some("老人独自在家,身体良好,情绪稳定,已提醒用电用气安全,下次上门带常用药品清单".into());
    phone.engine.visit(household, visit).await.expect("the visit is saved");
}

/// One visit from the call to its commit.
pub(crate) async fn save_one_visit(phone: &WorkingPhone, report: &mut Report) {
    let filter = HouseholdFilter { limit: Some(200), ..HouseholdFilter::default() };
    let homes = phone.engine.households(&filter).await.expect("a list");
    let mut times = Vec::new();
    for home in &homes {
        let started = Instant::now();
        visit(phone, home.id).await;
        times.push(millis(started.elapsed()));
    }
    report.goal("one visit saved on the phone: median", percentile(&mut times, 0.5), "ms", 10.0);
    report.goal("one visit saved on the phone: 95th percentile", percentile(&mut times, 0.95), "ms", 10.0);
    phone.engine.sync_once().await.expect("the visits are handed in");
}

/// Searches of every kind.
pub(crate) async fn search(phone: &WorkingPhone, report: &mut Report) {
    const QUERIES: [&str; 8] =
        ["王芳", "zhangwei", "zw", "3号楼2单元501", "3-2-501", "0017", "独居", "zhangwie"];
    let mut times = Vec::new();
    for _ in 0..25 {
        for query in QUERIES {
            let filter = HouseholdFilter { search: Some(query.into()), limit: Some(20), grid: None };
            let started = Instant::now();
            phone.engine.households(&filter).await.expect("an answer");
            times.push(millis(started.elapsed()));
        }
    }
    report.note("search: the first, which loads the index", times.first().copied().unwrap_or(0.0), "ms");
    report.goal("search: 95th percentile", percentile(&mut times, 0.95), "ms", 20.0);
}

/// 300 visits recorded offline, from the start of the connection to the last durable acknowledgement.
pub(crate) async fn push_a_day(phone: &WorkingPhone, community: &Community, report: &mut Report) {
    for (household, _) in community.households.iter().rev().take(300) {
        visit(phone, *household).await;
    }
    let (sent, started) = (phone.meter.sent(), Instant::now());
    phone.engine.sync_once().await.expect("the day is handed in");
    report.goal("push of 300 visits until durable: time", seconds(started.elapsed()), "s", 0.1);
    report.goal("push of 300 visits until durable: bytes", kilobytes(phone.meter.sent() - sent), "kB", 120.0);
}

/// Another phone visits one household in a hundred; this one catches up.
pub(crate) async fn catch_up(phone: &WorkingPhone, community: &Community, report: &mut Report) {
    phone.engine.sync_once().await.expect("nothing is left");
    let other = working_phone(community).await;
    for (household, _) in community.households.iter().step_by(100) {
        visit(&other, *household).await;
    }
    other.engine.sync_once().await.expect("the other phone hands in");
    let (received, started) = (phone.meter.received(), Instant::now());
    let done = phone.engine.sync_once().await.expect("this phone catches up");
    assert!(done.received > 0, "there was something to catch up with");
    report.goal("catch-up after 1% changed: time", seconds(started.elapsed()), "s", 0.3);
    report.goal("catch-up after 1% changed: bytes", kilobytes(phone.meter.received() - received), "kB", 60.0);
}

/// Hands batches in over one connection, as a phone does.
pub(crate) async fn push(community: &Community, key: &DeviceKey, batches: &[Batch]) {
    let mut link = crate::idle::Link::connect(community, key).await;
    for some in pushes(batches) {
        link.push(some).await;
    }
}
