//! What a piece of work costs: processor time and memory.

use crate::allocator::peak_growth_of;
use rustix::time::{ClockId, clock_gettime};

/// What a piece of work cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// Processor time of the whole program in nanoseconds, of all its threads together.
    pub(super) cpu_ns: u64,
    /// The most memory held beyond what was held before: the larger of what was allocated, counted to the byte,
    /// and of what the system gave the program, counted in pages, where the system tells. The first misses
    /// what C code takes (the decompressor does); the second misses what is taken from memory that was given
    /// before.
    pub(super) peak_growth_bytes: u64,
}

/// Runs `work` and says what it cost.
pub(super) fn of<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let resident = Resident::now();
    let before = cpu_ns();
    let (done, counted) = peak_growth_of(work);
    let cpu_ns = cpu_ns().saturating_sub(before);
    let given = resident.map_or(0, |resident| resident.peak_growth_bytes());
    (done, Cost { cpu_ns, peak_growth_bytes: counted.max(given) })
}

fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let part = |part: i64| u64::try_from(part).unwrap_or(0);
    part(time.tv_sec).saturating_mul(1_000_000_000).saturating_add(part(time.tv_nsec))
}

/// What the system had given to the program at a moment from which on it looks for the peak anew.
struct Resident {
    before_kib: u64,
}

impl Resident {
    /// `None` where the system does not tell: only Linux does.
    fn now() -> Option<Resident> {
        // 5 resets the peak to what is resident now.
        std::fs::write("/proc/self/clear_refs", "5").ok()?;
        Some(Resident { before_kib: status_kib("VmRSS:")? })
    }

    fn peak_growth_bytes(&self) -> u64 {
        status_kib("VmHWM:").unwrap_or(0).saturating_sub(self.before_kib) * 1024
    }
}

fn status_kib(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn memory_that_is_given_back_counts_and_work_takes_time() {
        let (sum, cost) = of(|| {
            let bytes = vec![1_u8; 3 << 20];
            bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>()
        });
        assert_eq!(sum, 3 << 20);
        assert!(cost.peak_growth_bytes >= 3 << 20, "{cost:?}");
        assert!(cost.cpu_ns > 0);
    }
}
