//! Cases of a published process over HTTP: how many a second with 64 clients, what each step waits for,
//! what a case costs.

use serde_json::Value;

use super::{
    Bench,
    client::{Client, crowd, percentile},
    clock,
    furnish::{Late, Seen},
    server::{Database, OURS, get_with},
    table::{Table, whole},
};
use crate::Failure;

/// Clients at once.
pub(super) const CLIENTS: u32 = 64;
/// Cases before those that are measured.
const WARM_UP: u32 = 1_000;
/// Cases that are measured.
const CASES: u32 = 15_000;
/// Which answers lead along the longer way of the model.
const GRAVE: &str = r#"{"answers":{"severity":"S1"}}"#;
/// No answers: the form is empty.
pub(super) const NONE: &str = r#"{"answers":{}}"#;
/// The model of an incident that peers were measured with.
pub(super) const INCIDENT: &str = "incident_std.bpmn";

/// A model that peers were measured with.
struct Sample {
    name: &'static str,
    file: &'static str,
    /// What each task of a case is answered, in order.
    tasks: &'static [&'static str],
    /// How many times a peer saves its state for a case.
    steps: u32,
}

const SAMPLES: &[Sample] = &[
    Sample {
        name: "incident: 2 user tasks, 2 service tasks, timer",
        file: INCIDENT,
        tasks: &[GRAVE, NONE],
        steps: 5,
    },
    Sample { name: "seq10: 10 service tasks", file: "seq10_std.bpmn", tasks: &[], steps: 11 },
];

/// Measures the two models.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let columns = [
        "64 clients",
        "cases per second",
        "durable steps per second",
        "step p50 ms",
        "step p99 ms",
        "commit p50 ms at that load",
        "CPU ms per case",
        "entries per case",
    ];
    let mut table = Table::new("Process", &columns);
    for sample in SAMPLES {
        let measured = measure(bench, sample)?;
        let Measured { seconds, steps, commit, cpu, entries } = measured;
        let (mut steps, cases) = (steps, f64::from(CASES));
        let ms = |micros: f64| format!("{:.2}", micros / 1000.0);
        table.row(&[
            &sample.name,
            &whole(cases / seconds),
            &whole(cases * f64::from(sample.steps) / seconds),
            &ms(percentile(&mut steps, 50)),
            &ms(percentile(&mut steps, 99)),
            &format!("{:.2}", commit * 1000.0),
            &format!("{:.2}", cpu * 1000.0 / cases),
            &format!("{:.0}", entries / cases),
        ]);
    }
    Ok(table.done(&format!(
        "{CASES} cases after {WARM_UP}. A case is an incident that is declared on the published model; \
         a step is a request: the declaration, then each task. Steps are counted as for peers, 5 and 11 \
         a case; here those that no person takes part in share a commit with the one before."
    )))
}

/// What a run measured.
struct Measured {
    seconds: f64,
    /// Of each request, in microseconds.
    steps: Vec<u64>,
    /// The server's own median from a command handed in to its durable answer, in seconds.
    commit: f64,
    /// The server's processor time, in seconds.
    cpu: f64,
    entries: f64,
}

fn measure(bench: &Bench, sample: &Sample) -> Result<Measured, Failure> {
    let folder = bench.folder("process")?;
    bench.furnish(&folder, &bench.model(sample.file, Late::After)?, &[])?;
    let database = Database::Folder(&folder);
    let token = bench.token(&database, "commander")?;
    let server = bench.watchkeeper(&database)?;
    let run = |cases| {
        crowd((OURS, &token), (CLIENTS, cases), |client, number| case(client, sample, number))
    };
    run(WARM_UP)?;
    let (before, spent) = (Seen::read(&token)?, bench.tools.processor(server.pid())?);
    let begin = clock::now();
    let done = run(CASES)?;
    let seconds = begin.elapsed().as_secs_f64();
    let (after, spent) = (Seen::read(&token)?, bench.tools.processor(server.pid())? - spent);
    let last = done.last().ok_or("no case was done")?;
    over(&token, &last.0)?;
    let steps = done.into_iter().flat_map(|(_, steps)| steps).collect();
    let commit = after.median_since(&before);
    Ok(Measured { seconds, steps, commit, cpu: spent, entries: after.entries - before.entries })
}

/// One case from its declaration to its end: its reference, and what each request took.
fn case(client: &mut Client, sample: &Sample, number: u32) -> Result<(String, Vec<u64>), Failure> {
    let body = format!(r#"{{"title":"case {number}","description":"synthetic"}}"#);
    let (declared, took) = client.must("POST", "/api/v1/incidents", &body)?;
    let declared: Value = serde_json::from_str(&declared)?;
    let reference = declared.get("reference").and_then(Value::as_str).ok_or("no reference")?;
    let mut steps = vec![took];
    for (task, answers) in (1..).zip(sample.tasks) {
        let path = format!("/api/v1/incidents/{reference}/tasks/{task}");
        steps.push(client.must("POST", &path, answers)?.1);
    }
    Ok((reference.to_owned(), steps))
}

/// The process of a case has come to its end.
fn over(token: &str, reference: &str) -> Result<(), Failure> {
    let path = format!("/api/v1/incidents/{reference}/process");
    let answer = get_with(OURS, &path, token).unwrap_or_default();
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    let seen: Value = serde_json::from_str(body)?;
    let standing = seen.get("standing").and_then(Value::as_array);
    match standing.map(Vec::is_empty) {
        Some(true) => Ok(()),
        _ => Err(format!("{reference} did not end: {body}").into()),
    }
}
