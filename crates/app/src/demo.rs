//! The sample organisation: a bank with people, services, a policy, a door in, and a replayed incident.
//!
//! Everything goes through the use cases that the pages use. The replayed incident is told afterwards
//! (mode `retrospective`): what it says of the past is claimed, when it was recorded is now.

use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::{Grant, Role},
    document::DocumentKind,
    escalation::{Policy, Step, Target},
    incident::{Cause, Certainty, Declaration, Fact, Source},
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind, Mode};

use crate::{
    App, Caller, Credentials, Error,
    config::NewIntegration,
    identity::{NewContact, NewPerson},
    incident::{NewIncident, RATIFIERS},
    intake::Incoming,
};

/// The shipped process.
pub const PROCESS: &str = include_str!("../../../processes/major-incident.bpmn");
/// The shipped severity table.
pub const SEVERITY: &str = include_str!("../../../processes/severity.dmn");
/// The shipped tables, by name.
const TABLES: &[(&str, &str)] = &[
    ("severity", SEVERITY),
    ("escalation-triggers", include_str!("../../../processes/escalation-triggers.dmn")),
    ("legal-review-required", include_str!("../../../processes/legal-review-required.dmn")),
];
/// The other shipped processes, by name: called from the backbone, or run beside it.
const CALLED: &[(&str, &str)] = &[
    ("communication", include_str!("../../../processes/communication.bpmn")),
    ("third-party-escalation", include_str!("../../../processes/third-party-escalation.bpmn")),
    ("exception-ratification", include_str!("../../../processes/exception-ratification.bpmn")),
    ("regulatory-report", include_str!("../../../processes/regulatory-report.bpmn")),
    ("post-incident-review", include_str!("../../../processes/post-incident-review.bpmn")),
    ("remediation", include_str!("../../../processes/remediation.bpmn")),
    ("process-change", include_str!("../../../processes/process-change.bpmn")),
];

/// The people of the sample bank: name, e-mail, roles. The first two are offered to sign in as.
const PEOPLE: &[(&str, &str, &[Role])] = &[
    (
        "Karl Brandt",
        "karl.brandt@nordhaven.example",
        &[Role::Commander, Role::Responder, Role::Communications, Role::ProcessOwner],
    ),
    ("Marta Board", "marta.board@nordhaven.example", &[Role::Management, Role::VendorManager]),
    ("Ada Admin", "ada.admin@nordhaven.example", &[Role::Administrator, Role::Responder]),
    ("Anna Lindqvist", "anna.lindqvist@nordhaven.example", &[Role::Responder]),
    ("Tomas Weiss", "tomas.weiss@nordhaven.example", &[Role::Commander, Role::Responder]),
    ("Renée Duval", "renee.duval@nordhaven.example", &[Role::Legal]),
    ("Ines Auditor", "ines.auditor@nordhaven.example", &[Role::Auditor]),
    ("Dario Privacy", "dario.privacy@nordhaven.example", &[Role::DataProtection]),
];

/// An alert as Alertmanager sends it.
const ALERT: &str = r#"{"version":"4","groupKey":"{}:{service=\"online-banking\"}","status":"firing",
 "receiver":"watchkeeper","groupLabels":{"service":"online-banking"},"commonLabels":{},
 "commonAnnotations":{},"externalURL":"http://alertmanager.nordhaven.example","truncatedAlerts":0,
 "alerts":[{"status":"firing","labels":{"alertname":"LoginLatencyHigh","service":"online-banking",
  "severity":"warning","instance":"web-7"},"annotations":{"summary":"Signing in takes 4 s at site A",
  "description":"p95 over 5 minutes is above 2 s"},"startsAt":"2026-11-25T02:00:00Z",
  "endsAt":"0001-01-01T00:00:00Z","fingerprint":"5f1e6b6c0a4d2e11"}]}"#;
/// A body that was cut off on its way.
const GARBLED: &str = r#"{"version":"4","status":"firing","alerts":[{"status":"fir"#;

/// The services of the sample bank, and whether they are critical.
const SERVICES: &[(&str, bool)] = &[
    ("Instant payments", true),
    ("Card authorisation", true),
    ("Online banking", true),
    ("Branch network", false),
    ("Statements archive", false),
];

