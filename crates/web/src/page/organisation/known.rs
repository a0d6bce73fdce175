//! What the pages of the organisation read: everything that is, with its names.

use std::collections::BTreeMap;

use base::Timestamp;
use domain::organisation::{Details, Organisation, Part};
use store::{config, incident, organisation, word};

use crate::{
    page::parts::{people, sev},
    trouble::Trouble,
    view::{
        Choice,
        organisation::{Item, NamedBy},
    },
    visit::Visit,
};

/// Everything that is.
pub(crate) struct Known {
    /// Without its words.
    pub(super) organisation: Organisation,
    /// What people call each thing and each person, by id.
    pub(super) names: BTreeMap<String, String>,
    /// People to choose.
    pub(super) people: Vec<Choice>,
    /// The levels of criticality to choose.
    pub(super) levels: Vec<Choice>,
    /// Ladders to choose.
    pub(super) policies: Vec<Choice>,
    /// How many open incidents name each service, by id.
    pub(super) open: BTreeMap<String, usize>,
}

impl Known {
    /// Reads it.
    pub(super) async fn read(visit: &Visit) -> Result<Self, Trouble> {
        let levels = visit.web.app().criticality_scale().await?.into_iter();
        let levels: Vec<Choice> =
            levels.map(|(level, label)| Choice::new(level.code.to_string(), label)).collect();
        let found = visit.web.app().look(move |conn| {
            let people = people(conn)?;
            let mut names = organisation::names(conn)?;
            names.extend(people.iter().map(|held| (held.code.clone(), held.label.clone())));
            let mut open: BTreeMap<String, usize> = BTreeMap::new();
            for listed in incident::open(conn)? {
                let services = incident::load(conn, listed.id)?.map(|state| state.services);
                for service in services.unwrap_or_default() {
                    *open.entry(service.to_string()).or_default() += 1;
                }
            }
            let policies = config::policies(conn)?.into_iter();
            let policies = policies.map(|name| Choice::new(name.clone(), name)).collect();
            let organisation = organisation::load(conn)?;
            Ok(Self { organisation, names, people, levels, policies, open })
        });
        Ok(found.await?)
    }

    /// What a thing is called, with its page under `path`.
    pub(super) fn item(&self, path: &str, id: &str) -> Item {
        let name = self.names.get(id).cloned().unwrap_or_else(|| id.to_owned());
        Item::link(name, format!("/{path}/{id}"))
    }

    /// Things of a kind that still are, to choose from, by name.
    pub(super) fn choices<D: Details>(&self) -> Vec<Choice> {
        let there = D::of(&self.organisation).iter().filter(|(_, part)| !part.retired);
        let mut all: Vec<Choice> = there
            .map(|(id, _)| {
                let id = id.to_string();
                let name = self.names.get(&id).cloned().unwrap_or_else(|| id.clone());
                Choice::new(id, name)
            })
            .collect();
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all
    }

    /// Things of a kind that still are and fit, with their pages under `path`.
    pub(super) fn those<D: Details>(&self, path: &str, fits: impl Fn(&D) -> bool) -> Vec<Item> {
        let is = |part: &Part<D>| !part.retired && fits(&part.details);
        let found = D::of(&self.organisation).iter().filter(|(_, part)| is(part));
        found.map(|(id, _)| self.item(path, &id.to_string())).collect()
    }
}

/// The newest incidents that name a thing, at most a hundred looked at.
pub(super) async fn incidents(visit: &Visit, id: String) -> Result<Vec<NamedBy>, Trouble> {
    let found = visit.web.app().look(move |conn| {
        let mut found = Vec::new();
        for listed in incident::before(conn, Timestamp::from_micros(i64::MAX))? {
            let Some(state) = incident::load(conn, listed.id)? else { continue };
            let serves = state.services.iter().any(|service| service.to_string() == id);
            if serves || state.entity.to_string() == id {
                let open = listed.status == "open";
                found.push(NamedBy {
                    reference: listed.reference.to_string(),
                    title: word::text(conn, listed.word, "title")?,
                    sev: sev(listed.severity.as_deref(), &listed.phase, open),
                    open,
                });
            }
        }
        Ok(found)
    });
    Ok(found.await?)
}
