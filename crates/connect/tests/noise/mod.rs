//! Bodies near what senders send, and what must hold whatever a source is given.

use base::Timestamp;
use connect::inbound::{Arrival, Headers, SOURCES, Settings, Source, generic, limits};

fn settings() -> Settings {
    Settings { mapping: generic::Mapping::parse(generic::EXAMPLE).ok(), ..Settings::default() }
}

/// Reads a body: no panic, no limit passed.
///
/// # Panics
/// Where something does not hold.
pub fn read(source: &dyn Source, body: &[u8], media: Option<&str>) {
    let (settings, mut headers) = (settings(), Headers::new());
    if media == Some("application/octet-stream") {
        let text = String::from_utf8_lossy(body).chars().take(60).collect::<String>();
        for name in ["ce-specversion", "ce-id", "ce-source", "ce-type", "watchkeeper-verb"] {
            headers.insert(name.to_owned(), text.clone());
        }
    }
    let mut arrival = Arrival::of(media, body, Timestamp::default());
    (arrival.headers, arrival.settings, arrival.fetched) = (&headers, &settings, Some(body));
    assert!(source.kept(body).len() <= 16 * body.len() + 64);
    drop(source.wants(&arrival));
    let Ok(parsed) = source.parse(&arrival) else { return };
    assert!(parsed.signals.len() <= limits::MAX_ALERTS);
    for signal in parsed.signals.into_iter().flatten() {
        assert!(!signal.title.is_empty() && signal.title.len() <= limits::MAX_TITLE);
        assert!(!signal.dedup_key.is_empty() && signal.dedup_key.len() <= limits::MAX_KEY);
        assert!(signal.labels.len() <= limits::MAX_LABELS);
        assert!(signal.annotations.len() <= limits::MAX_LABELS);
        assert!(!signal.labels.values().any(|value| value.contains('\0')));
    }
}

/// The ways in which a body may say that it was sent.
pub const MEDIA: [Option<&str>; 5] = [
    None,
    Some("application/json"),
    Some("application/x-www-form-urlencoded"),
    Some("multipart/form-data; boundary=b"),
    Some("application/octet-stream"),
];

/// Every source, however the body was sent.
#[allow(dead_code, reason = "one of two tests uses it")]
pub fn read_by_every_source(body: &[u8]) {
    for source in SOURCES {
        for media in MEDIA {
            read(*source, body, media);
        }
    }
}

/// A sample of a source with a few bytes or values changed: mutations stay near what senders send.
pub fn mutated(sample: &str, changes: &[(usize, usize, u8)]) -> Vec<u8> {
    const VALUES: [&str; 10] = [
        "null",
        "{}",
        "[]",
        "[[1]]",
        "\"\"",
        "-1e400",
        "18446744073709551616",
        "true",
        "\"{X.Y}\"",
        "\"\\u0000\"",
    ];
    let mut bytes = sample.as_bytes().to_vec();
    for (at, kind, byte) in changes {
        let at = at % bytes.len().max(1);
        match kind % 5 {
            0 => bytes[at] = *byte,
            1 => drop(bytes.drain(at..(at + usize::from(*byte)).min(bytes.len()))),
            2 => bytes.insert(at, *byte),
            3 => {
                // The value after the next colon becomes another one.
                let Some(colon) = bytes[at..].iter().position(|b| *b == b':') else { continue };
                let from = at + colon + 1;
                let to = bytes[from..].iter().position(|b| b",}\n".contains(b));
                let to = to.map_or(bytes.len(), |to| from + to);
                bytes.splice(from..to, VALUES[usize::from(*byte) % VALUES.len()].bytes());
            }
            _ => {
                let part = bytes[at..].to_vec();
                bytes.extend_from_slice(&part[..part.len().min(64)]);
            }
        }
        if bytes.is_empty() {
            bytes.push(b' ');
        }
    }
    bytes
}
