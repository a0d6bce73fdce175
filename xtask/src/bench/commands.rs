//! How many commands of a person are recorded a second, beside what the engine's own commit costs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    Bench,
    server::{Database, OURS},
    table::{Table, median, whole},
    tools::{Load, checked, figure},
};
use crate::Failure;

/// The command that is measured: a person declares an incident.
const PATH: &str = "/api/v1/incidents";
/// Its body.
const BODY: &str =
    r#"{"title":"bench {{seq}}","description":"synthetic incident {{run}} {{seq}}"}"#;
/// The role that may give it.
const ROLE: &str = "commander";
/// People at once, and commands per measurement.
const CLIENTS: &[(u32, u32)] = &[(1, 2_000), (16, 16_000), (64, 20_000)];
/// The table that `pg_one_insert.sql` of the tools inserts into.
const PG_TABLE: &str = "CREATE TABLE IF NOT EXISTS ev1(id BIGSERIAL PRIMARY KEY, ts BIGINT, \
    incident BIGINT, kind BIGINT, actor BIGINT, hash BYTEA, body TEXT)";

/// Measures both engines.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let columns = [
        "commands per second",
        "1 client",
        "16 clients",
        "64 clients",
        "p50 ms at 1",
        "p99 ms at 64",
        "the engine's own commit, p50 ms",
    ];
    let mut table = Table::new("Commands", &columns);
    let folder = bench.folder("sqlite")?;
    let floor = figure(&bench.tools.sqlite_floor(&bench.scratch)?, "p50_us");
    engine(bench, &mut table, "SQLite, FULL", &Database::Folder(&folder), floor)?;

    let cluster = Cluster::start(bench)?;
    let folder = bench.folder("postgres-keys")?;
    let floor = cluster.commit_us(bench)?;
    engine(bench, &mut table, "PostgreSQL", &Database::Url(&cluster.url, &folder), floor)?;
    Ok(table.done(&format!(
        "`POST {PATH}`: authenticated, decided, committed with its evidence, then answered. \
         The engine's own commit is one inserted row by one client."
    )))
}

fn engine(
    bench: &Bench,
    table: &mut Table,
    name: &str,
    database: &Database,
    floor_us: f64,
) -> Result<(), Failure> {
    // A door in brings the legal entity that incidents belong to.
    bench.ingest_key(database)?;
    let headers = [bench.token(database, ROLE)?];
    let server = bench.watchkeeper(database)?;
    let mut measured = Vec::new();
    for (clients, total) in CLIENTS {
        measured.push(bench.tools.post(&Load {
            url: &format!("http://{OURS}{PATH}"),
            headers: &headers,
            batch: 1,
            total: *total,
            keys: 0,
            clients: *clients,
            pid: server.pid(),
            more: &["--item", BODY, "--wrap", "%s"],
        })?);
    }
    let rate = |at: usize| whole(figure(&measured[at], "items_per_s"));
    let ms = |at: usize, name: &str| format!("{:.2}", figure(&measured[at], name) / 1000.0);
    let floor = format!("{:.2}", floor_us / 1000.0);
    let (half, most) = (ms(0, "p50_us"), ms(2, "p99_us"));
    table.row(&[&name, &rate(0), &rate(1), &rate(2), &half, &most, &floor]);
    Ok(())
}

/// A PostgreSQL of our own, durable, on loopback; ends when dropped.
pub(super) struct Cluster {
    script: PathBuf,
    folder: PathBuf,
    pub(super) url: String,
}

impl Cluster {
    pub(super) fn start(bench: &Bench) -> Result<Self, Failure> {
        let script = bench.root.join("scripts/postgres.sh");
        let folder = bench.scratch.join("postgres");
        let output = checked(Command::new(&script).arg("start").arg(&folder).arg("--durable"))?;
        let url = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Self { script, folder, url })
    }

    /// The median of one durable insert by one client, in microseconds.
    pub(super) fn commit_us(&self, bench: &Bench) -> Result<f64, Failure> {
        checked(Command::new("psql").args([&self.url, "-qc", PG_TABLE]))?;
        let prefix = bench.scratch.join("pgbench");
        let script = bench.tools.home.join("pg_one_insert.sql");
        checked(
            Command::new("pgbench")
                .args(["-n", "-M", "prepared", "-c", "1", "-T", "3", "-l"])
                .arg(format!("--log-prefix={}", prefix.display()))
                .arg(format!("--file={}", script.display()))
                .arg(&self.url),
        )?;
        Ok(median(latencies(&bench.scratch)?))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Command::new(&self.script).arg("stop").arg(&self.folder).output();
    }
}

/// The third column of pgbench's logs.
fn latencies(folder: &Path) -> Result<Vec<f64>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("pgbench.") {
            let text = fs::read_to_string(entry.path())?;
            let third = text.lines().filter_map(|line| line.split(' ').nth(2));
            found.extend(third.filter_map(|value| value.parse::<f64>().ok()));
        }
    }
    Ok(found)
}
