//! Work on many documents at once: they do not depend on each other, so every core does its share.

/// Below this many pieces, starting a thread costs more than it saves.
const PIECES_MIN: usize = 64;

/// Does every piece of work; the results are in the order of the work. A panic in a piece goes on here.
pub fn on_all_cores<T: Send, R: Send>(mut work: Vec<T>, make: impl Fn(T) -> R + Sync) -> Vec<R> {
    if work.len() < PIECES_MIN {
        return work.into_iter().map(make).collect();
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = work.len().div_ceil(cores).max(1);
    let mut shares = Vec::new();
    while !work.is_empty() {
        let rest = work.split_off(share.min(work.len()));
        shares.push(std::mem::replace(&mut work, rest));
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(|| share.into_iter().map(&make).collect::<Vec<R>>()))
            .collect();
        let done = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        done.flat_map(|made| made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
