//! What a scripted run asks of the world: the script's answers first, then tables and FEEL.
//!
//! A gateway's scripted answer is one of its flows: that flow's condition is true, the others' are
//! false. A decision's scripted answer is an object of outputs, or one value under the decision's name.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Digest};
use dmn::Deployed;
use process::{Decided, Decisions, Expressions, Kind, Model, Tested, Untold, Value, Variables};

/// The host of a scripted run.
pub struct Scripted {
    deployed: Deployed,
    conditions: BTreeMap<String, bool>,
    answers: BTreeMap<Code, Variables>,
}

impl Scripted {
    /// Reads the script's answers against the model.
    ///
    /// # Errors
    /// An answer to an element that decides nothing, or one that cannot be told apart.
    pub fn new(
        model: &Model,
        decisions: &BTreeMap<Code, serde_json::Value>,
        deployed: Deployed,
    ) -> Result<Self, String> {
        let (conditions, answers) = (BTreeMap::new(), BTreeMap::new());
        let mut host = Self { deployed, conditions, answers };
        for (id, answer) in decisions {
            let element = model.element(id).ok_or_else(|| format!("there is no element {id}"))?;
            match &element.kind {
                Kind::Rule { decision: Some(decision) } => host.decision(decision, answer)?,
                Kind::Exclusive | Kind::Inclusive => host.gateway(model, id, answer)?,
                _ => return Err(format!("{id} decides nothing")),
            }
        }
        Ok(host)
    }

    fn decision(&mut self, decision: &Code, answer: &serde_json::Value) -> Result<(), String> {
        let wrong = |error: serde_json::Error| format!("the answer to {decision}: {error}");
        let outputs = if answer.is_object() {
            serde_json::from_value(answer.clone()).map_err(wrong)?
        } else {
            let value: Value = serde_json::from_value(answer.clone()).map_err(wrong)?;
            Variables::from([(decision.clone(), value)])
        };
        self.answers.insert(decision.clone(), outputs);
        Ok(())
    }

    fn gateway(
        &mut self,
        model: &Model,
        id: &Code,
        answer: &serde_json::Value,
    ) -> Result<(), String> {
        let chosen: Vec<&str> = match answer {
            serde_json::Value::Array(several) => {
                several.iter().filter_map(serde_json::Value::as_str).collect()
            }
            one => one.as_str().into_iter().collect(),
        };
        let flows: Vec<_> = model.flows().iter().filter(|flow| flow.source == *id).collect();
        let leads = |id: &&str| flows.iter().any(|flow| flow.id.as_str() == *id);
        if chosen.is_empty() || !chosen.iter().all(leads) {
            let ids: Vec<_> = flows.iter().map(|flow| flow.id.to_string()).collect();
            return Err(format!("the answer to {id} is one of its flows: {}", ids.join(", ")));
        }
        let elsewhere: BTreeSet<_> = model
            .flows()
            .iter()
            .filter(|flow| flow.source != *id)
            .filter_map(|flow| flow.condition.as_deref())
            .collect();
        for flow in flows {
            let Some(condition) = &flow.condition else { continue };
            if elsewhere.contains(condition.as_str()) {
                return Err(format!(
                    "another element has the condition {condition:?} of {id}, too"
                ));
            }
            self.conditions.insert(condition.clone(), chosen.contains(&flow.id.as_str()));
        }
        Ok(())
    }
}

impl Expressions for Scripted {
    fn check(&self, text: &str) -> Result<(), String> {
        self.deployed.check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        match self.conditions.get(text) {
            Some(&holds) => Ok(Tested { holds, inputs: Variables::new() }),
            None => self.deployed.test(text, variables),
        }
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        self.deployed.check_value(text)
    }

    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        self.deployed.value(text, variables)
    }
}

impl process::Host for Scripted {}

impl Decisions for Scripted {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        match self.answers.get(decision) {
            Some(_) => Some(Vec::new()),
            None => self.deployed.inputs(decision),
        }
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        let Some(outputs) = self.answers.get(decision) else {
            return self.deployed.evaluate(decision, variables);
        };
        Ok(Decided {
            table: Code::fixed("script"),
            table_version: 0,
            sha256: Digest([0; 32]),
            inputs: Variables::new(),
            outputs: outputs.clone(),
            matched_rules: Vec::new(),
        })
    }
}
