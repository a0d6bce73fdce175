//! The traps that senders set, each a test of its own name.
//!
//! `traps.txt` says which words of the collected formats are a trap and which test holds it; `table.rs`
//! compares it with the document and with the sources.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "says that the documents are absent")]

mod clouds;
mod events;
mod members;
mod monitors;
mod prometheus;
mod severity;
mod table;

use connect::inbound::{Arrival, Headers, Malformed, Parsed, Settings, Signal, find, generic};

/// When every message here arrives.
const NOW: &str = "2026-11-22T00:30:00Z";

/// Reads a message as JSON.
fn parse(source: &str, body: &str) -> Result<Parsed, Malformed> {
    read(source, (Some("application/json"), ""), &Settings::default(), body)
}

/// Reads a message however it was sent: its content type and its query.
fn read(
    source: &str,
    (media, query): (Option<&str>, &str),
    settings: &Settings,
    body: &str,
) -> Result<Parsed, Malformed> {
    let mut arrival = Arrival::of(media, body.as_bytes(), NOW.parse().unwrap());
    (arrival.query, arrival.settings) = (query, settings);
    find(source).unwrap().parse(&arrival)
}

/// The only alert of a message.
fn signal(source: &str, body: &str) -> Signal {
    let mut parsed = parse(source, body).unwrap();
    assert_eq!(parsed.signals.len(), 1, "{body}");
    parsed.signals.remove(0).unwrap()
}

/// The same with headers.
fn with_headers(source: &str, headers: &Headers, settings: &Settings, body: &str) -> Option<u16> {
    let mut arrival = Arrival::of(Some("application/json"), body.as_bytes(), NOW.parse().unwrap());
    (arrival.headers, arrival.settings) = (headers, settings);
    find(source).unwrap().parse(&arrival).err().map(|malformed| malformed.status)
}

/// An integration with the mapping that we show as an example.
fn mapped() -> Settings {
    Settings { mapping: generic::Mapping::parse(generic::EXAMPLE).ok(), ..Settings::default() }
}
