//! The log: what is appended is read back byte for byte, without gaps, or not at all.

use base::{Code, Duration, Id, id};
use db::on_both_engines;
use domain::{
    page::{self, PageQueued},
    server::{Event, HostCommand, STREAM},
};
use evidence::{Draft, Entry};
use store::{StoreError, log, word};

use crate::teller::Teller;

fn act(teller: &Teller, name: &'static str) -> Draft {
    Event::from(HostCommand { command: Code::fixed(name) }).draft(STREAM, teller.now)
}

on_both_engines! {
    fn what_is_appended_is_read_back_byte_for_byte(database) {
        let mut teller = Teller::new(database);
        let large = "long ".repeat(10_000);
        let draft = act(&teller, "first").word("small", "Ünï¢ødé 🚒").word("large", large.as_str());
        teller.tell([draft]);
        let (entry, words) = teller.read(|conn| {
            let stored = log::entry(conn, 0)?.expect("it was appended");
            assert_eq!(evidence::merkle::leaf_hash(&stored.bytes), stored.leaf);
            Ok((Entry::parse(&stored.bytes).unwrap(), word::of_entry(conn, 0)?))
        });
        assert_eq!(entry.kind.as_str(), "host_command");
        assert_eq!(entry.recorded_at, teller.now);
        for word in &words {
            let (salt, value) = (word.salt.clone().unwrap(), word.value.clone().unwrap());
            let salt: [u8; 32] = salt.try_into().unwrap();
            let again = evidence::entry::commitment(&salt, word.field.as_str(), &value);
            assert_eq!(entry.committed.get(&word.field), Some(&again));
        }
        let [a, b] = ["large", "small"].map(|field| teller.read(move |conn| word::text(conn, 0, field)));
        assert_eq!((a, b.as_str()), (large, "Ünï¢ødé 🚒"));
    }

    fn positions_have_no_gaps_and_streams_are_chained(database) {
        let mut teller = Teller::new(database);
        for _ in 0..3 {
            let drafts = [act(&teller, "one"), act(&teller, "two")];
            teller.tell(drafts);
        }
        let stored = teller.read(|conn| log::stream(conn, &STREAM.to_string()));
        assert_eq!(teller.read(log::size), 6);
        let mut before = None;
        for (at, stored) in (0..).zip(&stored) {
            let entry = stored.entry().unwrap();
            assert_eq!((stored.seq, entry.stream_seq, entry.prev_in_stream), (at, at, before));
            before = Some(stored.leaf);
        }
    }

    fn recorded_time_never_runs_backwards_whatever_the_caller_says(database) {
        let mut teller = Teller::new(database);
        let draft = act(&teller, "before");
        teller.tell([draft]);
        teller.now = teller.now - Duration::hours(1);
        let drafts = [act(&teller, "after"), act(&teller, "after_that")];
        teller.tell(drafts);
        let at = |seq| teller.read(move |conn| log::entry(conn, seq)).unwrap().recorded_at;
        assert!(at(1) >= at(0) && at(2) >= at(1), "{} {} {}", at(0), at(1), at(2));
    }

    fn inv03_a_refused_command_leaves_no_row(database) {
        let mut teller = Teller::new(database);
        let draft = act(&teller, "before");
        teller.tell([draft]);
        let (envelope, now) = (teller.envelope.clone(), teller.now);
        let draft = act(&teller, "refused").word("reason", "nobody must see this");
        let refused = teller.db.submit_now(db::Lane::Normal, move |conn| {
            let mut dice = crate::teller::Counted::default();
            log::append(conn, vec![draft.clone()], &envelope, now, &mut dice)?;
            Err::<(), StoreError>(StoreError::Conflict { stmt: "on second thoughts" })
        });
        assert!(refused.is_err());
        // A row that breaks a rule of the database takes its whole command with it.
        let page: Id<id::Page> = teller.mint();
        let queued = PageQueued {
            person: teller.mint(),
            escalation: teller.mint(),
            step: 0,
            channels: 1,
        };
        let queued = page::Event::from(queued).draft(page, teller.now);
        let twins = crate::alerts::twins(&mut teller);
        assert!(teller.try_to([vec![queued], twins].concat()).is_err());
        assert_eq!(teller.read(log::size), 1);
        let left = teller.read(move |conn| {
            Ok((log::entry(conn, 1)?.is_some(), word::of_entry(conn, 1)?.len(),
                store::page::load(conn, page)?.is_some()))
        });
        assert_eq!(left, (false, 0, false));
        let draft = act(&teller, "after");
        assert_eq!(teller.tell([draft]), 1, "the position is free again");
        assert_eq!(teller.rebuilt().differences, vec![]);
    }
}
