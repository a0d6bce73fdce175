//! What an operator sees of a running server: metrics, lines, the service file.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use common::{House, shipped};

/// The names of the sample organisation, as a line could betray them.
const PEOPLE: &[&str] = &[
    "Brandt",
    "Marta",
    "Board",
    "Ada Admin",
    "Lindqvist",
    "Tomas",
    "Weiss",
    "Duval",
    "Ines",
    "Dario",
    "nordhaven.example",
    "ledger gateway",
    "LedgerDown",
];

#[test]
fn metrics_are_private_and_a_parser_takes_them() {
    let house = House::new();
    let server = house.serve(&["--demo"]);
    let (key, token) = (house.key(), house.token());
    server.alert(&key, "LedgerDown");
    server.until("readiness", || (server.get("/readyz", None).status == 200).then_some(()));
    assert_eq!(server.get("/metrics", None).status, 401);
    let told = server.get("/metrics", Some(&token));
    assert_eq!(told.status, 200, "{}", told.body);
    assert!(told.head.to_lowercase().contains("text/plain; version=0.0.4"), "{}", told.head);
    let names = parsed(&told.body);
    for name in [
        "ready",
        "log_entries",
        "log_unsigned_age_seconds",
        "tick_age_seconds",
        "tick_lag_seconds",
        "pages_unsent",
        "outbox_age_seconds",
        "outbox_held",
        "quarantine_inputs",
        "incidents_open",
        "ingest_requests_total",
        "commit_seconds_bucket",
        "commit_seconds_sum",
        "alert_groups_open",
    ] {
        assert!(names.contains(&format!("watchkeeper_{name}")), "{name}: {}", told.body);
    }
    for word in PEOPLE {
        assert!(!told.body.contains(word), "{word}");
    }
    promtool(&told.body);
}

/// Reads the exposition format strictly: each family is announced once, before its samples; every
/// value is a number; the buckets of a histogram never fall and end at its count.
fn parsed(text: &str) -> BTreeSet<String> {
    let (mut names, mut announced, mut family) = (BTreeSet::new(), BTreeSet::new(), String::new());
    let mut bucket = 0.0;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.split(' ');
            let (what, name) = (words.next().unwrap(), words.next().unwrap());
            assert!(words.next().is_some_and(|word| !word.is_empty()), "{line}");
            if what == "HELP" {
                assert!(announced.insert(name.to_owned()), "twice: {line}");
                name.clone_into(&mut family);
            }
            assert_eq!(name, family, "{line}");
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap();
        let name = sample.split('{').next().unwrap();
        assert!(name.starts_with(&family) && !family.is_empty(), "{line} is not of {family}");
        assert!(!sample.contains('{') || sample.ends_with('}'), "{line}");
        if name.ends_with("_bucket") {
            assert!(value >= bucket, "{line}");
            bucket = value;
        }
        if name.ends_with("_count") {
            assert!((value - bucket).abs() < f64::EPSILON, "{line}: the last bucket holds all");
        }
        names.insert(name.to_owned());
    }
    names
}

/// Where Prometheus is installed, its own tool reads them too.
fn promtool(text: &str) {
    let spawned = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).spawn();
    let Ok(mut tool) = spawned else { return };
    tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(tool.wait().unwrap().success(), "{text}");
}

#[test]
fn lines_are_json_without_a_word_of_anybody_and_go_on_after_a_rotation() {
    let house = House::new();
    let (log, moved) = (house.path("wk.log"), house.path("wk.log.1"));
    let file = log.display().to_string();
    let server =
        house.serve(&["--demo", "--log", "json", "--log-level", "debug", "--log-file", &file]);
    let key = house.key();
    let user = ["admin", "user", "add", "--name", "Zora Quill", "--email", "zora@quill.example"];
    house.done(
        &[&user[..], &["--role", "commander", "--contact", "mail:zora@quill.example"]].concat(),
    );
    server.alert(&key, "LedgerDown");
    server.post("/in/alertmanager/wki_wrong", "", "{}");
    server.post("/sign-in", "", "email=zora%40quill.example&password=wrong");
    server.until("a mail", || fs::read_dir(house.data().join("mail")).ok()?.next().map(drop));
    fs::rename(&log, &moved).unwrap();
    server.signal("HUP");
    server.until("the new file", || {
        fs::read_to_string(&log).ok().filter(|text| text.contains("opened again")).map(drop)
    });
    assert_eq!(server.stop(), 0);
    let text = fs::read_to_string(&moved).unwrap() + &fs::read_to_string(&log).unwrap();
    assert!(text.lines().count() > 3, "{text}");
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    for word in PEOPLE.iter().chain(&["Zora", "Quill", "quill.example"]) {
        assert!(!text.to_lowercase().contains(&word.to_lowercase()), "{word}: {text}");
    }
}

#[test]
fn the_service_file_is_one_that_systemd_takes() {
    let unit = fs::read_to_string(shipped("packaging/watchkeeper.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let args: Vec<&str> = start.split(' ').skip(1).collect();
    let house = House::new();
    let config = house.path("watchkeeper.toml");
    fs::write(&config, "listen = \"0.0.0.0:0\"\ndemo = true\n").unwrap();
    let config = config.display().to_string();
    let data = house.data().display().to_string();
    let args = args.iter().map(|arg| match *arg {
        "/etc/watchkeeper/watchkeeper.toml" => config.as_str(),
        "/var/lib/watchkeeper" => data.as_str(),
        other => other,
    });
    // Taken as far as the address, which a demonstration refuses.
    let refused = common::run(&args.collect::<Vec<_>>());
    assert!(refused.err.contains("no loopback address"), "{}", refused.err);
    // Where systemd is installed, its own tool reads the file, with a program that is there.
    let file = house.path("watchkeeper.service");
    fs::write(&file, unit.replace("/usr/local/bin/watchkeeper", "/bin/true")).unwrap();
    if let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&file).output() {
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(verified.status.success() && !said.contains("Unknown"), "{said}");
    }
}
