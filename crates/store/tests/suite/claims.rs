//! The outbox: a page is claimed by one node at a time, and never for ever.

use base::{Duration, Id, Timestamp, id};
use db::{Db, Lane, on_both_engines};
use domain::page::{Event, PageQueued};
use store::{StoreError, page};

use crate::teller::Teller;

fn claim(db: &Db, id: Id<id::Page>, node: &'static str, now: Timestamp) -> bool {
    let until = now + Duration::seconds(60);
    let job = move |conn: &mut db::Conn| page::claim(conn, id, node, (until, now));
    db.submit_now::<_, StoreError, _>(Lane::Urgent, job).unwrap()
}

on_both_engines! {
    fn two_nodes_claim_a_page_and_one_gets_it(database) {
        let mut teller = Teller::new(database);
        let (id, person, escalation) = (teller.mint(), teller.mint(), teller.mint());
        let queued = PageQueued { person, escalation, step: 0, channels: 1 };
        let draft = Event::from(queued).draft(id, teller.now);
        teller.tell([draft]);
        let now = teller.now;
        assert_eq!(teller.read(move |conn| page::due(conn, now, None)), [id]);
        assert!(claim(&teller.db, id, "left", now));
        assert!(!claim(&teller.db, id, "right", now), "held by the other node");
        assert_eq!(teller.read(move |conn| page::due(conn, now, None)), []);
        let later = now + Duration::seconds(61);
        assert_eq!(teller.read(move |conn| page::due(conn, later, None)), [id], "a claim runs out");
        assert!(claim(&teller.db, id, "right", later));
        assert!(!claim(&teller.db, id, "left", later));
        let release = move |conn: &mut db::Conn| page::release(conn, id);
        teller.db.submit_now::<_, StoreError, _>(Lane::Urgent, release).unwrap();
        assert!(claim(&teller.db, id, "left", later));
    }
}
