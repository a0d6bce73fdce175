//! Configuration as code: a plan, changes that a second person approves, and the way back out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use app::{
    App, Caller, Channels, Credentials, Error,
    configuration::{ConfigFile, Plan, Verb},
    identity::{NewContact, NewPerson},
    testing::{HandClock, START, app},
};
use domain::{
    access::{Grant, Role},
    page::Channel,
    person::{self, PersonKind},
    service::ServiceDescribed,
    team::TeamDescribed,
};
use evidence::{Actor, ActorKind};

const ORGANISATION: &str = r#"
[[criticality]]
code = "gold"
label = "Gold: payments stop"
important = true

[[legal_entity]]
code = "bank"
name = "Nordhaven Bank"
kinds = ["credit_institution"]
member_state = "BE"
time_zone = "Europe/Brussels"

[[function]]
code = "payments"
name = "Executing payments"
critical = true
entities = ["bank"]

[[team]]
code = "pay"
name = "Payments"

[[integration]]
name = "Prometheus"
source = "alertmanager"
policy = "default"
group_by = ["service"]
"#;

const SERVICES: &str = "code,name,team,criticality,entities,functions,depends_on\n\
                        ledger,Core ledger,,gold,bank,,\n\
                        gateway,Payment gateway,pay,gold,bank,payments,ledger\n";

fn file(path: &str, text: &str) -> ConfigFile {
    ConfigFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn folder() -> Vec<ConfigFile> {
    vec![file("organisation.toml", ORGANISATION), file("services.csv", SERVICES)]
}

async fn house() -> App {
    app(Channels::default(), HandClock::at(START)).await
}

async fn somebody(app: &App, name: &str, role: Role) -> Caller {
    let email = format!("{name}@nordhaven.example");
    let new = NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: email.clone(),
        roles: vec![role],
        contacts: vec![NewContact { channel: Channel::Mail, address: email }],
    };
    let id = app.add_person(&Caller::host(), new).await.unwrap();
    Caller {
        actor: Actor { id: person::code(id), kind: ActorKind::Person },
        person: Some(id),
        grants: vec![Grant { role, entity: None }],
        elevated_at: START,
        credentials: Credentials::Session { confirmed_at: app.now() },
        session: None,
        once: None,
    }
}

async fn planned(app: &App, files: Vec<ConfigFile>) -> Plan {
    app.plan_configuration(&Caller::host(), files).await.unwrap().unwrap()
}

async fn faults(app: &App, files: Vec<ConfigFile>) -> Vec<String> {
    let planned = app.plan_configuration(&Caller::host(), files).await.unwrap();
    planned.unwrap_err().iter().map(ToString::to_string).collect()
}

fn told(plan: &Plan) -> Vec<String> {
    let changes = plan.lines.iter().filter(|line| line.verb != Verb::Unchanged);
    changes.map(|l| format!("{:?} {} {} {}", l.verb, l.kind, l.code, l.diff.join("; "))).collect()
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    match answer.unwrap_err() {
        Error::Refused(refused) => refused.code,
        other => panic!("{other}"),
    }
}

async fn size(app: &App) -> i64 {
    app.look(store::log::size).await.unwrap()
}

#[tokio::test]
async fn what_is_exported_applies_as_nothing() {
    let app = house().await;
    let host = Caller::host();
    let (plan, came) = app.apply_configuration(&host, folder()).await.unwrap().unwrap();
    assert!(came.in_effect, "nobody has an account: the first set-up");
    assert_eq!(plan.count(Verb::Add), 7);
    somebody(&app, "ana", Role::Responder).await;
    let exported = app.export_configuration(&host).await.unwrap();
    let paths: Vec<_> = exported.iter().map(|file| file.path.as_str()).collect();
    assert!(
        paths.contains(&"services.toml") && paths.contains(&"tables/severity.dmn"),
        "{paths:?}"
    );
    let before = size(&app).await;
    assert_eq!(told(&planned(&app, exported.clone()).await), [""; 0]);
    let (_, came) = app.apply_configuration(&host, exported.clone()).await.unwrap().unwrap();
    assert_eq!((came.change_set, came.documents.len()), (None, 0));
    assert_eq!(size(&app).await, before, "nothing was recorded");
    assert_eq!(app.export_configuration(&host).await.unwrap(), exported);
    assert_eq!(told(&planned(&app, folder()).await), [""; 0], "the graph from CSV is the same");
}

