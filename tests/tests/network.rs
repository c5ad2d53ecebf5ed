//! A network that breaks, repeats, tears and garbles: the end is the same as with a good one.
#![expect(clippy::expect_used, clippy::panic, reason = "a story that cannot go on must stop")]

use linli_tests::{Dice, Direction, Fault, GRID, Phone, Proxy, RawSocket, Relay, Roster, ids, plain_state};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const SEED: u64 = 3;
const DOORS: usize = 30;
/// Frames of a connection that are worth breaking: greeting, proof, then pushes, pulls and their answers.
const FRAMES: u64 = 8;
/// Both sides know each other from the third frame on; what repeats before is refused, and rightly.
const GREETING_FRAMES: u64 = 2;

#[test]
fn a_bad_network_ends_where_a_good_one_does() {
    let good = a_week(&[]);
    let mut dice = Dice::seeded("a bad network", SEED);
    let faults: Vec<Fault> = (0..60).map(|_| any_fault(&mut dice)).collect();
    assert_eq!(a_week(&faults), good, "seed {SEED}");
}

#[test]
fn every_frame_ten_times_is_the_same_as_once() {
    let repeated = |way| Fault::Repeat(way, GREETING_FRAMES + 1, 10);
    let faults: Vec<Fault> =
        (0..30).map(|n| repeated(if n % 2 == 0 { Direction::ToRelay } else { Direction::ToPhone })).collect();
    assert_eq!(a_week(&faults), a_week(&[]));
}

/// The same work over any network: two phones, a conflict-free week. What the office has in the end.
fn a_week(faults: &[Fault]) -> Vec<String> {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(DOORS).write(&relay.file(""), "名册", Roster::csv()));
    let proxy = Proxy::before(relay.address());
    proxy.expect(faults.iter().copied());
    let grids = relay.grids();
    let phones = ["陈静", "李强"].map(|worker| relay.new_phone_of(worker, &grids, &proxy.url()));
    phones.iter().for_each(sync_at_last);
    let homes: Vec<String> = ids(&relay.office(&["households"]));
    for (round, home) in homes.iter().enumerate().take(12) {
        let [chen, li] = &phones;
        chen.visit(home, &format!("第{round}次"));
        chen.edit(home, "note", &format!("备注{round}"));
        li.edit(home, "tags", "+独居");
        li.visit(home, "又来了");
        phones.iter().for_each(sync_at_last);
    }
    phones[0].add_household(GRID, "幸福里8号楼1单元101室", &[]);
    for _ in 0..2 {
        phones.iter().for_each(sync_at_last);
        relay.settle();
    }
    let met = proxy.met();
    assert_eq!(faults.is_empty(), met.is_empty(), "faults must really happen");
    println!("{} of {} faults happened", met.len(), faults.len());
    let office: BTreeSet<String> = ids(&relay.office(&["households"])).into_iter().collect();
    for phone in &phones {
        let here: BTreeSet<String> = phone.households().into_iter().collect();
        assert_eq!(here, office, "{}'s phone", phone.worker());
        assert_eq!(phone.unsent(), 0);
    }
    relay.verify();
    plain_state(&relay)
}

fn any_fault(dice: &mut Dice) -> Fault {
    let way = *dice.pick(&[Direction::ToRelay, Direction::ToPhone]);
    let frame = 1 + dice.below(FRAMES);
    match dice.below(5) {
        0 => Fault::None,
        1 => Fault::Cut(way, frame),
        2 => Fault::Tear(way, frame, 1 + usize::try_from(dice.below(60)).unwrap_or(0)),
        3 => Fault::Repeat(way, frame.max(GREETING_FRAMES + 1), 3),
        _ => Fault::Garble(way, frame),
    }
}

/// A worker presses "sync" until it works; how often it broke is the network's affair.
fn sync_at_last(phone: &Phone) {
    const TRIES: u32 = 100;
    for _ in 0..TRIES {
        let done = phone.command(&["sync"]).output().expect("the phone runs");
        if done.status.success() {
            return;
        }
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!error.contains("panicked"), "{error}");
    }
    panic!("{}'s phone did not get through in {TRIES} tries", phone.worker());
}

