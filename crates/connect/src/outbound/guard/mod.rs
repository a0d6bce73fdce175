//! Where messages may go: the guard against requests that a stranger's address turns inwards.
//!
//! An address is resolved once, every result is judged, and the connection is made to exactly those
//! results; whoever answers the name differently a moment later changes nothing. Redirects are not
//! followed (see `http`). The list of doors into the house names host and port.

mod address;
mod resolver;

use std::{collections::BTreeSet, fmt, io, net::SocketAddr, str::FromStr};

use base::Code;
use url::{Host, Url};

pub use address::{Reach, reach};
pub use resolver::{Resolver, SystemResolver};

/// The longest address, in bytes.
pub const MAX_URL: usize = 2_048;

/// The most results of a name that are judged; more are refused.
pub const MAX_ADDRESSES: usize = 32;

/// A host and port inside the house that messages may go to, also in plain HTTP. Text: `host:port`,
/// IPv6 in brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Door {
    host: String,
    port: u16,
}

/// Why a text is not a door.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not of the form host:port")]
pub struct NotADoor;

/// The guard: a list of doors and a way to resolve names.
pub struct Guard {
    doors: BTreeSet<Door>,
    resolver: Box<dyn Resolver>,
}

/// An address that messages may go to, with the only places to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(super) url: Url,
    pub(super) addresses: Vec<SocketAddr>,
}

/// Why no message goes to an address.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It does not parse, is too long, or has no host.
    #[error("not an address of the form https://host/path")]
    NotAnAddress,
    /// Only `https`, and `http` to a door of the list.
    #[error("only https is allowed; http only to a host and port of the allow-list")]
    Scheme,
    /// A user or password stands in it; they would end up in logs.
    #[error("the address holds a user name or password")]
    Credentials,
    /// It leads into the house, and no door of the list says that it may.
    #[error("the address leads inside and its host and port are not on the allow-list")]
    Inside,
    /// It leads to instance metadata or to no single host.
    #[error("the address leads where no message may go")]
    Never,
    /// The name has no address.
    #[error("the name has no address")]
    NoAddress,
    /// The name could not be resolved now.
    #[error("the name could not be resolved")]
    Unresolved(#[source] io::Error),
}

impl Refused {
    /// The reason as a code.
    pub fn code(&self) -> Code {
        match self {
            Self::NotAnAddress => Code::fixed("guard.not_an_address"),
            Self::Scheme => Code::fixed("guard.scheme"),
            Self::Credentials => Code::fixed("guard.credentials"),
            Self::Inside => Code::fixed("guard.inside"),
            Self::Never => Code::fixed("guard.never"),
            Self::NoAddress => Code::fixed("guard.no_address"),
            Self::Unresolved(_) => Code::fixed("guard.unresolved"),
        }
    }

    /// Whether it may be otherwise later: names fail to resolve now and then.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unresolved(_) | Self::NoAddress)
    }
}

impl Guard {
    /// A guard with these doors, resolving names as the system does.
    pub fn new(doors: impl IntoIterator<Item = Door>) -> Self {
        Self::with_resolver(doors, SystemResolver)
    }

    /// A guard with these doors and another way to resolve names.
    pub fn with_resolver(
        doors: impl IntoIterator<Item = Door>,
        resolver: impl Resolver + 'static,
    ) -> Self {
        Self { doors: doors.into_iter().collect(), resolver: Box::new(resolver) }
    }

    /// Judges an address, without resolving its name: what a settings page can say at once.
    ///
    /// # Errors
    /// [`Refused`], never for reasons that only resolving can show.
    pub fn judge(&self, address: &str) -> Result<Url, Refused> {
        if address.len() > MAX_URL {
            return Err(Refused::NotAnAddress);
        }
        let url = Url::parse(address).map_err(|_| Refused::NotAnAddress)?;
        let literal = match url.host().ok_or(Refused::NotAnAddress)? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let door = self.is_door(&url);
        if !(url.scheme() == "https" || url.scheme() == "http" && door) {
            return Err(Refused::Scheme);
        }
        literal.map_or(Ok(()), |address| admit(reach(address), door))?;
        Ok(url)
    }

    /// Judges an address and everything that its name resolves to.
    ///
    /// # Errors
    /// [`Refused`]; one forbidden result among several refuses them all.
    pub async fn target(&self, address: &str) -> Result<Target, Refused> {
        let url = self.judge(address)?;
        let door = self.is_door(&url);
        let port = url.port_or_known_default().ok_or(Refused::NotAnAddress)?;
        let addresses = match url.host().ok_or(Refused::NotAnAddress)? {
            Host::Ipv4(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Domain(name) => {
                self.resolver.resolve(name.to_owned(), port).await.map_err(Refused::Unresolved)?
            }
        };
        if addresses.is_empty() {
            return Err(Refused::NoAddress);
        }
        if addresses.len() > MAX_ADDRESSES {
            return Err(Refused::Never);
        }
        for address in &addresses {
            admit(reach(address.ip()), door)?;
        }
        Ok(Target { url, addresses })
    }

    fn is_door(&self, url: &Url) -> bool {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return false;
        };
        self.doors.contains(&Door { host: canonical(host), port })
    }
}

fn admit(reach: Reach, door: bool) -> Result<(), Refused> {
    match (reach, door) {
        (Reach::Public, _) | (Reach::Inside, true) => Ok(()),
        (Reach::Inside, false) => Err(Refused::Inside),
        (Reach::Never, _) => Err(Refused::Never),
    }
}

fn canonical(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

impl FromStr for Door {
    type Err = NotADoor;

    fn from_str(text: &str) -> Result<Self, NotADoor> {
        // Through the same parser as the addresses, so that `127.1:80` means the same in both.
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| NotADoor)?;
        let (_, port) = text.rsplit_once(':').ok_or(NotADoor)?;
        let port: u16 = port.parse().map_err(|_| NotADoor)?;
        let host = url.host_str().filter(|_| url.username().is_empty() && url.path() == "/");
        let host = host.filter(|_| url.query().is_none() && url.fragment().is_none());
        Ok(Self { host: canonical(host.ok_or(NotADoor)?), port })
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests;
