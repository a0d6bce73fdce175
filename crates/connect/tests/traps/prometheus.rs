//! Alertmanager, Prometheus and Grafana.

use connect::{
    inbound::{Action, Headers, Settings},
    outbound::Secret,
};

use super::{parse, signal, with_headers};

#[test]
fn trap_members_of_a_newer_alertmanager_change_nothing() {
    let plain = r#"{"version":"4","status":"firing","groupKey":"g","alerts":[{"status":"firing",
        "labels":{"alertname":"A"}}]}"#;
    let newer = plain.replace(
        r#""groupKey""#,
        r#""routeLabels":{"team":"pay"},"notification_reason":"repeat interval elapsed","groupKey""#,
    );
    assert_eq!(signal("alertmanager", &newer), signal("alertmanager", plain));
}

#[test]
fn trap_a_unified_message_is_told_from_a_legacy_one() {
    // Both have title, state and message at the top; only one has alerts, each with its own status.
    let unified = r#"{"version":"1","orgId":1,"title":"[FIRING:1]","state":"alerting","message":"m",
        "groupKey":"g","alerts":[{"status":"resolved","labels":{"alertname":"A"},"fingerprint":"f"}]}"#;
    let one = signal("grafana", unified);
    assert_eq!((one.action, one.dedup_key.as_str()), (Action::Resolve, "f"));
    let legacy = r#"{"title":"[Alerting]","state":"alerting","message":"m","ruleId":7,"orgId":1}"#;
    let other = signal("grafana", legacy);
    assert_eq!((other.action, other.dedup_key.as_str()), (Action::Trigger, "rule-1/-/-/7"));
    // Alertmanager's own version is not looked at: it may come through a Grafana.
    let own = unified.replace(r#""version":"1""#, r#""version":"4""#);
    assert_eq!(signal("grafana", &own).action, Action::Resolve);
}

#[test]
fn trap_a_payload_of_another_shape_is_refused_and_not_guessed() {
    for body in
        [r#"{"text":"CPU is hot"}"#, r#"{"state":"alerting","title":"t"}"#, "[]", r#""hot""#]
    {
        let refused = parse("grafana", body).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (422, "ING-006"), "{body}");
    }
}

/// The signatures were computed outside, as grafana/alerting does in http/hmac.go: HMAC-SHA256 under the
/// secret `k` of the body, or of `1795306500:` and the body.
#[test]
fn trap_a_signature_may_cover_a_timestamp_and_is_then_good_for_a_while() {
    let body =
        r#"{"version":"1","orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}"#;
    let alone = "5ca50868c0cd389b4682bdfc7a47a641f96ff27489ed64711be793518613f3b8";
    let dated = "e21a19f05d64350e6b789fc8236cf0e900cbc0378e8e58124afd44c48e658b80";
    let settings = Settings { secret: Some(Secret::new("k")), ..Settings::default() };
    let refused = |headers: &[(&str, &str)]| {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers: Headers = headers.iter().map(owned).collect();
        with_headers("grafana", &headers, &settings, body)
    };
    let (name, when) = ("x-grafana-alerting-signature", "x-grafana-alerting-timestamp");
    assert_eq!(refused(&[(name, alone)]), None);
    assert_eq!(refused(&[("x-grafana-alert-signature", alone)]), None, "its own default name");
    // 1795306500 is a quarter of an hour before the arrival.
    assert_eq!(refused(&[(name, dated), (when, "1795306500")]), None);
    assert_eq!(refused(&[(name, dated), (when, "1795306501")]), Some(401), "another instant");
    assert_eq!(refused(&[(name, alone), (when, "1795306500")]), Some(401), "not signed with it");
    assert_eq!(refused(&[(name, dated)]), Some(401), "the instant was taken away");
    // The same by the same key, one second older than is taken.
    let old = "1795306499";
    let mac = {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"k").unwrap();
        mac.update(format!("{old}:{body}").as_bytes());
        hex::encode(mac.finalize().into_bytes())
    };
    assert_eq!(refused(&[(name, &mac), (when, old)]), Some(401), "recorded, and sent again later");
}
