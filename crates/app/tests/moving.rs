//! Running cases move to another version of their process: proposed by one, approved by another, carried
//! out case by case. Through the use cases alone, on both engines.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use app::{
    App, Caller, Channels, Credentials, Error,
    config::DraftToSave,
    identity::NewPerson,
    incident::NewIncident,
    moving::Wanted,
    testing::{self, HandClock, START},
};
use base::{Code, Duration, Id, id};
use db::{on_both_engines, testing::TestDatabase};
use domain::{
    access::{Grant, Role},
    document::{DocumentKind, Seen, Verdict},
    incident::{Cause, Declaration},
    moving::{Outcome, Standing},
    person::{self, PersonKind},
};
use evidence::{Actor, ActorKind, Mode};
use tokio::runtime::{Builder, Runtime};

const MODELS: &str = "xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
    xmlns:wk=\"https://watchkeeper.example/bpmn\"";

/// A process: elements as text, flows as pairs.
fn file(id: &str, elements: &str, flows: &str) -> String {
    let flows: String = flows
        .split_whitespace()
        .map(|flow| {
            let (from, to) = flow.split_once('>').unwrap();
            format!("<sequenceFlow id=\"{from}_{to}\" sourceRef=\"{from}\" targetRef=\"{to}\"/>")
        })
        .collect();
    let ends = "<startEvent id=\"s\"/><endEvent id=\"e\"/>";
    format!(
        "<definitions {MODELS}><process id=\"{id}\">{ends}{elements}{flows}</process></definitions>"
    )
}

fn task(id: &str, role: &str) -> String {
    format!("<userTask id=\"{id}\" wk:role=\"{role}\" wk:due=\"PT1H\"/>")
}

/// Two tasks in a row.
fn two(first: &str, second: &str, role: &str) -> String {
    let elements = [task(first, role), task(second, role)].concat();
    file("main", &elements, &format!("s>{first} {first}>{second} {second}>e"))
}

struct House {
    runtime: Runtime,
    app: App,
    clock: Arc<HandClock>,
    ana: Caller,
    bo: Caller,
    entity: Id<id::LegalEntity>,
    _database: TestDatabase,
}

