//! The deployed decisions, as the interpreter asks for them.

use std::{collections::BTreeMap, sync::Arc};

use base::Code;
use process::{Decided, Decisions, Expressions, Tested, Untold, Value, Variables};

use crate::{conditions, model::Model};

/// Conditions in FEEL, and tables by the name that models bind: [`process::Host`].
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    models: BTreeMap<Code, (i64, Arc<Model>)>,
}

impl Deployed {
    /// Without tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a model under the name that `wk:decision` uses, in its deployed version. Its main decision
    /// answers.
    #[must_use]
    pub fn with(mut self, name: Code, version: i64, model: impl Into<Arc<Model>>) -> Self {
        self.models.insert(name, (version, model.into()));
        self
    }

    /// The model under a name, with its version.
    pub fn model(&self, name: &Code) -> Option<(i64, &Model)> {
        self.models.get(name).map(|(version, model)| (*version, model.as_ref()))
    }
}

impl Expressions for Deployed {
    fn check(&self, text: &str) -> Result<(), String> {
        conditions::check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        conditions::test(text, variables)
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        conditions::check_value(text)
    }

    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        conditions::value(text, variables)
    }
}

impl process::Host for Deployed {}

impl Decisions for Deployed {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        let (_, model) = self.model(decision)?;
        Some(model.inputs().iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        let Some((table_version, model)) = self.model(decision) else {
            let detail = format!("no table is deployed as {decision}");
            return Err(Untold { code: Code::fixed("decision_not_bound"), detail });
        };
        let outcome = model
            .evaluate(variables)
            .map_err(|fault| Untold { code: fault.code(), detail: fault.to_string() })?;
        Ok(Decided {
            table: outcome.table_id,
            table_version,
            sha256: outcome.sha256,
            inputs: outcome.inputs,
            outputs: outcome.outputs,
            matched_rules: outcome.matched_rules,
        })
    }
}
