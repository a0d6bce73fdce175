//! Severity: decided by the published table, approved by a second person.

use std::collections::BTreeMap;

use base::{Code, Id, id};
use domain::{
    access::{Permission, Scope},
    incident::{
        self, Assessment, Event, Severity, VariableSet, approve_severity, decide_severity, no_rule,
    },
};
use process::{Decided, Value, Variables, engine::TaskKind};

use super::{advance::actions, load};
use crate::{
    App, Caller, Error,
    documents::Version,
    turn::{Stop, Turn},
};

/// The decision table for severity.
pub const TABLE: &str = "severity";

/// Answers to the table's questions, by input.
pub type Answered = BTreeMap<Code, Code>;

impl App {
    /// What the table that the incident keeps says to these answers; nothing is recorded.
    ///
    /// # Errors
    /// `TRI-003` where no rule matches.
    pub async fn preview_severity(
        &self,
        id: Id<id::Incident>,
        answers: Answered,
    ) -> Result<Assessment, Error> {
        let app = self.clone();
        self.read(move |conn| {
            let table = app.documents().table_of(conn, TABLE, id)?;
            Ok(preview(&table, &answers)?)
        })
        .await
    }

    /// Decides severity by the table that the incident keeps. Where the process waits for this decision, it goes on.
    ///
    /// # Errors
    /// `PER-008`, `TRI-003`, `INC-001`, `INC-007`.
    pub async fn decide_severity(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (answers, rationale): (Answered, String),
    ) -> Result<Severity, Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| decide(turn, id, &answers, &rationale);
        self.commit(db::Lane::Urgent, caller, command).await
    }

    /// A second person approves the severity decision that waits.
    ///
    /// # Errors
    /// `PER-008` to `PER-011`, `TRI-001`, `TRI-002`.
    pub async fn approve_severity(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        comment: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        let approver = self.approver(caller, self.now())?;
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            let draft = approve_severity(id, &state, approver, &comment, turn.now)?;
            turn.record(vec![draft])?;
            let severity = load(turn, id)?.severity.now();
            severity.map_or(Ok(()), |severity| tell_process(turn, id, severity))
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// What a table says to these answers.
///
/// # Errors
/// `TRI-003` where no rule matches or the answer is not a severity.
pub fn preview(
    table: &Version<dmn::Model>,
    answers: &Answered,
) -> Result<Assessment, domain::Refused> {
    let variables: Variables =
        answers.iter().map(|(key, code)| (key.clone(), Value::Code(code.clone()))).collect();
    let outcome = table.document.evaluate(&variables).map_err(|_| no_rule())?;
    let severity = severity_in(&outcome.outputs).ok_or_else(no_rule)?;
    Ok(Assessment {
        severity,
        table: Code::fixed(TABLE),
        table_version: table.number,
        table_sha256: table.sha256,
        matched_rules: outcome.matched_rules,
        inputs: answers.clone(),
    })
}

fn decide(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    answers: &Answered,
    rationale: &str,
) -> Result<Severity, Stop> {
    let table = turn.app.documents().table_of(turn.conn, TABLE, id)?;
    let assessment = preview(&table, answers)?;
    let severity = assessment.severity;
    let state = load(turn, id)?;
    let waiting = state.process.state.tasks.iter().find(|(_, task)| {
        task.kind == TaskKind::Decision && is_severity(turn, &state, &task.element)
    });
    let waiting = waiting.map(|(number, _)| *number);
    let draft = decide_severity(id, &state, assessment, rationale, turn.now)?;
    turn.record(vec![draft])?;
    match waiting {
        // The process waited for this very decision: it sees the same answers and goes on.
        Some(task) => {
            let inputs = answers.iter().map(|(key, code)| (key.clone(), Value::Code(code.clone())));
            let command = process::Command::CompleteDecision { task, inputs: inputs.collect() };
            super::advance::step(turn, id, &command, &[])?;
            actions(turn, id)?;
        }
        None => tell_process(turn, id, severity)?,
    }
    Ok(severity)
}

fn is_severity(turn: &mut Turn<'_>, state: &incident::Incident, element: &Code) -> bool {
    let model = turn.app.documents().running(turn.conn, &state.process);
    model.is_ok_and(|model| {
        model.element(element).is_some_and(|element| {
            matches!(&element.kind, process::Kind::Rule { decision: Some(name) }
                if name.as_str() == TABLE)
        })
    })
}

/// Decided beside the process: its variable follows what is in force.
fn tell_process(turn: &mut Turn<'_>, id: Id<id::Incident>, severity: Severity) -> Result<(), Stop> {
    let state = load(turn, id)?;
    if state.severity.now() == Some(severity) {
        let value = Code::fixed(severity.letter());
        let event = Event::from(VariableSet { name: Code::fixed("severity"), value });
        turn.record(vec![event.draft(id, turn.now)])?;
    }
    actions(turn, id)
}

/// A decision the process made in a task is the incident's severity decision too.
pub(super) fn follow(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    decided: &Decided,
    rationale: &str,
) -> Result<(), Stop> {
    let Some(severity) = severity_in(&decided.outputs) else { return Ok(()) };
    let inputs = decided.inputs.iter().filter_map(|(key, value)| match value {
        Value::Code(code) => Some((key.clone(), code.clone())),
        _ => None,
    });
    let assessment = Assessment {
        severity,
        table: decided.table.clone(),
        table_version: decided.table_version,
        table_sha256: decided.sha256,
        matched_rules: decided.matched_rules.clone(),
        inputs: inputs.collect(),
    };
    let state = load(turn, id)?;
    let draft = decide_severity(id, &state, assessment, rationale, turn.now)?;
    turn.record(vec![draft])?;
    Ok(())
}

fn severity_in(outputs: &Variables) -> Option<Severity> {
    match outputs.iter().find(|(name, _)| name.as_str() == "severity")?.1 {
        Value::Code(code) => Severity::from_letter(code.as_str()),
        _ => None,
    }
}
