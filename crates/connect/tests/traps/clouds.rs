//! SNS and CloudWatch, Azure Monitor, Google Cloud Monitoring, Sentry, Statuspage.

use connect::inbound::{Action, Settings, SourceSeverity, limits::MAX_BODY};

use super::{parse, read, signal};

#[test]
fn trap_raw_delivery_is_read_but_not_where_topics_are_listed() {
    let alarm = r#"{"AlarmName":"a","AlarmArn":"arn","NewStateValue":"OK"}"#;
    let text = serde_json::to_string(alarm).unwrap();
    let topic = "arn:aws:sns:eu-west-1:1:t";
    let bodies = [
        alarm.to_owned(),
        format!(r#"{{"TopicArn":"{topic}","Message":{text}}}"#),
        format!(
            r#"{{"Records":[{{"Sns":{{"Type":"Notification","TopicArn":"{topic}","Message":{text}}}}}]}}"#
        ),
        // A type beside them makes the records no more signed.
        format!(r#"{{"Type":"Notification","Records":[{{"Sns":{{"Message":{text}}}}}]}}"#),
    ];
    let listed = Settings { topics: vec![topic.to_owned()], ..Settings::default() };
    for body in bodies {
        let sent = (Some("text/plain; charset=UTF-8"), "");
        let taken = read("sns", sent, &Settings::default(), &body).unwrap();
        assert_eq!(taken.signals[0].as_ref().unwrap().action, Action::Resolve, "{body}");
        // Whoever knows the address could say that an alarm of this topic is over.
        let refused = read("sns", sent, &listed, &body).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (401, "ING-012"), "{body}");
    }
}

#[test]
fn trap_dimensions_come_in_either_case() {
    for (name, value) in [("name", "value"), ("Name", "Value")] {
        let body = format!(
            r#"{{"AlarmName":"a","NewStateValue":"ALARM","Trigger":{{"Dimensions":[
            {{"{value}":"i-1","{name}":"InstanceId"}}]}}}}"#
        );
        let read = signal("sns", &body);
        assert_eq!((&*read.labels["InstanceId"], read.resource.as_deref()), ("i-1", Some("i-1")));
    }
}

#[test]
fn trap_an_alarm_is_named_by_its_arn_or_by_account_region_and_name() {
    let of = |arn: &str, state: &str| {
        let body = format!(
            r#"{{"AlarmName":"a","AWSAccountId":"12","Region":"EU (Ireland)",{arn}"NewStateValue":"{state}"}}"#
        );
        signal("sns", &body).dedup_key
    };
    assert_eq!(of(r#""AlarmArn":"arn:x","#, "ALARM"), "arn:x");
    assert_eq!(of("", "ALARM"), "12/EU (Ireland)/a");
    assert_eq!(of("", "ALARM"), of("", "OK"));
}

#[test]
fn trap_a_log_alert_is_resolved_without_its_instant() {
    let read = signal(
        "azure",
        r#"{"data":{"essentials":{"alertId":"a","alertRule":"r","signalType":"Log","severity":"Sev2",
        "monitorCondition":"Resolved","firedDateTime":"2019-03-22T13:58:24.3713213Z"}}}"#,
    );
    assert_eq!((read.action, read.ends_at), (Action::Resolve, None));
    assert_eq!(read.occurred_at.unwrap().to_string(), "2019-03-22T13:58:24.371321Z");
}

#[test]
fn trap_a_message_of_the_largest_size_is_read() {
    let body = format!(
        r#"{{"data":{{"essentials":{{"alertId":"a","monitorCondition":"Fired"}},"alertContext":
        {{"SearchResults":"{}"}}}}}}"#,
        "x".repeat(256 * 1024)
    );
    assert!(body.len() < MAX_BODY);
    assert_eq!(signal("azure", &body).dedup_key, "a");
}

