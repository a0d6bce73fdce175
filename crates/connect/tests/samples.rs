//! Real and published payloads of Alertmanager and Prometheus.
//!
//! They lie beside the workspace, or where `WATCHKEEPER_SHARED` says. Where they are absent the
//! tests say so and pass; with `CI=true` absence is a failure.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "says that payloads are absent")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use base::{Duration, Timestamp};
use connect::inbound::{Action, Arrival, Parsed, Signal, SourceSeverity, find};
use expect_test::{Expect, expect};

fn formats() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATCHKEEPER_SHARED").map_or_else(beside, PathBuf::from);
    let formats = shared.join("formats");
    if formats.is_dir() {
        return Some(formats);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no payloads in {}", shared.display());
    println!("not run: the payloads are not here (WATCHKEEPER_SHARED)");
    None
}

/// The payloads of a folder by name, headers left out.
fn payloads(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut payloads = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".json") && !name.ends_with(".headers.json") {
            payloads.insert(name, fs::read(path).unwrap());
        }
    }
    assert!(!payloads.is_empty(), "{}", folder.display());
    payloads
}

/// When a captured payload arrived, from its headers, which cut off the fraction of the second;
/// else an instant after every sample.
fn received_at(folder: &Path, name: &str) -> Timestamp {
    let headers = folder.join(name.replace(".json", ".headers.json"));
    let Ok(headers) = fs::read(headers) else { return "2026-11-25T00:00:00Z".parse().unwrap() };
    let headers: serde_json::Value = serde_json::from_slice(&headers).unwrap();
    let second: Timestamp = headers["received_at"].as_str().unwrap().parse().unwrap();
    second + Duration::millis(999)
}

fn parse(source: &str, body: &[u8], at: Timestamp) -> Parsed {
    find(source).unwrap().parse(&Arrival::of(Some("application/json"), body, at)).unwrap()
}

fn usable(parsed: &Parsed) -> impl Iterator<Item = &Signal> {
    parsed.signals.iter().map(|signal| signal.as_ref().unwrap())
}

fn check(source: &str, folder: &str, wanted: &Expect) {
    let Some(folder) = formats().map(|formats| formats.join(folder)) else { return };
    let mut seen = String::new();
    for (name, body) in payloads(&folder) {
        let parsed = parse(source, &body, received_at(&folder, &name));
        seen.push_str(&format!("{name} left out {}\n", parsed.flags.left_out));
        for s in usable(&parsed) {
            let (action, severity, key, title) = (s.action, s.severity, &s.dedup_key, &s.title);
            seen.push_str(&format!("  {action:?} {severity:?} {key} {title}\n"));
        }
    }
    wanted.assert_eq(&seen);
}

