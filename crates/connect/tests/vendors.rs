//! Every published payload of every other sender: accepted with this action, severity, key and time, or
//! refused with this reason.
//!
//! They lie beside the workspace, or where `WATCHKEEPER_SHARED` says. Where they are absent the
//! tests say so and pass; with `CI=true` absence is a failure.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "says that payloads are absent")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use connect::inbound::{Action, Arrival, Headers, Parsed, Settings, find};
use expect_test::{Expect, expect};

fn samples() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATCHKEEPER_SHARED").map_or_else(beside, PathBuf::from);
    let samples = shared.join("formats/samples");
    if samples.is_dir() {
        return Some(samples);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no payloads in {}", shared.display());
    println!("not run: the payloads are not here (WATCHKEEPER_SHARED)");
    None
}

/// What a payload says, a line an alert.
fn told(source: &str, headers: &Headers, body: &[u8]) -> String {
    let at = "2026-11-25T00:00:00Z".parse().unwrap();
    let mut arrival = Arrival::of(Some("application/json"), body, at);
    arrival.headers = headers;
    match find(source).unwrap().parse(&arrival) {
        Ok(parsed) => alerts(&parsed),
        Err(malformed) => format!("  {} {malformed}\n", malformed.status),
    }
}

fn alerts(parsed: &Parsed) -> String {
    let mut text = String::new();
    for signal in &parsed.signals {
        let line = match signal {
            Ok(s) => {
                let at = s.occurred_at.map_or("-".to_owned(), |at| at.to_string());
                format!("{:?} {:?} {} | {} | {at}", s.action, s.severity, s.dedup_key, s.title)
            }
            Err(rejected) => rejected.to_string(),
        };
        writeln!(text, "  {line}").unwrap();
    }
    let flags = &parsed.flags;
    if (flags.unfilled, flags.unknown_status, flags.unreadable_instants) != (0, 0, 0) {
        let (u, s, i) = (flags.unfilled, flags.unknown_status, flags.unreadable_instants);
        writeln!(text, "  flagged: unfilled {u}, status {s}, instants {i}").unwrap();
    }
    text
}

