//! A case moves to another version: its rows follow, its clocks do not, and the log rebuilds all of it.

use std::collections::BTreeMap;

use base::{Code, Digest, Id, id};
use db::on_both_engines;
use domain::{
    document::{self, DocumentKind, DocumentPublished},
    entity::{self, EntityAdded},
    incident::{self, AwarenessBasis, AwarenessDecided, Cause, Declaration, Migration},
    moving::{self, CaseSettled, Judged, NewPlan, Outcome, Plan, Versions},
};
use process::{Command, Model, Variables, engine::migrate};
use store::{clock, governed, log, moving as plans};

use crate::{story, teller::Teller};

const ROLES: [&str; 2] = ["responder", "legal"];

/// One task with a timer on it, by this id and for this role.
fn text(task: &str, role: &str) -> String {
    format!(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
         xmlns:wk=\"https://watchkeeper.example/bpmn\"><process id=\"major-incident\">\
         <startEvent id=\"s\"/><userTask id=\"{task}\" wk:role=\"{role}\" wk:due=\"PT1H\"/>\
         <boundaryEvent id=\"late\" attachedToRef=\"{task}\" cancelActivity=\"false\">\
         <timerEventDefinition><timeDuration>PT20M</timeDuration></timerEventDefinition>\
         </boundaryEvent><endEvent id=\"n\"/><endEvent id=\"e\"/>\
         <sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"{task}\"/>\
         <sequenceFlow id=\"g\" sourceRef=\"{task}\" targetRef=\"e\"/>\
         <sequenceFlow id=\"h\" sourceRef=\"late\" targetRef=\"n\"/></process></definitions>"
    )
}

struct House {
    teller: Teller,
    models: [Model; 2],
    digests: [Digest; 2],
    bank: Id<id::LegalEntity>,
}

impl House {
    /// Both versions of the process are published.
    fn new(database: db::testing::TestDatabase) -> Self {
        let mut teller = Teller::new(database);
        let texts = [text("contain", ROLES[0]), text("isolate", ROLES[1])];
        let digests = [0, 1].map(|n: usize| evidence::sha256(texts[n].as_bytes()));
        let bank: Id<id::LegalEntity> = teller.mint();
        let added = entity::Event::from(EntityAdded { home: true }).draft(bank, teller.now);
        teller.tell([added.word("name", "Nordhaven").word("lei", "")]);
        let stream: Id<id::Document> = teller.mint();
        for (version, sha256) in (1..).zip(digests) {
            let name = Code::fixed("major-incident");
            let kind = DocumentKind::Process;
            let published = DocumentPublished { kind, name, version, sha256, draft: None };
            let draft = document::Event::from(published).draft(stream, teller.now);
            teller.tell([draft]);
        }
        let models = [0, 1].map(|n: usize| Model::read(&texts[n]).unwrap());
        Self { teller, models, digests, bank }
    }

    /// An incident on version 1 with its first task open, and its awareness decided.
    fn declare(&mut self, number: i64) -> Id<id::Incident> {
        let (id, now) = (self.teller.mint(), self.teller.now);
        let declaration = Declaration {
            title: "Payments fail".to_owned(),
            description: String::new(),
            cause: Cause::Person,
            provider: String::new(),
            entity: self.bank,
            service: None,
            group: None,
            occurred_at: None,
        };
        let process = (Code::fixed("major-incident"), 1, self.digests[0]);
        let reference = incident::reference(2026, number);
        self.teller.tell([incident::declare(id, reference, &declaration, process, now).unwrap()]);
        let state = self.load(id);
        let basis = AwarenessBasis::Report;
        let aware = AwarenessDecided { entity: self.bank, aware_at: now, basis };
        self.teller.tell([incident::decide_awareness(id, &state, aware, "", now).unwrap()]);
        let state = self.load(id);
        let start = Command::Start { variables: Variables::new() };
        let model = &self.models[0];
        let events = process::decide(model, &state.process.state, &start, now, &story::No).unwrap();
        let drafts = incident::process_drafts(id, &state, model, events, now);
        self.teller.tell(drafts);
        id
    }

    fn load(&self, id: Id<id::Incident>) -> incident::Incident {
        self.teller.read(move |conn| store::incident::load(conn, id)).unwrap()
    }

    fn plan(&self, id: Id<id::CaseMove>) -> Plan {
        self.teller.read(move |conn| plans::load(conn, id)).unwrap()
    }

    fn propose(&mut self, cases: &[Id<id::Incident>]) -> Id<id::CaseMove> {
        let mapping = BTreeMap::from([(Code::fixed("contain"), Code::fixed("isolate"))]);
        let listed = cases.iter().map(|case| {
            let state = self.load(*case).process.state;
            let seen = migrate::preview(&self.models[0], &self.models[1], &state, &mapping);
            moving::listed(*case, &seen)
        });
        let (from, to) = ((1, self.digests[0]), (2, self.digests[1]));
        let versions = Versions { process: Code::fixed("major-incident"), from, to };
        let new = NewPlan { versions, cases: listed.collect(), mapping: mapping.clone() };
        let (id, now) = (self.teller.mint(), self.teller.now);
        self.teller.tell(moving::propose(id, &new, "The law changed", now).unwrap());
        id
    }

