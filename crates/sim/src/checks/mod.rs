//! What must hold in every world, whatever happened: cheap checks after each step, all at the end.

mod due;
mod effects;
mod log;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Digest, Timestamp};

use crate::{World, bank::Person, commanders::SECRETS};

/// What the checkers have seen of the log, so that each entry is read once.
#[derive(Default)]
pub struct Checks {
    /// The next position to look at.
    next: i64,
    /// When the newest entry was recorded.
    recorded_at: Timestamp,
    /// Length and head of each stream.
    streams: BTreeMap<Code, (i64, Digest)>,
    /// Words that people and senders wrote.
    words: Vec<String>,
    /// Pages that were decided: the commit that decided them, and for whom.
    decided: BTreeMap<Code, String>,
    /// Pages that were announced by a rung.
    announced: BTreeSet<Code>,
    /// How many messages were compared with the log.
    messages: usize,
}

impl Checks {
    /// From now on these people's names and addresses must not be in any leaf.
    pub(crate) fn know_words(&mut self, people: &[Person]) {
        let own = people.iter().flat_map(|p| [p.name.clone(), p.email.clone()]);
        self.words = own.chain(SECRETS.iter().map(|secret| (*secret).to_owned())).collect();
        self.words.extend(["Unreachable", "Nordhaven", "push.example"].map(str::to_owned));
    }
}

impl World {
    /// The log is another one from now on: a backup was restored.
    pub fn forget_the_log(&mut self) {
        let words = std::mem::take(&mut self.checks.words);
        self.checks = Checks { words, ..Checks::default() };
        self.checks.messages = self.post.sent_since(0).len();
        self.monitoring.receipts.clear();
    }

    /// Whether bytes hold a word that somebody wrote.
    pub fn finds_a_word_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        self.checks.words.iter().any(|word| text.contains(word.as_str()))
    }

    /// The cheap checks.
    pub fn check(&mut self) {
        self.check_new_entries();
        self.check_messages();
        self.check_what_is_due();
    }

    /// All checks: for the end of a scenario, when faults are mended and everything due is done.
    pub fn check_all(&mut self) {
        self.check();
        self.check_receipts();
        self.expect_evidence_verifies();
        self.expect_rebuild_equals_rows();
    }
}
