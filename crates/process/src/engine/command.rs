//! The commands, and what is checked before anything happens.

use base::{Code, Duration, Timestamp};

use super::{
    MAX_TTL, Refusal, answer,
    event::{Event, InstanceStarted},
    operate,
    run::Run,
    state::{State, Status},
};
use crate::{
    host::Host,
    model::{Element, Model},
    value::Variables,
};

/// What is asked of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin.
    Start {
        /// What is known at the start.
        variables: Variables,
    },
    /// Begin at one of the process's start events: a message, a signal or a timer started it.
    StartAt {
        /// The start event.
        element: Code,
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
    /// A worker or a person raises an error at an activity that waits.
    ThrowError {
        /// The activity.
        element: Code,
        /// The error's code.
        code: Code,
    },
    /// A message came from outside.
    Correlate {
        /// Its name.
        name: Code,
        /// Its correlation key.
        key: Option<Code>,
        /// What it brings.
        variables: Variables,
        /// How long it is kept when nothing waits for it yet; zero refuses it then.
        ttl: Duration,
    },
    /// A signal came from outside.
    Broadcast {
        /// Its name.
        name: Code,
        /// What it brings.
        variables: Variables,
    },
    /// A person chooses an activity of an ad-hoc sub-process.
    Activate {
        /// The activity.
        element: Code,
    },
    /// A person says that an ad-hoc sub-process is done.
    FinishAdHoc {
        /// The sub-process.
        element: Code,
    },
    /// Something happened outside: evidence was recorded or a variable was set. Held tokens and
    /// conditions are looked at again.
    Review,
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
    advance(model, &mut state.clone(), command, now, host)
}

/// Decides a command and folds what it decided into `state`, without a copy of it.
///
/// # Errors
/// [`Refusal`]: nothing has happened, and the state is as it was.
pub fn advance(
    model: &Model,
    state: &mut State,
    command: &Command,
    now: Timestamp,
    host: &dyn Host,
) -> Result<Vec<Event>, Refusal> {
    let mut run = Run::new(model, state, now, host);
    match command {
        Command::Start { variables } => {
            begin(&mut run, run_start(model, None)?, variables)?;
        }
        Command::StartAt { element, variables } => {
            begin(&mut run, run_start(model, Some(element))?, variables)?;
        }
        command => {
            runs(&run)?;
            go_on(&mut run, command)?;
        }
    }
    Ok(run.finish())
}

fn runs(run: &Run<'_>) -> Result<(), Refusal> {
    match run.state.status {
        Status::Running if run.state.process.as_ref() == Some(&run.model.id) => Ok(()),
        Status::Running => Err(Refusal::OtherModel),
        Status::New | Status::Completed | Status::Cancelled => Err(Refusal::NotRunning),
    }
}

/// Nothing is emitted here before the command is known to be possible; only what a message's time to
/// live ended is told, with the command that noticed it.
fn go_on(run: &mut Run<'_>, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Start { .. } | Command::StartAt { .. } => return Err(Refusal::AlreadyStarted),
        Command::CompleteTask { task, outputs } => answer::complete_task(run, *task, outputs)?,
        Command::CompleteDecision { task, inputs } => {
            answer::complete_decision(run, *task, inputs)?;
        }
        Command::FireTimer { timer, scheduled } => operate::fire(run, *timer, *scheduled)?,
        Command::CompleteJob { job, outputs } => answer::complete_job(run, *job, outputs)?,
        Command::FailJob { job, code } => answer::fail_job(run, *job, code)?,
        Command::ThrowError { element, code } => answer::throw(run, element, code)?,
        Command::Correlate { name, key, variables, ttl } => {
            answer::within_limits(run, variables)?;
            run.correlate(name, key.as_ref(), variables, (*ttl).min(MAX_TTL))?;
        }
        Command::Broadcast { name, variables } => {
            answer::within_limits(run, variables)?;
            if run.broadcast(name, variables) == 0 {
                return Err(Refusal::NobodyListens { name: name.clone() });
            }
        }
        Command::Activate { element } => run.activate(element)?,
        Command::FinishAdHoc { element } => run.finish_ad_hoc(element)?,
        Command::Review => run.release(),
        Command::ResolveFault { fault, resolution, variables } => {
            operate::resolve(run, *fault, resolution, variables)?;
        }
        Command::Bypass { element, code, outputs } => {
            operate::bypass(run, element, code, outputs)?;
        }
        Command::Cancel { code } => run.cancel_instance(code),
    }
    run.expire();
    Ok(())
}

fn run_start<'m>(model: &'m Model, at: Option<&Code>) -> Result<&'m Element, Refusal> {
    let Some(at) = at else { return model.start(None).ok_or(Refusal::NoStart) };
    let start = model.element(at).filter(|e| e.parent.is_none() && e.kind.is_start());
    start.ok_or(Refusal::NoStart)
}

fn begin(run: &mut Run<'_>, start: &Element, variables: &Variables) -> Result<(), Refusal> {
    if run.state.status != Status::New {
        return Err(Refusal::AlreadyStarted);
    }
    answer::within_limits(run, variables)?;
    let process = run.model.id.clone();
    run.emit(InstanceStarted { process, variables: variables.clone() });
    run.arm_handlers(0);
    run.begin(start, 0);
    Ok(())
}
