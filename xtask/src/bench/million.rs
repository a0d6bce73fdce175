//! A log of a million entries with as many open alerts: memory, one alert by label, a proof, a restart,
//! the export of the whole and a stranger's check of it.

use std::{path::Path, time::Duration};

use serde_json::Value;

use super::{
    Bench, clock,
    server::{Database, OURS, get, get_with},
    table::{Table, whole},
    tools::{Load, figure},
};
use crate::Failure;

/// How many entries the log shall have.
const ENTRIES: u32 = 1_000_000;
/// Alerts per call of the generator, which has a time limit of its own.
const STRIDE: u32 = 50_000;
/// The most calls, should an entry not appear for each alert.
const MAX_CALLS: u32 = 60;
/// How long the index of labels may take to follow.
const MAX_LAG: Duration = Duration::from_secs(300);
/// Questions asked one after another.
const QUESTIONS: u32 = 300;

/// Fills a log, looks at the server, exports it whole and verifies the pack.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let folder = bench.folder("million")?;
    let database = Database::Folder(&folder);
    let key = bench.ingest_key(&database)?;
    let token = bench.token(&database, "auditor")?;
    let server = bench.watchkeeper(&database)?;
    let entries = f64::from(fill(bench, &key, server.pid())?);
    let mut table = Table::new("A million entries", &["", "measured", "aim"]);
    let lag = wait_for_labels(&token)?;
    let mib = bench.tools.memory(server.pid())?;
    table.row(&[&"open alerts and entries", &whole(entries), &"1,000,000"]);
    table.row(&[&"resident memory, MiB", &whole(mib), &"400"]);
    table.row(&[&"index of labels caught up after, s", &format!("{lag:.1}"), &"–"]);
    let by_label = "/api/v2/alerts?filter=instance%3D%22host-4711%22";
    let label = ask(bench, &token, by_label, server.pid())?;
    table.row(&[&"one alert by label, p50 ms", &ms(&label, "p50_us"), &"5"]);
    let proof = ask(bench, &token, "/api/v1/evidence/4711/proof", server.pid())?;
    table.row(&[&"one inclusion proof from the server, p50 ms", &ms(&proof, "p50_us"), &"1"]);
    drop(server);
    let server = bench.watchkeeper(&database)?;
    table.row(&[&"start to ready, s", &format!("{:.2}", server.start.as_secs_f64()), &"1"]);
    drop(server);
    packs(bench, &database, &mut table, entries)?;
    Ok(table
        .done("One alert a request, 16 connections; the pack is verified offline from the zip."))
}

fn packs(
    bench: &Bench,
    database: &Database,
    table: &mut Table,
    entries: f64,
) -> Result<(), Failure> {
    let pack = bench.scratch.join("pack.zip");
    let name = pack.to_str().ok_or("the scratch folder's name is not text")?;
    let begin = clock::now();
    let range = ["--from", "2000-01-01T00:00:00Z", "--to", "2200-01-01T00:00:00Z"];
    bench.ask(database, &[&["export"], &range[..], &["-o", name]].concat())?;
    let exported = begin.elapsed().as_secs_f64();
    table.row(&[&"export, s", &format!("{exported:.2}"), &"–"]);
    let signer = bench.ask(database, &["admin", "key", "show"])?;
    let begin = clock::now();
    bench.verify(&pack, &signer)?;
    let verified = begin.elapsed().as_secs_f64();
    table.row(&[&"verify, s", &format!("{verified:.2}"), &"10"]);
    table.row(&[&"verify, entries per second", &whole(entries / verified), &"100,000"]);
    Ok(())
}

/// Posts alerts one by one until the signed log is long enough; answers its length.
fn fill(bench: &Bench, key: &str, pid: u32) -> Result<u32, Failure> {
    for call in 0..MAX_CALLS {
        let size = signed_size().unwrap_or_default();
        if size >= ENTRIES {
            return Ok(size);
        }
        eprintln!("bench: {size} of {ENTRIES} entries (call {call})");
        bench.tools.post(&Load {
            url: &format!("http://{OURS}/api/v2/alerts"),
            headers: &[key.to_owned()],
            batch: 1,
            total: STRIDE,
            keys: 0,
            clients: 16,
            pid,
            more: &["--first", &(call * STRIDE).to_string()],
        })?;
    }
    signed_size().ok_or_else(|| "the server shows no checkpoint".into())
}

/// The second line of a checkpoint is the number of entries under it.
fn signed_size() -> Option<u32> {
    let answer = get(OURS, "/log/checkpoint")?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    body.lines().nth(1)?.parse().ok()
}

/// Waits until the index has seen every entry; answers how many seconds that took.
fn wait_for_labels(token: &str) -> Result<f64, Failure> {
    let caught_up = || {
        let answer = get_with(OURS, "/api/v2/alerts?filter=instance%3D%22none%22", token);
        answer.is_some_and(|answer| answer.contains("watchkeeper-index-behind: 0\r\n"))
    };
    let took = clock::wait(MAX_LAG, caught_up);
    Ok(took.ok_or("the index of labels does not catch up")?.as_secs_f64())
}

fn ask(bench: &Bench, token: &str, path: &str, pid: u32) -> Result<Value, Failure> {
    bench.tools.get(&Load {
        url: &format!("http://{OURS}{path}"),
        headers: &[token.to_owned()],
        batch: 1,
        total: QUESTIONS,
        keys: 0,
        clients: 1,
        pid,
        more: &[],
    })
}

fn ms(measured: &Value, name: &str) -> String {
    format!("{:.2}", figure(measured, name) / 1000.0)
}

impl Bench {
    fn verify(&self, pack: &Path, signer: &str) -> Result<(), Failure> {
        let mut command = std::process::Command::new(&self.binary);
        command.arg("verify").arg(pack).args(["--origin-key", signer]);
        super::tools::checked(&mut command).map(drop)
    }
}
