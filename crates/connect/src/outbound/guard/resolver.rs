//! How names become addresses.

use std::{io, net::SocketAddr, pin::Pin};

/// What resolving answers.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// A way to resolve names.
pub trait Resolver: Send + Sync {
    /// Every address of the name, with the port.
    fn resolve(&self, host: String, port: u16) -> Resolving<'_>;
}

/// As the operating system does it.
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: String, port: u16) -> Resolving<'_> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}
