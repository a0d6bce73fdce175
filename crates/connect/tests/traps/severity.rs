//! The words for how bad something is, sender by sender, as the document's table has them.

use connect::inbound::{Settings, SourceSeverity};

use super::{parse, read, signal, table};

/// A sender's words for critical, high, warning, info and unknown; `absent` is no word at all.
struct Sender {
    column: &'static str,
    words: [&'static [&'static str]; 5],
    told: fn(&str) -> SourceSeverity,
}

const LEVELS: [SourceSeverity; 5] = [
    SourceSeverity::Critical,
    SourceSeverity::High,
    SourceSeverity::Warning,
    SourceSeverity::Info,
    SourceSeverity::Unknown,
];

const SENDERS: [Sender; 11] = [
    Sender {
        column: "AM label (convention)",
        words: [&["critical", "page"], &["error", "high"], &["warning"], &["info", "none"], ABSENT],
        told: |word| {
            let label = member("severity", word);
            let body = format!(r#"{{"alerts":[{{"labels":{{"alertname":"A"{label}}}}}]}}"#);
            signal("alertmanager", &body).severity
        },
    },
    Sender {
        column: "PD",
        words: [&["critical"], &["error"], &["warning"], &["info"], &[]],
        told: |word| {
            let word = member("severity", word);
            let payload = format!(r#"{{"summary":"s","source":"x"{word}}}"#);
            let body = format!(r#"{{"event_action":"trigger","payload":{payload}}}"#);
            signal("pagerduty", &body).severity
        },
    },
    Sender {
        column: "Opsgenie",
        words: [&["P1"], &["P2"], &["P3"], &["P4", "P5"], &[]],
        told: |word| {
            let word = member("priority", word);
            signal("opsgenie", &format!(r#"{{"message":"m"{word}}}"#)).severity
        },
    },
    Sender {
        column: "Azure",
        words: [&["Sev0"], &["Sev1"], &["Sev2"], &["Sev3", "Sev4"], &[]],
        told: |word| {
            let word = member("severity", word);
            let body = format!(
                r#"{{"data":{{"essentials":{{"alertId":"a","monitorCondition":"Fired"{word}}}}}}}"#
            );
            signal("azure", &body).severity
        },
    },
    Sender {
        column: "Datadog",
        words: [&["P1"], &["P2"], &["P3"], &["P4", "P5"], ABSENT],
        told: |word| {
            let word = member("alert_priority", word);
            signal("datadog", &format!(r#"{{"alert_id":"1","title":"t"{word}}}"#)).severity
        },
    },
    Sender {
        column: "Zabbix",
        words: [
            &["Disaster", "5"],
            &["High", "4"],
            &["Average", "Warning", "3", "2"],
            &["Information", "Not classified"],
            &["unrendered macro"],
        ],
        told: |word| {
            let word = word.replace("unrendered macro", "{EVENT.NSEVERITY}");
            let number = word.starts_with(|c: char| !c.is_ascii_alphabetic());
            let name = if number { "event_nseverity" } else { "event_severity" };
            let body = format!(r#"{{"event_id":"1","event_value":"1","{name}":"{word}"}}"#);
            signal("zabbix", &body).severity
        },
    },
    Sender {
        column: "Nagios",
        words: [&["CRITICAL", "DOWN"], &["UNKNOWN", "UNREACHABLE"], &["WARNING"], &[], &[]],
        told: |word| {
            let about = match word {
                "DOWN" | "UNREACHABLE" => "HOSTSTATE=",
                _ => "SERVICEDESC=s&SERVICESTATE=",
            };
            let form = format!("NOTIFICATIONTYPE=PROBLEM&HOSTNAME=h&{about}{word}");
            let sent = (Some("application/x-www-form-urlencoded"), "");
            let parsed = read("nagios", sent, &Settings::default(), &form).unwrap();
            parsed.signals[0].as_ref().unwrap().severity
        },
    },
    Sender {
        column: "CW",
        words: [&["ALARM"], &[], &[], &[], &["INSUFFICIENT_DATA"]],
        told: |word| {
            let word = member("NewStateValue", word);
            signal("sns", &format!(r#"{{"AlarmName":"a"{word}}}"#)).severity
        },
    },
    Sender {
        column: "GCP",
        words: [&["CRITICAL"], &["ERROR"], &["WARNING"], &[], ABSENT],
        told: |word| {
            let word = member("severity", word);
            let body = format!(r#"{{"incident":{{"incident_id":"i","state":"open"{word}}}}}"#);
            signal("gcp", &body).severity
        },
    },
    Sender {
        column: "Sentry",
        words: [&["fatal"], &["error"], &["warning"], &["info", "debug"], &[]],
        told: |word| {
            let word = member("level", word);
            let body = format!(
                r#"{{"action":"created","data":{{"issue":{{"id":"1","title":"t"{word}}}}}}}"#
            );
            signal("sentry", &body).severity
        },
    },
    Sender {
        column: "Statuspage",
        words: [
            &["critical", "major_outage"],
            &["major", "partial_outage"],
            &["minor", "degraded"],
            &["maintenance"],
            &["none"],
        ],
        told: |word| {
            let body = match word {
                "degraded" => component("degraded_performance"),
                _ if word.ends_with("outage") => component(word),
                _ => format!(
                    r#"{{"incident":{{"id":"i","name":"n","status":"investigating","impact":"{word}"}}}}"#
                ),
            };
            signal("statuspage", &body).severity
        },
    },
];

const ABSENT: &[&str] = &["absent"];

fn member(name: &str, word: &str) -> String {
    if word == "absent" { String::new() } else { format!(r#","{name}":"{word}""#) }
}

fn component(state: &str) -> String {
    format!(
        r#"{{"component":{{"id":"c","name":"DB"}},"component_update":{{"new_status":"{state}"}}}}"#
    )
}

#[test]
fn trap_severity_words_are_those_of_the_table() {
    for sender in &SENDERS {
        for (level, words) in LEVELS.iter().zip(sender.words) {
            for word in words {
                assert_eq!((sender.told)(word), *level, "{}: {word}", sender.column);
            }
        }
    }
    assert_eq!(signal("zabbix", r#"{"event_id":"1","event_nseverity":"0"}"#).severity, LEVELS[3]);
    assert!(parse("zabbix", "[]").is_err());
}

/// The words above are all that the document has, and no other.
#[test]
fn the_words_are_the_documents() {
    let Some(sections) = table::sections() else { return };
    let lines: Vec<Vec<&str>> = sections[16]
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(lines.len(), 6, "a heading and five levels");
    for (column, sender) in SENDERS.iter().enumerate() {
        assert_eq!(lines[0][column + 1], sender.column);
        for (level, words) in sender.words.iter().enumerate() {
            let cell = lines[level + 1][column + 1];
            let cell = cell.split([',', '/', '(', ')', '*']).map(str::trim);
            let mut said: Vec<&str> = cell.filter(|word| !matches!(*word, "" | "–")).collect();
            let mut ours = words.to_vec();
            said.sort_unstable();
            ours.sort_unstable();
            assert_eq!(ours, said, "{} {:?}", sender.column, LEVELS[level]);
        }
    }
}
