//! The running configuration, as files would write it.

use std::collections::BTreeMap;

use base::{Code, Digest, Id, id};
use db::Conn;
use domain::{
    document::DocumentKind, entity::EntityDescribed, function::FunctionDescribed,
    organisation::Details, service::ServiceDescribed, team::TeamDescribed,
};
use store::{StoreError, config, person, word};

use super::text::{EntityText, FunctionText, IntegrationText, LevelText, ServiceText, TeamText};
use crate::organisation::{Named, named, scale_in_force};

/// What runs, with its ids.
#[derive(Debug, Default)]
pub(super) struct Running {
    pub(super) levels: Vec<LevelText>,
    pub(super) entities: Vec<Named<EntityDescribed>>,
    pub(super) functions: Vec<Named<FunctionDescribed>>,
    pub(super) teams: Vec<Named<TeamDescribed>>,
    pub(super) services: Vec<Named<ServiceDescribed>>,
    pub(super) integrations: Vec<IntegrationText>,
    /// The newest version of each document, by kind and name.
    pub(super) documents: Vec<(DocumentKind, Code, Digest)>,
    /// People by e-mail address, in lower case.
    pub(super) people: BTreeMap<String, Id<id::Person>>,
}

/// Reads all of it.
pub(super) fn running(conn: &mut Conn) -> Result<Running, StoreError> {
    let levels = scale_in_force(conn)?.into_iter();
    let levels = levels.map(|(level, label)| LevelText {
        code: level.code,
        label,
        important: level.important,
    });
    let integrations = config::integrations(conn)?.into_iter();
    let integrations = integrations.map(|held| IntegrationText {
        name: held.name,
        source: held.source,
        policy: held.policy,
        group_by: held.group_by,
        declares: held.declares,
    });
    let people = person::all(conn)?.into_iter();
    let people = people.filter(|person| person.kind == "human" && person.email != word::ERASED);
    Ok(Running {
        levels: levels.collect(),
        entities: named(conn)?,
        functions: named(conn)?,
        teams: named(conn)?,
        services: named(conn)?,
        integrations: integrations.collect(),
        documents: config::newest_documents(conn)?,
        people: people.map(|person| (person.email, person.id)).collect(),
    })
}

impl Running {
    pub(super) fn entity_text(&self, held: &Named<EntityDescribed>) -> EntityText {
        let (described, details) = (&held.described, &held.described.details);
        EntityText {
            code: details.code.clone(),
            name: described.name.clone(),
            lei: described.lei.clone(),
            kinds: details.kinds.clone(),
            attributes: details.attributes.clone(),
            authority: details.authority.clone(),
            member_state: details.member_state.clone(),
            time_zone: described.time_zone.clone(),
        }
    }

    pub(super) fn function_text(&self, held: &Named<FunctionDescribed>) -> FunctionText {
        let details = &held.described.details;
        FunctionText {
            code: details.code.clone(),
            name: held.described.name.clone(),
            critical: details.critical,
            entities: codes(&self.entities, &details.entities),
        }
    }

    pub(super) fn team_text(&self, held: &Named<TeamDescribed>) -> TeamText {
        let details = &held.described.details;
        let email = |id: &Id<id::Person>| {
            let found = self.people.iter().find(|(_, held)| *held == id);
            found.map_or_else(|| id.to_string(), |(email, _)| email.clone())
        };
        TeamText {
            code: details.code.clone(),
            name: held.described.name.clone(),
            members: details.members.iter().map(email).collect(),
            policy: details.policy.clone(),
        }
    }

    pub(super) fn service_text(&self, held: &Named<ServiceDescribed>) -> ServiceText {
        let details = &held.described.details;
        let team = details.team.map(|team| codes(&self.teams, &[team]));
        ServiceText {
            code: details.code.clone(),
            name: held.described.name.clone(),
            team: team.and_then(|mut codes| codes.pop()),
            criticality: details.criticality.clone(),
            critical: details.critical,
            entities: codes(&self.entities, &details.entities),
            functions: codes(&self.functions, &details.functions),
            depends_on: codes(&self.services, &details.depends_on),
        }
    }
}

/// The codes of things, in the order in which they are named.
fn codes<D: Details>(all: &[Named<D>], ids: &[Id<D::Kind>]) -> Vec<Code> {
    let code = |id: &Id<D::Kind>| {
        let found = all.iter().find(|held| held.id == *id);
        found.map(|held| held.described.details.code().clone())
    };
    ids.iter().filter_map(code).collect()
}
