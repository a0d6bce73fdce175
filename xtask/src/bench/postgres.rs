//! Alerts into PostgreSQL, where all of them meet one hot row: the log's head.

use super::{
    Bench,
    commands::Cluster,
    server::{Database, OURS},
    table::{Table, whole},
    tools::{Load, figure},
};
use crate::Failure;

/// Alerts per request, and alerts per measurement.
const BATCHES: &[(u32, u32)] = &[(1, 5_000), (10, 20_000), (100, 50_000)];

/// Measures each batch.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let cluster = Cluster::start(bench)?;
    let floor = cluster.commit_us(bench)? / 1000.0;
    let folder = bench.folder("postgres-alerts")?;
    let database = Database::Url(&cluster.url, &folder);
    let key = bench.ingest_key(&database)?;
    let server = bench.watchkeeper(&database)?;
    let columns = ["PostgreSQL, distinct alerts", "per second", "p50 ms", "p99 ms"];
    let mut table = Table::new("Alerts into PostgreSQL", &columns);
    for (batch, total) in BATCHES {
        let load = Load {
            url: &format!("http://{OURS}/api/v2/alerts"),
            headers: std::slice::from_ref(&key),
            batch: *batch,
            total: *total,
            keys: 0,
            clients: 16,
            pid: server.pid(),
            more: &[],
        };
        bench.tools.post(&Load { total: 500, keys: 100, ..load })?;
        let measured = bench.tools.post(&load)?;
        let ms = |name: &str| format!("{:.1}", figure(&measured, name) / 1000.0);
        let rate = whole(figure(&measured, "items_per_s"));
        table.row(&[&format!("batch {batch}"), &rate, &ms("p50_us"), &ms("p99_us")]);
    }
    Ok(table.done(&format!(
        "16 connections. The aim is 3,000 a second in batches of 100; one inserted row commits in \
         {floor:.2} ms here."
    )))
}
