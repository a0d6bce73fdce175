//! Passing a step under urgency, judging it afterwards, and what must not stay when an incident ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use app::{
    App, Caller, Channels, Credentials,
    identity::{NewContact, NewPerson},
    incident::{NewIncident, Told, WaitsAt},
    testing::{self, HandClock, START},
};
use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::{Grant, Role},
    escalation::Target,
    incident::{
        ActionKind, ActionResult, ActionTaken, Cause, Declaration, Judgement, MeasureEnd,
        MeasureEnded, MeasureKind, MeasureTaken,
    },
    page::Channel,
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind, Mode};
use process::Variables;

struct House {
    app: App,
    clock: Arc<HandClock>,
    karl: Caller,
    marta: Caller,
    anna: Caller,
    incident: Id<id::Incident>,
}

impl House {
    async fn with_an_incident() -> Self {
        let clock = HandClock::at(START);
        let app = testing::app(Channels::default(), clock.clone()).await;
        let name = ("Nordhaven Bank".into(), String::new());
        let entity = app.add_entity(&Caller::host(), name).await.unwrap();
        let karl = hired(&app, "karl", &[Role::Commander, Role::Responder]).await;
        let marta = hired(&app, "marta", &[Role::Management]).await;
        let anna = hired(&app, "anna", &[Role::Responder]).await;
        // Nobody approves or ratifies in the first day of an account (ground rule G11).
        clock.pass(Duration::hours(25));
        let new = NewIncident {
            declaration: Declaration {
                title: "Transfers fail".into(),
                description: String::new(),
                provider: String::new(),
                cause: Cause::Person,
                entity,
                service: None,
                group: None,
                occurred_at: None,
            },
            mode: Mode::Live,
        };
        let incident = app.declare(&karl, new).await.unwrap().id;
        Self { app, clock, karl, marta, anna, incident }
    }

    fn fresh(&self, caller: &Caller) -> Caller {
        Caller {
            credentials: Credentials::Session { confirmed_at: self.app.now() },
            ..caller.clone()
        }
    }

    async fn state(&self) -> domain::incident::Incident {
        let id = self.incident;
        self.app.look(move |conn| store::incident::load(conn, id)).await.unwrap().unwrap()
    }

    /// Passes the first open task and answers the exception's entry.
    async fn bypass(&self, by: &Caller) -> Result<i64, app::Error> {
        let task = *self.state().await.process.state.tasks.keys().next().unwrap();
        let why = "payments stop in five minutes".to_owned();
        let bypass = (WaitsAt::Task(task), Code::fixed("EX-URGENT"), why);
        self.app.bypass(by, self.incident, bypass).await?;
        Ok(*self.state().await.exceptions.keys().next_back().unwrap())
    }

    async fn pass(&self, length: Duration) {
        self.clock.pass(length);
        self.app.tick().await.unwrap();
    }

    async fn ladders(&self, target: String) -> Vec<domain::escalation::Phase> {
        let found = self.app.look(move |conn| store::escalation::of_target(conn, &target)).await;
        found.unwrap().into_iter().map(|(_, state)| state.phase).collect()
    }
}

