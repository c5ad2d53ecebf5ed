//! Where a stranger's bytes come in: one function for each kind of bytes, for fuzzers and for the test that
//! replays what they found.
//!
//! A function here may do anything with its bytes but panic; what it asserts must hold for any bytes. Bytes are
//! given without what a fuzzer cannot guess (checksums, signatures): those are put right here.

use linli_core::doc::{Applied, Author, ChangeBytes, Document};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Invitation, Payload};
use linli_core::ids::{Actor, Hash, SpaceId};
use linli_core::kinds::{DocKind, Household, residents, visits};
use linli_core::model::{HouseholdRow, IssueRow, SheetRow};
use linli_core::record::Put;
use linli_core::sync::device::{Cursor, Device, Status, nothing_packed};
use linli_core::sync::frames::{
    CHALLENGE_PURPOSE, Challenge, Codec, FRAME_BYTES_MAX, FeedItem, Frame, Grant, Hello, PROOF_PURPOSE,
    Packed, SnapshotBody, VERSION, Welcome, challenge_message, decode_whole,
};
use linli_core::sync::push::read_push;
use linli_core::sync::relay::{KnownDevice, Session, judge};
use linli_core::sync::standing::Standing;
use linli_roster::grids::read_grids;
use linli_roster::import::{ImportOptions, read_roster};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A function that takes a stranger's bytes.
pub type Entry = fn(&[u8]);

/// Every function by the name of its target and of the folder with what is kept for it.
pub const ALL: [(&str, Entry); 6] = [
    ("frames", frames),
    ("batches", batches),
    ("changes", changes),
    ("documents", documents),
    ("rosters", rosters),
    ("invitations", invitations),
];

const SPACE: SpaceId = SpaceId([1; 16]);
const NOW_MS: i64 = 1_795_000_000_000;

fn phone() -> DeviceKey {
    DeviceKey::from_seed(&[5; 32])
}

fn office() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

/// A frame: read, written, read again, and given to both ends of a connection in their busiest phase.
pub fn frames(bytes: &[u8]) {
    let Ok(frame) = Frame::from_bytes(bytes) else { return };
    let written = frame.to_bytes();
    if written.len() <= FRAME_BYTES_MAX {
        assert_eq!(Frame::from_bytes(&written).as_ref(), Ok(&frame), "a frame comes back as it was written");
    }
    match &frame {
        Frame::Push(Packed { codec: Codec::Plain, bytes }) => batches(bytes),
        Frame::Page(page) if page.items.codec == Codec::Plain => {
            let _ = decode_whole::<Vec<FeedItem>>(&page.items.bytes);
        }
        Frame::SnapshotPage(page) if page.body.codec == Codec::Plain => {
            let _ = decode_whole::<SnapshotBody>(&page.body.bytes);
        }
        _ => {}
    }
    for cursor in [Cursor::Empty, Cursor::Snapshot { seq: 90, page: 2 }, Cursor::At(7)] {
        let mut phone = running_phone(cursor);
        phone.on_frame(frame.clone());
        phone.on_frame(frame.clone());
    }
    let mut relay = running_session();
    relay.on_frame(frame.clone(), NOW_MS, &office());
    relay.on_frame(frame.clone(), NOW_MS, &office());
    Session::new(office().public(), [6; 32]).on_frame(frame, NOW_MS, &office());
}

/// A batch, and a push of batches: read, judged as a relay does, and their changes tried.
pub fn batches(bytes: &[u8]) {
    let one = Batch::from_bytes(bytes).into_iter();
    for batch in one.chain(read_push(bytes).unwrap_or_default()) {
        let _ = batch.verify_all_but_signature();
        for carried in [false, true] {
            let judged = judge(&batch, &known_device(), Some(batch.hash()).filter(|_| carried), carried);
            let _ = judged.map_err(|error| (error.code(), error.zh(), error.to_string()));
        }
        assert_eq!(Batch::from_bytes(&batch.to_bytes()).as_ref(), Ok(&batch), "a batch comes back");
        for entry in batch.entries.iter().take(4) {
            if let Payload::Change(change) = &entry.payload {
                try_change(&mut Document::new(entry.kind), change);
            }
        }
    }
}

/// The inside of a change chunk: tried on an empty document and on one with a history, each of which must be as
/// it was or better, and take the next good change.
pub fn changes(body: &[u8]) {
    let chunk = sealed(1, body);
    for kind in [DocKind::Household, DocKind::Visits, DocKind::Issue] {
        try_change(&mut Document::new(kind), &chunk);
    }
    let mut document = Document::load(DocKind::Household, &HISTORY).expect("our own document");
    try_change(&mut document, &chunk);
}

/// The inside of a document chunk: what is let in can be read, saved, let in again and written to.
pub fn documents(body: &[u8]) {
    let chunk = sealed(0, body);
    for kind in [DocKind::Household, DocKind::Visits, DocKind::Issue] {
        let Ok(mut document) = Document::load(kind, &chunk) else { return };
        live_on(&mut document);
    }
}

/// A file that is taken for a roster and for a list of grids; what cannot be imported can be given back.
pub fn rosters(bytes: &[u8]) {
    let roster = read_roster(bytes, "名册.csv", &ImportOptions::default());
    let rejects = roster.ok().and_then(|roster| Some((roster.rejects()?, roster.format)));
    let _ = rejects.map(|(rejects, format)| rejects.write(format));
    let _ = read_grids(bytes, "网格.csv");
}

