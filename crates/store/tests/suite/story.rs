//! A log in which everything that can be recorded happens at least once.

use std::collections::BTreeMap;

use base::{Code, Duration, Id, id};
use domain::{
    access::Role,
    alert::{self, AlertAction, InputQuarantined, Severity as Alarm},
    document::{
        self, DocumentKind, DocumentPublished, DraftApproved, DraftChecked, DraftReviewed,
        DraftSaved, DraftSubmitted, DraftWithdrawn, Verdict,
    },
    entity::{self, EntityAdded},
    escalation::{
        self, EndReason, EscalationAcknowledged, EscalationEnded, EscalationStarted, StepTaken,
        TargetKind,
    },
    function::{self, FunctionDescribed, FunctionRetired},
    incident::{
        self, AwarenessBasis, AwarenessDecided, Cause, Certainty, ClockBreached, Declaration, Fact,
        Relation, Severity, Source, VariableSet,
    },
    integration::{self, IntegrationAdded},
    organisation::{self, CriticalityScaleSet, Level},
    page::{
        self, Channel, Next, PageAcknowledged, PageAttemptFailed, PageHandedOver, PageQueued,
        PageWithdrawn, Via,
    },
    person::{self, ContactAdded, PasswordSet, PersonAdded, PersonKind, RoleGranted, RoleRevoked},
    server::{self, ClockStepped, ExportTaken, HostCommand, LogEpochDeclared, LogKeyRegistered},
    service::{self, ServiceAdded, ServiceDescribed, ServiceRetired},
    team::{self, TeamDescribed, TeamRetired},
};
use process::{
    Command, Decided, Model, Variables,
    host::{Decisions, Expressions, Tested, Untold},
};

use crate::{alerts::Request, teller::Teller};

const PROCESS: &str = include_str!("../../../../processes/major-incident.bpmn");

/// Answers "no" to every condition; the story completes no decision of the process.
pub struct No;