    fn approve(&mut self, id: Id<id::CaseMove>) {
        let by = Id::from_bytes([9; 16]);
        let approved =
            moving::approve((id, &self.plan(id)), Judged { by, words: "" }, self.teller.now);
        self.teller.tell([approved.unwrap()]);
    }

    /// The case's turn: what the reconciler of the application commits.
    fn carry_out(&mut self, id: Id<id::CaseMove>, case: Id<id::Incident>) -> Outcome {
        let (plan, state, now) = (self.plan(id), self.load(case), self.teller.now);
        let models = (&self.models[0], &self.models[1]);
        let moved = incident::migrate_case((case, &state), (id, &plan), models, now, &story::No);
        let (mut drafts, outcome) = match moved.unwrap() {
            Migration::Moves { drafts, .. } => (drafts, Outcome::Moved),
            Migration::Stays(outcome, _) => (Vec::new(), outcome),
        };
        let (places, code) = (Vec::new(), None);
        let settled = CaseSettled { incident: case, outcome, stuck: 0, places, code };
        drafts.extend(moving::settle((id, &plan), settled, now));
        self.teller.tell(drafts);
        outcome
    }

    fn due(&self) -> Vec<Id<id::Incident>> {
        let due = self.teller.read(|conn| plans::due(conn, 16));
        due.into_iter().map(|(_, case)| case).collect()
    }

    fn kinds(&self, id: Id<id::Incident>) -> Vec<String> {
        let told =
            self.teller.read(move |conn| log::of_incident(conn, &id.to_string(), i64::MAX, 99));
        told.iter().map(|stored| stored.entry().unwrap().kind.to_string()).collect()
    }
}

on_both_engines! {
    fn the_rows_of_a_moved_case_follow_it(database) {
        let mut house = House::new(database);
        let (first, second) = (house.declare(1), house.declare(2));
        let clocks = |house: &House| {
            house.teller.read(move |conn| clock::of_target(conn, &first.to_string()))
        };
        let before = clocks(&house);
        assert_eq!(before.len(), 2, "the task's and the timer's");
        let plan = house.propose(&[first, second]);
        assert_eq!(house.due(), []);
        let waiting = house.teller.read(plans::waiting);
        assert_eq!((waiting.len(), waiting[0].cases, waiting[0].moved), (1, 2, 0));
        house.approve(plan);
        assert_eq!(house.due(), [first, second]);
        assert_eq!(house.teller.read(plans::waiting), []);

        let awareness = house.load(first).awareness;
        assert_eq!(house.carry_out(plan, first), Outcome::Moved);
        assert_eq!(house.due(), [second]);
        assert_eq!(house.load(first).awareness, awareness);
        let open = house.teller.read(|conn| governed::open_on(conn, "major-incident", 2, 9));
        assert_eq!(open.iter().map(|case| case.incident).collect::<Vec<_>>(), [first]);
        let tasks = house.teller.read(store::incident::tasks);
        let of = |id| {
            let task = tasks.iter().find(|task| task.incident == id).unwrap();
            (task.element.to_string(), task.roles.clone())
        };
        assert_eq!(of(first), ("isolate".to_owned(), vec!["legal".to_owned()]));
        assert_eq!(of(second), ("contain".to_owned(), vec!["responder".to_owned()]));
        let after = clocks(&house);
        let times = |clocks: &[clock::Clock]| {
            clocks.iter().map(|c| (c.id.clone(), c.started_at, c.due_at, c.state.clone())).collect::<Vec<_>>()
        };
        assert_eq!(times(&after), times(&before), "nothing is armed again");
        assert!(after.iter().any(|clock| clock.rule == "isolate"));
        let kinds = house.kinds(first);
        let streams = house.teller.read(move |conn| store::incident::streams(conn, first));
        assert!(streams.iter().any(|stream| stream.as_str() == plan.to_string()), "packs hold it");
        for kind in ["move_proposed", "move_approved", "case_migrated", "instance_migrated"] {
            assert_eq!(kinds.iter().filter(|told| *told == kind).count(), 1, "{kind}: {kinds:?}");
        }

        // The other is over before its turn: it stays, and its timeline says so.
        let (state, now) = (house.load(second), house.teller.now);
        house.teller.tell([incident::close(second, &state, true, "none", now).unwrap()]);
        assert_eq!(house.carry_out(plan, second), Outcome::Over);
        assert!(house.kinds(second).contains(&"move_case_settled".to_owned()));
        let newest = house.teller.read(|conn| plans::newest(conn, "major-incident"));
        let row = &newest[0];
        assert_eq!((row.standing.as_str(), row.moved, row.stay), ("done", 1, 1));
        assert_eq!(house.teller.read(|conn| plans::newest(conn, "other")), []);
        assert_eq!(house.teller.rebuilt().differences, vec![]);
    }

    fn a_plan_that_is_given_up_moves_nothing(database) {
        let mut house = House::new(database);
        let case = house.declare(1);
        for reject in [true, false] {
            let plan = house.propose(&[case]);
            let (held, now) = (house.plan(plan), house.teller.now);
            let draft = match reject {
                true => moving::reject((plan, &held), "not now", now),
                false => moving::withdraw((plan, &held), "not now", now),
            };
            house.teller.tell([draft.unwrap()]);
            assert_eq!(house.due(), []);
        }
        assert_eq!(house.load(case).process.version, 1);
        assert_eq!(house.teller.rebuilt().differences, vec![]);
    }
}
