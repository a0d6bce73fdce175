//! One incident from the first alert to its last task, through the use cases alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use app::{
    App, Caller, Channels, Credentials,
    config::NewIntegration,
    identity::{NewContact, NewPerson},
    intake::Incoming,
    testing::{self, HandClock, START},
};
use base::{Code, Id, Timestamp, id};
use domain::{
    access::{Grant, Role},
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind};

fn signed_in(id: Id<id::Person>, roles: &[Role], now: Timestamp) -> Caller {
    Caller {
        actor: Actor { id: person::code(id), kind: ActorKind::Person },
        person: Some(id),
        grants: roles.iter().map(|role| Grant { role: *role, entity: None }).collect(),
        elevated_at: START,
        credentials: Credentials::Session { confirmed_at: now },
        session: None,
        once: None,
    }
}

async fn person(app: &App, name: &str, roles: &[Role]) -> Caller {
    let email = format!("{name}@nordhaven.example");
    let new = NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: email.clone(),
        roles: roles.to_vec(),
        contacts: vec![NewContact { channel: Channel::Mail, address: email }],
    };
    let id = app.add_person(&Caller::host(), new).await.unwrap();
    signed_in(id, roles, app.now())
}

#[tokio::test]
async fn an_alert_becomes_an_incident_that_walks_all_five_phases() {
    let clock = HandClock::at(START);
    let app = testing::app(Channels::default(), clock.clone()).await;
    app.add_entity(&Caller::host(), ("Nordhaven Bank".into(), String::new())).await.unwrap();
    let karl = person(&app, "karl", &[Role::Commander, Role::Communications]).await;
    let marta = person(&app, "marta", &[Role::Management, Role::Responder]).await;
    let door = NewIntegration {
        source: "alertmanager-api".into(),
        name: "Prometheus".into(),
        group_by: vec!["service".into()],
        declares: true,
        policy: Code::fixed("default"),
    };
    let (_, key) = app.add_integration(&Caller::host(), door).await.unwrap();
    let door = app.open_door(&key, "alertmanager-api").await.unwrap();
    let body = br#"[{"labels":{"alertname":"Down","service":"payments","severity":"critical"},
        "annotations":{"summary":"payments down"},"startsAt":"2026-11-25T02:00:00Z"}]"#;
    let arrived = app.receive(door.clone(), Incoming::of(None, *body)).await.unwrap().unwrap();
    assert_eq!(arrived.receipts[0].action, "opened");
    let again = app.receive(door, Incoming::of(None, *body)).await.unwrap().unwrap();
    assert_eq!(again.receipts[0].action, "repeated");
    app.tick().await.unwrap();

    let open = app.look(store::incident::open).await.unwrap();
    let reference = open[0].reference.to_string();
    let incident = open[0].id;
    app.take_command(&karl, incident, String::new()).await.unwrap();
    let (mut karl, mut marta) = (karl, marta);
    for _ in 0..40 {
        for caller in [&mut karl, &mut marta] {
            caller.credentials = Credentials::Session { confirmed_at: app.now() };
        }
        let seen = app.see_incident(&reference, i64::MAX).await.unwrap();
        let Some(task) = seen.tasks.first() else { break };
        let mut answers = BTreeMap::new();
        for field in &task.element.marks.form {
            let value = match (field.key.as_str(), &field.kind) {
                ("customers_affected", _) => "most".to_owned(),
                ("critical_function", _) => "yes".to_owned(),
                (_, process::model::FieldType::Choice(options)) => options[0].to_string(),
                (_, process::model::FieldType::Choices(options)) => options[0].to_string(),
                (_, process::model::FieldType::Decimal) => "1.5".to_owned(),
                (_, process::model::FieldType::Date) => "2026-11-25".to_owned(),
                (_, process::model::FieldType::Boolean) => "true".to_owned(),
                (_, process::model::FieldType::Integer) => "1".to_owned(),
                (_, process::model::FieldType::Instant) => app.now().to_string(),
                (_, process::model::FieldType::Text) => "as agreed".to_owned(),
            };
            answers.insert(field.key.to_string(), value);
        }
        println!("{} {:?}", task.element.id, answers);
        let answer = (task.number, answers);
        app.complete_task(&karl, incident, answer.clone()).await.unwrap();
        let after = app.see_incident(&reference, i64::MAX).await.unwrap();
        if after.tasks.iter().any(|open| open.number == task.number) {
            let twice = app.complete_task(&karl, incident, answer.clone()).await.unwrap_err();
            assert!(twice.to_string().contains("PRC-004"), "{twice}");
            app.complete_task(&marta, incident, answer).await.unwrap();
        }
        clock.pass(base::Duration::minutes(1));
        app.tick().await.unwrap();
    }
    let seen = app.see_incident(&reference, i64::MAX).await.unwrap();
    assert_eq!(seen.state.phase.as_str(), "learn");
    app.approve_severity(&marta, incident, String::new()).await.unwrap();
    app.close_incident(&karl, incident, (false, "done".into())).await.unwrap();
    let signed = app.sign_checkpoint().await.unwrap();
    println!("{}", signed.note);

    let beside = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let rebuilt = app.look(move |conn| store::rebuild::check(conn, &beside)).await.unwrap();
    assert_eq!(rebuilt.differences, vec![], "{} rows", rebuilt.rows);
    assert!(rebuilt.rows > 50);
}
