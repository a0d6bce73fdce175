//! A fuzz target a parser: mutations of the sender's own sample for as long as it is told to run.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod noise;

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use connect::inbound::SOURCES;
use noise::{MEDIA, mutated, read};
use proptest::{prelude::*, strategy::ValueTree as _};

/// A target a parser: `WATCHKEEPER_FUZZ_SECONDS` says how long each runs; a moment where it is absent.
/// The soak run sets 60. A failing input is printed whole.
fn fuzz(name: &str) {
    let seconds = std::env::var("WATCHKEEPER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let limit = Duration::from_millis(seconds.map_or(50, |seconds: u64| seconds * 1_000));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Waits no longer than there is somebody who tries.
        let (_tries, gone) = mpsc::channel::<()>();
        let over = &over;
        scope.spawn(move || {
            let waited = gone.recv_timeout(limit);
            over.store(waited.is_err(), Ordering::Relaxed);
        });
        read_until(over, name);
    });
}

/// Mutations of the sample, each read, until time is up.
fn read_until(over: &AtomicBool, name: &str) {
    let source = connect::inbound::find(name).unwrap();
    let mut runner = proptest::test_runner::TestRunner::default();
    let strategy = (prop::collection::vec(any::<(usize, usize, u8)>(), 1..12), 0..MEDIA.len());
    while !over.load(Ordering::Relaxed) {
        let (changes, media) = strategy.new_tree(&mut runner).unwrap().current();
        let body = mutated(source.sample().body, &changes);
        let caught = panic::catch_unwind(AssertUnwindSafe(|| read(source, &body, MEDIA[media])));
        assert!(caught.is_ok(), "{name}: {media}: {:?}", String::from_utf8_lossy(&body));
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal;)*) => {
        mod fuzz_target {
            $(#[test] fn $test() { super::fuzz($name); })*
        }
        const TARGETS: &[&str] = &[$($name),*];
    };
}

targets! {
    alertmanager: "alertmanager";
    alertmanager_api: "alertmanager-api";
    grafana: "grafana";
    pagerduty: "pagerduty";
    opsgenie: "opsgenie";
    cloudevents: "cloudevents";
    generic: "generic";
    zabbix: "zabbix";
    nagios: "nagios";
    icinga: "icinga";
    checkmk: "checkmk";
    datadog: "datadog";
    sns: "sns";
    eventbridge: "eventbridge";
    azure: "azure";
    gcp: "gcp";
    sentry: "sentry";
    statuspage: "statuspage";
    uptime_kuma: "uptime-kuma";
    heartbeat: "heartbeat";
    pingdom: "pingdom";
    newrelic: "newrelic";
    graylog: "graylog";
    riemann: "riemann";
    librenms: "librenms";
    thousandeyes: "thousandeyes";
    axiom: "axiom";
    dash0: "dash0";
    vrealize: "vrealize";
    victorops: "victorops";
}

#[test]
fn every_source_has_a_target() {
    for source in SOURCES {
        assert!(TARGETS.contains(&source.name()), "{}", source.name());
    }
}
