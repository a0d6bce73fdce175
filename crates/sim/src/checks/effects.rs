//! What left the house was decided before, and once: each message belongs to a page that was
//! committed, each page to one rung, and a person is paged once by a rung.

use base::Code;
use domain::{escalation, page};
use evidence::Entry;

use crate::World;

impl World {
    /// Remembers who was decided to be paged.
    pub(super) fn note_decision(&mut self, entry: &Entry) {
        let kind = entry.kind.as_str();
        if kind == "step_taken" {
            let Ok(escalation::Event::StepTaken(step)) =
                escalation::Event::parse(kind, &entry.data)
            else {
                self.fail("a step cannot be read")
            };
            for page in step.pages {
                let page: Code = page.to_string().parse().expect("an id is a code");
                if !self.checks.announced.insert(page.clone()) {
                    self.fail(&format!("{page} was announced by two steps"));
                }
            }
        }
        if kind == "page_queued" {
            let Ok(page::Event::PageQueued(queued)) = page::Event::parse(kind, &entry.data) else {
                self.fail("a page cannot be read")
            };
            let (ladder, person) = (queued.escalation, queued.person);
            let at = entry.recorded_at;
            let decided = format!("{ladder} step {} at {at} for {person}", queued.step);
            let twice = self.checks.decided.values().any(|held| *held == decided);
            if twice || !self.checks.announced.contains(&entry.stream) {
                self.fail(&format!("{}: paged twice, or by no step: {decided}", entry.stream));
            }
            self.checks.decided.insert(entry.stream.clone(), decided);
        }
    }

    /// Every message so far has its committed decision and went to the person it was decided for.
    pub(super) fn check_messages(&mut self) {
        let new = self.post.sent_since(self.checks.messages);
        self.checks.messages += new.len();
        for sent in new.iter().filter(|sent| sent.topic.as_str() == "page") {
            let Some(decided) = self.checks.decided.get(&sent.message_id) else {
                self.fail(&format!("{} was sent, and never decided", sent.message_id))
            };
            let nick = self.nick_of(&sent.to).unwrap_or_default();
            let person = self.people.iter().find(|person| person.nick == nick);
            if !person.is_some_and(|person| decided.ends_with(&person.id.to_string())) {
                self.fail(&format!("{} went to {}: {decided}", sent.message_id, sent.to));
            }
        }
    }

    /// Every alert that a sender was told of is there.
    pub(super) fn check_receipts(&self) {
        let receipts = self.monitoring.receipts.clone();
        let lost = self.run(|app| async move {
            app.look(move |conn| {
                let mut lost = Vec::new();
                for alert in receipts {
                    if store::alert::load(conn, alert)?.is_none() {
                        lost.push(alert);
                    }
                }
                Ok(lost)
            })
            .await
        });
        let lost = self.must("reading alerts", lost);
        if !lost.is_empty() {
            self.fail(&format!("acknowledged to their sender and lost: {lost:?}"));
        }
    }
}
