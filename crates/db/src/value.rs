//! What goes into a statement: four kinds of value and a typed NULL of each.
//!
//! Only these, because they mean the same on both engines: BIGINT, DOUBLE PRECISION, TEXT, BYTEA.

use base::{Code, Digest, Duration, Id, Kind, Timestamp};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// BIGINT: numbers, flags as 0 and 1, instants in microseconds.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT: without NUL characters, which PostgreSQL cannot keep.
    Text(String),
    /// BYTEA.
    Blob(Vec<u8>),
    /// NULL in a BIGINT column.
    NullInt,
    /// NULL in a DOUBLE PRECISION column.
    NullReal,
    /// NULL in a TEXT column.
    NullText,
    /// NULL in a BYTEA column.
    NullBlob,
}

/// A type whose absence is a typed NULL: what makes `Option<T>` a parameter.
pub trait Scalar: Into<Value> {
    /// The NULL of its column.
    const NULL: Value;
}

impl<T: Scalar> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::NULL, Into::into)
    }
}

macro_rules! scalars {
    ($($type:ty => $null:ident, $value:ident => $to:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $to
            }
        }
        impl Scalar for $type {
            const NULL: Value = Value::$null;
        }
    )*};
}

scalars! {
    i64 => NullInt, value => Self::Int(value);
    i32 => NullInt, value => Self::Int(value.into());
    u32 => NullInt, value => Self::Int(value.into());
    u16 => NullInt, value => Self::Int(value.into());
    u8 => NullInt, value => Self::Int(value.into());
    u64 => NullInt, value => Self::Int(count(value));
    usize => NullInt, value => Self::Int(count(value as u64));
    bool => NullInt, value => Self::Int(value.into());
    f64 => NullReal, value => Self::Real(value);
    Timestamp => NullInt, value => Self::Int(value.micros());
    Duration => NullInt, value => Self::Int(value.as_micros());
    &str => NullText, value => Self::Text(value.to_owned());
    String => NullText, value => Self::Text(value);
    &String => NullText, value => Self::Text(value.clone());
    Code => NullText, value => Self::Text(value.as_str().to_owned());
    &Code => NullText, value => Self::Text(value.as_str().to_owned());
    Vec<u8> => NullBlob, value => Self::Blob(value);
    &[u8] => NullBlob, value => Self::Blob(value.to_vec());
    [u8; 32] => NullBlob, value => Self::Blob(value.to_vec());
    &[u8; 32] => NullBlob, value => Self::Blob(value.to_vec());
    [u8; 16] => NullBlob, value => Self::Blob(value.to_vec());
    Digest => NullBlob, value => Self::Blob(value.0.to_vec());
    &Digest => NullBlob, value => Self::Blob(value.0.to_vec());
}

impl<K: Kind> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        Self::Text(id.to_string())
    }
}

impl<K: Kind> Scalar for Id<K> {
    const NULL: Value = Value::NullText;
}

impl<K: Kind> From<&Id<K>> for Value {
    fn from(id: &Id<K>) -> Self {
        Self::Text(id.to_string())
    }
}

impl<K: Kind> Scalar for &Id<K> {
    const NULL: Value = Value::NullText;
}

fn count(value: u64) -> i64 {
    i64::try_from(value).expect("invariant: counts stay below 2^63")
}
