//! Single moments of a connection that once went wrong, told frame by frame.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "support/frames.rs"]
mod frames;

use frames::{SPACE, device, every_frame, hash};
use linli_core::identity::{ChainEnd, DeviceKey};
use linli_core::ids::{DeviceId, DocId, SpaceId};
use linli_core::sync::device::{Ask, Cursor, Device, Status, nothing_packed};
use linli_core::sync::frames::{
    Ack, CHALLENGE_PURPOSE, Challenge, Frame, GetSnapshot, Grant, PROOF_PURPOSE, Page, Pull, Refused,
    SnapshotPage, Wanted, Welcome, challenge_message,
};
use linli_core::sync::relay::{KnownDevice, Session, Stored};
use linli_core::sync::standing::Standing;

fn office() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

fn grants() -> Vec<Grant> {
    vec![Grant { space: SPACE, name: "一".into(), write: true }]
}

fn end(epoch: u32, number: u64) -> ChainEnd {
    ChainEnd { epoch, number, hash: hash(u8::try_from(number).unwrap()) }
}

/// A phone at the moment when it knows its cursors; what it asks then.
fn phone(cursor: Cursor, own: ChainEnd, relays: Option<ChainEnd>) -> (Device, Vec<Ask>) {
    let (mut phone, _) =
        Device::connect(device(), office().public(), "x".into(), false, 0, Status::default());
    let message = challenge_message(&[6; 32], &office().public(), device());
    let signature = office().sign(CHALLENGE_PURPOSE, &message);
    let relay = office().public();
    phone.on_frame(Frame::Challenge(Challenge { nonce: vec![6; 32], relay, signature }));
    phone.on_signed(DeviceKey::from_seed(&[5; 32]).sign(PROOF_PURPOSE, &message));
    let welcome = Welcome {
        now_ms: 0,
        policy: 0,
        grants: grants(),
        chain: relays,
        people: Vec::new(),
        community: String::new(),
        told: None,
        signed: None,
        lineage: None,
        head: None,
    };
    phone.on_frame(Frame::Welcome(welcome));
    let asks = phone.on_cursors(&grants(), &[(SPACE, cursor)].into(), own, relays);
    (phone, asks)
}

fn page(after: u64, upto: u64, head: u64) -> Frame {
    Frame::Page(Page { space: SPACE, after, upto, head, items: nothing_packed() })
}

fn snapshot(seq: u64, page: u32, pages: u32) -> Frame {
    Frame::SnapshotPage(SnapshotPage {
        space: SPACE,
        seq,
        page,
        pages,
        bytes_total: 1,
        body: nothing_packed(),
    })
}

/// The pages of a snapshot that these asks request.
fn asked(asks: &[Ask]) -> Vec<(u64, u32)> {
    let get = |ask: &Ask| match ask {
        Ask::Send(Frame::GetSnapshot(GetSnapshot { seq, page, .. })) => Some((*seq, *page)),
        _ => None,
    };
    asks.iter().filter_map(get).collect()
}

fn stores(asks: &[Ask]) -> bool {
    asks.iter().any(|ask| matches!(ask, Ask::StorePage(_) | Ask::StoreSnapshot(_)))
}

#[test]
fn a_snapshot_replaced_while_it_is_fetched_is_fetched_anew_to_its_end() {
    let (mut phone, _) = phone(Cursor::Empty, ChainEnd::start_of(1), None);
    assert_eq!(asked(&phone.on_frame(snapshot(10, 0, 9))), [(10, 1), (10, 2), (10, 3), (10, 4)]);
    // The relay has taken another; it answers each of the four with the first page of the new one.
    let mut asks = phone.on_frame(snapshot(20, 0, 3));
    assert_eq!(asked(&asks), [(20, 1), (20, 2)]);
    for _ in 0..3 {
        assert!(phone.on_frame(snapshot(20, 0, 3)).is_empty());
    }
    for page in 1..3 {
        asks = phone.on_frame(snapshot(20, page, 3));
        assert!(stores(&asks));
    }
    assert!(asks.contains(&Ask::Send(Frame::Pull(Pull { space: SPACE, after: 20 }))));
}

#[test]
fn a_page_cut_elsewhere_still_moves_the_phone_on() {
    let (mut phone, _) = phone(Cursor::At(10), ChainEnd::start_of(1), None);
    phone.on_outbox(nothing_packed(), None);
    assert!(stores(&phone.on_frame(page(10, 40, 90))));
    assert!(!stores(&phone.on_frame(page(10, 40, 90))), "said twice, stored once");
    assert!(!stores(&phone.on_frame(page(50, 60, 90))), "there is a hole before it");
    assert!(stores(&phone.on_frame(page(10, 50, 90))), "begins before, ends after");
    assert!(phone.on_frame(page(50, 90, 90)).contains(&Ask::CaughtUp));
}

#[test]
fn an_acknowledgement_of_another_epoch_settles_nothing_of_ours() {
    let (mut phone, _) = phone(Cursor::At(0), end(1, 4), None);
    phone.on_outbox(nothing_packed(), Some((device(), 1, 4)));
    // A copy of this phone went on in epoch 2.
    assert!(phone.on_frame(Frame::Ack(Ack { device: device(), end: end(2, 9) })).is_empty());
    let asks = phone.on_frame(Frame::Ack(Ack { device: device(), end: end(1, 4) }));
    assert!(matches!(asks.as_slice(), [Ask::StoreAck(_), Ask::ReadOutbox]));
}

