//! Published documents, parsed once: a digest never changes its meaning.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use base::{Code, Digest, Id, id};
use db::Conn;
use domain::{
    document::{DocumentKind, unknown_document},
    escalation::Policy,
    incident::Running,
};
use process::{
    Kind, Model,
    model::{Binding, Bound, Called, MAX_CALLS},
};
use store::{StoreError, config, word};

use crate::turn::Stop;

/// The most documents of a kind that are held parsed.
const HELD: usize = 256;

/// Parsed documents by digest.
#[derive(Default)]
pub struct Documents {
    models: RwLock<HashMap<Digest, Arc<Model>>>,
    composed: RwLock<HashMap<Vec<Digest>, Arc<Model>>>,
    tables: RwLock<HashMap<Digest, Arc<dmn::Model>>>,
    policies: RwLock<HashMap<Digest, Arc<Policy>>>,
}

/// A published version, parsed.
#[derive(Clone)]
pub struct Version<T> {
    /// Its number.
    pub number: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// What it says.
    pub document: Arc<T>,
}

impl Documents {
    /// The process model with this digest.
    pub fn model(&self, conn: &mut Conn, sha256: Digest) -> Result<Arc<Model>, Stop> {
        held(&self.models, conn, sha256, |bytes| {
            let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
            Model::read(text).map_err(|findings| format!("{findings:?}"))
        })
    }

    /// The model that a case runs on: its version, with each process that it calls put in. What runs
    /// keeps the version it began with; what has not begun is bound as its model says.
    pub fn running(&self, conn: &mut Conn, running: &Running) -> Result<Arc<Model>, Stop> {
        let plain = self.model(conn, running.sha256)?;
        if plain.calls().next().is_none() {
            return Ok(plain);
        }
        let called = self.called(conn, running, &plain)?;
        let key: Vec<Digest> = std::iter::once(running.sha256)
            .chain(called.iter().flat_map(|(at, called)| {
                [evidence::sha256(at.as_str().as_bytes()), called.bound.sha256]
            }))
            .collect();
        let held = self.composed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = held.get(&key) {
            return Ok(found.clone());
        }
        drop(held);
        let composed = plain.compose(&mut |element| called.get(&element.id).cloned());
        // Too much together: the calls stay unbound, and a token that reaches one is parked and told.
        let composed = composed.map_or(plain, Arc::new);
        let mut held = self.composed.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(key, composed.clone());
        Ok(composed)
    }

    /// What each call activity calls, by its id in the composed model.
    fn called(
        &self,
        conn: &mut Conn,
        running: &Running,
        plain: &Arc<Model>,
    ) -> Result<BTreeMap<Code, Called>, Stop> {
        let mut all = BTreeMap::new();
        let mut open = vec![(String::new(), plain.clone(), running.sha256, 0)];
        while let Some((within, model, beside, depth)) = open.pop() {
            for (element, _) in model.calls() {
                let Ok(at) = format!("{within}{}", element.id).parse::<Code>() else { continue };
                let bound = self.bound(conn, running, (&at, &element.kind), beside)?;
                let Some(bound) = bound.filter(|_| depth < MAX_CALLS && all.len() < HELD) else {
                    continue;
                };
                let model = self.model(conn, bound.sha256)?;
                open.push((format!("{at}:"), model.clone(), bound.sha256, depth + 1));
                all.insert(at, Called { bound, model });
            }
        }
        Ok(all)
    }

    fn bound(
        &self,
        conn: &mut Conn,
        running: &Running,
        (at, call): (&Code, &Kind),
        beside: Digest,
    ) -> Result<Option<Bound>, Stop> {
        let runs = running.state.scopes.values().filter(|s| s.element.as_ref() == Some(at));
        if let Some(bound) = runs.filter_map(|scope| scope.bound.clone()).next() {
            return Ok(Some(bound));
        }
        let Kind::Call { process: Some(process), binding, .. } = call else { return Ok(None) };
        let (kind, name) = (DocumentKind::Process, process.as_str());
        let found = match binding {
            Binding::Pinned(version) => config::version(conn, kind, name, *version)?,
            Binding::Latest => config::newest(conn, kind, name)?,
            // Published later than its caller: the first there is, which never changes.
            Binding::Deployment => match config::published_beside(conn, kind, name, beside)? {
                Some(found) => Some(found),
                None => config::version(conn, kind, name, 1)?,
            },
        };
        let bound = |found: config::Published| Bound {
            process: process.clone(),
            version: found.version,
            sha256: found.sha256,
        };
        Ok(found.map(bound))
    }

    /// The newest version of a decision table.
    pub fn table(&self, conn: &mut Conn, name: &str) -> Result<Version<dmn::Model>, Stop> {
        let newest = config::newest(conn, DocumentKind::Table, name)?;
        self.read_table(conn, newest)
    }

    /// The version of a decision table that an incident keeps, as it keeps its process: the one that
    /// was in force when that process version began to govern it.
    pub fn table_of(
        &self,
        conn: &mut Conn,
        name: &str,
        incident: Id<id::Incident>,
    ) -> Result<Version<dmn::Model>, Stop> {
        let kept = config::governing(conn, (DocumentKind::Table, name), incident)?;
        self.read_table(conn, kept)
    }

    fn read_table(
        &self,
        conn: &mut Conn,
        found: Option<config::Published>,
    ) -> Result<Version<dmn::Model>, Stop> {
        let found = found.ok_or_else(unknown_document)?;
        let document = held(&self.tables, conn, found.sha256, |bytes| {
            let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
            dmn::Model::parse(text).map_err(|findings| format!("{findings:?}"))
        })?;
        Ok(Version { number: found.version, sha256: found.sha256, document })
    }

    /// A version of an escalation policy; the newest where none is named.
    pub fn policy(
        &self,
        conn: &mut Conn,
        name: &Code,
        version: Option<i64>,
    ) -> Result<Version<Policy>, Stop> {
        let kind = DocumentKind::Policy;
        let found = match version {
            Some(version) => config::version(conn, kind, name.as_str(), version)?,
            None => config::newest(conn, kind, name.as_str())?,
        };
        let found = found.ok_or_else(unknown_document)?;
        let document = held(&self.policies, conn, found.sha256, |bytes| {
            serde_json::from_slice(bytes).map_err(|e| e.to_string())
        })?;
        Ok(Version { number: found.version, sha256: found.sha256, document })
    }
}

fn held<T>(
    cache: &RwLock<HashMap<Digest, Arc<T>>>,
    conn: &mut Conn,
    sha256: Digest,
    parse: impl FnOnce(&[u8]) -> Result<T, String>,
) -> Result<Arc<T>, Stop> {
    if let Some(found) = cache.read().unwrap_or_else(PoisonError::into_inner).get(&sha256) {
        return Ok(found.clone());
    }
    let missing = |reason: String| StoreError::State { stream: sha256.to_string(), reason };
    let (bytes, _) = word::artifact(conn, sha256)?
        .ok_or_else(|| missing("a published document's bytes are missing".to_owned()))?;
    let parsed = Arc::new(parse(&bytes).map_err(missing)?);
    let mut cache = cache.write().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= HELD {
        cache.clear();
    }
    cache.insert(sha256, parsed.clone());
    Ok(parsed)
}
