//! A change of configuration takes two people, and what was published is kept byte for byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use app::{
    App, Caller, Channels, Credentials, Error,
    config::{DraftToSave, SavedDraft, Which},
    demo::{PROCESS, SEVERITY},
    identity::NewPerson,
    testing::{self, HandClock, START},
};
use base::{Code, Duration};
use domain::{
    access::{Grant, Role},
    document::{DocumentKind, Seen, Verdict},
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind};

async fn somebody(app: &App, name: &str, roles: &[Role]) -> Caller {
    let new = NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: format!("{name}@nordhaven.example"),
        roles: roles.to_vec(),
        contacts: Vec::new(),
    };
    let id = app.add_person(&Caller::host(), new).await.unwrap();
    Caller {
        actor: Actor { id: person::code(id), kind: ActorKind::Person },
        person: Some(id),
        grants: roles.iter().map(|role| Grant { role: *role, entity: None }).collect(),
        elevated_at: START,
        credentials: Credentials::Session { confirmed_at: app.now() },
        session: None,
        once: None,
    }
}

fn severity() -> Which {
    (DocumentKind::Table, Code::fixed("severity"))
}

fn draft((kind, name): Which, text: &str) -> DraftToSave {
    let rationale = "Cards count as payments since the last review.".to_owned();
    DraftToSave { kind, name, draft: None, base: None, rationale, bytes: text.into() }
}

fn seen(saved: &SavedDraft) -> Seen {
    Seen { draft: saved.draft, sha256: saved.sha256 }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Refused(refused) => refused.code,
        other => panic!("{other}"),
    }
}

/// The shipped severity table with one word changed.
fn changed() -> String {
    SEVERITY.replacen("</description>", " at all</description>", 1)
}

#[tokio::test]
async fn g21_a_change_of_configuration_takes_two_people() {
    let app = testing::app(Channels::default(), HandClock::at(START)).await;
    let karl = somebody(&app, "karl", &[Role::ProcessOwner, Role::Commander]).await;
    let marta = somebody(&app, "marta", &[Role::Management]).await;
    let direct = app.publish(&Caller::host(), severity(), changed().into()).await.unwrap_err();
    assert_eq!(code(&direct), "DOC-006");
    let saved = app.save_draft(&karl, draft(severity(), &changed())).await.unwrap();
    assert_eq!((saved.draft, saved.revision, saved.base), (1, 1, 1));
    assert!(saved.findings.iter().all(|found| !found.refuses), "{:?}", saved.findings);
    let note = || (seen(&saved), String::new());
    app.submit_draft(&karl, severity(), note()).await.unwrap();
    let accepted = || (Verdict::Accepted, String::new());
    let own = app.review_draft(&karl, severity(), seen(&saved), accepted()).await.unwrap_err();
    assert_eq!(code(&own), "DOC-008");
    let mut token = marta.clone();
    token.credentials = Credentials::Token;
    let by_token = app.review_draft(&token, severity(), seen(&saved), accepted()).await;
    assert_eq!(code(&by_token.unwrap_err()), "PER-011");
    app.review_draft(&marta, severity(), seen(&saved), accepted()).await.unwrap();
    let early = app.publish_draft(&karl, severity(), 1).await.unwrap_err();
    assert_eq!(code(&early), "DOC-007");
    let mut stale = marta.clone();
    stale.credentials = Credentials::Session { confirmed_at: app.now() - Duration::minutes(11) };
    let unconfirmed = app.approve_draft(&stale, severity(), note()).await.unwrap_err();
    assert_eq!(code(&unconfirmed), "PER-009");
    app.approve_draft(&marta, severity(), note()).await.unwrap();
    assert_eq!(app.publish_draft(&karl, severity(), 1).await.unwrap(), 2);
    let (bytes, media) =
        app.look(move |conn| store::word::artifact(conn, saved.sha256)).await.unwrap().unwrap();
    assert_eq!((bytes, media.as_str()), (changed().into_bytes(), "application/xml"));
    rebuilds(&app).await;
}

#[tokio::test]
async fn a_draft_with_findings_is_kept_and_cannot_be_submitted() {
    let app = testing::app(Channels::default(), HandClock::at(START)).await;
    let karl = somebody(&app, "karl", &[Role::ProcessOwner]).await;
    let process = (DocumentKind::Process, Code::fixed("major-incident"));
    let broken = PROCESS.replacen("wk:role=", "wk:rule=", 1);
    let saved = app.save_draft(&karl, draft(process.clone(), &broken)).await.unwrap();
    assert!(saved.findings.iter().any(|found| found.refuses && found.line > 0));
    let given = (seen(&saved), String::new());
    let refused = app.submit_draft(&karl, process.clone(), given).await.unwrap_err();
    assert_eq!(code(&refused), "DOC-004");
    let row = app
        .look(|conn| {
            let kind = DocumentKind::Process;
            let stream = store::document::stream(conn, kind, "major-incident")?.unwrap();
            let row = store::document::draft(conn, stream, 1)?.unwrap();
            let said = store::document::findings(conn, row.checked.unwrap())?;
            Ok((row, said))
        })
        .await
        .unwrap();
    let refusing = saved.findings.iter().filter(|found| found.refuses).count();
    assert_eq!(usize::try_from(row.0.refusing), Ok(refusing));
    assert_eq!(row.1.len(), saved.findings.len());
    app.withdraw_draft(&karl, process, (1, "a slip".into())).await.unwrap();
    rebuilds(&app).await;
}

#[tokio::test]
async fn what_is_shipped_again_never_replaces_what_is_in_force() {
    let app = testing::app(Channels::default(), HandClock::at(START)).await;
    somebody(&app, "karl", &[Role::ProcessOwner]).await;
    app.ship_defaults().await.unwrap();
    for _ in 0..2 {
        app.ship(severity(), changed().into()).await.unwrap();
    }
    let held = app
        .look(|conn| {
            let stream = store::document::stream(conn, DocumentKind::Table, "severity")?.unwrap();
            let newest = store::config::newest(conn, DocumentKind::Table, "severity")?.unwrap();
            Ok((newest.version, store::document::drafts(conn, stream)?.len()))
        })
        .await
        .unwrap();
    assert_eq!(held, (1, 1), "the new one is a draft, once");
    rebuilds(&app).await;
}

async fn rebuilds(app: &App) {
    let beside = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let rebuilt = app.look(move |conn| store::rebuild::check(conn, &beside)).await.unwrap();
    assert_eq!(rebuilt.differences, vec![]);
}
