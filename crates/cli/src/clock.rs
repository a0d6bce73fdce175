//! The system clock: the only place that reads it.
//!
//! Time is an anchor plus what the monotonic clock counted since, so that it goes on evenly however
//! the system clock is set. A step of the system clock is noticed by comparing `wall` with `now`:
//! forwards it is followed, backwards it is remembered as a known lag and noticed once.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use app::Clock;
use base::{Duration, Timestamp};

/// The clock of this process.
pub struct SystemClock(Mutex<Held>);

struct Held {
    course: Course,
    anchor: Instant,
}

/// How time runs, apart from reading the two clocks: kept apart so that it can be tested.
#[derive(Debug, Clone, Copy)]
struct Course {
    /// The instant of the anchor.
    begun: Timestamp,
    /// How far the system clock is known to be behind.
    lag: Duration,
    /// The latest instant given out.
    latest: Timestamp,
}

impl SystemClock {
    /// Starts at what the system clock says.
    pub fn start() -> Self {
        let held = Held { course: Course::start(system()), anchor: monotonic() };
        Self(Mutex::new(held))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let mut held = self.held();
        let passed = passed(held.anchor);
        held.course.now(passed)
    }

    fn wall(&self) -> Timestamp {
        let mut held = self.held();
        let passed = passed(held.anchor);
        held.course.wall(passed, system())
    }

    fn carry_on_from(&self, at: Timestamp) {
        let mut held = self.held();
        let passed = passed(held.anchor);
        held.course.carry_on_from(passed, at, system());
        held.anchor = monotonic();
    }
}

/// What the system clock says, as it is: for `doctor`, which compares it with the database.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the system clock")]
pub fn system() -> Timestamp {
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the monotonic clock")]
fn monotonic() -> Instant {
    Instant::now()
}

fn passed(anchor: Instant) -> Duration {
    Duration::micros(i64::try_from(anchor.elapsed().as_micros()).unwrap_or(i64::MAX))
}

impl Course {
    fn start(system: Timestamp) -> Self {
        Self { begun: system, lag: Duration::ZERO, latest: system }
    }

    fn now(&mut self, passed: Duration) -> Timestamp {
        self.latest = self.latest.max(self.begun + passed);
        self.latest
    }

    /// What the system clock says, less a step backwards that was noticed already. The known lag
    /// shrinks when the system clock catches up and never grows by itself.
    fn wall(&mut self, passed: Duration, system: Timestamp) -> Timestamp {
        let behind = (self.now(passed) - system).max(Duration::ZERO);
        self.lag = self.lag.min(behind);
        system + self.lag
    }

    /// Goes on from the later of now and `at`, counted from here. An earlier `at` is a step backwards
    /// that was noticed; a later one may leave the system clock behind, which is noticed next.
    fn carry_on_from(&mut self, passed: Duration, at: Timestamp, system: Timestamp) {
        let now = self.now(passed);
        (self.begun, self.latest) = (now.max(at), now.max(at));
        if at < now {
            self.lag = (now - system).max(Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn after(seconds: i64) -> Duration {
        Duration::seconds(seconds)
    }

    #[test]
    fn a_step_backwards_is_noticed_once_and_time_goes_on() {
        let mut course = Course::start(at(1000));
        assert_eq!(course.now(after(10)), at(1010));
        assert_eq!(course.wall(after(10), at(710)), at(710));
        course.carry_on_from(after(10), at(710), at(710));
        assert_eq!(course.now(after(5)), at(1015));
        assert_eq!(course.wall(after(5), at(715)), at(1015));
    }

    #[test]
    fn a_clock_that_is_set_right_again_is_no_step() {
        let mut course = Course::start(at(1000));
        course.carry_on_from(after(10), at(710), at(710));
        assert_eq!(course.wall(after(5), at(1015)), at(1015));
        assert_eq!(course.wall(after(6), at(1016)), at(1016));
        assert_eq!(course.wall(after(6), at(716)), at(716), "the next step is noticed anew");
    }

    #[test]
    fn a_step_forwards_is_followed() {
        let mut course = Course::start(at(1000));
        assert_eq!(course.wall(after(10), at(1310)), at(1310));
        course.carry_on_from(after(10), at(1310), at(1310));
        assert_eq!(course.now(after(0)), at(1310));
        assert_eq!(course.now(after(1)), at(1311));
    }

    #[test]
    fn time_goes_on_from_what_the_log_knows() {
        let mut course = Course::start(at(1000));
        course.carry_on_from(after(0), at(1500), at(1000));
        assert_eq!(course.now(after(1)), at(1501));
        assert_eq!(course.wall(after(1), at(1001)), at(1001), "and says that the clock is behind");
        let mut course = Course::start(at(1000));
        course.carry_on_from(after(0), at(200), at(1000));
        assert_eq!(course.now(after(1)), at(1001));
    }
}
