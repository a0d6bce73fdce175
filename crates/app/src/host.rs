//! What a process asks of the world while it is decided: expressions in FEEL, the published tables, and
//! which evidence the incident has.

use base::{Code, Id, id};
use dmn::Deployed;
use domain::incident::Incident;
use process::{
    Decided, Decisions, Expressions, Host, Kind, Model, Tested, Untold, Value, Variables,
};

use crate::turn::{Stop, Turn};

/// Gathers the tables that `model` binds before the decision: in the versions that the incident keeps,
/// or the newest where none is named.
fn gather(
    turn: &mut Turn<'_>,
    incident: Option<Id<id::Incident>>,
    model: &Model,
) -> Result<Deployed, Stop> {
    let mut host = Deployed::new();
    for element in model.elements() {
        if let Kind::Rule { decision: Some(name) } = &element.kind {
            let table = match incident {
                Some(id) => turn.app.documents().table_of(turn.conn, name.as_str(), id)?,
                None => turn.app.documents().table(turn.conn, name.as_str())?,
            };
            host = host.with(name.clone(), table.number, table.document);
        }
    }
    Ok(host)
}

/// The host of one incident's process.
pub(crate) struct Gathered<'a> {
    deployed: Deployed,
    incident: &'a Incident,
    words: &'a [(Code, String)],
}

impl<'a> Gathered<'a> {
    /// With the incident's evidence, and the words that come with the command.
    pub(crate) fn of(
        turn: &mut Turn<'_>,
        (id, incident): (Id<id::Incident>, &'a Incident),
        model: &Model,
        words: &'a [(Code, String)],
    ) -> Result<Self, Stop> {
        Ok(Self { deployed: gather(turn, Some(id), model)?, incident, words })
    }

    /// For an incident that another version begins to govern at this moment: the tables are those in
    /// force now, as it keeps them from here on.
    pub(crate) fn governed_anew(
        turn: &mut Turn<'_>,
        incident: &'a Incident,
        model: &Model,
    ) -> Result<Self, Stop> {
        Ok(Self { deployed: gather(turn, None, model)?, incident, words: &[] })
    }
}

impl Host for Gathered<'_> {
    fn recorded(&self, name: &Code) -> bool {
        let written = self.words.iter().any(|(key, _)| key == name);
        written || self.incident.evidence.contains_key(name)
    }
}

impl Expressions for Gathered<'_> {
    fn check(&self, text: &str) -> Result<(), String> {
        self.deployed.check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        self.deployed.test(text, variables)
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        self.deployed.check_value(text)
    }

    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        self.deployed.value(text, variables)
    }
}

impl Decisions for Gathered<'_> {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        self.deployed.inputs(decision)
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        self.deployed.evaluate(decision, variables)
    }
}
