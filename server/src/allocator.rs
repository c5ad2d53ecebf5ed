//! The allocator of this program: mimalloc, which can be told to count.
//!
//! Merging documents is mostly small allocations; the system's allocator took a fifth of an import's time.
//! A relay never counts, and pays one look at a flag that never changes.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
/// Bytes taken minus bytes given back since the counting began; below zero when older ones are given back.
static HELD_BYTES: AtomicIsize = AtomicIsize::new(0);
static PEAK_BYTES: AtomicIsize = AtomicIsize::new(0);

/// Runs `work`; the most bytes that were held at any moment beyond those held before it. Counts what the whole
/// program allocates, so nothing else may be going on, and only one may count at a time. Memory that C code
/// takes for itself is not counted.
pub(crate) fn peak_growth_of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    HELD_BYTES.store(0, Relaxed);
    PEAK_BYTES.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    let done = work();
    COUNTS.store(false, Relaxed);
    (done, PEAK_BYTES.load(Relaxed).unsigned_abs() as u64)
}

struct Counting;

impl Counting {
    fn grew(&self, by: usize, less: usize) {
        if COUNTS.load(Relaxed) {
            let by = by.cast_signed().wrapping_sub(less.cast_signed());
            let held = HELD_BYTES.fetch_add(by, Relaxed).wrapping_add(by);
            PEAK_BYTES.fetch_max(held, Relaxed);
        }
    }
}

#[expect(unsafe_code, reason = "the allocator interface is unsafe; this one only counts and passes on")]
// SAFETY: every call goes to mimalloc with the caller's own arguments, and its answer back unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.grew(layout.size(), 0);
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.grew(layout.size(), 0);
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.grew(0, layout.size());
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // Both are held while the bytes are moved.
        self.grew(new_size, 0);
        self.grew(0, layout.size());
        unsafe { MiMalloc.realloc(pointer, layout, new_size) }
    }
}