#[test]
fn a_late_refusal_is_not_the_answer_to_a_newer_push() {
    let refusal = |device: DeviceId, epoch, number| {
        let (code, text) = ("batch.gap".into(), String::new());
        Frame::Refused(Refused { device, epoch, number, code, text, chain: None })
    };
    let (mut phone, _) = phone(Cursor::At(0), end(1, 6), None);
    phone.on_frame(page(0, 0, 0));
    phone.on_outbox(nothing_packed(), Some((device(), 1, 6)));
    phone.on_frame(refusal(device(), 1, 5));
    // The driver starts an epoch and sends again, then the second refusal of the first push comes.
    phone.on_outbox(nothing_packed(), Some((device(), 2, 2)));
    let asks = phone.on_frame(refusal(device(), 1, 6));
    assert!(!asks.contains(&Ask::CaughtUp), "a push is under way: {asks:?}");
    let asks = phone.on_frame(Frame::Ack(Ack { device: device(), end: end(2, 2) }));
    assert!(asks.contains(&Ask::ReadOutbox));
}

#[test]
fn a_restored_phone_notices_also_when_it_has_written_as_much_as_it_lost() {
    let lost = ChainEnd { hash: hash(77), ..end(1, 4) };
    let (_, asks) = phone(Cursor::At(0), end(1, 4), Some(lost));
    assert_eq!(asks.first(), Some(&Ask::StartEpoch(2)));
    let (_, asks) = phone(Cursor::At(0), end(1, 4), Some(end(1, 7)));
    assert_eq!(asks.first(), Some(&Ask::StartEpoch(2)));
    let (_, asks) = phone(Cursor::At(0), end(1, 4), Some(end(1, 4)));
    assert_eq!(asks.first(), Some(&Ask::ReadOutbox));
}

/// A relay's session with a phone that has greeted so.
fn session(greeting: &str) -> Session {
    let mut session = Session::new(office().public(), [6; 32]);
    let hello = every_frame().into_iter().find(|(name, _)| *name == greeting).unwrap().1;
    session.on_frame(hello, 0, &office());
    let message = challenge_message(&[6; 32], &office().public(), device());
    let key = DeviceKey::from_seed(&[5; 32]);
    session.on_frame(Frame::Proof(key.sign(PROOF_PURPOSE, &message)), 0, &office());
    let known = KnownDevice {
        key: key.public(),
        standing: Standing::Active,
        grants: grants(),
        hand_in: std::collections::BTreeSet::new(),
        chain: None,
        people: Vec::new(),
        policy: 0,
        community: String::new(),
        signed: None,
    };
    session.on_device(Some(known), 0);
    session
}

#[test]
fn a_feed_leaves_out_only_what_the_phone_handed_in_on_this_connection() {
    let mut session = session("hello");
    assert!(!session.may_skip(device(), 2, 3), "nothing was handed in yet");
    let carried = Stored::Durable { device: DeviceId([8; 16]), end: end(1, 1) };
    let own = |number| Stored::Durable { device: device(), end: end(2, number) };
    let asks = session.on_stored(vec![carried, own(3), own(4)]);
    assert_eq!(asks.len(), 2, "one acknowledgement for each chain");
    assert!(session.may_skip(device(), 2, 3) && session.may_skip(device(), 2, 5));
    assert!(!session.may_skip(device(), 2, 2) && !session.may_skip(device(), 1, 9));
    assert!(!session.may_skip(DeviceId([8; 16]), 1, 1), "a carrier may not have read what it carries");
}

/// One change of a document is lacking.
fn wanted(number: u16, space: SpaceId) -> Wanted {
    let mut doc = [0; 16];
    doc[..2].copy_from_slice(&number.to_be_bytes());
    Wanted { space, doc: DocId(doc), changes: vec![hash(1)] }
}

#[test]
fn a_phone_is_asked_so_often_a_minute_if_it_knows_how_to_answer_and_may_write_there() {
    let times = |session: &mut Session, space, now_ms| {
        (0..20).filter(|number| !session.on_wanted(wanted(*number, space), now_ms).is_empty()).count()
    };
    assert_eq!(times(&mut session("hello"), SPACE, 0), 0, "a phone from before");
    let mut session = session("hello_answers");
    assert_eq!(times(&mut session, SpaceId([2; 16]), 0), 0, "its word would not count there");
    assert_eq!(times(&mut session, SPACE, 1_000), 8);
    assert_eq!(times(&mut session, SPACE, 60_999), 0);
    assert_eq!(times(&mut session, SPACE, 61_000), 8);
    assert_eq!(times(&mut session, SPACE, 0), 8, "a clock that was set back does not silence it");
}

#[test]
fn a_relay_that_asks_for_ever_is_answered_once_for_each_of_so_many_documents() {
    let (mut phone, _) = phone(Cursor::At(0), ChainEnd::start_of(1), None);
    let mut answers = |number| !phone.on_frame(Frame::Wanted(wanted(number, SPACE))).is_empty();
    assert!(answers(7));
    assert!(!answers(7));
    assert_eq!((0..1_000).filter(|number| answers(*number)).count(), 255);
}
