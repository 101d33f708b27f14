//! Processor time of this thread, so that other work on the machine matters little.

use std::hint::black_box;

use rustix::time::{ClockId, clock_gettime};

/// One batch, in nanoseconds.
const BATCH: u64 = 40_000_000;

const BATCHES: usize = 9;

pub(crate) fn now() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Nanoseconds for one call: the median of nine batches.
pub(crate) fn nanoseconds_each(check: &mut dyn FnMut() -> bool) -> f64 {
    let mut batch = |calls: u64| {
        let start = now();
        for _ in 0..calls {
            black_box(check());
        }
        now() - start
    };
    let mut calls = 1;
    let mut took = batch(calls);
    while took < BATCH / 8 {
        calls *= 4;
        took = batch(calls);
    }
    let calls = ((calls as f64 * BATCH as f64 / took.max(1) as f64) as u64).max(1);
    let mut times = [0.0; BATCHES];
    for time in &mut times {
        *time = batch(calls) as f64 / calls as f64;
    }
    times.sort_by(f64::total_cmp);
    times[BATCHES / 2]
}
