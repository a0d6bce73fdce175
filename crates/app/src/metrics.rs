//! What this process counts of itself for `/metrics`; lost with the process, as such counts are.

use std::sync::atomic::{AtomicU64, Ordering};

use base::Duration;

/// The upper bounds of the buckets of commit latency, in microseconds.
pub const COMMIT_BOUNDS: [i64; 13] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000,
];

/// How long commands took from being handed in until they were on disk, or refused.
#[derive(Debug, Default)]
pub struct Latency {
    buckets: [AtomicU64; COMMIT_BOUNDS.len()],
    count: AtomicU64,
    sum: AtomicU64,
}

/// The same, as read at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatencySeen {
    /// By bound of [`COMMIT_BOUNDS`]: how many took at most that long.
    pub at_most: [u64; COMMIT_BOUNDS.len()],
    /// How many there were.
    pub count: u64,
    /// How long they took together, in microseconds.
    pub sum: u64,
}

impl Latency {
    /// Counts one.
    pub(crate) fn count(&self, took: Duration) {
        let micros = took.as_micros().max(0);
        if let Some(at) = COMMIT_BOUNDS.iter().position(|bound| micros <= *bound) {
            self.buckets[at].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(micros.unsigned_abs(), Ordering::Relaxed);
    }

    /// As it stands. A command that is counted meanwhile may be in one number and not yet in another.
    pub fn seen(&self) -> LatencySeen {
        let mut sum = 0;
        let at_most = std::array::from_fn(|at| {
            sum += self.buckets[at].load(Ordering::Relaxed);
            sum
        });
        let count = self.count.load(Ordering::Relaxed).max(sum);
        LatencySeen { at_most, count, sum: self.sum.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let latency = Latency::default();
        for micros in [100, 500, 501, 9_000_000] {
            latency.count(Duration::micros(micros));
        }
        let seen = latency.seen();
        assert_eq!(seen.at_most[..3], [2, 3, 3]);
        assert_eq!((seen.at_most[12], seen.count, seen.sum), (3, 4, 9_001_101));
    }
}
