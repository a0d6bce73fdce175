//! The way of a plan, step by step, by whom and by whom not; and what becomes of each kind of case.

use base::{Code, Duration, Id, Timestamp, id};
use evidence::{
    Draft,
    entry::{Actor, ActorKind},
};
use process::{
    Command, Decided, Decisions, Expressions, Host, Model, Tested, Untold, Variables,
    engine::migrate,
};

use super::*;
use crate::{
    Meta, Refused,
    incident::{self, Cause, Declaration, Incident, Migration},
    person,
};

const NOW: Timestamp = Timestamp::from_micros(1_795_600_000_000_000);

fn plan_id() -> Id<id::CaseMove> {
    Id::from_bytes([5; 16])
}

fn who(n: u8) -> Id<id::Person> {
    Id::from_bytes([n; 16])
}

fn case(n: u8) -> Id<id::Incident> {
    Id::from_bytes([n; 16])
}

fn digest(text: &str) -> Digest {
    evidence::sha256(text.as_bytes())
}

fn meta(draft: &Draft, by: Option<Id<id::Person>>, seq: i64) -> Meta {
    let (kind, id) = match by {
        Some(by) => (ActorKind::Person, person::code(by)),
        None => (ActorKind::Host, Code::fixed("host")),
    };
    Meta {
        seq,
        occurred_at: NOW,
        recorded_at: NOW,
        actor: Actor { id, kind },
        fields: draft.words.iter().map(|(field, _)| field.clone()).collect(),
    }
}

/// A plan under way, folded as the log would fold it.
#[derive(Default)]
struct Told {
    plan: Option<Plan>,
    seq: i64,
}

impl Told {
    fn proposed(cases: Vec<CaseListed>) -> Self {
        let mut told = Self::default();
        told.tell(Some(who(1)), propose(plan_id(), &new(cases), "The law changed", NOW)).unwrap();
        told
    }

    fn approved(cases: Vec<CaseListed>) -> Self {
        let mut told = Self::proposed(cases);
        let approved = told.approve(who(2));
        told.tell(Some(who(2)), approved.map(|draft| vec![draft])).unwrap();
        told
    }

    fn approve(&self, by: Id<id::Person>) -> Result<Draft, Refused> {
        approve((plan_id(), self.plan()), Judged { by, words: "" }, NOW)
    }

    fn tell(
        &mut self,
        by: Option<Id<id::Person>>,
        drafts: Result<Vec<Draft>, Refused>,
    ) -> Result<(), &'static str> {
        for draft in drafts.map_err(|refused| refused.code)? {
            let event = Event::parse(draft.kind.as_str(), &draft.data).unwrap();
            self.plan = apply(self.plan.take(), &event, &meta(&draft, by, self.seq));
            self.seq += 1;
        }
        Ok(())
    }

    fn plan(&self) -> &Plan {
        self.plan.as_ref().unwrap()
    }
}

fn listed_as(n: u8, stuck: u32) -> CaseListed {
    let places = Vec::new();
    CaseListed { incident: case(n), tokens: 1, kept: 0, ended: 0, begun: 0, stuck, places }
}

fn new(cases: Vec<CaseListed>) -> NewPlan {
    let versions =
        Versions { process: Code::fixed("major"), from: (1, digest("1")), to: (2, digest("2")) };
    NewPlan { versions, mapping: BTreeMap::new(), cases }
}

fn settled(n: u8, outcome: Outcome) -> CaseSettled {
    CaseSettled { incident: case(n), outcome, stuck: 0, places: Vec::new(), code: None }
}

#[test]
fn a_plan_is_proposed_with_a_reason_and_a_case_that_could_move() {
    let to_itself = |mut plan: NewPlan| {
        plan.versions.to = plan.versions.from;
        plan
    };
    let many = |number: usize| (0..number).map(|_| listed_as(1, 0)).collect::<Vec<_>>();
    let table = [
        (new(vec![listed_as(1, 0)]), "because", Ok(2)),
        (new(vec![listed_as(1, 0), listed_as(2, 3)]), "because", Ok(2)),
        (new(many(26)), "because", Ok(3)),
        (new(many(500)), "because", Ok(21)),
        (new(many(501)), "because", Err("MOV-004")),
        (new(vec![listed_as(1, 0)]), "  ", Err("MOV-005")),
        (to_itself(new(vec![listed_as(1, 0)])), "because", Err("MOV-002")),
        (new(vec![]), "because", Err("MOV-003")),
        (new(vec![listed_as(1, 1)]), "because", Err("MOV-003")),
    ];
    for (plan, reason, wanted) in table {
        let drafts = propose(plan_id(), &plan, reason, NOW);
        let found = drafts.map(|drafts| drafts.len()).map_err(|refused| refused.code);
        assert_eq!(found, wanted, "{} cases, {reason:?}", plan.cases.len());
    }
}

