//! The way of a draft, step by step, by whom and by whom not.

use base::{Code, Digest, Id, Timestamp, id};
use evidence::entry::{Actor, ActorKind};
use serde_json::json;

use super::*;
use crate::{Meta, Refused, person};

const NOW: Timestamp = Timestamp::from_micros(1_795_600_000_000_000);

fn stream() -> Id<id::Document> {
    Id::from_bytes([7; 16])
}

fn who(n: u8) -> Id<id::Person> {
    Id::from_bytes([n; 16])
}

fn bytes(text: &str) -> Digest {
    evidence::sha256(text.as_bytes())
}

/// A document under way: what happens to it is folded as the log would fold it.
#[derive(Default)]
struct Told {
    state: Option<Document>,
    seq: i64,
}

impl Told {
    fn published(text: &str) -> Self {
        let mut told = Self::default();
        let name = (DocumentKind::Table, Code::fixed("severity"));
        let first = publish_first((stream(), None), name, bytes(text), NOW);
        told.tell(None, first.map(|draft| vec![draft])).unwrap();
        told
    }

    fn tell(
        &mut self,
        by: Option<Id<id::Person>>,
        drafts: Result<Vec<evidence::Draft>, Refused>,
    ) -> Result<(), &'static str> {
        for draft in drafts.map_err(|refused| refused.code)? {
            let event = Event::parse(draft.kind.as_str(), &draft.data).unwrap();
            let (kind, id) = match by {
                Some(by) => (ActorKind::Person, person::code(by)),
                None => (ActorKind::Host, Code::fixed("host")),
            };
            let meta = Meta {
                seq: self.seq,
                occurred_at: NOW,
                recorded_at: NOW,
                actor: Actor { id, kind },
                fields: Vec::new(),
            };
            self.seq += 1;
            self.state = apply(self.state.take(), &event, &meta);
        }
        Ok(())
    }

    fn one(
        &mut self,
        by: Id<id::Person>,
        decide: impl FnOnce(&Document) -> Result<evidence::Draft, Refused>,
    ) -> Result<(), &'static str> {
        let state = self.state.clone().unwrap();
        self.tell(Some(by), decide(&state).map(|draft| vec![draft]))
    }

    fn save(
        &mut self,
        by: Option<Id<id::Person>>,
        (draft, base, text): (Option<u32>, i64, &str),
        refusing: u32,
    ) -> Result<(), &'static str> {
        let name = Code::fixed("severity");
        let new = NewDraft { kind: DocumentKind::Table, name, draft, base, sha256: bytes(text) };
        let checked = (Checked { refusing, advising: 0 }, json!([]));
        let state = self.state.clone();
        let drafts = save((stream(), state.as_ref()), &new, "because", checked, NOW);
        self.tell(by, drafts)
    }

    fn submit(&mut self, by: Id<id::Person>, text: &str) -> Result<(), &'static str> {
        self.one(by, |state| submit((stream(), state), seen(text), "", NOW))
    }

    fn review(
        &mut self,
        by: Id<id::Person>,
        text: &str,
        given: (Verdict, &str),
    ) -> Result<(), &'static str> {
        self.one(by, |state| review((stream(), state), seen(text), given, by, NOW))
    }

    fn approve(&mut self, by: Id<id::Person>, text: &str) -> Result<(), &'static str> {
        self.one(by, |state| approve((stream(), state), seen(text), "", by, NOW))
    }

    fn publish(&mut self, by: Id<id::Person>, draft: u32) -> Result<(), &'static str> {
        self.one(by, |state| publish((stream(), state), draft, NOW))
    }
}

fn seen(text: &str) -> Seen {
    Seen { draft: 1, sha256: bytes(text) }
}

const ACCEPTED: (Verdict, &str) = (Verdict::Accepted, "");