#[tokio::test]
async fn g21_after_the_first_set_up_a_second_person_approves() {
    let app = house().await;
    let host = Caller::host();
    app.apply_configuration(&host, folder()).await.unwrap().unwrap();
    let commander = somebody(&app, "karl", Role::Commander).await;
    somebody(&app, "ana", Role::Responder).await;
    let text = ORGANISATION.replace(
        "name = \"Payments\"\n",
        "name = \"Payments platform\"\nmembers = [\"Ana@nordhaven.example\"]\n",
    );
    let services = "code,name,team,criticality,entities,functions,depends_on\n\
                    gateway,Payment gateway,pay,gold,bank,payments,\n";
    let files = vec![file("o.toml", &text), file("services.csv", services)];
    let expected = [
        "Change service gateway depends_on: ledger → nothing",
        "Retire service ledger ",
        "Change team pay members: nothing → ana@nordhaven.example; name: Payments → Payments platform",
    ];
    assert_eq!(told(&planned(&app, files.clone()).await).len(), 3);
    let (plan, came) = app.apply_configuration(&host, files.clone()).await.unwrap().unwrap();
    assert_eq!(told(&plan)[..2], expected[..2]);
    let id = came.change_set.unwrap();
    assert!(!came.in_effect);
    assert_eq!(app.part::<TeamDescribed>("pay").await.unwrap().described.name, "Payments");
    assert_eq!(refusal(app.approve_changes(&host, id).await), "PER-011", "the host is nobody");

    app.approve_changes(&commander, id).await.unwrap();
    let team = app.part::<TeamDescribed>("pay").await.unwrap();
    assert_eq!(team.described.name, "Payments platform");
    assert_eq!(team.described.details.members.len(), 1);
    assert!(app.part::<ServiceDescribed>("ledger").await.unwrap().retired);
    assert_eq!(refusal(app.approve_changes(&commander, id).await), "CFG-006");

    // Two proposals on the same state: the second one is refused, because the first changed it.
    let (_, first) = app.apply_configuration(&host, folder()).await.unwrap().unwrap();
    let (_, second) = app.apply_configuration(&host, folder()).await.unwrap().unwrap();
    app.approve_changes(&commander, first.change_set.unwrap()).await.unwrap();
    let second = second.change_set.unwrap();
    assert_eq!(refusal(app.approve_changes(&commander, second).await), "CFG-007");
    assert_eq!(refusal(app.reject_changes(&commander, (second, " ".into())).await), "CFG-009");
    app.reject_changes(&commander, (second, "applied already".into())).await.unwrap();
    assert_eq!(app.change_sets().await.unwrap().len(), 4);
    let beside = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let rebuilt = app.look(move |conn| store::rebuild::check(conn, &beside)).await.unwrap();
    assert_eq!(rebuilt.differences, []);
}

#[tokio::test]
async fn every_fault_is_named_with_file_line_and_code_and_nothing_changes() {
    let app = house().await;
    app.apply_configuration(&Caller::host(), folder()).await.unwrap().unwrap();
    let before = size(&app).await;
    let text = "[[team]]\ncode = \"pay\"\nname = \"P\"\nmembers = [\"nobody@bank.example\"]\n\n\
                [[service]]\ncode = \"a\"\nname = \"A\"\nentities = [\"moon\"]\nteam = \"cards\"\n\n\
                [[service]]\ncode = \"a\"\nname = \"again\"\nentities = [\"bank\"]\n";
    let files = vec![file("x.toml", text), file("notes.md", "#"), file("stray.txt", "")];
    let found = faults(&app, files).await;
    let expected = [
        "stray.txt: not a file of configuration; see its reference (CFG-004)",
        "x.toml:12: `a` stands at x.toml:6 already (CFG-003)",
        "x.toml:1: member 1 of team pay has no account (CFG-002)",
        "x.toml:6: there is no team `cards` (CFG-002)",
        "x.toml:6: there is no legal entity `moon` (CFG-002)",
    ];
    assert_eq!(found, expected);
    // The place of a ring is its first code, whatever ids the services would get.
    for (ring, line) in [
        ("code,name,entities,depends_on\na,A,bank,b\nb,B,bank,a\n", 2),
        ("code,name,entities,depends_on\nb,B,bank,a\na,A,bank,b\n", 3),
    ] {
        let found = faults(&app, vec![file("services.csv", ring)]).await;
        let told =
            format!("services.csv:{line}: A service would depend on itself. (a → b → a) (ENT-007)");
        assert_eq!(found, [told]);
    }
    let wrong = "[[team]]\ncode = \"pay\"\nname = \"P\"\nowner = \"x\"\n";
    let found = faults(&app, vec![file("t.toml", wrong)]).await;
    assert!(found[0].starts_with("t.toml:4: unknown field `owner`"), "{found:?}");
    let table = vec![file("tables/severity.dmn", "<definitions/>")];
    assert!(faults(&app, table).await[0].ends_with("(DOC-001)"));
    let mut many = folder();
    many[0] =
        file("o.toml", &ORGANISATION.replace("member_state = \"BE\"", "member_state = \"be\""));
    let found = faults(&app, many).await;
    assert!(found[0].starts_with("o.toml:7: ") && found[0].ends_with("(ENT-010)"), "{found:?}");
    assert_eq!(size(&app).await, before);
}