#[test]
fn the_longest_list_of_cases_fits_into_entries() {
    let place = StuckAt {
        element: "e".repeat(96).parse().unwrap(),
        reason: Code::fixed("element_missing"),
    };
    let worst = CaseListed { places: vec![place; MAX_PLACES], ..listed_as(1, u32::MAX) };
    let cases = std::iter::once(listed_as(2, 0)).chain(vec![worst; MAX_CASES - 1]).collect();
    let name = |n: usize| format!("{n:0>96}").parse::<Code>().unwrap();
    let mapping = (0..MAX_MAPPED).map(|n| (name(n), name(n + MAX_MAPPED))).collect();
    let drafts = propose(plan_id(), &NewPlan { mapping, ..new(cases) }, "because", NOW).unwrap();
    for draft in drafts {
        let bytes = draft.data.to_string().len();
        assert!(bytes + 4096 < evidence::entry::MAX_ENTRY, "{}: {bytes} bytes", draft.kind);
    }
}

#[test]
fn g21_a_plan_is_approved_by_a_second_person_and_judged_once() {
    let mut told = Told::proposed(vec![listed_as(1, 0), listed_as(2, 1)]);
    assert_eq!(told.plan().due().count(), 0, "nothing moves before it is approved");
    let own = told.approve(who(1)).map(|draft| vec![draft]);
    assert_eq!(told.tell(Some(who(1)), own), Err("MOV-006"));
    let plan = |told: &Told| told.plan().clone();
    let silent = reject((plan_id(), &plan(&told)), " ", NOW);
    assert_eq!(silent.unwrap_err().code, "MOV-005");
    let silent = withdraw((plan_id(), &plan(&told)), "", NOW);
    assert_eq!(silent.unwrap_err().code, "MOV-005");
    let approved = told.approve(who(2)).map(|draft| vec![draft]);
    told.tell(Some(who(2)), approved).unwrap();
    assert_eq!(told.plan().standing, Standing::Moving);
    assert_eq!(told.plan().due().collect::<Vec<_>>(), [case(1)], "the stuck one stays");
    assert_eq!(told.plan().judged_by, Some(person::code(who(2))));
    for again in [
        told.approve(who(3)),
        reject((plan_id(), &plan(&told)), "no", NOW),
        withdraw((plan_id(), &plan(&told)), "no", NOW),
    ] {
        assert_eq!(again.unwrap_err().code, "MOV-007");
    }
}

#[test]
fn a_plan_that_is_given_up_moves_nothing() {
    for give_up in [reject, withdraw] {
        let mut told = Told::proposed(vec![listed_as(1, 0)]);
        let draft = give_up((plan_id(), told.plan()), "not now", NOW);
        told.tell(Some(who(2)), draft.map(|draft| vec![draft])).unwrap();
        assert_eq!(told.plan().due().count(), 0);
        assert!(settle((plan_id(), told.plan()), settled(1, Outcome::Moved), NOW).is_none());
    }
}

#[test]
fn each_case_is_settled_once_and_the_plan_is_done_with_the_last() {
    let mut told = Told::approved(vec![listed_as(1, 0), listed_as(2, 0), listed_as(3, 2)]);
    for (n, outcome) in [(1, Outcome::Moved), (1, Outcome::Stuck), (2, Outcome::Over)] {
        assert_eq!(told.plan().standing, Standing::Moving);
        let draft = settle((plan_id(), told.plan()), settled(n, outcome), NOW);
        told.tell(None, Ok(draft.into_iter().collect())).unwrap();
    }
    assert_eq!(told.plan().standing, Standing::Done);
    assert_eq!(told.plan().counts(), (1, 2), "one moved, one was over, one was stuck before");
    for other in [3, 9] {
        assert!(settle((plan_id(), told.plan()), settled(other, Outcome::Moved), NOW).is_none());
    }
}

/// Answers "no" to every condition.
struct No;

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
        Err(Untold { code: Code::fixed("expression_refused"), detail: text.to_owned() })
    }
}

impl Host for No {}

impl Decisions for No {
    fn inputs(&self, _: &Code) -> Option<Vec<Code>> {
        None
    }

    fn evaluate(&self, _: &Code, _: &Variables) -> Result<Decided, Untold> {
        Err(Untold { code: Code::fixed("not_bound"), detail: String::new() })
    }
}

