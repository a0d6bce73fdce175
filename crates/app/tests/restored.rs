//! What a restored older database cannot bring back: erased words, and pages that were sent already.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{path::Path, sync::Arc};

use app::{
    App, Caller, Channels, Credentials, Options, Ports,
    config::NewIntegration,
    identity::{NewContact, NewPerson},
    intake::Incoming,
    log::{Keeper, Signing},
    testing::{HandClock, START, options},
};
use base::{Code, Duration, Id, Timestamp, id};
use db::{Db, Target};
use domain::{
    access::{Grant, Role},
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind};

/// An application over files, as `serve` opens one.
async fn open(folder: &Path, clock: &Arc<HandClock>) -> App {
    let target = Target::Sqlite(folder.join("watchkeeper.db"));
    let db = Db::open(&target, db::Options::default()).unwrap();
    store::migrations::bring_up_to_date(&db).unwrap();
    let mut dice = app::Dice::from_seed([7; 32]);
    let options = Options { data: folder.to_path_buf(), ..options() };
    let keeper = Keeper::open(folder, &options.origin, &mut dice).unwrap();
    // Another seed at each start, as the operating system gives it.
    let minute = app::Clock::now(clock.as_ref()).seconds() / 60 % 251;
    let dice = app::Dice::from_seed([u8::try_from(minute).unwrap(); 32]);
    let clock = clock.clone();
    let ports = Ports { db, clock, dice, channels: Channels::default() };
    let app = App::new(ports, options, keeper);
    app.register_key().await.unwrap();
    app.guard_rollback().await.unwrap();
    app.keep_erasures().await.unwrap();
    app.ship_defaults().await.unwrap();
    app
}

async fn somebody(app: &App, name: &str, roles: &[Role], now: Timestamp) -> Caller {
    let email = format!("{name}@nordhaven.example");
    let new = NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: email.clone(),
        roles: roles.to_vec(),
        contacts: vec![NewContact { channel: Channel::Mail, address: email }],
    };
    let id = app.add_person(&Caller::host(), new).await.unwrap();
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

/// Puts the copy in the place of the database, as `restore` does.
fn restore(folder: &Path) {
    for ending in ["-wal", "-shm"] {
        drop(std::fs::remove_file(folder.join(format!("watchkeeper.db{ending}"))));
    }
    std::fs::copy(folder.join("copy"), folder.join("watchkeeper.db")).unwrap();
}

#[tokio::test]
async fn g18_an_erasure_outlives_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, clock) = (folder.path(), HandClock::at(START));
    let app = open(folder, &clock).await;
    let asks = somebody(&app, "ada", &[Role::Administrator], app::Clock::now(clock.as_ref())).await;
    let confirms =
        somebody(&app, "dario", &[Role::DataProtection], app::Clock::now(clock.as_ref())).await;
    let gone = somebody(&app, "wanda", &[], app::Clock::now(clock.as_ref())).await.person.unwrap();
    app.db().backup(&folder.join("copy")).unwrap();
    let request = app.request_erasure(&asks, (gone, Code::fixed("gdpr_17"))).await.unwrap();
    app.perform_erasure(&confirms, request).await.unwrap();
    assert_eq!(name(&app, gone).await, store::word::ERASED);
    let list = std::fs::read_to_string(folder.join("erasures")).unwrap();
    assert_eq!(list.lines().count(), 3, "name, email, address");
    assert!(!list.contains("wanda"), "{list}");
    app.db().close();

    restore(folder);
    clock.pass(Duration::minutes(5));
    let app = open(folder, &clock).await;
    assert_eq!(name(&app, gone).await, store::word::ERASED, "erased once more at the start");
    assert_eq!(app.keep_erasures().await.unwrap(), 0, "and only once");
    let beside = Db::open(&Target::Memory, db::Options::default()).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let rebuilt = app.look(move |conn| store::rebuild::check(conn, &beside)).await.unwrap();
    assert_eq!(rebuilt.differences, []);
}

async fn name(app: &App, id: Id<id::Person>) -> String {
    app.look(move |conn| store::person::name(conn, id)).await.unwrap()
}

#[tokio::test]
async fn pages_of_a_restored_log_are_held_until_its_epoch_and_new_ones_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, clock) = (folder.path(), HandClock::at(START));
    let app = open(folder, &clock).await;
    app.add_entity(&Caller::host(), ("Nordhaven".into(), String::new())).await.unwrap();
    somebody(&app, "karl", &[Role::Responder, Role::Commander], app::Clock::now(clock.as_ref()))
        .await;
    let key = door(&app).await;
    alert(&app, &key, "Before").await;
    app.keep_time().await.unwrap();
    app.db().backup(&folder.join("copy")).unwrap();
    clock.pass(Duration::minutes(1));
    assert!(app.send_pages().await.unwrap() > 0, "it was sent after the backup");
    alert(&app, &key, "Lost").await;
    app.keep_time().await.unwrap();
    app.sign_checkpoint().await.unwrap();
    app.db().close();

    restore(folder);
    clock.pass(Duration::minutes(1));
    let app = open(folder, &clock).await;
    assert!(app.sign_checkpoint().await.is_err());
    assert!(matches!(app.signing().await, Signing::RolledBack { .. }));
    assert!(app.keeper().held_back().is_some());
    assert_eq!(app.send_pages().await.unwrap(), 0, "sent before the loss, perhaps: held back");
    alert(&app, &key, "New").await;
    app.keep_time().await.unwrap();
    assert!(app.send_pages().await.unwrap() > 0, "G2: paging goes on");

    app.declare_epoch("the disk failed".to_owned()).await.unwrap();
    assert!(app.keeper().held_back().is_none());
    clock.pass(Duration::minutes(1));
    assert!(app.send_pages().await.unwrap() > 0, "what was held is sent now");
    app.sign_checkpoint().await.unwrap();
}

async fn door(app: &App) -> String {
    let door = NewIntegration {
        source: "alertmanager-api".into(),
        name: "Prometheus".into(),
        group_by: vec!["alertname".into()],
        declares: false,
        policy: Code::fixed("default"),
    };
    app.add_integration(&Caller::host(), door).await.unwrap().1
}

async fn alert(app: &App, key: &str, name: &str) {
    let door = app.open_door(key, "alertmanager-api").await.unwrap();
    let body = format!(
        r#"[{{"labels":{{"alertname":"{name}","severity":"critical"}},"annotations":{{}}}}]"#
    );
    let incoming = Incoming::of(Some("application/json"), body);
    app.receive(door, incoming).await.unwrap().unwrap();
}
