//! The sample organisation: a bank with people, services, a policy, a door in, and a replayed incident.
//!
//! Everything goes through the use cases that the pages use. The replayed incident is told afterwards
//! (mode `retrospective`): what it says of the past is claimed, when it was recorded is now.

use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::Role,
    document::DocumentKind,
    escalation::{Policy, Step, Target},
    incident::{Cause, Certainty, Declaration, Fact, Source},
    page::Channel,
    person::PersonKind,
};
use evidence::Mode;

use crate::{
    App, Caller, Error,
    config::NewIntegration,
    identity::{NewContact, NewPerson},
    incident::NewIncident,
};

/// The shipped process.
pub const PROCESS: &str = include_str!("../../../processes/major-incident.bpmn");
/// The shipped severity table.
pub const SEVERITY: &str = include_str!("../../../processes/severity.dmn");

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
        let host = Caller::host();
        let process = (DocumentKind::Process, Code::fixed("major-incident"));
        self.publish(&host, process, PROCESS.as_bytes().to_vec()).await?;
        let table = (DocumentKind::Table, Code::fixed("severity"));
        self.publish(&host, table, SEVERITY.as_bytes().to_vec()).await?;
        let missing = self
            .look(|conn| store::config::newest(conn, DocumentKind::Policy, "default"))
            .await?
            .is_none();
        if missing {
            let policy = (DocumentKind::Policy, Code::fixed("default"));
            let bytes =
                serde_json::to_vec(&policy_default()).map_err(|e| Error::Fault(e.to_string()))?;
            self.publish(&host, policy, bytes).await?;
        }
        Ok(())
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
        for (name, email, roles) in PEOPLE {
            self.add_person(&host, sample_person(name, email, roles)).await?;
        }
        let door = NewIntegration {
            source: "alertmanager".to_owned(),
            name: "Prometheus, site A".to_owned(),
            group_by: vec!["service".to_owned()],
            declares: false,
            policy: Code::fixed("default"),
        };
        self.add_integration(&host, door).await?;
        self.replay(home, services[0]).await
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
        self.retell(&host, declared.id, began).await
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
    let rung = |roles: &[Role], wait_seconds| Step {
        targets: roles.iter().map(|role| Target::Role(*role)).collect(),
        wait_seconds,
    };
    Policy {
        name: Code::fixed("default"),
        steps: vec![rung(&[Role::Responder, Role::Commander], 300), rung(&[Role::Management], 600)],
        last_resort: rung(&[Role::Administrator, Role::Management], 900),
        acknowledged_seconds: 1800,
    }
}
