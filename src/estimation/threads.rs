//! Work that is done side by side.

/// So many responses are worth a thread of their own.
const RESPONSES_PER_THREAD_MIN: usize = 20_000;

/// How many threads some responses are worth.
pub(super) fn threads_for(responses: usize) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    processors.min(responses / RESPONSES_PER_THREAD_MIN).max(1)
}

/// Does each part on a thread of its own, a single one on this thread; the results are in the order of the parts.
pub(super) fn side_by_side<P: Send, T: Send>(parts: Vec<P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    if parts.len() < 2 {
        return parts.into_iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().map(joined).collect()
    })
}

/// What a thread returned; its panic goes on here.
pub(super) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
