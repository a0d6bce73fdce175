//! The organisation's own scale of criticality.

use domain::{
    access::{Permission, Scope},
    organisation::{Level, Organisation, scale_set},
};
use evidence::Draft;
use store::organisation;

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// A scale to set: the levels with their labels, the highest first.
pub type NewScale = Vec<(Level, String)>;

impl App {
    /// The scale of criticality in force, the highest level first, with its labels.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn criticality_scale(&self) -> Result<NewScale, Error> {
        self.look(scale_in_force).await
    }

    /// Sets the scale of criticality.
    ///
    /// # Errors
    /// `PER-008`, `ENT-009`, `ENT-011` where a service stands on a level that would go.
    pub async fn set_criticality_scale(
        &self,
        caller: &Caller,
        scale: NewScale,
    ) -> Result<(), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let mut organisation = organisation::load(turn.conn)?;
            let draft = set_scale(turn, &mut organisation, &scale)?;
            organisation.check()?;
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

pub(crate) fn scale_in_force(conn: &mut db::Conn) -> Result<NewScale, store::StoreError> {
    let mut labels = organisation::labels(conn)?;
    let levels = organisation::load(conn)?.scale.levels.into_iter();
    let labelled = |level: Level| {
        let label = labels.remove(level.code.as_str()).unwrap_or_else(|| level.code.to_string());
        (level, label)
    };
    Ok(levels.map(labelled).collect())
}

/// Decides on a scale; the caller checks what it leaves behind and records.
pub(crate) fn set_scale(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    scale: &NewScale,
) -> Result<Draft, Stop> {
    let levels: Vec<Level> = scale.iter().map(|(level, _)| level.clone()).collect();
    organisation.scale.levels.clone_from(&levels);
    let labels: serde_json::Map<String, serde_json::Value> =
        scale.iter().map(|(level, label)| (level.code.to_string(), label.trim().into())).collect();
    Ok(scale_set(levels, turn.now)?.word("labels", labels))
}
