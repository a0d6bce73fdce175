//! The commands, and what is checked before anything happens.

use base::{Code, Timestamp};

use super::{
    Refusal,
    event::{
        Event, ExceptionInvoked, FaultEnd, FaultResolved, InstanceStarted, JobCompleted, JobFailed,
        TaskCompleted, TaskKind, TimerFired,
    },
    run::Run,
    state::{Place, State, Status, Task},
};
use crate::{
    host::Host,
    model::{Element, Field, FieldType, Kind, Model},
    value::{MAX_VARIABLES, Value, Variables},
};

/// What is asked of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin.
    Start {
        /// What is known at the start.
        variables: Variables,
    },
    /// A person answered a form. Words are not given here: they are kept beside the entry.
    CompleteTask {
        /// The task.
        task: u32,
        /// The answers, by field.
        outputs: Variables,
    },
    /// A person gave the inputs of a decision.
    CompleteDecision {
        /// The task.
        task: u32,
        /// The inputs.
        inputs: Variables,
    },
    /// A timer is due.
    FireTimer {
        /// The timer.
        timer: u32,
        /// The due time the caller saw.
        scheduled: Timestamp,
    },
    /// An action was done outside.
    CompleteJob {
        /// The job.
        job: u32,
        /// What it brought.
        outputs: Variables,
    },
    /// An action failed and will not be tried again.
    FailJob {
        /// The job.
        job: u32,
        /// Why.
        code: Code,
    },
    /// An operator ends a fault.
    ResolveFault {
        /// The fault.
        fault: u32,
        /// How.
        resolution: Resolution,
        /// Variables to set first.
        variables: Variables,
    },
    /// An exception: the token that waits at an element moves on without it.
    Bypass {
        /// The element.
        element: Code,
        /// One of the element's exception codes.
        code: Code,
        /// Answers that the way on needs; may be empty.
        outputs: Variables,
    },
    /// The instance is given up.
    Cancel {
        /// Why.
        code: Code,
    },
}

/// How a fault is ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// Try the step again.
    Retry,
    /// Move the token past its element: by this flow, or by the usual choice.
    MoveOn {
        /// A flow that leads away from the element.
        flow: Option<Code>,
    },
}

/// Decides a command.
///
/// # Errors
/// [`Refusal`]: nothing has happened.
pub fn decide(
    model: &Model,
    state: &State,
    command: &Command,
    now: Timestamp,
    host: &dyn Host,
) -> Result<Vec<Event>, Refusal> {
    let mut run = Run::new(model, state, now, host);
    if let Command::Start { variables } = command {
        start(&mut run, variables)?;
        return Ok(run.finish());
    }
    match state.status {
        Status::Running => {}
        Status::New | Status::Completed | Status::Cancelled => return Err(Refusal::NotRunning),
    }
    if state.process.as_ref() != Some(&model.id) {
        return Err(Refusal::OtherModel);
    }
    match command {
        Command::Start { .. } => return Err(Refusal::AlreadyStarted),
        Command::CompleteTask { task, outputs } => complete_task(&mut run, *task, outputs)?,
        Command::CompleteDecision { task, inputs } => complete_decision(&mut run, *task, inputs)?,
        Command::FireTimer { timer, scheduled } => fire(&mut run, *timer, *scheduled)?,
        Command::CompleteJob { job, outputs } => complete_job(&mut run, *job, outputs)?,
        Command::FailJob { job, code } => fail_job(&mut run, *job, code)?,
        Command::ResolveFault { fault, resolution, variables } => {
            resolve(&mut run, *fault, resolution, variables)?;
        }
        Command::Bypass { element, code, outputs } => bypass(&mut run, element, code, outputs)?,
        Command::Cancel { code } => run.cancel_instance(code),
    }
    Ok(run.finish())
}

fn start(run: &mut Run<'_>, variables: &Variables) -> Result<(), Refusal> {
    if run.state.status != Status::New {
        return Err(Refusal::AlreadyStarted);
    }
    within_limits(run, variables)?;
    let start = run.model.start(None).ok_or(Refusal::NoStart)?;
    let process = run.model.id.clone();
    run.emit(InstanceStarted { process, variables: variables.clone() });
    run.begin(start, 0);
    Ok(())
}

fn open_task(run: &Run<'_>, task: u32, kind: TaskKind) -> Result<Task, Refusal> {
    let open = run.state.tasks.get(&task).ok_or(Refusal::NoTask { task })?;
    if open.kind == kind { Ok(open.clone()) } else { Err(Refusal::OtherTask { task }) }
}

fn complete_task(run: &mut Run<'_>, task: u32, outputs: &Variables) -> Result<(), Refusal> {
    let Task { token, element, .. } = open_task(run, task, TaskKind::Form)?;
    let node = run.model.element(&element).ok_or(Refusal::OtherModel)?;
    check_form(run, token, node, outputs)?;
    within_limits(run, outputs)?;
    run.emit(TaskCompleted { task, token, element, outputs: outputs.clone() });
    run.leave(token);
    Ok(())
}