impl App {
    /// What every installation starts with: the shipped process and table, a policy that reaches the
    /// commander, then management, then the administrator. Doing it again changes nothing.
    ///
    /// # Errors
    /// Faults of the store, and documents that cannot be published.
    pub async fn ship_defaults(&self) -> Result<(), Error> {
        for (name, text) in TABLES {
            let table = (DocumentKind::Table, Code::fixed(name));
            self.ship(table, text.as_bytes().to_vec()).await?;
        }
        // What is called is published before what calls it, so that it is bound beside it.
        for (name, text) in CALLED.iter().chain([&("major-incident", PROCESS)]) {
            let process = (DocumentKind::Process, Code::fixed(name));
            self.ship(process, text.as_bytes().to_vec()).await?;
        }
        for policy in [policy_default(), policy_of_ratifiers()] {
            self.ship_policy(policy).await?;
        }
        Ok(())
    }

    /// Ships a policy where there is none of its name: what somebody changed stays.
    async fn ship_policy(&self, policy: Policy) -> Result<(), Error> {
        let name = policy.name.clone();
        let known =
            self.look(move |conn| store::config::newest(conn, DocumentKind::Policy, name.as_str()));
        if known.await?.is_some() {
            return Ok(());
        }
        let bytes = serde_json::to_vec(&policy).map_err(|e| Error::Fault(e.to_string()))?;
        self.ship((DocumentKind::Policy, policy.name), bytes).await
    }

    /// Loads the sample bank; nothing where a legal entity is there already.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn load_demo(&self) -> Result<(), Error> {
        let entities = self.look(store::config::entities).await?;
        if !entities.is_empty() {
            return Ok(());
        }
        let host = Caller::host();
        let name = "Nordhaven Bank".to_owned();
        let home = self.add_entity(&host, (name, "529900T8BM49AURSDO55".to_owned())).await?;
        let mut services = Vec::new();
        for (name, critical) in SERVICES {
            let service = ((*name).to_owned(), *critical);
            services.push(self.add_service(&host, home, service).await?);
        }
        let mut people = Vec::new();
        for (name, email, roles) in PEOPLE {
            people.push(self.add_person(&host, sample_person(name, email, roles)).await?);
        }
        let door = NewIntegration {
            source: "alertmanager".to_owned(),
            name: "Prometheus, site A".to_owned(),
            group_by: vec!["service".to_owned()],
            declares: false,
            policy: Code::fixed("default"),
        };
        let (_, key) = self.add_integration(&host, door).await?;
        self.replay(home, services[0], people[0]).await?;
        self.ring(&key).await
    }

    /// What arrived at the door: an alert, its repeat, and something that cannot be read.
    async fn ring(&self, key: &str) -> Result<(), Error> {
        let door = self.open_door(key, "alertmanager").await?;
        for body in [ALERT, ALERT, GARBLED] {
            // What cannot be read is kept in quarantine, which is what the sample shows.
            let incoming = Incoming::of(Some("application/json"), body);
            drop(self.receive(door.clone(), incoming).await?);
        }
        Ok(())
    }

    /// One-time links to sign in as people of the sample bank who have no password yet: name, link.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn demo_links(&self) -> Result<Vec<(String, String)>, Error> {
        let people = self
            .look(|conn| {
                let mut waiting = Vec::new();
                for person in store::person::all(conn)? {
                    if store::credential::password(conn, &person.id.to_string())?.is_none() {
                        waiting.push(person);
                    }
                }
                Ok(waiting)
            })
            .await?;
        let mut links = Vec::new();
        for (name, email, _) in PEOPLE.iter().take(3) {
            if let Some(person) = people.iter().find(|person| person.email == *email) {
                let link = self.person_link(&Caller::host(), person.id).await?;
                links.push(((*name).to_owned(), link));
            }
        }
        Ok(links)
    }

    /// The replayed incident, told afterwards.
    async fn replay(
        &self,
        entity: Id<id::LegalEntity>,
        service: Id<id::Service>,
        karl: Id<id::Person>,
    ) -> Result<(), Error> {
        let host = Caller::host();
        let began = self.now() - Duration::minutes(52);
        let declaration = Declaration {
            title: "Instant payments rejected: core ledger gateway times out".to_owned(),
            description: "38 % of outgoing instant payments are rejected; about 41 200 retail and \
                          310 corporate clients cannot pay. Cards and branches work."
                .to_owned(),
            cause: Cause::Person,
            provider: String::new(),
            entity,
            service: Some(service),
            group: None,
            occurred_at: Some(began),
        };
        let mode = Mode::Retrospective;
        let declared = self.declare(&host, NewIncident { declaration, mode }).await?;
        self.retell(&host, declared.id, began).await?;
        self.respond(&signed_in(karl, PEOPLE[0].2, self.now()), declared.id).await
    }

    /// What the commander did: confirmed, decided the severity, took command, closed the list of
    /// containment. What follows waits for whoever looks at the sample.
    async fn respond(&self, karl: &Caller, id: Id<id::Incident>) -> Result<(), Error> {
        let answers = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let confirmed = answers(&[
            ("verdict", "confirmed"),
            (
                "confirmation_note",
                "Rejections, not a queue: the service desk hears it from clients.",
            ),
        ]);
        self.complete_task(karl, id, (1, confirmed)).await?;
        let codes = [
            ("customers_affected", "many"),
            ("critical_function", "yes"),
            ("data_at_risk", "no"),
            ("workaround", "no"),
        ];
        let code = |text: &'static str| Code::fixed(text);
        let decided = codes.iter().map(|(key, value)| (code(key), code(value))).collect();
        let rationale = "Payments are bouncing, not queueing. Waiting makes it worse.".to_owned();
        self.decide_severity(karl, id, (decided, rationale)).await?;
        self.take_command(karl, id, String::new()).await?;
        let open = self.look(move |conn| store::incident::load(conn, id)).await?;
        let tasks = open.map(|state| state.process.state.tasks).unwrap_or_default();
        let containment = tasks.iter().find(|(_, task)| task.element.as_str() == "containment");
        if let Some((task, _)) = containment {
            let contained = answers(&[
                ("contained", "partly"),
                ("containment_note", "Traffic goes through the other nodes of the pool."),
            ]);
            self.complete_task(karl, id, (*task, contained)).await?;
        }
        Ok(())
    }

    async fn retell(
        &self,
        host: &Caller,
        id: Id<id::Incident>,
        began: Timestamp,
    ) -> Result<(), Error> {
        let notes: &[(i64, &str, bool)] = &[
            (2, "Gateway pool at site A answers after 30 s; the queue of the ledger grows.", false),
            (9, "Confirmed by the service desk: clients see rejections, nothing is queued.", false),
            (17, "Took node 3 of the gateway pool out of rotation.", true),
            (31, "Provider confirms a firmware fault on the storage of site A.", false),
        ];
        for (minute, text, action) in notes {
            let at = Some(began + Duration::minutes(*minute));
            self.note(host, id, ((*text).to_owned(), *action), at).await?;
        }
        let facts: &[(i64, &str, &str, Certainty)] = &[
            (12, "clients_affected", "41 510", Certainty::Estimate),
            (12, "payments_rejected", "38 %", Certainty::Actual),
            (33, "replication_lag", "2 s", Certainty::Actual),
        ];
        for (minute, name, value, certainty) in facts {
            let fact = Fact {
                name: Code::fixed(name),
                value: (*value).to_owned(),
                certainty: *certainty,
                source: Source::Monitoring,
                as_of: Some(began + Duration::minutes(*minute)),
            };
            self.record_fact(host, id, fact).await?;
        }
        Ok(())
    }
}

