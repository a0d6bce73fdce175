//! What a process asks of the world while it is decided: conditions in FEEL, and the published tables.

use dmn::Deployed;
use process::{Kind, Model};

use crate::turn::{Stop, Turn};

/// Gathers the newest published tables that `model` binds, before the decision.
pub(crate) fn gather(turn: &mut Turn<'_>, model: &Model) -> Result<Deployed, Stop> {
    let mut host = Deployed::new();
    for element in model.elements() {
        if let Kind::Rule { decision: Some(name) } = &element.kind {
            let table = turn.app.documents().table(turn.conn, name.as_str())?;
            host = host.with(name.clone(), table.number, table.document);
        }
    }
    Ok(host)
}
