//! One evaluation of a decision and of everything behind it, those it needs first.

use std::sync::Arc;

use base::{Code, Digest};
use dsntk_feel::{FeelScope, FeelType, Name, context::FeelContext, values::Value as Feel};
use process::Variables;
use serde_json::{Map, Value as Json};

use super::{Decision, Model};
use crate::{
    feel::{feel, ours},
    json,
    table::{Cell, Fault, Outcome, Ran, Table},
};

/// What a decision answered, and why.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The decision.
    pub decision: Code,
    /// The answers: by output where the decision is a table, else under the decision's variable.
    pub outputs: Map<String, Json>,
    /// The rules of the decision's own table that matched.
    pub matched_rules: Vec<Code>,
    /// The inputs that were read.
    pub inputs: Map<String, Json>,
    /// Every table that was evaluated, with its trace; those that were needed first.
    pub tables: Vec<Traced>,
    /// SHA-256 of the model's bytes.
    pub sha256: Digest,
    /// The whole answer, in FEEL's terms.
    pub(crate) value: Feel,
}

/// One table's trace.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Its decision.
    pub decision: Code,
    /// The rules that matched.
    pub matched_rules: Vec<Code>,
    /// Every cell, rule by rule.
    pub cells: Vec<Cell>,
}

impl Answer {
    /// The whole answer as JSON: a value, an object, or a list.
    pub fn whole(&self) -> Json {
        json::write(&self.value)
    }
}

/// A run through the graph.
struct Run<'m> {
    model: &'m Model,
    given: FeelContext,
    tables: Vec<(usize, Ran)>,
}

impl Model {
    /// Answers a decision, or a decision service, by its id or name; the main decision where none is
    /// named.
    ///
    /// # Errors
    /// [`Fault`]: null is never an answer.
    pub fn answer(
        &self,
        decision: Option<&str>,
        inputs: &Map<String, Json>,
    ) -> Result<Answer, Fault> {
        if let Some(answer) = decision.and_then(|name| self.served(name, inputs)) {
            return Ok(answer);
        }
        let at = self.place(decision)?;
        let given = self.typed(at, inputs);
        let mut run = self.run(at, given)?;
        let decision = &self.decisions[at];
        let value = run.value(at)?;
        let own = run.tables.iter().find(|(of, _)| *of == at);
        let (outputs, matched_rules) = match (&decision.table, own) {
            (Some(table), Some((_, ran))) => {
                let column = |(output, value): (&crate::table::Output, &Feel)| {
                    (output.key.clone(), json::write(value))
                };
                let outputs = table.outputs.iter().zip(&ran.columns).map(column).collect();
                (outputs, table.matched(ran))
            }
            _ => (Map::from_iter([(decision.variable.clone(), json::write(&value))]), Vec::new()),
        };
        let tables = std::mem::take(&mut run.tables);
        Ok(Answer {
            decision: decision.id.clone(),
            outputs,
            matched_rules,
            inputs: self.seen(at, inputs),
            tables: tables.iter().filter_map(|(of, ran)| self.traced(*of, ran)).collect(),
            sha256: self.sha256,
            value,
        })
    }

    /// Answers the main decision on a process's variables, for the log.
    ///
    /// # Errors
    /// [`Fault`]: null is never an answer, and every answer must be one that may be recorded.
    pub fn evaluate(&self, variables: &Variables) -> Result<Outcome, Fault> {
        let decision = self.main();
        if let Some(table) = decision.table.as_ref().filter(|_| decision.direct) {
            return table.evaluate(variables);
        }
        let mut given = FeelContext::default();
        for (name, value) in variables {
            given.set_entry(&Name::from(name.as_str()), feel(value));
        }
        let mut run = self.run(self.main, given)?;
        let value = run.value(self.main)?;
        let tables = std::mem::take(&mut run.tables);
        let inputs = self.inputs();
        let inputs = variables.iter().filter(|(name, _)| inputs.iter().any(|n| n == name.as_str()));
        let mut matched_rules = Vec::new();
        let mut cells = Vec::new();
        for (at, ran) in &tables {
            if let Some(table) = &self.decisions[*at].table {
                matched_rules.extend(table.matched(ran));
                cells.extend(table.trace(ran));
            }
        }
        Ok(Outcome {
            outputs: recordable(decision, &value, tables.iter().find(|(at, _)| *at == self.main))?,
            matched_rules,
            inputs: inputs.map(|(name, value)| (name.clone(), value.clone())).collect(),
            cells,
            table_id: decision.id.clone(),
            sha256: self.sha256,
        })
    }

    /// The whole answer of a decision or a decision service, on values of FEEL.
    #[cfg(test)]
    pub(crate) fn ask(&self, name: &str, given: FeelContext) -> Result<Feel, Fault> {
        match self.serve(name, &given) {
            Some(value) => Ok(value),
            None => self.place(Some(name)).and_then(|at| self.run(at, given)?.value(at)),
        }
    }

    /// The answer of a decision service, which is dsntk's alone; `None` where there is none.
    fn serve(&self, name: &str, given: &FeelContext) -> Option<Feel> {
        let engine = self.engine.as_ref().filter(|_| self.services.contains(name))?;
        let value = engine.serve(name, given);
        (!matches!(value, Feel::Null(_)) && json::fits(&value)).then_some(value)
    }

