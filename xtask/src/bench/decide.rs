//! How many decisions a core makes a second, each with the trace of every cell.

use std::{path::Path, process::Command};

use super::{
    Bench, clock,
    table::{Table, median, whole},
};
use crate::Failure;

/// Decisions per measurement.
const DECISIONS: u32 = 1_000_000;
/// The tables: the one that peers were measured with, and ours.
const TABLES: &[(&str, &str)] = &[
    ("severity of the bench, 6 rules of 4 inputs", "bench/models/severity.dmn"),
    ("severity as shipped, 11 rules of 4 inputs", "processes/severity.dmn"),
    ("escalation triggers as shipped, 10 rules of 5 inputs", "processes/escalation-triggers.dmn"),
];

/// Measures each table in one process of one thread.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let build = ["build", "--release", "--locked", "-p", "dmn", "--example", "decide"];
    let built = Command::new("cargo").args(build).current_dir(&bench.root).status()?;
    if !built.success() {
        return Err("the example of the crate dmn cannot be built".into());
    }
    let binary = bench.root.join("target/release/examples/decide");
    let mut table = Table::new("Decisions", &["table", "decisions per second", "µs each"]);
    for (name, path) in TABLES {
        let file = bench.tools.shared(path).unwrap_or_else(|| bench.root.join(path));
        if !file.is_file() {
            return Err(format!("{} is missing", file.display()).into());
        }
        let mut each = Vec::new();
        for _ in 0..bench.rounds {
            let idle = seconds(&binary, &file, 0)?;
            let busy = seconds(&binary, &file, DECISIONS)?;
            each.push((busy - idle).max(f64::EPSILON) / f64::from(DECISIONS));
        }
        let each = median(each);
        table.row(&[name, &whole(1.0 / each), &format!("{:.2}", each * 1e6)]);
    }
    Ok(table.done(&format!(
        "{DECISIONS} decisions by one thread, inputs in turn, every cell of every rule kept; the time of \
         a process that decides nothing is taken off."
    )))
}

fn seconds(binary: &Path, file: &Path, count: u32) -> Result<f64, Failure> {
    let start = clock::now();
    let run = Command::new(binary).arg(file).arg(count.to_string()).output()?;
    let took = start.elapsed().as_secs_f64();
    if run.status.success() { Ok(took) } else { Err(String::from_utf8_lossy(&run.stderr).into()) }
}