/// A process of tasks in a row, each with its role; the first has a timer on it.
fn model(tasks: &[(&str, &str)], timer: &str) -> Model {
    let mut elements = String::from("<startEvent id=\"s\"/><endEvent id=\"e\"/>");
    let mut flows = String::new();
    let mut last = "s".to_owned();
    for (id, role) in tasks {
        elements.push_str(&format!("<userTask id=\"{id}\" wk:role=\"{role}\" wk:due=\"PT1H\"/>"));
        flows.push_str(&format!(
            "<sequenceFlow id=\"{last}_{id}\" sourceRef=\"{last}\" targetRef=\"{id}\"/>"
        ));
        last = (*id).to_owned();
    }
    flows
        .push_str(&format!("<sequenceFlow id=\"{last}_e\" sourceRef=\"{last}\" targetRef=\"e\"/>"));
    let host = tasks[0].0;
    let xml = format!(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
         xmlns:wk=\"https://watchkeeper.example/bpmn\"><process id=\"major\">{elements}\
         <boundaryEvent id=\"{timer}\" attachedToRef=\"{host}\" cancelActivity=\"false\">\
         <timerEventDefinition><timeDuration>PT20M</timeDuration></timerEventDefinition>\
         </boundaryEvent><endEvent id=\"n\"/>\
         <sequenceFlow id=\"{timer}_n\" sourceRef=\"{timer}\" targetRef=\"n\"/>{flows}\
         </process></definitions>"
    );
    Model::read(&xml).unwrap()
}

/// An incident on version 1 of the process, with its first task open.
struct Running {
    incident: Option<Incident>,
    seq: i64,
}

impl Running {
    fn on(model: &Model) -> Self {
        let mut running = Self { incident: None, seq: 100 };
        let declaration = Declaration {
            title: "Payments fail".to_owned(),
            description: String::new(),
            cause: Cause::Person,
            provider: String::new(),
            entity: Id::from_bytes([8; 16]),
            service: None,
            group: None,
            occurred_at: None,
        };
        let process = (Code::fixed("major"), 1, digest("1"));
        let reference = incident::reference(2026, 1);
        let declared = incident::declare(case(1), reference, &declaration, process, NOW);
        running.tell(vec![declared.unwrap()]);
        let start = Command::Start { variables: Variables::new() };
        running.does(model, &start, NOW);
        running
    }

    fn does(&mut self, model: &Model, command: &Command, now: Timestamp) {
        let state = self.incident().process.state.clone();
        let events = process::decide(model, &state, command, now, &No).unwrap();
        let drafts = incident::process_drafts(case(1), self.incident(), model, events, now);
        self.tell(drafts);
    }

    fn tell(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            let event = incident::Event::parse(draft.kind.as_str(), &draft.data).unwrap();
            let meta = meta(&draft, None, self.seq);
            self.incident = incident::apply(self.incident.take(), &event, &meta);
            self.seq += 1;
        }
    }

    fn incident(&self) -> &Incident {
        self.incident.as_ref().unwrap()
    }
}

fn with_mapping(pairs: &[(&'static str, &'static str)]) -> Plan {
    let pairs = pairs.iter().map(|(old, new)| (Code::fixed(old), Code::fixed(new)));
    Plan { mapping: pairs.collect(), ..Told::approved(vec![listed_as(1, 0)]).plan().clone() }
}

/// Kinds of what is recorded, each with the version it names.
type Recorded = Vec<(String, Option<i64>)>;

/// What is recorded, or why nothing is.
fn becomes(
    running: &Running,
    plan: &Plan,
    models: (&Model, &Model),
) -> Result<Recorded, (Outcome, usize)> {
    let moved = incident::migrate_case(
        (case(1), running.incident()),
        (plan_id(), plan),
        models,
        NOW + Duration::minutes(5),
        &No,
    );
    match moved.unwrap() {
        Migration::Moves { drafts, .. } => {
            Ok(drafts.iter().map(|d| (d.kind.to_string(), d.under.version)).collect())
        }
        Migration::Stays(outcome, stuck) => Err((outcome, stuck.len())),
    }
}

