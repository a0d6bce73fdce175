//! No bytes make a source panic, and no limit is passed.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod noise;

use connect::inbound::SOURCES;
use noise::{mutated, read, read_by_every_source};
use proptest::prelude::*;

/// JSON-like noise: the senders' own words in any order.
fn words() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"alerts\"",
        "\"labels\"",
        "\"annotations\"",
        "\"status\"",
        "\"firing\"",
        "\"resolved\"",
        "\"startsAt\"",
        "\"endsAt\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"groupKey\"",
        "\"truncatedAlerts\"",
        "\"fingerprint\"",
        "\"\\ud800\"",
        "\"\\\\\"",
        "\"",
        "5615590933959184469",
        "1e999",
        "-",
        "null",
        "true",
        "\"data\"",
        "\"summary\"",
        "é",
        " ",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

/// A message of the right shape with values of any type.
fn shaped() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("[1,{}]".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let alert = prop::collection::vec(value, 8).prop_map(|v| {
        format!(
            r#"{{"labels":{{"severity":{},"a":{}}},"annotations":{{"summary":{}}},"status":{},
            "startsAt":{},"endsAt":{},"fingerprint":{},"generatorURL":{}}}"#,
            v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
        )
    });
    prop::collection::vec(alert, 0..4).prop_map(|alerts| format!("[{}]", alerts.join(",")))
}

proptest! {
    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..400)) {
        read_by_every_source(&body);
    }

    #[test]
    fn json_like_noise(body in words()) {
        read_by_every_source(body.as_bytes());
    }

    #[test]
    fn messages_with_values_of_any_type(body in shaped()) {
        read_by_every_source(body.as_bytes());
    }

    #[test]
    fn samples_with_changes(changes in prop::collection::vec(any::<(usize, usize, u8)>(), 1..6)) {
        for source in SOURCES {
            let body = mutated(source.sample().body, &changes);
            read(*source, &body, None);
            read(*source, &body, Some("application/json"));
        }
    }
}
