//! What a decision wants recorded, before the log gives it a place, a nonce and salts.

use base::{Code, Id, Kind, LeafSafe, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::{Actor, Attachment, Mode, Under};
use crate::canonical::Written;

/// An entry to be. `data` takes leaf-safe values only; a plain string does not compile:
///
/// ```compile_fail,E0277
/// # use base::{Id, Timestamp, id::Incident};
/// # fn draft(incident: Id<Incident>, at: Timestamp) -> evidence::Draft {
/// evidence::Draft::new("note_added", incident, at, &"free text".to_owned())
/// # }
/// ```
/// while codes, numbers and ids do, and words go where they can be erased:
/// ```
/// # use base::{Code, Id, Timestamp, id::Incident};
/// # fn draft(incident: Id<Incident>, at: Timestamp) -> evidence::Draft {
/// evidence::Draft::new("note_added", incident, at, &Some(Code::fixed("S1"))).word("text", "free text")
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What happened, past tense; `type` in the bytes.
    pub kind: Code,
    /// The stream it joins.
    pub stream: Code,
    /// When it happened, as claimed.
    pub occurred_at: Timestamp,
    /// Leaf-safe facts.
    pub data: Value,
    /// Words by field name. A name appears once.
    pub words: Vec<(Code, Value)>,
    /// Further words, whose canonical bytes were made before the turn.
    pub written: Vec<(Code, Written)>,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// Versions it was made under.
    pub under: Under,
}

/// Who brings the drafts of one command, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who acts.
    pub actor: Actor,
    /// For whom, when not for oneself.
    pub on_behalf_of: Option<Code>,
    /// The session or token it comes through.
    pub session: Option<Code>,
    /// Real, exercise, or told afterwards.
    pub mode: Mode,
    /// Position in the log of the entry that causes these.
    pub cause: Option<i64>,
}

impl Draft {
    /// A draft without words.
    ///
    /// # Panics
    /// When `kind` is not a code: in the first test that meets it.
    pub fn new<K: Kind>(
        kind: &'static str,
        stream: Id<K>,
        occurred_at: Timestamp,
        data: &(impl LeafSafe + Serialize),
    ) -> Self {
        Self {
            kind: Code::fixed(kind),
            stream: code(&stream.to_string()),
            occurred_at,
            data: serde_json::to_value(data).expect("invariant: leaf-safe types are JSON"),
            words: Vec::new(),
            written: Vec::new(),
            attachments: Vec::new(),
            under: Under::default(),
        }
    }

    /// With the word `field`.
    ///
    /// # Panics
    /// When `field` is not a code: in the first test that meets it.
    #[must_use]
    pub fn word(self, field: &'static str, value: impl Into<Value>) -> Self {
        self.word_at(Code::fixed(field), value)
    }

    /// With the word `field` where there is one.
    #[must_use]
    pub fn word_if(self, field: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.word(field, value),
            None => self,
        }
    }

    /// With the words `field.0`, `field.1` and so on.
    #[must_use]
    pub fn words<V: Into<Value>>(
        mut self,
        field: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        for (at, value) in values.into_iter().enumerate() {
            self.words.push((numbered(field, at), value.into()));
        }
        self
    }

    /// With a word whose field name was computed.
    #[must_use]
    pub fn word_at(mut self, field: Code, value: impl Into<Value>) -> Self {
        self.words.push((field, value.into()));
        self
    }

    /// With a file.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Made under these versions.
    #[must_use]
    pub fn under(mut self, under: Under) -> Self {
        self.under = under;
        self
    }
}

/// The field name of the `at`-th of several words: `labels.3`.
///
/// # Panics
/// When `field` is not a code or longer than 75 characters: in the first test that meets it.
pub fn numbered(field: &'static str, at: usize) -> Code {
    code(&format!("{field}.{at}"))
}

fn code(text: &str) -> Code {
    text.parse().expect("invariant: ids and numbered field names are codes")
}
