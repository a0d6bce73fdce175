//! The committer in trouble: lost commits and answers, full disks, dead servers; on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod notes;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc,
};

use db::{
    CommitError, Conn, Db, Fault, Faults, Lane, Migration, Mode, Options, Rows, Stmt, Target,
    WriteError, on_both_engines, testing::TestDatabase,
};

use notes::{ADD, NOTES, add, in_one_turn, normal, notes, open};

on_both_engines! {
    fn a_commit_that_never_arrived_is_run_again(database) {
        let db = open(&database);
        db.inject(Faults { lose_commit: 1, ..Faults::default() });
        let answers = in_one_turn(&db, vec![normal(add("a")), normal(add("b"))]);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(notes(&db), ["a", "b"]);
    }

    fn a_commit_whose_answer_was_lost_is_found_and_not_run_again(database) {
        let db = open(&database);
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        db.inject(Faults { lose_answer: 1, ..Faults::default() });
        let answers = in_one_turn(&db, vec![
            normal(move |conn| {
                counted.fetch_add(1, Ordering::Relaxed);
                conn.execute(&ADD, &["a".into()])
            }),
            normal(add("b")),
        ]);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(notes(&db), ["a", "b"]);
        assert_eq!(db.health().failed_in_a_row, 0);
    }

    fn a_lost_answer_is_found_after_a_lost_commit_too(database) {
        let db = open(&database);
        db.inject(Faults { lose_commit: 2, lose_answer: 1, ..Faults::default() });
        db.submit_now(Lane::Normal, add("a")).expect("kept in the end");
        assert_eq!(notes(&db), ["a"]);
    }

    fn an_answer_that_cannot_be_found_out_is_unknown(database) {
        let db = open(&database);
        db.submit_now(Lane::Normal, add("first")).expect("kept");
        let (hold, held) = mpsc::channel::<()>();
        let inner = db.clone();
        let answer = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| db.submit_now(Lane::Normal, move |conn| {
                held.recv().ok();
                // From here on the database refuses every new turn.
                let faults = Faults { lose_answer: 1, refuse_turns: 100, ..Faults::default() };
                inner.inject(faults);
                conn.execute(&ADD, &["perhaps".into()])
            }));
            drop(hold);
            waiting.join().expect("no panic")
        });
        assert!(matches!(answer, Err(CommitError::Unknown)), "{answer:?}");
        assert!(db.health().failed_in_a_row > 0);
        db.inject(Faults::default());
        assert_eq!(notes(&db), ["first", "perhaps"]);
    }

    fn a_crash_after_the_commit_leaves_the_work_and_no_answer(database) {
        let db = open(&database);
        db.inject(Faults { crash_after_commit: 1, ..Faults::default() });
        let answer = db.submit_now(Lane::Normal, add("a"));
        assert!(matches!(answer, Err(CommitError::Unknown)));
        assert_eq!(notes(&db), ["a"]);
    }

    fn a_full_disk_is_answered_at_once_and_counted(database) {
        let db = open(&database);
        db.inject(Faults { full_disk: 2, ..Faults::default() });
        for failed in 1..=2 {
            let answer = db.submit_now(Lane::Normal, add("a"));
            assert!(matches!(answer, Err(CommitError::Fault(Fault::DiskFull { .. }))));
            assert_eq!(db.health().failed_in_a_row, failed);
        }
        assert!(matches!(db.health().fault, Some(Fault::DiskFull { .. })));
        db.submit_now(Lane::Normal, add("b")).expect("kept");
        assert_eq!(db.health().failed_in_a_row, 0);
        assert_eq!(notes(&db), ["b"]);
    }

    fn jobs_that_wait_for_a_dead_database_are_answered_in_the_end(database) {
        let db = open(&database);
        db.inject(Faults { refuse_turns: u32::MAX, ..Faults::default() });
        let answer = db.submit_now(Lane::Normal, add("a"));
        assert!(matches!(answer, Err(CommitError::Fault(Fault::Open { .. }))), "{answer:?}");
        db.inject(Faults::default());
        db.submit_now(Lane::Normal, add("b")).expect("kept");
        assert_eq!(notes(&db), ["b"]);
    }
}

#[test]
fn a_backend_killed_inside_a_turn_costs_one_more_run() {
    static KILL: Stmt = Stmt {
        name: "note.kill",
        sql: "SELECT pg_terminate_backend(pg_backend_pid())",
        rows: Rows::Any,
    };
    let database = TestDatabase::postgres();
    let db = open(&database);
    let mut runs = 0;
    let runs = db.submit_now(Lane::Normal, move |conn| {
        runs += 1;
        conn.execute(&ADD, &["a".into()])?;
        if runs == 1 {
            conn.query(&KILL, &[])?;
        }
        Ok::<_, WriteError>(runs)
    });
    assert_eq!(runs.expect("kept"), 2);
    assert_eq!(notes(&db), ["a"]);
}

