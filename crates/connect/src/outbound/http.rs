//! Outgoing HTTP: guarded, bounded in time and size, no redirects, no proxy of the environment.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{Client, redirect};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier, crypto::aws_lc_rs};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use super::guard::{Guard, Refused, Target};

/// How long a whole request may take, name and answer included.
pub const TIME_LIMIT: Duration = Duration::from_secs(15);

/// How long connecting may take.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How much of an answer is read, in bytes; the rest is not.
pub const MAX_ANSWER: usize = 64 * 1024;

/// How many targets keep a client, and with it their connections, from one request to the next.
const MAX_CLIENTS: usize = 64;

/// How many idle connections a target keeps, and for how long.
const IDLE: (usize, Duration) = (4, Duration::from_secs(30));

/// An HTTP client that goes only where its guard lets it.
#[derive(Clone)]
pub struct HttpClient {
    guard: Arc<Guard>,
    /// TLS with the system's certificates, read at the first use.
    tls: Arc<OnceLock<ClientConfig>>,
    /// The clients of the targets that were asked last. A name that leads to other addresses is
    /// another target, so that no connection is reused that was not judged.
    clients: Arc<Mutex<HashMap<Place, Client>>>,
}

/// Scheme, host and port, and the judged addresses.
type Place = (String, Vec<SocketAddr>);

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The first [`MAX_ANSWER`] bytes of the body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The guard refused the address.
    #[error("{0}")]
    Guard(#[from] Refused),
    /// It took longer than [`TIME_LIMIT`].
    #[error("no answer in time")]
    Timeout,
    /// The machine has no certificates to trust, or TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(#[source] rustls::Error),
    /// Connecting, TLS or HTTP failed.
    #[error("the connection failed: {0}")]
    Connection(#[source] io::Error),
}

impl HttpClient {
    /// A client behind this guard.
    pub fn new(guard: Guard) -> Self {
        Self { guard: Arc::new(guard), tls: Arc::default(), clients: Arc::default() }
    }

    /// The guard, to judge an address before it is kept.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Posts a body once.
    ///
    /// # Errors
    /// [`NoAnswer`]; any status, 5xx included, is an answer.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, NoAnswer> {
        let posting = async {
            let target = self.guard.target(address).await?;
            let client = self.client(&target)?;
            let mut request = client.post(target.url).body(body);
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            read(request.send().await.map_err(failed)?).await
        };
        tokio::time::timeout(TIME_LIMIT, posting).await.map_err(|_| NoAnswer::Timeout)?
    }

    /// Reads what lies at an address, once.
    ///
    /// # Errors
    /// [`NoAnswer`]; any status is an answer.
    pub async fn get(&self, address: &str) -> Result<Answer, NoAnswer> {
        let reading = async {
            let target = self.guard.target(address).await?;
            let client = self.client(&target)?;
            read(client.get(target.url).send().await.map_err(failed)?).await
        };
        tokio::time::timeout(TIME_LIMIT, reading).await.map_err(|_| NoAnswer::Timeout)?
    }

    /// The client of a target, with the connections it has left open.
    fn client(&self, target: &Target) -> Result<Client, NoAnswer> {
        let place = (target.url.origin().ascii_serialization(), target.addresses.clone());
        let kept = || self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept().get(&place) {
            return Ok(client.clone());
        }
        let made = client(target, self.tls(&target.url)?)?;
        let mut clients = kept();
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        clients.insert(place, made.clone());
        Ok(made)
    }

    /// The system's certificates for `https`; none for `http`, where none are used.
    fn tls(&self, url: &Url) -> Result<ClientConfig, NoAnswer> {
        if url.scheme() != "https" {
            let nobody = RootCertStore::empty();
            return Ok(versions()?.with_root_certificates(nobody).with_no_client_auth());
        }
        if let Some(ready) = self.tls.get() {
            return Ok(ready.clone());
        }
        let builder = versions()?.with_platform_verifier().map_err(NoAnswer::Tls)?;
        Ok(self.tls.get_or_init(|| builder.with_no_client_auth()).clone())
    }
}

/// A client for one target: its name leads to the judged addresses and nowhere else.
fn client(target: &Target, tls: ClientConfig) -> Result<Client, NoAnswer> {
    let host = target.url.host_str().unwrap_or_default();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .resolve_to_addrs(host, &pinned(&target.addresses))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(IDLE.0)
        .pool_idle_timeout(IDLE.1)
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TIME_LIMIT)
        .user_agent(concat!("Watchkeeper/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)
}

fn versions() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, NoAnswer> {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(NoAnswer::Tls)
}

/// reqwest takes the port from the address itself.
fn pinned(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    addresses.iter().map(|address| SocketAddr::new(address.ip(), 0)).collect()
}

async fn read(mut response: reqwest::Response) -> Result<Answer, NoAnswer> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < MAX_ANSWER {
        // An answer that breaks off still has its status.
        let Ok(Some(chunk)) = response.chunk().await else { break };
        let room = MAX_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(Answer { status, body })
}

/// The fault without the address, which may hold a secret path.
fn failed(error: reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        return NoAnswer::Timeout;
    }
    NoAnswer::Connection(io::Error::other(error.without_url()))
}
