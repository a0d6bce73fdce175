//! How entries become events again, and the macro that lists an aggregate's entry types.

use base::{Code, Id, Timestamp};
use evidence::entry::Actor;

/// What an entry says of itself beside its data: the part of the envelope that folds need.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Position in the log.
    pub seq: i64,
    /// When it happened, as claimed.
    pub occurred_at: Timestamp,
    /// When the server recorded it.
    pub recorded_at: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// The names of the words it carries.
    pub fields: Vec<Code>,
}

impl Meta {
    /// The person who acted, when it was one.
    pub fn person(&self) -> Option<Id<base::id::Person>> {
        self.actor.id.as_str().parse().ok()
    }
}

/// An entry whose type or data this version cannot read: its stream becomes read-only on this node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry of type {kind} cannot be read: {reason}")]
pub struct Unreadable {
    /// The entry's type.
    pub kind: String,
    /// What was wrong.
    pub reason: String,
}

/// Lists the entry types of an aggregate: one line a type, with the struct of its data.
macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $kind:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$vmeta])* $variant($variant)),* }

        impl $name {
            /// The entry types of this aggregate, in the order of declaration.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The type of the entry.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind),* }
            }

            /// Reads an entry's data; unknown types and wrong data are named.
            pub fn parse(kind: &str, data: &serde_json::Value) -> Result<Self, $crate::Unreadable> {
                use serde::Deserialize as _;
                match kind {
                    $($kind => <$variant>::deserialize(data).map(Self::$variant).map_err(|e| {
                        $crate::Unreadable { kind: kind.to_owned(), reason: e.to_string() }
                    }),)*
                    _ => Err($crate::Unreadable {
                        kind: kind.to_owned(),
                        reason: "unknown type".to_owned(),
                    }),
                }
            }

            /// A draft of the entry on `stream`.
            pub fn draft<K: base::Kind>(
                &self,
                stream: base::Id<K>,
                at: base::Timestamp,
            ) -> evidence::entry::Draft {
                match self {
                    $(Self::$variant(data) => evidence::entry::Draft::new($kind, stream, at, data)),*
                }
            }
        }

        $(impl From<$variant> for $name {
            fn from(data: $variant) -> Self {
                Self::$variant(data)
            }
        })*
    };
}
pub(crate) use events;