#[test]
fn captured_webhooks() {
    check(
        "alertmanager",
        "captured/alertmanager",
        &expect![[r#"
        001_dba-max1.json left out 1
          Trigger Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
        003_pager.json left out 0
          Trigger Critical f91bccb50dc47752 Error ratio 31% on cards
          Trigger Critical b2136584b46be6d4 Error ratio 12% on payments
        005_pager.json left out 0
          Trigger Critical f91bccb50dc47752 Error ratio 31% on cards
          Resolve Critical b2136584b46be6d4 Error ratio 12% on payments
        007_dba-max1.json left out 1
          Trigger Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
        009_compliance.json left out 0
          Trigger Critical f91bccb50dc47752 Error ratio 31% on cards
        011_dba-max1_answered503.json left out 1
          Trigger Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
        013_compliance.json left out 0
          Trigger Critical 19d17a526ceebc78 Error ratio 20% on login
        015_pager.json left out 0
          Trigger Critical f91bccb50dc47752 Error ratio 31% on cards
          Trigger Critical 19d17a526ceebc78 Error ratio 20% on login
        017_dba-max1.json left out 1
          Resolve Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
        019_compliance.json left out 0
          Resolve Critical f91bccb50dc47752 Error ratio 31% on cards
        021_pager.json left out 0
          Trigger Critical 21e7257a396d6497 127.0.0.1:19461 is down
    "#]],
    );
}

#[test]
fn captured_api_requests() {
    check(
        "alertmanager-api",
        "captured/alerts_api",
        &expect![[r#"
            001.json left out 0
              Trigger Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
            003.json left out 0
              Trigger Warning 66a547c2d0cac9d2 Lag 54.8 s on ledger
            005.json left out 0
              Trigger Critical 19d17a526ceebc78 Error ratio 20% on login
            007.json left out 0
              Resolve Warning 66a547c2d0cac9d2 Lag 54.9 s on ledger
              Resolve Warning d3da9928ce8176b7 Disk 93.5 % on db-1 /var/lib/"quoted"
        "#]],
    );
}

#[test]
fn published_webhooks() {
    check(
        "alertmanager",
        "samples/alertmanager",
        &expect![[r#"
        v3_firing_legacy.json left out 0
          Trigger Critical d2089d8d0f422129 Connect fail
        v4_firing_bot.json left out 0
          Trigger Critical 88cbf0084cf27726 Fire
        v4_minimal_no_fingerprint_goalert.json left out 0
          Trigger Unknown dab43189276e5f48 My alert summary
        v4_resolved_bot.json left out 0
          Resolve Critical 88cbf0084cf27726 Fire
    "#]],
    );
}

#[test]
fn mocks_of_another_product() {
    check(
        "alertmanager",
        "samples/prometheus-keep",
        &expect![[r#"
            keep_diskspacelow.json left out 0
              Trigger Warning text-226d556b56e1f4cf Disk space is below 20%
            keep_mqfull_message_queue_is_full.json left out 0
              Trigger Critical text-e6dbecc30e7fc707 Message queue is over 90% capacity
            keep_networklatencyhigh.json left out 0
              Trigger Info text-8a061a39128ebce2 Network latency is higher than normal for customer_id:acme
        "#]],
    );
}

#[test]
fn webhooks_of_the_status_code_captures() {
    let Some(formats) = formats() else { return };
    for (name, body) in payloads(&formats.join("captured/status_codes")) {
        let parsed = parse("alertmanager", &body, Timestamp::default());
        assert!(usable(&parsed).all(|s| s.severity == SourceSeverity::Critical), "{name}");
    }
}

#[test]
fn our_fingerprint_is_the_senders_for_every_captured_alert() {
    let Some(formats) = formats() else { return };
    let mut compared = 0;
    for folder in ["captured/alertmanager", "captured/status_codes"] {
        for body in payloads(&formats.join(folder)).into_values() {
            let text = String::from_utf8(body).unwrap();
            let without = text.replace("\"fingerprint\"", "\"otherwise\"");
            let given = parse("alertmanager", text.as_bytes(), Timestamp::default());
            let ours = parse("alertmanager", without.as_bytes(), Timestamp::default());
            for (given, ours) in usable(&given).zip(usable(&ours)) {
                assert_eq!(given.dedup_key, ours.dedup_key);
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn an_alert_of_the_api_has_the_key_of_its_webhook() {
    let Some(formats) = formats() else { return };
    let keys = |source: &str, folder: &str| -> Vec<(String, String)> {
        let bodies = payloads(&formats.join(folder)).into_values();
        let parsed = bodies.map(|body| parse(source, &body, Timestamp::default()));
        parsed
            .flat_map(|p| {
                usable(&p).map(|s| (s.dedup_key.clone(), s.external_id.clone())).collect::<Vec<_>>()
            })
            .collect()
    };
    let webhook = keys("alertmanager", "captured/alertmanager");
    let api = keys("alertmanager-api", "captured/alerts_api");
    let shared = api.iter().filter(|key| webhook.contains(key)).count();
    assert!(shared >= 2, "{api:?} {webhook:?}");
}

#[test]
fn a_future_end_of_the_captured_api_fires_and_a_passed_one_resolves() {
    let Some(formats) = formats() else { return };
    let folder = formats.join("captured/alerts_api");
    let actions = |name: &str| -> Vec<Action> {
        let body = fs::read(folder.join(name)).unwrap();
        usable(&parse("alertmanager-api", &body, received_at(&folder, name)))
            .map(|s| s.action)
            .collect()
    };
    assert_eq!(actions("001.json"), [Action::Trigger]);
    assert_eq!(actions("007.json"), [Action::Resolve, Action::Resolve]);
}

/// Answers to GET: not what is posted, but the alerts in them carry real fingerprints.
#[test]
fn alerts_listed_by_alertmanager_keep_their_fingerprints() {
    let Some(formats) = formats() else { return };
    let folder = formats.join("samples/alertmanager-api-v2");
    let groups = fs::read(folder.join("groups_0.27.0.json")).unwrap();
    let parsed = parse("alertmanager-api", &groups, Timestamp::default());
    assert!(parsed.signals.iter().all(|s| s.as_ref().is_err_and(|r| r.code.as_str() == "ING-006")));

    let groups: Vec<serde_json::Value> = serde_json::from_slice(&groups).unwrap();
    let mut compared = 0;
    for alert in groups.iter().flat_map(|group| group["alerts"].as_array().unwrap()) {
        let mut bare = alert.clone();
        bare.as_object_mut().unwrap().remove("fingerprint");
        let body = serde_json::to_vec(&[bare]).unwrap();
        let parsed = parse("alertmanager-api", &body, Timestamp::default());
        assert_eq!(
            usable(&parsed).next().unwrap().dedup_key,
            alert["fingerprint"].as_str().unwrap()
        );
        compared += 1;
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn silences_are_no_alerts() {
    let Some(formats) = formats() else { return };
    let body = fs::read(formats.join("samples/alertmanager-api-v2/silences_0.27.0.json")).unwrap();
    let parsed = parse("alertmanager-api", &body, Timestamp::default());
    assert!(parsed.signals.iter().all(|s| s.as_ref().is_err_and(|r| r.code.as_str() == "ING-008")));
}
