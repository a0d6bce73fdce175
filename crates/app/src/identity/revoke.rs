//! Taking a role away again.

use base::{Id, id};
use domain::{
    access::{Grant, Permission, Scope},
    person::{Event, RoleRevoked, unknown_person},
};
use store::person;

use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Takes a role from somebody; nothing where it is not held.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`.
    pub async fn revoke_role(
        &self,
        caller: &Caller,
        (id, grant): (Id<id::Person>, Grant),
    ) -> Result<(), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let held = person::load(turn.conn, id)?.ok_or_else(unknown_person)?;
            if held.grants.contains(&grant) {
                let event = Event::from(RoleRevoked { role: grant.role, entity: grant.entity });
                turn.record(vec![event.draft(id, turn.now)])?;
            }
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
