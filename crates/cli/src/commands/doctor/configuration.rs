//! Addresses, and the relay for mail.

use std::time::Duration;

use tokio::{net::TcpStream, time::timeout};

use super::Line;
use crate::{
    commands::serve::keeps_mail,
    settings::{Settings, is_this_machine},
};

/// How long the relay may take to accept a connection.
const RELAY_LIMIT: Duration = Duration::from_secs(5);

pub(super) fn check(settings: &Settings) -> Vec<Line> {
    let listen = match settings.listen_on() {
        Ok(_) => Line::ok("listen", &settings.listen),
        Err(wrong) => Line::fail("listen", wrong, "name an address of this machine"),
    };
    vec![listen, base_url(settings)]
}

fn base_url(settings: &Settings) -> Line {
    let url = settings.known_base_url();
    if is_this_machine(&url) {
        let remedy = "set --base-url to what people can open, or links in messages lead nowhere";
        return Line::warn("base url", format!("{url} is this machine only"), remedy);
    }
    if url.starts_with("http://") {
        let remedy = "put a proxy with TLS in front and set --base-url to its https address";
        return Line::fail("base url", format!("{url} is not encrypted"), remedy);
    }
    Line::ok("base url", url)
}

/// Whether the relay accepts a connection. Nothing is sent.
pub(super) async fn relay(settings: &Settings) -> Line {
    let Some(relay) = &settings.smtp else {
        if keeps_mail(settings) {
            let remedy = "a demonstration: set --smtp before anybody relies on it";
            return Line::warn("mail", "kept as files, leaves nowhere", remedy);
        }
        let remedy = "set --smtp; until then nobody can be paged by mail";
        return Line::warn("mail", "no relay is set", remedy);
    };
    let place = format!("{}:{}", relay.host, relay.port);
    let connecting = TcpStream::connect((relay.host.as_str(), relay.port));
    match timeout(RELAY_LIMIT, connecting).await {
        Ok(Ok(_)) => Line::ok("mail", format!("{place} accepts connections")),
        Ok(Err(error)) => {
            Line::fail("mail", format!("{place}: {error}"), "look at the relay and the firewall")
        }
        Err(_) => {
            let found = format!("{place} does not answer within 5 seconds");
            Line::fail("mail", found, "look at the relay and the firewall")
        }
    }
}
