//! Adding a door in; its key is shown once.

use base::{Code, Id, id};
use connect::inbound;
use domain::{
    access::{Permission, Scope},
    entity::unknown_entity,
    integration::{
        Event, IntegrationAdded, IntegrationConfigured, USUAL_HEARTBEAT, name_missing,
        unknown_source,
    },
};
use store::config;

use super::integration::add_key;
use crate::{App, Caller, Error, turn::Turn};

/// A door to add.
#[derive(Debug, Clone)]
pub struct NewIntegration {
    /// The source it speaks.
    pub source: String,
    /// What people call it.
    pub name: String,
    /// The labels its alerts are grouped by.
    pub group_by: Vec<String>,
    /// Whether a critical alert declares an incident at once.
    pub declares: bool,
    /// The escalation policy of its groups.
    pub policy: Code,
}

impl App {
    /// Adds an integration of the home entity and answers its id and key.
    ///
    /// # Errors
    /// `PER-008`, `ITG-002`, `ITG-004`, `ENT-001`, `DOC-002`.
    pub async fn add_integration(
        &self,
        caller: &Caller,
        new: NewIntegration,
    ) -> Result<(Id<id::Integration>, String), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if new.name.trim().is_empty() {
            return Err(name_missing().into());
        }
        let source = inbound::find(&new.source).ok_or_else(unknown_source)?.name();
        let command = move |turn: &mut Turn<'_>| {
            turn.app.documents().policy(turn.conn, &new.policy, None)?;
            let home = config::entities(turn.conn)?.into_iter().next();
            let entity = home.ok_or_else(unknown_entity)?.id;
            let id = turn.mint();
            let event = Event::from(IntegrationAdded {
                source: Code::fixed(source),
                policy: new.policy.clone(),
                entity,
                declares: new.declares,
            });
            let draft = event.draft(id, turn.now).word("name", new.name.trim());
            turn.record(vec![draft.word("group_by", new.group_by.clone())])?;
            if source == inbound::HEARTBEAT {
                let seconds = USUAL_HEARTBEAT.as_seconds();
                let event = Event::from(IntegrationConfigured {
                    acknowledges: false,
                    heartbeat_seconds: seconds,
                    signed: false,
                });
                let settings = serde_json::json!({});
                turn.record(vec![event.draft(id, turn.now).word("settings", settings)])?;
            }
            let key = add_key(turn, id)?;
            Ok((id, key))
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
