//! Published documents, parsed once: a digest never changes its meaning.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use base::{Code, Digest};
use db::Conn;
use domain::{
    document::{DocumentKind, unknown_document},
    escalation::Policy,
};
use process::Model;
use store::{StoreError, config, word};

use crate::turn::Stop;

/// The most documents of a kind that are held parsed.
const HELD: usize = 256;

/// Parsed documents by digest.
#[derive(Default)]
pub struct Documents {
    models: RwLock<HashMap<Digest, Arc<Model>>>,
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

    /// The newest version of a decision table.
    pub fn table(&self, conn: &mut Conn, name: &str) -> Result<Version<dmn::Model>, Stop> {
        let newest = config::newest(conn, DocumentKind::Table, name)?;
        let newest = newest.ok_or_else(unknown_document)?;
        let document = held(&self.tables, conn, newest.sha256, |bytes| {
            let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
            dmn::Model::parse(text).map_err(|findings| format!("{findings:?}"))
        })?;
        Ok(Version { number: newest.version, sha256: newest.sha256, document })
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
