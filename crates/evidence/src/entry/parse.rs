//! From bytes to entry: accepts exactly what `to_bytes` writes.

use std::{collections::BTreeMap, str::FromStr};

use base::{Code, Digest, Timestamp};

use super::{Actor, ActorKind, Attachment, Entry, Mode, Under, VERSION, write};
use crate::canonical::{self, NotCanonical, Reader, Why};

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEntry {
    /// Not the canonical bytes of the fixed envelope.
    #[error(transparent)]
    Form(#[from] NotCanonical),
    /// Canonical, but of a format version this program does not know.
    #[error("entry format version {0} is not known here")]
    Version(i64),
}

impl Entry {
    /// The entry of which these are the bytes. For every entry that it returns, `to_bytes` gives the
    /// same bytes back.
    ///
    /// # Errors
    /// When they are not canonical, not of this shape, or of another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAnEntry> {
        read(bytes).map_err(|refused| other_version(bytes).unwrap_or(NotAnEntry::Form(refused)))
    }
}

fn other_version(bytes: &[u8]) -> Option<NotAnEntry> {
    let version = canonical::parse(bytes).ok()?.get("v")?.as_i64()?;
    (version != VERSION).then_some(NotAnEntry::Version(version))
}

fn read(bytes: &[u8]) -> Result<Entry, NotCanonical> {
    let mut r = Reader::new(bytes)?;
    r.literal("{\"actor\":")?;
    let actor = actor(&mut r)?;
    r.literal(",\"attachments\":")?;
    let attachments = attachments(&mut r)?;
    r.literal(",\"cause\":")?;
    let cause = or_null(&mut r, Reader::count)?;
    r.literal(",\"committed\":")?;
    let committed = committed(&mut r)?;
    r.literal(",\"data\":")?;
    let data = r.value()?;
    r.literal(",\"mode\":")?;
    let mode = one_of(&mut r, Mode::ALL, write::mode)?;
    r.literal(",\"nonce\":")?;
    let nonce = nonce(&mut r)?;
    r.literal(",\"occurred_at\":")?;
    let occurred_at = instant(&mut r)?;
    r.literal(",\"on_behalf_of\":")?;
    let on_behalf_of = or_null(&mut r, text)?;
    r.literal(",\"prev_in_stream\":")?;
    let prev_in_stream = or_null(&mut r, text)?;
    r.literal(",\"recorded_at\":")?;
    let recorded_at = instant(&mut r)?;
    r.literal(",\"session\":")?;
    let session = or_null(&mut r, text)?;
    r.literal(",\"stream\":")?;
    let stream = text(&mut r)?;
    r.literal(",\"stream_seq\":")?;
    let stream_seq = r.count()?;
    r.literal(",\"type\":")?;
    let kind = text(&mut r)?;
    r.literal(",\"under\":")?;
    let under = under(&mut r)?;
    r.literal(",\"v\":1}")?;
    r.finish()?;
    Ok(Entry {
        kind,
        stream,
        stream_seq,
        prev_in_stream,
        nonce,
        occurred_at,
        recorded_at,
        actor,
        on_behalf_of,
        session,
        mode,
        cause,
        under,
        data,
        committed,
        attachments,
    })
}

fn actor(r: &mut Reader<'_>) -> Result<Actor, NotCanonical> {
    r.literal("{\"id\":")?;
    let id = text(r)?;
    r.literal(",\"kind\":")?;
    let kind = one_of(r, ActorKind::ALL, write::actor_kind)?;
    r.literal("}")?;
    Ok(Actor { id, kind })
}

fn attachments(r: &mut Reader<'_>) -> Result<Vec<Attachment>, NotCanonical> {
    r.literal("[")?;
    let mut all = Vec::new();
    while !r.took("]") {
        if !all.is_empty() {
            r.literal(",")?;
        }
        r.literal("{\"hash\":")?;
        let hash = text(r)?;
        r.literal(",\"size\":")?;
        let size = r.count()?;
        r.literal(",\"type\":")?;
        let media_type = text(r)?;
        r.literal("}")?;
        all.push(Attachment { hash, size, media_type });
    }
    Ok(all)
}

fn committed(r: &mut Reader<'_>) -> Result<BTreeMap<Code, Digest>, NotCanonical> {
    r.literal("{")?;
    let mut all = BTreeMap::new();
    while !r.took("}") {
        if !all.is_empty() {
            r.literal(",")?;
        }
        let last = all.last_key_value().map(|(field, _): (&Code, _)| field.as_str());
        let field = r.key_after(last)?.parse().map_err(|_| r.refuse(Why::Form))?;
        all.insert(field, text(r)?);
    }
    Ok(all)
}

fn under(r: &mut Reader<'_>) -> Result<Under, NotCanonical> {
    let mut under = Under::default();
    let mut last: Option<String> = None;
    r.literal("{")?;
    while !r.took("}") {
        if last.is_some() {
            r.literal(",")?;
        }
        let key = r.key_after(last.as_deref())?;
        match key.as_ref() {
            "config_version" => under.config_version = Some(r.count()?),
            "element" => under.element = Some(text(r)?),
            "instance" => under.instance = Some(text(r)?),
            "process" => under.process = Some(text(r)?),
            "sha256" => under.sha256 = Some(text(r)?),
            "table" => under.table = Some(text(r)?),
            "table_version" => under.table_version = Some(r.count()?),
            "version" => under.version = Some(r.count()?),
            _ => return Err(r.refuse(Why::Keys)),
        }
        last = Some(key.into_owned());
    }
    Ok(under)
}

/// A string of a type whose text has one form: a code, a digest, a media type.
fn text<T: FromStr>(r: &mut Reader<'_>) -> Result<T, NotCanonical> {
    let refused = r.refuse(Why::Form);
    r.string()?.parse().map_err(|_| refused)
}

fn or_null<'a, T>(
    r: &mut Reader<'a>,
    read: fn(&mut Reader<'a>) -> Result<T, NotCanonical>,
) -> Result<Option<T>, NotCanonical> {
    if r.took("null") { Ok(None) } else { read(r).map(Some) }
}

fn one_of<T: Copy>(
    r: &mut Reader<'_>,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, NotCanonical> {
    let refused = r.refuse(Why::Form);
    let text = r.string()?;
    all.iter().copied().find(|each| name(*each) == text).ok_or(refused)
}

fn nonce(r: &mut Reader<'_>) -> Result<[u8; 16], NotCanonical> {
    let refused = r.refuse(Why::Form);
    let text = r.string()?;
    let mut bytes = [0u8; 16];
    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    let decoded = lower.then(|| hex::decode_to_slice(text.as_bytes(), &mut bytes));
    if matches!(decoded, Some(Ok(()))) { Ok(bytes) } else { Err(refused) }
}

/// An instant in the one form that is written; other RFC 3339 forms are refused.
fn instant(r: &mut Reader<'_>) -> Result<Timestamp, NotCanonical> {
    let refused = r.refuse(Why::Form);
    let text = r.string()?;
    let at: Timestamp = text.parse().map_err(|_| refused)?;
    if at.to_string() == text { Ok(at) } else { Err(refused) }
}
