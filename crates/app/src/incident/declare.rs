//! Declaring an incident: numbered, its awareness decided, its process started, its commander paged.

use base::{Code, Id, id};
use domain::{
    Refused,
    access::{Permission, Scope},
    document::{DocumentKind, unknown_document},
    escalation::EndReason,
    incident::{
        AwarenessBasis, AwarenessDecided, Cause, Declaration, decide_awareness, declare, reference,
    },
};
use evidence::Mode;
use process::Variables;
use store::{alert, config, incident as incidents};

use super::advance::advance;
use crate::{
    App, Caller, Error,
    escalation::{end_of, start_for_incident},
    turn::{Stop, Turn},
};

/// The process that incidents run.
pub const PROCESS: &str = "major-incident";
/// The policy that pages an incident's commander.
pub const POLICY: Code = Code::fixed("default");

/// A declaration as a person makes it.
#[derive(Debug, Clone)]
pub struct NewIncident {
    /// What is known.
    pub declaration: Declaration,
    /// Whether it is real.
    pub mode: Mode,
}

/// What a declaration came to.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The incident.
    pub id: Id<id::Incident>,
    /// Its reference.
    pub reference: Code,
}

impl App {
    /// Declares an incident.
    ///
    /// # Errors
    /// `PER-008` without the permission, `INC-003` without a title.
    pub async fn declare(&self, caller: &Caller, new: NewIncident) -> Result<Declared, Error> {
        caller.needs(Permission::Declare, Scope::Entity(new.declaration.entity))?;
        let command = move |turn: &mut Turn<'_>| {
            turn.set_mode(new.mode);
            declare_in(turn, &new.declaration)
        };
        self.commit(db::Lane::Urgent, caller, command).await
    }
}

/// Declares inside a turn: everything that follows from it is in the same commit.
pub(crate) fn declare_in(turn: &mut Turn<'_>, declaration: &Declaration) -> Result<Declared, Stop> {
    let id = turn.mint();
    let version = config::newest(turn.conn, DocumentKind::Process, PROCESS)?;
    let version = version.ok_or_else(unknown_document)?;
    let year = i64::from(turn.now.year());
    let number = incidents::last_number(turn.conn, year)? + 1;
    let reference = reference(year, number);
    let process = (Code::fixed(PROCESS), version.version, version.sha256);
    let (group, cause) = (declaration.group, declaration.cause);
    let entity = declaration.entity;
    let draft = declare(id, reference.clone(), declaration, process, turn.now)?;
    let seq = turn.record(vec![draft])?;
    if let Some(seq) = seq.first() {
        turn.set_cause(*seq);
    }
    if let Some(group) = group {
        end_of(turn, &group.to_string(), EndReason::Superseded)?;
    }
    aware(turn, id, (entity, cause, group))?;
    advance(turn, id, &process::Command::Start { variables: Variables::new() })?;
    start_for_incident(turn, id, &POLICY)?;
    Ok(Declared { id, reference })
}

/// The default of ground rule G7: the earliest alert, report or provider's notice.
fn aware(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    (entity, cause, group): (Id<id::LegalEntity>, Cause, Option<Id<id::Group>>),
) -> Result<(), Stop> {
    let earliest = match group {
        Some(group) => alert::load_group(turn.conn, group)?.map(|group| group.opened_at),
        None => None,
    };
    let basis = match cause {
        Cause::Person if earliest.is_none() => AwarenessBasis::Report,
        Cause::ThirdParty => AwarenessBasis::ProviderNotice,
        _ => AwarenessBasis::EarliestAlert,
    };
    let state = super::load(turn, id)?;
    let first = store::log::entry(turn.conn, state.declared)?.map(|stored| stored.entry());
    let claimed = first.transpose()?.map_or(turn.now, |entry| entry.occurred_at);
    let aware_at = earliest.unwrap_or(claimed).min(turn.now);
    let decided = AwarenessDecided { entity, aware_at, basis };
    let draft = decide_awareness(id, &state, decided, "", turn.now)?;
    turn.record(vec![draft])?;
    Ok(())
}

impl App {
    /// Attaches a group of alerts to an incident; its own ladder ends, the incident pages now.
    ///
    /// # Errors
    /// `PER-008` without the permission, `INC-002` on a merged incident.
    pub async fn attach_alerts(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        group: Id<id::Group>,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let state = super::load(turn, id)?;
            alert::load_group(turn.conn, group)?.ok_or_else(no_group)?;
            let draft = domain::incident::attach_alerts(id, &state, group, turn.now)?;
            turn.record(draft.into_iter().collect())?;
            end_of(turn, &group.to_string(), EndReason::Superseded)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn no_group() -> Refused {
    domain::incident::unknown_incident()
}
