//! Statements, values, rows, snapshots, migrations and backups: one suite on both engines.

use base::{Code, Digest, Id, Timestamp, id};
use db::{
    Batch, CommitError, Conn, Db, Fault, Lane, ManyStmt, Migration, Mode, Options, Rows, Stmt,
    Target, Value, WriteError, on_both_engines, testing::TestDatabase,
};

const THINGS: Migration = Migration {
    number: 1,
    name: "things",
    sql: "CREATE TABLE thing (
              id TEXT NOT NULL PRIMARY KEY,
              number BIGINT,
              amount DOUBLE PRECISION,
              word TEXT,
              bytes BYTEA
          );
          CREATE TABLE pair (a BIGINT NOT NULL PRIMARY KEY, b TEXT)",
};
const MORE: Migration =
    Migration { number: 2, name: "more", sql: "ALTER TABLE pair ADD COLUMN c BIGINT" };

static ADD: Stmt = Stmt {
    name: "thing.add",
    sql: "INSERT INTO thing (bytes, id, number, amount, word) VALUES ($5, $1, $2, $3, $4)",
    rows: Rows::Exactly(1),
};
static ALL: Stmt = Stmt {
    name: "thing.all",
    sql: "SELECT id, number, amount, word, bytes FROM thing ORDER BY id",
    rows: Rows::Any,
};
static COUNT: Stmt =
    Stmt { name: "thing.count", sql: "SELECT COUNT(*) FROM thing", rows: Rows::Exactly(1) };
static ONLY: Stmt = Stmt { name: "thing.only", sql: "SELECT id FROM thing", rows: Rows::AtMost(1) };
static RENAME: Stmt = Stmt {
    name: "thing.rename",
    sql: "UPDATE thing SET word = $1 WHERE word = $2 OR word = $1",
    rows: Rows::Exactly(1),
};
static BUMP: Stmt = Stmt {
    name: "thing.bump",
    sql: "UPDATE thing SET number = number + $2 WHERE id = $1 RETURNING number",
    rows: Rows::Exactly(1),
};
static PAIRS: ManyStmt = ManyStmt {
    name: "pair.add",
    insert: "INSERT INTO pair (a, b) VALUES",
    columns: 2,
    tail: "",
    rows: Rows::Exactly(1),
};
static PAIR_SUM: Stmt = Stmt {
    name: "pair.sum",
    sql: "SELECT COUNT(*), CAST(SUM(a) AS BIGINT) FROM pair",
    rows: Rows::Exactly(1),
};
static BROKEN: Stmt = Stmt { name: "broken", sql: "SELECT nothing FROM nowhere", rows: Rows::Any };
static UNCAST: Stmt =
    Stmt { name: "uncast", sql: "SELECT SUM(number) FROM thing", rows: Rows::Any };

fn open(database: &TestDatabase) -> Db {
    let db = database.open();
    db.migrate(&[THINGS, MORE]).expect("migrations apply");
    db
}

fn write<T: Send + 'static>(
    db: &Db,
    job: impl FnMut(&mut Conn) -> Result<T, WriteError> + Send + 'static,
) -> Result<T, CommitError<WriteError>> {
    db.submit_now(Lane::Normal, job)
}

fn thing(id: &str, number: i64, word: &str) -> Vec<Value> {
    vec![id.into(), number.into(), 0.5.into(), word.into(), Value::NullBlob]
}

fn count(db: &Db) -> i64 {
    db.read_now(|conn| conn.query_one(&COUNT, &[])?.int(0)).expect("a count")
}

