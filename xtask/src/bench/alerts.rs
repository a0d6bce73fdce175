//! How many alerts a second are taken in, by Alertmanager (in memory) and by us (durable).

use serde_json::Value;

use super::{
    Bench,
    server::{Database, OURS, PEER},
    table::{Table, median, ratio, whole},
    tools::{Load, figure},
};
use crate::Failure;

/// Alerts per request, and alerts per measurement.
const BATCHES: &[(u32, u32)] = &[(1, 20_000), (10, 100_000), (100, 200_000)];
/// Kinds of load: a name, and how many different alerts there are (0: all of them differ).
const KINDS: &[(&str, u32)] = &[("distinct", 0), ("repeated", 100)];
/// Connections.
const CLIENTS: u32 = 16;
/// Alerts sent before the measurement.
const WARM_UP: u32 = 1_000;

/// Measures every batch and kind, one server after the other.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let columns = [
        "alerts per second",
        "Alertmanager",
        "ours",
        "ratio",
        "CPU s per 100k, theirs",
        "ours",
        "p99 ms, theirs",
        "ours",
    ];
    let mut table = Table::new("Alerts in", &columns);
    for (batch, total) in BATCHES {
        for (kind, keys) in KINDS {
            let load = Shape { batch: *batch, total: *total, keys: *keys };
            let (theirs, ours) = pair(bench, &load)?;
            row(&mut table, &format!("{kind}, batch {batch}"), &theirs, &ours);
        }
    }
    let rounds = bench.rounds;
    Ok(table.done(&format!(
        "{CLIENTS} connections, median of {rounds}. Alertmanager keeps alerts in memory; \
         ours answers after the commit of alert and evidence."
    )))
}

struct Shape {
    batch: u32,
    total: u32,
    keys: u32,
}

/// The rounds of both servers, alternating, so that both meet the same machine.
fn pair(bench: &Bench, shape: &Shape) -> Result<(Vec<Value>, Vec<Value>), Failure> {
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        let peer = bench.alertmanager()?;
        theirs.push(measure(bench, shape, PEER, &[], peer.pid())?);
        drop(peer);
        let folder = bench.folder("alerts")?;
        let database = Database::Folder(&folder);
        let key = bench.ingest_key(&database)?;
        let server = bench.watchkeeper(&database)?;
        ours.push(measure(bench, shape, OURS, &[key], server.pid())?);
    }
    Ok((theirs, ours))
}

fn measure(
    bench: &Bench,
    shape: &Shape,
    at: &str,
    headers: &[String],
    pid: u32,
) -> Result<Value, Failure> {
    let Shape { batch, total, keys } = *shape;
    let url = format!("http://{at}/api/v2/alerts");
    let load = Load { url: &url, headers, batch, total, keys, clients: CLIENTS, pid, more: &[] };
    bench.tools.post(&Load { total: WARM_UP, keys: 100, ..load })?;
    bench.tools.post(&load)
}

fn row(table: &mut Table, name: &str, theirs: &[Value], ours: &[Value]) {
    let of = |rounds: &[Value], name: &str| {
        median(rounds.iter().map(|round| figure(round, name)).collect())
    };
    let (their_rate, our_rate) = (of(theirs, "items_per_s"), of(ours, "items_per_s"));
    let cpu = |rounds| format!("{:.2}", of(rounds, "srv_cpu_s_per_100k"));
    let slow = |rounds| format!("{:.1}", of(rounds, "p99_us") / 1000.0);
    table.row(&[
        &name,
        &whole(their_rate),
        &whole(our_rate),
        &ratio(our_rate, their_rate),
        &cpu(theirs),
        &cpu(ours),
        &slow(theirs),
        &slow(ours),
    ]);
}