async fn hired(app: &App, name: &str, roles: &[Role]) -> Caller {
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

fn code(result: Result<(), app::Error>) -> &'static str {
    match result.unwrap_err() {
        app::Error::Refused(refused) => refused.code,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn g21_the_one_who_ratifies_is_not_the_one_who_bypassed() {
    let house = House::with_an_incident().await;
    let exception = house.bypass(&house.karl).await.unwrap();
    let held = house.state().await.exceptions[&exception].clone();
    assert_eq!(held.ratify_by.unwrap(), held.invoked_at + Duration::hours(24));

    let judge = |caller: Caller, judgement, comment: &str| {
        let judged = (exception, judgement, comment.to_owned());
        let (app, incident) = (house.app.clone(), house.incident);
        async move { app.judge_exception(&caller, incident, judged).await }
    };
    let both = [Role::Commander, Role::Management];
    let same = signed_in(house.karl.person.unwrap(), &both, house.app.now());
    assert_eq!(code(judge(same, Judgement::Ratified, "").await), "EXC-003");
    assert_eq!(code(judge(house.fresh(&house.anna), Judgement::Ratified, "").await), "PER-008");
    let stale = signed_in(house.marta.person.unwrap(), &[Role::Management], START);
    assert_eq!(code(judge(stale, Judgement::Ratified, "").await), "PER-009");
    let marta = house.fresh(&house.marta);
    assert_eq!(code(judge(marta.clone(), Judgement::Refused, " ").await), "EXC-004");
    judge(marta.clone(), Judgement::Ratified, "right call").await.unwrap();
    assert_eq!(code(judge(marta, Judgement::Refused, "no").await), "EXC-002");

    let counts = house.app.look(move |conn| store::exception::counts(conn, START)).await.unwrap();
    assert_eq!((counts.all, counts.unjudged), (1, 0));
}

#[tokio::test]
async fn a_passed_step_asks_for_its_ratification_in_the_process_until_it_is_judged() {
    let house = House::with_an_incident().await;
    let exception = house.bypass(&house.karl).await.unwrap();
    let state = house.state().await;
    let asks = |task: &u32| app::incident::asks_for(&state, *task) == Some(exception);
    let task = state.process.state.tasks.keys().copied().find(asks).unwrap();
    // It is no form: only the judgement answers it.
    let answer = (task, [("judgement".to_owned(), "ratified".to_owned())].into());
    let marta = house.fresh(&house.marta);
    let answered = house.app.complete_task(&marta, house.incident, answer).await;
    assert_eq!(code(answered), "EXC-005");
    let judged = (exception, Judgement::Ratified, String::new());
    house.app.judge_exception(&house.fresh(&house.marta), house.incident, judged).await.unwrap();
    let state = house.state().await;
    assert!(!state.process.state.tasks.contains_key(&task));
    assert_eq!(state.phase.as_str(), "triage", "ratifying moves no phase");
}

#[tokio::test]
async fn what_begins_beside_the_response_runs_on_the_called_process() {
    let house = House::with_an_incident().await;
    for (message, first) in [
        ("communication_wanted", "communication:draft"),
        ("vendor_case_wanted", "vendor_case:open_case"),
        ("reporting_wanted", "report:classification"),
    ] {
        let told = Told { name: message.parse().unwrap(), key: None, variables: Variables::new() };
        house.app.correlate(&house.karl, house.incident, told, Duration::ZERO).await.unwrap();
        let state = house.state().await;
        let mut open = state.process.state.tasks.values();
        assert!(open.any(|task| task.element.as_str() == first), "{message}");
        assert_eq!(state.phase.as_str(), "detect", "{message} moves no phase");
    }
}

#[tokio::test]
async fn an_exception_that_nobody_judges_escalates_until_somebody_does() {
    let house = House::with_an_incident().await;
    let exception = house.bypass(&house.karl).await.unwrap();
    let clock = format!("{}:ratification:{exception}", house.incident);
    // Closing the incident ends nothing of it.
    let closed = (true, "a test alert".to_owned());
    house.app.close_incident(&house.karl, house.incident, closed).await.unwrap();
    house.pass(Duration::hours(23)).await;
    assert_eq!(house.ladders(clock.clone()).await, []);
    house.pass(Duration::hours(1)).await;
    assert_eq!(house.ladders(clock.clone()).await, [domain::escalation::Phase::Running]);
    let judged = (exception, Judgement::Refused, "the deputy was there".to_owned());
    house.app.judge_exception(&house.fresh(&house.marta), house.incident, judged).await.unwrap();
    assert_eq!(house.ladders(clock).await, [domain::escalation::Phase::Ended]);
}

#[tokio::test]
async fn g03_whoever_lacks_the_role_may_act_on_a_grave_incident_and_is_judged_sooner() {
    let house = House::with_an_incident().await;
    // The severity is not decided: it counts as grave, and confirming belongs to responders.
    let desk = hired(&house.app, "desk", &[Role::ReportingOfficer]).await;
    let exception = house.bypass(&desk).await.unwrap();
    let held = house.state().await.exceptions[&exception].clone();
    assert_eq!(held.authority, Some(domain::incident::Authority::Missing));
    assert_eq!(held.ratify_by.unwrap(), held.invoked_at + Duration::hours(12));
}

#[tokio::test]
async fn g08_an_incident_closes_only_when_each_temporary_measure_is_reversed_or_excepted() {
    let house = House::with_an_incident().await;
    let taken = |hours| MeasureTaken {
        kind: MeasureKind::CheckDisabled,
        owner: house.anna.person.unwrap(),
        until: house.app.now() + Duration::hours(hours),
    };
    let app = &house.app;
    let past = (taken(0), "screening is off".to_owned());
    assert_eq!(code(app.take_measure(&house.anna, house.incident, past).await), "INC-016");
    for _ in 0..2 {
        let measure = (taken(2), "screening is off".to_owned());
        app.take_measure(&house.anna, house.incident, measure).await.unwrap();
    }
    let measures: Vec<i64> = house.state().await.measures.keys().copied().collect();
    let close = || app.close_incident(&house.karl, house.incident, (true, "over".to_owned()));
    assert_eq!(code(close().await), "INC-014");

    house.pass(Duration::hours(3)).await;
    let calls = house.ladders(house.incident.to_string()).await.len();
    assert!(calls >= 2, "the owner is paged at the end of each measure");
    let end = |measure, how, caller: &Caller| {
        let (ended, caller) = ((MeasureEnded { measure, how }, String::new()), caller.clone());
        let (app, incident) = (app.clone(), house.incident);
        async move { app.end_measure(&caller, incident, ended).await }
    };
    assert_eq!(code(end(measures[0], MeasureEnd::Excepted, &house.anna).await), "PER-008");
    assert_eq!(code(end(measures[0], MeasureEnd::Excepted, &house.karl).await), "INC-007");
    end(measures[0], MeasureEnd::Reversed, &house.anna).await.unwrap();
    let stays =
        (MeasureEnded { measure: measures[1], how: MeasureEnd::Excepted }, "replaced by v2".into());
    app.end_measure(&house.karl, house.incident, stays).await.unwrap();
    close().await.unwrap();
}

#[tokio::test]
async fn g06_actions_and_extra_pages_are_taken_in_any_phase_and_rebuild() {
    let house = House::with_an_incident().await;
    let app = &house.app;
    let taken = ActionTaken { kind: ActionKind::Containment, result: ActionResult::Worked };
    let told = ("gateway restarted".to_owned(), Some(app.now()));
    app.tell_action(&house.anna, house.incident, taken, told).await.unwrap();
    let evidence = house.state().await.evidence;
    assert!(evidence.contains_key(&Code::fixed("containment_action")));

    let legal = Target::Role(Role::Legal);
    assert_eq!(code(app.page_also(&house.karl, house.incident, legal).await), "INC-017");
    let before = house.ladders(house.incident.to_string()).await.len();
    let whom = Target::Person(house.marta.person.unwrap());
    app.page_also(&house.karl, house.incident, whom).await.unwrap();
    assert_eq!(house.ladders(house.incident.to_string()).await.len(), before + 1);

    let beside = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let rebuilt = app.look(move |conn| store::rebuild::check(conn, &beside)).await.unwrap();
    assert_eq!(rebuilt.differences, vec![]);
}
