//! Running the jobs of one turn: each judged by what it says and by what happened on the connection,
//! each that failed rolled back alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    job::{Pending, Ran, Verdict, Work},
    turn::Setback,
};
use crate::{Conn, Fault, fault::Cause};

/// How often a job is run again after a conflict.
pub const MAX_RETRIES: u32 = 2;

const SAVE: &str = "SAVEPOINT job";
const KEEP: &str = "RELEASE SAVEPOINT job; SAVEPOINT job";
const UNDO: &str = "ROLLBACK TO SAVEPOINT job";

/// Runs the jobs in their order. A lone one needs no savepoint: its turn is rolled back.
///
/// Several are tried without savepoints first, since nearly every job is kept; where one wrote and is
/// not to be kept, `Setback::Careful` asks for the same turn with a savepoint before each.
pub(super) fn run_all(conn: &mut Conn, jobs: &mut [Pending], careful: bool) -> Result<(), Setback> {
    let mut open: Vec<_> = jobs.iter_mut().filter(|job| !job.settled).collect();
    if let [job] = open.as_mut_slice() {
        return run_alone(conn, job);
    }
    if !careful {
        return open.into_iter().try_for_each(|job| run_lightly(conn, job));
    }
    if !open.is_empty() {
        conn.script(SAVE, "db.savepoint")?;
    }
    open.into_iter().try_for_each(|job| run_among(conn, job))
}

/// Runs a job without a savepoint: it is kept, or refused before it wrote anything.
fn run_lightly(conn: &mut Conn, job: &mut Pending) -> Result<(), Setback> {
    let before = conn.wrote();
    conn.set_wrote(false);
    let verdict = run_once(conn, job.work.as_mut());
    stands(conn, job, &verdict)?;
    let clean = matches!(verdict, Verdict::Refused) && !conn.wrote();
    if !clean && !matches!(verdict, Verdict::Kept) {
        // This run counts as one of its tries.
        job.retries += u32::from(matches!(verdict, Verdict::Conflict(_)));
        conn.roll_back()?;
        return Err(Setback::Careful);
    }
    conn.set_wrote(before || conn.wrote());
    job.verdict = Some(verdict);
    Ok(())
}

fn run_alone(conn: &mut Conn, job: &mut Pending) -> Result<(), Setback> {
    let verdict = run_once(conn, job.work.as_mut());
    stands(conn, job, &verdict)?;
    if !matches!(verdict, Verdict::Kept) {
        // Nothing to commit: the turn rolls back what it wrote.
        conn.set_wrote(false);
    }
    if matches!(verdict, Verdict::Conflict(_)) && job.retries < MAX_RETRIES {
        job.retries += 1;
        conn.roll_back()?;
        return Err(Setback::Again);
    }
    job.verdict = Some(verdict);
    Ok(())
}

/// Runs a job between savepoints. One stands before it, and one after it for the next.
fn run_among(conn: &mut Conn, job: &mut Pending) -> Result<(), Setback> {
    let before = conn.wrote();
    loop {
        conn.set_wrote(false);
        let verdict = run_once(conn, job.work.as_mut());
        stands(conn, job, &verdict)?;
        if matches!(verdict, Verdict::Kept) {
            // One that wrote nothing leaves the savepoint as good as new.
            if conn.wrote() {
                conn.script(KEEP, "db.savepoint")?;
            }
            conn.set_wrote(before || conn.wrote());
            job.verdict = Some(verdict);
            return Ok(());
        }
        conn.script(UNDO, "db.rollback_to")?;
        conn.set_wrote(before);
        if !matches!(verdict, Verdict::Conflict(_)) || job.retries >= MAX_RETRIES {
            job.verdict = Some(verdict);
            return Ok(());
        }
        job.retries += 1;
    }
}

/// Whether the turn can go on after a run: the connection is there and the transaction stands.
fn stands(conn: &Conn, job: &mut Pending, verdict: &Verdict) -> Result<(), Setback> {
    if let Verdict::Fault(fault @ Fault::Lost { .. }) = verdict {
        return Err(Setback::Down(fault.clone()));
    }
    if conn.in_transaction() {
        return Ok(());
    }
    // SQLite gave up the whole transaction: the others run again without this one.
    job.settled = true;
    let source = Cause::new("the engine gave up the transaction");
    job.verdict = Some(match verdict {
        Verdict::Kept | Verdict::Refused => {
            Verdict::Fault(Fault::Statement { stmt: "db.turn", source })
        }
        other => other.clone(),
    });
    Err(Setback::Again)
}

/// Runs a job and judges it by what it says and by what happened on the connection.
fn run_once(conn: &mut Conn, work: &mut dyn Work) -> Verdict {
    conn.forget();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let ran = work.run(conn);
        // What fails here is noted on the connection and judged below.
        if ran == Ran::Done { conn.flush().map_or(Ran::Refused, |()| Ran::Done) } else { ran }
    }));
    conn.held.clear();
    let note = conn.forget();
    match (ran, note.fault, note.conflict) {
        (_, Some(fault @ Fault::Lost { .. }), _) => Verdict::Fault(fault),
        (Err(panic), ..) => Verdict::Fault(panicked(panic.as_ref())),
        (Ok(_), Some(Fault::Contended { stmt }), _) | (Ok(Ran::Refused), _, Some(stmt)) => {
            Verdict::Conflict(stmt)
        }
        (Ok(_), Some(fault), _) => Verdict::Fault(fault),
        (Ok(Ran::Done), None, _) => Verdict::Kept,
        (Ok(Ran::Refused), None, None) => Verdict::Refused,
    }
}

pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Fault {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Fault::Panicked { message: text.unwrap_or_else(|| "without a message".to_owned()) }
}