/// A person of the sample, as if signed in just now.
fn signed_in(id: Id<id::Person>, roles: &[Role], now: Timestamp) -> Caller {
    let grant = |role: &Role| Grant { role: *role, entity: None };
    Caller {
        actor: Actor { id: person::code(id), kind: ActorKind::Person },
        person: Some(id),
        grants: roles.iter().map(grant).collect(),
        elevated_at: now,
        credentials: Credentials::Session { confirmed_at: now },
        session: None,
        once: None,
    }
}

fn sample_person(name: &str, email: &str, roles: &[Role]) -> NewPerson {
    NewPerson {
        kind: PersonKind::Human,
        name: name.to_owned(),
        email: email.to_owned(),
        roles: roles.to_vec(),
        contacts: vec![NewContact { channel: Channel::Mail, address: email.to_owned() }],
    }
}

/// Commander, then management, then whoever runs the installation.
fn policy_default() -> Policy {
    Policy {
        name: Code::fixed("default"),
        steps: vec![rung(&[Role::Responder, Role::Commander], 300), rung(&[Role::Management], 600)],
        last_resort: rung(&[Role::Administrator, Role::Management], 900),
        acknowledged_seconds: 1800,
    }
}

/// Management ratifies exceptions; one that nobody judged in time is theirs first.
fn policy_of_ratifiers() -> Policy {
    Policy {
        name: RATIFIERS,
        steps: vec![rung(&[Role::Management], 3600)],
        last_resort: rung(&[Role::Management, Role::Commander, Role::Administrator], 14_400),
        acknowledged_seconds: 28_800,
    }
}

fn rung(roles: &[Role], wait_seconds: i64) -> Step {
    Step { targets: roles.iter().map(|role| Target::Role(*role)).collect(), wait_seconds }
}