impl Expressions for No {
    fn check(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn test(&self, _: &str, _: &Variables) -> Result<Tested, Untold> {
        Ok(Tested { holds: false, inputs: Variables::new() })
    }

    fn check_value(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn value(&self, text: &str, _: &Variables) -> Result<process::Value, Untold> {
        Err(Untold { code: "expression_refused".parse().unwrap(), detail: text.to_owned() })
    }
}

impl process::Host for No {}

impl Decisions for No {
    fn inputs(&self, _: &Code) -> Option<Vec<Code>> {
        None
    }

    fn evaluate(&self, _: &Code, _: &Variables) -> Result<Decided, Untold> {
        Err(Untold { code: Code::fixed("not_bound"), detail: String::new() })
    }
}

/// Somebody with an address and roles.
pub fn person(teller: &mut Teller, name: &str, email: &str) -> Id<id::Person> {
    let (id, now) = (teller.mint(), teller.now);
    let added = person::Event::from(PersonAdded { kind: PersonKind::Human }).draft(id, now);
    let contact = ContactAdded { channel: Channel::Mail, position: 0 };
    let granted = RoleGranted { role: Role::Commander, entity: None };
    teller.tell([
        added.word("name", name).word("email", email),
        person::Event::from(contact).draft(id, now).word("address", email),
        person::Event::from(granted).draft(id, now),
    ]);
    id
}

/// Tells everything.
pub fn tell_everything(teller: &mut Teller) {
    server(teller);
    let bank: Id<id::LegalEntity> = teller.mint();
    let service: Id<id::Service> = teller.mint();
    let now = teller.now;
    let added = entity::Event::from(EntityAdded { home: true }).draft(bank, now);
    teller.tell([added.word("name", "Nordhaven").word("lei", "")]);
    let added = ServiceAdded { entity: bank, critical: true };
    teller.tell([service::Event::from(added).draft(service, now).word("name", "Payments")]);
    let karl = person(teller, "Karl", "karl@bank.example");
    let marta = person(teller, "Marta", "marta@bank.example");
    for event in [
        person::Event::from(RoleRevoked { role: Role::Commander, entity: None }),
        person::Event::from(RoleGranted { role: Role::Management, entity: Some(bank) }),
        person::Event::from(PasswordSet { by_link: true }),
    ] {
        let draft = event.draft(marta, teller.now);
        teller.tell([draft]);
    }
    organisation(teller, (bank, service), karl);
    documents(teller, (karl, marta));
    let door = door(teller, bank);
    let group = alerts(teller, door);
    let ladder = ladder(teller, group, karl);
    incident(teller, (bank, service), group, (karl, marta));
    let now = teller.now;
    let ended = EscalationEnded { reason: EndReason::Superseded };
    teller.tell([escalation::Event::from(ended).draft(ladder, now)]);
}

fn server(teller: &mut Teller) {
    let digest = evidence::sha256(b"key");
    let now = teller.now;
    for event in [
        server::Event::from(LogKeyRegistered { key: digest, epoch: 1 }),
        server::Event::from(LogEpochDeclared {
            epoch: 2,
            lost_from: 3,
            lost_to: 9,
            lost_root: digest,
        }),
        server::Event::from(ExportTaken { incident: None, streams: Vec::new() }),
        server::Event::from(HostCommand { command: Code::fixed("serve") }),
        server::Event::from(ClockStepped { expected: now, found: now }),
    ] {
        teller.tell([event.draft(server::STREAM, now)]);
    }
}

/// What the bank is made of: described, changed, and some of it retired.
fn organisation(
    teller: &mut Teller,
    (bank, service): (Id<id::LegalEntity>, Id<id::Service>),
    karl: Id<id::Person>,
) {
    let now = teller.now;
    let code = |text: &'static str| Code::fixed(text);
    let level = Level { code: code("gold"), important: true };
    let scale = organisation::Event::from(CriticalityScaleSet { levels: vec![level] });
    let labels = serde_json::json!({ "gold": "Gold: payments stop" });
    teller.tell([scale.draft(organisation::STREAM, now).word("labels", labels)]);
    let details = entity::EntityDescribed {
        code: code("bank"),
        home: true,
        kinds: vec![code("credit_institution")],
        attributes: vec![code("significant")],
        authority: Some(code("NBB")),
        member_state: Some(code("BE")),
    };
    let described = entity::Event::from(details).draft(bank, now).word("name", "Nordhaven Bank");
    teller.tell([described.word("lei", "").word("time_zone", "Europe/Brussels")]);
    let (team, function): (Id<id::Team>, Id<id::Function>) = (teller.mint(), teller.mint());
    let details = TeamDescribed { code: code("payments"), members: vec![karl], policy: None };
    teller.tell([team::Event::from(details).draft(team, now).word("name", "Payments")]);
    let entities = vec![bank];
    let details = FunctionDescribed { code: code("payments"), critical: true, entities };
    teller.tell([function::Event::from(details).draft(function, now).word("name", "Payments")]);
    let details = ServiceDescribed {
        code: code("payments"),
        team: Some(team),
        criticality: Some(code("gold")),
        critical: true,
        entities: vec![bank],
        functions: vec![function],
        depends_on: Vec::new(),
    };
    let described = service::Event::from(details.clone()).draft(service, now);
    teller.tell([described.word("name", "Instant payments")]);
    let (old, retired): (Id<id::Service>, _) =
        (teller.mint(), ServiceRetired { code: code("old") });
    let details = ServiceDescribed { code: code("old"), depends_on: vec![service], ..details };
    let described = service::Event::from(details).draft(old, now).word("name", "Old ledger");
    teller.tell([described, service::Event::from(retired).draft(old, now)]);
    let retired = function::Event::from(FunctionRetired { code: code("payments") });
    teller.tell([retired.draft(function, now)]);
    teller.tell([team::Event::from(TeamRetired { code: code("payments") }).draft(team, now)]);
}

/// The first version is published at once; the second out of a draft that was returned and saved again.
fn documents(teller: &mut Teller, (karl, marta): (Id<id::Person>, Id<id::Person>)) {
    let kinds = [DocumentKind::Process, DocumentKind::Table, DocumentKind::Policy];
    let sha256 = |version: u8| evidence::sha256(&[version]);
    for (kind, name) in kinds.into_iter().zip(["major-incident", "severity", "default"]) {
        let (stream, name): (Id<id::Document>, _) = (teller.mint(), Code::fixed(name));
        let published = |version, sha256, draft| {
            let name = name.clone();
            document::Event::from(DocumentPublished { kind, name, version, sha256, draft })
        };
        let saved = |revision, sha256| {
            let (name, draft, base) = (name.clone(), 1, 1);
            let saved = DraftSaved { kind, name, draft, revision, base, sha256 };
            document::Event::from(saved)
        };
        let checked = |revision| {
            let checked = DraftChecked { draft: 1, revision, refusing: 0, advising: 1 };
            document::Event::from(checked)
        };
        let reviewed = |revision, verdict| {
            let reviewed = DraftReviewed { draft: 1, revision, sha256: sha256(3), verdict };
            document::Event::from(reviewed)
        };
        let submitted = |revision| {
            let submitted = DraftSubmitted { draft: 1, revision, sha256: sha256(3) };
            document::Event::from(submitted)
        };
        let approved = DraftApproved { draft: 1, revision: 2, sha256: sha256(3) };
        let other = DraftSaved {
            kind,
            name: name.clone(),
            draft: 2,
            revision: 1,
            base: 2,
            sha256: sha256(4),
        };
        let steps = [
            (karl, published(1, sha256(1), None)),
            (karl, saved(1, sha256(2))),
            (karl, checked(1)),
            (karl, submitted(1)),
            (marta, reviewed(1, Verdict::Returned)),
            (karl, saved(2, sha256(3))),
            (karl, checked(2)),
            (karl, submitted(2)),
            (marta, reviewed(2, Verdict::Accepted)),
            (marta, document::Event::from(approved)),
            (karl, published(2, sha256(3), Some(1))),
            (karl, document::Event::from(other)),
            (karl, document::Event::from(DraftWithdrawn { draft: 2 })),
        ];
        let host = teller.envelope.clone();
        for (who, event) in steps {
            teller.acts(who);
            let draft = event.draft(stream, teller.now);
            teller.tell([draft.word("rationale", "because")]);
        }
        teller.envelope = host;
    }
}

fn door(teller: &mut Teller, entity: Id<id::LegalEntity>) -> Id<id::Integration> {
    let door = teller.mint();
    let added = IntegrationAdded {
        source: Code::fixed("alertmanager"),
        policy: Code::fixed("default"),
        entity,
        declares: true,
    };
    let draft = integration::Event::from(added).draft(door, teller.now).word("name", "Prometheus");
    teller.tell([draft.word("group_by", vec!["service".to_owned()])]);
    door
}

fn alerts(teller: &mut Teller, door: Id<id::Integration>) -> Id<id::Group> {
    let (group, other): (Id<id::Group>, Id<id::Group>) = (teller.mint(), teller.mint());
    let [a, b, c]: [Id<id::Alert>; 3] = [teller.mint(), teller.mint(), teller.mint()];
    let draft = Request::new(door)
        .with(AlertAction::Opened, a, "a", (Alarm::High, group, true))
        .with(AlertAction::Opened, b, "b", (Alarm::Info, group, false))
        .with(AlertAction::Changed, b, "b", (Alarm::Critical, group, false))
        .draft(teller);
    teller.tell([draft]);
    let draft = Request::new(door)
        .with(AlertAction::Opened, c, "c", (Alarm::Unknown, other, true))
        .with(AlertAction::Resolved, a, "a", (Alarm::High, group, false))
        .draft(teller);
    let mut draft = draft;
    // Another group of the same door has a key of its own.
    draft.words[0].1["group"] = "cards".into();
    teller.tell([draft]);
    let draft = Request::new(door)
        .with(AlertAction::Resolved, c, "c", (Alarm::Unknown, other, false))
        .draft(teller);
    teller.tell([draft]);
    let intake: Id<id::Intake> = teller.mint();
    let input = InputQuarantined {
        integration: door,
        source: Code::fixed("alertmanager"),
        body: evidence::sha256(b"junk"),
        reason: Code::fixed("ING-001"),
    };
    let draft = alert::Event::from(input).draft(intake, teller.now).word("what", "not JSON");
    teller.tell([draft]);
    group
}

fn ladder(teller: &mut Teller, group: Id<id::Group>, by: Id<id::Person>) -> Id<id::Escalation> {
    let id: Id<id::Escalation> = teller.mint();
    let [first, second, third]: [Id<id::Page>; 3] = [teller.mint(), teller.mint(), teller.mint()];
    let started = EscalationStarted {
        target: TargetKind::Group,
        target_id: group.to_string().parse().unwrap(),
        policy: Code::fixed("default"),
        policy_version: 2,
        due_at: teller.now,
        person: None,
        role: None,
    };
    let due_at = teller.now + Duration::minutes(5);
    let step = StepTaken { step: 0, last_resort: false, pages: vec![first, second, third], due_at };
    let now = teller.now;
    let queued = |page, channels| {
        let queued = PageQueued { person: by, escalation: id, step: 0, channels };
        page::Event::from(queued).draft(page, now)
    };
    teller.tell([
        escalation::Event::from(started).draft(id, now),
        escalation::Event::from(step).draft(id, now),
        queued(first, 1),
        queued(second, 2),
        queued(third, 1),
    ]);
    for (page, event) in [
        (second, failed(Next::Retry, Some(due_at))),
        (second, failed(Next::FallThrough, Some(due_at))),
        (second, failed(Next::GiveUp, None)),
        (first, PageHandedOver { channel: Channel::Mail, position: 0, attempt: 1 }.into()),
        (first, PageAcknowledged { by, via: Via::Link }.into()),
        (third, PageWithdrawn { answered_by: Some(by) }.into()),
    ] {
        let draft = event.draft(page, teller.now);
        teller.tell([draft]);
    }
    let acknowledged = EscalationAcknowledged { by, page: Some(first), due_at };
    teller.tell([escalation::Event::from(acknowledged).draft(id, now)]);
    id
}

fn failed(next: Next, due_at: Option<base::Timestamp>) -> page::Event {
    let reason = Code::fixed("mail.deferred.451");
    let channel = Some(Channel::Mail);
    PageAttemptFailed { channel, position: 0, attempt: 1, reason, next, due_at }.into()
}

/// One incident through everything that may happen to it, a second one that is merged into it.
fn incident(
    teller: &mut Teller,
    (bank, service): (Id<id::LegalEntity>, Id<id::Service>),
    group: Id<id::Group>,
    (karl, marta): (Id<id::Person>, Id<id::Person>),
) {
    teller.acts(karl);
    let first = declare(teller, 1, (bank, Some(group)));
    let second = declare(teller, 2, (bank, None));
    let model = Model::read(PROCESS).unwrap();
    let state = load(teller, first);
    let start = Command::Start { variables: Variables::new() };
    let events = process::decide(&model, &state.process.state, &start, teller.now, &No).unwrap();
    let drafts = incident::process_drafts(first, &state, &model, events, teller.now);
    teller.tell(drafts);
    beside_the_process(teller, first, (bank, service));
    severity(teller, first, marta);
    command(teller, first, (karl, marta));
    let (state, now) = (load(teller, first), teller.now);
    let task = *state.process.state.tasks.keys().next().unwrap();
    let clock: Code = format!("{first}:task_due:{task}").parse().unwrap();
    teller.tell([incident::Event::from(ClockBreached { clock, due_at: now }).draft(first, now)]);
    let state = load(teller, first);
    let code = Code::fixed("EX-URGENT");
    let element = state.process.state.tasks[&task].element.clone();
    let bypass = Command::Bypass { element, code, outputs: Variables::new() };
    let events = process::decide(&model, &state.process.state, &bypass, now, &No).unwrap();
    teller.tell(incident::process_drafts(first, &state, &model, events, now));
    teller.tell([incident::link(first, second, Relation::Child, now).unwrap()]);
    let state = load(teller, second);
    teller.tell([incident::merge(second, &state, first, "the same cause", now).unwrap()]);
    let state = load(teller, first);
    teller.tell([incident::close(first, &state, true, "a false alarm", now).unwrap()]);
    let state = load(teller, first);
    teller.tell([incident::reopen(first, &state, "it was none", now).unwrap()]);
}

fn declare(
    teller: &mut Teller,
    number: i64,
    (entity, group): (Id<id::LegalEntity>, Option<Id<id::Group>>),
) -> Id<id::Incident> {
    let id = teller.mint();
    let declaration = Declaration {
        title: "Payments fail".to_owned(),
        description: "since noon".to_owned(),
        cause: Cause::AlertRule,
        provider: "Core Vendor".to_owned(),
        entity,
        service: None,
        group,
        occurred_at: None,
    };
    let process = (Code::fixed("major-incident"), 1, evidence::sha256(PROCESS.as_bytes()));
    let reference = incident::reference(2026, number);
    let draft = incident::declare(id, reference, &declaration, process, teller.now).unwrap();
    teller.tell([draft]);
    id
}

fn beside_the_process(
    teller: &mut Teller,
    id: Id<id::Incident>,
    (entity, service): (Id<id::LegalEntity>, Id<id::Service>),
) {
    let (state, now) = (load(teller, id), teller.now);
    let fact = Fact {
        name: Code::fixed("clients_affected"),
        value: "about 41 000".to_owned(),
        certainty: Certainty::Estimate,
        source: Source::Monitoring,
        as_of: None,
    };
    let aware = AwarenessDecided { entity, aware_at: now, basis: AwarenessBasis::EarliestAlert };
    let scope = incident::ScopeDecided {
        services: vec![service],
        functions: Vec::new(),
        entities: vec![entity],
        member_states: vec![Code::fixed("DE")],
    };
    teller.tell([
        incident::record_fact(id, &state, &fact, now).unwrap(),
        incident::note(id, &state, ("took node 3 out", true), None, now).unwrap(),
        incident::decide_awareness(id, &state, aware, "", now).unwrap(),
        incident::decide_scope(id, &state, scope, "by the service graph", now).unwrap(),
    ]);
}

fn severity(teller: &mut Teller, id: Id<id::Incident>, approver: Id<id::Person>) {
    for severity in [Severity::S1, Severity::S3] {
        let (state, now) = (load(teller, id), teller.now);
        let assessment = incident::Assessment {
            severity,
            table: Code::fixed("severity"),
            table_version: 1,
            table_sha256: evidence::sha256(b"table"),
            matched_rules: vec![Code::fixed("rule_1")],
            inputs: BTreeMap::from([(Code::fixed("customers_affected"), Code::fixed("most"))]),
        };
        let draft = incident::decide_severity(id, &state, assessment, "as seen", now).unwrap();
        teller.tell([draft]);
        if severity == Severity::S1 {
            let (state, now) = (load(teller, id), teller.now);
            teller.tell([incident::approve_severity(id, &state, approver, "yes", now).unwrap()]);
        }
    }
    let set = VariableSet { name: Code::fixed("severity"), value: Code::fixed("S1") };
    let now = teller.now;
    teller.tell([incident::Event::from(set).draft(id, now)]);
}

fn command(
    teller: &mut Teller,
    id: Id<id::Incident>,
    (karl, marta): (Id<id::Person>, Id<id::Person>),
) {
    let (state, now) = (load(teller, id), teller.now);
    teller.tell([incident::take_command(id, &state, karl, "", now).unwrap()]);
    let state = load(teller, id);
    teller.tell([incident::offer_command(id, &state, marta, now).unwrap()]);
    let state = load(teller, id);
    teller.tell([incident::accept_command(id, &state, marta, now).unwrap()]);
    let state = load(teller, id);
    assert_eq!(state.commander, Some(marta));
    let role = (Role::Communications, karl);
    teller.tell([incident::assign_role(id, &state, role, now).unwrap()]);
}

fn load(teller: &Teller, id: Id<id::Incident>) -> incident::Incident {
    teller.read(move |conn| store::incident::load(conn, id)).unwrap()
}
