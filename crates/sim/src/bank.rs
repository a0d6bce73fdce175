//! The bank: its people, its policy, its doors in.

use app::{
    App, Caller, Credentials, Error,
    config::{DraftToSave, NewIntegration, Which},
    identity::{NewContact, NewPerson},
};
use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::{Grant, Role},
    document::{DocumentKind, Seen, Verdict},
    escalation::{Policy, Step, Target},
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind};

/// Somebody who works at the bank.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: Id<id::Person>,
    /// What the scenarios call them.
    pub nick: &'static str,
    /// The full name: a word that must never be in a leaf.
    pub name: String,
    /// The mail address: another one.
    pub email: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// When the account was made.
    pub since: Timestamp,
}

/// The staff: nick, name, roles. The first two are paged first, then the lead, then the board.
const STAFF: &[(&str, &str, &[Role])] = &[
    ("on-call", "Oona Calloway", &[Role::Responder, Role::Communications]),
    (
        "lead",
        "Lena Adebayo",
        &[Role::Commander, Role::Responder, Role::Communications, Role::ProcessOwner],
    ),
    ("deputy", "Depak Utterson", &[Role::Commander, Role::Legal, Role::Responder]),
    ("board", "Boris Ardsley", &[Role::Management, Role::DataProtection]),
    ("admin", "Adele Minsk", &[Role::Administrator]),
];

/// The default ladder of scenarios: on-call 5 min, lead 15 min, then the board again and again.
pub const LADDER: &[(&str, i64)] = &[("on-call", 300), ("lead", 900)];

impl Person {
    /// The person, signed in just now.
    pub fn caller(&self, now: Timestamp) -> Caller {
        Caller {
            actor: Actor { id: person::code(self.id), kind: ActorKind::Person },
            person: Some(self.id),
            grants: self.roles.iter().map(|role| Grant { role: *role, entity: None }).collect(),
            elevated_at: self.since - Duration::hours(48),
            credentials: Credentials::Session { confirmed_at: now },
            session: None,
            once: None,
        }
    }
}

/// Makes the bank: entity, people, ladder; answers its people.
pub async fn found(app: &App, ladder: &[(&str, i64)]) -> Result<Vec<Person>, Error> {
    let host = Caller::host();
    let home = app.add_entity(&host, ("Nordhaven Savings".into(), String::new())).await?;
    app.add_service(&host, home, ("Instant transfers".into(), true)).await?;
    let mut people = Vec::new();
    for (nick, name, roles) in STAFF {
        people.push(hire(app, nick, name, roles).await?);
    }
    set_ladder(app, &people, ladder).await?;
    Ok(people)
}

async fn hire(app: &App, nick: &'static str, name: &str, roles: &[Role]) -> Result<Person, Error> {
    let email = format!("{}@nordhaven.example", name.to_lowercase().replace(' ', "."));
    let new = NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: email.clone(),
        roles: roles.to_vec(),
        contacts: vec![
            NewContact { channel: Channel::Mail, address: email.clone() },
            NewContact {
                channel: Channel::Webhook,
                address: format!("https://push.example/{nick} whsec_c2VjcmV0"),
            },
        ],
    };
    let id = app.add_person(&Caller::host(), new).await?;
    let (name, roles) = (name.to_owned(), roles.to_vec());
    Ok(Person { id, nick, name, email, roles, since: app.now() })
}

/// Publishes the ladder: each rung a nick and how long it is waited for; the board is the last resort.
pub async fn set_ladder(app: &App, people: &[Person], rungs: &[(&str, i64)]) -> Result<(), Error> {
    let rung = |nick: &str, wait_seconds| Step {
        targets: people.iter().filter(|p| p.nick == nick).map(|p| Target::Person(p.id)).collect(),
        wait_seconds,
    };
    let name = Code::fixed("default");
    let policy = Policy {
        name: name.clone(),
        steps: rungs.iter().map(|(nick, wait)| rung(nick, *wait)).collect(),
        last_resort: rung("board", 1800),
        acknowledged_seconds: 1800,
    };
    let bytes = serde_json::to_vec(&policy).map_err(|e| Error::Fault(e.to_string()))?;
    publish(app, people, (DocumentKind::Policy, name), bytes).await
}

/// The way of every change of configuration: the lead writes and publishes, the board approves.
///
/// # Errors
/// What the checks refuse, and faults.
pub async fn publish(
    app: &App,
    people: &[Person],
    which: Which,
    bytes: Vec<u8>,
) -> Result<(), Error> {
    let caller = |nick: &str| {
        let person = people.iter().find(|person| person.nick == nick);
        person.expect("invariant: the bank has its staff").caller(app.now())
    };
    let (lead, board) = (caller("lead"), caller("board"));
    let (kind, name) = which.clone();
    let rationale = "As it was agreed.".to_owned();
    let draft = DraftToSave { kind, name, draft: None, base: None, rationale, bytes };
    let saved = app.save_draft(&lead, draft).await?;
    let seen = Seen { draft: saved.draft, sha256: saved.sha256 };
    app.submit_draft(&lead, which.clone(), (seen, String::new())).await?;
    let accepted = (Verdict::Accepted, String::new());
    app.review_draft(&board, which.clone(), seen, accepted).await?;
    app.approve_draft(&board, which.clone(), (seen, String::new())).await?;
    app.publish_draft(&lead, which, saved.draft).await?;
    Ok(())
}

/// Adds a door for Prometheus; its key.
pub async fn add_door(app: &App, declares: bool) -> Result<String, Error> {
    let door = NewIntegration {
        source: "alertmanager-api".into(),
        name: "Prometheus of site A".into(),
        group_by: vec!["service".into()],
        declares,
        policy: Code::fixed("default"),
    };
    Ok(app.add_integration(&Caller::host(), door).await?.1)
}
