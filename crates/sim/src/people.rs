//! People who read their messages: some answer after a while, some never, and scanners open links.

use base::{Duration, Id, Timestamp, id};

use crate::{Sent, World};

/// What a person does with a message that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Never answers.
    Silent,
    /// Answers so long after it arrived.
    After(Duration),
    /// Answers most messages, each after a while of its own.
    AtRandom,
}

/// An answer that will be given.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) at: Timestamp,
    pub(crate) page: Id<id::Page>,
    pub(crate) nick: &'static str,
}

impl World {
    /// From now on this person answers like that.
    pub fn habit(&mut self, nick: &'static str, habit: Habit) {
        self.habits.insert(nick, habit);
    }

    /// New messages are read; their answers are given when the time has come.
    pub(crate) fn read_mail(&mut self) {
        let new = self.post.sent_since(self.read);
        self.read += new.len();
        for sent in new {
            self.seen.push(sent.clone());
            if sent.arrived {
                self.receive_message(&sent);
            }
        }
        let now = self.clock.real();
        let (due, later) = std::mem::take(&mut self.answers).into_iter().partition(|a| a.at <= now);
        self.answers = later;
        let due: Vec<Answer> = due;
        for answer in due {
            self.note_step(format!("{} answers {}", answer.nick, answer.page));
            let answered = self.run(|app| async move { app.acknowledge_page(answer.page).await });
            self.expect_no_fault("an answer", answered);
        }
    }

    /// Opens the link of every message so far, as a scanner does; how many there were.
    pub fn open_every_link(&self) -> usize {
        let pages: Vec<_> = self.seen.iter().filter_map(|sent| self.page_of(sent)).collect();
        for page in &pages {
            let page = *page;
            let seen = self.run(|app| async move { app.see_page(page).await });
            self.must("opening a link", seen);
        }
        pages.len()
    }

    fn receive_message(&mut self, sent: &Sent) {
        let Some(page) = self.page_of(sent) else { return };
        let Some(nick) = self.nick_of(&sent.to) else { return };
        // A link scanner of the mail gateway opens every link: nothing may change (ground rule G1).
        let scanned = self.run(|app| async move { app.see_page(page).await });
        self.expect_no_fault("a link scanner", scanned);
        let habit = self.habits.get(nick).copied().unwrap_or(Habit::Silent);
        let wait = match habit {
            Habit::Silent => return,
            Habit::After(wait) => wait,
            Habit::AtRandom if self.roll(4) == 0 => return,
            Habit::AtRandom => Duration::seconds(i64::from(self.roll(900))),
        };
        self.answers.push(Answer { at: self.clock.real() + wait, page, nick });
    }

    /// The page that a message's link opens; `None` for a message without one.
    pub(crate) fn page_of(&self, sent: &Sent) -> Option<Id<id::Page>> {
        let token = sent.url.as_deref()?.rsplit('/').next()?;
        self.app().keeper().links().page(token)
    }

    /// Whose address this is.
    pub(crate) fn nick_of(&self, address: &str) -> Option<&'static str> {
        let hook = |nick: &str| format!("https://push.example/{nick}");
        let found = self.people.iter().find(|p| p.email == address || hook(p.nick) == address);
        found.map(|person| person.nick)
    }
}
