//! What a notification command sends, trap by trap.

use super::*;
use crate::inbound::{Action, Signal, SourceSeverity};

fn signal(media: &str, body: &str) -> Signal {
    let arrival = Arrival::of(Some(media), body.as_bytes(), base::Timestamp::default());
    Nagios.parse(&arrival).unwrap().signals.remove(0).unwrap()
}

fn of(kind: &str, state: &str) -> Signal {
    let body = format!("NOTIFICATIONTYPE={kind}&HOSTNAME=h&SERVICEDESC=s&SERVICESTATE={state}");
    signal("application/x-www-form-urlencoded", &body)
}

#[test]
fn trap_downtime_flapping_and_custom_never_acknowledge() {
    for kind in [
        "DOWNTIMESTART",
        "DOWNTIMEEND",
        "DOWNTIMECANCELLED",
        "FLAPPINGSTART",
        "FLAPPINGSTOP",
        "FLAPPINGDISABLED",
        "CUSTOM",
        "SOMETHING+NEW",
    ] {
        assert_eq!(of(kind, "CRITICAL").action, Action::Info, "{kind}");
    }
    assert_eq!(of("ACKNOWLEDGEMENT", "CRITICAL").action, Action::Acknowledge);
}

#[test]
fn trap_a_problem_and_its_recovery_have_one_key() {
    let (problem, recovery) = (of("PROBLEM", "CRITICAL"), of("RECOVERY", "OK"));
    assert_eq!((problem.dedup_key.as_str(), recovery.dedup_key.as_str()), ("h/s", "h/s"));
    assert_eq!((problem.action, recovery.action), (Action::Trigger, Action::Resolve));
}

#[test]
fn trap_macro_names_come_in_any_case_and_unfilled_ones_are_absent() {
    let body = r#"{"notification_type":"PROBLEM","$HOSTNAME$":"h","nagios_hoststate":"DOWN",
        "SERVICEDESC":"$SERVICEDESC$","hostoutput":"no answer"}"#;
    let signal = signal("application/json", body);
    assert_eq!((signal.dedup_key.as_str(), signal.severity), ("h", SourceSeverity::Critical));
    assert_eq!(signal.title, "h is DOWN: no answer");
}

#[test]
fn trap_unknown_and_unreachable_are_never_harmless() {
    for state in ["UNKNOWN", "UNREACHABLE"] {
        assert_eq!(of("PROBLEM", state).severity, SourceSeverity::High);
    }
    assert_eq!(of("PROBLEM", "PENDING").severity, SourceSeverity::Unknown);
}
