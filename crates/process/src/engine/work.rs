//! Elements that wait: tasks, decisions, jobs, timers, and the timers at their borders.

use base::{Code, Duration};

use super::{
    event::{BoundaryTriggered, DecisionEvaluated, JobCreated, TaskCreated, TaskKind, TimerArmed},
    run::Run,
};
use crate::{
    host::Decided,
    model::{Element, Kind},
};

impl Run<'_> {
    pub(super) fn create_task(&mut self, token: u32, element: &Element, kind: TaskKind) {
        let marks = &element.marks;
        let known = marks.due_from.as_ref().and_then(|name| self.variables(token).remove(name));
        let from = match known {
            Some(crate::Value::Instant(at)) => at,
            _ => self.now,
        };
        let task = TaskCreated {
            task: self.state.last.task + 1,
            token,
            element: element.id.clone(),
            kind,
            roles: marks.roles.clone(),
            approvals: marks.approvals,
            due_at: marks.due.map(|due| from + due),
        };
        self.emit(task);
        self.arm_boundaries(token, element);
    }

    /// Decides at once when all inputs are known, else asks a person for them.
    pub(super) fn rule(&mut self, token: u32, element: &Element, decision: Option<&Code>) {
        let wanted = decision.and_then(|decision| self.host.inputs(decision));
        let (Some(decision), Some(wanted)) = (decision, wanted) else {
            return self.fault(token, Code::fixed("decision_not_bound"), None);
        };
        let variables = self.variables(token);
        let known = |name| variables.get(name).is_some_and(crate::Value::is_known);
        if !wanted.iter().all(known) {
            return self.create_task(token, element, TaskKind::Decision);
        }
        match self.host.evaluate(decision, &variables) {
            Ok(decided) => {
                self.decided(token, element, None, decided);
                self.leave(token);
            }
            Err(untold) => self.fault(token, untold.code, None),
        }
    }

    /// Records a decision with its inputs, rules and outputs.
    pub(super) fn decided(
        &mut self,
        token: u32,
        element: &Element,
        task: Option<u32>,
        decided: Decided,
    ) {
        let Kind::Rule { decision: Some(decision) } = &element.kind else { return };
        let Decided { table, table_version, sha256, inputs, outputs, matched_rules } = decided;
        self.emit(DecisionEvaluated {
            token,
            element: element.id.clone(),
            decision: decision.clone(),
            task,
            table,
            table_version,
            sha256,
            inputs,
            matched_rules,
            outputs,
        });
    }

    pub(super) fn create_job(&mut self, token: u32, element: &Element, action: Option<&Code>) {
        let Some(action) = action else {
            return self.fault(token, Code::fixed("action_not_bound"), None);
        };
        self.new_job(token, element, action);
        self.arm_boundaries(token, element);
    }

    /// The job alone: a retried job keeps the timers that already run.
    pub(super) fn new_job(&mut self, token: u32, element: &Element, action: &Code) {
        let (job, element) = (self.state.last.job + 1, element.id.clone());
        self.emit(JobCreated { job, token, element, action: action.clone() });
    }

    pub(super) fn arm(&mut self, token: u32, element: &Element, after: Duration) {
        let (timer, due_at) = (self.state.last.timer + 1, self.now + after);
        self.emit(TimerArmed { timer, token, element: element.id.clone(), due_at });
    }

    /// Arms the host's timers, after the host began to wait and never before.
    pub(super) fn arm_boundaries(&mut self, token: u32, host: &Element) {
        for id in &host.boundaries {
            let Some(boundary) = self.model.element(id) else { continue };
            if let Kind::Boundary { after, .. } = boundary.kind {
                self.arm(token, boundary, after);
            }
        }
    }

    /// A boundary event's path begins; an interrupted host ends with all that it waits for.
    pub(super) fn trigger(
        &mut self,
        boundary: &Element,
        host: &Code,
        host_token: u32,
        interrupting: bool,
    ) {
        let Some(scope) = self.state.tokens.get(&host_token).map(|token| token.scope) else {
            return;
        };
        if interrupting {
            self.cancel_work(host_token);
        }
        let (element, host) = (boundary.id.clone(), host.clone());
        self.emit(BoundaryTriggered { element, host, host_token, interrupting });
        self.begin(boundary, scope);
    }
}
