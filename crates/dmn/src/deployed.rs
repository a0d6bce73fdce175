//! The deployed decisions, as the interpreter asks for them.

use std::{collections::BTreeMap, sync::Arc};

use base::Code;
use process::{Decided, Decisions, Expressions, Tested, Untold, Variables};

use crate::{conditions, table::Table};

/// Conditions in FEEL, and tables by the name that models bind: [`process::Host`].
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    tables: BTreeMap<Code, (i64, Arc<Table>)>,
}

impl Deployed {
    /// Without tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a table under the name that `wk:decision` uses, in its deployed version.
    #[must_use]
    pub fn with(mut self, name: Code, version: i64, table: impl Into<Arc<Table>>) -> Self {
        self.tables.insert(name, (version, table.into()));
        self
    }

    /// The table under a name, with its version.
    pub fn table(&self, name: &Code) -> Option<(i64, &Table)> {
        self.tables.get(name).map(|(version, table)| (*version, table.as_ref()))
    }
}

impl Expressions for Deployed {
    fn check(&self, text: &str) -> Result<(), String> {
        conditions::check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        conditions::test(text, variables)
    }
}

impl Decisions for Deployed {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        let (_, table) = self.table(decision)?;
        Some(table.inputs.iter().map(|input| input.name.clone()).collect())
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        let Some((table_version, table)) = self.table(decision) else {
            let detail = format!("no table is deployed as {decision}");
            return Err(Untold { code: Code::fixed("decision_not_bound"), detail });
        };
        let outcome = table
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
