//! The committer: turns, lanes, refusals, retries, faults and lost answers, on both engines.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc,
};

use db::{
    CommitError, Conn, Db, Fault, Faults, Lane, Migration, Mode, Options, Rows, Stmt, Target,
    WriteError, on_both_engines, testing::TestDatabase,
};

const NOTES: Migration = Migration {
    number: 1,
    name: "notes",
    sql: "CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)",
};

static ADD: Stmt = Stmt {
    name: "note.add",
    sql: "INSERT INTO note (id, at) VALUES ($1, (SELECT COUNT(*) FROM note))",
    rows: Rows::Exactly(1),
};
static REMOVE: Stmt =
    Stmt { name: "note.remove", sql: "DELETE FROM note WHERE id = $1", rows: Rows::Exactly(1) };
static ALL: Stmt =
    Stmt { name: "note.all", sql: "SELECT id FROM note ORDER BY at, id", rows: Rows::Any };
static COUNT: Stmt =
    Stmt { name: "note.count", sql: "SELECT COUNT(*) FROM note", rows: Rows::Exactly(1) };
static MARKS: Stmt =
    Stmt { name: "note.marks", sql: "SELECT node FROM node_turn ORDER BY node", rows: Rows::Any };

fn open(database: &TestDatabase) -> Db {
    let db = database.open();
    db.migrate(&[NOTES]).expect("migrations apply");
    db
}

fn add(id: &'static str) -> impl FnMut(&mut Conn) -> Result<u64, WriteError> + Send + 'static {
    move |conn| conn.execute(&ADD, &[id.into()])
}

fn notes(db: &Db) -> Vec<String> {
    let rows = db.read_now(|conn| conn.query(&ALL, &[])).expect("rows");
    rows.iter().map(|row| row.text(0).expect("text").to_owned()).collect()
}

type Outcome = Result<u64, CommitError<WriteError>>;
type Job = Box<dyn FnMut(&mut Conn) -> Result<u64, WriteError> + Send>;

/// Holds the committer in a turn, lets all jobs queue up in the order given, then lets go: they
/// share the next turn.
fn in_one_turn(db: &Db, jobs: Vec<(Lane, Job)>) -> Vec<Outcome> {
    let (hold, held) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            db.submit_now(Lane::Urgent, move |_| {
                entered.send(()).expect("the test waits");
                held.recv().ok();
                Ok::<_, WriteError>(())
            })
        });
        inside.recv().expect("the committer is inside a turn");
        let threads: Vec<_> = jobs
            .into_iter()
            .enumerate()
            .map(|(at, (lane, job))| {
                let thread = scope.spawn(move || db.submit_now(lane, job));
                while db.health().waiting <= at {
                    std::thread::yield_now();
                }
                thread
            })
            .collect();
        drop(hold);
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn normal(job: impl FnMut(&mut Conn) -> Result<u64, WriteError> + Send + 'static) -> (Lane, Job) {
    (Lane::Normal, Box::new(job))
}

