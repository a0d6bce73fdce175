//! Virtual time: a true time that only the world moves, a system clock that faults may set, and the
//! carried time that the server goes by, which never runs backwards. The same course as in `cli`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use app::Clock;
use base::{Duration, Timestamp};

/// The clock of a simulated node.
pub struct SimClock(Mutex<Held>);

#[derive(Clone, Copy)]
struct Held {
    /// What is really the time.
    real: Timestamp,
    /// How far the system clock is off.
    off: Duration,
    /// What carried time adds to the real one.
    carried: Duration,
    /// How far the system clock is known to be behind.
    lag: Duration,
    /// The latest instant given out.
    latest: Timestamp,
}

impl SimClock {
    /// Starts right.
    pub fn at(real: Timestamp) -> Self {
        let zero = Duration::ZERO;
        Self(Mutex::new(Held { real, off: zero, carried: zero, lag: zero, latest: real }))
    }

    /// What is really the time.
    pub fn real(&self) -> Timestamp {
        self.held().real
    }

    /// Time passes.
    pub fn pass(&self, length: Duration) {
        let mut held = self.held();
        held.real = held.real + length;
    }

    /// Somebody sets the system clock.
    pub fn step(&self, by: Duration) {
        let mut held = self.held();
        held.off = held.off + by;
    }

    /// The process starts anew: all it knows is what the system clock says.
    pub fn restart(&self) {
        let mut held = self.held();
        (held.carried, held.lag) = (held.off, Duration::ZERO);
        held.latest = held.real + held.off;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn now(&mut self) -> Timestamp {
        self.latest = self.latest.max(self.real + self.carried);
        self.latest
    }

    fn behind(&mut self) -> Duration {
        (self.now() - (self.real + self.off)).max(Duration::ZERO)
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.held().now()
    }

    fn wall(&self) -> Timestamp {
        let mut held = self.held();
        held.lag = held.lag.min(held.behind());
        held.real + held.off + held.lag
    }

    fn carry_on_from(&self, at: Timestamp) {
        let mut held = self.held();
        let now = held.now();
        held.latest = now.max(at);
        held.carried = held.latest - held.real;
        if at < now {
            held.lag = held.behind();
        }
    }
}
