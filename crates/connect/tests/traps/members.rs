//! Members that a sender leaves out, or that it sends and we do not know.

use std::fmt::Write as _;

use connect::inbound::{Arrival, SOURCES, Settings, Source};
use expect_test::expect;
use serde_json::Value;

use super::{NOW, mapped};

/// Each member of a document, up to two deep, taken out in turn.
fn thinned(whole: &Value) -> Vec<(String, Value)> {
    let mut thinned = Vec::new();
    let Value::Object(members) = whole else { return thinned };
    for (name, value) in members {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        thinned.push((format!("/{name}"), without));
        for (within, changed) in self::thinned(value).into_iter().filter(|_| value.is_object()) {
            let mut without = whole.clone();
            without[name] = changed;
            thinned.push((format!("/{name}{within}"), without));
        }
    }
    thinned
}

/// The code with which a message is refused, or its only alert.
fn refused(source: &dyn Source, settings: &Settings, body: &[u8]) -> Option<String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers = source.sample().headers.iter().map(owned).collect();
    let mut arrival = Arrival::of(Some(source.sample().content_type), body, NOW.parse().unwrap());
    (arrival.headers, arrival.settings) = (&headers, settings);
    match source.parse(&arrival) {
        Err(malformed) => Some(malformed.code.to_string()),
        Ok(parsed) => {
            parsed.signals.iter().find_map(|signal| Some(signal.as_ref().err()?.code.to_string()))
        }
    }
}

#[test]
fn trap_a_missing_member_rejects_nothing_but_what_names_the_alert() {
    let settings = mapped();
    let (mut needed, mut tried) = (String::new(), 0);
    for source in SOURCES {
        let Ok(whole) = serde_json::from_str::<Value>(source.sample().body) else { continue };
        for (member, without) in thinned(&whole) {
            tried += 1;
            if let Some(code) = refused(*source, &settings, without.to_string().as_bytes()) {
                writeln!(needed, "{} {member} {code}", source.name()).unwrap();
            }
        }
    }
    assert!(tried > 150, "{tried}");
    // What holds the alert at all, what CloudEvents and PagerDuty require, and the last thing that
    // would name an alert.
    expect![[r#"
        alertmanager /alerts ING-006
        grafana /alerts ING-006
        pagerduty /payload ING-006
        pagerduty /payload/summary ING-006
        opsgenie /message ING-006
        cloudevents /id ING-006
        cloudevents /source ING-006
        cloudevents /specversion ING-006
        cloudevents /type ING-006
        eventbridge /detail-type ING-006
        azure /data ING-006
        azure /data/essentials ING-006
        gcp /incident ING-006
        statuspage /incident ING-006
        thousandeyes /alert ING-008
        axiom /event ING-008
        dash0 /data ING-008
        dash0 /data/issue ING-008
    "#]]
    .assert_eq(&needed);
}

/// A member that nobody documented, beside each that is known, changes nothing of what is read.
#[test]
fn an_unknown_member_changes_nothing() {
    let settings = mapped();
    for source in SOURCES {
        let Ok(Value::Object(whole)) = serde_json::from_str(source.sample().body) else { continue };
        let mut more = whole.clone();
        let unknown = serde_json::json!({ "new": ["member", 1, null, { "deep": true }] });
        more.insert("member_of_next_year".to_owned(), unknown);
        let (whole, more) = (Value::Object(whole).to_string(), Value::Object(more).to_string());
        for body in [whole, more] {
            assert_eq!(refused(*source, &settings, body.as_bytes()), None, "{}", source.name());
        }
    }
}
