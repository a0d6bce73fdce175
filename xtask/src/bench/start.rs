//! From the start of the process to ready, and memory while idle.

use super::{
    Bench,
    server::{Database, Server},
    table::{Table, median},
};
use crate::Failure;

/// Measures both servers with nothing in them.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        theirs.push(look(bench, &bench.alertmanager()?)?);
        let folder = bench.folder("start")?;
        // The first start makes the database; the second is what a restart costs.
        drop(bench.watchkeeper(&Database::Folder(&folder))?);
        ours.push(look(bench, &bench.watchkeeper(&Database::Folder(&folder))?)?);
    }
    let mut table = Table::new("Start and memory", &["", "Alertmanager", "ours"]);
    let of = |rounds: &[[f64; 2]], at: usize| {
        format!("{:.0}", median(rounds.iter().map(|round| round[at]).collect()))
    };
    table.row(&[&"start to ready, ms", &of(&theirs, 0), &of(&ours, 0)]);
    table.row(&[&"idle memory, MiB", &of(&theirs, 1), &of(&ours, 1)]);
    Ok(table.done(&format!("Median of {}.", bench.rounds)))
}

/// Milliseconds to ready, and MiB of resident memory.
fn look(bench: &Bench, server: &Server) -> Result<[f64; 2], Failure> {
    Ok([server.start.as_secs_f64() * 1000.0, bench.tools.memory(server.pid())?])
}
