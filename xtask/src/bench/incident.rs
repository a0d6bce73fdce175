//! An incident with thousands of entries: how long its page and its answer of the API take.

use super::{
    Bench,
    server::{Database, OURS, get_with, sign_up},
    table::Table,
    tools::{Load, figure},
};
use crate::Failure;

/// How many notes the incident gets.
const NOTES: u32 = 5_000;
/// How often each address is asked.
const QUESTIONS: u32 = 100;

/// Declares an incident, fills its timeline and reads it.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let folder = bench.folder("incident")?;
    let database = Database::Folder(&folder);
    bench.ingest_key(&database)?;
    // The link for the first account is printed while nobody has one, tokens included.
    let first = bench.watchkeeper(&database)?;
    let cookie = sign_up(&bench.scratch.join("watchkeeper.log"))?;
    drop(first);
    let token = bench.token(&database, "commander")?;
    let server = bench.watchkeeper(&database)?;
    let post = |path: &str, total: u32, body: &str| {
        bench.tools.post(&Load {
            url: &format!("http://{OURS}{path}"),
            headers: std::slice::from_ref(&token),
            batch: 1,
            total,
            keys: 0,
            clients: 16,
            pid: server.pid(),
            more: &["--item", body, "--wrap", "%s"],
        })
    };
    post("/api/v1/incidents", 1, r#"{"title":"bench {{seq}}","description":"synthetic"}"#)?;
    let list = get_with(OURS, "/api/v1/incidents", &token).unwrap_or_default();
    let reference = list.split("\"INC-").nth(1).and_then(|rest| rest.split('"').next());
    let reference = format!("INC-{}", reference.ok_or("no incident is listed")?);
    let notes = format!("/api/v1/incidents/{reference}/notes");
    let noted = post(&notes, NOTES, r#"{"text":"note {{seq}} of the bench"}"#)?;
    let mut table = Table::new("An incident of 5,000 entries", &["", "p50 ms", "p99 ms", "aim"]);
    for (name, path, header) in [
        ("its page", format!("/incidents/{reference}"), &cookie),
        ("the API", format!("/api/v1/incidents/{reference}"), &token),
    ] {
        let read = bench.tools.get(&Load {
            url: &format!("http://{OURS}{path}"),
            headers: std::slice::from_ref(header),
            batch: 1,
            total: QUESTIONS,
            keys: 0,
            clients: 1,
            pid: server.pid(),
            more: &[],
        })?;
        let ms = |name: &str| format!("{:.1}", figure(&read, name) / 1000.0);
        table.row(&[&name, &ms("p50_us"), &ms("p99_us"), &"50"]);
    }
    let rate = figure(&noted, "items_per_s");
    Ok(table.done(&format!("Its notes were taken at {rate:.0} a second from 16 clients.")))
}
