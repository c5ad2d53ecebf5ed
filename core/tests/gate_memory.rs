//! How much memory and time the gate spends on hostile bytes, counted by the allocator itself.
//!
//! One test in a program of its own: the counter sees the whole process.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

#[path = "gate_support/lab.rs"]
mod lab;
#[path = "gate_support/raw.rs"]
mod raw;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use linli_core::gate;
use raw::RawDocument;

/// Most memory that one sample may take at any moment, above what was taken before it.
const GROWTH_BYTES_MAX: usize = 16 << 20;

/// Longest time for one sample. The gate needs microseconds; the rest is room for a busy machine.
const TIME_MAX: Duration = Duration::from_millis(50);

/// Mutants measured besides the samples.
const MUTANTS: u64 = 3000;

struct Counting;

static NOW_BYTES: AtomicUsize = AtomicUsize::new(0);
static PEAK_BYTES: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "the allocator interface is unsafe; this one only counts and passes on")]
// SAFETY: every call goes to the system allocator with the caller's own arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK_BYTES.fetch_max(NOW_BYTES.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW_BYTES.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work`; the most memory it held, and its time.
#[expect(clippy::disallowed_methods, reason = "the time is what is measured")]
fn measure(work: impl FnOnce()) -> (usize, Duration) {
    let before = NOW_BYTES.load(Relaxed);
    PEAK_BYTES.store(before, Relaxed);
    let start = Instant::now();
    work();
    (PEAK_BYTES.load(Relaxed) - before, start.elapsed())
}

fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile").join(folder);
    std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
}

/// Documents that are small and ask for much.
fn greedy_documents() -> Vec<Vec<u8>> {
    let mut documents = files("documents");
    let mut actors = Vec::new();
    lab::leb(&mut actors, 1 << 26);
    documents.push(lab::seal(0, &actors));
    documents.push(RawDocument::default().with_change(0x13, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0x03]).bytes());
    // Runs of 200,000 rows in each column of the two tables, the most that any document may have.
    for rows in [1100_u64, 4096, 200_000, 5_000_000] {
        let mut run = Vec::new();
        lab::leb(&mut run, rows);
        if run.last().is_some_and(|byte| byte & 0x40 != 0) {
            *run.last_mut().unwrap() |= 0x80;
            run.push(0);
        }
        for spec in [0x01_u8, 0x13, 0x15, 0x21, 0x34, 0x42, 0x56, 0x80] {
            let column = [&run[..], &[1, 0, 0]].concat();
            let changes = [&[0, 0, 1, spec, column.len() as u8, 0][..], &column].concat();
            let ops = [&[0, 0, 0, 1, spec, column.len() as u8][..], &column].concat();
            documents.push(lab::seal(0, &changes));
            documents.push(lab::seal(0, &ops));
        }
    }
    // 32 MiB of zeros in a deflated column: one small column, then several that share the allowance.
    let mut zeros = Vec::new();
    let mut encoder = flate2::read::DeflateEncoder::new(
        std::io::Read::take(std::io::repeat(0), 32 << 20),
        flate2::Compression::best(),
    );
    std::io::Read::read_to_end(&mut encoder, &mut zeros).unwrap();
    let mut body = vec![0, 0, 0, 1, 0x5f];
    lab::leb(&mut body, zeros.len() as u64);
    body.extend(&zeros);
    documents.push(lab::seal(0, &body));
    documents
}

/// Honest in form, and as greedy as the bounds allow: every change there may be, every operation there may be,
/// in a few hundred bytes.
fn largest_document() -> Vec<u8> {
    use automerge::transaction::Transactable;
    let mut doc = automerge::AutoCommit::new().with_actor(lab::actor(1));
    let fields = gate::DOCUMENT_OPS_MAX / gate::DOCUMENT_CHANGES_MAX;
    for round in 0..gate::DOCUMENT_CHANGES_MAX.cast_signed() {
        for field in 0..fields {
            doc.put(automerge::ROOT, format!("field/{field}"), round % 2 == 0).unwrap();
        }
        lab::commit(&mut doc, round);
    }
    doc.save()
}

#[test]
fn hostile_bytes_cost_little_memory_and_time() {
    // The standard hook may print a backtrace, and reading debug information takes tens of megabytes.
    std::panic::set_hook(Box::new(|panic| println!("caught: {panic}")));
    let bench = lab::Bench::new();
    let mut worst = (0, Duration::ZERO);
    let mut note = |what: &str, (bytes, time): (usize, Duration)| {
        assert!(bytes < GROWTH_BYTES_MAX, "{what} took {bytes} bytes");
        assert!(time < TIME_MAX, "{what} took {time:?}");
        worst = (worst.0.max(bytes), worst.1.max(time));
    };
    for (index, bytes) in files("changes").iter().enumerate() {
        note(&format!("change {index}"), measure(|| assert!(gate::admit_change(bytes).is_err())));
    }
    for (index, bytes) in greedy_documents().iter().enumerate() {
        note(&format!("document {index}"), measure(|| assert!(gate::admit_document(bytes).is_err())));
    }
    let largest = largest_document();
    let (bytes, time) = measure(|| drop(gate::admit_document(&largest).unwrap()));
    println!("the largest document, {} bytes saved: {bytes} bytes, {time:?}", largest.len());
    assert!(bytes < GROWTH_BYTES_MAX, "the largest document took {bytes} bytes");
    println!("samples: at most {} bytes, {:?}", worst.0, worst.1);
    let seeds = 40_000_000..40_000_000 + MUTANTS;
    let most = seeds.map(|seed| {
        let (bytes, _) = measure(|| drop(bench.trial(seed)));
        assert!(bytes < GROWTH_BYTES_MAX, "seed {seed} took {bytes} bytes");
        bytes
    });
    println!("mutants, with everything done to them afterwards: at most {} bytes", most.max().unwrap_or(0));
}
