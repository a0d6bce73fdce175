//! `serve`: opens the installation, answers requests, ticks, and stops in good order.

mod kept_mail;
mod stopping;
mod ticker;

use std::sync::Arc;

use app::{App, Channels};
use connect::outbound::{
    AnyChannel,
    guard::Guard,
    http::HttpClient,
    mail::{MailChannel, SmtpConfig},
    webhook::WebhookChannel,
};
use tokio::net::TcpListener;

use crate::{
    installation,
    logging::{self, LogFile},
    outcome::{Cannot, Done, Outcome, say},
    settings::{Place, Serving, Settings, Ways},
};
use kept_mail::KeptMail;
pub use kept_mail::keeps_mail;
use ticker::Ticker;

/// What `serve` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    ways: Ways,
    #[command(flatten)]
    serving: Serving,
}

/// Serves until SIGTERM or SIGINT.
pub fn run(args: &Args) -> Outcome {
    let settings = Settings::read(&args.place, &args.ways, &args.serving)?;
    let file = settings.log_file.as_deref();
    let file = file.map(|path| LogFile::open(path).map_err(Cannot::file(path))).transpose()?;
    logging::begin(settings.log, &settings.log_level, file.as_ref())
        .map_err(|reason| Cannot::input("--log-level", reason))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Cannot::system("runtime"))?.block_on(serve(settings, file))
}

async fn serve(mut settings: Settings, log: Option<LogFile>) -> Outcome {
    // Asked for first, so that a signal during the start stops the server, too.
    let asked_to_stop = stopping::asked()?;
    stopping::reopen_on_hangup(log)?;
    let addresses = settings.listen_on()?;
    let _lock = installation::lock(&settings.data)?;
    let mail = KeptMail::when_wanted(&mut settings).await?;
    let channels = channels(settings.smtp.as_ref(), &settings)?;
    let listener = TcpListener::bind(addresses.as_slice()).await;
    let listener = listener.map_err(Cannot::system("the address to listen on"))?;
    let local = listener.local_addr().map_err(Cannot::system("the address to listen on"))?;
    let here = format!("http://{local}");
    let base_url = settings.base_url.clone().unwrap_or_else(|| here.clone());
    let app = installation::open(&settings, base_url, channels).await?;
    settings
        .leave_address(&app.options().base_url)
        .map_err(Cannot::file(settings.data.join("address")))?;
    greet(&app).await?;
    if let Some(mail) = &mail {
        tracing::info!(folder = %mail.folder().display(), "mail is kept as files and leaves nowhere");
    }
    let ticker = Ticker::start(app.clone()).map_err(Cannot::system("the ticker's thread"))?;
    let router = web::router(app.clone(), settings.web.clone());
    say(&format!("ready on {here}"))?;
    let served = stopping::serve(listener, router, asked_to_stop).await;
    ticker.stop();
    let db = app.db().clone();
    // Waits for the turn in hand; what was answered is on disk before the process ends.
    drop(tokio::task::spawn_blocking(move || db.close()).await);
    tracing::info!("stopped");
    served.map(|()| Done::Well)
}

/// Loads the sample organisation where wanted, and prints the links for those who cannot sign in yet.
async fn greet(app: &App) -> Result<(), Cannot> {
    if app.options().demo {
        app.load_demo().await?;
        let links = app.demo_links().await?;
        if let Some((first, _)) = links.first() {
            say(&format!("sign in by a one-time link; begin as {first}:"))?;
        }
        for (name, link) in &links {
            say(&format!("  {name}: {link}"))?;
        }
        return Ok(());
    }
    if let Some(link) = app.first_link().await? {
        say("nobody can sign in yet; this link makes the first account, once, within 72 hours:")?;
        say(&link)?;
    }
    Ok(())
}

/// The channels out. Without a relay there is no mail, and pages say so.
fn channels(smtp: Option<&SmtpConfig>, settings: &Settings) -> Result<Channels, Cannot> {
    let http = HttpClient::new(Guard::new(settings.doors.iter().cloned()));
    let mut all: Vec<AnyChannel> = vec![Arc::new(WebhookChannel::new(http.clone()))];
    match smtp {
        Some(relay) => all.push(Arc::new(MailChannel::new(relay)?)),
        None => tracing::warn!("no relay for mail is set (--smtp): nobody can be paged by mail"),
    }
    Ok(Channels::new(all).with_http(http))
}
