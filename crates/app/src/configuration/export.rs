//! The running configuration as files: applying them again changes nothing.

use domain::{
    access::{Permission, Scope},
    document::DocumentKind,
};
use serde::Serialize;
use store::word;

use super::{
    read::ConfigFile,
    running::{Running, running},
    text::{EntityText, FunctionText, IntegrationText, LevelText, ServiceText, TeamText},
};
use crate::{App, Caller, Error};

/// `organisation.toml`.
#[derive(Serialize)]
struct OrganisationFile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    criticality: Vec<LevelText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    legal_entity: Vec<EntityText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    function: Vec<FunctionText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    team: Vec<TeamText>,
}

/// `services.toml`.
#[derive(Serialize)]
struct ServicesFile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service: Vec<ServiceText>,
}

/// `integrations.toml`.
#[derive(Serialize)]
struct IntegrationsFile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    integration: Vec<IntegrationText>,
}

impl App {
    /// The running configuration: what `apply` reads, in a stable order. It holds e-mail addresses of
    /// team members and no secret.
    ///
    /// # Errors
    /// `PER-008`; faults of the store.
    pub async fn export_configuration(&self, caller: &Caller) -> Result<Vec<ConfigFile>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        self.look(|conn| {
            let running = running(conn)?;
            let mut files = written(&running);
            for (kind, name, sha256) in &running.documents {
                let bytes = word::artifact(conn, *sha256)?.map(|(bytes, _)| bytes);
                let path = match kind {
                    DocumentKind::Policy => format!("policies/{name}.json"),
                    DocumentKind::Process => format!("processes/{name}.bpmn"),
                    DocumentKind::Table => format!("tables/{name}.dmn"),
                };
                files.push(ConfigFile { path, bytes: bytes.unwrap_or_default() });
            }
            files.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(files)
        })
        .await
    }
}

fn written(running: &Running) -> Vec<ConfigFile> {
    let entities = running.entities.iter().filter(|held| !held.retired);
    let mut legal_entity: Vec<_> = entities.map(|held| running.entity_text(held)).collect();
    let functions = running.functions.iter().filter(|held| !held.retired);
    let mut function: Vec<_> = functions.map(|held| running.function_text(held)).collect();
    let teams = running.teams.iter().filter(|held| !held.retired);
    let mut team: Vec<_> = teams.map(|held| running.team_text(held)).collect();
    let services = running.services.iter().filter(|held| !held.retired);
    let mut service: Vec<_> = services.map(|held| running.service_text(held)).collect();
    let mut integration = running.integrations.clone();
    legal_entity.sort_by(|a, b| a.code.cmp(&b.code));
    function.sort_by(|a, b| a.code.cmp(&b.code));
    team.sort_by(|a, b| a.code.cmp(&b.code));
    service.sort_by(|a, b| a.code.cmp(&b.code));
    integration.sort_by(|a, b| a.name.cmp(&b.name));
    let criticality = running.levels.clone();
    let organisation = OrganisationFile { criticality, legal_entity, function, team };
    vec![
        file("organisation.toml", &organisation),
        file("services.toml", &ServicesFile { service }),
        file("integrations.toml", &IntegrationsFile { integration }),
    ]
}

fn file(path: &str, content: &impl Serialize) -> ConfigFile {
    let text = toml::to_string(content).expect("invariant: texts, codes and lists are TOML");
    ConfigFile { path: path.to_owned(), bytes: text.into_bytes() }
}
