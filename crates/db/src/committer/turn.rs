//! One turn after another: jobs decided each on the state left by the ones before, one commit.
//!
//! A job that is refused, conflicts, faults or panics is rolled back alone. A turn whose commit
//! failed is run again; one whose answer was lost is first looked for.

use std::{
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    Shared,
    job::{End, Pending, Verdict},
    run::run_all,
};
use crate::{
    Conn, Fault, Mode, Target,
    fault::Cause,
    inject::{Faults, Ill},
    sqlite::Access,
    transaction::NotCommitted,
};

/// The most jobs in one turn.
pub const MAX_JOBS: usize = 512;
/// How many failed turns a job sees before it is answered with the fault: with the pauses between
/// them about four seconds, with a server that does not answer at all about forty.
pub const PATIENCE: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How many turns a mark in `node_turn` is kept at least.
const MARKS_KEPT: i64 = 1_000_000;

/// What runs turns: the connection that writes, and who it is.
pub(crate) struct Machine {
    pub(crate) conn: Option<Conn>,
    target: Target,
    mode: Mode,
    node: String,
    /// This process's name in `node_turn`: the node's, and the number of its first turn.
    owner: Option<String>,
    shared: Arc<Shared>,
}

/// Why a turn ended without its answers.
pub(super) enum Setback {
    /// Run it again at once: a job was settled or may try again.
    Again,
    /// Run it again with a savepoint before each job: one that wrote is not to be kept.
    Careful,
    /// The database failed: wait, then run it again.
    Down(Fault),
    /// The engine refuses this very commit: one of the jobs is to blame.
    Spoiled(Fault),
    /// The commit's answer was lost: find out, then run it again or answer.
    Unknown(Fault, i64),
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Self {
        Self::Down(fault)
    }
}

impl Machine {
    pub(crate) fn new(
        conn: Conn,
        target: Target,
        options: &crate::Options,
        shared: Arc<Shared>,
    ) -> Self {
        let (mode, node) = (options.mode, options.node.clone());
        Self { conn: Some(conn), target, mode, node, owner: None, shared }
    }

    /// Runs jobs in one turn, however often it takes, and answers them all.
    pub(crate) fn serve(&mut self, mut jobs: Vec<Pending>) {
        let (mut failed, mut doubt, mut careful) = (0, None, false);
        loop {
            let fault = match self.attempt(&mut jobs, doubt, careful) {
                Ok(()) => return jobs.into_iter().for_each(Pending::conclude),
                Err(Setback::Again) => continue,
                Err(Setback::Careful) => {
                    careful = true;
                    continue;
                }
                Err(Setback::Spoiled(fault)) => return self.separate(jobs, &fault),
                Err(Setback::Down(fault)) => fault,
                Err(Setback::Unknown(fault, turn)) => {
                    doubt = Some(turn);
                    fault
                }
            };
            self.shared.failed(&fault);
            self.disconnect(&fault);
            jobs = tired(jobs, doubt.is_some(), &fault);
            self.shared.queue.tire(PATIENCE, &fault);
            failed += 1;
            if jobs.is_empty() {
                return;
            }
            if !self.pause(failed) {
                let end = if doubt.is_some() { End::Unknown } else { End::Stopped };
                return jobs.into_iter().for_each(|job| job.answer(end.clone()));
            }
        }
    }

    fn attempt(
        &mut self,
        jobs: &mut [Pending],
        doubt: Option<i64>,
        careful: bool,
    ) -> Result<(), Setback> {
        if self.faults().at_begin() {
            let source = Cause::new("refused by an injected fault");
            return Err(Fault::Open { source }.into());
        }
        let owner = self.owner()?;
        let shared = Arc::clone(&self.shared);
        let conn = self.conn()?;
        let turn = conn.begin_turn()?;
        if let Some(earlier) = doubt
            && conn.landed(&owner, earlier)?
        {
            conn.roll_back()?;
            shared.succeeded(earlier);
            return Ok(());
        }
        run_all(conn, jobs, careful)?;
        if !conn.wrote() {
            conn.roll_back()?;
            if let Some(fault) = full(jobs) {
                shared.failed(fault);
            }
            return Ok(());
        }
        match self.commit(&owner, turn, jobs) {
            Ok(()) => {
                shared.succeeded(turn);
                Ok(())
            }
            Err(NotCommitted::Unknown(fault)) => Err(Setback::Unknown(fault, turn)),
            Err(NotCommitted::Failed(fault @ Fault::Statement { .. })) => {
                Err(Setback::Spoiled(fault))
            }
            Err(NotCommitted::Failed(fault)) => Err(Setback::Down(fault)),
        }
    }

