//! One of every frame, and a batch, all with fixed contents.

#![allow(dead_code, reason = "each program that includes this file uses a part of it")]

use linli_core::identity::{
    ActorDevice, Arrival, Batch, ChainEnd, ChainHead, DeviceKey, Entry, GrantStatement, HeadStatement,
    Payload, Sealer,
};
use linli_core::ids::{Actor, DeviceId, DocId, Hash, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::frames::{
    Ack, Bye, CHALLENGE_PURPOSE, Challenge, Codec, Frame, GetSnapshot, Grant, Hello, Packed, Page, Person,
    Pull, Refused, SnapshotPage, VERSION, Wanted, Welcome,
};

pub(crate) const SPACE: SpaceId = SpaceId([1; 16]);

pub(crate) fn hash(byte: u8) -> Hash {
    Hash([byte; 32])
}

pub(crate) fn device() -> DeviceId {
    DeviceKey::from_seed(&[5; 32]).device()
}

/// A signed batch of two entries, and the same with one payload erased.
pub(crate) fn batch() -> (Batch, Batch) {
    let key = DeviceKey::from_seed(&[5; 32]);
    let mut sealer = Sealer { key: &key, policy: 3, now_ms: 1_790_000_000_000, end: ChainEnd::start_of(2) };
    let entry = |byte: u8, kind| Entry {
        doc: DocId([byte; 16]),
        kind,
        generation: u32::from(byte),
        payload: Payload::Change(vec![byte; 5]),
    };
    let batch = sealer.seal(SPACE, vec![entry(7, DocKind::Household), entry(8, DocKind::Visits)]);
    let mut erased = batch.clone();
    if let Some(entry) = erased.entries.first_mut() {
        entry.payload = Payload::Erased(entry.payload_hash());
    }
    (batch, erased)
}

/// A signed batch by which one document leaves a space and another comes to it.
pub(crate) fn batch_of_a_move() -> Batch {
    let key = DeviceKey::from_seed(&[5; 32]);
    let mut sealer = Sealer { key: &key, policy: 3, now_ms: 1_790_000_000_000, end: ChainEnd::start_of(2) };
    let actors = vec![ActorDevice { actor: Actor([4; 16]), device: device() }];
    let entry =
        |byte: u8, payload| Entry { doc: DocId([byte; 16]), kind: DocKind::Visits, generation: 0, payload };
    let leaves = entry(7, Payload::Moved { to: SpaceId([2; 16]), nth: 70_000 });
    let comes = entry(8, Payload::Placed(Arrival { nth: 3, document: vec![8; 5], actors }));
    sealer.seal(SPACE, vec![leaves, comes])
}

/// Every frame with its name.
pub(crate) fn every_frame() -> Vec<(&'static str, Frame)> {
    let key = DeviceKey::from_seed(&[5; 32]);
    let device = device();
    let end = ChainEnd { epoch: 2, number: 300, hash: hash(3) };
    let packed = || Packed { codec: Codec::Zstd, bytes: vec![0x28, 0xb5, 0x2f, 0xfd] };
    let text = || String::from("请更新应用");
    let hello = Hello {
        version: VERSION,
        app: "linli/0.1".into(),
        device,
        now_ms: -62_135_596_800_000,
        english: true,
        unsent: None,
        chain: None,
        seen: None,
        answers: None,
    };
    let signature = key.sign(CHALLENGE_PURPOSE, b"nonce");
    let challenge = Challenge { nonce: vec![6; 32], relay: key.public(), signature: signature.clone() };
    let welcome = Welcome {
        now_ms: 1_790_000_000_000,
        policy: 4,
        grants: vec![Grant { space: SPACE, name: "110105001001001".into(), write: true }],
        chain: Some(end),
        people: vec![Person { device, name: "陈敏".into() }],
        community: "阳光社区".into(),
        told: None,
        signed: None,
        lineage: None,
        head: None,
    };
    let waiting = Welcome {
        grants: Vec::new(),
        told: Some(Bye { code: "sync.waiting".into(), text: "请让社区核对手机指纹".into() }),
        ..welcome.clone()
    };
    let placed = Hello { chain: Some(end), seen: Some(7), ..hello.clone() };
    let statement = GrantStatement {
        device,
        version: 7,
        grants: welcome.grants.clone(),
        given_ms: 1_790_000_000_000,
        until_ms: 1_800_000_000_000,
    };
    let signed = Welcome { signed: Some(statement.sign(&key)), ..welcome.clone() };
    let head = HeadStatement {
        lineage: hash(4),
        audit: ChainHead { number: 70_000, hash: hash(6) },
        log: ChainHead { number: 4_294_967_296, hash: hash(7) },
        at_ms: 1_790_000_000_000,
    };
    let headed = Welcome { lineage: Some(hash(4)), head: Some(head.sign(&key)), ..welcome.clone() };
    let answering = Hello { answers: Some(true), ..hello.clone() };
    let busy = Hello { unsent: Some(70_000), ..hello.clone() };
    let refused =
        Refused { device, epoch: 2, number: 301, code: "batch.gap".into(), text: text(), chain: Some(end) };
    let page = SnapshotPage { space: SPACE, seq: 90, page: 2, pages: 5, bytes_total: 70_000, body: packed() };
    vec![
        ("hello", Frame::Hello(hello)),
        ("hello_unsent", Frame::Hello(busy)),
        ("hello_chain", Frame::Hello(placed)),
        ("hello_answers", Frame::Hello(answering)),
        ("challenge", Frame::Challenge(challenge)),
        ("proof", Frame::Proof(signature)),
        ("welcome", Frame::Welcome(welcome)),
        ("welcome_told", Frame::Welcome(waiting)),
        ("welcome_signed", Frame::Welcome(signed)),
        ("welcome_head", Frame::Welcome(headed)),
        ("push", Frame::Push(Packed { codec: Codec::Plain, bytes: vec![0x80] })),
        ("ack", Frame::Ack(Ack { device, end })),
        ("refused", Frame::Refused(refused)),
        ("pull", Frame::Pull(Pull { space: SPACE, after: 4_294_967_296 })),
        ("page", Frame::Page(Page { space: SPACE, after: 7, upto: 9, head: 12, items: packed() })),
        ("get_snapshot", Frame::GetSnapshot(GetSnapshot { space: SPACE, seq: 90, page: 2 })),
        ("snapshot_page", Frame::SnapshotPage(page)),
        ("bye", Frame::Bye(Bye { code: "sync.version".into(), text: text() })),
        (
            "wanted",
            Frame::Wanted(Wanted { space: SPACE, doc: DocId([7; 16]), changes: vec![hash(8), hash(9)] }),
        ),
    ]
}
