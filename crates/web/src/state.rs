//! What every handler reaches: the application, the options, the caches of this node.

use std::sync::Arc;

use app::App;
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::{Options, ingest::Doors};

/// The web side of a node. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    options: Options,
    base: Option<Url>,
    doors: Doors,
    streams: Arc<Semaphore>,
}

impl Web {
    /// Over an application.
    pub(crate) fn new(app: App, options: Options) -> Self {
        let base = Url::parse(&app.options().base_url).ok();
        let streams = Arc::new(Semaphore::new(options.live_streams));
        let doors = Doors::default();
        Self { inner: Arc::new(Inner { app, options, base, doors, streams }) }
    }

    /// The application.
    pub(crate) fn app(&self) -> &App {
        &self.inner.app
    }

    /// The options.
    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Doors that were opened lately.
    pub(crate) fn doors(&self) -> &Doors {
        &self.inner.doors
    }

    /// Places for live streams.
    pub(crate) fn streams(&self) -> &Arc<Semaphore> {
        &self.inner.streams
    }

    /// Whether people reach this server over TLS.
    pub(crate) fn secure(&self) -> bool {
        self.inner.base.as_ref().is_some_and(|base| base.scheme() == "https")
    }

    /// Whether a `Host` names this server: by `base_url`, by an option, or as loopback.
    pub(crate) fn is_called(&self, host: &str) -> bool {
        // The common cases by eye: parsing an address costs more than all other checks together.
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name == "127.0.0.1" || name == "localhost" || self.is_called_by(host)
    }

    fn is_called_by(&self, host: &str) -> bool {
        let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
        match url.host() {
            Some(Host::Ipv4(address)) if address.is_loopback() => true,
            Some(Host::Ipv6(address)) if address.is_loopback() => true,
            Some(Host::Domain("localhost")) => true,
            Some(name) => {
                let name = name.to_string();
                let base = self.inner.base.as_ref().and_then(Url::host);
                base.is_some_and(|base| base.to_string() == name)
                    || self.inner.options.hosts.iter().any(|own| own.eq_ignore_ascii_case(&name))
            }
            None => false,
        }
    }
}
