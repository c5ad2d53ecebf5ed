//! Version 1 of everything that travels or is stored, byte for byte.
//!
//! `wire/v1/*.cbor` are never edited: phones in the field hold such bytes. `LINLI_WRITE_WIRE=1` writes
//! files that are missing, for a new frame.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

#[path = "support/frames.rs"]
mod frames;

use frames::{batch, batch_of_a_move, every_frame, hash};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Header, Origin};
use linli_core::ids::{Actor, ConflictId, DirectiveId, HouseholdId, ResidentId, SpaceId};
use linli_core::kinds::{
    ApartNote, Channel, Decision, DocKind, LostValue, MergeNote, Outcome, Receipt, Replaced, RestoredValue,
    Told, UndoNote, VisitEntry,
};
use linli_core::model::{HouseholdRow, IssueRow, PersonBrief, SheetRow};
use linli_core::sync::frames::{
    ActorDevice, FeedItem, Frame, LeftDoc, SnapshotBody, SnapshotDoc, decode_whole,
};
use std::fmt::Debug;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/v1").join(format!("{name}.cbor"))
}

/// The value's bytes are those of version 1, and those bytes are still read as the value.
fn keeps<T>(name: &str, value: &T)
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()> + PartialEq + Debug,
{
    let bytes = minicbor::to_vec(value).unwrap();
    let path = file(name);
    if !path.exists() && std::env::var_os("LINLI_WRITE_WIRE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &bytes).unwrap();
    }
    let stored = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(decode_whole::<T>(&stored).as_ref(), Ok(value), "{name}: old bytes read as something else");
    assert_eq!(bytes, stored, "{name}: the bytes have changed");
}

#[test]
fn frames_are_as_they_were() {
    for (name, frame) in every_frame() {
        keeps(&format!("frame_{name}"), &frame);
        assert_eq!(Frame::from_bytes(&std::fs::read(file(&format!("frame_{name}"))).unwrap()), Ok(frame));
    }
}

#[test]
fn batches_and_their_headers_are_as_they_were_and_still_verify() {
    let (batch, erased) = batch();
    keeps("batch", &batch);
    keeps("batch_erased", &erased);
    keeps::<Header>("header", &batch.claims().unwrap());
    keeps("batch_move", &batch_of_a_move());
    let origin = Origin {
        device: DeviceKey::from_seed(&[5; 32]).device(),
        batch: hash(7),
        received_ms: 1_790_000_000_123,
        skew_ms: -5_000,
    };
    keeps("header_origin", &Header { origin: Some(origin), ..batch.claims().unwrap() });
    keeps("chain_end", &ChainEnd { epoch: 3, number: 70_000, hash: hash(9) });
    keeps("feed_items", &vec![FeedItem { seq: 300, received_ms: 1_790_000_000_123, batch }]);
    let key = DeviceKey::from_seed(&[5; 32]).public();
    for name in ["batch", "batch_erased", "batch_move"] {
        let stored = Batch::from_bytes(&std::fs::read(file(name)).unwrap()).unwrap();
        assert_eq!(stored.verify(&key).unwrap().number, 1, "signatures made years ago still hold");
    }
}

#[test]
fn what_documents_hold_is_as_it_was() {
    keeps("visit_least", &VisitEntry::new(1_790_000_000_000, Outcome::NoAnswer));
    keeps("visit_full", &full_visit());
    let told = vec![Told { directive: DirectiveId([3; 16]), by: Channel::Call }];
    keeps("visit_told", &VisitEntry { told: Some(told), ..full_visit() });
    keeps("receipt", &Receipt { at_ms: 1_790_000_000_000, skew_ms: Some(-5_000) });
    keeps(
        "decision",
        &Decision {
            key: "contact_phone".into(),
            kept: "13800000000".into(),
            lost: vec![LostValue { value: "13900000000".into(), actor: Actor([4; 16]) }],
            reason: "电话核实".into(),
            at_ms: 1_790_000_000_000,
            by: None,
        },
    );
    keeps(
        "undo_note",
        &UndoNote {
            conflict: ConflictId([8; 8]),
            key: "contact_phone".into(),
            reason: "打错了".into(),
            at_ms: 1_790_000_000_000,
            by: Some("a1".into()),
            values: vec![RestoredValue {
                value: "13900000000".into(),
                author: Actor([4; 16]),
                at_ms: 1_790_000_000_000,
                writer: Actor([5; 16]),
            }],
        },
    );
    keeps(
        "apart_note",
        &ApartNote {
            other: HouseholdId([2; 16]),
            reason: "两代人".into(),
            at_ms: 1_790_000_000_000,
            by: Some("a1".into()),
        },
    );
    let replaced = Replaced { key: "note".into(), was: Some("狗".into()), became: "有狗".into() };
    keeps(
        "merge_note_chosen",
        &MergeNote {
            absorbed: HouseholdId([2; 16]),
            reason: "同一户".into(),
            at_ms: 1_790_000_000_000,
            taken: Vec::new(),
            replaced: Some(vec![replaced]),
            by: Some("a1".into()),
        },
    );
    keeps(
        "merge_note",
        &MergeNote {
            absorbed: HouseholdId([2; 16]),
            reason: "同一户".into(),
            at_ms: 1_790_000_000_000,
            taken: vec![("note".into(), "有狗".into())],
            replaced: None,
            by: None,
        },
    );
}

