//! Bytes from a stranger: whatever they are, reading them and handing them to either end of a connection
//! gives an answer and never a panic.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "support/frames.rs"]
mod frames;

use frames::{SPACE, batch, device, every_frame, hash};
use linli_core::identity::{Batch, ChainEnd, DeviceKey};
use linli_core::kinds::{Decision, VisitEntry};
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::sync::device::{Ask, Cursor, Device, Status, nothing_packed};
use linli_core::sync::frames::{
    CHALLENGE_PURPOSE, Challenge, FRAME_BYTES_MAX, FeedItem, Frame, FrameError, Grant, PROOF_PURPOSE, Page,
    Pull, SnapshotBody, SnapshotPage, Welcome, challenge_message, decode_whole,
};
use linli_core::sync::relay::{KnownDevice, Session, Stored, judge};
use linli_core::sync::standing::Standing;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const MUTANTS: u64 = 20_000;

fn below(dice: &mut ChaCha8Rng, end: usize) -> usize {
    usize::try_from(dice.next_u64() % end.max(1) as u64).unwrap()
}

/// One to four small damages.
fn mutate(dice: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    for _ in 0..1 + below(dice, 4) {
        let at = below(dice, bytes.len());
        let byte = dice.next_u64().to_le_bytes()[0];
        match below(dice, 5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), byte),
            // Lengths and counts that claim far more than is there.
            2 => drop(bytes.splice(at..at, [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, byte])),
            3 => bytes.iter_mut().skip(at).take(1).for_each(|old| *old ^= 1 << (byte % 8)),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
        }
    }
}

fn key() -> DeviceKey {
    DeviceKey::from_seed(&[5; 32])
}

fn office() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

fn grants() -> Vec<Grant> {
    vec![Grant { space: SPACE, name: "一".into(), write: true }]
}

fn known() -> KnownDevice {
    KnownDevice {
        key: key().public(),
        standing: Standing::Active,
        grants: grants(),
        hand_in: std::collections::BTreeSet::new(),
        chain: Some(ChainEnd { epoch: u32::MAX, number: u64::MAX, hash: hash(1) }),
        people: Vec::new(),
        policy: u64::MAX,
        community: String::new(),
        signed: None,
    }
}

/// A relay's session with a phone that has proven who it is.
fn running_session() -> Session {
    let mut session = Session::new(office().public(), [6; 32]);
    let (_, hello) = every_frame().swap_remove(0);
    session.on_frame(hello, i64::MAX, &office());
    let message = challenge_message(&[6; 32], &office().public(), device());
    session.on_frame(Frame::Proof(key().sign(PROOF_PURPOSE, &message)), i64::MIN, &office());
    session.on_device(Some(known()), 0);
    assert_eq!(session.device(), Some(device()));
    session
}

/// A phone that follows a space from the given cursor.
fn running_phone(cursor: Cursor) -> Device {
    let (mut phone, _) =
        Device::connect(device(), office().public(), "x".into(), false, i64::MIN, Status::default());
    let message = challenge_message(&[6; 32], &office().public(), device());
    let signature = office().sign(CHALLENGE_PURPOSE, &message);
    phone.on_frame(Frame::Challenge(Challenge { nonce: vec![6; 32], relay: office().public(), signature }));
    phone.on_signed(key().sign(PROOF_PURPOSE, &message));
    let welcome = Welcome {
        now_ms: i64::MAX,
        policy: 0,
        grants: grants(),
        chain: None,
        people: Vec::new(),
        community: String::new(),
        told: None,
        signed: None,
        lineage: None,
        head: None,
    };
    phone.on_frame(Frame::Welcome(welcome));
    phone.on_cursors(&grants(), &[(SPACE, cursor)].into(), ChainEnd::start_of(1), known().chain);
    phone.on_outbox(nothing_packed(), Some((device(), 1, 1)));
    phone
}

fn offer(session: &mut Session, phone: &mut Device, frame: &Frame) {
    session.on_frame(frame.clone(), 0, &office());
    phone.on_frame(frame.clone());
}