#[test]
fn trap_the_two_older_shapes_are_read() {
    let context = r#""context":{"timestamp":"2019-02-27T14:10:35.0816694Z","id":"/rule","name":"CPU",
        "severity":"1","resourceId":"/vm","resourceName":"web01","condition":CONDITION}"#;
    let listed = context.replace("CONDITION", r#"{"allOf":[{"threshold":"90","metricValue":85}]}"#);
    let single = context.replace("CONDITION", r#"{"threshold":"90","metricValue":"85"}"#);
    let second = |state: &str| {
        format!(
            r#"{{"schemaId":"AzureMonitorMetricAlert","data":{{"version":"2.0","status":"{state}",{listed}}}}}"#
        )
    };
    let classic =
        |state: &str| format!(r#"{{"status":"{state}",{single},"properties":{{"k":"v"}}}}"#);
    for (fired, over) in
        [(second("Activated"), second("Deactivated")), (classic("Activated"), classic("Resolved"))]
    {
        let (fired, over) = (signal("azure", &fired), signal("azure", &over));
        assert_eq!((fired.action, over.action), (Action::Trigger, Action::Resolve));
        assert_eq!(fired.dedup_key, over.dedup_key);
        assert_eq!((fired.severity, fired.title.as_str()), (SourceSeverity::High, "CPU"));
        assert_eq!((&*fired.annotations["threshold"], &*fired.annotations["value"]), ("90", "85"));
    }
    assert_eq!(signal("azure", &classic("Activated")).annotations["k"], "v");
}

#[test]
fn trap_values_are_kept_as_they_were_sent() {
    let read = signal(
        "gcp",
        r#"{"incident":{"incident_id":"i","state":"open","observed_value":"28.5","threshold_value":0.010,
        "scoping_project_number":5615590933959184469}}"#,
    );
    assert_eq!(read.annotations["observed_value"], "28.5");
    assert_eq!(read.annotations["threshold_value"], "0.010", "the digits that were sent");
}

#[test]
fn trap_an_incident_has_one_key_until_it_is_closed() {
    let of = |state: &str| {
        let body = format!(
            r#"{{"version":"1.2","incident":{{"incident_id":"0.abc","state":"{state}","started_at":1499368214,
            "ended_at":1499368300}}}}"#
        );
        let read = signal("gcp", &body);
        (read.dedup_key, read.action)
    };
    assert_eq!(of("open"), ("0.abc".to_owned(), Action::Trigger));
    assert_eq!(of("closed"), ("0.abc".to_owned(), Action::Resolve));
}

#[test]
fn trap_a_count_is_a_text() {
    let body = |count: &str| {
        format!(
            r#"{{"action":"created","data":{{"issue":{{"id":"1","title":"t","count":{count}}}}}}}"#
        )
    };
    for count in [r#""12""#, "12"] {
        assert_eq!(signal("sentry", &body(count)).annotations["count"], "12");
    }
}

#[test]
fn trap_a_metric_alert_is_as_bad_as_its_action_says() {
    let of = |action: &str| {
        let body = format!(
            r#"{{"action":"{action}","data":{{"metric_alert":{{"id":"9","status":2,"title":"m"}}}}}}"#
        );
        let read = signal("sentry", &body);
        (read.action, read.severity, read.dedup_key)
    };
    let key = || "metric-9".to_owned();
    assert_eq!(of("critical"), (Action::Trigger, SourceSeverity::Critical, key()));
    assert_eq!(of("warning"), (Action::Trigger, SourceSeverity::Warning, key()));
    assert_eq!(of("resolved"), (Action::Resolve, SourceSeverity::Unknown, key()));
}

#[test]
fn trap_an_update_may_name_no_component() {
    let body = r#"{"incident":{"id":"i","name":"n","status":"identified","impact":"minor","components":null,
        "incident_updates":[{"body":"b","affected_components":null}]}}"#;
    let parsed = parse("statuspage", body).unwrap();
    let read = parsed.signals[0].as_ref().unwrap();
    assert_eq!((read.description.as_str(), read.resource.as_deref()), ("b", None));
}
