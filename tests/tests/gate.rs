//! `linli gate`: what would become of these bytes? No relay, and no bytes that stop it.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_core::doc::{Author, ChangeBytes, Document};
use linli_core::identity::{Batch, ChainEnd, DeviceKey, Entry, Payload, Sealer};
use linli_core::ids::{Actor, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::record::Put;
use linli_core::sync::frames::{
    Codec, FRAME_BYTES_MAX, Frame, GRANTS_MAX, Grant, Packed, Page, Pull, Welcome,
};
use linli_tests::{Folder, binary, entry, program, push};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a file may cost at most.
const CPU_MS_MAX: f64 = 50.0;
const GROWTH_BYTES_MAX: u64 = 16 << 20;

const SPACE: SpaceId = SpaceId([1; 16]);

/// What the gate says to these files, one answer each, all of them cheap.
fn judged(files: &[PathBuf]) -> Vec<Value> {
    let mut args = vec!["gate"];
    args.extend(files.iter().map(|file| file.to_str().expect("a path")));
    let said = program(&args);
    assert_eq!(said.len(), files.len());
    for (file, said) in files.iter().zip(&said) {
        assert_eq!(said["file"].as_str(), file.to_str());
        let (cpu, growth) = (said["cpu_ms"].as_f64(), said["peak_growth_bytes"].as_u64());
        assert!(cpu.is_some_and(|ms| ms < CPU_MS_MAX), "{said}");
        assert!(growth.is_some_and(|bytes| bytes < GROWTH_BYTES_MAX), "{said}");
        println!("{said}");
    }
    said
}

fn words(said: &Value) -> (&str, &str) {
    (said["verdict"].as_str().expect("a verdict"), said["code"].as_str().unwrap_or(""))
}

/// Files with these bytes, judged.
fn judged_bytes(folder: &Folder, files: &[(&str, Vec<u8>)]) -> Vec<Value> {
    let write = |(name, bytes): &(&str, Vec<u8>)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    judged(&files.iter().map(write).collect::<Vec<_>>())
}

fn hostile(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/hostile").join(folder);
    let files = std::fs::read_dir(folder).expect("the hostile files");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// A document written twice, and the two changes.
fn document() -> (Document, ChangeBytes, ChangeBytes) {
    let author = Author::now(Actor([3; 16]), 1_795_000_000_000);
    let mut document = Document::new(DocKind::Household);
    let mut write = |note: &str| document.edit(&author, &[Put::set("note", note)]).expect("a change");
    let (first, second) = (write("狗"), write("没有狗了"));
    (document, first, second)
}

fn sealed(entries: Vec<Entry>) -> Batch {
    let key = DeviceKey::from_seed(&[5; 32]);
    Sealer { key: &key, policy: 0, now_ms: 1, end: ChainEnd::start_of(1) }.seal(SPACE, entries)
}

fn household(change: &ChangeBytes) -> Entry {
    entry(DocId([7; 16]), DocKind::Household, change.clone())
}

#[test]
fn every_hostile_file_is_refused_for_next_to_nothing() {
    let files = [hostile("changes"), hostile("documents")].concat();
    assert_eq!(files.len(), 26 + 24);
    for said in judged(&files) {
        let (verdict, code) = words(&said);
        assert_eq!(verdict, "refused", "{said}");
        assert!(code.starts_with("gate.") && !["gate.panicked", "gate.library"].contains(&code), "{said}");
    }
}

#[test]
fn what_phones_send_passes_and_what_comes_too_early_waits() {
    let folder = Folder::new();
    let (mut document, first, second) = document();
    let (one, two) = (household(&first), household(&second));
    let frame = |entries: &[&Entry]| push(&[sealed(entries.iter().map(|entry| (*entry).clone()).collect())]);
    let pull = Frame::Pull(Pull { space: SPACE, after: 3 }).to_bytes();
    let said = judged_bytes(
        &folder,
        &[
            ("first", first.0.clone()),
            ("second", second.0.clone()),
            ("document", document.save()),
            ("push", frame(&[&one, &two])),
            ("early", frame(&[&two])),
            ("pull", pull),
        ],
    );
    let verdicts: Vec<_> = said.iter().map(words).collect();
    let waits = ("held", "change.missing_predecessors");
    let good = ("accepted", "");
    assert_eq!(verdicts, [good, waits, good, good, waits, good]);
    assert_eq!(said[0]["code"], Value::Null);
    assert_eq!(said[3]["changes"], serde_json::json!({ "accepted": 2, "held": 0, "refused": 0 }));
}

#[test]
fn one_bad_change_of_a_push_is_told_apart_from_the_good_ones() {
    let folder = Folder::new();
    let (_, first, second) = document();
    let bomb = std::fs::read(&hostile("changes")[1]).expect("a hostile change");
    let bad = entry(DocId([7; 16]), DocKind::Household, ChangeBytes(bomb));
    let office = entry(DocId([8; 16]), DocKind::Grid, first.clone());
    let old = Entry { generation: 4, ..household(&second) };
    let entries = vec![household(&first), bad, household(&second), office, old];
    let said = judged_bytes(&folder, &[("push", push(&[sealed(entries)]))]);
    assert_eq!(words(&said[0]).0, "refused");
    assert_eq!(said[0]["changes"], serde_json::json!({ "accepted": 2, "held": 0, "refused": 3 }));
}

#[test]
fn frames_that_no_phone_makes_are_refused_with_their_reason() {
    let folder = Folder::new();
    let (_, first, _) = document();
    let good = sealed(vec![household(&first)]);
    let mut altered = good.clone();
    altered.entries[0].generation = 9;
    let mut long = good.clone();
    long.entries[0].payload = Payload::Change(vec![0; Batch::PAYLOAD_BYTES_MAX + 1]);
    let moved = Entry { payload: Payload::Moved { to: SPACE, nth: 1 }, ..household(&first) };
    let whole = push(std::slice::from_ref(&good));
    let answer = Frame::Page(Page {
        space: SPACE,
        after: 0,
        upto: 1,
        head: 1,
        items: Packed { codec: Codec::Plain, bytes: vec![0x80] },
    });
    // As many empty entries as fit: each takes four times its bytes in memory.
    let many = Entry { payload: Payload::Change(Vec::new()), ..household(&first) };
    let greedy = vec![sealed(vec![many; Batch::ENTRIES_MAX]); 14];
    let cases = [
        ("altered", push(&[altered]), "batch.altered"),
        ("long", push(&[long]), "batch.too_large"),
        ("moved", push(&[sealed(vec![moved])]), "change.not_allowed"),
        ("cut", whole[..whole.len() - 9].to_vec(), "frame.malformed"),
        ("rubbish", b"\x89PNG".to_vec(), "frame.malformed"),
        ("answer", answer.to_bytes(), "sync.unexpected_frame"),
        ("greedy", push(&greedy), "frame.too_large"),
        (
            "bomb",
            Frame::Push(Packed { codec: Codec::Zstd, bytes: zeros(64 << 20) }).to_bytes(),
            "frame.too_large",
        ),
        ("grants", welcome_of(180_000), "frame.malformed"),
        ("fewer grants", welcome_of(GRANTS_MAX), "sync.unexpected_frame"),
        ("large", vec![0x82; FRAME_BYTES_MAX + 1], "frame.too_large"),
        ("empty", Vec::new(), "gate.empty"),
    ];
    let files: Vec<_> = cases.iter().map(|(name, bytes, _)| (*name, bytes.clone())).collect();
    let said = judged_bytes(&folder, &files);
    for ((name, _, code), said) in cases.iter().zip(&said) {
        assert_eq!(words(said), ("refused", *code), "{name}: {said}");
    }
}

/// So many zeros as one zstd frame: a head that asks for a window of 128 KiB, then blocks that say how often a
/// byte is repeated.
fn zeros(count: usize) -> Vec<u8> {
    const BLOCK: usize = 128 * 1024;
    const REPEATED: usize = 1 << 1;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3];
    for block in 1..=count / BLOCK {
        let last = usize::from(block == count / BLOCK);
        let head = BLOCK << 3 | REPEATED | last;
        frame.extend(&head.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// A frame of nearly the largest size that is all grants: each takes twice its bytes in memory.
fn welcome_of(grants: usize) -> Vec<u8> {
    let grant = Grant { space: SPACE, name: String::new(), write: true };
    let welcome = Welcome {
        now_ms: 0,
        policy: 0,
        grants: vec![grant; grants],
        chain: None,
        people: Vec::new(),
        community: String::new(),
        told: None,
        signed: None,
        lineage: None,
        head: None,
    };
    Frame::Welcome(welcome).to_bytes()
}

#[test]
fn a_file_that_is_none_is_said_so_and_the_rest_goes_on() {
    let folder = Folder::new();
    let (_, first, _) = document();
    let good = folder.join("好改动");
    std::fs::write(&good, &first.0).expect("a file");
    let huge = folder.join("huge");
    // Ten gigabytes that take no place on the disk, and must take none in memory.
    std::fs::File::create(&huge).and_then(|file| file.set_len(10 << 30)).expect("a file with a hole");
    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|made| made.success()));
    let files = [folder.join("nowhere"), folder.path().to_owned(), pipe, huge, good];
    let said = judged(&files);
    let codes: Vec<_> = said.iter().map(words).collect();
    let refused = |code| ("refused", code);
    let expected = [
        refused("gate.cannot_read"),
        refused("gate.not_a_file"),
        refused("gate.not_a_file"),
        refused("frame.too_large"),
        ("accepted", ""),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn people_are_told_in_their_language() {
    let said = |lang: &str| {
        let mut command = Command::new(binary("linli"));
        let output = command.env_clear().args(["--lang", lang, "gate"]).arg(&hostile("changes")[1]).output();
        let output = output.expect("linli runs");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(said("zh").contains("拒绝") && said("zh").contains("毫秒"), "{}", said("zh"));
    assert!(said("en").contains(": refused: ") && said("en").contains(" ms"), "{}", said("en"));
    assert!(said("en").contains("(gate."));
}
