//! Calls the reconcilers: after every commit of this process, and at the latest after a quarter of a
//! second, for clocks and for what other nodes committed. On a thread of its own, so that busy
//! requests do not delay a page.

use std::{io, thread::JoinHandle, time::Duration};

use app::App;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

/// The longest time between two ticks.
const AT_LATEST: Duration = Duration::from_millis(250);
/// The shortest: a burst of commits is one tick.
const AT_MOST_EVERY: Duration = Duration::from_millis(20);
/// The shortest for webhooks: programs act on them, and a look costs one statement.
const WEBHOOKS_EVERY: Duration = Duration::from_millis(2);

/// The running ticker.
pub struct Ticker {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Ticker {
    /// Starts it.
    ///
    /// # Errors
    /// No thread or no runtime can be had.
    pub fn start(app: App) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let work = move || runtime.block_on(both(&app, &stopped));
        let thread = std::thread::Builder::new().name("ticker".to_owned()).spawn(work)?;
        Ok(Self { stop, thread })
    }

    /// Ends it after the tick in hand.
    pub fn stop(self) {
        self.stop.send_replace(true);
        // A panic of the thread was printed where it happened.
        drop(self.thread.join());
    }
}

/// Clocks, pages and webhooks, side by side: a relay that hangs holds up no clock, a slow endpoint no
/// page.
async fn both(app: &App, stopped: &watch::Receiver<bool>) {
    let every = AT_MOST_EVERY;
    let clocks = again(app, every, stopped.clone(), async || app.keep_time().await.map(drop));
    let pages = again(app, every, stopped.clone(), async || app.send_pages().await.map(drop));
    let every = WEBHOOKS_EVERY;
    let webhooks = again(app, every, stopped.clone(), async || app.tell_webhooks().await.map(drop));
    tokio::join!(clocks, pages, webhooks);
}

async fn again(
    app: &App,
    at_most_every: Duration,
    mut stopped: watch::Receiver<bool>,
    due: impl AsyncFn() -> Result<(), app::Error>,
) {
    let mut committed = app.db().committed();
    let mut pace = interval(at_most_every);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble = Trouble::default();
    while !*stopped.borrow() {
        pace.tick().await;
        committed.mark_unchanged();
        trouble.note(due().await.err().map(|error| error.to_string()));
        tokio::select! {
            _ = timeout(AT_LATEST, committed.changed()) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// What went wrong in the newest tick: said when it changes, not four times a second.
#[derive(Default)]
struct Trouble(Option<String>);

impl Trouble {
    fn note(&mut self, now: Option<String>) {
        if self.0 == now {
            return;
        }
        match &now {
            Some(error) => tracing::error!(%error, "not everything that is due could be done"),
            None => tracing::info!("everything that is due is done again"),
        }
        self.0 = now;
    }
}