fn full_visit() -> VisitEntry {
    VisitEntry {
        skew_ms: Some(-5_000),
        at_home: Some(3),
        campaign: Some("燃气排查".into()),
        note: Some("软管需更换".into()),
        needs: vec!["送药".into()],
        answers: [("temperature".to_owned(), "36.5".to_owned())].into(),
        form: Some(2),
        ..VisitEntry::new(1_790_000_000_000, Outcome::Done)
    }
}

#[test]
fn rows_and_snapshots_are_as_they_were() {
    let person = PersonBrief {
        id: Some(ResidentId([6; 8])),
        name: "张伟".into(),
        birth: "1987-03-05".into(),
        phone: "13800000001".into(),
    };
    let household = HouseholdRow {
        grid: "110105001001001".into(),
        place: ["阳光花园".into(), "3".into(), "2".into(), "501".into()],
        contact_phone: "13800000000".into(),
        tags: ["独居".to_owned(), "高龄".to_owned()].into(),
        people: vec![person],
        merged_into: Some(HouseholdId([8; 16])),
        absorbed: vec![HouseholdId([9; 16])],
        open_conflicts: 2,
        note: "有狗".into(),
    };
    keeps("row_household", &household);
    keeps(
        "row_sheet",
        &SheetRow {
            household: HouseholdId([8; 16]),
            period: "2026Q4".into(),
            visits: 12,
            last_at_ms: 1_790_000_000_000,
            last_outcome: Outcome::Moved,
        },
    );
    keeps(
        "row_issue",
        &IssueRow {
            category: "sanitation".into(),
            subtype: "垃圾".into(),
            grid: "110105001001001".into(),
            household: Some(HouseholdId([8; 16])),
            place: "3号楼前".into(),
            text: "垃圾满溢".into(),
            state: "reported".into(),
            reporter: "w1".into(),
            reported_at_ms: 1_790_000_000_000,
        },
    );
    let doc = SnapshotDoc {
        doc: HouseholdId([8; 16]).into(),
        kind: DocKind::Household,
        generation: 1,
        bytes: vec![1, 2, 3],
        row: household.to_bytes(),
        nth: None,
    };
    let actors = vec![ActorDevice { actor: Actor([4; 16]), device: DeviceKey::from_seed(&[5; 32]).device() }];
    let moved = SnapshotDoc { nth: Some(2), ..doc.clone() };
    keeps("snapshot_body", &SnapshotBody { docs: vec![doc], actors, left: None, forgotten: None });
    let left = vec![LeftDoc { doc: HouseholdId([9; 16]).into(), to: SpaceId([2; 16]), nth: 3 }];
    keeps(
        "snapshot_body_moved",
        &SnapshotBody { docs: vec![moved], actors: Vec::new(), left: Some(left), forgotten: None },
    );
}

/// The same map with one more field, as a newer peer might send it.
fn from_a_newer_peer(map: &[u8]) -> Vec<u8> {
    let mut decoder = minicbor::Decoder::new(map);
    let entries = decoder.map().unwrap().unwrap();
    let body = map.get(decoder.position()..).unwrap();
    let mut newer = Vec::new();
    let mut encoder = minicbor::Encoder::new(&mut newer);
    encoder.map(entries + 1).unwrap();
    encoder.writer_mut().extend_from_slice(body);
    encoder.u8(200).unwrap().array(2).unwrap().str("新").unwrap().u8(1).unwrap();
    newer
}

#[test]
fn fields_from_a_newer_peer_are_left_alone() {
    let visit = full_visit();
    let newer = from_a_newer_peer(&minicbor::to_vec(&visit).unwrap());
    assert_eq!(decode_whole::<VisitEntry>(&newer), Ok(visit));
    let header = batch().0.claims().unwrap();
    let newer = from_a_newer_peer(&minicbor::to_vec(&header).unwrap());
    assert_eq!(decode_whole::<Header>(&newer), Ok(header));
    for (name, frame) in every_frame() {
        let bytes = frame.to_bytes();
        let mut decoder = minicbor::Decoder::new(&bytes);
        assert_eq!(decoder.array().unwrap(), Some(2), "{name}");
        decoder.u32().unwrap();
        decoder.array().unwrap();
        let body = decoder.position();
        if decoder.datatype().unwrap() != minicbor::data::Type::Map {
            continue;
        }
        let (head, map) = bytes.split_at(body);
        let newer = [head, &from_a_newer_peer(map)].concat();
        assert_eq!(Frame::from_bytes(&newer), Ok(frame), "{name}");
    }
}

#[test]
fn every_file_belongs_to_a_test() {
    let folder = file("x").parent().unwrap().to_owned();
    let frames = every_frame().len();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), frames + 21);
}
