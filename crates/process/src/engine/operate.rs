//! Commands of operators: faults, exceptions, timers that are due.

use base::{Code, Timestamp};

use super::{
    Refusal,
    answer::within_limits,
    catch::Owner,
    command::Resolution,
    event::{ExceptionInvoked, FaultEnd, FaultResolved, TimerFired},
    run::Run,
    state::Place,
};
use crate::{model::Kind, value::Variables};

pub(super) fn fire(run: &mut Run<'_>, timer: u32, scheduled: Timestamp) -> Result<(), Refusal> {
    let held = run.state.timers.get(&timer).cloned().ok_or(Refusal::NoTimer { timer })?;
    if held.due_at != scheduled || run.now < scheduled {
        return Err(Refusal::TimerNotDue { timer });
    }
    let node = run.model.element(&held.element).ok_or(Refusal::OtherModel)?;
    let actual = run.now;
    run.emit(TimerFired { timer, element: held.element.clone(), scheduled, actual });
    let again = match node.kind {
        Kind::Boundary { interrupting, .. } | Kind::StartOn { interrupting, .. } => !interrupting,
        _ => false,
    };
    if again {
        run.arm_again(&held);
    }
    run.come_true(node, held.scope.map_or(Owner::Token(held.token), Owner::Scope));
    Ok(())
}

pub(super) fn resolve(
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

pub(super) fn bypass(
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
    run.pass(token);
    Ok(())
}
