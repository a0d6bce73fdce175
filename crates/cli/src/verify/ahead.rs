//! Work on another thread, a bounded way ahead of whoever takes its results.

use std::{
    iter::FusedIterator,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use evidence::pack::Unreadable;

use super::failed;

/// How many results go over together.
const BATCH: usize = 256;
/// How many batches wait at most.
const AHEAD: usize = 8;

type Item<T> = Result<T, Unreadable>;

/// The results of a worker, in its order.
pub(super) struct Ahead<T> {
    path: String,
    /// `None` once the worker has said that there is no more.
    batches: Option<Receiver<Option<Vec<Item<T>>>>>,
    batch: std::vec::IntoIter<Item<T>>,
}

/// Starts `work`, which makes its iterator on the thread that runs it. A worker that breaks off is an
/// error among the results and never a shorter file.
pub(super) fn ahead<T, I>(path: &str, work: impl FnOnce() -> I + Send + 'static) -> Ahead<T>
where
    T: Send + 'static,
    I: Iterator<Item = Item<T>>,
{
    let (sender, batches) = sync_channel(AHEAD);
    let started = std::thread::Builder::new().spawn(move || send(work(), &sender));
    // Without a thread the sender is gone and the first result says so.
    drop(started);
    Ahead { path: path.to_owned(), batches: Some(batches), batch: Vec::new().into_iter() }
}

fn send<T>(mut items: impl Iterator<Item = Item<T>>, to: &SyncSender<Option<Vec<Item<T>>>>) {
    loop {
        let batch: Vec<_> = items.by_ref().take(BATCH).collect();
        let last = batch.len() < BATCH;
        // Nobody takes results any more: the check has ended.
        if to.send(Some(batch)).is_err() {
            return;
        }
        if last {
            drop(to.send(None));
            return;
        }
    }
}

impl<T> Iterator for Ahead<T> {
    type Item = Item<T>;

    fn next(&mut self) -> Option<Item<T>> {
        loop {
            if let Some(item) = self.batch.next() {
                return Some(item);
            }
            match self.batches.as_ref()?.recv() {
                Ok(Some(batch)) => self.batch = batch.into_iter(),
                Ok(None) => self.batches = None,
                Err(_) => {
                    self.batches = None;
                    return Some(Err(failed(&self.path, "reading it broke off")));
                }
            }
        }
    }
}

impl<T> FusedIterator for Ahead<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_end() {
        let all: Vec<_> = ahead("a", || (0..1000).map(Ok)).map(Result::unwrap).collect();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_worker_that_breaks_off_is_an_error_and_not_the_end() {
        let mut items = ahead("a", || (0..600).map(|n| if n < 300 { Ok(n) } else { panic!("x") }));
        assert_eq!(items.by_ref().take_while(Result::is_ok).count(), 256);
        assert!(items.next().is_none());
    }
}
