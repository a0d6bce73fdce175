//! Serving until a signal, then in order: no new connections, requests in hand are finished, within a
//! limit.

use std::{io, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

use crate::{logging::LogFile, outcome::Cannot};

/// How long requests in hand may take after a signal. Live streams never end by themselves.
const GRACE: Duration = Duration::from_secs(10);

/// The signals that stop a server.
pub struct Asked {
    terminate: Signal,
    interrupt: Signal,
}

/// Listens for the signals from here on.
///
/// # Errors
/// The system does not deliver them.
pub fn asked() -> Result<Asked, Cannot> {
    let on = |kind| signal(kind).map_err(Cannot::system("signals"));
    Ok(Asked { terminate: on(SignalKind::terminate())?, interrupt: on(SignalKind::interrupt())? })
}

/// Opens the log file again whenever SIGHUP comes; without a file the signal is taken and ignored,
/// so that a rotation of something else does not end the server.
///
/// # Errors
/// The system does not deliver the signal.
pub fn reopen_on_hangup(log: Option<LogFile>) -> Result<(), Cannot> {
    let mut hangup = signal(SignalKind::hangup()).map_err(Cannot::system("signals"))?;
    drop(tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match log.as_ref().map(LogFile::reopen) {
                Some(Ok(())) => tracing::info!("the log file was opened again"),
                Some(Err(error)) => tracing::error!(%error, "the log file cannot be opened again"),
                None => {}
            }
        }
    }));
    Ok(())
}

impl Asked {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until a signal, and at most [`GRACE`] longer; a second signal ends it at once.
///
/// # Errors
/// The listener failed.
pub async fn serve(listener: TcpListener, router: Router, mut asked: Asked) -> Result<(), Cannot> {
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(async move { drop(stopped.await) })
        .into_future();
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = asked.next() => {
            tracing::info!("asked to stop; finishing the requests in hand");
            drop(stop);
            finish(serving, asked).await
        }
    };
    ended.map_err(Cannot::system("serving"))
}

async fn finish(serving: impl Future<Output = io::Result<()>>, mut asked: Asked) -> io::Result<()> {
    tokio::select! {
        ended = tokio::time::timeout(GRACE, serving) => ended.unwrap_or_else(|_| {
            tracing::warn!("requests in hand took longer than 10 seconds and were cut off");
            Ok(())
        }),
        () = asked.next() => {
            tracing::warn!("asked again; the requests in hand were cut off");
            Ok(())
        }
    }
}
