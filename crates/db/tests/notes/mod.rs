//! A table of notes, and a way to put several jobs into one turn: what the committer's tests share.
#![allow(dead_code, missing_docs)] // each test program uses a part of it

use std::sync::mpsc;

use db::{CommitError, Conn, Db, Lane, Migration, Rows, Stmt, WriteError, testing::TestDatabase};

pub const NOTES: Migration = Migration {
    number: 1,
    name: "notes",
    sql: "CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)",
};

pub static ADD: Stmt = Stmt {
    name: "note.add",
    sql: "INSERT INTO note (id, at) VALUES ($1, (SELECT COUNT(*) FROM note))",
    rows: Rows::Exactly(1),
};
pub static REMOVE: Stmt =
    Stmt { name: "note.remove", sql: "DELETE FROM note WHERE id = $1", rows: Rows::Exactly(1) };
pub static ALL: Stmt =
    Stmt { name: "note.all", sql: "SELECT id FROM note ORDER BY at, id", rows: Rows::Any };
pub static COUNT: Stmt =
    Stmt { name: "note.count", sql: "SELECT COUNT(*) FROM note", rows: Rows::Exactly(1) };

pub fn open(database: &TestDatabase) -> Db {
    let db = database.open();
    db.migrate(&[NOTES]).expect("migrations apply");
    db
}

pub fn add(id: &'static str) -> impl FnMut(&mut Conn) -> Result<u64, WriteError> + Send + 'static {
    move |conn| conn.execute(&ADD, &[id.into()])
}

pub fn notes(db: &Db) -> Vec<String> {
    let rows = db.read_now(|conn| conn.query(&ALL, &[])).expect("rows");
    rows.iter().map(|row| row.text(0).expect("text").to_owned()).collect()
}

pub type Outcome = Result<u64, CommitError<WriteError>>;
pub type Job = Box<dyn FnMut(&mut Conn) -> Result<u64, WriteError> + Send>;

/// Holds the committer in a turn, lets all jobs queue up in the order given, then lets go: they
/// share the next turn.
pub fn in_one_turn(db: &Db, jobs: Vec<(Lane, Job)>) -> Vec<Outcome> {
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

pub fn normal(
    job: impl FnMut(&mut Conn) -> Result<u64, WriteError> + Send + 'static,
) -> (Lane, Job) {
    (Lane::Normal, Box::new(job))
}

pub fn conn_count(conn: &mut Conn) -> Result<i64, WriteError> {
    Ok(conn.query_one(&COUNT, &[])?.int(0)?)
}
