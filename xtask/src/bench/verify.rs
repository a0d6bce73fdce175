//! How long a stranger's check of a log of a million entries takes.

use super::{
    Bench, clock,
    server::{Database, OURS, get},
    table::{Table, whole},
    tools::Load,
};
use crate::Failure;

/// How many entries the log shall have.
const ENTRIES: u32 = 1_000_000;
/// Alerts per call of the generator, which has a time limit of its own.
const STRIDE: u32 = 100_000;
/// The most calls, should an entry not appear for each alert.
const MAX_CALLS: u32 = 40;

/// Fills a log, exports it whole and verifies the pack.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let folder = bench.folder("verify")?;
    let database = Database::Folder(&folder);
    let key = bench.ingest_key(&database)?;
    let server = bench.watchkeeper(&database)?;
    let entries = fill(bench, &key, server.pid())?;
    drop(server);

    let pack = bench.scratch.join("pack.zip");
    let pack = pack.to_str().ok_or("the scratch folder's name is not text")?;
    let begin = clock::now();
    let range = ["--from", "2000-01-01T00:00:00Z", "--to", "2200-01-01T00:00:00Z"];
    bench.ask(&database, &[&["export"], &range[..], &["-o", pack]].concat())?;
    let exported = begin.elapsed().as_secs_f64();

    let signer = bench.ask(&database, &["admin", "key", "show"])?;
    let begin = clock::now();
    bench.verify(pack, &signer)?;
    let verified = begin.elapsed().as_secs_f64();

    let mut table = Table::new("Verify", &["", "seconds", "entries per second"]);
    let entries = f64::from(entries);
    let rate = |seconds: f64| whole(entries / seconds);
    table.row(&[&"export", &format!("{exported:.2}"), &rate(exported)]);
    table.row(&[&"verify", &format!("{verified:.2}"), &rate(verified)]);
    Ok(table.done(&format!("A log of {} entries, as one pack, offline.", whole(entries))))
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
            clients: 64,
            pid,
            more: &[],
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

impl Bench {
    fn verify(&self, pack: &str, signer: &str) -> Result<(), Failure> {
        let mut command = std::process::Command::new(&self.binary);
        command.args(["verify", pack, "--origin-key", signer]);
        super::tools::checked(&mut command).map(drop)
    }
}
