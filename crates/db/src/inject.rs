//! A test seam: faults that happen on purpose. Inert unless a test or the simulator sets them.

/// How often each fault is still to happen. All zero by default, and then nothing changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// So many next commits are spared before any of those below is counted off.
    pub spare: u32,
    /// So many next commits fail as on a full disk; nothing is kept.
    pub full_disk: u32,
    /// So many next commits are cut off before they reach the database: not kept, answer lost.
    pub lose_commit: u32,
    /// So many next commits are kept, but their answer is lost.
    pub lose_answer: u32,
    /// So many next commits are kept, and then their callers never hear of it, as when the process
    /// dies in between: they get `CommitError::Unknown`.
    pub crash_after_commit: u32,
    /// At the next commit the process dies before it: nothing is kept, its callers never hear of it, and
    /// no turn begins after it until other faults are set.
    pub die_before_commit: bool,
    /// The same, where the commit is kept.
    pub die_after_commit: bool,
    /// So many next attempts to connect or to begin a turn fail.
    pub refuse_turns: u32,
}

/// What a commit is to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ill {
    FullDisk,
    LoseCommit,
    LoseAnswer,
    CrashAfter,
    CrashBefore,
}

impl Faults {
    /// The fault for the next commit, counted off.
    pub(crate) fn at_commit(&mut self) -> Option<Ill> {
        if take(&mut self.spare) {
            return None;
        }
        if self.die_before_commit || self.die_after_commit {
            let ill = if self.die_before_commit { Ill::CrashBefore } else { Ill::CrashAfter };
            *self = Self { refuse_turns: u32::MAX, ..Self::default() };
            return Some(ill);
        }
        let kinds = [
            (&mut self.full_disk, Ill::FullDisk),
            (&mut self.lose_commit, Ill::LoseCommit),
            (&mut self.lose_answer, Ill::LoseAnswer),
            (&mut self.crash_after_commit, Ill::CrashAfter),
        ];
        kinds.into_iter().find_map(|(left, ill)| take(left).then_some(ill))
    }

    /// Whether the next turn is refused, counted off.
    pub(crate) fn at_begin(&mut self) -> bool {
        take(&mut self.refuse_turns)
    }
}

fn take(left: &mut u32) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}
