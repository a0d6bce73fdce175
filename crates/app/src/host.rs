//! What a process asks of the world while it is decided: conditions in FEEL, and the published tables.

use std::{collections::BTreeMap, sync::Arc};

use base::Code;
use dmn::{Feel, Table};
use process::{Decided, Decisions, Expressions, Kind, Model, Tested, Untold, Variables};

use crate::{
    documents::Version,
    turn::{Stop, Turn},
};

/// The newest published tables that a model binds, gathered before the decision.
pub struct TurnHost {
    feel: Feel,
    tables: BTreeMap<Code, Version<Table>>,
}

impl TurnHost {
    /// Gathers what `model` can ask for.
    pub fn gather(turn: &mut Turn<'_>, model: &Arc<Model>) -> Result<Self, Stop> {
        let bound = model.elements().iter().filter_map(|element| match &element.kind {
            Kind::Rule { decision } => decision.clone(),
            _ => None,
        });
        let mut tables = BTreeMap::new();
        for name in bound {
            let table = turn.app.documents().table(turn.conn, name.as_str())?;
            tables.insert(name, table);
        }
        Ok(Self { feel: Feel, tables })
    }
}

impl Expressions for TurnHost {
    fn check(&self, text: &str) -> Result<(), String> {
        self.feel.check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        self.feel.test(text, variables)
    }
}

impl Decisions for TurnHost {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        Some(self.tables.get(decision)?.document.inputs())
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        let unbound = || Untold {
            code: Code::fixed("decision_not_bound"),
            detail: format!("no table named {decision} is published"),
        };
        let version = self.tables.get(decision).ok_or_else(unbound)?;
        let outcome = version.document.evaluate(variables)?;
        Ok(Decided {
            table: decision.clone(),
            table_version: version.number,
            sha256: version.sha256,
            inputs: outcome.inputs,
            outputs: outcome.outputs,
            matched_rules: outcome.matched_rules,
        })
    }
}
