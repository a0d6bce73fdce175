//! Tasks, decisions, jobs and scripts.

use base::Code;

use super::{
    event::{DecisionEvaluated, JobCreated, ScriptEvaluated, TaskCreated, TaskKind},
    run::Run,
};
use crate::{
    host::Decided,
    model::{Element, Kind},
    value::{Value, Variables},
};

impl Run<'_> {
    pub(super) fn create_task(&mut self, token: u32, element: &Element, kind: TaskKind) {
        let marks = &element.marks;
        let scope = self.scope_of(token);
        let known = marks.due_from.as_ref().and_then(|name| self.state.seen(scope, name));
        let from = match known {
            Some(Value::Instant(at)) => *at,
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
        let known = |name| variables.get(name).is_some_and(Value::is_known);
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
        self.bring(&element.id, std::iter::once(decision).chain(outputs.keys()));
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

    pub(super) fn script(
        &mut self,
        token: u32,
        element: &Element,
        text: &str,
        result: Option<&Code>,
    ) {
        let value = match self.evaluate(text, &self.variables(token)) {
            Ok(value) => value,
            Err(code) => return self.fault(token, code, None),
        };
        let outputs: Variables = result.map(|name| (name.clone(), value)).into_iter().collect();
        if !self.may_hold(&outputs) {
            return self.fault(token, Code::fixed("too_many_variables"), None);
        }
        self.bring(&element.id, outputs.keys());
        self.emit(ScriptEvaluated { token, element: element.id.clone(), outputs });
        self.leave(token);
    }
}
