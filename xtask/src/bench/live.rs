//! Live cases: timers that are all due in the same second, and a restart after the server was killed.

use std::time::Duration;

use serde_json::Value;

use super::{
    Bench,
    client::{Client, crowd, percentile},
    clock,
    furnish::Late,
    process::{CLIENTS, INCIDENT, NONE},
    server::{Database, OURS, get_with},
    table::{Table, whole},
    tasks::ask_tasks,
};
use crate::Failure;

/// Cases whose timer is due in the same second.
const TIMERS: u32 = 10_000;
/// How many seconds after the cases are declared that is: longer than filling takes, shorter than the
/// first rung of a ladder.
const TIMERS_AFTER: u64 = 120;
/// How many seconds after it is looked first: looking costs the server too.
const LOOK_AFTER: u64 = 6;
/// How long after it all of them must have fired for the benchmark to go on.
const TIMERS_WITHIN: Duration = Duration::from_secs(60);
/// Live cases when the server dies.
const LIVE: u32 = 100_000;
/// Cases that go on before it dies.
const WORKED_ON: u32 = 500;

/// Measures a restart with live cases, and timers that are due together.
pub fn run(bench: &Bench) -> Result<String, Failure> {
    let mut table = Table::new("Live cases", &["", "measured", "aim"]);
    timers(bench, &mut table)?;
    recovery(bench, &mut table)?;
    Ok(table.done(
        "Each case stands at its second task, with a timer; the server was killed (SIGKILL).",
    ))
}

fn timers(bench: &Bench, table: &mut Table) -> Result<(), Failure> {
    let folder = bench.folder("timers")?;
    let now = clock::seconds()?;
    let due = now + TIMERS_AFTER;
    let answer = format!("due_at=@{due}");
    let (cases, model) = (TIMERS.to_string(), bench.model(INCIDENT, Late::At)?);
    bench.furnish(&folder, &model, &[&now.to_string(), &cases, "1", "severity=S1", &answer])?;
    let database = Database::Folder(&folder);
    let token = bench.token(&database, "auditor")?;
    let _server = bench.watchkeeper(&database)?;
    if clock::seconds()? >= due {
        return Err("filling took longer than the timers wait".into());
    }
    let wait = Duration::from_secs(due.saturating_sub(clock::seconds()?)) + TIMERS_WITHIN;
    let mut fired = Vec::new();
    let all = clock::wait(wait, || {
        clock::seconds().is_ok_and(|now| now > due + LOOK_AFTER) && {
            fired = fired_timers(&token).unwrap_or_default();
            fired.len() >= TIMERS as usize
        }
    });
    all.ok_or_else(|| format!("only {} of {TIMERS} timers fired", fired.len()))?;
    let s = |micros: f64| format!("{:.2}", micros / 1e6);
    table.row(&[&"timers due in the same second", &whole(f64::from(TIMERS)), &"10,000"]);
    table.row(&[&"fired more than once", &(fired.len() - TIMERS as usize), &"0"]);
    table.row(&[&"lateness p50, s", &s(percentile(&mut fired, 50)), &"–"]);
    table.row(&[&"lateness p99, s", &s(percentile(&mut fired, 99)), &"1"]);
    table.row(&[&"the last one after, s", &s(percentile(&mut fired, 100)), &"5"]);
    Ok(())
}

/// How late each timer fired, by its entry, in microseconds.
fn fired_timers(token: &str) -> Result<Vec<u64>, Failure> {
    let mut client = Client::connect(OURS, token)?;
    let mut path = "/api/v1/evidence?type=timer_fired".to_owned();
    let mut fired = Vec::new();
    loop {
        let page: Value = serde_json::from_str(&client.must("GET", &path, "")?.0)?;
        for row in page.get("items").and_then(Value::as_array).into_iter().flatten() {
            let at = |field: &str| row.pointer(field).and_then(Value::as_str).and_then(of_day);
            let late = at("/entry/recorded_at").zip(at("/entry/data/scheduled"));
            let (recorded, scheduled) = late.ok_or("an entry of a timer without its instants")?;
            fired.push((recorded + DAY - scheduled) % DAY);
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("/api/v1/evidence?type=timer_fired&cursor={next}"),
            None => return Ok(fired),
        }
    }
}

fn recovery(bench: &Bench, table: &mut Table) -> Result<(), Failure> {
    let folder = bench.folder("live")?;
    let now = clock::seconds()?.to_string();
    let model = bench.model(INCIDENT, Late::After)?;
    bench.furnish(&folder, &model, &[&now, &LIVE.to_string(), "1", "severity=S1"])?;
    let database = Database::Folder(&folder);
    let token = bench.token(&database, "commander")?;
    let server = bench.watchkeeper(&database)?;
    let list = get_with(OURS, "/api/v1/incidents", &token).unwrap_or_default();
    let year = list.split("\"INC-").nth(1).and_then(|rest| rest.split('-').next());
    let year = year.ok_or("no case is listed")?;
    // Some work goes on when it dies.
    let cases = |from: u32, count: u32| {
        crowd((OURS, &token), (CLIENTS, count), |client, number| {
            let path = format!("/api/v1/incidents/INC-{year}-{:04}/tasks/2", from + number);
            Ok(client.must("POST", &path, NONE)?.1)
        })
    };
    cases(1, WORKED_ON)?;
    server.kill()?;
    let begin = clock::now();
    let server = bench.watchkeeper(&database)?;
    let ready = begin.elapsed().as_secs_f64();
    cases(WORKED_ON + 1, 1)?;
    let first = begin.elapsed().as_secs_f64();
    cases(WORKED_ON + 2, WORKED_ON)?;
    let mib = bench.tools.memory(server.pid())?;
    table.row(&[&"live cases when the server died", &whole(f64::from(LIVE)), &"100,000"]);
    table.row(&[&"start to ready, s", &format!("{ready:.2}"), &"10"]);
    table.row(&[&"start to the first case that went on, s", &format!("{first:.2}"), &"10"]);
    table.row(&[&"resident memory, MiB", &whole(mib), &"–"]);
    let (p50, p99) = ask_tasks(&token)?;
    table.row(&[&"task list, p50 ms", &p50, &"–"]);
    table.row(&[&"task list, p99 ms", &p99, &"100"]);
    Ok(())
}

/// A day in microseconds.
const DAY: u64 = 86_400_000_000;

/// The time of day of an instant such as `2026-11-25T08:00:00.25Z`, in microseconds.
fn of_day(instant: &str) -> Option<u64> {
    let (_, time) = instant.strip_suffix('Z')?.split_once('T')?;
    let (whole, part) = time.split_once('.').unwrap_or((time, "0"));
    let seconds =
        whole.split(':').try_fold(0, |sum, two| Some(sum * 60 + two.parse::<u64>().ok()?));
    Some(seconds? * 1_000_000 + format!("{part:0<6}").parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_to_the_microsecond() {
        assert_eq!(of_day("2026-11-25T01:02:03.25Z"), Some(3_723_250_000));
        assert_eq!(of_day("2026-11-25T00:00:01Z"), Some(1_000_000));
        assert_eq!(of_day("never"), None);
    }
}