#[test]
fn a_server_that_accepts_and_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("the port").port();
    let target = Target::Postgres(format!("postgres://nobody@127.0.0.1:{port}/nothing"));
    let Err(fault) = Db::open(&target, Options::default()) else { panic!("it answered") };
    assert_eq!(fault.to_string(), "the database cannot be opened: the server does not answer");
}

#[test]
fn readers_come_back_after_their_connections_were_cut() {
    static KILL_ALL: Stmt = Stmt {
        name: "note.kill_all",
        sql: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
        rows: Rows::Any,
    };
    let database = TestDatabase::postgres();
    let db = open(&database);
    for _ in 0..8 {
        assert_eq!(notes(&db).len(), 0);
    }
    let other = database.open_as("other");
    other.submit_now(Lane::Normal, |conn| conn.query(&KILL_ALL, &[])).expect("they are cut");
    for _ in 0..8 {
        assert_eq!(notes(&db).len(), 0);
    }
    db.submit_now(Lane::Normal, add("a")).expect("kept");
}

#[test]
fn a_database_that_compares_text_by_language_is_refused() {
    let Target::Postgres(url) = TestDatabase::postgres().target().clone() else {
        panic!("a server")
    };
    // The throw-away server's template compares by bytes; an encoding other than UTF-8 will do.
    let database = db::testing::TestCluster::shared().database_like("ENCODING 'SQL_ASCII'");
    let Err(fault) = Db::open(database.target(), Options::default()) else { panic!("{url}") };
    let said = fault.to_string();
    assert!(said.starts_with("the database's collation and encoding is C SQL_ASCII"), "{said}");
}

#[test]
fn a_file_that_really_is_full_fails_the_turn_and_keeps_the_earlier_ones() {
    static LIMIT: Stmt =
        Stmt { name: "note.limit", sql: "PRAGMA max_page_count = 12", rows: Rows::Any };
    static LIFT: Stmt =
        Stmt { name: "note.lift", sql: "PRAGMA max_page_count = 100000", rows: Rows::Any };
    let database = TestDatabase::sqlite();
    let db = open(&database);
    db.submit_now(Lane::Normal, add("kept")).expect("kept");
    db.submit_now(Lane::Normal, |conn| conn.query(&LIMIT, &[])).expect("limited");
    let long = |conn: &mut Conn| conn.execute(&ADD, &["x".repeat(100_000).into()]);
    let answers = in_one_turn(&db, vec![normal(add("a")), normal(long), normal(add("b"))]);
    assert!(matches!(answers[1], Err(CommitError::Fault(Fault::DiskFull { .. }))), "{answers:?}");
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert_eq!(db.health().failed_in_a_row, 0, "the others were committed");
    let alone = db.submit_now(Lane::Normal, long);
    assert!(matches!(alone, Err(CommitError::Fault(Fault::DiskFull { .. }))));
    assert_eq!(db.health().failed_in_a_row, 1);
    db.submit_now(Lane::Normal, |conn| conn.query(&LIFT, &[])).expect("lifted");
    db.submit_now(Lane::Normal, long).expect("kept");
    assert_eq!(notes(&db).len(), 4);
}

#[test]
fn a_job_that_spoils_the_commit_is_answered_alone() {
    const FAMILY: Migration = Migration {
        number: 2,
        name: "family",
        sql: "CREATE TABLE child (parent TEXT NOT NULL
              REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)",
    };
    static ORPHAN: Stmt = Stmt {
        name: "child.add",
        sql: "INSERT INTO child (parent) VALUES ('nobody')",
        rows: Rows::Exactly(1),
    };
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        let db = open(&database);
        db.migrate(&[NOTES, FAMILY]).expect("applies");
        let orphan = |conn: &mut Conn| conn.execute(&ORPHAN, &[]);
        let answers = in_one_turn(&db, vec![normal(add("a")), normal(orphan), normal(add("b"))]);
        assert!(matches!(answers[1], Err(CommitError::Fault(Fault::Statement { .. }))));
        assert_eq!(notes(&db), ["a", "b"]);
    }
}

#[test]
fn inline_faults_are_the_same_ones() {
    let db = Db::open(&Target::Memory, Options { mode: Mode::Inline, ..Options::node("sim") });
    let db = db.expect("opens");
    db.migrate(&[NOTES]).expect("applies");
    db.inject(Faults { lose_commit: 1, lose_answer: 1, ..Faults::default() });
    db.submit_now(Lane::Normal, add("a")).expect("kept");
    db.inject(Faults { full_disk: 1, ..Faults::default() });
    assert!(db.submit_now(Lane::Normal, add("b")).is_err());
    db.inject(Faults { crash_after_commit: 1, ..Faults::default() });
    assert!(matches!(db.submit_now(Lane::Normal, add("c")), Err(CommitError::Unknown)));
    db.inject(Faults { refuse_turns: 100, ..Faults::default() });
    assert!(matches!(db.submit_now(Lane::Normal, add("d")), Err(CommitError::Fault(_))));
    db.inject(Faults::default());
    assert_eq!(notes(&db), ["a", "c"]);
}
