//! The task list beside a million finished tasks.

use super::{
    Bench,
    client::{crowd, percentile},
    clock,
    furnish::Seen,
    server::{Database, OURS},
    table::{Table, whole},
};
use crate::Failure;

/// How many tasks are finished when the task list is measured.
const FINISHED: u32 = 1_000_000;
/// How many tasks each of those cases has, one after another.
const EACH: u32 = 100;
/// How many of them are done.
const DONE: u32 = EACH - 1;
/// Questions asked one after another.
const QUESTIONS: u32 = 100;

/// Measures the task list beside very many finished tasks. Filling takes long and is kept in
/// `target/bench-tasks` for the next run.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let folder = bench.root.join("target/bench-tasks");
    let filled = folder.join("filled");
    if !filled.is_file() {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let (now, cases) = (clock::seconds()?.to_string(), (FINISHED / EACH).to_string());
        bench.furnish(&folder, &checklist(), &[&now, &cases, &DONE.to_string()])?;
        std::fs::write(&filled, "")?;
    }
    let database = Database::Folder(&folder);
    let token = bench.token(&database, "commander")?;
    let _server = bench.watchkeeper(&database)?;
    let seen = Seen::read(&token)?;
    let mut table = Table::new("The task list", &["", "measured", "aim"]);
    table.row(&[&"finished tasks", &whole(f64::from(FINISHED / EACH * DONE)), &"1,000,000"]);
    table.row(&[&"open tasks", &whole(f64::from(FINISHED / EACH)), &"–"]);
    table.row(&[&"entries of the log", &whole(seen.entries), &"–"]);
    let (p50, p99) = ask_tasks(&token)?;
    table.row(&[&"p50 ms", &p50, &"–"]);
    table.row(&[&"p99 ms", &p99, &"100"]);
    Ok(table.done("`GET /api/v1/tasks`, one after another; it shows the 500 that are due soonest."))
}

/// One task after another, so many times.
fn checklist() -> String {
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:wk="https://watchkeeper.example/bpmn" id="d" targetNamespace="urn:bench">
<process id="checklist" isExecutable="true"><startEvent id="s"/>
<userTask id="check" wk:role="responder" wk:due="PT1H"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>{EACH}</loopCardinality></multiInstanceLoopCharacteristics></userTask>
<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="check"/><sequenceFlow id="f2" sourceRef="check" targetRef="e"/></process></definitions>
"#
    )
}

/// The median and the slowest hundredth of the task list, in milliseconds.
pub(super) fn ask_tasks(token: &str) -> Result<(String, String), Failure> {
    let took = crowd((OURS, token), (1, QUESTIONS), |client, _| {
        Ok(client.must("GET", "/api/v1/tasks", "")?.1)
    });
    let mut took = took?;
    let ms = |micros: f64| format!("{:.1}", micros / 1000.0);
    Ok((ms(percentile(&mut took, 50)), ms(percentile(&mut took, 99))))
}