on_both_engines! {
    fn every_kind_of_value_comes_back_as_it_went_in(database) {
        let db = open(&database);
        let id: Id<id::Incident> = Id::from_bytes([7; 16]);
        let digest = Digest([0xfe; 32]);
        let at = Timestamp::from_micros(1_764_036_248_000_001);
        write(&db, move |conn| {
            let code = Code::fixed("TRI-003");
            conn.execute(&ADD, &[id.into(), at.into(), 1.25.into(), code.into(), digest.into()])?;
            let none: Option<i64> = None;
            let (real, text, blob): (Option<f64>, Option<&str>, Option<Vec<u8>>) = Default::default();
            conn.execute(&ADD, &["z".into(), none.into(), real.into(), text.into(), blob.into()])
        })
        .expect("both are kept");
        let rows = db.read_now(|conn| conn.query(&ALL, &[])).expect("rows");
        assert_eq!(rows[0].id::<id::Incident>(0).expect("an id"), id);
        assert_eq!(rows[0].instant(1).expect("an instant"), at);
        assert!((rows[0].real(2).expect("a number") - 1.25).abs() < f64::EPSILON);
        assert_eq!(rows[0].code(3).expect("a code"), Code::fixed("TRI-003"));
        assert_eq!(rows[0].digest(4).expect("a digest"), digest);
        assert_eq!(rows[1].opt_instant(1).expect("NULL"), None);
        assert_eq!(rows[1].opt_real(2).expect("NULL"), None);
        assert_eq!(rows[1].opt_code(3).expect("NULL"), None);
        assert_eq!(rows[1].opt_digest(4).expect("NULL"), None);
    }

    fn bytes_that_look_like_numbers_stay_bytes(database) {
        let db = open(&database);
        write(&db, |conn| {
            for (id, bytes) in [("a", &b"42"[..]), ("b", b"1e3"), ("c", b""), ("d", b"\xff\x00")] {
                let mut args = thing(id, 1, "w");
                args[4] = bytes.into();
                conn.execute(&ADD, &args)?;
            }
            Ok(())
        })
        .expect("kept");
        let rows = db.read_now(|conn| conn.query(&ALL, &[])).expect("rows");
        let bytes: Vec<_> = rows.iter().map(|row| row.blob(4).expect("bytes")).collect();
        assert_eq!(bytes, [&b"42"[..], b"1e3", b"", b"\xff\x00"]);
    }

    fn text_orders_by_bytes_and_keeps_every_letter(database) {
        let db = open(&database);
        write(&db, |conn| {
            for id in ["b", "B", "ä", "a", "Z", "𝄞"] {
                conn.execute(&ADD, &thing(id, 1, "12"))?;
            }
            Ok(())
        })
        .expect("kept");
        let rows = db.read_now(|conn| conn.query(&ALL, &[])).expect("rows");
        let ids: Vec<_> = rows.iter().map(|row| row.text(0).expect("text")).collect();
        assert_eq!(ids, ["B", "Z", "a", "b", "ä", "𝄞"]);
        assert_eq!(rows[0].text(3).expect("text, not a number"), "12");
    }

    fn a_row_that_breaks_expectation_names_statement_and_column(database) {
        let db = open(&database);
        write(&db, |conn| conn.execute(&ADD, &thing("a", 5, "w"))).expect("kept");
        let row = db.read_now(|conn| conn.query_one(&ALL, &[])).expect("a row");
        let said = |fault: Fault| fault.to_string();
        assert_eq!(
            said(row.text(1).expect_err("a fault")),
            "thing.all: column 1 should be text, found an integer"
        );
        assert_eq!(
            said(row.flag(1).expect_err("a fault")),
            "thing.all: column 1 should be 0 or 1, found another number"
        );
        assert_eq!(
            said(row.blob(4).expect_err("a fault")),
            "thing.all: column 4 should be bytes, found NULL"
        );
        assert_eq!(
            said(row.int(9).expect_err("a fault")),
            "thing.all: column 9 should be there, found a shorter row"
        );
    }

    fn another_row_count_than_promised_is_a_conflict_and_leaves_no_trace(database) {
        let db = open(&database);
        write(&db, |conn| {
            conn.execute(&ADD, &thing("a", 1, "same"))?;
            conn.execute(&ADD, &thing("b", 1, "same"))
        })
        .expect("kept");
        for word in ["nobody", "same"] {
            let refused = write(&db, move |conn| {
                conn.execute(&ADD, &thing("c", 1, "other"))?;
                conn.execute(&RENAME, &["new".into(), word.into()])
            });
            assert!(matches!(refused, Err(CommitError::Conflict { stmt: "thing.rename" })));
        }
        assert_eq!(count(&db), 2);
        let two: Result<_, Fault> = db.read_now(|conn| conn.query(&ONLY, &[]));
        assert!(matches!(two, Err(Fault::Count { stmt: "thing.only", found: 2, .. })));
    }

    fn a_taken_key_is_a_conflict(database) {
        let db = open(&database);
        write(&db, |conn| conn.execute(&ADD, &thing("a", 1, "w"))).expect("kept");
        let again = write(&db, |conn| conn.execute(&ADD, &thing("a", 2, "w")));
        assert!(matches!(again, Err(CommitError::Conflict { stmt: "thing.add" })));
    }

    fn returning_answers_rows_and_is_committed(database) {
        let db = open(&database);
        write(&db, |conn| conn.execute(&ADD, &thing("a", 5, "w"))).expect("kept");
        let new = write(&db, |conn| {
            let row = conn.query_one(&BUMP, &["a".into(), 3.into()])?;
            Ok(row.int(0)?)
        });
        assert_eq!(new.expect("kept"), 8);
        let row = db.read_now(|conn| conn.query_one(&ALL, &[])).expect("a row");
        assert_eq!(row.int(1).expect("a number"), 8);
    }

    fn a_batch_is_kept_whole_or_not_at_all(database) {
        let db = open(&database);
        let batch = |last: &str| {
            let mut batch = Batch::new();
            for number in 0..300 {
                batch.push(&ADD, thing(&format!("{number:03}"), number, "w"));
            }
            batch.push(&ADD, thing(last, 1, "w"));
            batch
        };
        let refused = write(&db, move |conn| conn.run(&batch("007")));
        assert!(matches!(refused, Err(CommitError::Conflict { stmt: "thing.add" })));
        assert_eq!(count(&db), 0);
        write(&db, move |conn| conn.run(&batch("end"))).expect("kept");
        assert_eq!(count(&db), 301);
    }

    fn a_batch_sees_its_own_earlier_statements(database) {
        let db = open(&database);
        write(&db, |conn| {
            let mut batch = Batch::new();
            batch.push(&ADD, thing("a", 1, "first"));
            batch.push(&RENAME, ["second".into(), "first".into()]);
            batch.push(&RENAME, ["third".into(), "second".into()]);
            conn.run(&batch)
        })
        .expect("kept");
        let row = db.read_now(|conn| conn.query_one(&ALL, &[])).expect("a row");
        assert_eq!(row.text(3).expect("text"), "third");
    }

    fn many_rows_go_in_as_few_statements(database) {
        let db = open(&database);
        let touched = write(&db, |conn| {
            let rows: Vec<Vec<Value>> = (0..1000_i64)
                .map(|a| vec![a.into(), Some(a.to_string()).filter(|_| a % 2 == 0).into()])
                .collect();
            conn.insert_many(&PAIRS, &rows)
        });
        assert_eq!(touched.expect("kept"), 1000);
        let row = db.read_now(|conn| conn.query_one(&PAIR_SUM, &[])).expect("sums");
        assert_eq!((row.int(0).expect("a count"), row.int(1).expect("a sum")), (1000, 499_500));
        let short = write(&db, |conn| conn.insert_many(&PAIRS, &[vec![1.into()]]));
        assert!(matches!(short, Err(CommitError::Refused(WriteError::Fault(_)))));
    }

    fn parameters_must_be_as_many_as_the_text_has(database) {
        let db = open(&database);
        for args in [vec![], vec![Value::Int(1); 6]] {
            let refused = write(&db, move |conn| conn.execute(&ADD, &args));
            assert!(matches!(refused, Err(CommitError::Fault(Fault::Parameter { .. }))));
        }
    }

    fn text_with_nul_is_refused_before_it_reaches_the_engine(database) {
        let db = open(&database);
        let refused = write(&db, |conn| conn.execute(&ADD, &thing("a\0b", 1, "w")));
        let Err(CommitError::Fault(fault)) = refused else { panic!("{refused:?}") };
        assert_eq!(fault.to_string(), "thing.add: parameter $1 holds a NUL character");
    }

    fn a_snapshot_does_not_see_what_is_committed_meanwhile(database) {
        let db = open(&database);
        let writer = db.clone();
        let seen = db.read_now(move |conn| {
            let before = conn.query_one(&COUNT, &[])?.int(0)?;
            write(&writer, |conn| conn.execute(&ADD, &thing("a", 1, "w"))).expect("kept");
            let after = conn.query_one(&COUNT, &[])?.int(0)?;
            Ok::<_, Fault>((before, after))
        });
        assert_eq!(seen.expect("two counts"), (0, 0));
        assert_eq!(count(&db), 1);
    }

    fn a_read_cannot_write(database) {
        let db = open(&database);
        let written = db.read_now(|conn| match conn.execute(&ADD, &thing("a", 1, "w")) {
            Err(WriteError::Fault(fault)) => Err(fault),
            _ => Ok(()),
        });
        assert!(matches!(written, Err(Fault::Statement { stmt: "thing.add", .. })));
    }

    fn a_panic_in_a_read_is_its_own(database) {
        let db = open(&database);
        let panicked: Result<(), Fault> = db.read_now(|_| panic!("on purpose"));
        assert!(matches!(panicked, Err(Fault::Panicked { message }) if message == "on purpose"));
        for _ in 0..8 {
            assert_eq!(count(&db), 0);
        }
    }

    fn migrations_apply_once_and_in_order(database) {
        let db = database.open();
        assert_eq!(db.migrate(&[THINGS]).expect("applies"), [1]);
        assert_eq!(db.migrate(&[THINGS, MORE]).expect("applies"), [2]);
        assert_eq!(db.migrate(&[THINGS, MORE]).expect("nothing to do"), Vec::<i64>::new());
    }

    fn a_changed_migration_and_one_from_the_future_are_refused(database) {
        let db = open(&database);
        let changed = Migration { sql: "SELECT 1", ..THINGS };
        let said = |result: Result<Vec<i64>, Fault>| result.expect_err("a refusal").to_string();
        assert_eq!(
            said(db.migrate(&[changed, MORE])),
            "migration 1: things was applied with another text than this program has"
        );
        assert_eq!(
            said(db.migrate(&[THINGS])),
            "migration 2: more was applied by a newer program; start that one"
        );
    }

    fn a_failed_migration_leaves_no_trace(database) {
        let db = open(&database);
        let sql = "CREATE TABLE third (a BIGINT); INSERT INTO nowhere (a) VALUES (1)";
        let bad = Migration { number: 3, name: "bad", sql };
        assert!(matches!(db.migrate(&[THINGS, MORE, bad]), Err(Fault::Migration { number: 3, .. })));
        let good = Migration { number: 3, name: "good", sql: "CREATE TABLE third (a BIGINT)" };
        assert_eq!(db.migrate(&[THINGS, MORE, good]).expect("applies"), [3]);
    }

    fn two_processes_that_migrate_at_once_apply_each_step_once(database) {
        let (one, two) = (database.open_as("one"), database.open_as("two"));
        let applied = std::thread::scope(|scope| {
            let (one, two) = (&one, &two);
            let both = [one, two].map(|db| scope.spawn(|| db.migrate(&[THINGS, MORE])));
            both.map(|thread| thread.join().expect("no panic").expect("applies"))
        });
        let mut numbers = applied.concat();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2]);
    }

    fn unsound_statements_are_found_before_they_run(database) {
        let db = open(&database);
        let sound = db.check_all(&[&ADD, &ALL, &COUNT, &RENAME, &BUMP, &PAIR_SUM]).expect("checked");
        assert!(sound.is_empty(), "{sound:?}");
        assert!(db.check_many(&[&PAIRS]).expect("checked").is_empty());
        let names: Vec<_> =
            db.check_all(&[&BROKEN, &UNCAST]).expect("checked").iter().map(|u| u.stmt).collect();
        let expected: &[&str] = if database.is_sqlite() { &["broken"] } else { &["broken", "uncast"] };
        assert_eq!(names, expected);
        assert_eq!(db::lint(UNCAST.sql).len(), 1);
    }
}

