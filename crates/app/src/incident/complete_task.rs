//! Completing a task of the process.

use std::collections::BTreeMap;

use base::{Code, Id, Timestamp, id};
use domain::{
    access::{Permission, Role, Scope},
    incident::{
        Approval, Authority, Incident, TaskApproved, another_person, approve_task, field_missing,
        judge_on_its_page, wrong_role,
    },
    person,
};
use process::{Command, Element, Kind, Variables, engine::TaskKind, model::FieldType};

use super::{
    advance::{actions, step},
    close::goes_on,
    exception::{asks_for, authority},
    load,
    tell::signal_others,
};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// Answers to a task's form as they were typed: by field, empty ones left out.
pub type Answers = BTreeMap<String, String>;

impl App {
    /// Completes a task with the answers to its form.
    ///
    /// A task that wants approvals is completed by an approver. On a live S1 or S2 a missing role does
    /// not block (ground rule G3): it is recorded with the entry's actor.
    ///
    /// # Errors
    /// `INC-001`, `INC-002`, `PRC-001`, `PRC-003`, `PRO-…`, `PER-008` to `PER-011`.
    pub async fn complete_task(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (task, answers): (u32, Answers),
    ) -> Result<(), Error> {
        let responds = caller.needs(Permission::Respond, Scope::House);
        // Whoever approves need not respond: legal and management do not.
        responds.or_else(|_| caller.needs(Permission::Approve, Scope::House))?;
        let who = caller.clone();
        let command = move |turn: &mut Turn<'_>| complete(turn, &who, id, (task, &answers));
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn complete(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: Id<id::Incident>,
    (task, answers): (u32, &Answers),
) -> Result<(), Stop> {
    goes_on(turn, id)?;
    let state = load(turn, id)?;
    let open = state.process.state.tasks.get(&task);
    let open = open.ok_or(process::Refusal::NoTask { task }).map_err(domain::Refused::from)?;
    let model = turn.app.documents().running(turn.conn, &state.process)?;
    let element = model.element(&open.element).ok_or(process::Refusal::OtherModel);
    let element = element.map_err(domain::Refused::from)?;
    if asks_for(&state, task).is_some() {
        return Err(judge_on_its_page().into());
    }
    if !wants_approvers(element) && caller.needs(Permission::Respond, Scope::House).is_err() {
        return Err(wrong_role().into());
    }
    may(caller, &state, (task, element), turn.now)?;
    four_eyes(turn, caller, id, element)?;
    let (outputs, words) = read(element, answers)?;
    if !approved(turn, caller, (id, &state), (task, element), (&outputs, &words))? {
        return Ok(());
    }
    let command = match open.kind {
        TaskKind::Form => Command::CompleteTask { task, outputs },
        TaskKind::Decision => Command::CompleteDecision { task, inputs: outputs },
    };
    let events = step(turn, id, &command, &words)?;
    signal_others(turn, id, &events)?;
    if element.id.as_str() == super::command::TAKE_COMMAND {
        super::command::taken_by_task(turn, caller, id)?;
    }
    if let Kind::Rule { decision: Some(name) } = &element.kind
        && name.as_str() == super::severity::TABLE
    {
        decided(turn, id, (element, answers), events)?;
    }
    actions(turn, id)
}

/// Whether distinct persons approve its answer before it is complete.
pub(super) fn wants_approvers(element: &Element) -> bool {
    element.kind == Kind::User && element.marks.approvals.is_some()
}

/// The severity that a task decided is the incident's severity decision.
fn decided(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    (element, answers): (&Element, &Answers),
    events: Vec<process::Event>,
) -> Result<(), Stop> {
    let evaluated = events.into_iter().find_map(|event| match event {
        process::Event::DecisionEvaluated(evaluated) => Some(evaluated),
        _ => None,
    });
    let Some(e) = evaluated else { return Ok(()) };
    let decided = process::Decided {
        table: e.decision,
        table_version: e.table_version,
        sha256: e.sha256,
        inputs: e.inputs,
        outputs: e.outputs,
        matched_rules: e.matched_rules,
    };
    let rationale = answers.get("rationale").map_or("", String::as_str).trim();
    let rationale = if rationale.is_empty() { element.name.as_str() } else { rationale };
    super::severity::follow(turn, id, &decided, rationale)
}

/// Whoever did one of the named elements last may not do this one.
fn four_eyes(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: Id<id::Incident>,
    element: &Element,
) -> Result<(), Stop> {
    let Some(me) = caller.person.filter(|_| !element.marks.four_eyes.is_empty()) else {
        return Ok(());
    };
    let mut last = BTreeMap::new();
    for stored in store::log::stream(turn.conn, &id.to_string())? {
        let entry = stored.entry()?;
        if matches!(entry.kind.as_str(), "task_completed" | "task_approved") {
            let done = entry.data.get("element").and_then(|done| done.as_str()).map(str::to_owned);
            last.extend(done.map(|done| (done, entry.actor.id.to_string())));
        }
    }
    let me = me.to_string();
    let own = |other: &Code| last.get(other.as_str()) == Some(&me);
    if element.marks.four_eyes.iter().any(own) { Err(another_person().into()) } else { Ok(()) }
}

/// Counts this caller's approval; true where the task is complete with it.
///
/// A decision by a table holds at once and is approved afterwards (ground rule G3): it counts nobody.
fn approved(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, state): (Id<id::Incident>, &Incident),
    (task, element): (u32, &Element),
    (answer, words): (&Variables, &[(Code, String)]),
) -> Result<bool, Stop> {
    let (Kind::User, Some(wanted)) = (&element.kind, element.marks.approvals) else {
        return Ok(true);
    };
    caller.needs(Permission::Approve, Scope::Entity(state.entity))?;
    approver_of(caller, element)?;
    let by = turn.app.approver(caller, turn.now)?;
    let (element, answer) = (element.id.clone(), answer.clone());
    let approved = TaskApproved { task, element, answer, wanted };
    match approve_task(id, state, approved, by, turn.now)? {
        Approval::Complete => Ok(true),
        Approval::Recorded(mut draft) => {
            draft.words.extend(words.iter().map(|(key, text)| (key.clone(), text.as_str().into())));
            turn.record(vec![*draft])?;
            Ok(false)
        }
    }
}

/// Where the model names the roles of the approvers, the approver holds one of them.
fn approver_of(caller: &Caller, element: &Element) -> Result<(), Stop> {
    let named = |code: &Code| {
        Role::from_code(code.as_str())
            .is_some_and(|role| caller.grants.iter().any(|grant| grant.role == role))
    };
    let wanted = &element.marks.approvers;
    if wanted.is_empty() || wanted.iter().any(named) { Ok(()) } else { Err(wrong_role().into()) }
}

/// Whether this caller may complete this task: by role, in command, because it was delegated, or because
/// the incident is grave (ground rule G3).
pub(super) fn may(
    caller: &Caller,
    state: &Incident,
    (task, element): (u32, &Element),
    now: Timestamp,
) -> Result<(), Stop> {
    let grave = state.severity.now().is_none_or(|s| s <= domain::incident::Severity::S2);
    let holds_it = caller.person.is_some() && state.holder(task, now) == caller.person;
    let asked: Vec<Code> =
        element.marks.roles.iter().chain(&element.marks.candidates).cloned().collect();
    if grave || holds_it || authority(caller, state, &asked) == Authority::Held {
        return Ok(());
    }
    if caller.person.is_none() {
        return Err(person::sign_in_first().into());
    }
    Err(wrong_role().into())
}

/// What a form reads as: variables, and the words a person wrote.
type Form = (Variables, Vec<(Code, String)>);

/// Reads answers by the form's fields; what does not fit is left to the process to refuse.
fn read(element: &Element, answers: &Answers) -> Result<Form, domain::Refused> {
    let (mut outputs, mut words) = (Variables::new(), Vec::new());
    for field in &element.marks.form {
        let answer = answers.get(field.key.as_str()).map_or("", |text| text.trim());
        if answer.is_empty() {
            if field.required {
                return Err(field_missing());
            }
            continue;
        }
        match &field.kind {
            FieldType::Text if field.accepts_words(answer) => {
                words.push((field.key.clone(), answer.to_owned()));
            }
            kind => {
                let wrong = process::Refusal::FieldWrong { key: field.key.clone() };
                let value = kind.read(answer).ok_or(wrong)?;
                outputs.insert(field.key.clone(), value);
            }
        }
    }
    if let Some(rationale) = answers.get("rationale").filter(|text| !text.trim().is_empty())
        && words.iter().all(|(key, _)| key.as_str() != "rationale")
    {
        words.push((Code::fixed("rationale"), rationale.trim().to_owned()));
    }
    Ok((outputs, words))
}
