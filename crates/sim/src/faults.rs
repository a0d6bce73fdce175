//! What goes wrong, and how it is brought about.

use base::Duration;
use db::Faults;

use crate::{Weather, World};

/// How often a fault that lasts is counted off: more often than anything runs.
const LASTING: u32 = u32::MAX;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies at once and starts again.
    Crash,
    /// The next commit is kept, then the process dies before it can act on it.
    CrashAfterCommit,
    /// So many commits from now the process dies at one, which is kept or not; until it is started
    /// again nothing more is committed.
    CrashAt {
        /// How many commits go well before.
        after: u32,
        /// Whether the one it dies at is kept.
        kept: bool,
    },
    /// The next commit is kept, and its answer lost.
    LostAnswer,
    /// The next commit is cut off: not kept, its answer lost.
    LostCommit,
    /// No commit has room, until it is mended.
    FullDisk,
    /// The database takes no turn, until it is mended.
    NoDatabase,
    /// Somebody sets the system clock.
    ClockStep(Duration),
    /// The relays behave like this from now on.
    Relays(Weather),
}

impl World {
    /// Brings a fault about.
    pub fn suffer(&mut self, fault: Fault) {
        self.note_step(format!("fault: {fault:?}"));
        match fault {
            Fault::Crash => self.restart(),
            Fault::CrashAfterCommit => {
                self.inject(Faults { crash_after_commit: 1, ..Faults::default() });
                self.tick_through_trouble();
                self.mend();
                self.restart();
            }
            Fault::CrashAt { after, kept } => self.inject(Faults {
                spare: after,
                die_before_commit: !kept,
                die_after_commit: kept,
                ..Faults::default()
            }),
            Fault::LostAnswer => self.inject(Faults { lose_answer: 1, ..Faults::default() }),
            Fault::LostCommit => self.inject(Faults { lose_commit: 1, ..Faults::default() }),
            Fault::FullDisk => self.inject(Faults { full_disk: LASTING, ..Faults::default() }),
            Fault::NoDatabase => self.inject(Faults { refuse_turns: LASTING, ..Faults::default() }),
            Fault::ClockStep(by) => self.clock.step(by),
            Fault::Relays(weather) => self.post.set_weather(weather),
        }
    }

    /// Whether the process has died at a commit, as `CrashAt` wanted, and was not started again.
    pub fn is_dead(&self) -> bool {
        let faults = self.app().db().injected();
        let waits = faults.die_before_commit || faults.die_after_commit;
        !waits && faults.refuse_turns > 0
    }

    /// The database works again.
    pub fn mend(&mut self) {
        self.app().db().inject(Faults::default());
        self.troubled = false;
    }

    fn inject(&mut self, faults: Faults) {
        self.app().db().inject(faults);
        self.troubled = true;
    }
}