#[test]
fn what_becomes_of_a_case() {
    let old = model(&[("contain", "responder"), ("recover", "responder")], "late");
    let same = model(&[("contain", "responder"), ("tell", "legal")], "late");
    let other = model(&[("isolate", "commander"), ("tell", "legal")], "later");
    let running = Running::on(&old);
    let kinds = |of: &[(&str, i64)]| {
        of.iter().map(|(kind, on)| ((*kind).to_owned(), Some(*on))).collect::<Vec<_>>()
    };

    let moved = becomes(&running, &with_mapping(&[]), (&old, &same));
    assert_eq!(moved, Ok(kinds(&[("case_migrated", 2), ("instance_migrated", 2)])));

    let stuck = becomes(&running, &with_mapping(&[]), (&old, &other));
    assert_eq!(stuck, Err((Outcome::Stuck, 1)));

    // What only the old version waits for ends under it; the rest is the new version's.
    let moved = becomes(&running, &with_mapping(&[("contain", "isolate")]), (&old, &other));
    let wanted = [
        ("timer_cancelled", 1),
        ("case_migrated", 2),
        ("instance_migrated", 2),
        ("timer_armed", 2),
    ];
    assert_eq!(moved, Ok(kinds(&wanted)));

    let mut over = Running { incident: running.incident.clone(), seq: 900 };
    let closed = incident::close(case(1), over.incident(), true, "none", NOW).unwrap();
    over.tell(vec![closed]);
    let outcome = becomes(&over, &with_mapping(&[]), (&old, &same));
    assert_eq!(outcome, Err((Outcome::Over, 0)));

    let elsewhere = Plan { from: 3, ..with_mapping(&[]) };
    assert_eq!(becomes(&running, &elsewhere, (&old, &same)), Err((Outcome::Elsewhere, 0)));
    let bytes = Plan { from_sha256: digest("3"), ..with_mapping(&[]) };
    assert_eq!(becomes(&running, &bytes, (&old, &same)), Err((Outcome::Elsewhere, 0)));
}

#[test]
fn a_moved_case_goes_on_where_it_stood_with_everything_it_had() {
    let old = model(&[("contain", "responder"), ("recover", "responder")], "late");
    let new = model(&[("isolate", "commander"), ("tell", "legal")], "late");
    let mut running = Running::on(&old);
    let facts = incident::Fact {
        name: Code::fixed("contain"),
        value: "two nodes".to_owned(),
        certainty: incident::Certainty::Actual,
        source: incident::Source::Person,
        as_of: None,
    };
    let fact = incident::record_fact(case(1), running.incident(), &facts, NOW).unwrap();
    running.tell(vec![fact]);
    let before = running.incident().clone();
    let plan = with_mapping(&[("contain", "isolate"), ("late", "late")]);
    let moved = incident::migrate_case(
        (case(1), &before),
        (plan_id(), &plan),
        (&old, &new),
        NOW + Duration::minutes(5),
        &No,
    );
    let Migration::Moves { drafts, .. } = moved.unwrap() else { panic!("it stays") };
    let migrated = drafts.iter().find(|draft| draft.kind.as_str() == "case_migrated").unwrap();
    assert_eq!(migrated.data["tasks"][0]["element"], "isolate");
    assert_eq!(migrated.data["tasks"][0]["roles"][0], "commander");
    assert_eq!((migrated.data["from"].as_i64(), migrated.data["to"].as_i64()), (Some(1), Some(2)));
    running.tell(drafts);
    let after = running.incident().clone();
    assert_eq!((after.process.version, after.process.sha256), (2, digest("2")));
    let timers = |incident: &Incident| {
        incident.process.state.timers.values().map(|timer| timer.due_at).collect::<Vec<_>>()
    };
    assert_eq!(timers(&after), timers(&before), "the remaining time stays");
    let task = |incident: &Incident| incident.process.state.tasks.values().next().cloned().unwrap();
    assert_eq!(task(&after).due_at, task(&before).due_at);
    assert_eq!(task(&after).element, *"isolate");
    let (old_name, new_name) = (Code::fixed("contain"), Code::fixed("isolate"));
    assert_eq!(after.evidence[&new_name], before.evidence[&old_name], "found by its new name");
    assert_eq!(after.evidence[&old_name], before.evidence[&old_name], "and by its old one");
    // Its next task is that of the new version.
    let (number, _) = after.process.state.tasks.iter().next().unwrap();
    let done = Command::CompleteTask { task: *number, outputs: Variables::new() };
    running.does(&new, &done, NOW + Duration::minutes(6));
    assert_eq!(task(running.incident()).element, *"tell");
    // Moving it again by the same plan does nothing: it runs elsewhere now.
    let again = becomes(&running, &plan, (&old, &new));
    assert_eq!(again, Err((Outcome::Elsewhere, 0)));
}

#[test]
fn a_slip_in_the_mapping_is_refused() {
    let old = model(&[("contain", "responder")], "late");
    let new = model(&[("isolate", "commander")], "late");
    let table: [(&'static str, &'static str, Result<(), &str>); 6] = [
        ("contain", "isolate", Ok(())),
        ("s_contain", "s_isolate", Ok(())),
        ("contian", "isolate", Err("MOV-009")),
        ("contain", "isolated", Err("MOV-009")),
        ("contain:inside", "isolate:inside", Err("MOV-009")),
        ("late", "late", Ok(())),
    ];
    for (from, to, wanted) in table {
        let mapping = migrate::Mapping::from([(Code::fixed(from), Code::fixed(to))]);
        let checked = check_mapping((&old, &new), &mapping).map_err(|refused| refused.code);
        assert_eq!(checked, wanted, "{from} to {to}");
    }
}
