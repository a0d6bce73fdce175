//! Ending a thing of the organisation that nothing else needs.

use base::Id;
use domain::{
    access::{Permission, Scope},
    organisation::{Details, Organisation, retire, unneeded},
};
use evidence::Draft;
use store::organisation;

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

impl App {
    /// Retires a thing of the organisation; its stream and what the past says of it stay.
    ///
    /// # Errors
    /// `PER-008`, `ENT-005`, `ENT-006`, and the kind's unknown.
    pub async fn retire<D: Details>(&self, caller: &Caller, id: Id<D::Kind>) -> Result<(), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let mut organisation = organisation::load(turn.conn)?;
            let draft = end::<D>(turn, &mut organisation, id)?;
            unneeded(&organisation)?;
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Decides on an end; the caller checks what it leaves behind and records.
pub(crate) fn end<D: Details>(
    turn: &mut Turn<'_>,
    organisation: &mut Organisation,
    id: Id<D::Kind>,
) -> Result<Draft, Stop> {
    Ok(retire::<D>(organisation, id, turn.now)?)
}