    /// Gives each job a turn of its own after a commit that the engine refused (a deferred check);
    /// the one that spoiled it is answered with the fault.
    fn separate(&mut self, mut jobs: Vec<Pending>, fault: &Fault) {
        self.disconnect(fault);
        if jobs.len() > 1 {
            return jobs.into_iter().for_each(|job| self.serve(vec![job]));
        }
        if let Some(job) = jobs.pop() {
            job.answer(End::Fault(fault.clone()));
        }
    }

    fn commit(&mut self, owner: &str, turn: i64, jobs: &mut [Pending]) -> Result<(), NotCommitted> {
        let ill = self.faults().at_commit();
        let conn = self.conn().map_err(NotCommitted::Failed)?;
        match ill {
            None => conn.commit_turn(owner, turn),
            Some(Ill::FullDisk) => {
                let source = Cause::new("full by an injected fault");
                Err(NotCommitted::Failed(Fault::DiskFull { source }))
            }
            Some(Ill::LoseCommit) => Err(NotCommitted::Unknown(conn.cut())),
            Some(Ill::LoseAnswer) => {
                conn.commit_turn(owner, turn)?;
                Err(NotCommitted::Unknown(conn.cut()))
            }
            Some(ill @ (Ill::CrashAfter | Ill::CrashBefore)) => {
                match ill {
                    Ill::CrashBefore => conn.roll_back().map_err(NotCommitted::Failed)?,
                    _ => conn.commit_turn(owner, turn)?,
                }
                jobs.iter_mut().for_each(|job| job.verdict = None);
                Ok(())
            }
        }
    }

    /// The connection, opened again where it was lost.
    fn conn(&mut self) -> Result<&mut Conn, Fault> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => Conn::open(&self.target, Access::Write)?,
        };
        Ok(self.conn.insert(conn))
    }

    /// This process's name in `node_turn`. The number of a committed turn is taken by no other
    /// process, so two of the same node's name do not mistake each other's turns for their own.
    fn owner(&mut self) -> Result<String, Fault> {
        if let Some(owner) = &self.owner {
            return Ok(owner.clone());
        }
        let node = self.node.clone();
        let conn = self.conn()?;
        let turn = conn.begin_turn()?;
        let owner = format!("{node}:{turn}");
        conn.prune_marks(turn - MARKS_KEPT)?;
        conn.commit_turn(&owner, turn).map_err(|error| match error {
            NotCommitted::Failed(fault) | NotCommitted::Unknown(fault) => fault,
        })?;
        self.owner = Some(owner.clone());
        Ok(owner)
    }

    /// Leaves a failed turn behind. A database in memory is gone with its connection, so that stays.
    fn disconnect(&mut self, fault: &Fault) {
        let Some(conn) = &mut self.conn else { return };
        let broken = matches!(fault, Fault::Lost { .. }) && !matches!(self.target, Target::Memory);
        if conn.roll_back().is_err() || broken && matches!(self.target, Target::Postgres(_)) {
            self.conn = None;
        }
    }

    /// Waits longer after each failure; not at all inline, where nothing else would happen.
    fn pause(&self, failed: u32) -> bool {
        match self.mode {
            Mode::Inline => true,
            Mode::Threads => {
                let pause = FIRST_PAUSE.saturating_mul(1 << failed.min(10));
                self.shared.queue.pause(pause.min(LONGEST_PAUSE))
            }
        }
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a statement found the disk full: then a turn that kept nothing counts as failed.
fn full(jobs: &[Pending]) -> Option<&Fault> {
    jobs.iter().find_map(|job| match &job.verdict {
        Some(Verdict::Fault(fault @ Fault::DiskFull { .. })) => Some(fault),
        _ => None,
    })
}

/// The jobs that still wait after one more failed turn; the others are answered.
fn tired(jobs: Vec<Pending>, in_doubt: bool, fault: &Fault) -> Vec<Pending> {
    let mut patient = Vec::new();
    for mut job in jobs {
        job.setbacks += 1;
        // A full disk does not empty within the pauses: say so at once, and page by other means.
        let hopeless = matches!(fault, Fault::DiskFull { .. }) || job.setbacks >= PATIENCE;
        match (hopeless, in_doubt) {
            (false, _) => patient.push(job),
            (true, true) => job.answer(End::Unknown),
            (true, false) => job.answer(End::Fault(fault.clone())),
        }
    }
    patient
}
