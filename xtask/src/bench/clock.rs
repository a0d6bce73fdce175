//! The benchmark's clock: the one place of this crate that reads one or waits.

use std::time::{Duration, Instant, SystemTime};

use crate::Failure;

/// How long to wait between two looks at something that is about to happen.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The present, for differences only.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures wall time")]
pub fn now() -> Instant {
    Instant::now()
}

/// Seconds since 1970, for instants that a server is told.
///
/// # Errors
/// The system clock stands before that.
#[expect(clippy::disallowed_methods, reason = "a benchmark tells a server when something is due")]
pub fn seconds() -> Result<u64, Failure> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs())
}

/// Looks until `seen` answers or `limit` has passed; says how long that took.
pub fn wait(limit: Duration, mut seen: impl FnMut() -> bool) -> Option<Duration> {
    let begin = now();
    while !seen() {
        if begin.elapsed() > limit {
            return None;
        }
        pause();
    }
    Some(begin.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "there is no event to wait for: a port opens")]
fn pause() {
    std::thread::sleep(LOOK_AGAIN);
}

/// Lets the machine rest between two things that are measured.
#[expect(clippy::disallowed_methods, reason = "the load is one at a time, with a gap")]
pub fn rest(gap: Duration) {
    std::thread::sleep(gap);
}
