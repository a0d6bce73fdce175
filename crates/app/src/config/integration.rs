//! Telling an integration how to read what comes, and giving it another key.

use base::{Code, Duration, Id, id};
use connect::inbound::{self, generic};
use domain::{
    access::{Permission, Scope},
    integration::{
        Event, IntegrationConfigured, IntegrationKeyRenewed, USUAL_HEARTBEAT, cannot_acknowledge,
        check_heartbeat, unknown_integration, unknown_source, wrong_mapping,
    },
};
use store::{config, credential, door};

use crate::{
    App, Caller, Error,
    identity::secret,
    intake::{Written, place},
    turn::{Stop, Turn},
};

/// The longest secret for signatures, in bytes.
const MAX_SECRET: usize = 512;
/// The most topics of one integration.
const MAX_TOPICS: usize = 100;

/// What becomes of the secret for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSecret {
    /// It stays as it is.
    Keep,
    /// There is none any more.
    Remove,
    /// This one.
    Set(String),
}

/// How an integration is told to read what comes.
#[derive(Debug, Clone)]
pub struct NewSettings {
    /// Mapping and topics.
    pub written: Written,
    /// Whether an answer at the sender's side stops our ladder.
    pub acknowledges: bool,
    /// How long a heartbeat may stay away; the usual time where absent. Heartbeats only.
    pub heartbeat: Option<Duration>,
    /// The secret for signatures.
    pub secret: NewSecret,
}

impl App {
    /// Tells an integration how to read what comes.
    ///
    /// # Errors
    /// `PER-008`, `ITG-002`, `ITG-005` to `ITG-008`.
    pub async fn configure_integration(
        &self,
        caller: &Caller,
        id: Id<id::Integration>,
        new: NewSettings,
    ) -> Result<(), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if !new.written.mapping.trim().is_empty() {
            generic::Mapping::parse(&new.written.mapping)
                .map_err(|error| wrong_mapping(&error.to_string()))?;
        }
        if new.written.topics.len() > MAX_TOPICS {
            return Err(wrong_mapping(&format!("more than {MAX_TOPICS} topics")).into());
        }
        if matches!(&new.secret, NewSecret::Set(secret) if secret.len() > MAX_SECRET) {
            return Err(wrong_mapping(&format!("a secret of more than {MAX_SECRET} bytes")).into());
        }
        let command = move |turn: &mut Turn<'_>| configure(turn, id, &new);
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives an integration another key and answers it; the old one opens nothing any more.
    ///
    /// # Errors
    /// `PER-008`, `ITG-005`.
    pub async fn renew_key(
        &self,
        caller: &Caller,
        id: Id<id::Integration>,
    ) -> Result<(Code, String), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let held = config::load_integration(turn.conn, id)?.ok_or_else(unknown_integration)?;
            let withdrawn = door::withdraw_keys(turn.conn, id)?;
            let withdrawn = u32::try_from(withdrawn).unwrap_or(u32::MAX);
            let event = Event::from(IntegrationKeyRenewed { withdrawn });
            turn.record(vec![event.draft(id, turn.now)])?;
            Ok((held.source, add_key(turn, id)?))
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Makes a key, which is answered once and kept as its hash.
pub(super) fn add_key(turn: &mut Turn<'_>, id: Id<id::Integration>) -> Result<String, Stop> {
    let (key, hash) = secret("wki_", turn.entropy());
    let credential = credential::Credential {
        kind: "integration".to_owned(),
        subject: id.to_string(),
        role: None,
        created_at: turn.now,
        expires_at: None,
    };
    credential::add(turn.conn, hash, &credential)?;
    Ok(key)
}

fn configure(turn: &mut Turn<'_>, id: Id<id::Integration>, new: &NewSettings) -> Result<(), Stop> {
    let held = config::load_integration(turn.conn, id)?.ok_or_else(unknown_integration)?;
    let source = inbound::find(held.source.as_str()).ok_or_else(unknown_source)?;
    if new.acknowledges && !source.acknowledges() {
        return Err(cannot_acknowledge().into());
    }
    let heartbeat = heartbeat(source.name(), new.heartbeat)?;
    let app = turn.app;
    match &new.secret {
        NewSecret::Keep => {}
        NewSecret::Remove => door::set_secret(turn.conn, id, None, turn.now)?,
        NewSecret::Set(text) => {
            let sealed = app.keeper().values().close(&place(id), text, turn.entropy());
            door::set_secret(turn.conn, id, Some(&sealed), turn.now)?;
        }
    }
    let signed = door::secret(turn.conn, id)?.is_some();
    let event = Event::from(IntegrationConfigured {
        acknowledges: new.acknowledges,
        heartbeat_seconds: heartbeat.as_seconds(),
        signed,
    });
    let settings = serde_json::to_value(&new.written).unwrap_or_default();
    turn.record(vec![event.draft(id, turn.now).word("settings", settings)])?;
    if heartbeat > Duration::ZERO {
        door::expect_heartbeat(turn.conn, id, (turn.now, heartbeat))?;
    }
    Ok(())
}

/// The interval of a heartbeat's integration; nothing for any other source.
fn heartbeat(source: &str, asked: Option<Duration>) -> Result<Duration, Stop> {
    if source != inbound::HEARTBEAT {
        return Ok(Duration::ZERO);
    }
    let interval = asked.unwrap_or(USUAL_HEARTBEAT);
    check_heartbeat(interval)?;
    Ok(interval)
}
