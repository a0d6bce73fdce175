//! Where a PostgreSQL server is and whether the way there is encrypted.
//!
//! Over a network always, and the server must prove who it is; on the same machine not. There is no
//! "prefer": who can cut the wire could then also read it.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{Cause, Fault};

/// A server and how to get there. `tls` is `None` for a plain connection.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: Option<MakeRustlsConnect>,
}

/// What an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Plain,
    Encrypted,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`.
    ///
    /// `sslmode` is `disable` or `verify-full`; without it, `disable` on this machine and
    /// `verify-full` elsewhere. `sslrootcert` names a PEM file that replaces the public roots.
    pub(super) fn parse(url: &str) -> Result<Self, Fault> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut rest, mut wish, mut roots) = (Vec::new(), None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => wish = Some(wished(mode)?),
                Some(("sslrootcert", path)) => roots = Some(path),
                _ => rest.push(pair),
            }
        }
        let mut config: Config = format!("{base}?{}", rest.join("&"))
            .parse()
            .map_err(|error| target(super::chain(&error)))?;
        let wish = wish.unwrap_or_else(|| usual(&config));
        config.ssl_mode(match wish {
            Wish::Plain => SslMode::Disable,
            Wish::Encrypted => SslMode::Require,
        });
        let tls = match wish {
            Wish::Plain => None,
            Wish::Encrypted => Some(MakeRustlsConnect::new(client(roots)?)),
        };
        Ok(Self { config, tls })
    }
}

fn wished(mode: &str) -> Result<Wish, Fault> {
    match mode {
        "disable" => Ok(Wish::Plain),
        "verify-full" | "require" => Ok(Wish::Encrypted),
        _ => Err(target("sslmode is disable or verify-full".to_owned())),
    }
}

fn usual(config: &Config) -> Wish {
    let here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1" | "[::1]"),
    };
    let named = config.get_hosts().iter().all(here);
    let numbered = config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback);
    if named && numbered { Wish::Plain } else { Wish::Encrypted }
}

fn client(roots: Option<&str>) -> Result<ClientConfig, Fault> {
    let mut store = RootCertStore::empty();
    match roots {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unread = |error: &dyn std::fmt::Display| target(format!("sslrootcert: {error}"));
            let found = CertificateDer::pem_file_iter(path).map_err(|e| unread(&e))?;
            for certificate in found {
                let certificate = certificate.map_err(|e| unread(&e))?;
                store.add(certificate).map_err(|e| unread(&e))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Open { source: Cause::new(error) })?;
    Ok(config.with_root_certificates(store).with_no_client_auth())
}

fn target(reason: String) -> Fault {
    Fault::Target { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, encrypted: bool) {
        let address = Address::parse(url).expect("an address");
        assert_eq!(address.tls.is_some(), encrypted, "{url}");
    }

    #[test]
    fn a_network_is_encrypted_unless_the_address_says_otherwise() {
        check("postgres://u:p@localhost/db", false);
        check("postgres://u@127.0.0.1:5433/db?connect_timeout=5", false);
        check("postgres:///db?host=/run/postgresql", false);
        check("postgres://u:p@db.bank.example/db", true);
        check("postgres://u:p@localhost,db.bank.example/db", true);
        check("postgres://u:p@10.1.2.3/db?sslmode=disable", false);
        check("postgres://u:p@localhost/db?sslmode=verify-full&application_name=a", true);
    }

    #[test]
    fn half_measures_and_unreadable_roots_are_refused() {
        for query in ["sslmode=prefer", "sslmode=allow", "sslrootcert=/nowhere/at/all.pem"] {
            let refused =
                Address::parse(&format!("postgres://u:secret@db.bank.example/db?{query}"));
            let Err(fault) = refused else { panic!("{query}") };
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
    }
}
