//! What each published and captured message says, against a table that was written from the messages and
//! not from our output: action, severity, key, beginning and end.
//!
//! The goldens in `samples.rs` and `vendors.rs` show more of it; this says that it is right.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "says that payloads are absent")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use base::{Duration, Timestamp};
use connect::inbound::{Arrival, Parsed, find};

const TABLE: &str = include_str!("expected.txt");

/// Whose messages lie in a folder.
const FOLDERS: &[(&str, &str)] = &[
    ("captured/alertmanager", "alertmanager"),
    ("captured/alerts_api", "alertmanager-api"),
    ("captured/status_codes", "alertmanager"),
    ("samples/alertmanager", "alertmanager"),
    ("samples/prometheus-keep", "alertmanager"),
    ("samples/grafana-unified", "grafana"),
    ("samples/grafana-legacy", "grafana"),
    ("samples/pagerduty-events-v2", "pagerduty"),
    ("samples/pagerduty-v3-webhook", "pagerduty"),
    ("samples/pagerduty-api-incident", "pagerduty"),
    ("samples/opsgenie-create-alert", "opsgenie"),
    ("samples/cloudevents", "cloudevents"),
    ("samples/zabbix", "zabbix"),
    ("samples/checkmk", "checkmk"),
    ("samples/datadog", "datadog"),
    ("samples/aws-sns", "sns"),
    ("samples/aws-cloudwatch-keep", "sns"),
    ("samples/aws-eventbridge", "eventbridge"),
    ("samples/azure-monitor", "azure"),
    ("samples/gcp-monitoring", "gcp"),
    ("samples/sentry-platform", "sentry"),
    ("samples/sentry", "sentry"),
    ("samples/sentry-keep", "sentry"),
    ("samples/statuspage", "statuspage"),
    ("samples/uptime-kuma", "uptime-kuma"),
    ("samples/pingdom", "pingdom"),
    ("samples/newrelic", "newrelic"),
    ("samples/graylog", "graylog"),
    ("samples/riemann", "riemann"),
    ("samples/librenms", "librenms"),
    ("samples/thousandeyes", "thousandeyes"),
    ("samples/axiom", "axiom"),
    ("samples/dash0", "dash0"),
    ("samples/vmware", "vrealize"),
];

/// What is no message that anybody posts to us: answers of an API, and what another test reads.
const NO_MESSAGES: &[&str] =
    &["samples/alertmanager-api-v2", "captured/api", "captured/remote_write"];

fn formats() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("WATCHKEEPER_SHARED").map_or_else(beside, PathBuf::from);
    let formats = shared.join("formats");
    if formats.is_dir() {
        return Some(formats);
    }
    assert!(env::var("CI").as_deref() != Ok("true"), "no payloads in {}", shared.display());
    println!("not run: the payloads are not here (WATCHKEEPER_SHARED)");
    None
}

/// The lines of the table, by message, each without its message.
fn expected() -> BTreeMap<&'static str, Vec<Vec<&'static str>>> {
    let mut expected: BTreeMap<_, Vec<Vec<_>>> = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut cells: Vec<_> = line.split(" | ").collect();
        expected.entry(cells.remove(0)).or_default().push(cells);
    }
    expected
}

/// The messages of a folder by their path below the formats.
fn messages(formats: &Path, folder: &str) -> BTreeSet<String> {
    let files = fs::read_dir(formats.join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.ends_with(".json") && !name.ends_with(".headers.json"))
        // The exact bytes of a message that lies beside it in another form.
        .filter(|name| !name.ends_with(".raw.json"))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

/// When a captured message arrived; its headers cut off the fraction of the second.
fn received_at(formats: &Path, message: &str) -> Timestamp {
    let headers = formats.join(message.replace(".json", ".headers.json"));
    let Ok(headers) = fs::read(headers) else { return "2026-11-25T00:00:00Z".parse().unwrap() };
    let headers: serde_json::Value = serde_json::from_slice(&headers).unwrap();
    let second: Timestamp = headers["received_at"].as_str().unwrap().parse().unwrap();
    second + Duration::millis(999)
}

/// What we make of a message, in the columns of the table.
fn told(parsed: &Parsed) -> Vec<Vec<String>> {
    let instant = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| at.to_string());
    let line = |(number, signal): (usize, &Result<_, _>)| {
        let signal: &connect::inbound::Signal = Result::as_ref(signal).unwrap();
        let (action, severity) = (format!("{:?}", signal.action), format!("{:?}", signal.severity));
        vec![
            number.to_string(),
            action.to_lowercase(),
            severity.to_lowercase(),
            signal.dedup_key.clone(),
            instant(signal.occurred_at),
            instant(signal.ends_at),
        ]
    };
    parsed.signals.iter().enumerate().map(line).collect()
}

/// Whether a cell is the one of the table; a star there stands for any text.
fn fits(wanted: &str, cell: &str) -> bool {
    match wanted.split_once('*') {
        Some((head, tail)) => {
            cell.len() > head.len() + tail.len() && cell.starts_with(head) && cell.ends_with(tail)
        }
        None => wanted == cell,
    }
}

#[test]
fn each_message_says_what_it_says() {
    let Some(formats) = formats() else { return };
    let expected = expected();
    let mut differences = Vec::new();
    for (folder, source) in FOLDERS {
        for message in messages(&formats, folder) {
            let body = fs::read(formats.join(&message)).unwrap();
            let at = received_at(&formats, &message);
            let arrival = Arrival::of(Some("application/json"), &body, at);
            let told = match find(source).unwrap().parse(&arrival) {
                Ok(parsed) => told(&parsed),
                Err(refused) => {
                    vec![vec!["0".to_owned(), refused.status.to_string(), refused.code.to_string()]]
                }
            };
            let wanted = expected.get(message.as_str()).cloned().unwrap_or_default();
            let same = wanted.len() == told.len()
                && wanted.iter().zip(&told).all(|(wanted, told)| {
                    wanted.len() == told.len() && wanted.iter().zip(told).all(|(w, t)| fits(w, t))
                });
            if !same {
                differences.push(format!("{message}\n  wanted {wanted:?}\n  told   {told:?}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn no_message_is_passed_over_and_none_is_made_up() {
    let Some(formats) = formats() else { return };
    let mut there = BTreeSet::new();
    for half in ["samples", "captured"] {
        for folder in fs::read_dir(formats.join(half)).unwrap() {
            let folder = folder.unwrap();
            let name = format!("{half}/{}", folder.file_name().to_string_lossy());
            let reads = FOLDERS.iter().any(|(known, _)| *known == name);
            let other = NO_MESSAGES.contains(&name.as_str()) || name == "captured/config";
            assert!(reads || other || !folder.path().is_dir(), "no test reads {name}");
            if reads {
                there.extend(messages(&formats, &name));
            }
        }
    }
    let listed: BTreeSet<String> = expected().into_keys().map(str::to_owned).collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    assert!(missing.is_empty(), "without a line in expected.txt: {missing:?}");
    let beyond: Vec<_> = listed.difference(&there).collect();
    assert!(beyond.is_empty(), "not among the payloads: {beyond:?}");
}
