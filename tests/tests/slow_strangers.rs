//! Strangers who are slow on purpose, many, or loud: they are dropped in time, and whoever is honest is served
//! meanwhile. The relay runs with a fifth of its patience, so that nobody here waits for all of it.
#![expect(clippy::expect_used, clippy::panic, reason = "a story that cannot go on must stop")]

use linli_core::sync::frames::{Frame, Pull};
use linli_tests::{Forger, GRID, RawSocket, Relay, Roster};
use std::time::{Duration, Instant};

/// How many times less patience than in an office.
const HASTE: &str = "5";
/// `HEAD_TIMEOUT` in `server/src/accept.rs` with that haste, and room for a machine that is busy.
const HEAD: Duration = Duration::from_secs(2 + 8);
/// `TAKE_TIMEOUT` there, the same way.
const TAKE: Duration = Duration::from_secs(6 + 12);
/// More answers than the buffers of both machines hold.
const PULLS: usize = 2000;
/// Issue 5's number.
const STRANGERS: usize = 500;

fn relay() -> Relay {
    let relay = Relay::start_with_args(&["--haste", HASTE]);
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    relay
}

/// Each says a byte now and then, so that no connection is ever quiet for long.
#[test]
fn five_hundred_who_say_a_byte_at_a_time_hold_nobody_up_and_are_dropped() {
    let relay = relay();
    let began = Instant::now();
    let mut strangers: Vec<RawSocket> = (0..STRANGERS).map(|_| RawSocket::connect(relay.address())).collect();
    let head =
        b"GET /v1/status HTTP/1.1\r\nHost: relay\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let phone = relay.phone_of("陈静", &relay.grids());
    assert_eq!(phone.households().len(), 5, "an honest phone is served");
    assert!(began.elapsed() < HEAD, "at once: {:?}", began.elapsed());
    let mut bytes = head.iter().cycle();
    let mut open = STRANGERS;
    while open > 0 {
        assert!(began.elapsed() < HEAD, "{open} were kept for {:?}", began.elapsed());
        let byte = [*bytes.next().expect("endless")];
        strangers.retain_mut(|stranger| stranger.dribble(&byte));
        open = strangers.len();
        // The honest phone paces the strangers: nothing here waits for time.
        phone.sync();
    }
    assert_eq!(relay.web().get("/healthz").status, 200);
}

#[test]
fn who_falls_silent_after_a_request_or_before_its_body_is_dropped() {
    // The rest of a request is waited for much longer than its head.
    let relay = Relay::start_with_args(&["--haste", "20"]);
    let mut after = RawSocket::connect(relay.address());
    after.send_raw(b"GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n");
    let mut before = RawSocket::connect(relay.address());
    before.send_raw(
        b"POST /v1/session HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{",
    );
    after.closed_within(HEAD);
    // `BODY_TIMEOUT` in `server/src/routes.rs` with that haste.
    before.closed_within(Duration::from_secs(6 + 9));
}

/// An enrolled phone that asks for its grid again and again and reads nothing of it.
#[test]
fn a_phone_that_takes_nothing_is_dropped_and_costs_no_memory() {
    let relay = Relay::start_with_args(&["--haste", HASTE]);
    relay.import(&Roster::of_doors(210).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let wire = Forger::enrol(&relay, "赵六", &relay.grids(), 66).connect();
    let pull = Frame::Pull(Pull { space: wire.space_of(GRID), after: 0 }).to_bytes();
    let mut reader = wire.raw();
    let before = peak_memory_kib(&relay);
    for _ in 0..PULLS {
        reader.send_binary(&pull);
    }
    let began = Instant::now();
    phone.sync();
    assert!(began.elapsed() < TAKE, "an honest phone is served meanwhile");
    reader.gone_within(TAKE);
    println!("dropped after {:?}", began.elapsed());
    let grown = peak_memory_kib(&relay).saturating_sub(before);
    assert!(grown < 16 * 1024, "the relay grew by {grown} KiB");
    phone.sync();
}

/// A stranger who asks for answers and takes none.
#[test]
fn who_takes_no_answers_is_dropped_and_costs_no_memory() {
    let relay = relay();
    let mut reader = RawSocket::connect(relay.address());
    let ask = b"GET /v1/openapi.json HTTP/1.1\r\nHost: relay\r\n\r\n";
    // What the relay needs for the first answer of its life is not the reader's.
    for _ in 0..3 {
        assert_eq!(relay.web().get("/v1/openapi.json").status, 200);
    }
    let before = peak_memory_kib(&relay);
    // Until the answers fill both machines' buffers, the relay stops reading and so does this.
    reader.fill(&ask.repeat(50));
    let began = Instant::now();
    reader.gone_within(TAKE);
    println!("dropped after {:?}", began.elapsed());
    let grown = peak_memory_kib(&relay).saturating_sub(before);
    assert!(grown < 16 * 1024, "the relay grew by {grown} KiB");
}

/// An enrolled phone that floods is waited for, not obeyed: `MESSAGES` in `server/src/access/pace.rs`.
#[test]
fn a_flood_of_tiny_messages_is_paced() {
    const BURST: usize = 1_000;
    const BEYOND: usize = 300;
    let relay = relay();
    let flooder = Forger::enrol(&relay, "王芳", &relay.grids(), 7);
    let mut wire = flooder.connect();
    let began = Instant::now();
    wire.echo(BURST / 2);
    let quick = began.elapsed();
    wire.echo(BURST / 2 + BEYOND);
    let all = began.elapsed();
    assert!(quick < Duration::from_secs(1), "what an honest phone says is answered at once: {quick:?}");
    assert!(all > Duration::from_millis(1_200), "{BEYOND} messages too many in {all:?}");
    let phone = relay.phone_of("陈静", &relay.grids());
    assert_eq!(phone.households().len(), 5, "nobody else waits");
}

/// One address fills its own places only; another's phones come in.
#[test]
fn one_address_cannot_take_every_place() {
    // With all the relay's patience, so that nobody of the crowd is dropped before all of it is there.
    const PATIENCE: Duration = Duration::from_secs(10);
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let began = Instant::now();
    let crowd: Vec<RawSocket> =
        (0..1_024).map(|_| RawSocket::connect_from("127.0.0.9", relay.address())).collect();
    let mut one_more = RawSocket::connect_from("127.0.0.9", relay.address());
    // Sooner than its own silence would have it closed.
    one_more.closed_within(PATIENCE / 2);
    let phone = relay.phone_of("陈静", &relay.grids());
    assert_eq!(phone.households().len(), 5);
    assert!(began.elapsed() < PATIENCE, "this machine is too slow to say anything: {:?}", began.elapsed());
    drop(crowd);
}

/// What the relay's memory was at most.
fn peak_memory_kib(relay: &Relay) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", relay.process())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches(" kB").parse().unwrap_or_else(|_| panic!("not a number: {line}"))
}