#[test]
fn a_backup_holds_what_was_committed_and_restores() {
    let database = TestDatabase::sqlite();
    let db = open(&database);
    write(&db, |conn| conn.execute(&ADD, &thing("a", 1, "w"))).expect("kept");
    let Target::Sqlite(path) = database.target() else { panic!("a file") };
    let copy = path.with_file_name("copy.db");
    db.backup(&copy).expect("backup");
    write(&db, |conn| conn.execute(&ADD, &thing("b", 1, "w"))).expect("kept");
    let restored = Db::open(&Target::Sqlite(copy), Options::node("restored")).expect("opens");
    assert_eq!(count(&restored), 1);
    write(&restored, |conn| conn.execute(&ADD, &thing("c", 1, "w"))).expect("it goes on");
    assert_eq!((count(&restored), count(&db)), (2, 2));
}

#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::sqlite();
    let db = open(&database);
    write(&db, |conn| conn.execute(&ADD, &thing("a", 1, "w"))).expect("kept");
    let Target::Sqlite(path) = database.target() else { panic!("a file") };
    for file in [path.clone(), path.with_extension("db-wal"), path.with_extension("db-shm")] {
        let mode = file.metadata().expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
}

#[test]
fn inline_mode_runs_on_the_calling_thread() {
    let db = Db::open(&Target::Memory, Options { mode: Mode::Inline, ..Options::node("sim") });
    let db = db.expect("opens");
    db.migrate(&[THINGS, MORE]).expect("applies");
    let here = std::thread::current().id();
    write(&db, move |conn| {
        assert_eq!(std::thread::current().id(), here);
        conn.execute(&ADD, &thing("a", 1, "w"))
    })
    .expect("kept");
    assert_eq!(count(&db), 1);
}

#[test]
fn addresses_are_understood_and_never_shown_with_their_password() {
    let parse = |text: &str| text.parse::<Target>().map(|target| format!("{target:?}"));
    assert_eq!(parse("sqlite::memory:").expect("memory"), "sqlite::memory:");
    assert_eq!(parse("sqlite:/var/a.db").expect("a file"), "sqlite:/var/a.db");
    assert_eq!(parse("postgres://a:secret@b/c").expect("a server"), "postgres://…");
    for wrong in ["", "sqlite:", "mysql://a"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