    fn served(&self, name: &str, inputs: &Map<String, Json>) -> Option<Answer> {
        let value = self.serve(name, &self.typed(self.main, inputs))?;
        Some(Answer {
            decision: name.parse().unwrap_or(Code::fixed("service")),
            outputs: Map::from_iter([(name.to_owned(), json::write(&value))]),
            matched_rules: Vec::new(),
            inputs: inputs.clone(),
            tables: Vec::new(),
            sha256: self.sha256,
            value,
        })
    }

    fn place(&self, decision: Option<&str>) -> Result<usize, Fault> {
        let Some(wanted) = decision else { return Ok(self.main) };
        let by_id = self.decisions.iter().position(|decision| decision.id.as_str() == wanted);
        let by_name = || self.decisions.iter().position(|decision| decision.name == wanted);
        by_id.or_else(by_name).ok_or_else(|| Fault::DecisionUnknown { decision: wanted.to_owned() })
    }

    fn needed(&self, at: usize) -> impl Iterator<Item = &super::Needed> {
        self.behind(at).into_iter().flat_map(|at| self.decisions[at].inputs.iter())
    }

    /// The inputs by the types the model tells; others are handed on as they are.
    fn typed(&self, at: usize, inputs: &Map<String, Json>) -> FeelContext {
        let mut given = FeelContext::default();
        for (name, value) in inputs {
            let needed = self.needed(at).find(|needed| needed.name == *name);
            let kind = needed.map_or(&FeelType::Any, |needed| &needed.kind);
            given.set_entry(&Name::from(name.as_str()), json::read(value, kind));
        }
        given
    }

    fn seen(&self, at: usize, inputs: &Map<String, Json>) -> Map<String, Json> {
        let read = |name: &&String| self.needed(at).any(|needed| needed.name == **name);
        let names = inputs.keys().filter(read);
        names.map(|name| (name.clone(), inputs[name].clone())).collect()
    }

    fn run(&self, at: usize, given: FeelContext) -> Result<Run<'_>, Fault> {
        if !json::fits(&Feel::Context(given.clone())) {
            return Err(Fault::InputsTooLarge);
        }
        for needed in self.needed(at) {
            let value = given.get_entry(&Name::from(needed.name.as_str()));
            if let Some(value) = value.filter(|value| json::has_no_zone(value)) {
                let input = needed.name.parse().unwrap_or(Code::fixed("input"));
                return Err(Fault::InputNotAllowed { input, value: json::plain(value) });
            }
        }
        Ok(Run { model: self, given, tables: Vec::new() })
    }

    fn traced(&self, at: usize, ran: &Ran) -> Option<Traced> {
        let table = self.decisions[at].table.as_ref()?;
        let decision = self.decisions[at].id.clone();
        Some(Traced { decision, matched_rules: table.matched(ran), cells: table.trace(ran) })
    }
}

impl Run<'_> {
    /// The value of a decision; those behind it are computed first, each once.
    fn value(&mut self, at: usize) -> Result<Feel, Fault> {
        let mut value = Feel::Null(None);
        for place in self.model.behind(at) {
            let decision = &self.model.decisions[place];
            value = match &decision.table {
                Some(table) => self.table(place, &Arc::clone(table))?,
                None => self
                    .model
                    .engine
                    .as_ref()
                    .map_or(Feel::Null(None), |engine| engine.decide(decision, &self.given)),
            };
            if !json::fits(&value) {
                return Err(Fault::InputsTooLarge);
            }
            self.given.set_entry(&Name::from(decision.variable.as_str()), value.clone());
        }
        match value {
            Feel::Null(_) => Err(Fault::AnswerNull { output: output(&self.model.decisions[at]) }),
            value => Ok(value),
        }
    }

    fn table(&mut self, at: usize, table: &Table) -> Result<Feel, Fault> {
        let decision = &self.model.decisions[at];
        let names = match &self.model.engine {
            Some(engine) if !decision.direct => engine.names(decision, &self.given),
            _ => self.given.clone(),
        };
        let given = |name: &str| names.get_entry(&Name::from(name)).cloned();
        let ran = table.run(&given, &|| FeelScope::from(names.clone()))?;
        let value = table.result(&ran).coerced(&decision.kind);
        self.tables.push((at, ran));
        Ok(value)
    }
}

fn output(decision: &Decision) -> Code {
    decision.variable.parse().unwrap_or_else(|_| decision.id.clone())
}

/// The answer in terms of the log.
fn recordable(
    decision: &Decision,
    value: &Feel,
    own: Option<&(usize, Ran)>,
) -> Result<Variables, Fault> {
    let one = |(name, value): (Code, &Feel)| match ours(value) {
        Some(value) => Ok((name, value)),
        None => Err(Fault::AnswerNotRecordable { output: name }),
    };
    match (&decision.table, own) {
        (Some(table), Some((_, ran))) => {
            let names = table.outputs.iter().map(|output| output.name.clone());
            names.zip(&ran.columns).map(one).collect()
        }
        _ => [(output(decision), value)].into_iter().map(one).collect(),
    }
}
