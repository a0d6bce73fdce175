//! The two lanes in which jobs wait for the next turn.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::job::{End, Pending};
use crate::Fault;

/// Which jobs go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Paging and what leads to it.
    Urgent,
    /// Everything else.
    Normal,
}

/// The most jobs that wait in a lane; more are `Overloaded`.
pub const MAX_WAITING: usize = 4096;

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    more: Condvar,
    stop: Condvar,
}

#[derive(Default)]
struct State {
    urgent: VecDeque<Pending>,
    normal: VecDeque<Pending>,
    /// The committer waits: only then need it be woken.
    idle: bool,
    stopped: bool,
}

/// Why a job was not taken in.
pub(crate) enum Closed {
    Full,
    Stopped,
}

impl Queue {
    pub(crate) fn push(&self, lane: Lane, job: Pending) -> Result<(), Closed> {
        let mut state = self.lock();
        if state.stopped {
            return Err(Closed::Stopped);
        }
        let waiting = match lane {
            Lane::Urgent => &mut state.urgent,
            Lane::Normal => &mut state.normal,
        };
        if waiting.len() >= MAX_WAITING {
            return Err(Closed::Full);
        }
        waiting.push_back(job);
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        if idle {
            self.more.notify_one();
        }
        Ok(())
    }

    /// Waits for jobs and takes up to `limit`, the urgent first; `None` when stopped.
    pub(crate) fn take(&self, limit: usize) -> Option<Vec<Pending>> {
        let empty = |state: &mut State| {
            state.idle = !state.stopped && state.urgent.is_empty() && state.normal.is_empty();
            state.idle
        };
        let state = self.more.wait_while(self.lock(), empty);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return None;
        }
        let urgent = state.urgent.len().min(limit);
        let normal = state.normal.len().min(limit - urgent);
        let mut jobs: Vec<_> = state.urgent.drain(..urgent).collect();
        jobs.extend(state.normal.drain(..normal));
        Some(jobs)
    }

    pub(crate) fn len(&self) -> usize {
        let state = self.lock();
        state.urgent.len() + state.normal.len()
    }

    /// All that wait have seen one more failed turn; those that saw `patience` are answered.
    pub(crate) fn tire(&self, patience: u32, fault: &Fault) {
        let mut weary = Vec::new();
        {
            let mut state = self.lock();
            let State { urgent, normal, .. } = &mut *state;
            for lane in [urgent, normal] {
                for mut job in std::mem::take(lane) {
                    job.setbacks += 1;
                    if job.setbacks < patience { lane.push_back(job) } else { weary.push(job) }
                }
            }
        }
        weary.into_iter().for_each(|job| job.answer(End::Fault(fault.clone())));
    }

    /// Waits before the next try. Answers at once, with `false`, when stopped.
    pub(crate) fn pause(&self, pause: Duration) -> bool {
        let going = |state: &mut State| !state.stopped;
        let waited = self.stop.wait_timeout_while(self.lock(), pause, going);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    /// Takes no more jobs and answers those that wait.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.lock();
            state.stopped = true;
            let urgent = std::mem::take(&mut state.urgent);
            urgent.into_iter().chain(std::mem::take(&mut state.normal)).collect::<Vec<_>>()
        };
        self.more.notify_all();
        self.stop.notify_all();
        waiting.into_iter().for_each(|job| job.answer(End::Stopped));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
