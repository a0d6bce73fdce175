//! From an alert to the signed webhook about it: the alert is recorded first, the webhook sent after.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use super::{
    Bench,
    client::Client,
    clock,
    server::{Database, OURS, PEER},
    table::Table,
    tools::{Load, figure},
};
use crate::Failure;

/// Where webhooks arrive, ours and Alertmanager's.
const HOOKS: &str = "127.0.0.1:19999";
/// Alerts before the measurement, and in it.
const ALERTS: (u32, u32) = (20, 500);
/// From one webhook to the next alert.
const GAP: Duration = Duration::from_millis(5);
/// How long a webhook may take before the measurement is given up.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// The longest head line that is read, in bytes.
const MAX_LINE: u64 = 8_192;

/// Measures both servers, one alert at a time.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let theirs = alertmanager(bench)?;
    let ours = watchkeeper(bench)?;
    let floor = figure(&bench.tools.sqlite_floor(&bench.scratch)?, "p50_us");
    let mut table = Table::new("Alert in, webhook out", &["", "p50 ms", "p99 ms", "in commits"]);
    for (name, [half, most]) in [("Alertmanager, in memory", theirs), ("ours, recorded", ours)] {
        let ms = |us: f64| format!("{:.2}", us / 1000.0);
        let commits = format!("{:.1} / {:.1}", half / floor, most / floor);
        table.row(&[&name, &ms(half), &ms(most), &commits]);
    }
    Ok(table.done(&format!(
        "{} alerts one after another, each {} ms after the webhook before it. A commit of the engine \
         alone takes {floor:.0} µs here; the aim is 4 of them at the median and 20 at p99.",
        ALERTS.1,
        GAP.as_millis()
    )))
}

/// The generator brings a receiver of its own, which looks for the alert's name in the webhook.
fn alertmanager(bench: &Bench) -> Result<[f64; 2], Failure> {
    let server = bench.alertmanager_with("am/notify.yml")?;
    let gap = GAP.as_millis().to_string();
    let load = Load {
        url: &format!("http://{PEER}/api/v2/alerts"),
        headers: &[],
        batch: 1,
        total: ALERTS.0,
        keys: 0,
        clients: 1,
        pid: server.pid(),
        more: &["--listen", HOOKS, "--gap-ms", &gap],
    };
    bench.tools.notify(&load)?;
    let measured = bench.tools.notify(&Load { total: ALERTS.1, ..load })?;
    Ok(["e2e_p50_us", "e2e_p99_us"].map(|name| figure(&measured, name)))
}

/// Our webhooks hold no word of an alert, so one alert is on its way at a time.
fn watchkeeper(bench: &Bench) -> Result<[f64; 2], Failure> {
    let folder = bench.folder("webhook")?;
    let database = Database::Folder(&folder);
    let key = bench.ingest_key(&database)?;
    let token = bench.token(&database, "administrator")?;
    let _server = bench.watchkeeper_with(&database, &["--allow-private", HOOKS])?;
    let arrived = receive()?;
    let hook =
        format!(r#"{{"name":"bench","url":"http://{HOOKS}/hook","types":["alerts_received"]}}"#);
    Client::connect(OURS, &token)?.must("POST", "/api/v1/webhooks", &hook)?;
    let mut sender = Client::connect(OURS, &key)?;
    let mut took = Vec::new();
    for number in 0..ALERTS.0 + ALERTS.1 {
        let alert = format!(r#"[{{"labels":{{"alertname":"bench","instance":"host-{number}"}}}}]"#);
        let begin = clock::now();
        sender.must("POST", "/api/v2/alerts", &alert)?;
        let at = arrived.recv_timeout(MAX_WAIT).map_err(|_| "no webhook arrives")?;
        took.push(at.saturating_duration_since(begin).as_secs_f64() * 1e6);
        clock::rest(GAP);
    }
    let mut took = took.split_off(ALERTS.0 as usize);
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    Ok([at(50), at(99)])
}

/// Takes webhooks on a thread of its own; says when each had arrived.
fn receive() -> Result<Receiver<Instant>, Failure> {
    let listener = TcpListener::bind(HOOKS)?;
    let (arrived, arrivals) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let arrived = arrived.clone();
            thread::spawn(move || serve(stream, &arrived));
        }
    });
    Ok(arrivals)
}

/// Answers every request of a connection; `None` when it ends.
fn serve(stream: TcpStream, arrived: &Sender<Instant>) -> Option<()> {
    let mut answers = stream.try_clone().ok()?;
    let mut requests = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if (&mut requests).take(MAX_LINE).read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        std::io::copy(&mut (&mut requests).take(length), &mut std::io::sink()).ok()?;
        arrived.send(clock::now()).ok()?;
        answers.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    }
}
