//! Commands of people and workers: forms, decisions, jobs, and errors that they raise.

use base::Code;

use super::{
    Refusal,
    event::{JobCompleted, JobFailed, TaskCompleted, TaskKind},
    run::Run,
    state::{Place, Task},
};
use crate::{
    model::{Element, Field, FieldType, Kind},
    value::{MAX_VARIABLES, Value, Variables},
};

pub(super) fn open_task(run: &Run<'_>, task: u32, kind: TaskKind) -> Result<Task, Refusal> {
    let open = run.state.tasks.get(&task).ok_or(Refusal::NoTask { task })?;
    if open.kind == kind { Ok(open.clone()) } else { Err(Refusal::OtherTask { task }) }
}

pub(super) fn complete_task(
    run: &mut Run<'_>,
    task: u32,
    outputs: &Variables,
) -> Result<(), Refusal> {
    let Task { token, element, .. } = open_task(run, task, TaskKind::Form)?;
    let node = run.model.element(&element).ok_or(Refusal::OtherModel)?;
    check_form(run, token, node, outputs)?;
    within_limits(run, outputs)?;
    run.bring(&element, outputs.keys());
    run.emit(TaskCompleted { task, token, element, outputs: outputs.clone() });
    run.leave(token);
    Ok(())
}

/// Checks answers against a form: each fits its field and its rules, none is unknown or hidden, none
/// required is missing. Required words cannot be seen here; see [`crate::model::Marks::words`].
///
/// # Errors
/// [`Refusal::FieldWrong`] and [`Refusal::FieldMissing`].
pub(super) fn check_form(
    run: &Run<'_>,
    token: u32,
    element: &Element,
    outputs: &Variables,
) -> Result<(), Refusal> {
    let mut seen = run.variables(token);
    seen.extend(outputs.clone());
    let shown = |field: &Field| match &field.visible {
        None => true,
        // A field whose condition reads something unknown is not shown: nobody is asked for it.
        Some(condition) => run.host.test(condition, &seen).is_ok_and(|tested| tested.holds),
    };
    for (key, value) in outputs {
        let fits = element.marks.field(key).is_some_and(|field| {
            let empty = !field.required && !value.is_known();
            shown(field) && (field.accepts(value) || empty)
        });
        if !fits {
            return Err(Refusal::FieldWrong { key: key.clone() });
        }
    }
    let missing = element.marks.form.iter().find(|field| {
        let asked = field.required && field.kind != FieldType::Text;
        asked && !outputs.contains_key(&field.key) && shown(field)
    });
    missing.map_or(Ok(()), |field| Err(Refusal::FieldMissing { key: field.key.clone() }))
}

pub(super) fn within_limits(run: &Run<'_>, variables: &Variables) -> Result<(), Refusal> {
    let beyond = |name: &Code| Refusal::VariableBeyondLimits { name: name.clone() };
    if let Some((name, _)) = variables.iter().find(|(_, value)| !value.is_within_limits()) {
        return Err(beyond(name));
    }
    let held: usize = run.state.scopes.values().map(|scope| scope.variables.len()).sum();
    match variables.keys().next() {
        Some(name) if held + variables.len() > MAX_VARIABLES => Err(beyond(name)),
        _ => Ok(()),
    }
}

pub(super) fn complete_decision(
    run: &mut Run<'_>,
    task: u32,
    inputs: &Variables,
) -> Result<(), Refusal> {
    let Task { token, element, .. } = open_task(run, task, TaskKind::Decision)?;
    let node = run.model.element(&element).ok_or(Refusal::OtherModel)?;
    let Kind::Rule { decision: Some(decision) } = &node.kind else {
        return Err(Refusal::OtherModel);
    };
    let mut seen = run.variables(token);
    seen.extend(inputs.clone());
    if !node.marks.form.is_empty() {
        check_form(run, token, node, inputs)?;
    }
    check_inputs(node, &run.host.inputs(decision).unwrap_or_default(), inputs, &seen)?;
    within_limits(run, inputs)?;
    let decided = run.host.evaluate(decision, &seen);
    let decided = decided.map_err(|untold| Refusal::NoAnswer { code: untold.code })?;
    run.bring(&element, inputs.keys());
    run.emit(TaskCompleted { task, token, element, outputs: inputs.clone() });
    run.decided(token, node, Some(task), decided);
    run.leave(token);
    Ok(())
}

/// With a form, the form says what is wanted; without one, the decision does. In both cases every
/// input of the decision must be known in the end.
pub(super) fn check_inputs(
    element: &Element,
    wanted: &[Code],
    inputs: &Variables,
    seen: &Variables,
) -> Result<(), Refusal> {
    let odd = inputs.keys().find(|key| !wanted.contains(key));
    if let (true, Some(key)) = (element.marks.form.is_empty(), odd) {
        return Err(Refusal::FieldWrong { key: key.clone() });
    }
    let known = |key: &&Code| seen.get(*key).is_some_and(Value::is_known);
    match wanted.iter().find(|key| !known(key)) {
        Some(key) => Err(Refusal::FieldMissing { key: key.clone() }),
        None => Ok(()),
    }
}

pub(super) fn complete_job(
    run: &mut Run<'_>,
    job: u32,
    outputs: &Variables,
) -> Result<(), Refusal> {
    let held = run.state.jobs.get(&job).cloned().ok_or(Refusal::NoJob { job })?;
    within_limits(run, outputs)?;
    let token = held.token;
    run.bring(&held.element, outputs.keys());
    run.emit(JobCompleted { job, token, element: held.element, outputs: outputs.clone() });
    run.leave(token);
    Ok(())
}

pub(super) fn fail_job(run: &mut Run<'_>, job: u32, code: &Code) -> Result<(), Refusal> {
    let held = run.state.jobs.get(&job).cloned().ok_or(Refusal::NoJob { job })?;
    run.emit(JobFailed { job, element: held.element, code: code.clone() });
    run.fault(held.token, code.clone(), None);
    Ok(())
}

/// An error that a worker or a person raises at an activity that waits.
pub(super) fn throw(run: &mut Run<'_>, element: &Code, code: &Code) -> Result<(), Refusal> {
    let waits = run.state.tokens.iter();
    let mut waits = waits.filter(|(_, t)| t.element == *element && t.place == Place::Waiting);
    let nothing = || Refusal::NothingWaits { element: element.clone() };
    let token = waits.next().map(|(token, _)| *token).ok_or_else(nothing)?;
    let node = run.model.element(element).filter(|e| e.kind.is_activity()).ok_or_else(nothing)?;
    let jobs = run.state.jobs.iter().filter(|(_, job)| job.token == token);
    let jobs: Vec<u32> = jobs.map(|(job, _)| *job).collect();
    for job in jobs {
        run.emit(JobFailed { job, element: element.clone(), code: code.clone() });
    }
    run.throw_error(token, node, Some(code));
    Ok(())
}
