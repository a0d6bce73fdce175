//! Ids that cannot be swapped: each kind of thing has a type of id of its own.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Entropy, Timestamp, entropy};

/// A kind of thing that has ids. `PREFIX` is three lower-case letters.
pub trait Kind: 'static {
    /// The first letters of the text form: `inc` in `inc_0192…`.
    const PREFIX: &'static str;
}

/// The id of a `K`: 16 bytes, UUID version 7 (RFC 9562 section 5.7), so ids sort by birth.
///
/// The order of ids is a convenience and never evidence of order: that is the log's position.
/// Text form: prefix, underscore, 32 lower-case hex digits.
pub struct Id<K: Kind> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Id<K> {
    /// A new id, from the instant and fresh entropy.
    pub fn mint(now: Timestamp, entropy: &mut dyn Entropy) -> Self {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &entropy::bytes(entropy));
        Self::from_bytes(*uuid.as_uuid().as_bytes())
    }

    /// The id with these bytes, as stored.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { bytes, kind: PhantomData }
    }

    /// The 16 bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    /// The same bytes as the id of another kind: a stream shares the id of the thing it tells of.
    pub const fn cast<L: Kind>(self) -> Id<L> {
        Id::from_bytes(self.bytes)
    }
}

/// Why a text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 32 hex digits")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = NotAnId { prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        let digits = digits.ok_or_else(|| wrong.clone())?;
        if digits.len() != 32 || digits.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(wrong);
        }
        let mut bytes = [0u8; 16];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| wrong)?;
        Ok(Self::from_bytes(bytes))
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, hex::encode(self.bytes))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: Kind> Copy for Id<K> {}
impl<K: Kind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<K: Kind> Eq for Id<K> {}
impl<K: Kind> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K: Kind> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<K: Kind> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Kind for $name {
            const PREFIX: &'static str = $prefix;
        }
    )*};
}

kinds! {
    /// An incident.
    Incident = "inc";
    /// One deduplicated signal.
    Alert = "alr";
    /// Alerts that belong together and are paged as one.
    Group = "grp";
    /// One inbound request.
    Intake = "int";
    /// A door in: a source with its key.
    Integration = "itg";
    /// A running escalation.
    Escalation = "esc";
    /// One notification that wants an acknowledgement.
    Page = "pag";
    /// A person.
    Person = "per";
    /// A session or a token.
    Session = "ses";
    /// An API token.
    Token = "tok";
    /// A legal entity.
    LegalEntity = "ent";
    /// A process instance.
    Instance = "pin";
    /// A task of a process instance.
    Task = "tsk";
    /// A clock.
    Clock = "clk";
    /// A document of configuration: a process, a table, a policy.
    Document = "doc";
    /// A service of the service catalogue.
    Service = "svc";
    /// A business function that services support.
    Function = "fun";
    /// A team.
    Team = "tem";
    /// The organisation as a whole: its scale of criticality.
    Organisation = "org";
    /// Cases that move to another version of their process.
    CaseMove = "mov";
    /// Changes of configuration that are proposed and approved together.
    ChangeSet = "chg";
    /// An outgoing webhook endpoint.
    Endpoint = "hok";
    /// The server itself: signing, checkpoints, the host operator.
    Node = "nod";
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Entropy for Ones {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(0x11);
        }
    }

    #[test]
    fn text_form_round_trips_and_refuses_the_rest() {
        let id: Id<Incident> = Id::mint(Timestamp::from_micros(1_700_000_000_000_000), &mut Ones);
        assert_eq!(id.to_string(), "inc_018bcfe5680071119111111111111111");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "inc_", "grp_018bcfe5680071119111111111111111", "inc_018BCFE5"] {
            assert!(wrong.parse::<Id<Incident>>().is_err(), "{wrong}");
        }
    }
}