/// What a phone's camera read: an invitation is written as it was read, and nothing else is one.
pub fn invitations(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(read) = Invitation::read(&text) else { return };
    let written = Invitation::write(&read.url, &read.code, &read.relay_fingerprint);
    assert_eq!(written, text.trim(), "an invitation comes back as it was scanned");
}

/// A household's document as two people left it, with a conflict.
pub static HISTORY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let author = |actor: u8| Author::now(Actor([actor; 16]), NOW_MS);
    let household =
        Household { building: Some("3".into()), room: Some("501".into()), ..Household::default() };
    let mut one = Document::new(DocKind::Household);
    one.edit(&author(1), &household.puts(""));
    one.edit(&author(1), &[Put::set("note", "狗")]);
    let mut other = one.clone();
    other.edit(&author(2), &[Put::set("note", "没有狗"), Put::set("contact_phone", "13800000000")]);
    one.edit(&author(1), &[Put::set("note", "两条狗"), Put::delete("building")]);
    one.merge(&mut other).expect("our own changes");
    one.save()
});

/// Offers a change to a document.
fn try_change(document: &mut Document, chunk: &[u8]) {
    let before = document.heads();
    let applied = document.apply(&ChangeBytes(chunk.to_vec()));
    match applied {
        Ok(Applied::New(_)) => {
            assert_ne!(document.heads(), before);
            live_on(document);
        }
        Ok(Applied::Known) | Err(_) => assert_eq!(document.heads(), before, "the document is as it was"),
    }
}

/// Everything that a relay or phone does with a document that it holds.
fn live_on(document: &mut Document) {
    let saved = document.save();
    let mut again = Document::load(document.kind(), &saved).expect("what was let in is let in again");
    assert_eq!(again.heads(), document.heads());
    let fields = document.fields();
    assert_eq!(again.fields(), fields);
    let row = HouseholdRow::of(document);
    assert_eq!(HouseholdRow::from_bytes(&row.to_bytes()).as_ref(), Some(&row));
    let _ = (row.address(), row.phones().len(), SheetRow::of(&fields), IssueRow::of(&fields));
    let _ = (residents(&fields).len(), visits(&fields).len(), document.history().len());
    let _ = (document.conflicts().len(), document.undo_notes().len());
    let author = Author::now(Actor([77; 16]), NOW_MS);
    let next = again.edit(&author, &[Put::set("note", "照常")]);
    assert!(next.is_none_or(|next| document.apply(&next).is_ok()), "the next good change is applied");
}

/// A chunk around these bytes, with the checksum that belongs to it.
fn sealed(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut tail = vec![kind];
    let mut length = body.len();
    while length > 0x7f {
        tail.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
        length >>= 7;
    }
    tail.push(u8::try_from(length).unwrap_or(0));
    tail.extend(body);
    let hash = Hash::of(&tail).0;
    [&[0x85, 0x6f, 0x4a, 0x83], hash.first_chunk::<4>().expect("a hash is longer").as_slice(), &tail].concat()
}

fn grants() -> Vec<Grant> {
    vec![Grant { space: SPACE, name: "一".into(), write: true }]
}

fn known_device() -> KnownDevice {
    KnownDevice {
        key: phone().public(),
        standing: Standing::Active,
        grants: grants(),
        hand_in: BTreeSet::new(),
        chain: Some(ChainEnd::start_of(2)),
        people: Vec::new(),
        policy: 0,
        community: String::new(),
        signed: None,
    }
}

/// A relay's session with a phone that has proven who it is.
fn running_session() -> Session {
    let mut session = Session::new(office().public(), [6; 32]);
    let hello = Hello {
        version: VERSION,
        app: String::new(),
        device: phone().device(),
        now_ms: NOW_MS,
        english: false,
        unsent: None,
        chain: None,
        seen: None,
        answers: None,
    };
    session.on_frame(Frame::Hello(hello), NOW_MS, &office());
    let message = challenge_message(&[6; 32], &office().public(), phone().device());
    session.on_frame(Frame::Proof(phone().sign(PROOF_PURPOSE, &message)), NOW_MS, &office());
    session.on_device(Some(known_device()), NOW_MS);
    session
}

/// A phone that follows a space from the given cursor.
fn running_phone(cursor: Cursor) -> Device {
    let (device, relay) = (phone().device(), office().public());
    let (mut machine, _) =
        Device::connect(device, relay.clone(), "x".into(), false, NOW_MS, Status::default());
    let message = challenge_message(&[6; 32], &relay, device);
    let signature = office().sign(CHALLENGE_PURPOSE, &message);
    machine.on_frame(Frame::Challenge(Challenge { nonce: vec![6; 32], relay, signature }));
    machine.on_signed(phone().sign(PROOF_PURPOSE, &message));
    let welcome = Welcome {
        now_ms: NOW_MS,
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
    machine.on_frame(Frame::Welcome(welcome));
    machine.on_cursors(&grants(), &[(SPACE, cursor)].into(), ChainEnd::start_of(1), None);
    machine.on_outbox(nothing_packed(), Some((device, 1, 1)));
    machine
}