#[test]
fn g21_a_version_takes_two_people_and_every_step() {
    let mut told = Told::published("one");
    let (karl, marta) = (who(1), who(2));
    told.save(Some(karl), (None, 1, "two"), 0).unwrap();
    assert_eq!(told.approve(marta, "two"), Err("DOC-007"), "nobody reviewed it");
    assert_eq!(told.publish(karl, 1), Err("DOC-007"));
    told.submit(karl, "two").unwrap();
    assert_eq!(told.review(karl, "two", ACCEPTED), Err("DOC-008"));
    assert_eq!(told.review(marta, "two", (Verdict::Returned, " ")), Err("DOC-009"));
    told.review(marta, "two", ACCEPTED).unwrap();
    assert_eq!(told.approve(karl, "two"), Err("DOC-008"));
    assert_eq!(told.approve(marta, "three"), Err("DOC-010"), "not these bytes");
    told.approve(marta, "two").unwrap();
    told.publish(karl, 1).unwrap();
    let state = told.state.unwrap();
    assert_eq!((state.version, state.sha256), (2, Some(bytes("two"))));
    assert!(state.drafts.is_empty() && state.drafted == 1);
}

#[test]
fn g21_a_new_revision_voids_what_was_judged() {
    let mut told = Told::published("one");
    let (karl, tomas, marta) = (who(1), who(3), who(2));
    told.save(Some(karl), (None, 1, "two"), 0).unwrap();
    told.submit(karl, "two").unwrap();
    told.review(marta, "two", ACCEPTED).unwrap();
    told.approve(marta, "two").unwrap();
    told.save(Some(tomas), (Some(1), 1, "three"), 0).unwrap();
    assert_eq!(told.publish(karl, 1), Err("DOC-007"));
    told.submit(tomas, "three").unwrap();
    assert_eq!(told.review(karl, "three", ACCEPTED), Err("DOC-008"), "wrote the one before");
    told.review(marta, "three", (Verdict::Returned, "not yet")).unwrap();
    assert_eq!(told.submit(tomas, "three"), Err("DOC-007"), "answered by a new revision");
}

#[test]
fn g21_the_host_and_an_approver_are_not_two_people() {
    let mut told = Told::published("one");
    let (marta, tomas) = (who(2), who(3));
    told.save(None, (None, 1, "two"), 0).unwrap();
    let state = told.state.clone().unwrap();
    let submitted = submit((stream(), &state), seen("two"), "", NOW).map(|draft| vec![draft]);
    told.tell(None, submitted).unwrap();
    told.review(marta, "two", ACCEPTED).unwrap();
    assert_eq!(told.approve(marta, "two"), Err("DOC-013"));
    told.approve(tomas, "two").unwrap();
}

#[test]
fn a_draft_on_an_older_version_is_told_and_saved_again_on_the_newest() {
    let mut told = Told::published("one");
    let (karl, marta) = (who(1), who(2));
    told.save(Some(karl), (None, 1, "two"), 0).unwrap();
    told.save(Some(karl), (None, 1, "other"), 0).unwrap();
    told.submit(karl, "two").unwrap();
    told.review(marta, "two", ACCEPTED).unwrap();
    told.approve(marta, "two").unwrap();
    told.publish(karl, 1).unwrap();
    let other = Seen { draft: 2, sha256: bytes("other") };
    let late = told.one(karl, |state| submit((stream(), state), other, "", NOW));
    assert_eq!(late, Err("DOC-005"));
    assert_eq!(told.save(Some(karl), (Some(2), 3, "other"), 0), Err("DOC-005"), "never published");
    told.save(Some(karl), (Some(2), 2, "other"), 0).unwrap();
    told.one(karl, |state| submit((stream(), state), other, "", NOW)).unwrap();
}

#[test]
fn checks_that_object_stop_a_draft_from_being_submitted() {
    let mut told = Told::published("one");
    told.save(Some(who(1)), (None, 1, "two"), 1).unwrap();
    assert_eq!(told.submit(who(1), "two"), Err("DOC-004"));
    assert_eq!(told.save(Some(who(1)), (Some(1), 1, "one"), 0), Err("DOC-012"));
    assert_eq!(told.save(Some(who(1)), (Some(9), 1, "x"), 0), Err("DOC-003"));
    for n in 1..MAX_DRAFTS {
        told.save(Some(who(1)), (None, 1, &format!("draft {n}")), 0).unwrap();
    }
    assert_eq!(told.save(Some(who(1)), (None, 1, "one more"), 0), Err("DOC-011"));
}
