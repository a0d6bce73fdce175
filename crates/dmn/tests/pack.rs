//! The shipped pack: both files lint clean, every combination of answers has a severity, unknown never
//! lowers it, and the whole process runs.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use base::{Code, Timestamp};
use dmn::{Deployed, Model as Decisions, Table};
use process::{Command, Finding, Kind, Model, State, Value, Variables, apply, decide, lint};

const PROCESS: &str = include_str!("../../../processes/major-incident.bpmn");
const SEVERITY: &str = include_str!("../../../processes/severity.dmn");
const TRIGGERS: &str = include_str!("../../../processes/escalation-triggers.dmn");
const LEGAL: &str = include_str!("../../../processes/legal-review-required.dmn");

fn read(text: &str) -> Decisions {
    Decisions::parse(text).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn severity() -> std::sync::Arc<Table> {
    read(SEVERITY).table().unwrap().clone()
}

fn host() -> Deployed {
    Deployed::new().with(code("severity"), 1, read(SEVERITY))
}

#[test]
fn every_shipped_table_is_whole_and_passes_its_cases() {
    for (text, cases) in [(SEVERITY, 6), (TRIGGERS, 5), (LEGAL, 5)] {
        let findings = dmn::check(text.as_bytes());
        assert!(findings.is_empty(), "{findings:#?}");
        assert_eq!(read(text).cases.len(), cases);
    }
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

#[test]
fn the_process_lints_clean() {
    let model = Model::read(PROCESS).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let mut findings: Vec<Finding> = lint::lint(&model);
    findings.extend(lint::check_bindings(&model, &host()));
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn the_table_answers_every_combination() {
    let findings = severity().check();
    assert!(findings.is_empty(), "{findings:#?}");
}

/// All combinations of the table's inputs.
fn combinations(table: &Table) -> Vec<Variables> {
    let mut all = vec![Variables::new()];
    for input in &table.inputs {
        let values = input.domain.values();
        assert!(!values.is_empty(), "{input:?}");
        let with = |known: &Variables| {
            let name = input.name.clone();
            let known = known.clone();
            values
                .iter()
                .map(move |value| {
                    let mut known = known.clone();
                    known.insert(name.clone(), Value::code(value).unwrap());
                    known
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

fn grade(table: &Table, inputs: &Variables) -> String {
    table.evaluate(inputs).unwrap().outputs[&code("severity")].to_string()
}

#[test]
fn unknown_never_lowers_the_severity() {
    let table = severity();
    let unknown = Value::code("unknown").unwrap();
    for inputs in combinations(&table) {
        for name in inputs.keys() {
            let mut less = inputs.clone();
            less.insert(name.clone(), unknown.clone());
            let (known, less) = (grade(&table, &inputs), grade(&table, &less));
            assert!(less <= known, "{inputs:?}: {known} became {less} when {name} was unknown");
        }
    }
}

/// The table as dsntk reads it by itself.
#[test]
fn dsntk_gives_the_same_answers() {
    use dsntk_feel::{Name, context::FeelContext, values::Value as Feel};
    let definitions = dsntk_model::parse(SEVERITY).unwrap();
    let evaluator = dsntk_model_evaluator::ModelEvaluator::new(&[definitions]).unwrap();
    let table = severity();
    for inputs in combinations(&table) {
        let mut context = FeelContext::default();
        for (name, value) in &inputs {
            context.set_entry(&Name::from(name.as_str()), Feel::String(value.to_string()));
        }
        let space = "https://watchkeeper.example/decisions";
        let told = evaluator.evaluate_invocable(space, "Severity", "Severity", &context);
        let Feel::Context(told) = told else { panic!("{told}") };
        let outcome = table.evaluate(&inputs).unwrap();
        for (name, value) in &outcome.outputs {
            let theirs = told.get_entry(&Name::from(name.as_str()));
            assert_eq!(theirs, Some(&Feel::String(value.to_string())), "{inputs:?}");
        }
    }
}

struct Run {
    model: Model,
    state: State,
    host: Deployed,
    now: Timestamp,
    trace: Vec<String>,
}

impl Run {
    fn new() -> Self {
        let (model, state) = (Model::read(PROCESS).unwrap(), State::default());
        let now = Timestamp::from_micros(1_764_000_000_000_000);
        let mut run = Self { model, state, host: host(), now, trace: Vec::new() };
        run.does(&Command::Start { variables: Variables::new() });
        run
    }

    fn does(&mut self, command: &Command) {
        let events = decide(&self.model, &self.state, command, self.now, &self.host).unwrap();
        for event in &events {
            apply(&mut self.state, event);
            use process::Event as E;
            match event {
                E::TaskCreated(e) => self.trace.push(format!("open {}", e.element)),
                E::JobCreated(e) => self.trace.push(format!("open {}", e.element)),
                E::DecisionEvaluated(e) => {
                    let out: Vec<_> = e.outputs.iter().map(|(n, v)| format!("{n}={v}")).collect();
                    self.trace.push(format!("decision {}", out.join(" ")));
                }
                E::FaultRaised(e) => self.trace.push(format!("fault {} {}", e.element, e.code)),
                E::InstanceCompleted(e) => self.trace.push(format!("over at {}", e.element)),
                _ => {}
            }
        }
    }

    fn answer(&mut self, element: &str, answers: &[(&str, &str)]) {
        let value = |text: &str| match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => Value::code(text).unwrap(),
        };
        let outputs: Variables = answers.iter().map(|(k, v)| (code(k), value(v))).collect();
        let found = self.state.tasks.iter().find(|(_, task)| task.element == *element);
        let task = *found.unwrap_or_else(|| panic!("{element} is not open")).0;
        let rule = matches!(self.model.element(&code(element)).unwrap().kind, Kind::Rule { .. });
        self.does(&if rule {
            Command::CompleteDecision { task, inputs: outputs }
        } else {
            Command::CompleteTask { task, outputs }
        });
    }

    /// Done outside: by a job where the house has the action, else by a person who confirms it.
    fn act(&mut self, element: &str) {
        let job =
            self.state.jobs.iter().find(|(_, job)| job.element == *element).map(|(id, _)| *id);
        match job {
            Some(job) => self.does(&Command::CompleteJob { job, outputs: Variables::new() }),
            None => self.answer(element, &[]),
        }
    }
}

#[test]
fn a_grave_incident_walks_through_all_five_phases() {
    let mut run = Run::new();
    run.answer("confirmation", &[("verdict", "confirmed")]);
    run.answer(
        "severity_decision",
        &[
            ("customers_affected", "many"),
            ("critical_function", "yes"),
            ("data_at_risk", "unknown"),
            ("workaround", "yes"),
        ],
    );
    run.act("page_commander");
    let (timer, held) = run.state.next_timer().map(|(id, t)| (id, t.clone())).unwrap();
    run.now = held.due_at;
    run.does(&Command::FireTimer { timer, scheduled: held.due_at });
    run.act("page_deputy");
    run.answer("take_command", &[]);
    run.answer("containment", &[("contained", "partly")]);
    run.answer("failover_approval", &[("failover", "failover")]);
    run.answer("failover_execution", &[("failover_result", "done")]);
    run.answer("communication_draft", &[("needs_legal", "true")]);
    run.answer("legal_review", &[("legal_opinion", "agreed")]);
    run.answer("communication_approval", &[("communication", "returned")]);
    run.answer("communication_draft", &[("needs_legal", "false")]);
    run.answer("communication_approval", &[("communication", "approved")]);
    run.act("publish_message");
    run.answer("vendor_escalation", &[("vendor_involved", "true")]);
    run.act("open_vendor_case");
    run.answer("restoration", &[("restoration_method", "rollback")]);
    run.answer("restoration_validated", &[("integrity", "failed")]);
    run.answer("restoration", &[("restoration_method", "fix")]);
    run.answer("restoration_validated", &[("integrity", "validated")]);
    run.answer("vendor_oversight", &[("vendor_outcome", "solved")]);
    run.answer("recovery_notice", &[("recovery_told", "told")]);
    run.answer("root_cause", &[("cause_code", "change")]);
    run.answer("incident_review", &[("review_held", "true")]);
    run.answer("remediation_agreed", &[("remediation", "agreed")]);
    expect_test::expect![[r#"
        open confirmation
        open severity_decision
        decision severity=S1 urgency=immediate
        open page_commander
        open take_command
        open page_deputy
        open containment
        open communication_draft
        open vendor_escalation
        open failover_approval
        open failover_execution
        open restoration
        open legal_review
        open communication_approval
        open communication_draft
        open communication_approval
        open publish_message
        open open_vendor_case
        open vendor_oversight
        open restoration_validated
        open restoration
        open restoration_validated
        open recovery_notice
        open root_cause
        open incident_review
        open remediation_agreed
        over at learned"#]]
    .assert_eq(&run.trace.join("\n"));
}

#[test]
fn a_false_positive_is_undone_and_dismissed() {
    let mut run = Run::new();
    run.answer("confirmation", &[("verdict", "false_positive")]);
    run.answer("stand_down", &[("early_actions", "reversed")]);
    assert_eq!(run.trace.last().unwrap(), "over at dismissed");
}

/// Ground rule G3: a bypass is a code and one line, and what stays unknown leads to the louder way.
#[test]
fn g03_every_allowed_bypass_goes_on_and_never_parks_the_token() {
    let mut run = Run::new();
    for element in [
        "confirmation",
        "severity_decision",
        "page_commander",
        "take_command",
        "containment",
        "failover_approval",
        "failover_execution",
        "restoration",
        "vendor_escalation",
        "open_vendor_case",
        "vendor_oversight",
    ] {
        let codes = &run.model.element(&code(element)).unwrap().marks.exceptions;
        let code = codes.first().unwrap_or_else(|| panic!("{element}")).clone();
        let (element, outputs) = (self::code(element), Variables::new());
        run.does(&Command::Bypass { element, code, outputs });
    }
    assert!(run.state.faults.is_empty());
    assert!(run.trace.contains(&"open page_commander".to_owned()), "unknown severity is grave");
}

/// Ground rule G3: messages that leave the house know no exception.
#[test]
fn g03_no_message_leaves_without_approval() {
    let model = Model::read(PROCESS).unwrap();
    for element in ["communication_draft", "legal_review", "communication_approval"] {
        assert!(model.element(&code(element)).unwrap().marks.exceptions.is_empty(), "{element}");
    }
    let before = model.element(&code("publish_message")).unwrap();
    assert_eq!(before.incoming.len(), 1);
    let flow = model.flow(&before.incoming[0]).unwrap();
    assert_eq!(flow.condition.as_deref(), Some("communication = \"approved\""));
}