impl House {
    /// Two people, and a process of two tasks in version 1.
    fn open(database: TestDatabase) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let clock = HandClock::at(START);
        let over = testing::app_over(
            database.open(),
            Channels::default(),
            clock.clone(),
            testing::options(),
        );
        let app = runtime.block_on(over);
        let host = Caller::host();
        let entity = app.add_entity(&host, ("Nordhaven Bank".into(), String::new()));
        let entity = runtime.block_on(entity).unwrap();
        let mut people = ["ana", "bo"].into_iter().map(|name| {
            let roles = [Role::Responder, Role::Commander, Role::ProcessOwner, Role::Management];
            let new = NewPerson {
                kind: PersonKind::Human,
                name: name.to_owned(),
                email: format!("{name}@nordhaven.example"),
                roles: roles.to_vec(),
                contacts: Vec::new(),
            };
            let id = runtime.block_on(app.add_person(&host, new)).unwrap();
            Caller {
                actor: Actor { id: person::code(id), kind: ActorKind::Person },
                person: Some(id),
                grants: roles.iter().map(|role| Grant { role: *role, entity: None }).collect(),
                elevated_at: START,
                credentials: Credentials::Session { confirmed_at: app.now() },
                session: None,
                once: None,
            }
        });
        let (ana, bo) = (people.next().unwrap(), people.next().unwrap());
        let mut house = Self { runtime, app, clock, ana, bo, entity, _database: database };
        house.publish("major-incident", &two("contain", "recover", "responder"));
        house
    }

    fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Publishes by two people; answers the version.
    fn publish(&mut self, name: &str, text: &str) -> i64 {
        let which = || (DocumentKind::Process, name.parse::<Code>().unwrap());
        let bytes = text.as_bytes().to_vec();
        let (kind, document) = which();
        let rationale = "As agreed".to_owned();
        let draft = DraftToSave { kind, name: document, draft: None, base: None, rationale, bytes };
        let (owner, other) = (&self.ana, &self.bo);
        self.run(async {
            let saved = self.app.save_draft(owner, draft).await.unwrap();
            let refusing: Vec<_> = saved.findings.iter().filter(|found| found.refuses).collect();
            assert!(refusing.is_empty(), "{refusing:?}");
            let seen = || Seen { draft: saved.draft, sha256: saved.sha256 };
            self.app.submit_draft(owner, which(), (seen(), String::new())).await.unwrap();
            let accepted = (Verdict::Accepted, String::new());
            self.app.review_draft(other, which(), seen(), accepted).await.unwrap();
            self.app.approve_draft(other, which(), (seen(), String::new())).await.unwrap();
            self.app.publish_draft(owner, which(), saved.draft).await.unwrap()
        })
    }

    fn declare(&self, mode: Mode) -> (Id<id::Incident>, String) {
        let declaration = Declaration {
            title: "Payments fail".to_owned(),
            description: String::new(),
            cause: Cause::Person,
            provider: String::new(),
            entity: self.entity,
            service: None,
            group: None,
            occurred_at: None,
        };
        let new = NewIncident { declaration, mode };
        let declared = self.run(self.app.declare(&self.ana, new)).unwrap();
        (declared.id, declared.reference.to_string())
    }

    fn seen(&self, reference: &str) -> app::incident::Seen {
        self.run(self.app.see_incident(reference, i64::MAX)).unwrap()
    }

    fn tasks(&self, reference: &str) -> Vec<String> {
        self.seen(reference).tasks.iter().map(|task| task.element.id.to_string()).collect()
    }

    fn complete(&self, (id, reference): (Id<id::Incident>, &str), element: &str) {
        let seen = self.seen(reference);
        let task = seen.tasks.iter().find(|task| task.element.id == *element).unwrap().number;
        self.run(self.app.complete_task(&self.ana, id, (task, BTreeMap::new()))).unwrap();
    }

    fn propose(&self, wanted: Wanted) -> Result<Id<id::CaseMove>, Error> {
        let proposed = self.app.propose_move(&self.ana, wanted, "The law changed".to_owned());
        self.run(proposed).map(|proposed| proposed.id)
    }

    fn approve(&self, caller: &Caller, plan: Id<id::CaseMove>) -> Result<(), Error> {
        self.run(self.app.approve_move(caller, plan, "Agreed".to_owned()))
    }

    fn tick(&self) {
        self.run(self.app.tick()).unwrap();
    }

    fn rebuilds(&self) {
        let beside = db::Db::open(&db::Target::Memory, db::Options::default()).unwrap();
        beside.migrate(store::migrations::ALL).unwrap();
        let check = self.app.look(move |conn| store::rebuild::check(conn, &beside));
        assert_eq!(self.run(check).unwrap().differences, vec![]);
    }
}

fn wanted(from: i64, to: i64, mapping: &[(&'static str, &'static str)]) -> Wanted {
    let mapping = mapping.iter().map(|(old, new)| (Code::fixed(old), Code::fixed(new)));
    let process = Code::fixed("major-incident");
    Wanted { process, from, to, mapping: mapping.collect(), cases: None }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Err(Error::Refused(refused)) => refused.code,
        other => panic!("{other:?}"),
    }
}