/// Batches overtake each other: a colleague's phone hands in early work late, and late work early.
#[test]
fn work_arrives_once_in_whatever_order_it_comes() {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let grids = relay.grids();
    let [chen, li, wang] = ["陈静", "李强", "王芳"].map(|worker| relay.phone_of(worker, &grids));
    let home = chen.households().first().expect("a household").clone();
    let file = |name: &str| chen.file(name).to_str().expect("a path").to_owned();
    let mut visits = vec![chen.visit(&home, "一")];
    chen.say(&["unsent", "export", &file("early")]);
    visits.push(chen.visit(&home, "二"));
    chen.say(&["unsent", "export", &file("late")]);
    visits.push(chen.visit(&home, "三"));
    // The late file first, then the phone itself, then the early file.
    li.say(&["unsent", "import", &file("late")]);
    li.sync();
    chen.sync();
    wang.say(&["unsent", "import", &file("early")]);
    wang.sync();
    assert!(linli_tests::lost(&visits, &relay).is_empty());
    assert_eq!(linli_tests::visits_at(&relay).len(), visits.len());
    relay.verify();
}

/// Whoever sends rubbish loses the connection; nobody else notices.
#[test]
fn rubbish_closes_only_the_connection_it_came_on() {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let grids = relay.grids();
    let [chen, li] = ["陈静", "李强"].map(|worker| relay.phone_of(worker, &grids));
    let watching = chen.watch();
    watching.caught_up();
    for rubbish in [&b"\xff\xff\xff"[..], b"", b"hello", &[0x9f; 5000]] {
        let mut stranger = RawSocket::upgrade(relay.address());
        stranger.send_binary(rubbish);
        stranger.closed_within(Duration::from_secs(5));
    }
    let proxy = Proxy::before(relay.address());
    let garbled = relay.new_phone_of("王芳", &grids, &proxy.url());
    proxy.expect((3..6).map(|frame| Fault::Garble(Direction::ToRelay, frame)));
    for _ in 3..6 {
        garbled.refuses(&["sync"]);
    }
    assert!(!proxy.met().is_empty());
    garbled.sync();
    let home = li.households().first().expect("a household").clone();
    li.visit(&home, "一切照常");
    li.sync();
    watching.received();
}

#[test]
fn a_frame_of_64_mib_is_refused_without_being_held() {
    let relay = Relay::start();
    let send = || {
        let mut stranger = RawSocket::upgrade(relay.address());
        let sent = stranger.send_oversized(64 << 20);
        println!("{sent} bytes were taken before the connection was closed");
        stranger.closed_within(Duration::from_secs(5));
    };
    // What the relay needs for the first connection of its life is not the frame's.
    send();
    let before = peak_memory_kib(&relay);
    send();
    let grown = peak_memory_kib(&relay).saturating_sub(before);
    assert!(grown < 16 * 1024, "the relay grew by {grown} KiB");
    assert_eq!(relay.web().get("/healthz").status, 200);
}

/// Strangers who connect and say nothing are dropped, at whichever step they fall silent, and an honest
/// phone is served meanwhile.
#[test]
fn silent_strangers_are_dropped_and_hold_nobody_up() {
    const STRANGERS: usize = 100;
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let began = Instant::now();
    let mut strangers: Vec<RawSocket> = (0..STRANGERS).map(|_| RawSocket::upgrade(relay.address())).collect();
    let phone = relay.phone_of("陈静", &relay.grids());
    assert_eq!(phone.households().len(), 5);
    assert!(began.elapsed() < Duration::from_secs(10), "an honest phone is served at once");
    for stranger in &mut strangers {
        stranger.closed_within(Duration::from_secs(15).saturating_sub(began.elapsed()));
    }
}

#[test]
fn half_a_request_is_not_waited_for_forever() {
    let relay = Relay::start();
    let mut stranger = RawSocket::connect(relay.address());
    stranger.send_raw(b"GET /v1/status HTTP/1.1\r\nHost: re");
    stranger.closed_within(Duration::from_secs(35));
}

/// The relay's answers vanish while the connection stays: the phone notices by itself, connects again, and
/// nothing is there twice.
#[test]
fn a_connection_that_went_dead_one_way_is_noticed() {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let proxy = Proxy::before(relay.address());
    let phone = relay.new_phone_of("陈静", &relay.grids(), &proxy.url());
    phone.sync();
    let home = phone.households().first().expect("a household").clone();
    let visit = phone.visit(&home, "回执没有到");
    proxy.expect([Fault::Swallow(Direction::ToPhone, GREETING_FRAMES + 1)]);
    let began = Instant::now();
    let watching = phone.watch();
    watching.events.until(|event| event["event"] == "offline");
    assert!(began.elapsed() < Duration::from_secs(60), "noticed after {:?}", began.elapsed());
    watching.caught_up();
    assert_eq!(phone.unsent(), 0);
    assert!(linli_tests::lost(&[visit], &relay).is_empty());
    assert_eq!(linli_tests::visits_at(&relay).len(), 1);
}

/// What the relay's memory was at most.
fn peak_memory_kib(relay: &Relay) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", relay.process())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
