//! `notify`: one alert from a shell or a check, kept on disk until a server has taken it.
//!
//! What could not be handed over stays in the spool and goes first the next time. The key is never
//! kept; the spool belongs to one server.

mod nagios;
mod spool;

use std::path::PathBuf;

use base::Timestamp;
use connect::outbound::{
    guard::{Door, Guard},
    http::{Answer, HttpClient, NoAnswer},
};
use serde_json::json;

use crate::{
    clock,
    installation::block_on,
    outcome::{Cannot, Done, Outcome, note},
};
use spool::{Form, Spool};

/// What `notify` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The server: https://watchkeeper.bank.example
    #[arg(long, value_name = "URL", env = "WATCHKEEPER_SERVER")]
    server: String,
    /// The key of an integration: of the source alertmanager-api, with --nagios of the source nagios
    #[arg(long, env = "WATCHKEEPER_KEY", hide_env_values = true)]
    key: String,
    /// What is wrong; alerts of one title and the same labels are one alert
    #[arg(long, required_unless_present = "nagios", default_value = "")]
    title: String,
    /// The alert is what Nagios put into the environment (enable_environment_macros=1)
    #[arg(long, conflicts_with_all = ["title", "description", "label", "resolve"])]
    nagios: bool,
    /// More words about it
    #[arg(long, default_value = "")]
    description: String,
    /// critical, high, warning or info
    #[arg(long, default_value = "warning")]
    severity: String,
    /// A label, NAME=VALUE; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<(String, String)>,
    /// It is over
    #[arg(long)]
    resolve: bool,
    /// Where alerts wait for the server [default: ~/.watchkeeper/spool]
    #[arg(long, value_name = "DIR", env = "WATCHKEEPER_SPOOL")]
    spool: Option<PathBuf>,
}

/// What became of one alert.
enum Sent {
    /// The server has it.
    Taken,
    /// The server will never take it.
    Refused(u16),
    /// It may work later.
    Later(String),
}

/// Sends what waits, then this one.
pub fn run(args: &Args) -> Outcome {
    let (form, body) = match args.nagios {
        true => (Form::Nagios, nagios::body(|name| std::env::var(name).ok())?),
        false => (Form::Alert, body(args, clock::system())),
    };
    let spool = Spool::open(&folder(args)?, &args.server, form)?;
    // First to disk: a crash while sending loses nothing.
    spool.keep(clock::system(), &body)?;
    let http = client(&args.server)?;
    block_on(async {
        for alert in spool.waiting()? {
            match send(&http, args, form, spool.read(&alert)?).await {
                Sent::Taken => spool.forget(&alert)?,
                Sent::Refused(status) => {
                    spool.set_aside(&alert)?;
                    note(&format!("the server refused an alert ({status}); it is set aside"));
                    return Ok(Done::Undecided);
                }
                Sent::Later(why) => {
                    let waiting = spool.waiting()?.len();
                    note(&format!("not handed over: {why}; {waiting} wait for the next time"));
                    return Ok(Done::Undecided);
                }
            }
        }
        Ok(Done::Well)
    })
}

fn folder(args: &Args) -> Result<PathBuf, Cannot> {
    let home =
        || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".watchkeeper/spool"));
    let missing = || Cannot::input("--spool", "there is no home directory; name a folder");
    args.spool.clone().or_else(home).ok_or_else(missing)
}

fn label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a label is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// The alert as Alertmanager's clients send it.
fn body(args: &Args, now: Timestamp) -> Vec<u8> {
    let mut labels: serde_json::Map<_, _> =
        args.label.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    labels.insert("alertname".to_owned(), json!(args.title));
    labels.insert("severity".to_owned(), json!(args.severity));
    let mut alert = json!({
        "labels": labels,
        "annotations": { "summary": args.title, "description": args.description },
    });
    let instant = if args.resolve { "endsAt" } else { "startsAt" };
    alert[instant] = json!(now);
    json!([alert]).to_string().into_bytes()
}

/// A client for this one server; its host and port are the only door.
fn client(address: &str) -> Result<HttpClient, Cannot> {
    let wrong = || Cannot::input("--server", "not an address of the form https://host");
    let url = url::Url::parse(address).map_err(|_| wrong())?;
    let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or_else(wrong)?;
    let door: Door = format!("{host}:{port}").parse().map_err(|_| wrong())?;
    Ok(HttpClient::new(Guard::new([door])))
}

async fn send(http: &HttpClient, args: &Args, form: Form, body: Vec<u8>) -> Sent {
    let (server, key) = (args.server.trim_end_matches('/'), &args.key);
    let address = match form {
        Form::Alert => format!("{server}/api/v2/alerts"),
        Form::Nagios => format!("{server}/in/nagios/{key}"),
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("authorization", format!("Bearer {key}")),
    ];
    judged(http.post(&address, &headers, body).await)
}

/// A wrong key can be mended and the alert sent again; a body that cannot be read never can.
fn judged(answer: Result<Answer, NoAnswer>) -> Sent {
    match answer.map(|answer| answer.status) {
        Ok(200..=299) => Sent::Taken,
        Ok(status @ (400 | 413 | 422)) => Sent::Refused(status),
        Ok(status @ (401 | 403)) => Sent::Later(format!("the key is not valid ({status})")),
        Ok(status) => Sent::Later(format!("the server answered {status}")),
        Err(error) => Sent::Later(error.to_string()),
    }
}