on_both_engines! {
    fn g21_running_cases_move_with_two_people_and_go_on_there(database) {
        let mut house = House::open(database);
        let (live, reference) = house.declare(Mode::Live);
        let (_, exercise) = house.declare(Mode::Exercise);
        // The shipped process is version 1, ours is 2 and 3.
        assert_eq!(house.publish("major-incident", &two("contain", "tell", "legal")), 3);
        let plan = house.propose(wanted(2, 3, &[])).unwrap();
        house.tick();
        assert_eq!(house.seen(&reference).state.process.version, 2, "proposed is not approved");
        assert_eq!(code(house.approve(&house.ana, plan)), "MOV-006");
        let token = Caller { credentials: Credentials::Token, ..house.bo.clone() };
        assert_eq!(code(house.approve(&token, plan)), "PER-011");
        house.clock.pass(Duration::minutes(11));
        assert_eq!(code(house.approve(&house.bo, plan)), "PER-009");
        let fresh = Credentials::Session { confirmed_at: house.app.now() };
        let bo = Caller { credentials: fresh, ..house.bo.clone() };
        house.approve(&bo, plan).unwrap();
        assert_eq!(house.seen(&reference).state.process.version, 2, "each case has a turn of its own");
        house.tick();
        house.tick();
        let seen = house.run(house.app.see_move(plan)).unwrap();
        assert_eq!((seen.plan.standing, seen.plan.counts()), (Standing::Done, (2, 0)));
        assert_eq!((seen.reason.as_str(), seen.judgement.as_str()), ("The law changed", "Agreed"));
        assert_eq!(house.tasks(&reference), ["contain"], "it stands where it stood");
        house.complete((live, &reference), "contain");
        assert_eq!(house.tasks(&reference), ["tell"], "and goes on in the new version");
        // Everything after the move names the new version; the exercise stays one, the plan is none.
        let told = house.seen(&reference).timeline;
        let moved = told.iter().find(|(_, entry, _)| entry.kind.as_str() == "case_migrated");
        let at = moved.unwrap().0.seq;
        for (stored, entry, _) in &told {
            let of_process = entry.stream.as_str().starts_with("inc_") && entry.under.version.is_some();
            if of_process {
                assert_eq!(entry.under.version, Some(if stored.seq < at { 2 } else { 3 }), "{}", entry.kind);
            }
        }
        for (_, entry, _) in house.seen(&exercise).timeline {
            let stream = entry.stream.as_str();
            if stream.starts_with("inc_") || stream.starts_with("mov_") {
                let exercise = entry.mode == Mode::Exercise;
                assert_eq!(exercise, stream.starts_with("inc_"), "{}", entry.kind);
            }
        }
        assert_eq!(code(house.approve(&bo, plan)), "MOV-007");
        house.rebuilds();
    }

    fn a_case_that_came_to_a_dead_end_since_stays_and_is_told(database) {
        let mut house = House::open(database);
        let (goes, one) = house.declare(Mode::Live);
        let (_, other) = house.declare(Mode::Live);
        house.publish("major-incident", &two("contain", "tell", "legal"));
        let plan = house.propose(wanted(2, 3, &[])).unwrap();
        house.complete((goes, &one), "contain");
        house.approve(&house.bo, plan).unwrap();
        house.tick();
        house.tick();
        assert_eq!(house.tasks(&one), ["recover"], "it stays on its version, unharmed");
        assert_eq!(house.seen(&one).state.process.version, 2);
        assert_eq!(house.seen(&other).state.process.version, 3);
        let seen = house.run(house.app.see_move(plan)).unwrap();
        let (settled, _) = seen.plan.cases[&goes].settled.clone().unwrap();
        assert_eq!((settled.outcome, settled.stuck), (Outcome::Stuck, 1));
        assert_eq!(settled.places[0].element, *"recover");
        // With a counterpart it can follow.
        let again = house.propose(wanted(2, 3, &[("recover", "tell")])).unwrap();
        house.approve(&house.bo, again).unwrap();
        house.tick();
        assert_eq!(house.tasks(&one), ["tell"]);
        house.rebuilds();
    }

    fn a_called_process_keeps_its_version_while_its_caller_moves(database) {
        let mut house = House::open(database);
        let talk = |id: &str| file("talk", &task(id, "responder"), &format!("s>{id} {id}>e"));
        let call = |id: &str| {
            let calls = format!("<callActivity id=\"{id}\" calledElement=\"talk\"/>");
            let elements = [calls, task("recover", "responder")].concat();
            file("main", &elements, &format!("s>{id} {id}>recover recover>e"))
        };
        let host = Caller::host();
        let first = (DocumentKind::Process, Code::fixed("talk"));
        drop(house.run(house.app.publish(&host, first, talk("draft").into_bytes())));
        let known = house.run(house.app.see_process(Code::fixed("talk"), None)).is_ok();
        if !known {
            house.publish("talk", &talk("draft"));
        }
        let from = house.publish("major-incident", &call("speak"));
        let (case, reference) = house.declare(Mode::Live);
        assert_eq!(house.tasks(&reference), ["speak:draft"]);
        house.publish("talk", &talk("draft_two"));
        let to = house.publish("major-incident", &call("say"));
        let stuck = house.run(house.app.preview_move(&house.ana, wanted(from, to, &[]))).unwrap();
        assert_eq!(stuck.counts(), (0, 1));
        assert_eq!(code(house.propose(wanted(from, to, &[]))), "MOV-003");
        let plan = house.propose(wanted(from, to, &[("speak", "say")])).unwrap();
        house.approve(&house.bo, plan).unwrap();
        house.tick();
        assert_eq!(house.tasks(&reference), ["say:draft"], "the call goes on in its own version");
        house.complete((case, &reference), "say:draft");
        assert_eq!(house.tasks(&reference), ["recover"]);
        let told = house.seen(&reference).timeline;
        let of = |entry: &evidence::Entry| {
            entry.kind.as_str() == "task_completed" && entry.data["element"] == "say:draft"
        };
        let done = told.iter().find(|(_, entry, _)| of(entry)).unwrap();
        assert_eq!(done.1.under.version, Some(1), "an entry inside names the called version");
        let (other, fresh) = house.declare(Mode::Live);
        assert_eq!(house.tasks(&fresh), ["say:draft_two"], "a new call is bound by the new version");
        house.complete((other, &fresh), "say:draft_two");
        house.rebuilds();
    }

    fn what_cannot_be_meant_is_refused(database) {
        let mut house = House::open(database);
        let (case, reference) = house.declare(Mode::Live);
        house.publish("major-incident", &two("contain", "tell", "legal"));
        let named = |cases: &[&str]| Wanted {
            cases: Some(cases.iter().map(|case| (*case).to_owned()).collect()),
            ..wanted(2, 3, &[])
        };
        assert_eq!(code(house.propose(wanted(2, 2, &[]))), "MOV-002");
        assert_eq!(code(house.propose(wanted(2, 9, &[]))), "DOC-002");
        assert_eq!(code(house.propose(wanted(1, 2, &[]))), "MOV-003", "nothing runs on version 1");
        assert_eq!(code(house.propose(named(&[]))), "MOV-003");
        assert_eq!(code(house.propose(named(&["INC-1999-0001"]))), "INC-004");
        assert_eq!(code(house.propose(wanted(2, 3, &[("contian", "contain")]))), "MOV-009");
        let silent = house.app.propose_move(&house.ana, named(&[&reference]), " ".to_owned());
        assert_eq!(code(house.run(silent)), "MOV-005");
        let reader = Caller { grants: Vec::new(), ..house.ana.clone() };
        let forbidden = house.app.propose_move(&reader, named(&[&reference]), "why".to_owned());
        assert_eq!(code(house.run(forbidden)), "PER-008");
        let plan = house.propose(named(&[&reference])).unwrap();
        let withdrawn = house.app.withdraw_move(&house.ana, plan, "not now".to_owned());
        house.run(withdrawn).unwrap();
        let rejected = house.app.reject_move(&house.bo, plan, "no".to_owned());
        assert_eq!(code(house.run(rejected)), "MOV-007");
        let close = house.app.close_incident(&house.ana, case, (true, "none".to_owned()));
        house.run(close).unwrap();
        assert_eq!(code(house.propose(named(&[&reference]))), "MOV-008");
        house.rebuilds();
    }
}
