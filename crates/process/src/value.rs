//! What a variable of an instance may hold: leaf-safe values only, never words.

use std::collections::BTreeMap;

use base::{Code, Digest, Duration, LeafSafe, Timestamp};
use serde::{Deserialize, Serialize};

mod number;

pub use number::{Date, Decimal};

/// The variables of an instance, by name.
pub type Variables = BTreeMap<Code, Value>;

/// The most variables that one command brings or one scope holds.
pub const MAX_VARIABLES: usize = 256;
/// The most items of a list.
pub const MAX_LIST: usize = 64;
/// The largest integer either way: what every JSON reader keeps exactly (2^53 - 1).
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// A value. In JSON: `null`, `true`, `5`, `"S1"`, `{"decimal": "1.5"}`, `{"date": "2026-11-25"}`,
/// `{"instant": …}`, `{"duration": µs}`, `{"digest": …}`, `[…]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Value {
    /// Known to be nothing; reads as null in FEEL.
    None,
    /// Yes or no.
    Boolean(bool),
    /// A whole number within ±[`MAX_INTEGER`].
    Integer(i64),
    /// One of our codes; reads as a string in FEEL.
    Code(Code),
    /// A decimal number; reads as a number in FEEL.
    Decimal(Decimal),
    /// A day of the calendar; reads as the string `2026-11-25` in FEEL, which sorts as days do.
    Date(Date),
    /// An instant; reads as a number of microseconds in FEEL.
    Instant(Timestamp),
    /// A length of time; reads as a number of microseconds in FEEL.
    Duration(Duration),
    /// A SHA-256 value; reads as a string in FEEL.
    Digest(Digest),
    /// A list of the kinds above.
    List(Vec<Value>),
}

impl LeafSafe for Value {}
const _: () = {
    const fn safe<T: LeafSafe>() {}
    safe::<i64>();
    safe::<Code>();
    safe::<Timestamp>();
    safe::<Duration>();
    safe::<Digest>();
    safe::<Decimal>();
    safe::<Date>();
};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    None,
    Boolean(bool),
    Integer(i64),
    Code(Code),
    Decimal { decimal: Decimal },
    Date { date: Date },
    Instant { instant: Timestamp },
    Duration { duration: Duration },
    Digest { digest: Digest },
    List(Vec<Value>),
}

impl From<Written> for Value {
    fn from(written: Written) -> Self {
        match written {
            Written::None => Self::None,
            Written::Boolean(is) => Self::Boolean(is),
            Written::Integer(number) => Self::Integer(number),
            Written::Code(code) => Self::Code(code),
            Written::Decimal { decimal } => Self::Decimal(decimal),
            Written::Date { date } => Self::Date(date),
            Written::Instant { instant } => Self::Instant(instant),
            Written::Duration { duration } => Self::Duration(duration),
            Written::Digest { digest } => Self::Digest(digest),
            Written::List(items) => Self::List(items),
        }
    }
}

impl From<Value> for Written {
    fn from(value: Value) -> Self {
        match value {
            Value::None => Self::None,
            Value::Boolean(is) => Self::Boolean(is),
            Value::Integer(number) => Self::Integer(number),
            Value::Code(code) => Self::Code(code),
            Value::Decimal(decimal) => Self::Decimal { decimal },
            Value::Date(date) => Self::Date { date },
            Value::Instant(instant) => Self::Instant { instant },
            Value::Duration(duration) => Self::Duration { duration },
            Value::Digest(digest) => Self::Digest { digest },
            Value::List(items) => Self::List(items),
        }
    }
}

impl Value {
    /// A code, from a text; `None` when the text is not one.
    pub fn code(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::Code)
    }

    /// Whether something is known.
    pub fn is_known(&self) -> bool {
        *self != Self::None
    }

    /// Whether it keeps the limits of this module; lists hold no lists.
    pub fn is_within_limits(&self) -> bool {
        match self {
            Self::Integer(number) => (-MAX_INTEGER..=MAX_INTEGER).contains(number),
            Self::Duration(length) => (-MAX_INTEGER..=MAX_INTEGER).contains(&length.as_micros()),
            Self::List(items) => {
                let flat = |item: &Self| !matches!(item, Self::List(_)) && item.is_within_limits();
                items.len() <= MAX_LIST && items.iter().all(flat)
            }
            _ => true,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Boolean(is) => write!(f, "{is}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Code(code) => write!(f, "{code}"),
            Self::Decimal(number) => write!(f, "{number}"),
            Self::Date(day) => write!(f, "{day}"),
            Self::Instant(instant) => write!(f, "{instant}"),
            Self::Duration(length) => write!(f, "{}us", length.as_micros()),
            Self::Digest(digest) => write!(f, "{digest}"),
            Self::List(items) => {
                let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", texts.join(", "))
            }
        }
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Boolean(is)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Code> for Value {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back_as_the_kind_it_was() {
        let kinds = [
            Value::None,
            Value::Boolean(true),
            Value::Integer(-5),
            Value::Code("2026-11-25T02:24:08.000000Z".parse().unwrap()),
            Value::Decimal("-12.5".parse().unwrap()),
            Value::Date("2028-02-29".parse().unwrap()),
            Value::Instant(Timestamp::from_micros(7)),
            Value::Duration(Duration::minutes(1)),
            Value::Digest(Digest([7; 32])),
        ];
        for value in kinds.iter().cloned().chain([Value::List(kinds.to_vec())]) {
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{text}");
        }
        assert!(serde_json::from_str::<Value>("1.5").is_err());
        assert!(serde_json::from_str::<Value>("\"a word\"").is_err());
    }

    #[test]
    fn limits_hold_for_numbers_and_lists() {
        assert!(!Value::Integer(MAX_INTEGER + 1).is_within_limits());
        assert!(!Value::List(vec![Value::List(vec![])]).is_within_limits());
        assert!(!Value::List(vec![Value::None; MAX_LIST + 1]).is_within_limits());
    }
}
