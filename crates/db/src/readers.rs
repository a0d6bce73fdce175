//! A few threads that read, each with a connection of its own.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use crate::{Cause, Conn, Fault, Target, sqlite::Access};

/// The most reads that wait; more are `Overloaded`.
pub const MAX_READS: usize = 1024;

/// A read without its types: it is given its connection inside a snapshot, or why there is none.
pub(crate) type Read = Box<dyn FnOnce(Result<&mut Conn, Fault>) + Send>;

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Read>,
    stopped: bool,
}

pub(crate) struct Readers {
    queue: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    pub(crate) fn spawn(target: &Target, count: usize) -> Result<Self, Fault> {
        let queue = Arc::new(Queue::default());
        let mut threads = Vec::new();
        for number in 0..count {
            let (target, queue) = (target.clone(), Arc::clone(&queue));
            let work = move || serve(&target, &queue);
            let thread = std::thread::Builder::new().name(format!("reader-{number}")).spawn(work);
            threads.push(thread.map_err(|e| Fault::Open { source: Cause::new(e) })?);
        }
        Ok(Self { queue, threads: Mutex::new(threads) })
    }

    pub(crate) fn push(&self, read: Read) {
        let mut state = self.queue.lock();
        let refused = match (state.stopped, state.waiting.len() >= MAX_READS) {
            (true, _) => Fault::Stopped,
            (false, true) => Fault::Overloaded,
            (false, false) => {
                state.waiting.push_back(read);
                drop(state);
                self.queue.more.notify_one();
                return;
            }
        };
        drop(state);
        read(Err(refused));
    }

    pub(crate) fn stop(&self) {
        let waiting = {
            let mut state = self.queue.lock();
            state.stopped = true;
            std::mem::take(&mut state.waiting)
        };
        self.queue.more.notify_all();
        waiting.into_iter().for_each(|read| read(Err(Fault::Stopped)));
    }

    pub(crate) fn join(&self) {
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A panic of a thread was printed where it happened.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Queue {
    fn take(&self) -> Option<Read> {
        let empty = |state: &mut State| !state.stopped && state.waiting.is_empty();
        let state = self.more.wait_while(self.lock(), empty);
        state.unwrap_or_else(PoisonError::into_inner).waiting.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(target: &Target, queue: &Queue) {
    let mut conn = None;
    while let Some(read) = queue.take() {
        match snapshot(target, conn.take()) {
            Err(fault) => {
                // The others would wait for the same: all learn it now.
                let waiting = std::mem::take(&mut queue.lock().waiting);
                read(Err(fault.clone()));
                waiting.into_iter().for_each(|read| read(Err(fault.clone())));
            }
            Ok(mut ready) => {
                read(Ok(&mut ready));
                conn = ready.roll_back().is_ok().then_some(ready);
            }
        }
    }
}

/// A connection inside a fresh snapshot. One that was lost while idle is opened again.
fn snapshot(target: &Target, conn: Option<Conn>) -> Result<Conn, Fault> {
    if let Some(mut conn) = conn
        && conn.begin_read().is_ok()
    {
        return Ok(conn);
    }
    let mut conn = Conn::open(target, Access::Read)?;
    conn.begin_read()?;
    Ok(conn)
}