/// Checks answers against a form: each fits its field and its rules, none is unknown or hidden, none
/// required is missing. Required words cannot be seen here; see [`crate::model::Marks::words`].
///
/// # Errors
/// [`Refusal::FieldWrong`] and [`Refusal::FieldMissing`].
fn check_form(
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

fn within_limits(run: &Run<'_>, variables: &Variables) -> Result<(), Refusal> {
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

fn complete_decision(run: &mut Run<'_>, task: u32, inputs: &Variables) -> Result<(), Refusal> {
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
    run.emit(TaskCompleted { task, token, element, outputs: inputs.clone() });
    run.decided(token, node, Some(task), decided);
    run.leave(token);
    Ok(())
}

/// With a form, the form says what is wanted; without one, the decision does. In both cases every
/// input of the decision must be known in the end.
fn check_inputs(
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

fn fire(run: &mut Run<'_>, timer: u32, scheduled: Timestamp) -> Result<(), Refusal> {
    let held = run.state.timers.get(&timer).cloned().ok_or(Refusal::NoTimer { timer })?;
    if held.due_at != scheduled || run.now < scheduled {
        return Err(Refusal::TimerNotDue { timer });
    }
    let node = run.model.element(&held.element).ok_or(Refusal::OtherModel)?;
    let actual = run.now;
    run.emit(TimerFired { timer, element: held.element.clone(), scheduled, actual });
    match &node.kind {
        Kind::Boundary { host, interrupting, .. } => {
            run.trigger(node, host, held.token, *interrupting);
        }
        _ => run.leave(held.token),
    }
    Ok(())
}

fn complete_job(run: &mut Run<'_>, job: u32, outputs: &Variables) -> Result<(), Refusal> {
    let held = run.state.jobs.get(&job).cloned().ok_or(Refusal::NoJob { job })?;
    within_limits(run, outputs)?;
    let token = held.token;
    run.emit(JobCompleted { job, token, element: held.element, outputs: outputs.clone() });
    run.leave(token);
    Ok(())
}

fn fail_job(run: &mut Run<'_>, job: u32, code: &Code) -> Result<(), Refusal> {
    let held = run.state.jobs.get(&job).cloned().ok_or(Refusal::NoJob { job })?;
    run.emit(JobFailed { job, element: held.element, code: code.clone() });
    run.fault(held.token, code.clone(), None);
    Ok(())
}

fn resolve(
    run: &mut Run<'_>,
    fault: u32,
    resolution: &Resolution,
    variables: &Variables,
) -> Result<(), Refusal> {
    let held = run.state.faults.get(&fault).cloned().ok_or(Refusal::NoFault { fault })?;
    within_limits(run, variables)?;
    let node = run.model.element(&held.element).ok_or(Refusal::OtherModel)?;
    if let Resolution::MoveOn { flow: Some(flow) } = resolution
        && !node.outgoing.contains(flow)
    {
        return Err(Refusal::WrongFlow);
    }
    let end = match resolution {
        Resolution::Retry => FaultEnd::Retried,
        Resolution::MoveOn { .. } => FaultEnd::MovedOn,
    };
    let variables = variables.clone();
    run.emit(FaultResolved { fault, element: held.element, end, variables });
    match resolution {
        Resolution::Retry => run.retry(held.token),
        Resolution::MoveOn { flow: Some(flow) } => run.leave_by(held.token, flow),
        Resolution::MoveOn { flow: None } => run.leave(held.token),
    }
    Ok(())
}

fn bypass(
    run: &mut Run<'_>,
    element: &Code,
    code: &Code,
    outputs: &Variables,
) -> Result<(), Refusal> {
    let node =
        run.model.element(element).ok_or(Refusal::NothingWaits { element: element.clone() })?;
    if !node.marks.exceptions.contains(code) {
        let (element, code) = (element.clone(), code.clone());
        return Err(Refusal::ExceptionNotAllowed { element, code });
    }
    within_limits(run, outputs)?;
    for (key, value) in outputs {
        if !node.marks.field(key).is_some_and(|field| field.kind.fits(value)) {
            return Err(Refusal::FieldWrong { key: key.clone() });
        }
    }
    let waits = |place: &Place| matches!(place, Place::Waiting | Place::Entered);
    let here = run.state.tokens.iter().find(|(_, t)| t.element == *element && waits(&t.place));
    let Some((&token, _)) = here else {
        return Err(Refusal::NothingWaits { element: element.clone() });
    };
    let (element, code, outputs) = (element.clone(), code.clone(), outputs.clone());
    run.emit(ExceptionInvoked { token, element, code, outputs });
    run.cancel_work(token);
    run.leave(token);
    Ok(())
}
