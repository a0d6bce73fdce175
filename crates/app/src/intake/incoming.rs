//! A request before it is read: what is kept of it, and the door it came through.

use std::sync::Arc;

use base::{Digest, Id, Timestamp, id};
use connect::{
    inbound::{self, Arrival, Headers, Settings, Source, generic::Mapping},
    outbound::Secret,
};
use db::Conn;
use domain::integration;
use serde::{Deserialize, Serialize};
use store::{config, credential, door, operational::Inbound};

use crate::{App, Error};

/// An authenticated integration.
#[derive(Debug, Clone)]
pub struct Door {
    /// The integration, as configured.
    pub integration: Arc<config::Integration>,
    /// How it reads what comes.
    pub settings: Arc<Settings>,
}

/// What arrived, as a source reads it.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The headers that are kept.
    pub headers: Headers,
    /// The query of a request without a body.
    pub query: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The part of a request beside its body, as it is stored.
#[derive(Default, Serialize, Deserialize)]
struct About {
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    headers: Headers,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    query: String,
}

/// The settings of an integration as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Written {
    /// The mapping's text; empty where there is none.
    pub mapping: String,
    /// The topics that are taken.
    pub topics: Vec<String>,
}

impl Incoming {
    /// A body of this type, with nothing beside it.
    pub fn of(content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Self {
        let content_type = content_type.map(str::to_owned);
        Self { content_type, body: body.into(), ..Self::default() }
    }

    /// The request as its source sees it.
    pub(super) fn arrival<'a>(
        &'a self,
        received_at: Timestamp,
        settings: &'a Settings,
        fetched: Option<&'a [u8]>,
    ) -> Arrival<'a> {
        Arrival {
            content_type: self.content_type.as_deref(),
            headers: &self.headers,
            query: &self.query,
            body: &self.body,
            received_at,
            settings,
            fetched,
        }
    }

    /// What is kept: the bytes without what the source leaves out, their hash as they were received.
    pub(super) fn kept(
        self,
        source: &dyn Source,
        integration: Id<id::Integration>,
        received_at: Timestamp,
    ) -> Inbound {
        let sha256 = self.sha256();
        let query = String::from_utf8_lossy(&source.kept(self.query.as_bytes())).into_owned();
        let about = About { headers: self.headers, query };
        let empty = about.headers.is_empty() && about.query.is_empty();
        let about = (!empty).then(|| serde_json::to_string(&about).unwrap_or_default());
        let kept = match source.kept(&self.body) {
            std::borrow::Cow::Owned(kept) => Some(kept),
            std::borrow::Cow::Borrowed(_) => None,
        };
        let bytes = kept.unwrap_or(self.body);
        let content_type = self.content_type;
        Inbound { integration, received_at, sha256, content_type, bytes, about }
    }

    /// SHA-256 of the body; of the query where there is none.
    pub fn sha256(&self) -> Digest {
        let bytes = if self.body.is_empty() { self.query.as_bytes() } else { &self.body };
        evidence::sha256(bytes)
    }

    /// The request again, from what was kept.
    pub(super) fn again(kept: &Inbound) -> Self {
        let about = kept.about.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let About { headers, query } = about.unwrap_or_default();
        let (content_type, body) = (kept.content_type.clone(), kept.bytes.clone());
        Self { content_type, headers, query, body }
    }
}

impl App {
    /// The integration that a key opens, for a source.
    ///
    /// # Errors
    /// `ITG-001` for a wrong key, `ITG-003` for another source's.
    pub async fn open_door(&self, key: &str, source: &str) -> Result<Door, Error> {
        let (hash, source) = (evidence::sha256(key.as_bytes()), source.to_owned());
        let app = self.clone();
        self.read(move |conn| {
            let credential = credential::find(conn, hash)?.filter(|c| c.kind == "integration");
            let subject = credential.ok_or_else(integration::wrong_key)?.subject;
            let id = subject.parse().map_err(|_| integration::wrong_key())?;
            let door = app.door(conn, id)?.ok_or_else(integration::wrong_key)?;
            if door.integration.source.as_str() != source {
                return Err(integration::other_source().into());
            }
            Ok(door)
        })
        .await
    }

    /// An integration with its settings, for whoever may.
    pub(crate) fn door(
        &self,
        conn: &mut Conn,
        id: Id<id::Integration>,
    ) -> Result<Option<Door>, store::StoreError> {
        let Some(found) = config::load_integration(conn, id)? else { return Ok(None) };
        let written = written(&found);
        let secret = door::secret(conn, id)?;
        let secret = secret.and_then(|sealed| self.keeper().values().open(&place(id), &sealed));
        let settings = Settings {
            mapping: Mapping::parse(&written.mapping).ok(),
            topics: written.topics,
            secret: secret.map(Secret::new),
        };
        Ok(Some(Door { integration: Arc::new(found), settings: Arc::new(settings) }))
    }

    /// What a source wants before it reads, such as the certificate of a signature.
    pub(super) async fn fetched(
        &self,
        source: &dyn Source,
        arrival: &Arrival<'_>,
    ) -> Option<Vec<u8>> {
        self.channels().fetch(&source.wants(arrival)?).await
    }
}

/// The settings of an integration as they were written.
pub fn written(integration: &config::Integration) -> Written {
    let settings = integration.settings.clone();
    settings.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// The place to which an integration's secret is sealed.
pub(crate) fn place(id: Id<id::Integration>) -> String {
    format!("integration_secret.sealed.{id}")
}

/// The source of an integration.
pub(super) fn source_of(integration: &config::Integration) -> Result<&'static dyn Source, Error> {
    let source = inbound::find(integration.source.as_str());
    source.ok_or_else(|| integration::unknown_source().into())
}