#[test]
fn no_bytes_make_reading_panic() {
    println!("seed 1");
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    let (signed, erased) = batch();
    let mut samples: Vec<Vec<u8>> = every_frame().iter().map(|(_, frame)| frame.to_bytes()).collect();
    samples.extend([signed.to_bytes(), erased.to_bytes()]);
    let mut readable = 0;
    for round in 0..MUTANTS {
        let mut bytes = samples[below(&mut dice, samples.len())].clone();
        if round % 10 == 0 {
            bytes = vec![0; below(&mut dice, 200)];
            dice.fill_bytes(&mut bytes);
        } else {
            mutate(&mut dice, &mut bytes);
        }
        readable += u32::from(Frame::from_bytes(&bytes).is_ok());
        if let Ok(batch) = Batch::from_bytes(&bytes) {
            readable += 1;
            let _ = judge(&batch, &known(), None, round % 2 == 0)
                .map_err(|error| (error.zh(), error.to_string()));
        }
        let _ = decode_whole::<Vec<FeedItem>>(&bytes);
        let _ = decode_whole::<SnapshotBody>(&bytes);
        let _ = decode_whole::<VisitEntry>(&bytes);
        let _ = decode_whole::<Decision>(&bytes);
        let _ = (HouseholdRow::from_bytes(&bytes), SheetRow::from_bytes(&bytes));
    }
    println!("{readable} of {MUTANTS} could be read");
    assert!(readable > 500, "the mutants must reach what lies behind the first check");
}

#[test]
fn no_frame_makes_either_end_panic_in_any_phase() {
    println!("seed 2");
    let mut dice = ChaCha8Rng::seed_from_u64(2);
    let frames = every_frame();
    let cursors =
        [Cursor::Empty, Cursor::Snapshot { seq: 90, page: u32::MAX }, Cursor::At(7), Cursor::At(u64::MAX)];
    for round in 0..MUTANTS / 20 {
        let mut session = running_session();
        let mut phone = running_phone(cursors[below(&mut dice, cursors.len())]);
        if round % 3 == 0 {
            session = Session::new(office().public(), [6; 32]);
            (phone, _) =
                Device::connect(device(), office().public(), "x".into(), false, 0, Status::default());
        }
        for _ in 0..20 {
            let mut bytes = frames[below(&mut dice, frames.len())].1.to_bytes();
            mutate(&mut dice, &mut bytes);
            let Ok(frame) = Frame::from_bytes(&bytes) else { continue };
            offer(&mut session, &mut phone, &frame);
        }
    }
}

#[test]
fn the_largest_numbers_overflow_nowhere() {
    for cursor in [Cursor::Empty, Cursor::Snapshot { seq: u64::MAX, page: u32::MAX }, Cursor::At(u64::MAX)] {
        let mut phone = running_phone(cursor);
        for (seq, page, pages) in [(u64::MAX, u32::MAX, u32::MAX), (0, 0, u32::MAX), (1, 0, 0)] {
            let body = nothing_packed();
            phone.on_frame(Frame::SnapshotPage(SnapshotPage {
                space: SPACE,
                seq,
                page,
                pages,
                bytes_total: u64::MAX,
                body,
            }));
        }
        let items = nothing_packed();
        phone.on_frame(Frame::Page(Page { space: SPACE, after: 0, upto: u64::MAX, head: u64::MAX, items }));
    }
    let mut session = running_session();
    session.on_frame(Frame::Pull(Pull { space: SPACE, after: u64::MAX }), 0, &office());
    let items = nothing_packed();
    session.on_feed(Page { space: SPACE, after: u64::MAX, upto: u64::MAX, head: u64::MAX, items });
    session.on_advanced(SPACE, u64::MAX);
    let end = ChainEnd { epoch: u32::MAX, number: u64::MAX, hash: hash(0) };
    session.on_stored(vec![Stored::Durable { device: device(), end }]);
    assert!(session.may_skip(device(), u32::MAX, u64::MAX));
}

#[test]
fn a_frame_over_the_limit_is_refused_unread() {
    assert_eq!(Frame::from_bytes(&vec![0x82; FRAME_BYTES_MAX + 1]), Err(FrameError::TooLarge));
}

#[test]
fn a_false_relay_learns_nothing_and_a_false_phone_gets_nothing() {
    let (mut phone, _) =
        Device::connect(device(), office().public(), "x".into(), false, 0, Status::default());
    let stranger = DeviceKey::from_seed(&[66; 32]);
    let message = challenge_message(&[6; 32], &office().public(), device());
    let signature = stranger.sign(CHALLENGE_PURPOSE, &message);
    let challenge = Challenge { nonce: vec![6; 32], relay: office().public(), signature };
    let asks = phone.on_frame(Frame::Challenge(challenge));
    assert!(matches!(asks.as_slice(), [Ask::Failed { code, .. }] if code == "sync.false_relay"));

    let mut session = Session::new(office().public(), [6; 32]);
    session.on_frame(every_frame().swap_remove(0).1, 0, &office());
    session.on_frame(Frame::Proof(stranger.sign(PROOF_PURPOSE, &message)), 0, &office());
    session.on_device(Some(known()), 0);
    assert_eq!(session.device(), None, "a proof by another key");
    assert!(session.on_frame(Frame::Pull(Pull { space: SPACE, after: 0 }), 0, &office()).is_empty());
}