on_both_engines! {
    fn many_submits_share_few_commits(database) {
        let db = open(&database);
        db.submit_now(Lane::Normal, add("first")).expect("kept");
        let before = db.health().commits;
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let answers = in_one_turn(&db, names.map(|name| normal(add(name))).into());
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(db.health().commits - before, 1);
        assert_eq!(notes(&db).len(), 13);
    }

    fn a_refused_job_is_rolled_back_alone(database) {
        let db = open(&database);
        let answers = in_one_turn(&db, vec![
            normal(add("a")),
            normal(|conn| {
                conn.execute(&ADD, &["refused".into()])?;
                Err(WriteError::Fault(Fault::Stopped))
            }),
            normal(add("c")),
        ]);
        assert!(matches!(answers[1], Err(CommitError::Refused(WriteError::Fault(Fault::Stopped)))));
        assert_eq!(notes(&db), ["a", "c"]);
    }

    fn a_conflict_is_retried_and_then_answered_alone(database) {
        let db = open(&database);
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let answers = in_one_turn(&db, vec![
            normal(add("a")),
            normal(move |conn| {
                counted.fetch_add(1, Ordering::Relaxed);
                conn.execute(&ADD, &["trace".into()])?;
                conn.execute(&REMOVE, &["nobody".into()])
            }),
            normal(add("a")),
            normal(add("d")),
        ]);
        assert!(matches!(answers[1], Err(CommitError::Conflict { stmt: "note.remove" })));
        assert!(matches!(answers[2], Err(CommitError::Conflict { stmt: "note.add" })));
        assert_eq!(runs.load(Ordering::Relaxed), 3);
        assert_eq!(notes(&db), ["a", "d"]);
    }

    fn a_conflict_that_a_second_try_mends_is_kept(database) {
        let db = open(&database);
        for alone in [true, false] {
            let mut tries = 0;
            let (own, id) = if alone { ("x", "kept-1") } else { ("y", "kept-2") };
            let job = move |conn: &mut Conn| {
                tries += 1;
                if tries == 1 { conn.execute(&REMOVE, &["nobody".into()])?; }
                conn.execute(&ADD, &[id.into()])
            };
            let jobs = if alone { vec![normal(job)] } else { vec![normal(job), normal(add(own))] };
            assert!(in_one_turn(&db, jobs).iter().all(Result::is_ok));
        }
        assert_eq!(notes(&db), ["kept-1", "kept-2", "y"]);
    }

    fn a_conflict_that_the_job_dealt_with_is_none(database) {
        let db = open(&database);
        let kept = db.submit_now(Lane::Normal, |conn| {
            match conn.execute(&REMOVE, &["nobody".into()]) {
                Err(WriteError::Conflict { .. }) => conn.execute(&ADD, &["instead".into()]),
                other => other,
            }
        });
        assert!(kept.is_ok());
        assert_eq!(notes(&db), ["instead"]);
    }

    fn a_job_that_swallows_a_failed_statement_is_not_kept(database) {
        let db = open(&database);
        db.submit_now(Lane::Normal, add("a")).expect("kept");
        let swallow = |conn: &mut Conn| {
            conn.execute(&ADD, &["trace".into()])?;
            drop(conn.execute(&ADD, &["a".into()]));
            Ok(0)
        };
        let alone = db.submit_now(Lane::Normal, swallow);
        assert!(matches!(alone, Err(CommitError::Conflict { stmt: "note.add" })));
        let among = in_one_turn(&db, vec![normal(add("b")), normal(swallow), normal(add("c"))]);
        assert!(matches!(among[1], Err(CommitError::Conflict { stmt: "note.add" })));
        assert_eq!(notes(&db), ["a", "b", "c"]);
    }

    fn a_panic_is_answered_alone(database) {
        let db = open(&database);
        let answers = in_one_turn(&db, vec![
            normal(add("a")),
            normal(|conn| {
                conn.execute(&ADD, &["trace".into()])?;
                panic!("on purpose")
            }),
            normal(add("c")),
        ]);
        let Err(CommitError::Fault(Fault::Panicked { message })) = &answers[1] else {
            panic!("{answers:?}")
        };
        assert_eq!(message, "on purpose");
        assert_eq!(notes(&db), ["a", "c"]);
    }

    fn the_urgent_lane_goes_first(database) {
        let db = open(&database);
        let answers = in_one_turn(&db, vec![
            normal(add("normal-1")),
            normal(add("normal-2")),
            (Lane::Urgent, Box::new(add("urgent-1"))),
            (Lane::Urgent, Box::new(add("urgent-2"))),
        ]);
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(notes(&db), ["urgent-1", "urgent-2", "normal-1", "normal-2"]);
    }

    fn each_job_decides_on_the_state_the_earlier_ones_left(database) {
        let db = open(&database);
        let seen = |conn: &mut Conn| {
            let id = conn_count(conn)?.to_string();
            conn.execute(&ADD, &[id.into()])
        };
        let answers = in_one_turn(&db, vec![normal(seen), normal(seen), normal(seen)]);
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(notes(&db), ["0", "1", "2"]);
    }

    fn a_turn_that_only_reads_commits_nothing(database) {
        let db = open(&database);
        db.submit_now(Lane::Normal, add("a")).expect("kept");
        let mut committed = db.committed();
        committed.mark_unchanged();
        let before = db.health().commits;
        let read = db.submit_now(Lane::Normal, conn_count).expect("read");
        assert_eq!(read, 1);
        assert_eq!(db.health().commits, before);
        assert!(!committed.has_changed().expect("open"));
        db.submit_now(Lane::Normal, add("b")).expect("kept");
        assert!(committed.has_changed().expect("open"));
    }

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

    fn two_nodes_take_turns_on_one_database(database) {
        let (one, two) = (open(&database), database.open_as("two"));
        std::thread::scope(|scope| {
            for db in [&one, &two] {
                scope.spawn(move || for _ in 0..50 {
                    db.submit_now(Lane::Normal, |conn| {
                        let id = format!("{:03}", conn_count(conn)?);
                        conn.execute(&ADD, &[id.into()])
                    })
                    .expect("kept");
                });
            }
        });
        let expected: Vec<_> = (0..100).map(|n| format!("{n:03}")).collect();
        assert_eq!(notes(&one), expected);
        let marks = two.read_now(|conn| conn.query(&MARKS, &[])).expect("marks");
        let marks: Vec<_> = marks.iter().map(|row| row.text(0).expect("text")).collect();
        assert_eq!(marks.len(), 2);
        assert!(marks[0].starts_with("test:") && marks[1].starts_with("two:"), "{marks:?}");
    }

    fn a_closed_database_answers_stopped(database) {
        let db = open(&database);
        db.close();
        assert!(matches!(db.submit_now(Lane::Normal, add("a")), Err(CommitError::Stopped)));
        let read: Result<i64, Fault> = db.read_now(|_| Ok(1));
        assert!(matches!(read, Err(Fault::Stopped)));
    }

    fn more_jobs_than_may_wait_are_turned_away(database) {
        let db = open(&database);
        let (hold, held) = mpsc::channel::<()>();
        let (entered, inside) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        std::thread::scope(|scope| {
            scope.spawn(|| db.submit_now(Lane::Normal, move |_| {
                entered.send(()).expect("the test waits");
                held.recv().ok();
                Ok::<_, WriteError>(())
            }));
            inside.recv().expect("the committer is inside a turn");
            runtime.block_on(async {
                for _ in 0..db::committer::MAX_WAITING {
                    let waiting = tokio::spawn({
                        let db = db.clone();
                        async move { drop(db.submit(Lane::Normal, conn_count).await) }
                    });
                    tokio::task::yield_now().await;
                    drop(waiting);
                }
                let answer = db.submit(Lane::Normal, conn_count).await;
                assert!(matches!(answer, Err(CommitError::Overloaded)));
                drop(hold);
                let urgent = db.submit(Lane::Urgent, add("urgent")).await;
                assert!(urgent.is_ok());
            });
        });
    }
}

fn conn_count(conn: &mut Conn) -> Result<i64, WriteError> {
    Ok(conn.query_one(&COUNT, &[])?.int(0)?)
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