/// Each payload of these folders, told.
fn check(source: &str, folders: &[&str], wanted: &Expect) {
    let Some(samples) = samples() else { return };
    let mut seen = String::new();
    for folder in folders {
        let files = fs::read_dir(samples.join(folder)).unwrap();
        let files: BTreeMap<String, PathBuf> = files
            .map(|file| file.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
            .filter(|(name, _)| name.ends_with(".json"))
            .collect();
        assert!(!files.is_empty(), "{folder}");
        for (name, path) in files {
            let told = told(source, &Headers::new(), &fs::read(path).unwrap());
            write!(seen, "{folder}/{name}\n{told}").unwrap();
        }
    }
    wanted.assert_eq(&seen);
}

#[test]
fn grafana() {
    check(
        "grafana",
        &["grafana-unified", "grafana-legacy"],
        &expect![[r#"
            grafana-unified/grafana12_test_notification.json
              Trigger Unknown c4edaaf9f9f839b0 | TEST | 2026-05-05T13:04:57.622813Z
            grafana-unified/keep_networklatencyishigh.json
              Trigger Info 0e51342047cad14c | Network Latency High on {{ host.name }} | -
              flagged: unfilled 1, status 0, instants 0
            grafana-legacy/alerting_multi_match.json
              Trigger Unknown rule--/-/-/7 | [Alerting] CPU alert | -
            grafana-legacy/minimal_goalert.json
              Trigger Unknown rule--/-/-/1 | woot | -
            grafana-legacy/test_example.json
              Trigger Unknown rule--/-/-/1 | My alert | -
        "#]],
    );
}

#[test]
fn pagerduty() {
    let folders = ["pagerduty-events-v2", "pagerduty-v3-webhook", "pagerduty-api-incident"];
    check(
        "pagerduty",
        &folders,
        &expect![[r#"
        pagerduty-events-v2/acknowledge.json
          Acknowledge Unknown dedupkeyhere | dedupkeyhere | -
        pagerduty-events-v2/resolve.json
          Resolve Unknown dedupkeyhere | dedupkeyhere | -
        pagerduty-v3-webhook/incident_priority_updated.json
          Update Critical PGR0VU2 | A little bump in the road | 2021-04-26T17:36:27.458000Z
        pagerduty-v3-webhook/incident_triggered.json
          Trigger High PFQZPSY | Test Incident 3 | 2021-06-04T13:35:29.781000Z
        pagerduty-api-incident/incident_object.json
          Trigger Warning Q11LATZGWTP02U | Fifth Alert | 2024-07-07T12:32:37.000000Z
    "#]],
    );
}

#[test]
fn opsgenie() {
    check(
        "opsgenie",
        &["opsgenie-create-alert"],
        &expect![[r#"
        opsgenie-create-alert/from_alertmanager_1.json
          Trigger Critical 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b | message | -
        opsgenie-create-alert/from_alertmanager_3.json
          Trigger Critical 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b | message | -
    "#]],
    );
}

#[test]
fn cloudevents() {
    check(
        "cloudevents",
        &["cloudevents"],
        &expect![[r#"
        cloudevents/batch_12.json
          Trigger Unknown /mycontext/4#com.example.someevent | com.example.someevent | 2018-04-05T17:31:00.000000Z
          Trigger Unknown /mycontext/9#com.example.someotherevent | com.example.someotherevent | 2018-04-05T17:31:05.000000Z
        cloudevents/event_10.json
          Trigger Unknown /mycontext#com.example.someevent | com.example.someevent | -
        cloudevents/event_4.json
          Trigger Unknown /mycontext#com.example.someevent | com.example.someevent | 2018-04-05T17:31:00.000000Z
        cloudevents/event_8.json
          Trigger Unknown /mycontext#com.example.someevent | com.example.someevent | 2018-04-05T17:31:00.000000Z
    "#]],
    );
}

#[test]
fn zabbix() {
    check(
        "zabbix",
        &["zabbix"],
        &expect![[r#"
        zabbix/problem_average.json
          Trigger Warning text-7f1cb0246ecc41df | Zabbix agent on www.example.com is unreachable for 5 minutes | -
    "#]],
    );
}

#[test]
fn checkmk() {
    check(
        "checkmk",
        &["checkmk"],
        &expect![[r#"
        checkmk/keep.json
          Resolve Unknown server1 | server1 is UP: Packet received via smart PING | 2024-10-26T23:20:39.000000Z
    "#]],
    );
}

#[test]
fn datadog() {
    check(
        "datadog",
        &["datadog"],
        &expect![[r#"
        datadog/keep_high_cpu_usage.json
          Trigger Warning 1234567890 | High CPU Usage | -
          flagged: unfilled 1, status 0, instants 0
        datadog/keep_mq_consumer_struggling.json
          Trigger Info 1234567891 | MQ Consumer Is Struggling | -
          flagged: unfilled 1, status 0, instants 0
    "#]],
    );
}

/// The real notification is signed by a certificate that Amazon has since taken away: it waits with its
/// reason, and so does the subscription. What the signature covers is shown without it below.
#[test]
fn sns() {
    check(
        "sns",
        &["aws-sns", "aws-cloudwatch-keep"],
        &expect![[r#"
        aws-sns/events_cloudwatch_alarm.json
          Trigger Critical 000000000000/EU - Ireland/Example | Example | 2017-01-12T16:30:42.236000Z
        aws-sns/lambda_cloudwatch_alarm_sns_payload_single_metric.json
          Trigger Critical arn:aws:cloudwatch:REGION:ACCOUNT_NUMBER:alarm:EXAMPLE | EXAMPLE | 2015-06-03T17:43:27.123000Z
        aws-sns/messages_backup.json
          Info Unknown text-8710cb4786726257 | An AWS Backup job was completed successfully. Recovery point ARN: arn:aws:ec2:us-west-1:123456789012:volume/vol-012f345df6789012d. Resource ARN : arn:aws:ec2:us-west-1:123456789012:volume/vol-012f345df6789012e. BackupJob ID : 1b2345b2-f22c-4dab-5eb6-bbc7890ed123 | 2019-08-02T18:46:02.788000Z
          Trigger Unknown text-abc4c03baf89b270 | An AWS Backup job failed. Resource ARN : arn:aws:ec2:us-west-1:123456789012:volume/vol-012f345df6789012e. BackupJob ID : 1b2345b2-f22c-4dab-5eb6-bbc7890ed123 | 2019-08-02T18:46:02.788000Z
          Trigger Unknown text-355a97bd6e5b1da8 | An AWS Backup job failed to complete in time. Resource ARN : arn:aws:ec2:us-west-1:123456789012:volume/vol-012f345df6789012e. BackupJob ID : 1b2345b2-f22c-4dab-5eb6-bbc7890ed123 | 2019-08-02T18:46:02.788000Z
          Trigger Unknown text-f2148fc6708f7966 | An AWS Copy job was completed but was failed or was aborted. Copy Job Id : 2c3456c3-f33d-5ec6-cdc7-ccd890fe2345 | 2026-05-19T15:25:00.622000Z
        aws-sns/messages_dms_notification.json
          Trigger Unknown text-5a62fd3331f5d331 | Replication task has stopped. | 2019-02-12T15:45:24.091000Z
        aws-sns/messages_guardduty_finding.json
          Trigger Critical sample-id-2 | SAMPLE Unprotected port on EC2 instance i-123123123 is being probed | 2020-01-02T01:02:03.000000Z
        aws-sns/notification_cloudwatch_alarm.json
          503 ING-013: the signing certificate could not be fetched; send again, or read it again here
        aws-sns/subscription_confirmation_cloudwatch.json
          503 ING-013: the signing certificate could not be fetched; send again, or read it again here
        aws-cloudwatch-keep/keep_high_cpu_usage.json
          Trigger Warning HighCPUUsage | HighCPUUsage | -
        aws-cloudwatch-keep/keep_high_memory_usage.json
          Trigger High HighMemoryUsage | HighMemoryUsage | -
    "#]],
    );
}

#[test]
fn the_alarm_inside_the_real_notification() {
    let Some(samples) = samples() else { return };
    let body = fs::read(samples.join("aws-sns/notification_cloudwatch_alarm.json")).unwrap();
    let envelope: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let alarm = envelope["Message"].as_str().unwrap();
    let told = told("sns", &Headers::new(), alarm.as_bytes());
    let wanted = "Trigger Critical 1234567890/EU (Ireland)/bucketbytesAlarm | bucketbytesAlarm \
                  | 2019-02-15T23:53:45.093000Z";
    assert_eq!(told.trim(), wanted);
}

#[test]
fn eventbridge() {
    check(
        "eventbridge",
        &["aws-eventbridge"],
        &expect![[r#"
        aws-eventbridge/events_aws_health_event.json
          Trigger Unknown arn:aws:health:us-west-2::event/AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED_90353408594353980 | AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED | 2016-06-05T15:10:09.000000Z
        aws-eventbridge/events_guardduty_finding_low.json
          Trigger Info sample-id-2 | SAMPLE Unprotected port on EC2 instance i-123123123 is being probed | 2020-01-02T01:02:03.000000Z
    "#]],
    );
}

#[test]
fn azure() {
    check(
        "azure",
        &["azure-monitor"],
        &expect![[r#"
        azure-monitor/classic_metric_alert_1.json
          Trigger Unknown /subscriptions/s1/resourceGroups/useast/providers/microsoft.insights/alertrules/ruleName1#/subscriptions/s1/resourceGroups/useast/providers/microsoft.foo/sites/mysite1 | ruleName1 | 2015-08-14T22:26:41.997539Z
        azure-monitor/common_schema_metric_resolved.json
          Resolve Info /subscriptions/<subscription ID>/providers/Microsoft.AlertsManagement/alerts/b9569717-bc32-442f-add5-83a997729330 | WCUS-R2-Gen2 | 2019-03-22T13:58:24.371321Z
        azure-monitor/new_metric_alert_2.json
          Resolve Info /subscriptions/ba364c14-1aa5-484e-8b74-6201540087e1/resourceGroups/Web/providers/microsoft.insights/metricAlerts/Percentage%20CPU%20greater%20than%2070#/subscriptions/ba364c14-1aa5-484e-8b74-6201540087e1/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/web01 | CpuUtilHigh | 2019-02-27T14:10:35.081669Z
    "#]],
    );
}

#[test]
fn gcp() {
    check(
        "gcp",
        &["gcp-monitoring"],
        &expect![[r#"
        gcp-monitoring/keep_5xx_errors_production.json
          Trigger Critical prod-5xx-123 | High rate of 5XX errors detected in production environment | -
        gcp-monitoring/keep_high_memory_usage.json
          Trigger Warning mem-234 | Memory usage exceeds 90% on production servers | -
        gcp-monitoring/v1_1_open.json
          Trigger Unknown f2e08c333dc64cb09f75eaab355393bz | CPU (agent) for webserver-85 is above the threshold of 1% with a value of 28.5% | 2017-07-06T19:10:14.000000Z
    "#]],
    );
}

#[test]
fn sentry() {
    check(
        "sentry",
        &["sentry-platform", "sentry", "sentry-keep"],
        &expect![[r#"
        sentry-platform/event_alert_triggered.json
          Trigger Unknown issue-123 | Error #1: This is a test error! | 2022-04-04T18:17:18.320000Z
        sentry-platform/issue_resolved.json
          Resolve High issue-123 | Error #1: This is a test error! | 2022-04-04T18:17:18.320000Z
        sentry-platform/metric_alert_resolved.json
          Resolve Unknown metric-789 | metric alert | -
        sentry/payload_1.json
          Trigger High issue-541485531 | This is an example Python exception | 2018-05-02T08:07:10.000000Z
        sentry-keep/keep_browser_timeout.json
          Trigger High issue-4616132097 | Failed to fetch user profile: NetworkError: Server responded with 504 Gateway Timeout | 2024-03-09T13:34:45.873000Z
        sentry-keep/keep_server_overload.json
          Trigger High issue-4616132098 | Order submission failed: Server responded with 503 Service Unavailable - System under heavy load | 2024-03-09T13:36:25.873000Z
    "#]],
    );
}

#[test]
fn statuspage() {
    check(
        "statuspage",
        &["statuspage"],
        &expect![[r#"
        statuspage/component_status_update.json
          Info Info component-sqm6pl84wzjc | Database component: under_maintenance | 2017-12-26T07:59:09.379000Z
        statuspage/incident_update_resolved.json
          Resolve Unknown incident-z3lct0r596n4 | Database query delays | 2017-12-26T07:32:00.507000Z
    "#]],
    );
}

#[test]
fn uptime_kuma() {
    check(
        "uptime-kuma",
        &["uptime-kuma"],
        &expect![[r#"
        uptime-kuma/down_port_monitor_no_url.json
          Trigger Unknown monitor-2 | Port Monitor: Port closed | 2022-08-26T01:02:24.000000Z
        uptime-kuma/up_no_msg.json
          Resolve Unknown monitor-3 | Test: All good | 2022-08-26T01:02:24.000000Z
    "#]],
    );
}

#[test]
fn senders_that_are_a_mapping() {
    for (source, folder, wanted) in [
        (
            "pingdom",
            "pingdom",
            expect![[r#"
            pingdom/down.json
              Trigger High 803318 | Alerta API on OpenShift | 2017-06-30T22:25:43.000000Z
        "#]],
        ),
        (
            "newrelic",
            "newrelic",
            expect![[r#"
            newrelic/incident_notification.json
              Trigger Info 11111/0 | New Relic Alert - Test Condition | 2020-09-25T11:23:27.849000Z
        "#]],
        ),
        (
            "graylog",
            "graylog",
            expect![[r#"
            graylog/event_notification.json
              Trigger Unknown 5e7a9c8d-9bb1-47b6-b8db-4a3a83a25e0c | test | 2015-09-10T09:45:54.749000Z
        "#]],
        ),
        (
            "riemann",
            "riemann",
            expect![[r#"
            riemann/event.json
              Resolve Unknown hostbob/servicejane | This is a description | -
        "#]],
        ),
        (
            "librenms",
            "librenms",
            expect![[r#"
            librenms/keep.json
              Resolve Unknown 2/13 | Device 10.10.1.147 recovered from Devices up/down | -
        "#]],
        ),
        (
            "thousandeyes",
            "thousandeyes",
            expect![[r#"
            thousandeyes/keep_1.json
              Trigger Info 562949955000593 | Default Agent Offline Notification | 2025-03-24T17:28:40.000000Z
        "#]],
        ),
        (
            "axiom",
            "axiom",
            expect![[r#"
            axiom/keep.json
              Trigger Unknown Rxg89nIwu9WwrOsJKA | Triggered: New monitor | 2025-02-15T14:59:03.000000Z
        "#]],
        ),
        (
            "dash0",
            "dash0",
            expect![[r#"
            dash0/keep.json
              Resolve Unknown 6820705469291328438/b9a9da0b-7a79-4a1d-abf3-5cd07649e80a | This is a summay | 2025-02-03T07:17:17.474101Z
        "#]],
        ),
        (
            "vrealize",
            "vmware",
            expect![[r#"
            vmware/vrealize.json
              Trigger Warning sample-alert-uuid | sample-info | 2013-05-28T16:09:06.267000Z
        "#]],
        ),
    ] {
        check(source, &[folder], &wanted);
    }
}

/// No folder of payloads is left out: a new one fails here until a test reads it.
#[test]
fn every_folder_of_samples_is_read_by_a_test() {
    let Some(samples) = samples() else { return };
    let tests = concat!(include_str!("vendors.rs"), include_str!("samples.rs"));
    for folder in fs::read_dir(samples).unwrap() {
        let folder = folder.unwrap();
        if folder.path().is_dir() {
            let name = folder.file_name().to_string_lossy().into_owned();
            assert!(tests.contains(&name), "{name}");
        }
    }
}

/// A message of each sender, sent as its own test button would: it opens an alert (or is a sign of life),
/// and nothing is flagged.
#[test]
fn every_source_reads_its_own_sample() {
    let mapping = connect::inbound::generic::EXAMPLE;
    let mapping = connect::inbound::generic::Mapping::parse(mapping).ok();
    let settings = Settings { mapping, ..Settings::default() };
    for source in connect::inbound::SOURCES {
        let sample = source.sample();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = sample.headers.iter().map(owned).collect();
        let at = "2026-11-25T00:00:00Z".parse().unwrap();
        let mut arrival = Arrival::of(Some(sample.content_type), sample.body.as_bytes(), at);
        (arrival.headers, arrival.settings) = (&headers, &settings);
        let parsed = source.parse(&arrival).unwrap();
        let signal = parsed.signals[0].as_ref().unwrap();
        let wanted = if source.name() == "heartbeat" { Action::Resolve } else { Action::Trigger };
        assert_eq!(signal.action, wanted, "{}", source.name());
        assert!(format!("{signal:?}").to_lowercase().contains("test"), "{signal:?}");
        assert_eq!(parsed.flags, connect::inbound::Flags::default(), "{}", source.name());
        assert!(!source.label().is_empty());
    }
}

/// No source that has no such act of its own acknowledges, whatever it is sent.
#[test]
fn only_a_documented_act_acknowledges() {
    let acts: Vec<&str> = connect::inbound::SOURCES
        .iter()
        .filter(|source| source.acknowledges())
        .map(|source| source.name())
        .collect();
    expect!["pagerduty opsgenie zabbix nagios icinga checkmk newrelic victorops"]
        .assert_eq(&acts.join(" "));
}
