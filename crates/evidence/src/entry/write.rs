//! The bytes of an entry: keys in canonical order, written straight down.

use base::Digest;
use serde_json::Value;

use super::{Actor, ActorKind, Attachment, Entry, Mode, Under, VERSION};
use crate::canonical::{self, MAX_INTEGER, Unwritable};

impl Entry {
    /// The canonical bytes: what is hashed, stored and exported.
    ///
    /// # Errors
    /// When `data` or a number in the entry has no canonical form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Unwritable> {
        let mut out = Writer(Vec::with_capacity(1024 + 96 * self.committed.len()));
        out.actor(&self.actor);
        out.attachments(&self.attachments)?;
        out.number_or_null(",\"cause\":", self.cause)?;
        out.raw(",\"committed\":{");
        for (at, (field, hash)) in self.committed.iter().enumerate() {
            out.raw(if at > 0 { ",\"" } else { "\"" });
            out.raw(field.as_str());
            out.raw("\":\"");
            out.hex(&hash.0);
            out.raw("\"");
        }
        out.raw("},\"data\":");
        canonical::write(&mut out.0, &self.data)?;
        out.text(",\"mode\":", mode(self.mode));
        out.raw(",\"nonce\":\"");
        out.hex(&self.nonce);
        out.text("\",\"occurred_at\":", &self.occurred_at.to_string());
        out.text_or_null(",\"on_behalf_of\":", self.on_behalf_of.as_ref().map(base::Code::as_str));
        out.hash_or_null(",\"prev_in_stream\":", self.prev_in_stream);
        out.text(",\"recorded_at\":", &self.recorded_at.to_string());
        out.text_or_null(",\"session\":", self.session.as_ref().map(base::Code::as_str));
        out.text(",\"stream\":", self.stream.as_str());
        out.number(",\"stream_seq\":", self.stream_seq)?;
        out.text(",\"type\":", self.kind.as_str());
        out.under(&self.under)?;
        out.number(",\"v\":", VERSION)?;
        out.raw("}");
        Ok(out.0)
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn actor(&mut self, actor: &Actor) {
        self.text("{\"actor\":{\"id\":", actor.id.as_str());
        self.text(",\"kind\":", actor_kind(actor.kind));
        self.raw("}");
    }

    fn attachments(&mut self, attachments: &[Attachment]) -> Result<(), Unwritable> {
        self.raw(",\"attachments\":[");
        for (at, attachment) in attachments.iter().enumerate() {
            self.raw(if at > 0 { ",{\"hash\":\"" } else { "{\"hash\":\"" });
            self.hex(&attachment.hash.0);
            self.number("\",\"size\":", attachment.size)?;
            self.text(",\"type\":", attachment.media_type.as_str());
            self.raw("}");
        }
        self.raw("]");
        Ok(())
    }

    fn under(&mut self, under: &Under) -> Result<(), Unwritable> {
        let codes = |code: &Option<base::Code>| code.as_ref().map(|c| Value::from(c.as_str()));
        let members = [
            ("config_version", under.config_version.map(Value::from)),
            ("element", codes(&under.element)),
            ("instance", codes(&under.instance)),
            ("process", codes(&under.process)),
            ("sha256", under.sha256.map(|hash| Value::from(hash.to_string()))),
            ("table", codes(&under.table)),
            ("table_version", under.table_version.map(Value::from)),
            ("version", under.version.map(Value::from)),
        ];
        self.raw(",\"under\":{");
        let set = members.into_iter().filter_map(|(key, value)| Some((key, value?)));
        for (at, (key, value)) in set.enumerate() {
            self.raw(if at > 0 { ",\"" } else { "\"" });
            self.raw(key);
            self.raw("\":");
            canonical::write(&mut self.0, &value)?;
        }
        self.raw("}");
        Ok(())
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// `before` and a string that needs no escape: a code, an instant, a media type.
    fn text(&mut self, before: &str, text: &str) {
        self.raw(before);
        self.raw("\"");
        self.raw(text);
        self.raw("\"");
    }

    fn text_or_null(&mut self, before: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(before, text),
            None => self.null(before),
        }
    }

    fn hash_or_null(&mut self, before: &str, hash: Option<Digest>) {
        match hash {
            Some(hash) => self.text(before, &hash.to_string()),
            None => self.null(before),
        }
    }

    fn number_or_null(&mut self, before: &str, number: Option<i64>) -> Result<(), Unwritable> {
        match number {
            Some(number) => self.number(before, number),
            None => {
                self.null(before);
                Ok(())
            }
        }
    }

    fn number(&mut self, before: &str, number: i64) -> Result<(), Unwritable> {
        self.raw(before);
        if !(0..=MAX_INTEGER).contains(&number) {
            return Err(Unwritable::Number);
        }
        canonical::write_integer(&mut self.0, number);
        Ok(())
    }

    fn null(&mut self, before: &str) {
        self.raw(before);
        self.raw("null");
    }

    fn hex(&mut self, bytes: &[u8]) {
        let start = self.0.len();
        self.0.resize(start + 2 * bytes.len(), 0);
        hex::encode_to_slice(bytes, &mut self.0[start..])
            .expect("invariant: room for two digits a byte");
    }
}

/// The text of an actor's kind.
pub(super) fn actor_kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "person",
        ActorKind::Service => "service",
        ActorKind::Timer => "timer",
        ActorKind::Host => "host",
        ActorKind::Sender => "sender",
    }
}

/// The text of a mode.
pub(super) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "live",
        Mode::Exercise => "exercise",
        Mode::Retrospective => "retrospective",
    }
}
