//! The committer in good health: turns, lanes, refusals, retries, two nodes; on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod notes;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc,
};

use db::{CommitError, Conn, Fault, Lane, Rows, Stmt, WriteError, on_both_engines};

use notes::{ADD, REMOVE, add, conn_count, in_one_turn, normal, notes, open};

static MARKS: Stmt =
    Stmt { name: "note.marks", sql: "SELECT node FROM node_turn ORDER BY node", rows: Rows::Any };

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
